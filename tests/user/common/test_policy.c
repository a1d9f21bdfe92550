/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy.h"
#include "tests.h"

#include <stdio.h>
#include <string.h>

static const struct domain good_domain = {
    .name = "td1",
    .uuid = "5c1d2a90-8b1e-4b7c-9a52-0d6f3e7b1c01",
    .is_kvm = true,
    .security = DOMAIN_SECURITY_TDX,
    .policy = 1ULL << 28,
    .memory_kib = 4 * KIB_PER_GIB,
    .current_kib = 4 * KIB_PER_GIB,
    .vcpus = 4,
    .cpu_passthrough = true,
    .is_q35 = true,
    .has_firmware = true,
    .boot = DOMAIN_BOOT_OK,
    .has_console = true,
};

static const struct situation good_situation = {
    .operation = OPERATION_PREPARE,
    .backend = HOST_BACKEND_SILICON,
    .kvm_param = TRI_YES,
    .offers_tds = TRI_YES,
    .keyids_total = { .value = 63 },
    .keyids_used = { .value = 1 },
    .cpus_present = { .value = 64 },
    .memory = { .total_kib = { .value = 64 * KIB_PER_GIB },
                .available_kib = { .value = 60 * KIB_PER_GIB } },
    .firmware_there = TRI_YES,
    .process_is_td = TRI_YES,
    .process_lives = TRI_NO,
    .unevictable_before_kib = { .error = -ENOENT },
};

/* One field changed, one finding expected. */
struct change {
    const char *token;
    enum rule_action action;
    void (*apply)(struct domain *dom, struct situation *now, struct settings *set);
};

#define CHANGE(name, ...)                                                                          \
    static void name(struct domain *dom, struct situation *now, struct settings *set)              \
    {                                                                                              \
        (void)dom;                                                                                 \
        (void)now;                                                                                 \
        (void)set;                                                                                 \
        __VA_ARGS__;                                                                               \
    }

