/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs whole trials on the files of a host in a temporary folder, with a model of GRUB, and cuts
 * the power between every two actions. After each cut the host must come to rest at home or on a
 * kept kernel.
 */
#include "boot_entry.h"
#include "file.h"
#include "grubenv.h"
#include "sha256.h"
#include "tests.h"
#include "trial.h"

#include <fcntl.h>
#include <string.h>

#define HOME   "6.12.1-home"
#define TARGET "6.12.2-target+tdx"
#define NEVER  (-1)

/* A host: its files, and what a power cut, a full disk or a bad kernel do to it. */
struct model {
    int root_fd;
    bool is_off;
    bool is_full;      /* nothing can be written below /var */
    bool is_dead;      /* the target ends before it says anything */
    bool is_read_only; /* nothing can be written below /boot */
    int cut;           /* the action before which the power is cut */
    int done;
    bool wants_reboot;
    const char *running;
    const char *cmdline;
    struct trial trial;
};

static struct model *rebooting;

static int note_reboot(void)
{
    rebooting->wants_reboot = true;
    return 0;
}

static int release_nothing(void)
{
    return 0;
}

/* Is the power cut before this action, or was it before? */
static bool is_cut(struct model *model)
{
    if (!model->is_off && model->done++ == model->cut)
        model->is_off = true;
    return model->is_off;
}

static int model_save(void *data, const struct trial *trial)
{
    struct model *model = data;

    if (is_cut(model))
        return -ECANCELED;
    return model->is_full ? -ENOSPC : trial_save(model->root_fd, trial);
}

static bool is_below_var(enum trial_action action)
{
    return action == TRIAL_NOTE_GOOD || action == TRIAL_NOTE_REJECTED;
}

static bool is_below_boot(enum trial_action action)
{
    return action == TRIAL_COPY_ENTRY || action == TRIAL_PIN_HOME || action == TRIAL_ARM ||
           action == TRIAL_SET_DEFAULT;
}

static int model_act(void *data, const struct trial *trial, enum trial_action action)
{
    struct model *model = data;
    struct trial_host host = { model->root_fd, note_reboot, release_nothing };

    if (is_cut(model))
        return -ECANCELED;
    if (model->is_full && is_below_var(action))
        return -ENOSPC;
    if (model->is_read_only && is_below_boot(action))
        return -EROFS;
    rebooting = model;
    return trial_host_act(&host, trial, action);
}

static void write_entry(int root_fd, const char *id, const char *release)
{
    char path[128], text[256];

    text_print(path, sizeof(path), BOOT_ENTRIES_DIR "/%s.conf", id);
    text_print(text, sizeof(text), "title Linux\nversion %s\nlinux /v\noptions root=/dev/vda ro\n",
               release);
    assert_int_equal(file_write_atomic(root_fd, path, text, 0644), 0);
}

static void write_grubenv(int root_fd, const char *saved)
{
    char block[1025];

    memset(block, '#', 1024);
    block[1024] = '\0';
    memcpy(block, "# GRUB Environment Block\n", 25);
    assert_int_equal(file_write_atomic(root_fd, "boot/grub2/grubenv", block, 0644), 0);
    if (saved) {
        struct grubenv env;

        assert_int_equal(grubenv_read(root_fd, &env), 0);
        assert_int_equal(grubenv_set(&env, "saved_entry", saved), 0);
        assert_int_equal(grubenv_write(root_fd, &env), 0);
    }
}

static struct model new_host(void)
{
    /* Thousands of writes are synced: memory is faster than a disk. */
    char in_memory[] = "/dev/shm/tdx-host-trial.XXXXXX", on_disk[] = "/tmp/tdx-host-trial.XXXXXX";
    char *dir = mkdtemp(in_memory) ?: mkdtemp(on_disk);
    struct model model = { .cut = NEVER, .running = HOME, .cmdline = "root=/dev/vda" };

