/* SPDX-License-Identifier: Apache-2.0 */
/* Group setup of tests that make rooms complain: their log lines go nowhere. */
#pragma once

int quiet(void **state);
