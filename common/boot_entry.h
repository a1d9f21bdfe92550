/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot loader entries in /boot/loader/entries, as GRUB of EL and Fedora reads them (BLS). */
#pragma once

#include "util.h"

#define BOOT_ENTRIES_DIR "boot/loader/entries"
#define BOOT_ENTRIES_MAX 256

struct boot_entry {
    char id[160]; /* name of the file without .conf */
    char release[96];
    char linux_path[256]; /* as in the entry, from the root of the file system of /boot */
    char initrd_path[256];
    bool has_options;
};

/* All entries that can be read, in the order of their names. The caller frees them. */
int boot_entries_read(int root_fd, struct boot_entry **ret_entries, size_t *ret_count);

/* The entry of a kernel: the preferred ID if it is one of that kernel, else the shortest ID,
 * because copies of an entry have longer ones. NULL if there is none. */
const struct boot_entry *boot_entry_of(const struct boot_entry *entries, size_t count,
                                       const char *release, const char *preferred_id);
const struct boot_entry *boot_entry_by_id(const struct boot_entry *entries, size_t count,
                                          const char *id);

/* Compares kernel releases: numbers as numbers; less than, equal to or greater than 0. */
int boot_release_compare(const char *a, const char *b);

/* Writes a copy of an entry, with another title and more arguments. -ENODATA if the entry has no
 * line of arguments that could be added to. */
int boot_entry_copy(int root_fd, const char *from, const char *to, const char *title_suffix,
                    const char *arguments);

/* The path of a file that an entry names: from the root of the file system that /boot is on. Only
 * the first word counts: GRUB replaces variables behind it. */
void boot_entry_file(int root_fd, const char *named, char *ret_path, size_t size);

/* Removes an entry; no error if it is not there. */
int boot_entry_remove(int root_fd, const char *id);

/* Parses the text of an entry. Not static for tests and fuzzing. */
void boot_entry_parse(const char *id, char *text, struct boot_entry *ret_entry);
