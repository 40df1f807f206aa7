/* SPDX-License-Identifier: Apache-2.0 */
/* A document as a file: read whole, written so that it is there whole or not at all. */
#pragma once

#include "fabricpulse/base/bytes.h"
#include "fabricpulse/base/err.h"
#include "fabricpulse/base/strbuf.h"

/* Appends the file's content to `out`. FP_SYSTEM with errno; EFBIG when it does not fit. */
FP_MUST_USE enum fp_err topology_file_read(const char *path, struct strbuf *out);

/* Replaces the file at `path` by `content`; when it returns FP_OK that is on the disk. Writes
 * "<path>.new" first, so nobody ever sees a part. FP_SYSTEM with errno: the old file is as it
 * was. */
FP_MUST_USE enum fp_err topology_file_replace(const char *path, struct bytes content);
