/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy.h"

#include <fnmatch.h>
#include <string.h>

#define POLICY_DEBUG           (1ULL << 0)
#define POLICY_SEPT_VE_DISABLE (1ULL << 28)
#define MODULE_MAX_VCPUS       576
#define KIB_PER_HUGE_PAGE      2048

#define AT(operation) (1U << (operation))
#define AT_BIRTH      (AT(OPERATION_PREPARE) | AT(OPERATION_START))
#define AT_ENTRY      (AT_BIRTH | AT(OPERATION_MIGRATE) | AT(OPERATION_RESTORE))

/* needs_td */
#define ANY_DOMAIN false
#define TD_ONLY    true

#define RULE_ARGUMENTS                                                                             \
    const struct domain *dom, const struct situation *now, const struct settings *set, char *detail

#define UNUSED (void)dom, (void)now, (void)set, (void)detail

static bool is_td(const struct domain *dom)
{
    return dom->security == DOMAIN_SECURITY_TDX;
}

uint64_t policy_memory_need_kib(const struct domain *dom)
{
    /* Two page tables, the private and the mirrored one: each 8 bytes for each 4 KiB page of the
     * guest, that is 1/256 of its memory in all; as much again for the upper levels. */
    uint64_t tables_kib = dom->memory_kib / 128;

    return dom->memory_kib + tables_kib + 64 * KIB_PER_MIB + dom->vcpus * 64;
}

static bool required_not_td(RULE_ARGUMENTS)
{
    UNUSED;
    return dom->is_tdx_required && !is_td(dom);
}

static bool required_on_softmod(RULE_ARGUMENTS)
{
    UNUSED;
    return dom->is_tdx_required && now->backend == HOST_BACKEND_SOFTMOD;
}

/* The TD of tdxctl validate belongs to the trial. */
static bool on_trial(RULE_ARGUMENTS)
{
    UNUSED;
    return now->on_trial == TRI_YES && strcmp(dom->name, DOMAIN_VALIDATE) != 0;
}

/* The TD of tdxctl validate is no tenant's, and a new kernel has to be validated while no tenant
 * runs. */
static bool cordoned(RULE_ARGUMENTS)
{
    UNUSED;
    text_copy(detail, POLICY_DETAIL_SIZE, now->cordon);
    return now->is_cordoned && strcmp(dom->name, DOMAIN_VALIDATE) != 0;
}

static bool not_kvm(RULE_ARGUMENTS)
{
    UNUSED;
    return !dom->is_kvm;
}

static bool tdx_unavailable(RULE_ARGUMENTS)
{
    UNUSED;
    if (now->offers_tds == TRI_YES ||
        (now->kvm_param != TRI_NO && now->offers_tds != TRI_NO && now->vm_types.error != -ENOENT))
        return false;
    text_print(detail, POLICY_DETAIL_SIZE, "%s",
               now->kvm_param == TRI_NO         ? "KVM's module parameter tdx is N"
               : now->vm_types.error == -ENOENT ? "there is no /dev/kvm"
                                                : "KVM does not offer the VM type TDX");
    return true;
}

static bool softmod(RULE_ARGUMENTS)
{
    UNUSED;
    return now->backend == HOST_BACKEND_SOFTMOD;
}

static bool no_keyid(RULE_ARGUMENTS)
{
    uint64_t taken = now->keyids_used.value + now->others.pending;

    UNUSED;
    if (now->keyids_total.error || now->keyids_used.error ||
        taken + set->reserve_keyids < now->keyids_total.value)
        return false;
    text_print(detail, POLICY_DETAIL_SIZE,
               "%llu in use, %u promised to TDs that are starting, %llu reserved, %llu in all",
               (unsigned long long)now->keyids_used.value, now->others.pending,
               (unsigned long long)set->reserve_keyids,
               (unsigned long long)now->keyids_total.value);
    return true;
}

static void say_memory(char *detail, uint64_t need_kib, uint64_t have_kib, const char *where)
{
    char need[24], have[24];

    text_from_kib(need, sizeof(need), need_kib);
    text_from_kib(have, sizeof(have), have_kib);
    text_print(detail, POLICY_DETAIL_SIZE, "%s needed, %s %s", need, have, where);
}

static void say_unevictable(char *detail, uint64_t before_kib, uint64_t after_kib)
{
    char before[24], after[24];

    text_from_kib(before, sizeof(before), before_kib);
    text_from_kib(after, sizeof(after), after_kib);
    text_print(detail, POLICY_DETAIL_SIZE, "%s unevictable before the start, %s now", before,
               after);
}

