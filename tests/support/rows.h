/* SPDX-License-Identifier: Apache-2.0 */
/* Families of every type, handed to a writer in the order in which the walk does. */
#pragma once

#include "export/writer_priv.h"

/* Appends the whole exposition of the example families. */
void rows_write(const struct writer_ops *ops, struct strbuf *out);
