/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "situation.h"

#include "file.h"
#include "qemu.h"
#include "trial.h"

/* Beside the settings, where a hook that SELinux confines can read it. */
#define CORDON_FILE "etc/tdx-host/cordoned"

static enum tri firmware_there(const struct ask *ask, const char *loader)
{
    if (!loader[0] || file_exists(ask->root_fd, loader))
        return TRI_YES;
    return ask->is_complete ? TRI_NO : TRI_UNKNOWN;
}

void situation_read(const struct ask *ask, const struct settings *set, const struct domain *dom,
                    enum operation operation, uint64_t now_s, struct situation *ret_situation)
{
    struct situation now = { .operation = operation,
                             .unevictable_before_kib = { .error = -ENOENT } };
    struct ledger_entry entry;
    struct host_tdx tdx;
    struct host_cpu cpu;

    host_read_tdx_admission(ask, &tdx);
    host_read_cpu_counts(ask, &cpu);
    host_read_memory(ask, &now.memory);
    now.backend = tdx.backend;
    now.on_trial = tri_of(trial_is_on(ask->root_fd));
    now.is_cordoned = file_exists(ask->root_fd, CORDON_FILE);
    if (now.is_cordoned &&
        file_read_line(ask->root_fd, CORDON_FILE, now.cordon, sizeof(now.cordon)) < 0)
        now.cordon[0] = '\0';
    now.kvm_param = tdx.kvm_param;
    now.vm_types = tdx.vm_types;
    now.offers_tds = tdx.offers_tds;
    now.keyids_total = tdx.keyids_total;
    now.keyids_used = tdx.keyids_used;
    now.cpus_present = cpu.count_present;
    if (dom->has_qgs)
        now.qgs_listening =
                host_socket_listens(ask, dom->qgs_socket[0] ? dom->qgs_socket : set->qgs_socket);
    now.firmware_there = firmware_there(ask, dom->loader);
    if (dom->is_firmware_chosen)
        now.has_td_firmware = host_has_td_firmware(ask);
    now.others_error = ledger_sum_others(ask, dom->uuid, now_s, set->start_timeout_s, &now.others);
    if (operation == OPERATION_STARTED)
        now.process_is_td = qemu_is_td(ask, qemu_pid(ask, dom->name));
    if (operation == OPERATION_RELEASE && ledger_read(ask->root_fd, dom->uuid, &entry) == 0) {
        now.process_lives = tri_of(entry.pid && ask->process_lives(ask, entry.pid));
        now.unevictable_before_kib = (struct fact){ .value = entry.unevictable_kib };
    }
    *ret_situation = now;
}