static uint64_t left(uint64_t have, uint64_t taken)
{
    return have > taken ? have - taken : 0;
}

static bool not_enough_memory(RULE_ARGUMENTS)
{
    uint64_t need = policy_memory_need_kib(dom);
    uint64_t have = left(now->memory.available_kib.value,
                         now->others.pending_kib + set->reserve_memory_kib);

    if (now->memory.available_kib.error || need <= have)
        return false;
    say_memory(detail, need, have,
               "available without the host's reserve and what TDs that are starting will take");
    return true;
}

static bool memory_overcommitted(RULE_ARGUMENTS)
{
    uint64_t need = policy_memory_need_kib(dom);
    uint64_t taken = now->others.committed_kib + set->reserve_memory_kib;
    uint64_t have;

    if (now->memory.total_kib.error)
        return false;
    if (now->memory.huge_kib.error == 0)
        taken += now->memory.huge_kib.value;
    have = left(now->memory.total_kib.value, taken);
    if (need <= have)
        return false;
    say_memory(detail, need, have, "left on this host once all its TDs use all of their memory");
    return true;
}

static bool numa_too_small(RULE_ARGUMENTS)
{
    uint64_t need = policy_memory_need_kib(dom), have = 0;

    (void)set;
    if (!dom->nodes || !now->memory.node_count)
        return false;
    for (unsigned int i = 0; i < now->memory.node_count; i++)
        if (dom->nodes & (1ULL << now->memory.nodes[i].id))
            have += now->memory.nodes[i].free_kib + now->memory.nodes[i].reclaimable_kib;
    if (need <= have)
        return false;
    say_memory(detail, need, have, "free or reclaimable on the nodes that the domain is bound to");
    return true;
}

static bool too_many_vcpus(RULE_ARGUMENTS)
{
    uint64_t limit = MODULE_MAX_VCPUS;

    UNUSED;
    if (now->cpus_present.error == 0 && now->cpus_present.value < limit)
        limit = now->cpus_present.value;
    if (dom->vcpus <= limit)
        return false;
    text_print(detail, POLICY_DETAIL_SIZE, "%llu vCPUs, at most %llu on this host",
               (unsigned long long)dom->vcpus, (unsigned long long)limit);
    return true;
}

static bool firmware_missing(RULE_ARGUMENTS)
{
    UNUSED;
    return !dom->has_firmware;
}

static bool firmware_pflash(RULE_ARGUMENTS)
{
    UNUSED;
    return dom->loader_pflash;
}

static bool firmware_not_there(RULE_ARGUMENTS)
{
    UNUSED;
    if (!dom->loader[0] || now->firmware_there != TRI_NO)
        return false;
    text_print(detail, POLICY_DETAIL_SIZE, "%s is not there", dom->loader);
    return true;
}

static bool firmware_not_recorded(RULE_ARGUMENTS)
{
    UNUSED;
    if (!dom->loader[0] || now->firmware_there != TRI_UNKNOWN)
        return false;
    text_print(detail, POLICY_DETAIL_SIZE, "%s is not in this recording", dom->loader);
    return true;
}

static bool firmware_no_descriptor(RULE_ARGUMENTS)
{
    UNUSED;
    return dom->is_firmware_chosen && now->has_td_firmware == TRI_NO;
}

static bool wrong_digest(RULE_ARGUMENTS)
{
    UNUSED;
    text_print(detail, POLICY_DETAIL_SIZE, "<%s>", dom->wrong_digest);
    return dom->wrong_digest[0];
}

static bool element_dropped(RULE_ARGUMENTS)
{
    UNUSED;
    text_copy(detail, POLICY_DETAIL_SIZE, dom->dropped);
    return dom->dropped[0];
}

static bool cpu_model(RULE_ARGUMENTS)
{
    UNUSED;
    return !dom->cpu_passthrough;
}

static bool machine_type(RULE_ARGUMENTS)
{
    UNUSED;
    return !dom->is_q35;
}

static bool smm_on(RULE_ARGUMENTS)
{
    UNUSED;
    return dom->smm_on;
}

static bool pmu_on(RULE_ARGUMENTS)
{
    UNUSED;
    return dom->pmu_on;
}

static bool ioapic_kvm(RULE_ARGUMENTS)
{
    UNUSED;
    return dom->ioapic_kvm;
}

