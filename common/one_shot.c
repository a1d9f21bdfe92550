/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "one_shot.h"

#include <fcntl.h>
#include <string.h>

#include "boot_entry.h"
#include "file.h"
#include "grubenv.h"
#include "mounts.h"

static const char *const configs[] = { "boot/grub2/grub.cfg", "boot/grub/grub.cfg" };

#define DEFAULTS "etc/default/grub"

/* GRUB writes to no other file system: it overwrites the blocks of a file, which btrfs, for one,
 * does not allow. */
static const char *const written_by_grub[] = { "ext2", "ext3", "ext4", "xfs", "vfat" };

#define NEXT_ENTRY_NEEDS                                                                           \
    (ONE_SHOT_TAKES_NEXT | ONE_SHOT_CLEARS_NEXT | ONE_SHOT_GRUB_WRITES | ONE_SHOT_KEEPS_DEFAULT)

static const struct one_shot_row rows[] = {
    { .lacks = ONE_SHOT_HAS_GRUB,
      .token = "no-grub",
      .words = "this host has no environment block of GRUB, so another boot loader starts it",
      .fix = "A trial needs GRUB with boot loader entries, as on EL and Fedora." },
    { .lacks = ONE_SHOT_HAS_ENTRIES,
      .token = "no-boot-loader-entries",
      .words = "GRUB of this host does not read boot loader entries (BLS)",
      .fix = "Set GRUB_ENABLE_BLSCFG=true in /etc/default/grub and run grub2-mkconfig." },
    { .lacks = ONE_SHOT_DEFAULT_SAVED,
      .token = "default-not-saved",
      .words =
              "GRUB of this host does not take its default from saved_entry, so nothing says which "
              "kernel is home",
      .fix = "Set GRUB_DEFAULT=saved in /etc/default/grub and run grub2-mkconfig." },
    { .lacks = ONE_SHOT_BOOT_WRITABLE,
      .token = "boot-read-only",
      .words = "/boot cannot be written to",
      .fix = "Mount /boot for writing.",
      .is_about_place = true },
    { .needs = NEXT_ENTRY_NEEDS, .is_possible = true, .method = TRIAL_BY_NEXT_ENTRY },
    { .lacks = ONE_SHOT_TAKES_NEXT | ONE_SHOT_CLEARS_NEXT,
      .token = "next-entry-ignored",
      .words = "GRUB's configuration does not boot next_entry once",
      .fix = "Run grub2-mkconfig: the configuration was written by hand or by an old version." },
    { .lacks = ONE_SHOT_GRUB_WRITES,
      .token = "grubenv-not-written",
      .words =
              "GRUB cannot write its environment block, so it would boot the trial again and again",
      .fix = "Put /boot on a partition with ext4 or xfs that is neither LVM nor RAID.",
      .is_about_place = true },
    { .token = "default-moves",
      .words = "GRUB makes a default of each entry that it boots (GRUB_SAVEDEFAULT)",
      .fix = "Set GRUB_SAVEDEFAULT=false in /etc/default/grub and run grub2-mkconfig." },
};

const struct one_shot_row *one_shot_decide(const struct one_shot_facts *facts)
{
    size_t i = 0;

    while ((facts->known & rows[i].needs) != rows[i].needs ||
           (rows[i].lacks && (facts->known & rows[i].lacks) == rows[i].lacks))
        i++;
    return &rows[i];
}

