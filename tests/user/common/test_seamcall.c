/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dcap.h"
#include "errline.h"
#include "seamcall.h"
#include "seamcall_line.h"
#include "tests.h"

#include <string.h>

static void decodes(void **state)
{
    static const struct {
        uint64_t status;
        const char *name;
        const char *operand;
        bool is_error, is_retryable, is_fatal;
    } cases[] = {
        { 0, "SUCCESS", NULL, false, false, false },
        { 0x8000020000000092, "OPERAND_BUSY", "SEPT_TREE", true, true, false },
        { 0x8000020300000000, "RND_NO_ENTROPY", NULL, true, true, false },
        { 0x8000000300000000, "INTERRUPTED_RESUMABLE", NULL, true, true, false },
        { 0xC000010000000000, "OPERAND_INVALID", "RAX", true, false, false },
        { 0xC000010000000041, "OPERAND_INVALID", "XFAM", true, false, false },
        { 0xC000050500000000, "SYS_NOT_READY", NULL, true, false, false },
        { 0xE000060400000000, "TD_FATAL", NULL, true, false, true },
        { 0x00000B0A00000001, "PAGE_ALREADY_ACCEPTED", "RCX", false, false, false },
        { 0x8000FF00FFFF0000, "SEAMCALL_VMFAILINVALID", NULL, true, false, false },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct seamcall_status status;

        seamcall_decode(cases[i].status, &status);
        assert_non_null(status.code);
        assert_string_equal(status.code->name, cases[i].name);
        assert_int_equal(status.is_error, cases[i].is_error);
        assert_int_equal(status.is_retryable, cases[i].is_retryable);
        assert_int_equal(status.is_fatal, cases[i].is_fatal);
        if (cases[i].operand)
            assert_string_equal(status.operand, cases[i].operand);
        else
            assert_null(status.operand);
    }
}

static void unknown_stays_unknown(void **state)
{
    struct seamcall_status status;

    (void)state;
    seamcall_decode(0xC0000FFF12345678, &status);
    assert_null(status.code);
    assert_null(status.operand);
    assert_true(status.is_error);
    assert_null(seamcall_leaf_name(42));
    assert_null(seamcall_leaf_name(UINT64_MAX));
    assert_string_equal(seamcall_leaf_name(34), "TDH.SYS.RD");
}

/* Each status code has a text, and none is in the table twice. */
static void table_is_sound(void **state)
{
    const struct seamcall_code *codes;
    size_t count;

    (void)state;
    codes = seamcall_codes(&count);
    assert_true(count > 80);
    for (size_t i = 0; i < count; i++) {
        assert_non_null(codes[i].words);
        assert_true(strlen(codes[i].words) > 10);
        for (size_t j = i + 1; j < count; j++)
            assert_int_not_equal(codes[i].code, codes[j].code);
    }
}

static void lines_are_found(void **state)
{
    const struct errline *known;

    (void)state;
    for (size_t i = 0; (known = errline_at(i)); i++)
        for (size_t j = 0; j < ERRLINE_MAX_MARKS && known->marks[j]; j++) {
            char line[256];

            (void)stpcpy(stpcpy(stpcpy(line, "before "), known->marks[j]), " after");
            /* No earlier mark may match first, or this one could never be found. */
            if (errline_find(line) != known)
                print_error("%s is found as %s\n", line, errline_find(line)->id);
            assert_ptr_equal(errline_find(line), known);
        }
    assert_null(errline_find("all is well"));
    assert_null(errline_find("TDMR [0xb010000, 0xb0330000)"));
    assert_non_null(errline_find("[0xb0330000) and then 0xb033"));
    assert_null(errline_find(""));
}

/* The wordings of kernels from 5.19 on, of QEMU, and of another hypervisor. */
static void lines_of_every_generation(void **state)
{
    static const struct {
        const char *line;
        const char *leaf;
        uint64_t status;
    } cases[] = {
        { "virt/tdx: SEAMCALL (0x0000000000000022) failed: 0xc000050500000000", "TDH.SYS.RD",
          0xc000050500000000 },
        { "tdx: SEAMCALL failed: CPU 7: leaf 35, error 0xc000090200000004.", "TDH.SYS.LP.INIT",
          0xc000090200000004 },
        { "tdx: SEAMCALL failed: leaf 45, error 0xc000050c00000000.", "TDH.SYS.CONFIG",
          0xc000050c00000000 },
        { "SEAMCALL[TDH_MEM_PAGE_AUG] failed: 0xc0000b0300000001 RCX 0x4", "TDH.MEM.PAGE.AUG",
          0xc0000b0300000001 },
        { "kvm_intel: SEAMCALL TDH_VP_INIT failed: 0xc000010000000002", "TDH.VP.INIT",
          0xc000010000000002 },
        { "kvm: tdx: TDH.MNG.KEY.FREEID failed: 0x8000082400000000", "TDH.MNG.KEY.FREEID",
          0x8000082400000000 },
        { "tdh_mng_create returned 0xc000082000000000", "TDH.MNG.CREATE", 0xc000082000000000 },
        { "TDX ioctl KVM_TDX_INIT_VM failed, hw_errors: 0xc000010000000041: Invalid argument", "",
          0xc000010000000041 },
        { "the module said 0xc000060800000000 at 0xffff8c0d4a1b0000", "", 0xc000060800000000 },
        /* no status */
        { "RCX 0x0000000000000000 RDX 0x9100000100000008 R08 0x0", "", 0 },
        { "TDX ioctl KVM_TDX_INIT_VCPU failed, hw_errors: 0x0: Input/output error", "", 0 },
        { "VFIO_MAP_DMA failed: No space left on device", "", 0 },
        { "", "", 0 },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct seamcall_line found;

        seamcall_read_line(cases[i].line, &found);
        assert_string_equal(found.leaf, cases[i].leaf);
        assert_int_equal(found.status, cases[i].status);
        assert_int_equal(found.has_status, cases[i].status != 0);
    }
}

static void msr_is_named(void **state)
{
    struct seamcall_status status;

    (void)state;
    seamcall_decode(0xc00009200000010a, &status);
    assert_true(status.is_msr);
    assert_string_equal(status.operand, "IA32_ARCH_CAPABILITIES");
    seamcall_decode(0xc000010000000041, &status);
    assert_false(status.is_msr);
}

static void dcap_codes(void **state)
{
    (void)state;
    assert_string_equal(dcap_in_line("load failed, 0xE00D")->name, "SGX_QL_INTERFACE_UNAVAILABLE");
    assert_string_equal(dcap_in_line("ret=0xb012.")->name,
                        "SGX_QCNL_ERROR_STATUS_CERTS_UNAVAILABLE");
    assert_null(dcap_in_line("at 0xe00dffff"));
    assert_null(dcap_in_line("0xe0ff"));
    assert_null(dcap_in_line(""));
}

static const struct CMUnitTest tests[] = {
    TEST("common.seamcall-decodes", decodes),
    TEST("common.seamcall-unknown", unknown_stays_unknown),
    TEST("common.seamcall-table", table_is_sound),
    TEST("common.seamcall-line", lines_of_every_generation),
    TEST("common.seamcall-msr", msr_is_named),
    TEST("common.dcap", dcap_codes),
    TEST("common.errline-table", lines_are_found),
};
TEST_LIST(seamcall_list, tests);
