/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "virsh.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "text.h"

#define MAX_ARGUMENTS 16
#define TIMEOUT_MS    60000

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads all that virsh prints, so that virsh never blocks on a full pipe; keeps the part that fits.
 */
static int drain(int fd, char *says)
{
    int64_t deadline_ms = now_ms() + TIMEOUT_MS;
    size_t len = 0;

    for (;;) {
        struct pollfd waiting = { .fd = fd, .events = POLLIN };
        int64_t left_ms = deadline_ms - now_ms();
        char piece[512];
        ssize_t n;

        if (left_ms <= 0 || poll(&waiting, 1, (int)left_ms) == 0)
            return -ETIMEDOUT;
        n = read(fd, piece, sizeof(piece));
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n == 0)
            return 0;
        for (ssize_t i = 0; i < n && len + 1 < VIRSH_SAYS_SIZE; i++)
            says[len++] = piece[i];
        says[len] = '\0';
    }
}

static int start(char *const *argv, int write_fd, pid_t *ret_pid)
{
    const char *program = secure_getenv("TDX_HOST_VIRSH");
    char *all[MAX_ARGUMENTS] = { (char *)(uintptr_t) "virsh", (char *)(uintptr_t) "-c",
                                 (char *)(uintptr_t) "qemu:///system" };
    posix_spawn_file_actions_t actions;
    int r;

    for (size_t i = 0; argv[i] && i + 4 < MAX_ARGUMENTS; i++)
        all[i + 3] = argv[i];
    r = posix_spawn_file_actions_init(&actions);
    if (r != 0)
        return -r;
    r = posix_spawn_file_actions_adddup2(&actions, write_fd, STDOUT_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(&actions, write_fd, STDERR_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (r == 0)
        r = posix_spawnp(ret_pid, program ?: "virsh", &actions, NULL, all, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return -r;
}

/* Joins all lines with "; ": virsh says in the first what failed, and why in the last. */
static void join_lines(char *text, char *says)
{
    char *line;
    size_t len = 0;

    says[0] = '\0';
    while ((line = text_next_line(&text))) {
        char clean[VIRSH_SAYS_SIZE];

        text_copy(clean, sizeof(clean), text_trim(line));
        if (!clean[0])
            continue;
        text_print(says + len, VIRSH_SAYS_SIZE - len, "%s%s", len ? "; " : "", clean);
        len = strlen(says);
    }
}

int virsh_run(char *const *argv, char *says)
{
    char all[VIRSH_SAYS_SIZE] = "";
    _cleanup_close_ int read_fd = -1;
    int fds[2], status = 0, r;
    pid_t pid;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    read_fd = fds[0];
    r = start(argv, fds[1], &pid);
    (void)close(fds[1]);
    if (r < 0)
        return r;
    r = drain(read_fd, all);
    if (r < 0)
        (void)kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    join_lines(all, says);
    if (r < 0)
        return r;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}