    assert_non_null(dir);
    model.root_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(model.root_fd >= 0);
    assert_int_equal(file_make_dir(model.root_fd, BOOT_ENTRIES_DIR, 0755), 0);
    assert_int_equal(file_make_dir(model.root_fd, "boot/grub2", 0755), 0);
    write_entry(model.root_fd, "home", HOME);
    write_entry(model.root_fd, "target", TARGET);
    write_grubenv(model.root_fd, "home");
    return model;
}

static void remove_tree(int root_fd, const char *path)
{
    char **names;
    size_t count;

    if (file_list(root_fd, path, 64, &names, &count) == 0) {
        for (size_t i = 0; i < count; i++) {
            char below[512];

            text_print(below, sizeof(below), "%s/%s", path, names[i]);
            remove_tree(root_fd, below);
        }
        file_list_free(names, count);
    }
    if (file_remove(root_fd, path) < 0)
        (void)unlinkat(root_fd, path, AT_REMOVEDIR);
}

static void remove_host(struct model *model)
{
    char path[64], dir[256];
    ssize_t n;

    text_print(path, sizeof(path), "/proc/self/fd/%d", model->root_fd);
    n = readlink(path, dir, sizeof(dir) - 1);
    remove_tree(model->root_fd, "boot");
    remove_tree(model->root_fd, "var");
    remove_tree(model->root_fd, "run");
    (void)close(model->root_fd);
    if (n > 0) {
        dir[n] = '\0';
        (void)rmdir(dir);
    }
}

static void variable(const struct model *model, const char *name, char *ret_value, size_t size)
{
    struct grubenv env;

    assert_int_equal(grubenv_read(model->root_fd, &env), 0);
    (void)grubenv_get(&env, name, ret_value, size);
}

/* What GRUB does: takes next_entry and clears it before it boots, else saved_entry. */
static void boot_loader(struct model *model)
{
    _cleanup_free_ struct boot_entry *entries = NULL;
    const struct boot_entry *entry;
    struct grubenv env;
    char id[160];
    size_t count;

    assert_int_equal(grubenv_read(model->root_fd, &env), 0);
    if (grubenv_get(&env, "next_entry", id, sizeof(id)) && id[0]) {
        assert_int_equal(grubenv_set(&env, "next_entry", ""), 0);
        assert_int_equal(grubenv_write(model->root_fd, &env), 0);
    } else {
        (void)grubenv_get(&env, "saved_entry", id, sizeof(id));
    }
    assert_int_equal(boot_entries_read(model->root_fd, &entries, &count), 0);
    entry = boot_entry_by_id(entries, count, id);
    /* GRUB would take its first entry: the newest kernel, unwatched. */
    assert_non_null(entry);
    model->running = strcmp(entry->release, TARGET) == 0 ? TARGET : HOME;
    model->cmdline = strcmp(id, TRIAL_ENTRY) == 0 ? "root=/dev/vda tdx_host.trial=1" : "ro";
    (void)file_remove(model->root_fd, TRIAL_NO_AUTOSTART);
}

static struct trial_ops ops_of(struct model *model)
{
    return (struct trial_ops){ .save = model_save, .act = model_act, .data = model };
}

/* Boots, and again as long as the host wants to. */
static void boot(struct model *model)
{
    const struct trial_ops ops = ops_of(model);
    int boots = 0;

    do {
        assert_true(boots++ < 6);
        model->wants_reboot = false;
        boot_loader(model);
        if (model->is_dead && strcmp(model->cmdline, "ro") != 0)
            boot_loader(model);
        (void)trial_on_boot(&ops, model->root_fd, model->cmdline, model->running, &model->trial);
    } while (model->wants_reboot && !model->is_off);
}

static void event(struct model *model, enum trial_event event)
{
    const struct trial_ops ops = ops_of(model);

    model->wants_reboot = false;
    (void)trial_step(&ops, &model->trial, event,
                     event == TRIAL_REJECT || event == TRIAL_FAIL ? "test" : NULL, NULL);
    if (model->wants_reboot && !model->is_off)
        boot(model);
}

