/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "domain.h"
#include "tests.h"

#include <stdio.h>
#include <string.h>

#define HEAD "<domain type='kvm'><name>a</name><memory unit='GiB'>1</memory>"

static int parse(const char *xml, struct domain *dom)
{
    return domain_parse(xml, strlen(xml), dom);
}

static void smallest(void **state)
{
    struct domain dom;

    (void)state;
    assert_int_equal(parse(HEAD "</domain>", &dom), 0);
    assert_true(dom.is_kvm);
    assert_int_equal(dom.memory_kib, KIB_PER_GIB);
    assert_int_equal(dom.current_kib, KIB_PER_GIB);
    assert_int_equal(dom.vcpus, 1);
    assert_int_equal(dom.security, DOMAIN_SECURITY_NONE);
    assert_false(dom.is_tdx_required);
    assert_int_equal(dom.boot, DOMAIN_BOOT_NONE);
}

static void refused(void **state)
{
    static const char *const texts[] = {
        "",
        "x",
        "<domain/>",
        "<network><name>a</name></network>",
        HEAD,
        "<domain><name>a</name></domain>",
        "<domain><name>a</name><memory>x</memory></domain>",
        "<domain><name>a</name><memory>-1</memory></domain>",
        "<domain><name>a</name><memory unit='TiB'>99999999</memory></domain>",
        "<domain><name>a</name><memory>18446744073709551615</memory></domain>",
        HEAD "<uuid>no</uuid></domain>",
        HEAD "<uuid>../../../../../../../../etc/passwd0123</uuid></domain>",
        HEAD "<vcpu>many</vcpu></domain>",
        HEAD "<launchSecurity type='tdx'><policy>zz</policy></launchSecurity></domain>",
        "<!DOCTYPE domain>" HEAD "</domain>",
        "<!DOCTYPE d [<!ENTITY a 'b'>]>" HEAD "</domain>",
        "<domain><name>&undefined;</name><memory>1</memory></domain>",
        "<domstatus pid='1'/>",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct domain dom, before;

        memset(&dom, 0x5a, sizeof(dom));
        before = dom;
        assert_int_equal(parse(texts[i], &dom), -EBADMSG);
        assert_memory_equal(&dom, &before, sizeof(dom));
    }
}

static void bounded(void **state)
{
    _cleanup_free_ char *xml = malloc(DOMAIN_MAX_XML + 2);
    struct domain dom;
    char *at = xml;

    (void)state;
    at = stpcpy(at, HEAD);
    for (int i = 0; i < DOMAIN_MAX_DEPTH; i++)
        at = stpcpy(at, "<a>");
    for (int i = 0; i < DOMAIN_MAX_DEPTH; i++)
        at = stpcpy(at, "</a>");
    (void)stpcpy(at, "</domain>");
    assert_int_equal(parse(xml, &dom), -EFBIG);
    memset(xml, ' ', DOMAIN_MAX_XML + 1);
    assert_int_equal(domain_parse(xml, DOMAIN_MAX_XML + 1, &dom), -EFBIG);
}

/* What libvirt says about units, it says here: case does not matter, unknown ones are refused. */
static void units(void **state)
{
    static const struct {
        const char *xml;
        uint64_t kib;
    } cases[] = {
        { "<memory>3072</memory>", 3072 },
        { "<memory unit='gib'>2</memory>", 2 * KIB_PER_GIB },
        { "<memory unit='Kb'>2048</memory>", 2000 },
        { "<memory unit='m'>8</memory>", 8 * KIB_PER_MIB },
        { "<memory unit='byte'>4096</memory>", 4 },
        { "<memory unit='PiB'>0</memory>", 0 },
    };
    struct domain dom;
    char xml[160], why[DOMAIN_WHY_SIZE];

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        (void)stpcpy(stpcpy(stpcpy(xml, "<domain><name>a</name>"), cases[i].xml), "</domain>");
        assert_int_equal(parse(xml, &dom), 0);
        assert_int_equal(dom.memory_kib, cases[i].kib);
    }
    (void)stpcpy(xml, "<domain><name>a</name>\n<memory unit='pages'>4</memory></domain>");
    assert_int_equal(domain_parse_why(xml, strlen(xml), &dom, why), -EBADMSG);
    assert_string_equal(why, "line 2: <memory> has the unit pages, which libvirt does not know");
}

