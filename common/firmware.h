/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Firmware descriptors of QEMU (docs/interop/firmware.json): which image is for TDs. Pure. */
#pragma once

#include "host.h"

/* Fills binary of a descriptor with the feature intel-tdx. -ENOENT for another, -EBADMSG for no
 * JSON. */
int firmware_parse(const char *text, struct host_firmware *ret_firmware);