static void start(struct model *model)
{
    model->trial = (struct trial){ .state = model->trial.state, .confirm_s = 900 };
    text_copy(model->trial.home.entry, sizeof(model->trial.home.entry), "home");
    text_copy(model->trial.home.release, sizeof(model->trial.home.release), HOME);
    text_copy(model->trial.target.entry, sizeof(model->trial.target.entry), "target");
    text_copy(model->trial.target.release, sizeof(model->trial.target.release), TARGET);
    event(model, TRIAL_START);
}

/* The host stands still: is it where it may be, and is nothing left of the trial? */
static void at_rest(const struct model *model)
{
    bool is_kept = model->trial.state == TRIAL_KEPT;
    struct trial stored;
    char value[160];

    assert_true(trial_is_over(model->trial.state));
    assert_int_equal(trial_load(model->root_fd, &stored), 0);
    assert_int_equal(stored.state, model->trial.state);
    variable(model, "next_entry", value, sizeof(value));
    assert_string_equal(value, "");
    variable(model, "saved_entry", value, sizeof(value));
    assert_string_equal(value, is_kept ? "target" : "home");
    if (!is_kept)
        assert_string_equal(model->running, HOME);
    assert_false(file_exists(model->root_fd, BOOT_ENTRIES_DIR "/" TRIAL_ENTRY ".conf"));
    assert_false(file_exists(model->root_fd, TRIAL_NO_AUTOSTART));
    assert_true(trial_is_rejected(model->root_fd, TARGET, value, sizeof(value)) ==
                (model->trial.state == TRIAL_REJECTED));
}

/* The power comes back. A trial that still runs is left alone until its time is over. */
static void power_on(struct model *model, int cut)
{
    model->is_off = false;
    model->done = 0;
    model->cut = cut;
    boot(model);
    if (!model->is_off && !trial_is_over(model->trial.state))
        event(model, TRIAL_EXPIRE);
}

struct scenario {
    const char *name;
    bool is_dead;
    enum trial_event events[3]; /* after the start; TRIAL_START ends the list */
    enum trial_state end;
};

static const struct scenario scenarios[] = {
    { "kept", false, { TRIAL_PASS, TRIAL_KEEP }, TRIAL_KEPT },
    { "dead", true, { 0 }, TRIAL_REJECTED },
    { "assessment failed", false, { TRIAL_FAIL }, TRIAL_REJECTED },
    { "never judged", false, { TRIAL_EXPIRE }, TRIAL_REJECTED },
    { "nobody kept it", false, { TRIAL_PASS, TRIAL_EXPIRE }, TRIAL_REJECTED },
    { "rejected", false, { TRIAL_PASS, TRIAL_REJECT }, TRIAL_REJECTED },
};

static void play(struct model *model, const struct scenario *scenario)
{
    model->is_dead = scenario->is_dead;
    start(model);
    for (size_t i = 0; i < ARRAY_SIZE(scenario->events) && scenario->events[i]; i++)
        if (!model->is_off)
            event(model, scenario->events[i]);
}

static void each_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++) {
        struct model model = new_host();

        play(&model, &scenarios[i]);
        assert_int_equal(model.trial.state, scenarios[i].end);
        at_rest(&model);
        /* And once more, from where the host is now: a rejected kernel can be forced. */
        if (model.trial.state != TRIAL_KEPT) {
            assert_int_equal(trial_forget_rejected(model.root_fd, TARGET), 0);
            play(&model, &scenarios[0]);
            assert_int_equal(model.trial.state, TRIAL_KEPT);
            at_rest(&model);
        }
        remove_host(&model);
    }
}

/* Cuts the power before each action, and then again before each action of what follows. */
static void power_cuts(void **state)
{
    unsigned int cuts = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++)
        for (int first = 0;; first++) {
            bool was_cut = false, was_cut_again = true;

            for (int second = 0; was_cut_again; second++) {
                struct model model = new_host();

                model.cut = first;
                play(&model, &scenarios[i]);
                was_cut = model.is_off;
                was_cut_again = false;
                if (was_cut) {
                    power_on(&model, second);
                    was_cut_again = model.is_off;
                    cuts++;
                }
                if (was_cut_again)
                    power_on(&model, NEVER);
                at_rest(&model);
                remove_host(&model);
            }
            if (!was_cut)
                break;
        }
    assert_true(cuts > 200);
}

