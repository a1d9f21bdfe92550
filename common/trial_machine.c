/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trial.h"

#include <string.h>

#define STATE(name) (1U << TRIAL_##name)
#define EVENT(name) (1U << TRIAL_##name)

#define PREPARE                                                                                    \
    {                                                                                              \
        TRIAL_COPY_ENTRY, TRIAL_PIN_HOME, TRIAL_ARM                                                \
    }
#define CANCEL                                                                                     \
    {                                                                                              \
        TRIAL_DISARM, TRIAL_DROP_ENTRY                                                             \
    }
#define LEAVE                                                                                      \
    {                                                                                              \
        TRIAL_NOTE_REJECTED, TRIAL_DISARM, TRIAL_REBOOT                                            \
    }
#define SETTLE                                                                                     \
    {                                                                                              \
        TRIAL_NOTE_REJECTED, TRIAL_DISARM, TRIAL_DROP_ENTRY                                        \
    }
#define KEEP                                                                                       \
    {                                                                                              \
        TRIAL_SET_DEFAULT, TRIAL_NOTE_GOOD, TRIAL_DISARM, TRIAL_DROP_ENTRY                         \
    }
#define GO_HOME                                                                                    \
    {                                                                                              \
        TRIAL_DISARM, TRIAL_REBOOT                                                                 \
    }

/*
 * A state is saved before its actions are done. So after a power cut the saved state says what may
 * have been done and what has to be done again, and the boot that follows does it.
 *
 * While the target runs each way leads home: whatever fails ends in TRIAL_LEAVING. Only
 * TRIAL_KEEPING goes forward, because somebody who is entitled to has said so by then.
 */
static const struct trial_row rows[] = {
    { STATE(NONE) | STATE(KEPT) | STATE(REJECTED), EVENT(START), TRIAL_PREPARED, PREPARE },
    { STATE(PREPARED), EVENT(DONE), TRIAL_ARMED, { TRIAL_REBOOT } },
    { STATE(PREPARED) | STATE(ARMED), EVENT(BOOT_TRIAL), TRIAL_TRYING, { TRIAL_HOLD_GUESTS } },

    /* Not tried at all. */
    { STATE(PREPARED) | STATE(CANCELLING), EVENT(BOOT_HOME), TRIAL_CANCELLING, CANCEL },
    { STATE(PREPARED) | STATE(ARMED), EVENT(BROKEN), TRIAL_CANCELLING, CANCEL },
    { STATE(PREPARED) | STATE(ARMED) | STATE(CANCELLING), EVENT(REJECT), TRIAL_CANCELLING, CANCEL },
    { STATE(CANCELLING), EVENT(DONE), TRIAL_NONE, { TRIAL_NO_ACTION } },

    /* The target runs. */
    { STATE(TRYING), EVENT(PASS), TRIAL_PASSED, { TRIAL_NO_ACTION } },
    { STATE(TRYING) | STATE(PASSED),
      EVENT(FAIL) | EVENT(BROKEN) | EVENT(REJECT) | EVENT(EXPIRE) | EVENT(BOOT_TRIAL),
      TRIAL_LEAVING, LEAVE },
    { STATE(LEAVING), EVENT(BROKEN) | EVENT(REJECT) | EVENT(EXPIRE), TRIAL_LEAVING, GO_HOME },
    { STATE(LEAVING) | STATE(NONE) | STATE(CANCELLING) | STATE(REJECTING) | STATE(REJECTED),
      EVENT(BOOT_TRIAL), TRIAL_LEAVING, GO_HOME },

    /* Home again. */
    { STATE(ARMED) | STATE(TRYING) | STATE(PASSED) | STATE(LEAVING) | STATE(REJECTING),
      EVENT(BOOT_HOME), TRIAL_REJECTING, SETTLE },
    { STATE(REJECTING), EVENT(REJECT), TRIAL_REJECTING, SETTLE },
    { STATE(REJECTING), EVENT(DONE), TRIAL_REJECTED, { TRIAL_NO_ACTION } },

    /* Kept. */
    { STATE(PASSED) | STATE(KEEPING), EVENT(KEEP), TRIAL_KEEPING, KEEP },
    { STATE(KEEPING), EVENT(EXPIRE) | EVENT(BOOT_HOME) | EVENT(BOOT_TRIAL), TRIAL_KEEPING, KEEP },
    { STATE(KEEPING), EVENT(BROKEN), TRIAL_PASSED, { TRIAL_PIN_HOME } },
    { STATE(KEEPING), EVENT(DONE), TRIAL_KEPT, { TRIAL_RELEASE_GUESTS } },
    { STATE(KEPT), EVENT(BOOT_TRIAL), TRIAL_KEPT, CANCEL },
};