static bool memory_hotplug(RULE_ARGUMENTS)
{
    UNUSED;
    return dom->has_memory_slots || dom->has_memory_devices;
}

static bool balloon_active(RULE_ARGUMENTS)
{
    UNUSED;
    return dom->balloon_active;
}

static bool policy_debug(RULE_ARGUMENTS)
{
    UNUSED;
    return dom->policy & POLICY_DEBUG;
}

static bool policy_bits(RULE_ARGUMENTS)
{
    uint64_t extra = dom->policy & ~(POLICY_DEBUG | POLICY_SEPT_VE_DISABLE);

    UNUSED;
    if (!extra)
        return false;
    text_print(detail, POLICY_DETAIL_SIZE, "these bits: 0x%llx", (unsigned long long)extra);
    return true;
}

static bool policy_sept_ve(RULE_ARGUMENTS)
{
    UNUSED;
    return !(dom->policy & POLICY_SEPT_VE_DISABLE);
}

static bool boot_disk_hidden(RULE_ARGUMENTS)
{
    UNUSED;
    return dom->boot == DOMAIN_BOOT_HIDDEN;
}

static bool no_console(RULE_ARGUMENTS)
{
    UNUSED;
    return !dom->has_console;
}

static bool memory_unaligned(RULE_ARGUMENTS)
{
    UNUSED;
    return dom->memory_kib % KIB_PER_HUGE_PAGE;
}

static bool eager_accept(RULE_ARGUMENTS)
{
    UNUSED;
    if (dom->memory_kib <= set->eager_accept_limit_kib)
        return false;
    for (size_t i = 0; i < set->eager_count; i++)
        if (fnmatch(set->eager_firmware[i], dom->loader, 0) == 0)
            return true;
    return false;
}

static bool qgs_not_listening(RULE_ARGUMENTS)
{
    UNUSED;
    return dom->has_qgs && now->qgs_listening == TRI_NO;
}

static bool not_a_td(RULE_ARGUMENTS)
{
    UNUSED;
    return now->process_is_td == TRI_NO;
}

static bool td_unproven(RULE_ARGUMENTS)
{
    UNUSED;
    return now->process_is_td == TRI_UNKNOWN;
}

static bool td_without_keyid(RULE_ARGUMENTS)
{
    UNUSED;
    return now->keyids_used.error == 0 && now->keyids_used.value == 0;
}

static bool zombie_process(RULE_ARGUMENTS)
{
    UNUSED;
    return now->process_lives == TRI_YES;
}

static bool zombie_keyid(RULE_ARGUMENTS)
{
    unsigned int known = now->others.started + now->others.pending;

    UNUSED;
    if (now->keyids_used.error || now->keyids_used.value <= known)
        return false;
    text_print(detail, POLICY_DETAIL_SIZE, "%llu KeyIDs in use, %u TDs known",
               (unsigned long long)now->keyids_used.value, known);
    return true;
}

/* Private memory is unevictable. The host's sum before the start and after the release can only be
 * compared if no other TD runs, which would change it, too. */
static bool memory_not_returned(RULE_ARGUMENTS)
{
    uint64_t before = now->unevictable_before_kib.value, after = now->memory.unevictable_kib.value;

    (void)set;
    if (now->others.started || now->others.pending || now->unevictable_before_kib.error ||
        now->memory.unevictable_kib.error || after <= before + dom->memory_kib / 2)
        return false;
    say_unevictable(detail, before, after);
    return true;
}

