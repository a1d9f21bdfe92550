/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "klog.h"
#include "tests.h"

#include <string.h>

static void read_log(const char *text, struct host_tdx *tdx)
{
    _cleanup_free_ char *copy = strdup(text);

    klog_read(copy, tdx);
}

static void states(void **state)
{
    static const struct {
        const char *log;
        enum host_module_state expected;
    } cases[] = {
        { "", HOST_MODULE_ABSENT },
        { "nothing of it\n", HOST_MODULE_ABSENT },
        { "virt/tdx: BIOS enabled: private KeyID range [64, 128)", HOST_MODULE_IDLE },
        { "virt/tdx: module initialized", HOST_MODULE_READY },
        { "virt/tdx: TDX-Module initialized", HOST_MODULE_READY },
        { "virt/tdx: module initialization failed (-5)", HOST_MODULE_FAILED },
        { "virt/tdx: module not loaded", HOST_MODULE_FAILED },
        /* 5.19, 6.2 and 6.5 */
        { "tdx: TDX module initialized", HOST_MODULE_READY },
        { "tdx: SEAMCALL failed: leaf 35, error 0xc000090200000000.", HOST_MODULE_FAILED },
        { "tdx: [firmware bug]: TDX is not enabled by BIOS.", HOST_MODULE_FAILED },
        { "tdx: Cannot enable TDX on TDX disabled platform", HOST_MODULE_FAILED },
        { "tdx: TDX module: vendor_id 0x8086, major_version 1, minor_version 5",
          HOST_MODULE_ABSENT },
        /* what an administrator wrote is no message */
        { "Kernel command line: ro kvm_intel.tdx=1 initcall_debug panic_on_error",
          HOST_MODULE_ABSENT },
        { "systemd[1]: Hostname set to <tdx-lab>.", HOST_MODULE_ABSENT },
        { "virt/tdx: initialization failed: Hibernation support is enabled", HOST_MODULE_FAILED },
        /* a second try that works */
        { "virt/tdx: module initialization failed (-5)\nvirt/tdx: module initialized",
          HOST_MODULE_READY },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct host_tdx tdx = { 0 };

        read_log(cases[i].log, &tdx);
        assert_int_equal(tdx.module_state, cases[i].expected);
    }
}

static void first_failure_is_the_cause(void **state)
{
    struct host_tdx tdx = { 0 };

    (void)state;
    read_log("virt/tdx: SEAMCALL (0x0000000000000022) failed: 0xc000050500000000\n"
             "virt/tdx: SEAMCALL (0x0000000000000021) failed: 0xc000010000000000\n"
             "virt/tdx: module initialization failed (-5)\n",
             &tdx);
    assert_string_equal(tdx.module_failure,
                        "virt/tdx: SEAMCALL (0x0000000000000022) failed: 0xc000050500000000");
}

static void figures(void **state)
{
    struct host_tdx tdx = { 0 };

    (void)state;
    read_log("[ 1.6] virt/tdx: BIOS enabled: private KeyID range [16, 64)\n"
             "[31.1] virt/tdx: TDX module: attributes 0x0, vendor_id 0x8086, major_version 1, "
             "minor_version 5, "
             "build_date 20240725, build_num 784\n"
             "[36.3] virt/tdx: 8396820 KB allocated for PAMT\n",
             &tdx);
    assert_int_equal(tdx.log_keyid_first.value, 16);
    assert_int_equal(tdx.log_keyid_end.value, 64);
    assert_int_equal(tdx.module_version.minor, 5);
    assert_int_equal(tdx.module_build_date.value, 20240725);
    assert_int_equal(tdx.pamt_kib.value, 8396820);
}

/* KVM may be loaded several times: its last lines in the log count. */
static void kvm_says_why(void **state)
{
    struct host_tdx tdx = { 0 };

    (void)state;
    read_log("[ 9.1] kvm: tdx: needs MMIO caching\n", &tdx);
    assert_string_equal(tdx.kvm_failure, "kvm: tdx: needs MMIO caching");
    read_log("[ 9.2] virt/tdx: module initialized\n[ 9.3] kvm: tdx: CPU 3 can not be used: -5\n"
             "[ 9.4] kvm: tdx: initialisation failed: -5\n",
             &tdx);
    assert_string_equal(tdx.kvm_failure, "kvm: tdx: needs MMIO caching");
    assert_int_equal(tdx.module_state, HOST_MODULE_READY);
    read_log("[99.9] kvm: tdx: TDs are available, 63 at a time\n", &tdx);
    assert_string_equal(tdx.kvm_failure, "");
}

static void builds_have_versions(void **state)
{
    static const struct {
        const char *build;
        unsigned int micro;
    } cases[] = { { "595", 1 }, { "698", 5 }, { "911", 0 } };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct host_tdx tdx = { 0 };
        char line[160];

        (void)stpcpy(stpcpy(line, "tdx: TDX module: atributes 0x0, vendor_id 0x8086, "
                                  "major_version 1, minor_version 5, build_date 20240101, "
                                  "build_num "),
                     cases[i].build);
        read_log(line, &tdx);
        assert_true(tdx.has_module_version);
        assert_int_equal(tdx.module_version.micro, cases[i].micro);
    }
}

static void pages_become_kib(void **state)
{
    struct host_tdx tdx = { 0 };

    (void)state;
    read_log("[ 3.3] tdx: 262160 pages allocated for PAMT", &tdx);
    assert_int_equal(tdx.pamt_kib.value, 1048640);
    read_log("[ 3.3] virt/tdx: 4200 KBs allocated for PAMT", &tdx);
    assert_int_equal(tdx.pamt_kib.value, 4200);
}

/* Once the module runs, an error is a guest's: it is kept, and changes nothing else. */
static void errors_while_it_runs(void **state)
{
    struct host_tdx tdx = { 0 };

    (void)state;
    read_log("[ 9.1] virt/tdx: module initialized\n"
             "[70.1] SEAMCALL (0x000000000000001d) failed: 0xc0000b0000000001 RCX 0x0\n"
             "[70.2] kvm_intel: SEAMCALL TDH_MEM_TRACK failed: 0x8000020000000091\n"
             "[70.3] WARNING: CPU: 1 PID: 2 at arch/x86/kvm/vmx/tdx.c:99 tdx_x+0x1/0x2\n",
             &tdx);
    assert_int_equal(tdx.module_state, HOST_MODULE_READY);
    assert_string_equal(tdx.module_failure, "");
    assert_string_equal(tdx.kvm_failure, "");
    assert_string_equal(tdx.log_error,
                        "SEAMCALL (0x000000000000001d) failed: 0xc0000b0000000001 RCX 0x0");
    assert_int_equal(tdx.log_error_count, 3);
}

static void unknown_reasons_are_kept(void **state)
{
    struct host_tdx tdx = { 0 };

    (void)state;
    read_log("[ 1.1] virt/tdx: module initialized\n"
             "[ 1.2] kvm_intel: tdx: the moon is required for TDX\n",
             &tdx);
    assert_string_equal(tdx.kvm_failure, "kvm_intel: tdx: the moon is required for TDX");
}

static const struct CMUnitTest tests[] = {
    TEST("common.klog-states", states),
    TEST("common.klog-first-failure", first_failure_is_the_cause),
    TEST("common.klog-figures", figures),
    TEST("common.klog-kvm", kvm_says_why),
    TEST("common.klog-builds", builds_have_versions),
    TEST("common.klog-pages", pages_become_kib),
    TEST("common.klog-running", errors_while_it_runs),
    TEST("common.klog-unknown", unknown_reasons_are_kept),
};
TEST_LIST(klog_list, tests);
