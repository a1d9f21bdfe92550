/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Makes sure that the boot loader sees what was written below /boot, whatever happens next. */
int boot_sync(int root_fd);