/* Findings are reported in this order: rules that make all others pointless come first. */
static const struct rule rules[] = {
    { "tdx-required",
      "the domain is marked as one that must be a TD (tdx:required), but it is not a TD",
      "Add <launchSecurity type='tdx'/> to the domain, or remove tdx:required from its metadata.",
      AT_ENTRY, RULE_REFUSE, ANY_DOMAIN, required_not_td },
    { "required-on-softmod",
      "the domain is marked as one that must be a protected TD (tdx:required), but the TDX module "
      "of this host is software",
      "Run the domain on a host with TDX hardware.", AT_ENTRY, RULE_REFUSE, TD_ONLY,
      required_on_softmod },
    { "on-trial",
      "this host tries a new kernel and may go back to its old one at any time, so no TD starts",
      "Wait for tdxctl trial keep, or start the TD on another host.", AT_BIRTH, RULE_REFUSE,
      TD_ONLY, on_trial },
    { "cordoned", "this host is cordoned: it is being drained, so no TD starts",
      "Start the TD on another host, or remove /etc/tdx-host/cordoned once the work on this host "
      "is done.",
      AT_BIRTH, RULE_REFUSE, TD_ONLY, cordoned },
    { "restore-unsupported", "a TD cannot be restored: its private memory was never saved",
      "Start the domain from its disk: virsh start --force-boot.", AT(OPERATION_RESTORE),
      RULE_REFUSE, TD_ONLY, NULL },
    { "migrate-unsupported", "this host cannot migrate a TD",
      "Shut the domain down and start it on the other host.", AT(OPERATION_MIGRATE), RULE_REFUSE,
      TD_ONLY, NULL },
    { "not-kvm", "a TD needs KVM, but the domain's type is not kvm", "Use <domain type='kvm'>.",
      AT_BIRTH, RULE_REFUSE, TD_ONLY, not_kvm },
    { "tdx-unavailable", "this host cannot run TDs now",
      "Run tdxctl check: it says what is missing.", AT_BIRTH, RULE_REFUSE, TD_ONLY,
      tdx_unavailable },
    { "no-keyid", "no KeyID of this host is left: each TD needs one",
      "Stop a TD, or raise the number of TDX KeyIDs in the BIOS (TME-MT/TDX key split).", AT_BIRTH,
      RULE_REFUSE, TD_ONLY, no_keyid },
    { "not-enough-memory",
      "too little memory is available, and the memory of a TD cannot be swapped",
      "Stop other guests, or give the domain less memory.", AT_BIRTH, RULE_REFUSE, TD_ONLY,
      not_enough_memory },
    { "memory-overcommitted", "the TDs of this host would need more memory than it has",
      "Stop another TD, give the domain less memory, or free huge pages.", AT_BIRTH, RULE_REFUSE,
      TD_ONLY, memory_overcommitted },
    { "numa-too-small", "the NUMA nodes that the domain is bound to have too little memory",
      "Name more nodes in nodeset of <numatune>, or use mode='preferred'.", AT_BIRTH, RULE_REFUSE,
      TD_ONLY, numa_too_small },
    { "too-many-vcpus", "the domain has more vCPUs than a TD may have on this host",
      "Lower the number in <vcpu>.", AT_BIRTH, RULE_REFUSE, TD_ONLY, too_many_vcpus },
    { "firmware-missing", "a TD needs firmware with TDX support, but the domain names no firmware",
      "Use <os firmware='efi'> with ovmf-inteltdx or edk2-ovmf installed.", AT_BIRTH, RULE_REFUSE,
      TD_ONLY, firmware_missing },
    { "firmware-pflash", "a TD cannot have its firmware in flash (pflash)",
      "Use <os firmware='efi'>, or <loader type='rom'> with the path of the TDX firmware.",
      AT_BIRTH, RULE_REFUSE, TD_ONLY, firmware_pflash },
    { "firmware-not-there", "the firmware file that the domain names does not exist on this host",
      "Correct the path in <loader>, or use <os firmware='efi'> without <loader>, so that libvirt "
      "chooses the TDX firmware.",
      AT_BIRTH, RULE_REFUSE, TD_ONLY, firmware_not_there },
    { "firmware-no-descriptor",
      "libvirt is to choose the firmware, but no firmware descriptor of this host is for TDs",
      "Install the TDX firmware (edk2-ovmf, ovmf-inteltdx), whose descriptor in "
      "/usr/share/qemu/firmware has the feature intel-tdx.",
      AT_BIRTH, RULE_REFUSE, TD_ONLY, firmware_no_descriptor },
    { "cpu-model", "a TD can only have the host's CPU model", "Use <cpu mode='host-passthrough'/>.",
      AT_BIRTH, RULE_REFUSE, TD_ONLY, cpu_model },
    { "machine-type", "a TD needs a q35 machine", "Use machine='q35' in <os><type>.", AT_BIRTH,
      RULE_REFUSE, TD_ONLY, machine_type },
    { "smm-on", "a TD cannot have system management mode (SMM)", "Use <smm state='off'/>.",
      AT_BIRTH, RULE_REFUSE, TD_ONLY, smm_on },
    { "pmu-on", "a TD cannot have a performance monitoring unit (PMU) on this host",
      "Use <pmu state='off'/>.", AT_BIRTH, RULE_REFUSE, TD_ONLY, pmu_on },
    { "ioapic-kvm", "a TD cannot use the I/O APIC in KVM", "Use <ioapic driver='qemu'/>.", AT_BIRTH,
      RULE_REFUSE, TD_ONLY, ioapic_kvm },
    { "wrong-digest", "a digest in <launchSecurity> is not 48 bytes in base64 (64 characters)",
      "Write the whole SHA-384 digest in base64, or leave the element out.", AT_BIRTH, RULE_REFUSE,
      TD_ONLY, wrong_digest },
    { "policy-debug", "<policy> asks for a debug TD, which QEMU does not start",
      "Clear bit 0 of <policy>.", AT_BIRTH, RULE_REFUSE, TD_ONLY, policy_debug },
    { "policy-bits", "<policy> has bits set that QEMU and libvirt do not accept",
      "Use <policy>0x10000000</policy>.", AT_BIRTH, RULE_REFUSE, TD_ONLY, policy_bits },
    { "policy-sept-ve", "bit 28 of <policy> is clear: a Linux guest stops at boot",
      "Use <policy>0x10000000</policy>, or leave it out.", AT_BIRTH, RULE_WARN, TD_ONLY,
      policy_sept_ve },
    { "memory-hotplug",
      "memory cannot be added to a TD that runs, so <maxMemory> and <memory> devices are of no use",
      "Remove <maxMemory> and the <memory> devices.", AT_BIRTH, RULE_WARN, TD_ONLY,
      memory_hotplug },
    { "balloon-active",
      "a TD's kernel refuses the memory balloon: the guest has all of <memory> from its start, and "
      "the host gets none of it back",
      "Use <memballoon model='none'/>, or set <currentMemory> to the same size as <memory> and "
      "turn freePageReporting off.",
      AT_BIRTH, RULE_WARN, TD_ONLY, balloon_active },
    { "firmware-not-recorded",
      "this recording of a host lacks the firmware file that the domain names: see that the host "
      "has it",
      "Correct the path in <loader> if the host does not have the file.", AT_BIRTH, RULE_WARN,
      TD_ONLY, firmware_not_recorded },
    { "element-dropped",
      "the domain has an element that libvirt does not know there: libvirt drops it without a "
      "message",
      "Correct the spelling or the place of the element, or remove it. Builds of libvirt for early "
      "TDX stacks knew more elements.",
      AT_BIRTH, RULE_WARN, TD_ONLY, element_dropped },
    { "boot-disk-hidden", "the TDX firmware has no driver for any disk of the domain",
      "Attach the boot disk by virtio, SATA or NVMe.", AT_BIRTH, RULE_WARN, TD_ONLY,
      boot_disk_hidden },
    { "no-console",
      "the TDX firmware shows nothing on a graphics device, and the domain has no serial console",
      "Add <serial type='pty'/> and <console type='pty'/>, and watch the guest by virsh console.",
      AT_BIRTH, RULE_WARN, TD_ONLY, no_console },
    { "memory-unaligned",
      "the size of the memory is not a multiple of 2 MiB: what is left over is slower, mapped by 4 "
      "KiB pages",
      "Round <memory> up to a multiple of 2 MiB.", AT_BIRTH, RULE_WARN, TD_ONLY, memory_unaligned },
    { "eager-accept",
      "this firmware accepts all memory before the guest boots, which takes minutes",
      "Use firmware that leaves most memory for the guest to accept (lazy accept), or give the "
      "domain less memory.",
      AT_BIRTH, RULE_WARN, TD_ONLY, eager_accept },
    { "qgs-not-listening",
      "no process listens on the socket of the quote generation service: attestation of the guest "
      "will fail",
      "Start qgsd: systemctl enable --now qgsd.", AT_BIRTH, RULE_WARN, TD_ONLY, qgs_not_listening },
    { "softmod", "the TDX module of this host is software: the guest is NOT confidential",
      "If the guest holds secrets, run it on a host with TDX hardware.",
      AT_BIRTH | AT(OPERATION_STARTED) | AT(OPERATION_RECONNECT), RULE_WARN, TD_ONLY, softmod },
    { "not-a-td", "the domain should be a TD, but its QEMU does not run a TD",
      "Look at the domain's log in /var/log/libvirt/qemu; do not put secrets into this guest.",
      AT(OPERATION_STARTED), RULE_REFUSE, TD_ONLY, not_a_td },
    { "td-unproven",
      "the command line of the domain's QEMU could not be read, so it is unknown whether it runs a "
      "TD",
      "Look at tdxctl status and at the domain's log in /var/log/libvirt/qemu.",
      AT(OPERATION_STARTED), RULE_WARN, TD_ONLY, td_unproven },
    { "td-without-keyid",
      "the domain's QEMU runs, but no KeyID is in use on this host, so it cannot be a TD",
      "Run tdxctl check; do not put secrets into this guest.", AT(OPERATION_STARTED), RULE_REFUSE,
      TD_ONLY, td_without_keyid },
    { "zombie-process", "libvirt ended the domain, but its QEMU process still runs",
      "Find its QEMU process (pgrep -f guest=NAME) and end it: until then it keeps its KeyID and "
      "its memory.",
      AT(OPERATION_RELEASE), RULE_WARN, TD_ONLY, zombie_process },
    { "zombie-keyid", "more KeyIDs are in use than there are TDs",
      "Look for QEMU processes that libvirt does not know and end them; if there are none, only a "
      "reboot frees the KeyIDs.",
      AT(OPERATION_RELEASE), RULE_WARN, TD_ONLY, zombie_keyid },
    { "memory-not-returned", "private memory of the TD was not given back to the host",
      "Look for QEMU processes that libvirt does not know, and in the kernel log for leaked pages.",
      AT(OPERATION_RELEASE), RULE_WARN, TD_ONLY, memory_not_returned },
};

