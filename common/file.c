/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "file.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "text.h"

#define MAX_PATH 4096

/* Removes leading slashes: every path is relative to root_fd. */
static const char *relative(const char *path)
{
    while (*path == '/')
        path++;
    return *path ? path : ".";
}

int file_open(int root_fd, const char *path, int flags)
{
    struct open_how how = {
        /* O_PATH does not allow O_NOCTTY beside it. */
        .flags = (uint64_t)(flags | O_CLOEXEC | (flags & O_PATH ? 0 : O_NOCTTY)),
        .resolve = RESOLVE_IN_ROOT,
    };
    long fd;

    do
        fd = syscall(SYS_openat2, root_fd, relative(path), &how, sizeof(how));
    while (fd < 0 && (errno == EINTR || errno == EAGAIN));
    return fd < 0 ? -errno : (int)fd;
}

/* After -EFBIG *ret_text has the beginning, and the next byte to read is behind it. */
static int read_bytes(int fd, size_t max, char **ret_text, size_t *ret_len)
{
    _cleanup_free_ char *text = NULL;
    size_t size = 0, len = 0;

    for (;;) {
        ssize_t n;

        if (size - len < 2) {
            size_t wanted = size ? size * 2 : 4096;
            char *grown = realloc(text, wanted);

            if (!grown)
                return -ENOMEM;
            text = grown;
            size = wanted;
        }
        n = read(fd, text + len, size - len - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        len += (size_t)n;
        if (len > max)
            break;
    }
    text[len] = '\0';
    *ret_text = STEAL_PTR(text);
    *ret_len = len;
    return len > max ? -EFBIG : 0;
}

int file_read_start(int fd, size_t max, char **ret_text, size_t *ret_len)
{
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = read_bytes(fd, max, &text, &len);

    if (r < 0 && r != -EFBIG)
        return r;
    if (strlen(text) != len)
        return -EINVAL;
    *ret_text = STEAL_PTR(text);
    *ret_len = len;
    return r == -EFBIG;
}

int file_read_fd(int fd, size_t max, char **ret_text, size_t *ret_len)
{
    _cleanup_free_ char *text = NULL;
    int r = file_read_start(fd, max, &text, ret_len);

    if (r != 0)
        return r < 0 ? r : -EFBIG;
    *ret_text = STEAL_PTR(text);
    return 0;
}

int file_read(int root_fd, const char *path, size_t max, char **ret_text)
{
    _cleanup_close_ int fd = file_open(root_fd, path, O_RDONLY);
    size_t len;

    return fd < 0 ? fd : file_read_fd(fd, max, ret_text, &len);
}

static void nuls_to_lines(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\0')
            text[i] = '\n';
}

int file_read_words(int root_fd, const char *path, size_t max, char **ret_text)
{
    _cleanup_close_ int fd = file_open(root_fd, path, O_RDONLY);
    size_t len;
    int r = fd < 0 ? fd : read_bytes(fd, max, ret_text, &len);

    if (r == 0)
        nuls_to_lines(*ret_text, len);
    return r;
}

int file_read_end(int root_fd, const char *path, size_t max, char **ret_text)
{
    _cleanup_close_ int fd = file_open(root_fd, path, O_RDONLY);
    off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
    bool is_cut = size > (off_t)max;
    char *line;
    size_t len;
    int r;

    if (fd < 0)
        return fd;
    if (lseek(fd, is_cut ? size - (off_t)max : 0, SEEK_SET) < 0)
        return -errno;
    r = read_bytes(fd, max, ret_text, &len);
    if (r < 0)
        return r;
    nuls_to_lines(*ret_text, len);
    line = is_cut ? strchr(*ret_text, '\n') : NULL;
    if (line)
        memmove(*ret_text, line + 1, strlen(line + 1) + 1);
    return is_cut;
}

int file_read_line(int root_fd, const char *path, char *ret_line, size_t size)
{
    _cleanup_free_ char *text = NULL;
    int r;

    r = file_read(root_fd, path, FILE_MAX_SMALL, &text);
    if (r < 0)
        return r;
    text[strcspn(text, "\n")] = '\0';
    text_copy(ret_line, size, text);
    return 0;
}

int file_read_u64(int root_fd, const char *path, uint64_t *ret_value)
{
    char line[32];
    int r;

    r = file_read_line(root_fd, path, line, sizeof(line));
    return r < 0 ? r : text_to_u64(line, ret_value);
}

int file_mode(int root_fd, const char *path, mode_t *ret_mode)
{
    _cleanup_close_ int fd = file_open(root_fd, path, O_PATH);
    struct stat st;

    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0)
        return -errno;
    *ret_mode = st.st_mode;
    return 0;
}

