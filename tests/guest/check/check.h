/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest checks of itself. Each check says what it saw; main.c says it as KTAP. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum verdict { PASS, FAIL, SKIP };

/* Each fills in what it saw, or why it fails or can not be done, and returns the verdict. */
enum verdict says(enum verdict verdict, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* Is this a TD? Asks the CPU, not the kernel. */
bool is_td(void);

enum verdict check_tdx_detected(void);
enum verdict check_tdreport(void);
enum verdict check_attributes(void);
enum verdict check_rtmr_extend(void);

enum verdict check_secure_boot(void);
enum verdict check_vcpus_online(void);
enum verdict check_clock(void);
enum verdict check_timers(void);
enum verdict check_cpu_offline(void);

enum verdict check_memory_pressure(void);
enum verdict check_memory_accepted(void);

enum verdict check_disk(void);
enum verdict check_swiotlb(void);

/* First line of a small file, without its newline. False if it can not be read. */
bool read_line(const char *path, char *line, size_t size);

/* Value of "KEY: N kB" in /proc/meminfo; -1 if it is not there. */
long meminfo_kib(const char *key);

#define SHA384_SIZE 48
void sha384(const void *data, size_t size, uint8_t digest[SHA384_SIZE]);