static void add_finding(const struct rule *rule, enum rule_action action, const char *detail,
                        struct verdict *verdict)
{
    size_t at = verdict->count;

    if (verdict->count == POLICY_MAX_FINDINGS)
        return;
    if (action == RULE_REFUSE)
        for (at = 0; at < verdict->count && verdict->findings[at].action == RULE_REFUSE; at++)
            ;
    memmove(&verdict->findings[at + 1], &verdict->findings[at],
            (verdict->count - at) * sizeof(verdict->findings[0]));
    verdict->findings[at] = (struct finding){ .rule = rule, .action = action };
    text_copy(verdict->findings[at].detail, sizeof(verdict->findings[at].detail), detail);
    verdict->count++;
    verdict->is_refused |= action == RULE_REFUSE;
}

void policy_judge(const struct domain *dom, const struct situation *now, const struct settings *set,
                  struct verdict *ret_verdict)
{
    struct verdict verdict = { 0 };

    for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
        enum rule_action action = settings_rule(set, rules[i].token, rules[i].action);
        char detail[POLICY_DETAIL_SIZE] = "";

        if (action == RULE_IGNORE || !(rules[i].operations & AT(now->operation)) ||
            (rules[i].needs_td && !is_td(dom)) ||
            (rules[i].is_broken && !rules[i].is_broken(dom, now, set, detail)))
            continue;
        if (!operation_may_refuse(now->operation))
            action = RULE_WARN;
        add_finding(&rules[i], action, detail, &verdict);
    }
    *ret_verdict = verdict;
}