bool file_exists(int root_fd, const char *path)
{
    mode_t mode;

    return file_mode(root_fd, path, &mode) == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void file_list_free(char **names, size_t count)
{
    int saved = errno;

    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free((void *)names);
    errno = saved;
}

static int list_dir(DIR *dir, size_t max, char **names, size_t *count)
{
    const struct dirent *entry;

    while (errno = 0, (entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        if (*count == max)
            return -E2BIG;
        names[*count] = strdup(entry->d_name);
        if (!names[*count])
            return -ENOMEM;
        (*count)++;
    }
    return -errno;
}

int file_list(int root_fd, const char *path, size_t max, char ***ret_names, size_t *ret_count)
{
    _cleanup_close_ int fd = file_open(root_fd, path, O_RDONLY | O_DIRECTORY);
    _cleanup_dir_ DIR *dir = NULL;
    char **names;
    size_t count = 0;
    int r;

    if (fd < 0)
        return fd;
    dir = fdopendir(fd);
    if (!dir)
        return -errno;
    (void)steal_fd(&fd);
    names = (char **)calloc(max, sizeof(*names));
    if (!names)
        return -ENOMEM;
    r = list_dir(dir, max, names, &count);
    if (r < 0) {
        file_list_free(names, count);
        return r;
    }
    qsort((void *)names, count, sizeof(*names), by_name);
    *ret_names = names;
    *ret_count = count;
    return 0;
}

/* Opens the folder of a path and returns the name of the file in it. */
static int open_parent(int root_fd, const char *path, const char **ret_name)
{
    char folder[MAX_PATH];
    const char *slash = strrchr(relative(path), '/');

    if (strlen(path) >= sizeof(folder))
        return -ENAMETOOLONG;
    *ret_name = slash ? slash + 1 : relative(path);
    text_print(folder, sizeof(folder), "%.*s", slash ? (int)(slash - relative(path)) : 1,
               slash ? relative(path) : ".");
    return file_open(root_fd, folder, O_RDONLY | O_DIRECTORY);
}

static int write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        text += n;
        len -= (size_t)n;
    }
    return fsync(fd) < 0 ? -errno : 0;
}

int file_write_atomic(int root_fd, const char *path, const char *text, mode_t mode)
{
    const char *name;
    _cleanup_close_ int dir_fd = open_parent(root_fd, path, &name);
    _cleanup_close_ int fd = -1;
    char temporary[NAME_MAX + 1];
    uint64_t random;
    int r;

    if (dir_fd < 0)
        return dir_fd;
    if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return -errno;
    text_print(temporary, sizeof(temporary), ".%016llx.tmp", (unsigned long long)random);
    fd = openat(dir_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0)
        return -errno;
    r = write_all(fd, text, strlen(text));
    if (r == 0 && renameat(dir_fd, temporary, dir_fd, name) < 0)
        r = -errno;
    if (r < 0)
        (void)unlinkat(dir_fd, temporary, 0);
    /* The new name, too, has to survive a power cut. */
    else if (fsync(dir_fd) < 0)
        r = -errno;
    return r;
}

int file_make_dir(int root_fd, const char *path, mode_t mode)
{
    char part[MAX_PATH];
    size_t len = strlen(relative(path));

    if (len >= sizeof(part))
        return -ENAMETOOLONG;
    memcpy(part, relative(path), len + 1);
    for (size_t i = 1; i <= len; i++) {
        const char *name;
        char c = part[i];

        if (c != '/' && c != '\0')
            continue;
        part[i] = '\0';
        if (!file_exists(root_fd, part)) {
            _cleanup_close_ int dir_fd = open_parent(root_fd, part, &name);

            if (dir_fd < 0)
                return dir_fd;
            if (mkdirat(dir_fd, name, mode) < 0 && errno != EEXIST)
                return -errno;
        }
        part[i] = c;
    }
    return 0;
}

int file_remove(int root_fd, const char *path)
{
    const char *name;
    _cleanup_close_ int dir_fd = open_parent(root_fd, path, &name);

    if (dir_fd < 0)
        return dir_fd;
    return unlinkat(dir_fd, name, 0) < 0 ? -errno : 0;
}