/* The disk is full from the first boot of the target on; the host is home in spite of it, and
 * cleans up once there is space. */
static void full_disk(void **state)
{
    const struct scenario *scenario;

    (void)state;
    for (scenario = scenarios; scenario < scenarios + ARRAY_SIZE(scenarios); scenario++) {
        struct model model = new_host();
        const struct trial_ops ops = ops_of(&model);

        model.is_dead = scenario->is_dead;
        model.cut = 5; /* the save of the armed state, the reboot, then the boot */
        start(&model);
        model.is_full = true;
        power_on(&model, NEVER);
        assert_string_equal(model.running, HOME);
        (void)trial_step(&ops, &model.trial, TRIAL_EXPIRE, NULL, NULL);
        assert_string_equal(model.running, HOME);
        model.is_full = false;
        power_on(&model, NEVER);
        at_rest(&model);
        remove_host(&model);
    }
}

/* A start on a full disk changes nothing, one on a read-only /boot leaves nothing. */
static void start_fails(void **state)
{
    struct model full = new_host(), locked = new_host();
    struct trial stored;

    (void)state;
    full.is_full = true;
    start(&full);
    assert_int_equal(trial_load(full.root_fd, &stored), 0);
    assert_int_equal(stored.state, TRIAL_NONE);
    assert_string_equal(full.trial.detail, "save: No space left on device");
    assert_false(file_exists(full.root_fd, BOOT_ENTRIES_DIR "/" TRIAL_ENTRY ".conf"));
    locked.is_read_only = true;
    start(&locked);
    assert_int_equal(locked.trial.state, TRIAL_NONE);
    assert_string_equal(locked.trial.detail, "copy-entry: Read-only file system");
    at_rest(&locked);
    remove_host(&full);
    remove_host(&locked);
}

/* If the default cannot be set, the trial goes on waiting, and expires. */
static void keep_fails(void **state)
{
    struct model model = new_host();

    (void)state;
    start(&model);
    event(&model, TRIAL_PASS);
    model.is_read_only = true;
    event(&model, TRIAL_KEEP);
    assert_int_equal(model.trial.state, TRIAL_PASSED);
    model.is_read_only = false;
    event(&model, TRIAL_EXPIRE);
    assert_int_equal(model.trial.state, TRIAL_REJECTED);
    at_rest(&model);
    remove_host(&model);
}

static void lost_state(void **state)
{
    static const char *const texts[] = { "",   "{}", "{ \"schema\": \"tdx-host.trial.v1\" }",
                                         "[]", "{",  "garbage" };

    (void)state;
    for (size_t i = 0; i <= ARRAY_SIZE(texts); i++)
        for (int on_trial = 0; on_trial < 2; on_trial++) {
            struct model model = new_host();
            struct trial stored;

            model.cut = on_trial ? 5 : 4; /* before the state armed is saved, or after the arming */
            start(&model);
            if (!on_trial) {
                struct grubenv env;

                assert_int_equal(grubenv_read(model.root_fd, &env), 0);
                assert_int_equal(grubenv_set(&env, "next_entry", NULL), 0);
                assert_int_equal(grubenv_write(model.root_fd, &env), 0);
            }
            if (i == ARRAY_SIZE(texts))
                assert_int_equal(file_remove(model.root_fd, TRIAL_FILE), 0);
            else
                assert_int_equal(file_write_atomic(model.root_fd, TRIAL_FILE, texts[i], 0644), 0);
            assert_int_equal(trial_load(model.root_fd, &stored),
                             i == ARRAY_SIZE(texts) ? 0 : -EBADMSG);
            power_on(&model, NEVER);
            assert_string_equal(model.running, HOME);
            /* Without the file nothing at home tells that there ever was a trial. */
            if (i != ARRAY_SIZE(texts) || on_trial)
                at_rest(&model);
            remove_host(&model);
        }
}

