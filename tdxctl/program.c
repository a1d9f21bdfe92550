/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads all that the program prints, so that it never blocks on a full pipe; keeps the part that
 * fits. */
static int drain(int fd, uint64_t timeout_s, char *says, size_t size)
{
    int64_t deadline_ms = now_ms() + (int64_t)timeout_s * 1000;
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
        for (ssize_t i = 0; i < n && len + 1 < size; i++)
            says[len++] = piece[i];
        says[len] = '\0';
    }
}

static int start(char *const *argv, int write_fd, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    int r;

    r = posix_spawn_file_actions_init(&actions);
    if (r != 0)
        return -r;
    r = posix_spawn_file_actions_adddup2(&actions, write_fd, STDOUT_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(&actions, write_fd, STDERR_FILENO);
    if (r == 0)
        r = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (r == 0)
        r = posix_spawnp(ret_pid, argv[0], &actions, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return -r;
}

int program_run(char *const *argv, uint64_t timeout_s, char *says, size_t size)
{
    _cleanup_close_ int read_fd = -1;
    int fds[2], status = 0, r;
    pid_t pid;

    says[0] = '\0';
    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    read_fd = fds[0];
    r = start(argv, fds[1], &pid);
    (void)close(fds[1]);
    if (r < 0)
        return r;
    r = drain(read_fd, timeout_s, says, size);
    if (r < 0)
        (void)kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (r < 0)
        return r;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}