CHANGE(as_not_kvm, dom->is_kvm = false)
CHANGE(as_param_off, {
    now->kvm_param = TRI_NO;
    now->offers_tds = TRI_NO;
})
CHANGE(as_no_vm_type, now->offers_tds = TRI_NO)
CHANGE(as_no_dev_kvm, {
    now->offers_tds = TRI_UNKNOWN;
    now->vm_types.error = -ENOENT;
})
CHANGE(as_keyids_used, now->keyids_used.value = 63)
CHANGE(as_keyids_promised, now->others.pending = 62)
CHANGE(as_keyids_reserved, set->reserve_keyids = 62)
CHANGE(as_no_memory, now->memory.available_kib.value = 2 * KIB_PER_GIB)
CHANGE(as_committed, now->others.committed_kib = 60 * KIB_PER_GIB)
CHANGE(as_huge_pages, now->memory.huge_kib.value = 61 * KIB_PER_GIB)
CHANGE(as_small_node, {
    dom->nodes = 2;
    now->memory.node_count = 2;
    now->memory.nodes[0] = (struct host_node){ .id = 0, .free_kib = 60 * KIB_PER_GIB };
    now->memory.nodes[1] = (struct host_node){ .id = 1, .free_kib = KIB_PER_GIB };
})
CHANGE(as_many_vcpus, dom->vcpus = 65)
CHANGE(as_very_many_vcpus, {
    dom->vcpus = 577;
    now->cpus_present.error = -ENOENT;
})
CHANGE(as_no_firmware, dom->has_firmware = false)
CHANGE(as_pflash, dom->loader_pflash = true)
CHANGE(as_loader_absent, {
    (void)stpcpy(dom->loader, "/x/OVMF.fd");
    now->firmware_there = TRI_NO;
})
CHANGE(as_loader_not_recorded, {
    (void)stpcpy(dom->loader, "/x/OVMF.fd");
    now->firmware_there = TRI_UNKNOWN;
})
CHANGE(as_no_descriptor, {
    dom->is_firmware_chosen = true;
    now->has_td_firmware = TRI_NO;
})
CHANGE(as_short_digest, (void)stpcpy(dom->wrong_digest, "mrOwner"))
CHANGE(as_dropped, (void)stpcpy(dom->dropped, "<polcy> in <launchSecurity>"))
CHANGE(as_named_cpu, dom->cpu_passthrough = false)
CHANGE(as_i440fx, dom->is_q35 = false)
CHANGE(as_smm, dom->smm_on = true)
CHANGE(as_pmu, dom->pmu_on = true)
CHANGE(as_ioapic, dom->ioapic_kvm = true)
CHANGE(as_slots, dom->has_memory_slots = true)
CHANGE(as_dimm, dom->has_memory_devices = true)
CHANGE(as_balloon, dom->balloon_active = true)
CHANGE(as_debug, dom->policy |= 1)
CHANGE(as_bits, dom->policy |= 1ULL << 30)
CHANGE(as_no_sept_ve, dom->policy = 0)
CHANGE(as_scsi, dom->boot = DOMAIN_BOOT_HIDDEN)
CHANGE(as_no_console, dom->has_console = false)
CHANGE(as_unaligned, dom->memory_kib += 1)
CHANGE(as_eager, {
    set->eager_accept_limit_kib = KIB_PER_GIB;
    set->eager_count = 1;
    (void)stpcpy(set->eager_firmware[0], "*.fd");
    (void)stpcpy(dom->loader, "/x/OVMF.fd");
})
CHANGE(as_no_qgs, {
    dom->has_qgs = true;
    now->qgs_listening = TRI_NO;
})
CHANGE(as_softmod, now->backend = HOST_BACKEND_SOFTMOD)
CHANGE(as_on_trial, now->on_trial = TRI_YES)
CHANGE(as_cordoned, now->is_cordoned = true)
CHANGE(as_restore, now->operation = OPERATION_RESTORE)
CHANGE(as_migrate, now->operation = OPERATION_MIGRATE)
CHANGE(as_marked_plain, {
    dom->security = DOMAIN_SECURITY_NONE;
    dom->is_tdx_required = true;
})
CHANGE(as_marked_sev, {
    dom->security = DOMAIN_SECURITY_OTHER;
    dom->is_tdx_required = true;
})
CHANGE(as_started_no_td, {
    now->operation = OPERATION_STARTED;
    now->process_is_td = TRI_NO;
})
CHANGE(as_started_unknown, {
    now->operation = OPERATION_STARTED;
    now->process_is_td = TRI_UNKNOWN;
})
CHANGE(as_started_no_keyid, {
    now->operation = OPERATION_STARTED;
    now->keyids_used.value = 0;
})
CHANGE(as_release_keyid, now->operation = OPERATION_RELEASE)
CHANGE(as_release_process, {
    now->operation = OPERATION_RELEASE;
    now->keyids_used.value = 0;
    now->process_lives = TRI_YES;
})
CHANGE(as_release_memory, {
    now->operation = OPERATION_RELEASE;
    now->keyids_used.value = 0;
    now->unevictable_before_kib = (struct fact){ .value = 1000 };
    now->memory.unevictable_kib.value = 3 * KIB_PER_GIB;
})

