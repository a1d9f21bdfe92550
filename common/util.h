/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Helpers for every file: cleanup at the end of a scope, sizes, a truth value that can be unknown.
 */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#define ARRAY_SIZE(a)        (sizeof(a) / sizeof((a)[0]))
#define PRINTF_LIKE(fmt, va) __attribute__((format(printf, fmt, va)))

#define KIB_PER_MIB 1024ULL
#define KIB_PER_GIB (1024ULL * 1024ULL)

/* A fact that can be unknown, if the host does not report it. */
enum tri { TRI_UNKNOWN, TRI_NO, TRI_YES };

static inline enum tri tri_of(bool yes)
{
    return yes ? TRI_YES : TRI_NO;
}

/* Cleanup handlers must not change errno: they run before the caller reads it. */
static inline void cleanup_free_p(void *p)
{
    int saved = errno;

    free(*(void **)p);
    errno = saved;
}

static inline void cleanup_close_p(const int *fd)
{
    int saved = errno;

    if (*fd >= 0)
        (void)close(*fd);
    errno = saved;
}

static inline void cleanup_dir_p(DIR **dir)
{
    int saved = errno;

    if (*dir)
        (void)closedir(*dir);
    errno = saved;
}

#define _cleanup_free_  __attribute__((cleanup(cleanup_free_p)))
#define _cleanup_close_ __attribute__((cleanup(cleanup_close_p)))
/* For a variable that only its cleanup uses, which clang does not count. */
#define _unused_      __attribute__((unused))
#define _cleanup_dir_ __attribute__((cleanup(cleanup_dir_p)))

/* Hands a resource over: returns it and clears the variable, so that it is not cleaned up. */
#define STEAL_PTR(p)                                                                               \
    ({                                                                                             \
        __typeof__(p) *steal_from_ = &(p);                                                         \
        __typeof__(p) stolen_ = *steal_from_;                                                      \
        *steal_from_ = NULL;                                                                       \
        stolen_;                                                                                   \
    })

static inline int steal_fd(int *fd)
{
    int stolen = *fd;

    *fd = -1;
    return stolen;
}
