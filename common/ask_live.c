/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers the questions of ask.h from the running host. */
#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>

#include "ask.h"
#include "file.h"

#ifndef KVM_CAP_VM_TYPES
#    define KVM_CAP_VM_TYPES 235
#endif

#define MAX_VERSION_SAYS   4096
#define MAX_PROGRAM_SAYS   ((size_t)256 * 1024)
#define PROGRAM_TIMEOUT_MS 5000

/* The first that exists is run with --version. Full paths: EL keeps QEMU outside of PATH. */
static const char *const programs[ASK_PROGRAM_COUNT][4] = {
    [ASK_QEMU] = { "usr/libexec/qemu-kvm", "usr/bin/qemu-system-x86_64", "usr/bin/qemu-kvm" },
    [ASK_LIBVIRT] = { "usr/sbin/virtqemud", "usr/sbin/libvirtd", "usr/bin/virsh" },
};

static int live_msr(const struct ask *ask, uint32_t index, uint64_t *ret_value)
{
    _cleanup_close_ int fd = file_open(ask->root_fd, "dev/cpu/0/msr", O_RDONLY);
    uint64_t value;

    if (fd < 0)
        return fd;
    if (pread(fd, &value, sizeof(value), index) != (ssize_t)sizeof(value))
        return -EIO;
    *ret_value = value;
    return 0;
}

static int live_vm_types(const struct ask *ask, uint64_t *ret_types)
{
    _cleanup_close_ int fd = file_open(ask->root_fd, "dev/kvm", O_RDONLY);
    int types;

    if (fd < 0)
        return fd;
    types = ioctl(fd, KVM_CHECK_EXTENSION, KVM_CAP_VM_TYPES);
    if (types < 0)
        return -errno;
    *ret_types = (uint64_t)types;
    return 0;
}

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads until end of file or until text is full; -ETIMEDOUT at the deadline. */
static int read_until(int fd, int64_t deadline_ms, char *text, size_t size)
{
    size_t len = 0;

    while (len + 1 < size) {
        struct pollfd waiting = { .fd = fd, .events = POLLIN };
        int64_t left = deadline_ms - now_ms();
        ssize_t n;

        if (left <= 0 || poll(&waiting, 1, (int)left) == 0)
            return -ETIMEDOUT;
        n = read(fd, text + len, size - len - 1);
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n == 0)
            break;
        if (n > 0)
            len += (size_t)n;
    }
    text[len] = '\0';
    return 0;
}

static int spawn(const char *const *argv, int write_fd, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    int r;

    r = posix_spawn_file_actions_init(&actions);
    if (r != 0)
        return -r;
    r = posix_spawn_file_actions_adddup2(&actions, write_fd, STDOUT_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    /* A program that fails leaves the answer unknown; its complaint is not about this host. */
    if (r == 0)
        r = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (r == 0)
        r = posix_spawn(ret_pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return -r;
}

static int program_says(const char *const *argv, char *text, size_t size)
{
    _cleanup_close_ int read_fd = -1;
    int fds[2], status, r;
    pid_t pid;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    read_fd = fds[0];
    r = spawn(argv, fds[1], &pid);
    (void)close(fds[1]);
    if (r < 0)
        return r;
    r = read_until(read_fd, now_ms() + PROGRAM_TIMEOUT_MS, text, size);
    if (r < 0)
        (void)kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return r;
}

/* The path of a program that is installed; false if none is. */
static bool find_program(const struct ask *ask, enum ask_program program, char *ret_path,
                         size_t size)
{
    for (size_t i = 0; i < ARRAY_SIZE(programs[program]) && programs[program][i]; i++)
        if (file_exists(ask->root_fd, programs[program][i])) {
            text_print(ret_path, size, "/%s", programs[program][i]);
            return true;
        }
    return false;
}

static int live_version(const struct ask *ask, enum ask_program program,
                        struct version *ret_version)
{
    char path[128], says[MAX_VERSION_SAYS];
    const char *const argv[] = { path, "--version", NULL };
    int r;

    if (!find_program(ask, program, path, sizeof(path)))
        return -ENOENT;
    r = program_says(argv, says, sizeof(says));
    return r < 0 ? r : text_to_version(says, ret_version);
}

/*
 * libvirt tells its capabilities of domains only to those who may write, and asks others for a
 * password: only root asks it.
 */
static enum tri live_has_tdx(const struct ask *ask, enum ask_program program)
{
    _cleanup_free_ char *says = malloc(MAX_PROGRAM_SAYS);
    char path[128] = "/usr/bin/virsh";
    const char *const objects[] = { path, "-object", "help", NULL };
    const char *const capabilities[] = { path, "-c", "qemu:///system", "domcapabilities", NULL };
    const bool is_qemu = program == ASK_QEMU;

    if (!says || (is_qemu ? !find_program(ask, program, path, sizeof(path)) : geteuid() != 0) ||
        program_says(is_qemu ? objects : capabilities, says, MAX_PROGRAM_SAYS) < 0 ||
        !strstr(says, is_qemu ? "memory-backend" : "<domainCapabilities>"))
        return TRI_UNKNOWN;
    return tri_of(strstr(says, is_qemu ? "tdx-guest" : "<tdx ") != NULL);
}

/* One read(2) of /dev/kmsg is one record: "prio,seq,usec,flag;text\n key=value\n". */
static int live_kernel_log(const struct ask *ask, char **ret_text)
{
    _cleanup_close_ int fd = file_open(ask->root_fd, "dev/kmsg", O_RDONLY | O_NONBLOCK);
    _cleanup_free_ char *text = malloc(FILE_MAX_LARGE);
    bool is_cut = false;
    size_t len = 0;

    if (fd < 0)
        return fd;
    if (!text)
        return -ENOMEM;
    for (;;) {
        char record[8192];
        ssize_t n = read(fd, record, sizeof(record) - 1);
        const char *message;
        size_t message_len;

        if (n < 0 && (errno == EPIPE || errno == EINTR))
            continue;
        if (n <= 0)
            break;
        record[n] = '\0';
        message = strchr(record, ';');
        if (!message)
            continue;
        message_len = strcspn(message + 1, "\n");
        if (len + message_len + 2 > FILE_MAX_LARGE) {
            len -= FILE_MAX_LARGE / 2;
            memmove(text, text + FILE_MAX_LARGE / 2, len);
            is_cut = true;
        }
        memcpy(text + len, message + 1, message_len);
        len += message_len;
        text[len++] = '\n';
    }
    text[len] = '\0';
    *ret_text = STEAL_PTR(text);
    return is_cut;
}

static bool live_process_lives(const struct ask *ask, uint64_t pid)
{
    (void)ask;
    return pid > 0 && pid <= INT32_MAX && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

void ask_open_live(int root_fd, struct ask *ret_ask)
{
    *ret_ask = (struct ask){
        .msr = live_msr,
        .vm_types = live_vm_types,
        .version = live_version,
        .has_tdx = live_has_tdx,
        .kernel_log = live_kernel_log,
        .process_lives = live_process_lives,
        .is_complete = true,
        .root_fd = root_fd,
    };
}
