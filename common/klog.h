/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel's log says of TDX -> facts. Knows the wordings of Linux 6.7 to 7.x and of
 * Ubuntu's 6.8. */
#pragma once

#include "host.h"

/* Adds to tdx what a log says; a later line overrides an earlier one. Cuts the text up. */
void klog_read(char *text, struct host_tdx *tdx);