/* Is there a line that begins with these words, after blanks? */
static bool has_line(const char *text, const char *words)
{
    size_t len = strlen(words);

    while (text && *text) {
        text += strspn(text, " \t");
        if (strncmp(text, words, len) == 0 && strchr(" \t\n;", text[len]))
            return true;
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    return false;
}

/* Gets VALUE of the last line KEY=VALUE of a shell file, without quotes. */
static bool shell_value(const char *text, const char *key, char *ret_value, size_t size)
{
    size_t len = strlen(key);
    bool found = false;

    for (const char *line = text; line && *line; line = strchr(line, '\n') ?: "") {
        line += strspn(line, "\n \t");
        if (strncmp(line, key, len) != 0 || line[len] != '=')
            continue;
        line += len + 1;
        line += strspn(line, "\"'");
        text_print(ret_value, size, "%.*s", (int)strcspn(line, "\"' \t\n#"), line);
        found = true;
    }
    return found;
}

static bool has_entries(int root_fd)
{
    _cleanup_free_ struct boot_entry *entries = NULL;
    size_t count = 0;

    return boot_entries_read(root_fd, &entries, &count) == 0 && count > 0;
}

static unsigned int read_config(int root_fd)
{
    _cleanup_free_ char *config = NULL, *defaults = NULL;
    char wanted[32] = "saved", saves[32] = "";
    unsigned int known = 0;

    for (size_t i = 0; i < ARRAY_SIZE(configs) && !config; i++)
        (void)file_read(root_fd, configs[i], FILE_MAX_LARGE, &config);
    if (!config)
        return 0;
    /* What the defaults say takes effect when the configuration is written next, as by an update.
     */
    if (file_read(root_fd, DEFAULTS, FILE_MAX_SMALL, &defaults) == 0) {
        (void)shell_value(defaults, "GRUB_DEFAULT", wanted, sizeof(wanted));
        (void)shell_value(defaults, "GRUB_SAVEDEFAULT", saves, sizeof(saves));
    }
    if (has_line(config, "blscfg") && has_entries(root_fd))
        known |= ONE_SHOT_HAS_ENTRIES;
    if (strstr(config, "default=\"${saved_entry}\"") && strcmp(wanted, "saved") == 0)
        known |= ONE_SHOT_DEFAULT_SAVED;
    if (strstr(config, "default=\"${next_entry}\""))
        known |= ONE_SHOT_TAKES_NEXT;
    if (has_line(config, "save_env next_entry"))
        known |= ONE_SHOT_CLEARS_NEXT;
    /* The function savedefault does nothing for an entry that is booted once, if it looks at
     * boot_once. */
    if ((!has_line(config, "save_default=true") && strcmp(saves, "true") != 0) ||
        (has_line(config, "set boot_once=true") && strstr(config, "-z \"${boot_once}\"")))
        known |= ONE_SHOT_KEEPS_DEFAULT;
    return known;
}

static bool is_written_by_grub(const struct mount *mount)
{
    for (size_t i = 0; i < ARRAY_SIZE(written_by_grub); i++)
        if (strcmp(written_by_grub[i], mount->type) == 0)
            return true;
    return false;
}

/* On EL 8 with UEFI grubenv is a link into the EFI system partition: what counts is where that is.
 */
static void follow_link(int root_fd, char *path, size_t size)
{
    char *slash = strrchr(path, '/'), link[128];
    const char *rest = link;
    _cleanup_close_ int fd = -1;
    ssize_t n;

    *slash = '\0';
    fd = file_open(root_fd, path, O_PATH | O_DIRECTORY);
    n = fd < 0 ? -1 : readlinkat(fd, slash + 1, link, sizeof(link) - 1);
    if (n < 0) {
        *slash = '/';
        return;
    }
    link[n] = '\0';
    if (*link == '/')
        *path = '\0';
    while (text_starts_with(rest, "../")) {
        char *above = strrchr(path, '/');

        if (above)
            *above = '\0';
        rest += 3;
    }
    text_print(path + strlen(path), size - strlen(path), "%s%s", *rest == '/' ? "" : "/", rest);
}

/* A mount that cannot be found out counts as one that cannot be written. */
static unsigned int read_mounts(int root_fd, const char *env_path, char *ret_where, size_t size)
{
    struct mount env, entries;
    unsigned int known = 0;
    const char *layer;
    char path[256];

    text_print(ret_where, size, "an unknown file system");
    text_print(path, sizeof(path), "/%s", env_path);
    follow_link(root_fd, path, sizeof(path));
    if (mount_of(root_fd, path, &env) < 0 || mount_of(root_fd, "/" BOOT_ENTRIES_DIR, &entries) < 0)
        return 0;
    layer = mount_layer(root_fd, &env);
    text_print(ret_where, size, "%s on %s%s%s", env.type, layer ?: "", layer ? ", " : "",
               env.source);
    if (!env.is_read_only && !entries.is_read_only)
        known |= ONE_SHOT_BOOT_WRITABLE;
    if (is_written_by_grub(&env) && !layer)
        known |= ONE_SHOT_GRUB_WRITES;
    return known;
}

void one_shot_read(int root_fd, struct one_shot_facts *ret_facts)
{
    struct one_shot_facts facts = { 0 };
    struct grubenv env;

    if (grubenv_read(root_fd, &env) == 0) {
        facts.known |= ONE_SHOT_HAS_GRUB | read_config(root_fd) |
                       read_mounts(root_fd, env.path, facts.where, sizeof(facts.where));
    }
    *ret_facts = facts;
}