static const struct change changes[] = {
    { "not-kvm", RULE_REFUSE, as_not_kvm },
    { "tdx-unavailable", RULE_REFUSE, as_param_off },
    { "tdx-unavailable", RULE_REFUSE, as_no_vm_type },
    { "tdx-unavailable", RULE_REFUSE, as_no_dev_kvm },
    { "no-keyid", RULE_REFUSE, as_keyids_used },
    { "no-keyid", RULE_REFUSE, as_keyids_promised },
    { "no-keyid", RULE_REFUSE, as_keyids_reserved },
    { "not-enough-memory", RULE_REFUSE, as_no_memory },
    { "memory-overcommitted", RULE_REFUSE, as_committed },
    { "memory-overcommitted", RULE_REFUSE, as_huge_pages },
    { "numa-too-small", RULE_REFUSE, as_small_node },
    { "too-many-vcpus", RULE_REFUSE, as_many_vcpus },
    { "too-many-vcpus", RULE_REFUSE, as_very_many_vcpus },
    { "firmware-missing", RULE_REFUSE, as_no_firmware },
    { "firmware-pflash", RULE_REFUSE, as_pflash },
    { "firmware-not-there", RULE_REFUSE, as_loader_absent },
    { "firmware-not-recorded", RULE_WARN, as_loader_not_recorded },
    { "firmware-no-descriptor", RULE_REFUSE, as_no_descriptor },
    { "wrong-digest", RULE_REFUSE, as_short_digest },
    { "element-dropped", RULE_WARN, as_dropped },
    { "cpu-model", RULE_REFUSE, as_named_cpu },
    { "machine-type", RULE_REFUSE, as_i440fx },
    { "smm-on", RULE_REFUSE, as_smm },
    { "pmu-on", RULE_REFUSE, as_pmu },
    { "ioapic-kvm", RULE_REFUSE, as_ioapic },
    { "memory-hotplug", RULE_WARN, as_slots },
    { "memory-hotplug", RULE_WARN, as_dimm },
    { "balloon-active", RULE_WARN, as_balloon },
    { "policy-debug", RULE_REFUSE, as_debug },
    { "policy-bits", RULE_REFUSE, as_bits },
    { "policy-sept-ve", RULE_WARN, as_no_sept_ve },
    { "boot-disk-hidden", RULE_WARN, as_scsi },
    { "no-console", RULE_WARN, as_no_console },
    { "memory-unaligned", RULE_WARN, as_unaligned },
    { "eager-accept", RULE_WARN, as_eager },
    { "qgs-not-listening", RULE_WARN, as_no_qgs },
    { "softmod", RULE_WARN, as_softmod },
    { "on-trial", RULE_REFUSE, as_on_trial },
    { "cordoned", RULE_REFUSE, as_cordoned },
    { "restore-unsupported", RULE_REFUSE, as_restore },
    { "migrate-unsupported", RULE_REFUSE, as_migrate },
    { "tdx-required", RULE_REFUSE, as_marked_plain },
    { "tdx-required", RULE_REFUSE, as_marked_sev },
    { "not-a-td", RULE_REFUSE, as_started_no_td },
    { "td-unproven", RULE_WARN, as_started_unknown },
    { "td-without-keyid", RULE_REFUSE, as_started_no_keyid },
    { "zombie-keyid", RULE_WARN, as_release_keyid },
    { "zombie-process", RULE_WARN, as_release_process },
    { "memory-not-returned", RULE_WARN, as_release_memory },
};

static void judge(const struct change *change, struct verdict *verdict)
{
    struct domain dom = good_domain;
    struct situation now = good_situation;
    struct settings set;

    settings_default(&set);
    if (change)
        change->apply(&dom, &now, &set);
    policy_judge(&dom, &now, &set, verdict);
}

static void good_is_good(void **state)
{
    struct verdict verdict;

    (void)state;
    judge(NULL, &verdict);
    assert_int_equal(verdict.count, 0);
    assert_false(verdict.is_refused);
}

static void one_change_one_finding(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
        struct verdict verdict;

        judge(&changes[i], &verdict);
        if (verdict.count != 1)
            fail_msg("%s: %zu findings", changes[i].token, verdict.count);
        assert_string_equal(verdict.findings[0].rule->token, changes[i].token);
        assert_int_equal(verdict.findings[0].action, changes[i].action);
        assert_int_equal(verdict.is_refused, changes[i].action == RULE_REFUSE);
    }
}

static void every_rule_is_tried(void **state)
{
    const struct rule *rules;
    size_t count;

    (void)state;
    rules = policy_rules(&count);
    for (size_t i = 0; i < count; i++) {
        bool is_tried = strcmp(rules[i].token, "required-on-softmod") == 0; /* needs two changes */

        for (size_t j = 0; j < ARRAY_SIZE(changes); j++)
            is_tried |= strcmp(changes[j].token, rules[i].token) == 0;
        if (!is_tried)
            fail_msg("no change breaks %s", rules[i].token);
        for (size_t j = i + 1; j < count; j++)
            assert_string_not_equal(rules[i].token, rules[j].token);
    }
}

static void marked_on_softmod(void **state)
{
    struct domain dom = good_domain;
    struct situation now = good_situation;
    struct settings set;
    struct verdict verdict;

    (void)state;
    settings_default(&set);
    dom.is_tdx_required = true;
    now.backend = HOST_BACKEND_SOFTMOD;
    policy_judge(&dom, &now, &set, &verdict);
    assert_true(verdict.is_refused);
    assert_string_equal(verdict.findings[0].rule->token, "required-on-softmod");
}

