/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "grubenv.h"

#include <fcntl.h>
#include <string.h>

#include "file.h"
#include "text.h"

#define HEADER "# GRUB Environment Block\n"

static const char *const places[] = { "boot/grub2/grubenv", "boot/grub/grubenv" };

int grubenv_parse(const char *data, size_t size, struct grubenv *ret_env)
{
    struct grubenv env = { .size = size };

    if (size < sizeof(HEADER) - 1 || size > sizeof(env.block) ||
        memcmp(data, HEADER, sizeof(HEADER) - 1) != 0 || memchr(data, '\0', size))
        return -EBADMSG;
    memcpy(env.block, data, size);
    *ret_env = env;
    return 0;
}

int grubenv_read(int root_fd, struct grubenv *ret_env)
{
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        _cleanup_free_ char *text = NULL;
        int r = file_read(root_fd, places[i], GRUBENV_MAX, &text);

        if (r == -ENOENT)
            continue;
        if (r == -EFBIG || r == -EINVAL)
            return -EBADMSG;
        if (r == 0)
            r = grubenv_parse(text, strlen(text), ret_env);
        if (r == 0)
            ret_env->path = places[i];
        return r;
    }
    return -ENOENT;
}

int grubenv_write(int root_fd, const struct grubenv *env)
{
    _cleanup_close_ int fd = file_open(root_fd, env->path, O_WRONLY);
    ssize_t n;

    if (fd < 0)
        return fd;
    do
        n = pwrite(fd, env->block, env->size, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    if ((size_t)n != env->size)
        return -EIO;
    return fsync(fd) < 0 ? -errno : 0;
}

/* The length of the line at text, with its newline; a last line may lack it. */
static size_t line_len(const char *text, size_t left)
{
    const char *end = memchr(text, '\n', left);

    return end ? (size_t)(end - text) + 1 : left;
}

static bool is_variable(const char *line, size_t len, const char *name)
{
    size_t name_len = strlen(name);

    return len > name_len && memcmp(line, name, name_len) == 0 && line[name_len] == '=';
}

/* Editors end the last line, which fills the block up, with a newline. */
static bool is_filling(const char *line, size_t len)
{
    for (size_t i = 0; i + 1 < len; i++)
        if (line[i] != '#')
            return false;
    return true;
}

bool grubenv_get(const struct grubenv *env, const char *name, char *ret_value, size_t size)
{
    size_t len;

    text_copy(ret_value, size, "");
    for (size_t at = 0; at < env->size; at += len) {
        const char *line = env->block + at;

        len = line_len(line, env->size - at);
        if (is_variable(line, len, name)) {
            size_t skip = strlen(name) + 1;
            char value[GRUBENV_MAX];

            text_print(value, sizeof(value), "%.*s", (int)(len - skip), line + skip);
            value[strcspn(value, "\n")] = '\0';
            text_copy(ret_value, size, value);
            return true;
        }
    }
    return false;
}

int grubenv_set(struct grubenv *env, const char *name, const char *value)
{
    char block[GRUBENV_MAX];
    size_t used = 0, len;

    for (size_t at = 0; at < env->size; at += len) {
        const char *line = env->block + at;

        len = line_len(line, env->size - at);
        if (line[len - 1] != '\n' || is_filling(line, len))
            break; /* what fills the block up */
        if (is_variable(line, len, name))
            continue;
        memcpy(block + used, line, len);
        used += len;
    }
    if (value) {
        char line[GRUBENV_MAX];

        text_print(line, sizeof(line), "%s=%s\n", name, value);
        len = strlen(line);
        if (used + len > env->size)
            return -ENOSPC;
        memcpy(block + used, line, len);
        used += len;
    }
    memset(block + used, '#', env->size - used);
    memcpy(env->block, block, env->size);
    return 0;
}
