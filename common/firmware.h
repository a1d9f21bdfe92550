/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds firmware for TDs by QEMU's firmware descriptors (docs/interop/firmware.json of QEMU). Pure.
 */
#pragma once

#include "host.h"

/* Sets binary if the descriptor has the feature intel-tdx. -ENOENT if it does not have it, -EBADMSG
 * if it is not valid JSON. */
int firmware_parse(const char *text, struct host_firmware *ret_firmware);
