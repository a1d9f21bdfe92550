/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What only a TD has: CPUID leaf 0x21, TDREPORT, run-time measurement registers (RTMRs). */
#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "check.h"

#define LEAF_TDX     0x21
#define RTMR         "/sys/devices/virtual/misc/tdx_guest/measurements/rtmr3:sha384"
#define ATTR_DEBUG   (1ULL << 0)
#define ATTR_NO_VE   (1ULL << 28)
#define XFAM_ALWAYS  0x3ULL
#define TYPE_TDX     0x81
#define TCB_INFO_LEN 239

_Static_assert(sizeof(struct tdreport) == 1024, "the layout of a TDREPORT");
_Static_assert(offsetof(struct tdreport, tcb_info) == 0x100, "the layout of a TDREPORT");
_Static_assert(offsetof(struct tdreport, info) == 0x200, "the layout of a TDREPORT");

#define GET_REPORT _IOWR('T', 1, struct report_request)

bool is_td(void)
{
    unsigned int max, eax, ebx, ecx, edx;

    if (!__get_cpuid(0, &max, &ebx, &ecx, &edx) || max < LEAF_TDX)
        return false;
    __cpuid_count(LEAF_TDX, 0, eax, ebx, ecx, edx);
    /* "IntelTDX    " */
    return ebx == 0x65746e49 && edx == 0x5844546c && ecx == 0x20202020;
}

int get_report(uint8_t seed, struct report_request *request)
{
    int fd = open("/dev/tdx_guest", O_RDWR | O_CLOEXEC);
    int r = 0;

    if (fd < 0)
        return -errno;
    memset(request, 0, sizeof(*request));
    for (unsigned int i = 0; i < REPORTDATA_SIZE; i++)
        request->reportdata[i] = (uint8_t)(seed + i);
    if (ioctl(fd, GET_REPORT, request) < 0)
        r = -errno;
    (void)close(fd);
    return r;
}

static bool is_zero(const void *data, size_t size)
{
    const uint8_t *bytes = data;

    for (size_t i = 0; i < size; i++)
        if (bytes[i])
            return false;
    return true;
}

static bool hashes_to(const void *data, size_t size, const uint8_t *wanted)
{
    uint8_t digest[SHA384_SIZE];

    sha384(data, size, digest);
    return memcmp(digest, wanted, sizeof(digest)) == 0;
}

enum verdict check_tdx_detected(void)
{
    FILE *file;
    char word[64];
    bool has_flag = false;

    if (!is_td())
        return says(SKIP, "not a TD: CPUID has no leaf 0x21 of TDX");
    file = fopen("/proc/cpuinfo", "re");
    while (file && !has_flag && fscanf(file, "%63s", word) == 1)
        has_flag = strcmp(word, "tdx_guest") == 0;
    if (file)
        (void)fclose(file);
    if (!has_flag)
        return says(FAIL, "the CPU says TDX, the kernel does not know it");
    return says(PASS, "CPUID leaf 0x21, and the kernel's tdx_guest");
}

/* Returns the first fault of a report that was asked for with seed, or NULL. */
static const char *report_fault(const struct tdreport *report, uint8_t seed)
{
    if (report->type != TYPE_TDX || report->subtype != 0 || report->version > 1 ||
        report->reserved0)
        return "type";
    for (unsigned int i = 0; i < REPORTDATA_SIZE; i++)
        if (report->reportdata[i] != (uint8_t)(seed + i))
            return "REPORTDATA is not what was asked for";
    if (!is_zero(report->reserved1, sizeof(report->reserved1)) ||
        !is_zero(report->reserved2, sizeof(report->reserved2)) ||
        !is_zero(report->reserved3, sizeof(report->reserved3)) ||
        !is_zero(report->info.reserved, sizeof(report->info.reserved)))
        return "a reserved field is not zero";
    if (is_zero(report->mac, sizeof(report->mac)))
        return "no MAC";
    if (!hashes_to(&report->info, sizeof(report->info), report->info_hash))
        return "TEE_INFO_HASH is not the digest of TDINFO";
    if (!hashes_to(&report->tcb_info, TCB_INFO_LEN, report->tcb_info_hash))
        return "TEE_TCB_INFO_HASH is not the digest of TEE_TCB_INFO";
    if (is_zero(report->info.mrtd, sizeof(report->info.mrtd)))
        return "MRTD is zero: nothing was measured";
    /* The firmware measures its settings, the boot loader and the kernel into these. */
    if (is_zero(report->info.rtmr[0], SHA384_SIZE) || is_zero(report->info.rtmr[1], SHA384_SIZE))
        return "RTMR0 or RTMR1 is zero: the firmware measured nothing";
    return NULL;
}