static const struct {
    const char *name;
    bool may_refuse;
} operations[] = {
    [OPERATION_PREPARE] = { "prepare", true },  [OPERATION_START] = { "start", true },
    [OPERATION_STARTED] = { "started", true },  [OPERATION_STOPPED] = { "stopped", false },
    [OPERATION_RELEASE] = { "release", false }, [OPERATION_MIGRATE] = { "migrate", true },
    [OPERATION_RESTORE] = { "restore", true },  [OPERATION_RECONNECT] = { "reconnect", false },
    [OPERATION_ATTACH] = { "attach", false },   [OPERATION_UNKNOWN] = { "unknown", false },
};

bool operation_may_refuse(enum operation operation)
{
    return operations[operation].may_refuse;
}

const char *operation_name(enum operation operation)
{
    return operations[operation].name;
}

enum operation operation_parse(const char *word)
{
    for (size_t i = 0; i < OPERATION_UNKNOWN; i++)
        if (strcmp(operations[i].name, word) == 0)
            return (enum operation)i;
    return OPERATION_UNKNOWN;
}

const char *policy_unknown_rule(const struct settings *set)
{
    for (size_t i = 0; i < set->rule_count; i++) {
        size_t j = 0;

        while (j < ARRAY_SIZE(rules) && strcmp(rules[j].token, set->rules[i].token) != 0)
            j++;
        if (j == ARRAY_SIZE(rules))
            return set->rules[i].token;
    }
    return NULL;
}

const struct rule *policy_rules(size_t *ret_count)
{
    *ret_count = ARRAY_SIZE(rules);
    return rules;
}
