/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_KERNEL_H
#define SHIM_KERNEL_H

/*
 * As much of the kernel as its files under test need in user space.  Every file is compiled with this one included first;
 * the kernel headers that the shim stands in for are empty files.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "stubs.h"
#include "custom.h"

#endif
