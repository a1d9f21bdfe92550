/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOFTMOD_ROWS_H
#define SOFTMOD_ROWS_H

/* The rows of the conformance table that run in user space only; test_conformance.c has them. */

#include "conformance.h"

extern const struct conformance_row own_rows[];
extern const unsigned int own_nr_rows;

/* Go from the stage before @stage to @stage; false if a SEAMCALL failed. */
bool test_reach(enum stage stage);

#endif