static void settings_win(void **state)
{
    struct domain dom = good_domain;
    struct situation now = good_situation;
    struct settings set;
    struct verdict verdict;

    (void)state;
    settings_default(&set);
    dom.smm_on = true;
    set.rules[set.rule_count++] = (struct rule_setting){ "smm-on", RULE_WARN };
    policy_judge(&dom, &now, &set, &verdict);
    assert_int_equal(verdict.findings[0].action, RULE_WARN);
    assert_false(verdict.is_refused);
    set.rules[set.rule_count++] = (struct rule_setting){ "smm-on", RULE_IGNORE };
    policy_judge(&dom, &now, &set, &verdict);
    assert_int_equal(verdict.count, 0);
}

static uint64_t random_state;

/* xorshift64: the same numbers for the same seed, everywhere. */
static uint64_t any(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static void scramble(void *object, size_t size)
{
    unsigned char *bytes = object;

    for (size_t i = 0; i < size; i++)
        if (any() % 4 == 0)
            bytes[i] = (unsigned char)any();
}

/* Several random changes at once, with figures that no host has: the rules' properties hold. */
static void properties(void **state)
{
    const char *seed_text = getenv("TDX_HOST_SEED");

    (void)state;
    random_state = seed_text ? strtoull(seed_text, NULL, 0) | 1 : 0x9e3779b97f4a7c15;
    (void)printf("# TDX_HOST_SEED=0x%llx\n", (unsigned long long)random_state);
    for (int i = 0; i < 50000; i++) {
        struct domain dom = good_domain;
        struct situation now = good_situation;
        struct settings set;
        struct verdict verdict;
        bool has_refusal = false;

        settings_default(&set);
        for (uint64_t n = any() % 12; n > 0; n--)
            changes[any() % ARRAY_SIZE(changes)].apply(&dom, &now, &set);
        scramble(&dom.memory_kib, sizeof(dom.memory_kib));
        scramble(&dom.vcpus, sizeof(dom.vcpus));
        scramble(&now.keyids_used.value, sizeof(now.keyids_used.value));
        scramble(&now.others.committed_kib, sizeof(now.others.committed_kib));
        scramble(&now.memory.available_kib.value, sizeof(now.memory.available_kib.value));
        dom.memory_kib %= 1ULL << 40;
        dom.vcpus %= 1ULL << 32;
        now.operation = (enum operation)(any() % (OPERATION_UNKNOWN + 1));
        if (any() % 4 == 0)
            dom.security = DOMAIN_SECURITY_NONE;
        policy_judge(&dom, &now, &set, &verdict);

        if (dom.security == DOMAIN_SECURITY_NONE && !dom.is_tdx_required)
            assert_int_equal(verdict.count, 0);
        if (!operation_may_refuse(now.operation))
            assert_false(verdict.is_refused);
        for (size_t j = 0; j < verdict.count; j++) {
            has_refusal |= verdict.findings[j].action == RULE_REFUSE;
            /* Refusals come before warnings, because the first finding is shown to the user. */
            if (j > 0 && verdict.findings[j].action == RULE_REFUSE)
                assert_int_equal(verdict.findings[j - 1].action, RULE_REFUSE);
        }
        assert_int_equal(verdict.is_refused, has_refusal);
    }
}

static void operations_by_contract(void **state)
{
    static const struct {
        const char *word;
        bool may_refuse;
    } cases[] = {
        { "prepare", true }, { "start", true },    { "started", true },  { "migrate", true },
        { "restore", true }, { "stopped", false }, { "release", false }, { "reconnect", false },
        { "attach", false }, { "defrost", false }, { "", false },        { "Prepare", false },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(operation_may_refuse(operation_parse(cases[i].word)), cases[i].may_refuse);
}

static const struct CMUnitTest tests[] = {
    TEST("policy.good-is-good", good_is_good),
    TEST("policy.one-change-one-finding", one_change_one_finding),
    TEST("policy.every-rule-is-tried", every_rule_is_tried),
    TEST("policy.marked-on-softmod", marked_on_softmod),
    TEST("policy.settings-win", settings_win),
    TEST("policy.properties", properties),
    TEST("policy.operations", operations_by_contract),
};
TEST_LIST(policy_list, tests);