static void says_where(void **state)
{
    static const struct {
        const char *xml;
        const char *why;
    } cases[] = {
        { "<domain>\n  <name>a</nam>\n</domain>", "line 2, column " },
        { "<domain/>", "the domain has no <name>" },
        { "<network/>", "its outermost element is not <domain>" },
        { "<domain><name>a</name></domain>", "there is no <memory>" },
        { "<!DOCTYPE domain><domain/>", "it has a document type" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char why[DOMAIN_WHY_SIZE];
        struct domain dom;

        assert_true(domain_parse_why(cases[i].xml, strlen(cases[i].xml), &dom, why) < 0);
        if (strncmp(why, cases[i].why, strlen(cases[i].why)) != 0)
            fail_msg("%s: %s", cases[i].xml, why);
    }
}

#define DIGEST "AbCdAbCdAbCdAbCdAbCdAbCdAbCdAbCdAbCdAbCdAbCdAbCdAbCdAbCdAbCdAb+/"

static void digests_and_dropped(void **state)
{
    static const struct {
        const char *security;
        const char *digest;
        const char *dropped;
    } cases[] = {
        { "<mrOwner>" DIGEST "</mrOwner>", "", "" },
        { "<mrOwner>" DIGEST "A</mrOwner>", "mrOwner", "" },
        { "<mrConfigId>c2hvcnQ=</mrConfigId>", "mrConfigId", "" },
        { "<mrOwnerConfig/>", "mrOwnerConfig", "" },
        { "<Policy>0x1</Policy>", "", "<Policy> in <launchSecurity>" },
        { "<quoteGenerationService><socket/></quoteGenerationService>", "",
          "<socket> in <quoteGenerationService>" },
        { "</launchSecurity><sound/><launchSecurity>", "", "<sound> in <domain>" },
        { "</launchSecurity><x:own xmlns:x='urn:x'/><launchSecurity>", "", "" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct domain dom;
        char xml[512];

        (void)snprintf(xml, sizeof(xml),
                       HEAD "<launchSecurity type='tdx'>%s</launchSecurity></domain>",
                       cases[i].security);
        assert_int_equal(parse(xml, &dom), 0);
        assert_string_equal(dom.wrong_digest, cases[i].digest);
        assert_string_equal(dom.dropped, cases[i].dropped);
    }
}

static void security(void **state)
{
    struct domain dom;

    (void)state;
    assert_int_equal(parse(HEAD "<launchSecurity type='tdx'/></domain>", &dom), 0);
    assert_int_equal(dom.security, DOMAIN_SECURITY_TDX);
    assert_false(dom.has_policy);
    assert_int_equal(dom.policy, 1ULL << 28);
    assert_false(dom.has_qgs);
    assert_int_equal(parse(HEAD
                           "<launchSecurity type='tdx'><policy>0x1</policy><quoteGenerationService "
                           "path='/q'/></launchSecurity></domain>",
                           &dom),
                     0);
    assert_int_equal(dom.policy, 1);
    assert_true(dom.has_qgs);
    assert_string_equal(dom.qgs_socket, "/q");
    assert_int_equal(parse(HEAD "<launchSecurity type='sev-snp'/></domain>", &dom), 0);
    assert_int_equal(dom.security, DOMAIN_SECURITY_OTHER);
}

static void mark_needs_its_namespace(void **state)
{
    struct domain dom;

    (void)state;
    assert_int_equal(parse(HEAD
                           "<metadata><t:required xmlns:t='urn:tdx-host:1'/></metadata></domain>",
                           &dom),
                     0);
    assert_true(dom.is_tdx_required);
    assert_int_equal(parse(HEAD "<metadata><required/></metadata></domain>", &dom), 0);
    assert_false(dom.is_tdx_required);
    assert_int_equal(parse(HEAD
                           "<metadata><t:required xmlns:t='urn:tdx-host:2'/></metadata></domain>",
                           &dom),
                     0);
    assert_false(dom.is_tdx_required);
}

static void defaults_of_features(void **state)
{
    struct domain dom;

    (void)state;
    /* <smm/> without an attribute means that SMM is on. */
    assert_int_equal(parse(HEAD "<features><smm/><pmu state='off'/></features></domain>", &dom), 0);
    assert_true(dom.smm_on);
    assert_false(dom.pmu_on);
}

static void boot_buses(void **state)
{
    static const struct {
        const char *disk;
        enum domain_boot_bus boot;
    } cases[] = {
        { "<disk device='disk'><target bus='virtio'/></disk>", DOMAIN_BOOT_OK },
        { "<disk device='disk'><target bus='scsi'/></disk>", DOMAIN_BOOT_HIDDEN },
        { "<disk device='cdrom'><target bus='sata'/></disk>", DOMAIN_BOOT_HIDDEN },
        { "<disk type='nvme'><target bus='x'/></disk>", DOMAIN_BOOT_OK },
        { "<disk device='cdrom'><target bus='sata'/></disk><disk><target bus='sata'/></disk>",
          DOMAIN_BOOT_OK },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char xml[512];
        struct domain dom;

        (void)stpcpy(stpcpy(stpcpy(xml, HEAD "<devices>"), cases[i].disk), "</devices></domain>");
        assert_int_equal(parse(xml, &dom), 0);
        assert_int_equal(dom.boot, cases[i].boot);
    }
}

static void nodesets(void **state)
{
    static const struct {
        const char *set;
        uint64_t nodes;
    } cases[] = {
        { "0", 1 },
        { "0-1,3", 0xb },
        { "63", 1ULL << 63 },
        { "64", 0 },
        { "3-1", 0 },
        { "x", 0 },
        { "", 0 },
        { "0-9999999999999999999999", 0 },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char xml[512];
        struct domain dom;

        (void)stpcpy(
                stpcpy(stpcpy(xml, HEAD "<numatune><memory mode='strict' nodeset='"), cases[i].set),
                "'/></numatune></domain>");
        assert_int_equal(parse(xml, &dom), 0);
        assert_int_equal(dom.nodes, cases[i].nodes);
    }
}

static const struct CMUnitTest tests[] = {
    TEST("common.domain-smallest", smallest),
    TEST("common.domain-refused", refused),
    TEST("common.domain-bounded", bounded),
    TEST("common.domain-units", units),
    TEST("common.domain-says-where", says_where),
    TEST("common.domain-digests", digests_and_dropped),
    TEST("common.domain-security", security),
    TEST("common.domain-mark", mark_needs_its_namespace),
    TEST("common.domain-features", defaults_of_features),
    TEST("common.domain-boot-buses", boot_buses),
    TEST("common.domain-nodesets", nodesets),
};
TEST_LIST(domain_list, tests);
