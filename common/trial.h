/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trial boot of a new kernel. The host boots the target once, judges it, and goes back home, to
 * the kernel that it came from, unless the target is kept.
 *
 * trial_machine.c has the table of states and executes it, trial_file.c stores the trial,
 * trial_act.c does the actions.
 */
#pragma once

#include "text.h"

#define TRIAL_DIR          "var/lib/tdx-host"
#define TRIAL_FILE         "var/lib/tdx-host/trial.json"
#define TRIAL_REJECTED_DIR "var/lib/tdx-host/rejected"
#define TRIAL_GOOD_FILE    "var/lib/tdx-host/last-good"
#define TRIAL_SCHEMA       "tdx-host.trial.v1"

/* The copy of the target's boot loader entry. Begins with a letter: some versions of GRUB take a
 * name that begins with a digit for the number of an entry. */
#define TRIAL_ENTRY "tdx-host-trial"

/* The argument of the kernel by which a boot knows that it is the trial. */
#define TRIAL_ARGUMENT "tdx_host.trial"

/* libvirt starts no guests by itself while this file exists; /run is empty after each boot. */
#define TRIAL_NO_AUTOSTART "run/libvirt/qemu/autostarted"

enum trial_state {
    TRIAL_NONE,       /* no trial; reason says how the last one was given up, if one was */
    TRIAL_PREPARED,   /* the entry is copied and the boot loader told */
    TRIAL_ARMED,      /* all is prepared: the next boot is the trial */
    TRIAL_TRYING,     /* the target runs and is not judged yet */
    TRIAL_PASSED,     /* the target runs and passed; it waits to be kept */
    TRIAL_KEEPING,    /* the target becomes the default */
    TRIAL_KEPT,       /* the target is the default */
    TRIAL_LEAVING,    /* the target runs and is rejected; the host reboots home */
    TRIAL_REJECTING,  /* the host is home and removes what the trial left */
    TRIAL_REJECTED,   /* the host is home, the target is rejected */
    TRIAL_CANCELLING, /* the host is home, the target was never judged */
    TRIAL_STATE_COUNT,
};

enum trial_event {
    TRIAL_START,      /* somebody starts a trial */
    TRIAL_DONE,       /* all actions of the state were done */
    TRIAL_BROKEN,     /* the state could not be saved, or one of its actions failed */
    TRIAL_BOOT_TRIAL, /* the host booted the copied entry */
    TRIAL_BOOT_HOME,  /* the host booted another entry */
    TRIAL_PASS,       /* the assessment found nothing */
    TRIAL_FAIL,       /* the assessment found something */
    TRIAL_KEEP,       /* somebody keeps the target */
    TRIAL_REJECT,     /* somebody rejects the target */
    TRIAL_EXPIRE,     /* nobody kept the target in time */
    TRIAL_EVENT_COUNT,
};

/* Each can be done again: a power cut can come after any of them. */
enum trial_action {
    TRIAL_NO_ACTION,
    TRIAL_COPY_ENTRY,     /* make the boot loader entry of the trial */
    TRIAL_PIN_HOME,       /* make home the default */
    TRIAL_ARM,            /* tell the boot loader or the firmware to boot the copy once */
    TRIAL_DISARM,         /* take that back */
    TRIAL_DROP_ENTRY,     /* remove the copy */
    TRIAL_SET_DEFAULT,    /* make the target the default */
    TRIAL_NOTE_GOOD,      /* remember the target as the last kernel that was kept */
    TRIAL_NOTE_REJECTED,  /* remember the target as rejected, and why */
    TRIAL_HOLD_GUESTS,    /* no guest starts by itself */
    TRIAL_RELEASE_GUESTS, /* guests start by themselves again */
    TRIAL_REBOOT,         /* the last action: nothing follows it */
    TRIAL_ACTION_COUNT,
};

#define TRIAL_MAX_ACTIONS 4

struct trial_row {
    unsigned int states; /* bit masks */
    unsigned int events;
    enum trial_state next;
    enum trial_action actions[TRIAL_MAX_ACTIONS]; /* after next is saved */
};

enum trial_method {
    TRIAL_BY_NEXT_ENTRY, /* GRUB's variable next_entry */
    TRIAL_BY_BOOT_NEXT,  /* the firmware's variable BootNext */
};

struct trial_kernel {
    char entry[160]; /* name of its boot loader entry, without .conf */
    char release[96];
};

/* What the host was like at home. Lists are words between blanks. */
struct trial_baseline {
    char selinux[16]; /* enforcing, permissive or off */
    uint64_t splats;  /* complaints in the kernel's log */
    char failed_units[2048];
    char passed_checks[4096];
};

struct trial {
    enum trial_state state;
    enum trial_method method;
    bool is_host_enough; /* the assessment alone keeps the target */
    uint64_t confirm_s;  /* since boot; later than that nobody can keep the target */
    uint64_t started_s;  /* wall clock, only to be shown */
    struct trial_kernel home;
    struct trial_kernel target;
    struct trial_baseline baseline;
    char reason[48]; /* token: why it was given up or rejected, "" before */
    char detail[512];
};

struct trial_ops {
    int (*save)(void *data, const struct trial *trial);
    int (*act)(void *data, const struct trial *trial, enum trial_action action);
    void *data;
};

const struct trial_row *trial_rows(size_t *ret_count);

/*
 * Takes the event, and the events TRIAL_DONE that follow. -EPERM if the trial's state does not take
 * this event: nothing was done. If an action fails: does what the table has for that, and returns
 * the action's error. The reason is noted if the trial has none yet; reason and detail may be NULL.
 */
int trial_step(const struct trial_ops *ops, struct trial *trial, enum trial_event event,
               const char *reason, const char *detail);

const char *trial_state_name(enum trial_state state);
const char *trial_event_name(enum trial_event event);
const char *trial_action_name(enum trial_action action);
const char *trial_method_name(enum trial_method method);

/* Is the trial over, so that another one can start? */
bool trial_is_over(enum trial_state state);

/* Text of a trial and back. -EBADMSG if the text is not that of a trial. The caller frees the text.
 */
int trial_to_text(const struct trial *trial, char **ret_text);
int trial_from_text(const char *text, struct trial *ret_trial);

/* Reads the stored trial; without one the state is TRIAL_NONE. -EBADMSG if it is corrupt. */
int trial_load(int root_fd, struct trial *ret_trial);
int trial_save(int root_fd, const struct trial *trial);

/* Keeps other commands from changing the trial, until the returned descriptor is closed.
 * -EWOULDBLOCK if another one has it and is_patient is false. */
int trial_lock(int root_fd, bool is_patient);

/* The trial of a host whose stored trial is lost: only the running kernel is known. */
void trial_rebuild(const char *running, bool is_trial_boot, struct trial *ret_trial);

/* Tells the trial which entry the host has booted. Rebuilds a trial that cannot be read. */
int trial_on_boot(const struct trial_ops *ops, int root_fd, const char *cmdline,
                  const char *running, struct trial *ret_trial);

/* Does the host run a kernel on trial, which is not kept yet? */
bool trial_is_on(int root_fd);

/* What the actions need beside the files of the host. */
struct trial_host {
    int root_fd;
    int (*reboot)(void);
    int (*release_guests)(void);
};

/* For struct trial_ops, with a struct trial_host as data. */
int trial_host_save(void *data, const struct trial *trial);
int trial_host_act(void *data, const struct trial *trial, enum trial_action action);

/* Is this release rejected? Gets the stored line that says why. */
bool trial_is_rejected(int root_fd, const char *release, char *ret_why, size_t size);
int trial_forget_rejected(int root_fd, const char *release);