/* Whatever state a host finds after a boot, it comes to rest. */
static void every_state(void **state)
{
    (void)state;
    for (int found = 0; found < TRIAL_STATE_COUNT; found++)
        for (int on_trial = 0; on_trial < 2; on_trial++) {
            struct model model = new_host();

            model.cut = 4;
            start(&model);
            model.trial.state = (enum trial_state)found;
            assert_int_equal(trial_save(model.root_fd, &model.trial), 0);
            if (found == TRIAL_KEPT)
                write_grubenv(model.root_fd, "target");
            else if (!on_trial)
                write_grubenv(model.root_fd, "home");
            power_on(&model, NEVER);
            if (model.trial.state != TRIAL_KEPT)
                assert_string_equal(model.running, HOME);
            assert_true(trial_is_over(model.trial.state));
            remove_host(&model);
        }
}

/* No two rows take the same event in the same state. */
static void rows_are_unique(void **state)
{
    const struct trial_row *rows;
    size_t count;

    (void)state;
    rows = trial_rows(&count);
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            assert_false(rows[i].states & rows[j].states && rows[i].events & rows[j].events);
}

static void not_allowed(void **state)
{
    struct model model = new_host();
    const struct trial_ops ops = ops_of(&model);

    (void)state;
    assert_int_equal(trial_step(&ops, &model.trial, TRIAL_KEEP, NULL, NULL), -EPERM);
    assert_int_equal(trial_step(&ops, &model.trial, TRIAL_EXPIRE, NULL, NULL), -EPERM);
    start(&model);
    assert_int_equal(model.trial.state, TRIAL_TRYING);
    assert_int_equal(trial_step(&ops, &model.trial, TRIAL_KEEP, NULL, NULL), -EPERM);
    assert_int_equal(trial_step(&ops, &model.trial, TRIAL_START, NULL, NULL), -EPERM);
    assert_true(file_exists(model.root_fd, TRIAL_NO_AUTOSTART));
    remove_host(&model);
}

static void entry_has_arguments(void **state)
{
    struct model model = new_host();
    _cleanup_free_ char *text = NULL;

    (void)state;
    assert_int_equal(boot_entry_copy(model.root_fd, "target", TRIAL_ENTRY, "(trial)", "a=1"), 0);
    assert_int_equal(file_read(model.root_fd, BOOT_ENTRIES_DIR "/" TRIAL_ENTRY ".conf",
                               FILE_MAX_SMALL, &text),
                     0);
    assert_string_equal(text, "title Linux (trial)\nversion " TARGET
                              "\nlinux /v\noptions root=/dev/vda ro a=1\n");
    assert_int_equal(
            file_write_atomic(model.root_fd, BOOT_ENTRIES_DIR "/odd.conf", "linux /v\n", 0644), 0);
    assert_int_equal(boot_entry_copy(model.root_fd, "odd", "copy", "", "a=1"), -ENODATA);
    assert_int_equal(boot_entry_copy(model.root_fd, "absent", "copy", "", "a=1"), -ENOENT);
    assert_false(file_exists(model.root_fd, BOOT_ENTRIES_DIR "/copy.conf"));
    remove_host(&model);
}

static void updates_keep_the_default(void **state)
{
    struct model model = new_host();
    _cleanup_free_ char *text = NULL;

    (void)state;
    assert_int_equal(file_make_dir(model.root_fd, "etc/sysconfig", 0755), 0);
    assert_int_equal(file_write_atomic(model.root_fd, "etc/sysconfig/kernel",
                                       "# comment\nUPDATEDEFAULT=yes\nDEFAULTKERNEL=kernel\n",
                                       0644),
                     0);
    start(&model);
    assert_int_equal(file_read(model.root_fd, "etc/sysconfig/kernel", 4096, &text), 0);
    assert_string_equal(text, "# comment\nUPDATEDEFAULT=no\nDEFAULTKERNEL=kernel\n");
    remove_tree(model.root_fd, "etc");
    remove_host(&model);
}