enum verdict check_tdreport(void)
{
    struct report_request first, second;
    const char *fault;
    int r;

    if (!is_td())
        return says(SKIP, "not a TD");
    r = get_report(7, &first);
    if (r == 0)
        r = get_report(90, &second);
    if (r < 0)
        return says(FAIL, "/dev/tdx_guest: %s", strerror(-r));
    fault = report_fault(&first.report, 7);
    if (!fault)
        fault = report_fault(&second.report, 90);
    if (fault)
        return says(FAIL, "%s", fault);
    if (memcmp(&first.report.info, &second.report.info, sizeof(first.report.info)) != 0)
        return says(FAIL, "two reports disagree on the TD");
    if (memcmp(first.report.mac, second.report.mac, sizeof(first.report.mac)) == 0)
        return says(FAIL, "two reports have the same MAC");
    return says(PASS, "MRTD %02x%02x%02x%02x, %s", first.report.info.mrtd[0],
                first.report.info.mrtd[1], first.report.info.mrtd[2], first.report.info.mrtd[3],
                is_zero(first.report.tcb_info.mrseam, SHA384_SIZE) ? "MRSEAM zero: software module"
                                                                   : "MRSEAM set");
}

enum verdict check_attributes(void)
{
    struct report_request request;
    uint64_t attributes, xfam;
    int r;

    if (!is_td())
        return says(SKIP, "not a TD");
    r = get_report(0, &request);
    if (r < 0)
        return says(FAIL, "/dev/tdx_guest: %s", strerror(-r));
    attributes = request.report.info.attributes;
    xfam = request.report.info.xfam;
    if (attributes & ATTR_DEBUG)
        return says(FAIL, "a debug TD: attributes 0x%llx", (unsigned long long)attributes);
    if (!(attributes & ATTR_NO_VE))
        return says(FAIL, "SEPT_VE_DISABLE is off: attributes 0x%llx",
                    (unsigned long long)attributes);
    if ((xfam & XFAM_ALWAYS) != XFAM_ALWAYS)
        return says(FAIL, "XFAM 0x%llx lacks x87 or SSE", (unsigned long long)xfam);
    return says(PASS, "attributes 0x%llx, XFAM 0x%llx", (unsigned long long)attributes,
                (unsigned long long)xfam);
}

enum verdict check_rtmr_extend(void)
{
    uint8_t both[2 * SHA384_SIZE], wanted[SHA384_SIZE];
    struct report_request before, after;
    int fd, r;

    if (!is_td())
        return says(SKIP, "not a TD");
    fd = open(RTMR, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return says(SKIP, "this kernel lets nobody extend an RTMR: %s", strerror(errno));
    memset(both + SHA384_SIZE, 0x5a, SHA384_SIZE);
    r = get_report(1, &before);
    if (r == 0 && write(fd, both + SHA384_SIZE, SHA384_SIZE) != SHA384_SIZE)
        r = -errno;
    (void)close(fd);
    if (r == 0)
        r = get_report(1, &after);
    if (r < 0)
        return says(FAIL, "RTMR3: %s", strerror(-r));
    memcpy(both, before.report.info.rtmr[3], SHA384_SIZE);
    sha384(both, sizeof(both), wanted);
    if (memcmp(wanted, after.report.info.rtmr[3], SHA384_SIZE) != 0)
        return says(FAIL, "RTMR3 is not the digest of what it was and what was added");
    return says(PASS, "RTMR3 %02x%02x%02x%02x", wanted[0], wanted[1], wanted[2], wanted[3]);
}
