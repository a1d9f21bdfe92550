/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stores a trial as JSON. A file that is not wholly a trial is corrupt: none of it is used. */
#include <fcntl.h>
#include <json-c/json.h>
#include <string.h>
#include <sys/file.h>

#include "file.h"
#include "trial.h"

#define LOCK_DIR "run/tdx-host"

static void put_json(json_object **object)
{
    json_object_put(*object);
}

#define _cleanup_json_ __attribute__((cleanup(put_json)))

/* The members that are texts: where they are in struct trial, and how large they are. */
static const struct {
    const char *key;
    size_t offset, size;
} texts[] = {
#define TEXT(key, member)                                                                          \
    {                                                                                              \
        key, offsetof(struct trial, member), sizeof(((struct trial *)0)->member)                   \
    }
    TEXT("home_entry", home.entry),
    TEXT("home_release", home.release),
    TEXT("target_entry", target.entry),
    TEXT("target_release", target.release),
    TEXT("baseline_selinux", baseline.selinux),
    TEXT("baseline_failed_units", baseline.failed_units),
    TEXT("baseline_passed_checks", baseline.passed_checks),
    TEXT("reason", reason),
    TEXT("detail", detail),
};

static const struct {
    const char *key;
    size_t offset;
} numbers[] = {
    { "confirm_s", offsetof(struct trial, confirm_s) },
    { "started_s", offsetof(struct trial, started_s) },
    { "baseline_splats", offsetof(struct trial, baseline.splats) },
};

static const char *const confirmers[] = { "operator", "host" };

static json_object *to_json(const struct trial *trial)
{
    json_object *root = json_object_new_object();

    (void)json_object_object_add(root, "schema", json_object_new_string(TRIAL_SCHEMA));
    (void)json_object_object_add(root, "state",
                                 json_object_new_string(trial_state_name(trial->state)));
    (void)json_object_object_add(root, "method",
                                 json_object_new_string(trial_method_name(trial->method)));
    (void)json_object_object_add(root, "confirm",
                                 json_object_new_string(confirmers[trial->is_host_enough]));
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        (void)json_object_object_add(root, texts[i].key,
                                     json_object_new_string((const char *)trial + texts[i].offset));
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        uint64_t number;

        memcpy(&number, (const char *)trial + numbers[i].offset, sizeof(number));
        (void)json_object_object_add(root, numbers[i].key, json_object_new_uint64(number));
    }
    return root;
}

int trial_to_text(const struct trial *trial, char **ret_text)
{
    _cleanup_json_ json_object *root = to_json(trial);
    char *text = strdup(
            json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                                                         JSON_C_TO_STRING_NOSLASHESCAPE));

    if (!text)
        return -ENOMEM;
    *ret_text = text;
    return 0;
}

static const char *text_of(json_object *root, const char *key)
{
    json_object *value;

    if (!json_object_object_get_ex(root, key, &value) ||
        !json_object_is_type(value, json_type_string))
        return "";
    return json_object_get_string(value);
}

/* The index of the text among names; -EBADMSG if it is none of them. */
static int index_of(json_object *root, const char *key, const char *(*name)(unsigned int),
                    unsigned int count)
{
    const char *text = text_of(root, key);

    for (unsigned int i = 0; i < count; i++)
        if (strcmp(name(i), text) == 0)
            return (int)i;
    return -EBADMSG;
}

static const char *state_name(unsigned int i)
{
    return trial_state_name((enum trial_state)i);
}

static const char *method_name(unsigned int i)
{
    return trial_method_name((enum trial_method)i);
}

static const char *confirmer_name(unsigned int i)
{
    return confirmers[i];
}

static int read_members(json_object *root, struct trial *trial)
{
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        json_object *value;

        if (!json_object_object_get_ex(root, texts[i].key, &value) ||
            !json_object_is_type(value, json_type_string) ||
            (size_t)json_object_get_string_len(value) >= texts[i].size)
            return -EBADMSG;
        text_copy((char *)trial + texts[i].offset, texts[i].size, json_object_get_string(value));
    }
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
        json_object *value;
        uint64_t number;

        if (!json_object_object_get_ex(root, numbers[i].key, &value) ||
            !json_object_is_type(value, json_type_int))
            return -EBADMSG;
        number = json_object_get_uint64(value);
        memcpy((char *)trial + numbers[i].offset, &number, sizeof(number));
    }
    return 0;
}

int trial_from_text(const char *text, struct trial *ret_trial)
{
    _cleanup_json_ json_object *root = json_tokener_parse(text);
    struct trial trial = { 0 };
    int state, method, confirmer, r;

    if (!root || !json_object_is_type(root, json_type_object) ||
        strcmp(text_of(root, "schema"), TRIAL_SCHEMA) != 0)
        return -EBADMSG;
    state = index_of(root, "state", state_name, TRIAL_STATE_COUNT);
    method = index_of(root, "method", method_name, 2);
    confirmer = index_of(root, "confirm", confirmer_name, ARRAY_SIZE(confirmers));
    r = read_members(root, &trial);
    if (state < 0 || method < 0 || confirmer < 0 || r < 0)
        return -EBADMSG;
    /* They become names of files. */
    if (strchr(trial.home.entry, '/') || strchr(trial.target.entry, '/') ||
        strchr(trial.home.release, '/') || strchr(trial.target.release, '/'))
        return -EBADMSG;
    trial.state = (enum trial_state)state;
    trial.method = (enum trial_method)method;
    trial.is_host_enough = confirmer == 1;
    *ret_trial = trial;
    return 0;
}

int trial_load(int root_fd, struct trial *ret_trial)
{
    _cleanup_free_ char *text = NULL;
    int r = file_read(root_fd, TRIAL_FILE, FILE_MAX_SMALL, &text);

    if (r == -ENOENT) {
        *ret_trial = (struct trial){ .state = TRIAL_NONE };
        return 0;
    }
    /* A file that is too large or has NULs is as corrupt as one with wrong text. */
    if (r == -EFBIG || r == -EINVAL)
        return -EBADMSG;
    return r < 0 ? r : trial_from_text(text, ret_trial);
}

int trial_save(int root_fd, const struct trial *trial)
{
    _cleanup_free_ char *text = NULL;
    int r = trial_to_text(trial, &text);

    if (r == 0)
        r = file_make_dir(root_fd, TRIAL_DIR, 0755);
    return r < 0 ? r : file_write_atomic(root_fd, TRIAL_FILE, text, 0644);
}

int trial_lock(int root_fd, bool is_patient)
{
    _cleanup_close_ int dir_fd = -1, fd = -1;
    int r = file_make_dir(root_fd, LOCK_DIR, 0755);

    if (r < 0)
        return r;
    dir_fd = file_open(root_fd, LOCK_DIR, O_RDONLY | O_DIRECTORY);
    if (dir_fd < 0)
        return dir_fd;
    fd = openat(dir_fd, "trial.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    while (flock(fd, LOCK_EX | (is_patient ? 0 : LOCK_NB)) < 0)
        if (errno != EINTR)
            return -errno;
    return steal_fd(&fd);
}

void trial_rebuild(const char *running, bool is_trial_boot, struct trial *ret_trial)
{
    struct trial trial = { .state = is_trial_boot ? TRIAL_TRYING : TRIAL_CANCELLING };

    if (is_trial_boot)
        text_copy(trial.target.release, sizeof(trial.target.release), running);
    text_copy(trial.reason, sizeof(trial.reason), "state-lost");
    text_copy(trial.detail, sizeof(trial.detail), "the stored trial was missing or corrupt");
    *ret_trial = trial;
}
