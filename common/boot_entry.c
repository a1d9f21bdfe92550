/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot_entry.h"

#include <string.h>

#include "boot_sync.h"
#include "file.h"
#include "text.h"

#define SUFFIX ".conf"

void boot_entry_parse(const char *id, char *text, struct boot_entry *ret_entry)
{
    struct boot_entry entry = { 0 };
    const struct {
        const char *key;
        char *value;
        size_t size;
    } keys[] = {
        { "version", entry.release, sizeof(entry.release) },
        { "linux", entry.linux_path, sizeof(entry.linux_path) },
        { "initrd", entry.initrd_path, sizeof(entry.initrd_path) },
    };
    char *line;

    text_copy(entry.id, sizeof(entry.id), id);
    while ((line = text_next_line(&text))) {
        char *key = text_next_word(&line);

        entry.has_options |= key && strcmp(key, "options") == 0;
        for (size_t i = 0; key && i < ARRAY_SIZE(keys); i++)
            if (strcmp(keys[i].key, key) == 0 && !keys[i].value[0])
                text_copy(keys[i].value, keys[i].size, text_trim(line));
    }
    /* An entry without the key version has it in its name: MACHINE-ID-VERSION. */
    if (!entry.release[0] && strchr(id, '-'))
        text_copy(entry.release, sizeof(entry.release), strchr(id, '-') + 1);
    /* It becomes the name of a file. */
    if (strchr(entry.release, '/'))
        entry.release[0] = '\0';
    *ret_entry = entry;
}

static void path_of(const char *id, char *path, size_t size)
{
    text_print(path, size, "%s/%s%s", BOOT_ENTRIES_DIR, id, SUFFIX);
}

int boot_entries_read(int root_fd, struct boot_entry **ret_entries, size_t *ret_count)
{
    struct boot_entry *entries;
    size_t count = 0, name_count;
    char **names;
    int r = file_list(root_fd, BOOT_ENTRIES_DIR, BOOT_ENTRIES_MAX, &names, &name_count);

    if (r < 0)
        return r;
    entries = calloc(name_count + 1, sizeof(*entries));
    for (size_t i = 0; entries && i < name_count; i++) {
        _cleanup_free_ char *text = NULL;
        char path[512];

        text_print(path, sizeof(path), "%s/%s", BOOT_ENTRIES_DIR, names[i]);
        if (!text_ends_with(names[i], SUFFIX) ||
            strlen(names[i]) - strlen(SUFFIX) >= sizeof(entries[0].id) ||
            file_read(root_fd, path, FILE_MAX_SMALL, &text) < 0)
            continue;
        names[i][strlen(names[i]) - strlen(SUFFIX)] = '\0';
        boot_entry_parse(names[i], text, &entries[count++]);
    }
    file_list_free(names, name_count);
    if (!entries)
        return -ENOMEM;
    *ret_entries = entries;
    *ret_count = count;
    return 0;
}

const struct boot_entry *boot_entry_by_id(const struct boot_entry *entries, size_t count,
                                          const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(entries[i].id, id) == 0)
            return &entries[i];
    return NULL;
}

const struct boot_entry *boot_entry_of(const struct boot_entry *entries, size_t count,
                                       const char *release, const char *preferred_id)
{
    const struct boot_entry *found = boot_entry_by_id(entries, count, preferred_id);

    if (found && strcmp(found->release, release) == 0)
        return found;
    found = NULL;
    for (size_t i = 0; i < count; i++)
        if (strcmp(entries[i].release, release) == 0 &&
            (!found || strlen(entries[i].id) < strlen(found->id)))
            found = &entries[i];
    return found;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t run_len(const char *text, bool digits)
{
    size_t len = 0;

    while (text[len] && is_digit(text[len]) == digits)
        len++;
    return len;
}

int boot_release_compare(const char *a, const char *b)
{
    while (*a && *b) {
        bool digits = is_digit(*a);
        size_t len_a, len_b;
        int order;

        if (digits != is_digit(*b))
            return digits ? 1 : -1;
        while (digits && *a == '0' && is_digit(a[1]))
            a++;
        while (digits && *b == '0' && is_digit(b[1]))
            b++;
        len_a = run_len(a, digits);
        len_b = run_len(b, digits);
        if (digits && len_a != len_b)
            return len_a > len_b ? 1 : -1;
        order = strncmp(a, b, len_a < len_b ? len_a : len_b);
        if (order != 0 || len_a != len_b)
            return order ? order : (len_a > len_b ? 1 : -1);
        a += len_a;
        b += len_b;
    }
    return (*a != '\0') - (*b != '\0');
}

static bool has_key(const char *line, const char *key)
{
    size_t len = strlen(key);

    return strncmp(line, key, len) == 0 && (line[len] == ' ' || line[len] == '\t');
}

/* Appends to the first line of arguments only: GRUB reads no other. */
static int edit(char *text, const char *title_suffix, const char *arguments, char *ret_text,
                size_t size)
{
    bool has_arguments = false;
    size_t len = 0;
    char *line;

    ret_text[0] = '\0';
    while ((line = text_next_line(&text))) {
        const char *more = "", *blank = "";

        if (has_key(line, "title")) {
            more = title_suffix;
        } else if (has_key(line, "options") && !has_arguments) {
            more = arguments;
            has_arguments = true;
        }
        if (*more)
            blank = " ";
        if (len + strlen(line) + strlen(more) + 3 > size)
            return -EFBIG;
        text_print(ret_text + len, size - len, "%s%s%s\n", line, blank, more);
        len = strlen(ret_text);
    }
    return has_arguments ? 0 : -ENODATA;
}

int boot_entry_copy(int root_fd, const char *from, const char *to, const char *title_suffix,
                    const char *arguments)
{
    _cleanup_free_ char *text = NULL, *edited = malloc(FILE_MAX_SMALL * 2);
    char path[256];
    int r;

    if (!edited)
        return -ENOMEM;
    path_of(from, path, sizeof(path));
    r = file_read(root_fd, path, FILE_MAX_SMALL, &text);
    if (r == 0)
        r = edit(text, title_suffix, arguments, edited, FILE_MAX_SMALL * 2);
    path_of(to, path, sizeof(path));
    if (r == 0)
        r = file_write_atomic(root_fd, path, edited, 0644);
    return r < 0 ? r : boot_sync(root_fd);
}

void boot_entry_file(int root_fd, const char *named, char *ret_path, size_t size)
{
    int len = (int)strcspn(named, " \t");

    text_print(ret_path, size, "boot/%.*s", len, named);
    if (!file_exists(root_fd, ret_path))
        text_print(ret_path, size, "%.*s", len, named);
}

int boot_entry_remove(int root_fd, const char *id)
{
    char path[256];
    int r;

    path_of(id, path, sizeof(path));
    r = file_remove(root_fd, path);
    return r == -ENOENT ? 0 : r;
}
