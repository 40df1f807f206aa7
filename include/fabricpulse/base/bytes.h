/* SPDX-License-Identifier: Apache-2.0 */
/* A view of bytes. It always borrows: whoever made it says in its header for how long. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct bytes {
	const uint8_t *at;
	size_t len;
};
