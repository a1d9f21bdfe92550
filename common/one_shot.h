/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Can this host boot an entry just once, and be home at the boot after that, whatever happens? And
 * how? one_shot_read() collects facts, one_shot_decide() looks them up in a table.
 */
#pragma once

#include "trial.h"

/* The facts, as bits. */
enum one_shot_fact {
    ONE_SHOT_HAS_GRUB = 1 << 0,      /* there is an environment block of GRUB */
    ONE_SHOT_HAS_ENTRIES = 1 << 1,   /* GRUB reads boot loader entries */
    ONE_SHOT_DEFAULT_SAVED = 1 << 2, /* GRUB's default is the variable saved_entry */
    ONE_SHOT_BOOT_WRITABLE = 1 << 3, /* this host can write to /boot */
    ONE_SHOT_TAKES_NEXT = 1 << 4,    /* GRUB boots next_entry, if it is set, ... */
    ONE_SHOT_CLEARS_NEXT = 1 << 5,   /* ... and clears it before that ... */
    ONE_SHOT_GRUB_WRITES = 1 << 6,   /* ... which it can, on this file system and device */
    ONE_SHOT_KEEPS_DEFAULT = 1 << 7, /* GRUB does not make a default of what it boots once */
    ONE_SHOT_FACT_COUNT = 8,
};

struct one_shot_facts {
    unsigned int known; /* the bits that are true */
    char where[128];    /* what grubenv is on, in words */
};

struct one_shot_row {
    unsigned int needs; /* all of these bits must be set ... */
    unsigned int lacks; /* ... and one of these must not be, if there are any */
    bool is_possible;
    enum trial_method method;
    const char *token; /* if it is not possible: why */
    const char *words;
    const char *fix;
    bool is_about_place; /* where grubenv is helps to understand it */
};

void one_shot_read(int root_fd, struct one_shot_facts *ret_facts);

/* The first row of the table that fits; there always is one. */
const struct one_shot_row *one_shot_decide(const struct one_shot_facts *facts);
