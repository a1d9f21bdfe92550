/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads facts about TDX from the kernel log. Knows the messages of Linux 6.7 to 7.x, of kernel-tdx
 * and of Ubuntu's 6.8. */
#pragma once

#include "host.h"

/* Adds to *tdx what the log says; a later line overrides an earlier one, but the first failure
 * stays. Writes into text. */
void klog_read(char *text, struct host_tdx *tdx);
