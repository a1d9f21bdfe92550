/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks that guest-check makes. Each stores a text by says(); main.c prints it as KTAP. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum verdict { PASS, FAIL, SKIP };

#define SHA384_SIZE     48
#define REPORTDATA_SIZE 64

/* Stores what the check saw, or why it fails or cannot be done; returns the verdict. */
enum verdict says(enum verdict verdict, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* Is this a TD? Asks the CPU, not the kernel. */
bool is_td(void);

enum verdict check_tdx_detected(void);
enum verdict check_tdreport(void);
enum verdict check_attributes(void);
enum verdict check_rtmr_extend(void);

enum verdict check_quote(void);

enum verdict check_secure_boot(void);
enum verdict check_vcpus_online(void);
enum verdict check_clock(void);
enum verdict check_timers(void);

enum verdict check_marker(void);
enum verdict check_memory_pressure(void);
enum verdict check_memory_accepted(void);

enum verdict check_disk(void);
enum verdict check_swiotlb(void);

/* Reads the first line of a small file, without its newline. False if it cannot be read. */
bool read_line(const char *path, char *line, size_t size);

/* Value of "KEY: N kB" in /proc/meminfo; -1 if it is not there. */
long meminfo_kib(const char *key);

void sha384(const void *data, size_t size, uint8_t digest[SHA384_SIZE]);

/* TDREPORT_STRUCT, as the TDX module lays it out. */
struct tdreport {
    uint8_t type, subtype, version, reserved0;
    uint8_t reserved1[12];
    uint8_t cpusvn[16];
    uint8_t tcb_info_hash[SHA384_SIZE];
    uint8_t info_hash[SHA384_SIZE];
    uint8_t reportdata[REPORTDATA_SIZE];
    uint8_t reserved2[32];
    uint8_t mac[32];
    struct {
        uint64_t valid;
        uint8_t tcb_svn[16];
        uint8_t mrseam[SHA384_SIZE];
        uint8_t mrsignerseam[SHA384_SIZE];
        uint64_t attributes;
        uint8_t rest[111];
    } __attribute__((packed)) tcb_info;
    uint8_t reserved3[17];
    struct {
        uint64_t attributes;
        uint64_t xfam;
        uint8_t mrtd[SHA384_SIZE];
        uint8_t mrconfigid[SHA384_SIZE];
        uint8_t mrowner[SHA384_SIZE];
        uint8_t mrownerconfig[SHA384_SIZE];
        uint8_t rtmr[4][SHA384_SIZE];
        uint8_t servtd_hash[SHA384_SIZE];
        uint8_t reserved[64];
    } __attribute__((packed)) info;
} __attribute__((packed));

struct report_request {
    uint8_t reportdata[REPORTDATA_SIZE];
    struct tdreport report;
};

/*
 * Gets a report on this TD whose REPORTDATA bytes are seed, seed + 1 and so on. Returns 0 or
 * -errno.
 */
int get_report(uint8_t seed, struct report_request *request);
