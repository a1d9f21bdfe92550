/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_KERNEL_H
#define SHIM_KERNEL_H

/*
 * Defines what the kernel's files under test use of the kernel, so that they compile in user space.  The compiler includes
 * this file first in every file; the kernel's headers that the files include are replaced by empty ones.
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
