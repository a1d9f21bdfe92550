/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is a kernel wholly installed, so that its entry can boot? */
#pragma once

#include "boot_entry.h"

/*
 * Looks at the boot image, the initramfs, the modules and the entry: a script of a package that
 * failed or a full /boot leaves some of them away. Returns 0, or -ENODATA and says in words what is
 * missing; -errno if a file cannot be read.
 */
int boot_verify(int root_fd, const struct boot_entry *entry, char *ret_words, size_t size);
