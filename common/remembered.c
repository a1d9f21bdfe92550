/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "remembered.h"

#include <string.h>

#include "conf.h"
#include "file.h"

#define PART_SIZE 128

static void print_version(char *part, const struct version *version)
{
    text_print(part, PART_SIZE, "%u.%u.%u", version->major, version->minor, version->micro);
}

static void get_bios(const struct host *host, char *part)
{
    text_copy(part, PART_SIZE, host->cpu.bios);
}

static void get_microcode(const struct host *host, char *part)
{
    text_copy(part, PART_SIZE, host->cpu.microcode);
}

/* Early kernels do not print the third number of the version, but the day of the build. */
static void get_module(const struct host *host, char *part)
{
    const struct host_tdx *tdx = &host->tdx;
    const struct version *version = &tdx->module_version;

    if (tdx->has_module_version && tdx->module_build_date.error == 0)
        text_print(part, PART_SIZE, "%u.%u built %llu", version->major, version->minor,
                   (unsigned long long)tdx->module_build_date.value);
    else if (tdx->has_module_version)
        text_print(part, PART_SIZE, "%u.%u.%02u", version->major, version->minor, version->micro);
}

static void get_kernel(const struct host *host, char *part)
{
    text_copy(part, PART_SIZE, host->kernel.release);
}

static void get_qemu(const struct host *host, char *part)
{
    if (host->virt.has_qemu)
        print_version(part, &host->virt.qemu);
}

static void get_libvirt(const struct host *host, char *part)
{
    if (host->virt.has_libvirt)
        print_version(part, &host->virt.libvirt);
}

static const struct {
    const char *name;
    void (*get)(const struct host *host, char *part);
} parts[] = {
    { "bios", get_bios },     { "microcode", get_microcode }, { "module", get_module },
    { "kernel", get_kernel }, { "qemu", get_qemu },           { "libvirt", get_libvirt },
};

struct comparison {
    const struct host *host;
    struct remembered *remembered;
};

static int compare_part(const char *name, const char *then, void *data)
{
    const struct comparison *comparison = data;
    char *changes = comparison->remembered->changes;

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        char now[PART_SIZE] = "";
        size_t len = strlen(changes);

        if (strcmp(parts[i].name, name) != 0)
            continue;
        parts[i].get(comparison->host, now);
        if (now[0] && then[0] && strcmp(now, then) != 0)
            text_print(changes + len, sizeof(comparison->remembered->changes) - len,
                       "%s%s %s -> %s", len ? ", " : "", name, then, now);
    }
    return 0;
}

void remembered_compare(int root_fd, const struct host *host, struct remembered *ret_remembered)
{
    struct remembered remembered = { 0 };
    struct comparison comparison = { host, &remembered };
    _cleanup_free_ char *text = NULL;
    struct conf_faults faults;

    remembered.error = file_read(root_fd, REMEMBERED_FILE, FILE_MAX_SMALL, &text);
    if (remembered.error == 0)
        remembered.error = conf_parse(text, compare_part, &comparison, &faults);
    *ret_remembered = remembered;
}

int remembered_write(int root_fd, const struct host *host)
{
    char text[ARRAY_SIZE(parts) * (PART_SIZE + 16)] = "";
    int r = file_make_dir(root_fd, REMEMBERED_DIR, 0755);

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        char part[PART_SIZE] = "";
        size_t len = strlen(text);

        parts[i].get(host, part);
        text_print(text + len, sizeof(text) - len, "%s=%s\n", parts[i].name, part);
    }
    return r < 0 ? r : file_write_atomic(root_fd, REMEMBERED_FILE, text, 0644);
}