static const char *const state_names[] = {
    [TRIAL_NONE] = "none",
    [TRIAL_PREPARED] = "prepared",
    [TRIAL_ARMED] = "armed",
    [TRIAL_TRYING] = "trying",
    [TRIAL_PASSED] = "passed",
    [TRIAL_KEEPING] = "keeping",
    [TRIAL_KEPT] = "kept",
    [TRIAL_LEAVING] = "leaving",
    [TRIAL_REJECTING] = "rejecting",
    [TRIAL_REJECTED] = "rejected",
    [TRIAL_CANCELLING] = "cancelling",
};

static const char *const event_names[] = {
    [TRIAL_START] = "start",         [TRIAL_DONE] = "done",
    [TRIAL_BROKEN] = "broken",       [TRIAL_BOOT_TRIAL] = "boot-trial",
    [TRIAL_BOOT_HOME] = "boot-home", [TRIAL_PASS] = "pass",
    [TRIAL_FAIL] = "fail",           [TRIAL_KEEP] = "keep",
    [TRIAL_REJECT] = "reject",       [TRIAL_EXPIRE] = "expire",
};

static const char *const action_names[] = {
    [TRIAL_NO_ACTION] = "none",
    [TRIAL_COPY_ENTRY] = "copy-entry",
    [TRIAL_PIN_HOME] = "pin-home",
    [TRIAL_ARM] = "arm",
    [TRIAL_DISARM] = "disarm",
    [TRIAL_DROP_ENTRY] = "drop-entry",
    [TRIAL_SET_DEFAULT] = "set-default",
    [TRIAL_NOTE_GOOD] = "note-good",
    [TRIAL_NOTE_REJECTED] = "note-rejected",
    [TRIAL_HOLD_GUESTS] = "hold-guests",
    [TRIAL_RELEASE_GUESTS] = "release-guests",
    [TRIAL_REBOOT] = "reboot",
};

const char *trial_state_name(enum trial_state state)
{
    return state_names[state];
}

const char *trial_event_name(enum trial_event event)
{
    return event_names[event];
}

const char *trial_action_name(enum trial_action action)
{
    return action_names[action];
}

const char *trial_method_name(enum trial_method method)
{
    return method == TRIAL_BY_BOOT_NEXT ? "boot-next" : "next-entry";
}

bool trial_is_over(enum trial_state state)
{
    return state == TRIAL_NONE || state == TRIAL_KEPT || state == TRIAL_REJECTED;
}

const struct trial_row *trial_rows(size_t *ret_count)
{
    *ret_count = ARRAY_SIZE(rows);
    return rows;
}

static const struct trial_row *find_row(enum trial_state state, enum trial_event event)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (rows[i].states & (1U << state) && rows[i].events & (1U << event))
            return &rows[i];
    return NULL;
}

struct outcome {
    const char *failed; /* what failed first: an action, or to save the state */
    bool reboots;
};

/* Saves the next state and does its actions. After a failure nothing more is done, unless is_last:
 * then all is done that still can be, because nothing else will. Returns the first error. */
static int enter(const struct trial_ops *ops, struct trial *trial, const struct trial_row *row,
                 bool is_last, struct outcome *outcome)
{
    int r;

    trial->state = row->next;
    r = ops->save(ops->data, trial);
    outcome->failed = "save";
    for (size_t i = 0; i < TRIAL_MAX_ACTIONS && row->actions[i] && (r == 0 || is_last); i++) {
        int failed = ops->act(ops->data, trial, row->actions[i]);

        outcome->reboots |= row->actions[i] == TRIAL_REBOOT && failed == 0;
        if (failed == 0 || r < 0)
            continue;
        r = failed;
        outcome->failed = trial_action_name(row->actions[i]);
    }
    return r;
}

int trial_step(const struct trial_ops *ops, struct trial *trial, enum trial_event event,
               const char *reason, const char *detail)
{
    const struct trial_row *row = find_row(trial->state, event);
    struct outcome outcome = { 0 };
    int r = 0, failed = 0;

    if (!row)
        return -EPERM;
    if (reason && !trial->reason[0]) {
        text_copy(trial->reason, sizeof(trial->reason), reason);
        text_copy(trial->detail, sizeof(trial->detail), detail ?: "");
    }
    if (event == TRIAL_KEEP)
        trial->reason[0] = trial->detail[0] = '\0';
    while (row && !outcome.reboots) {
        r = enter(ops, trial, row, failed < 0, &outcome);
        if (r < 0 && failed < 0)
            break;
        if (r < 0) {
            failed = r;
            if (!trial->reason[0]) {
                text_copy(trial->reason, sizeof(trial->reason), "action-failed");
                text_print(trial->detail, sizeof(trial->detail), "%s: %s", outcome.failed,
                           strerror(-r));
            }
        }
        row = find_row(trial->state, r < 0 ? TRIAL_BROKEN : TRIAL_DONE);
    }
    return failed;
}