static void releases_compare(void **state)
{
    static const char *const ascending[] = {
        "6.8.0",           "6.12.9-1.el10.x86_64",       "6.12.117-0.1.0.el10.x86_64+tdx",
        "6.12.117-0.10.0", "6.12.117-1.el10.x86_64+tdx", "7.0.1",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(ascending); i++)
        for (size_t j = 0; j < ARRAY_SIZE(ascending); j++) {
            int order = boot_release_compare(ascending[i], ascending[j]);

            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
}

static void lock_excludes(void **state)
{
    struct model model = new_host();
    int first = trial_lock(model.root_fd, false);

    (void)state;
    assert_true(first >= 0);
    assert_int_equal(trial_lock(model.root_fd, false), -EWOULDBLOCK);
    (void)close(first);
    first = trial_lock(model.root_fd, false);
    assert_true(first >= 0);
    (void)close(first);
    remove_host(&model);
}

static void sums(void **state)
{
    static const char million_a[] =
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
    char *text = malloc(1000001), hex[SHA256_HEX_SIZE];
    struct model model = new_host();

    (void)state;
    assert_non_null(text);
    sha256_hex("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    memset(text, 'a', 1000000);
    text[1000000] = '\0';
    sha256_hex(text, 1000000, hex);
    assert_string_equal(hex, million_a);
    assert_int_equal(file_write_atomic(model.root_fd, "boot/a", text, 0644), 0);
    assert_int_equal(sha256_file(model.root_fd, "boot/a", hex), 0);
    assert_string_equal(hex, million_a);
    free(text);
    remove_host(&model);
}

static void grubenv_blocks(void **state)
{
    struct model model = new_host();
    struct grubenv env;
    char value[64];

    (void)state;
    assert_int_equal(grubenv_read(model.root_fd, &env), 0);
    assert_int_equal(grubenv_set(&env, "saved_entry_too", "x"), 0);
    assert_int_equal(grubenv_set(&env, "saved_entry", "y"), 0);
    assert_true(grubenv_get(&env, "saved_entry_too", value, sizeof(value)));
    assert_string_equal(value, "x");
    assert_true(grubenv_get(&env, "saved_entry", value, sizeof(value)));
    assert_string_equal(value, "y");
    assert_int_equal(grubenv_set(&env, "saved_entry", NULL), 0);
    assert_false(grubenv_get(&env, "saved_entry", value, sizeof(value)));
    assert_int_equal(env.size, 1024);
    for (int i = 0, r = 0; r == 0; i++) {
        text_print(value, sizeof(value), "variable%d", i);
        r = grubenv_set(&env, value, "some value that fills the block");
        assert_true(i < 64);
        assert_true(r == 0 || r == -ENOSPC);
    }
    assert_int_equal(grubenv_parse("saved_entry=x\n", 14, &env), -EBADMSG);
    assert_int_equal(grubenv_parse("# GRUB Environment Block\n\0\0", 27, &env), -EBADMSG);
    remove_host(&model);
}

static const struct CMUnitTest tests[] = {
    TEST("trial.each-end", each_end),
    TEST("trial.power-cuts", power_cuts),
    TEST("trial.full-disk", full_disk),
    TEST("trial.start-fails", start_fails),
    TEST("trial.keep-fails", keep_fails),
    TEST("trial.lost-state", lost_state),
    TEST("trial.every-state", every_state),
    TEST("trial.rows-are-unique", rows_are_unique),
    TEST("trial.not-allowed", not_allowed),
    TEST("trial.entry-has-arguments", entry_has_arguments),
    TEST("trial.updates-keep-the-default", updates_keep_the_default),
    TEST("trial.releases-compare", releases_compare),
    TEST("trial.grubenv-blocks", grubenv_blocks),
    TEST("trial.lock-excludes", lock_excludes),
    TEST("sha256.sums", sums),
};
TEST_LIST(trial_list, tests);
