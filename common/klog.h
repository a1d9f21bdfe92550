/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads facts about TDX from the kernel log: the messages of the first patches for 5.19, of the
 * distributions' 6.x, of Linux up to 7.x, and of kernel-tdx. */
#pragma once

#include "host.h"

/* Adds to *tdx what the log says. The first failure stays, because later ones are its consequences.
 * Once the module is initialised, an error is one of a guest and not of the host. Writes into text.
 */
void klog_read(char *text, struct host_tdx *tdx);

/* Does the line name TDX and an error? */
bool klog_is_error(const char *line);
