/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads struct host_cpu from proc/cpuinfo, DMI, the CPU lists of sysfs and MSRs of the first CPU.
 */
#include <string.h>

#include "file.h"
#include "host.h"

static struct fact read_msr(const struct ask *ask, uint32_t index)
{
    struct fact fact = { 0 };

    fact.error = ask->msr(ask, index, &fact.value);
    return fact;
}

/* "0-3,8" -> 5. */
static struct fact count_list(const struct ask *ask, const char *path)
{
    char line[1024], *rest = line, *range;
    struct fact fact = { 0 };

    fact.error = file_read_line(ask->root_fd, path, line, sizeof(line));
    for (; fact.error == 0 && rest; rest = range) {
        uint64_t first, last;
        char *dash;

        range = strchr(rest, ',');
        if (range)
            *range++ = '\0';
        dash = strchr(rest, '-');
        if (dash)
            *dash++ = '\0';
        if (text_to_u64(rest, &first) < 0 || text_to_u64(dash ? dash : rest, &last) < 0 ||
            last < first)
            fact.error = -EBADMSG;
        else
            fact.value += last - first + 1;
    }
    return fact;
}

static char *value_of(char *line)
{
    char *colon = strchr(line, ':');

    return colon ? text_trim(colon + 1) : line + strlen(line);
}

static void read_cpuinfo(const struct ask *ask, struct host_cpu *cpu)
{
    _cleanup_free_ char *text = NULL;
    char *cursor, *line;

    if (file_read(ask->root_fd, "proc/cpuinfo", FILE_MAX_LARGE, &text) < 0)
        return;
    cursor = text;

    /* Read the first CPU only; a blank line ends it. */
    while ((line = text_next_line(&cursor)) && *line) {
        const char *value = value_of(line);

        if (text_starts_with(line, "vendor_id")) {
            text_copy(cpu->vendor, sizeof(cpu->vendor), value);
        } else if (text_starts_with(line, "model name")) {
            text_copy(cpu->model, sizeof(cpu->model), value);
        } else if (text_starts_with(line, "microcode")) {
            text_copy(cpu->microcode, sizeof(cpu->microcode), value);
        } else if (text_starts_with(line, "flags")) {
            cpu->flag_tme = tri_of(text_has_word(value, "tme"));
            cpu->flag_movdir64b = tri_of(text_has_word(value, "movdir64b"));
            cpu->flag_selfsnoop = tri_of(text_has_word(value, "ss"));
            cpu->flag_xsave = tri_of(text_has_word(value, "xsave"));
            cpu->flag_tdx_host_platform = tri_of(text_has_word(value, "tdx_host_platform"));
            cpu->flag_tdx_guest = tri_of(text_has_word(value, "tdx_guest"));
        } else if (text_starts_with(line, "bugs")) {
            cpu->bug_tdx_pw_mce = tri_of(text_has_word(value, "tdx_pw_mce"));
        }
    }
}

static void read_bios(const struct ask *ask, struct host_cpu *cpu)
{
    char version[64], date[24], both[96];

    if (file_read_line(ask->root_fd, "sys/class/dmi/id/bios_version", version, sizeof(version)) <
                0 ||
        file_read_line(ask->root_fd, "sys/class/dmi/id/bios_date", date, sizeof(date)) < 0)
        return;
    text_print(both, sizeof(both), "%s of %s", text_trim(version), text_trim(date));
    text_copy(cpu->bios, sizeof(cpu->bios), both);
}

void host_read_cpu_counts(const struct ask *ask, struct host_cpu *ret_cpu)
{
    *ret_cpu = (struct host_cpu){
        .count_present = count_list(ask, "sys/devices/system/cpu/present"),
        .count_online = count_list(ask, "sys/devices/system/cpu/online"),
    };
}

void host_read_cpu(const struct ask *ask, struct host_cpu *ret_cpu)
{
    struct host_cpu cpu;

    host_read_cpu_counts(ask, &cpu);
    read_cpuinfo(ask, &cpu);
    read_bios(ask, &cpu);
    cpu.msr_keyids = read_msr(ask, 0x87);
    cpu.msr_mcheck = read_msr(ask, 0xa0);
    cpu.msr_platform = read_msr(ask, 0xce);
    cpu.msr_tme_activate = read_msr(ask, 0x982);
    cpu.msr_seamrr_mask = read_msr(ask, 0x1401);
    *ret_cpu = cpu;
}
