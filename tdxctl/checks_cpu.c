/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host.cpu.*: what the CPU has and how the BIOS configured it. */
#include <string.h>

#include "checks.h"

#define TME_LOCKED    (1ULL << 0)
#define TME_ENABLED   (1ULL << 1)
#define SEAMRR_LOCKED (1ULL << 10)
#define SEAMRR_VALID  (1ULL << 11)
#define PREPRODUCTION (1ULL << 27)

/* On a softmod host the CPU needs no TDX: skip the check. */
static bool skip_softmod(CHECK_ARGUMENTS)
{
    if (facts->host.tdx.backend != HOST_BACKEND_SOFTMOD)
        return false;
    check_skip(result, CHECK_SKIP_NOT_APPLICABLE,
               "this host runs softmod, the software TDX module");
    return true;
}

/*
 * Decides a check whose MSR cannot be read. An initialised TDX module proves that the BIOS settings
 * are right: PASS. Otherwise the answer is unknown: SKIP.
 */
static bool skip_unread(const struct fact *msr, CHECK_ARGUMENTS)
{
    if (msr->error == 0)
        return false;
    if (facts->host.tdx.module_state == HOST_MODULE_READY)
        check_pass(result, "must be so: the TDX module is initialised");
    else if (msr->error == -EACCES || msr->error == -EPERM)
        check_skip(result, CHECK_SKIP_UNKNOWN, "no permission to read the MSR: run as root%s",
                   facts->host.kernel.lockdown == TRI_YES ? " (kernel lockdown is on)" : "");
    else if (msr->error == -EIO)
        check_skip(result, CHECK_SKIP_UNKNOWN, "this CPU does not have the MSR");
    else
        check_skip(result, CHECK_SKIP_UNKNOWN, "the MSR cannot be read: run modprobe msr");
    return true;
}

void check_cpu_vendor(CHECK_ARGUMENTS)
{
    const struct host_cpu *cpu = &facts->host.cpu;

    check_value(result, "%s", cpu->model[0] ? cpu->model : cpu->vendor);
    if (skip_softmod(facts, result))
        return;
    if (facts->host.tdx.is_inside_td || cpu->flag_tdx_guest == TRI_YES)
        check_fail(result, "this machine is the inside of a TD, not a host of TDs");
    else if (!cpu->vendor[0])
        check_skip(result, CHECK_SKIP_UNKNOWN, "/proc/cpuinfo cannot be read");
    else if (strcmp(cpu->vendor, "GenuineIntel") != 0)
        check_fail(result, "CPUs of vendor %s do not have TDX", cpu->vendor);
    else if (cpu->flag_movdir64b == TRI_NO && !host_tdx_runs(&facts->host.tdx) &&
             !strstr(facts->host.kernel.cmdline, "clearcpuid"))
        check_fail(result, "this CPU has no TDX: it has no MOVDIR64B, which all with TDX have");
}

void check_cpu_features(CHECK_ARGUMENTS)
{
    const struct host_cpu *cpu = &facts->host.cpu;
    const struct {
        const char *name;
        enum tri present;
    } features[] = {
        { "movdir64b", cpu->flag_movdir64b },
        { "ss (self-snoop)", cpu->flag_selfsnoop },
        { "xsave", cpu->flag_xsave },
    };
    char missing[96] = "";

    if (skip_softmod(facts, result))
        return;
    for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
        char sum[96];

        if (features[i].present == TRI_UNKNOWN) {
            check_skip(result, CHECK_SKIP_UNKNOWN, "/proc/cpuinfo does not list CPU flags");
            return;
        }
        if (features[i].present == TRI_NO) {
            text_print(sum, sizeof(sum), "%s%s%s", missing, missing[0] ? ", " : "",
                       features[i].name);
            text_copy(missing, sizeof(missing), sum);
        }
    }
    if (missing[0])
        check_fail(result, "missing: %s", missing);
    else
        check_pass(result, "movdir64b, ss, xsave");
}

void check_cpu_tme(CHECK_ARGUMENTS)
{
    const struct fact *msr = &facts->host.cpu.msr_tme_activate;

    if (skip_softmod(facts, result) || skip_unread(msr, facts, result))
        return;
    check_value(result, "IA32_TME_ACTIVATE=0x%llx", (unsigned long long)msr->value);
    if (!(msr->value & TME_LOCKED))
        check_fail(result, "the MSR is not locked: the BIOS did not set up memory encryption");
    else if (!(msr->value & TME_ENABLED))
        check_fail(result, "memory encryption is off in the BIOS");
}

void check_cpu_keyids(CHECK_ARGUMENTS)
{
    const struct fact *msr = &facts->host.cpu.msr_keyids;
    unsigned long long shared = msr->value & UINT32_MAX, private = msr->value >> 32;

    if (skip_softmod(facts, result) || skip_unread(msr, facts, result))
        return;
    check_value(result, "%llu for TDX, %llu for MKTME", private, shared);
    if (private == 0)
        check_fail(result, "the BIOS assigned no KeyID to TDX");
    else if (private == 1)
        check_fail(result,
                   "the BIOS assigned only one KeyID, which the TDX module needs for itself");
}

void check_cpu_seamrr(CHECK_ARGUMENTS)
{
    const struct fact *msr = &facts->host.cpu.msr_seamrr_mask;

    if (skip_softmod(facts, result) || skip_unread(msr, facts, result))
        return;
    check_value(result, "IA32_SEAMRR_PHYS_MASK=0x%llx", (unsigned long long)msr->value);
    if (!(msr->value & SEAMRR_VALID))
        check_fail(result, "the memory range for the TDX module is not valid");
    else if (!(msr->value & SEAMRR_LOCKED))
        check_fail(
                result,
                "the memory range for the TDX module is not locked: the SEAM loader did not run");
}

void check_cpu_mcheck(CHECK_ARGUMENTS)
{
    const struct fact *msr = &facts->host.cpu.msr_mcheck;

    if (skip_softmod(facts, result) || skip_unread(msr, facts, result))
        return;
    check_value(result, "MSR 0xa0=0x%llx", (unsigned long long)msr->value);
    if (msr->value != 0)
        check_fail(result, "MCHECK refused the configuration of this platform");
}

void check_cpu_production(CHECK_ARGUMENTS)
{
    const struct fact *msr = &facts->host.cpu.msr_platform;

    if (skip_softmod(facts, result))
        return;
    if (msr->error) {
        check_skip(result, CHECK_SKIP_UNKNOWN, "MSR 0xce cannot be read");
        return;
    }
    check_value(result, "%s", msr->value & PREPRODUCTION ? "pre-production" : "production");
    if (msr->value & PREPRODUCTION)
        check_fail(result, "this CPU is a pre-production sample");
}

void check_cpu_online(CHECK_ARGUMENTS)
{
    const struct fact *present = &facts->host.cpu.count_present;
    const struct fact *online = &facts->host.cpu.count_online;

    if (present->error || online->error) {
        check_skip(result, CHECK_SKIP_UNKNOWN,
                   "the CPU lists in /sys/devices/system/cpu cannot be read");
        return;
    }
    check_value(result, "%llu of %llu", (unsigned long long)online->value,
                (unsigned long long)present->value);
    if (online->value < present->value && !host_tdx_runs(&facts->host.tdx))
        check_fail(result, "%llu CPUs are offline",
                   (unsigned long long)(present->value - online->value));
}
