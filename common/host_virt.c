/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads struct host_virt: QEMU, libvirt, guest firmware, the hook. The programs are asked for their
 * versions, not a package database. */
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "firmware.h"
#include "host.h"

#define HOOK_PATH   "etc/libvirt/hooks/qemu.d/50-tdx-host"
#define CAPS_DIR    "var/cache/libvirt/qemu/capabilities"
#define MAX_CAPS    64
#define MAX_JSON    ((size_t)64 * 1024)
#define MAX_ENTRIES 128

/* A descriptor in a later folder overrides one of the same name, as libvirt does it. */
static const char *const firmware_dirs[] = { "usr/share/qemu/firmware", "etc/qemu/firmware" };

static const struct {
    const char *path;
    const char *name;
} sockets[] = {
    { "/run/libvirt/virtqemud-sock", "virtqemud" },
    { "/var/run/libvirt/virtqemud-sock", "virtqemud" },
    { "/run/libvirt/libvirt-sock", "libvirtd" },
    { "/var/run/libvirt/libvirt-sock", "libvirtd" },
};

static void add_firmware(const struct ask *ask, const char *path, const char *text,
                         struct host_virt *virt)
{
    struct host_firmware *firmware = &virt->firmware[virt->firmware_count];

    if (virt->firmware_count == HOST_MAX_FIRMWARE || firmware_parse(text, firmware) < 0)
        return;
    text_copy(firmware->descriptor, sizeof(firmware->descriptor), path);
    firmware->has_binary = file_exists(ask->root_fd, firmware->binary);
    virt->firmware_count++;
}

static size_t read_firmware(const struct ask *ask, const char *dir, struct host_virt *virt)
{
    char **names;
    size_t count;

    if (file_list(ask->root_fd, dir, MAX_ENTRIES, &names, &count) < 0)
        return 0;
    for (size_t i = 0; i < count; i++) {
        _cleanup_free_ char *text = NULL;
        char path[512];

        text_print(path, sizeof(path), "%s/%s", dir, names[i]);
        if (!text_ends_with(names[i], ".json") ||
            file_read(ask->root_fd, path, MAX_JSON, &text) < 0)
            continue;
        add_firmware(ask, path, text, virt);
    }
    file_list_free(names, count);
    return count;
}

enum tri host_has_td_firmware(const struct ask *ask)
{
    struct host_virt virt = { 0 };
    size_t count = 0;

    for (size_t i = 0; i < ARRAY_SIZE(firmware_dirs); i++)
        count += read_firmware(ask, firmware_dirs[i], &virt);
    return count ? tri_of(virt.firmware_count > 0) : TRI_UNKNOWN;
}

/* Searches for one flag in files that libvirt wrote, so they need not be parsed. */
static void read_caps(const struct ask *ask, struct host_virt *virt)
{
    char **names;
    size_t count;

    if (file_list(ask->root_fd, CAPS_DIR, MAX_CAPS, &names, &count) < 0)
        return;
    for (size_t i = 0; i < count; i++) {
        _cleanup_free_ char *text = NULL;
        char path[512];

        text_print(path, sizeof(path), "%s/%s", CAPS_DIR, names[i]);
        if (!text_ends_with(names[i], ".xml") ||
            file_read(ask->root_fd, path, FILE_MAX_LARGE, &text) < 0 || !strstr(text, "x86_64"))
            continue;
        virt->caps_count++;
        virt->caps_with_tdx += strstr(text, "name='tdx-guest'") != NULL;
    }
    file_list_free(names, count);
}

static void read_hook(const struct ask *ask, struct host_virt *virt)
{
    mode_t mode;
    int r = file_mode(ask->root_fd, HOOK_PATH, &mode);

    if (r < 0 && r != -ENOENT && r != -ENOTDIR)
        return;
    virt->hook_installed = tri_of(r == 0);
    virt->hook_executable = tri_of(r == 0 && (mode & 0111));
}

void host_read_virt(const struct ask *ask, struct host_virt *ret_virt)
{
    struct host_virt virt = { 0 };

    virt.has_qemu = ask->version(ask, ASK_QEMU, &virt.qemu) == 0;
    virt.has_libvirt = ask->version(ask, ASK_LIBVIRT, &virt.libvirt) == 0;
    virt.qemu_has_tdx = ask->has_tdx(ask, ASK_QEMU);
    virt.libvirt_has_tdx = ask->has_tdx(ask, ASK_LIBVIRT);
    for (size_t i = 0; i < ARRAY_SIZE(sockets) && !virt.libvirt_socket[0]; i++)
        if (host_socket_listens(ask, sockets[i].path) == TRI_YES)
            text_copy(virt.libvirt_socket, sizeof(virt.libvirt_socket), sockets[i].name);
    read_caps(ask, &virt);
    for (size_t i = 0; i < ARRAY_SIZE(firmware_dirs); i++)
        (void)read_firmware(ask, firmware_dirs[i], &virt);
    read_hook(ask, &virt);
    *ret_virt = virt;
}
