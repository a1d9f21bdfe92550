/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "domain.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "text.h"

#define SEPT_VE_DISABLE (1ULL << 28)
#define MAX_NUMA_NODES  64
#define MAX_MEMORY_KIB  (1ULL << 40)

static void free_doc(xmlDoc **doc)
{
    xmlFreeDoc(*doc);
}

#define _cleanup_doc_ __attribute__((cleanup(free_doc)))

static bool is_named(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

static xmlNode *child_of(const xmlNode *node, const char *name)
{
    for (xmlNode *child = node ? node->children : NULL; child; child = child->next)
        if (is_named(child, name))
            return child;
    return NULL;
}

/* Gets the value of an attribute, or of the element's text if attribute is NULL; "" if there is
 * none. A value that is too long is cut, so it equals no word that the caller compares it with. */
static void get_text(const xmlNode *node, const char *attribute, char *ret_text, size_t size)
{
    xmlChar *value = NULL;

    ret_text[0] = '\0';
    if (!node)
        return;
    value = attribute ? xmlGetNoNsProp(node, (const xmlChar *)attribute) : xmlNodeGetContent(node);
    if (!value)
        return;
    text_copy(ret_text, size, text_trim((char *)value));
    xmlFree(value);
}

static bool attribute_is(const xmlNode *node, const char *attribute, const char *wanted)
{
    char value[32];

    get_text(node, attribute, value, sizeof(value));
    return strcmp(value, wanted) == 0;
}

bool domain_is_uuid(const char *text)
{
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? text[i] != '-' : !strchr("0123456789abcdefABCDEF", text[i]) || !text[i])
            return false;
    }
    return text[36] == '\0';
}

/* As libvirt reads units: case does not matter, no unit means KiB. 0 for an unknown one. */
static uint64_t unit_bytes(const char *unit)
{
    static const struct {
        const char *name;
        uint64_t bytes;
    } units[] = {
        { "", 1024 },
        { "b", 1 },
        { "byte", 1 },
        { "bytes", 1 },
        { "KB", 1000 },
        { "k", 1024 },
        { "KiB", 1024 },
        { "MB", 1000000 },
        { "M", 1ULL << 20 },
        { "MiB", 1ULL << 20 },
        { "GB", 1000000000 },
        { "G", 1ULL << 30 },
        { "GiB", 1ULL << 30 },
        { "TB", 1000000000000 },
        { "T", 1ULL << 40 },
        { "TiB", 1ULL << 40 },
        { "PB", 1000000000000000 },
        { "P", 1ULL << 50 },
        { "PiB", 1ULL << 50 },
        { "EB", 1000000000000000000 },
        { "E", 1ULL << 60 },
        { "EiB", 1ULL << 60 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(units); i++)
        if (strcasecmp(units[i].name, unit) == 0)
            return units[i].bytes;
    return 0;
}

/* Says what is wrong in the XML, and returns -EBADMSG. */
PRINTF_LIKE(2, 3) static int wrong(char *why, const char *format, ...)
{
    char text[DOMAIN_WHY_SIZE];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    text_copy(why, DOMAIN_WHY_SIZE, text);
    return -EBADMSG;
}

static int parse_memory(const xmlNode *node, const char *name, uint64_t *ret_kib, char *why)
{
    char digits[24], unit[16];
    uint64_t value, bytes;

    get_text(node, NULL, digits, sizeof(digits));
    get_text(node, "unit", unit, sizeof(unit));
    bytes = unit_bytes(unit);
    if (!node)
        return wrong(why, "there is no <%s>", name);
    if (!bytes)
        return wrong(why, "line %ld: <%s> has the unit %s, which libvirt does not know",
                     xmlGetLineNo(node), name, unit);
    if (text_to_u64(digits, &value) < 0 || __builtin_mul_overflow(value, bytes, &value) ||
        value / 1024 > MAX_MEMORY_KIB)
        return wrong(why, "line %ld: <%s> is no size that a host can have", xmlGetLineNo(node),
                     name);
    *ret_kib = value / 1024;
    return 0;
}

static int parse_sizes(const xmlNode *root, struct domain *dom, char *why)
{
    const xmlNode *current = child_of(root, "currentMemory"), *vcpu = child_of(root, "vcpu");
    char digits[16];
    int r;

    r = parse_memory(child_of(root, "memory"), "memory", &dom->memory_kib, why);
    if (r < 0)
        return r;
    dom->current_kib = dom->memory_kib;
    if (current)
        r = parse_memory(current, "currentMemory", &dom->current_kib, why);
    dom->vcpus = 1;
    if (r == 0 && vcpu) {
        get_text(vcpu, NULL, digits, sizeof(digits));
        if (text_to_u64(digits, &dom->vcpus) < 0)
            return wrong(why, "line %ld: <vcpu> is no number", xmlGetLineNo(vcpu));
    }
    dom->has_memory_slots = child_of(root, "maxMemory") != NULL;
    return r;
}

/* The three digests of launchSecurity are SHA-384: 48 bytes, 64 characters of base64 without
 * padding. */
static void check_digests(const xmlNode *node, struct domain *dom)
{
    static const char *const names[] = { "mrConfigId", "mrOwner", "mrOwnerConfig" };
    static const char alphabet[] =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char digest[80];

    for (size_t i = 0; i < ARRAY_SIZE(names) && !dom->wrong_digest[0]; i++) {
        const xmlNode *child = child_of(node, names[i]);

        get_text(child, NULL, digest, sizeof(digest));
        if (child && (strlen(digest) != 64 || strspn(digest, alphabet) != 64))
            text_copy(dom->wrong_digest, sizeof(dom->wrong_digest), names[i]);
    }
}

/* Remembers the first child that is not in the list of those that libvirt knows. Elements of other
 * XML namespaces are for other programs. */
static void find_dropped(const xmlNode *parent, const char *const *known, struct domain *dom)
{
    for (const xmlNode *child = parent ? parent->children : NULL; child; child = child->next) {
        size_t i = 0;

        if (child->type != XML_ELEMENT_NODE || child->ns || dom->dropped[0])
            continue;
        while (known[i] && strcmp(known[i], (const char *)child->name) != 0)
            i++;
        if (!known[i])
            text_print(dom->dropped, sizeof(dom->dropped), "<%.24s> in <%.24s>",
                       (const char *)child->name, (const char *)parent->name);
    }
}

static int parse_security(const xmlNode *root, struct domain *dom, char *why)
{
    static const char *const known[] = {
        "policy", "mrConfigId", "mrOwner", "mrOwnerConfig", "quoteGenerationService", NULL
    };
    static const char *const none[] = { NULL };
    const xmlNode *node = child_of(root, "launchSecurity"),
                  *qgs = child_of(node, "quoteGenerationService");
    char policy[24];

    if (!node)
        return 0;
    dom->security = attribute_is(node, "type", "tdx") ? DOMAIN_SECURITY_TDX : DOMAIN_SECURITY_OTHER;
    if (dom->security != DOMAIN_SECURITY_TDX)
        return 0;
    dom->policy = SEPT_VE_DISABLE;
    get_text(child_of(node, "policy"), NULL, policy, sizeof(policy));
    dom->has_policy = policy[0];
    dom->has_qgs = qgs != NULL;
    get_text(qgs, "path", dom->qgs_socket, sizeof(dom->qgs_socket));
    check_digests(node, dom);
    find_dropped(node, known, dom);
    find_dropped(qgs, none, dom);
    if (dom->has_policy && text_to_u64_hex(policy, &dom->policy) < 0)
        return wrong(why, "line %ld: <policy> is no number", xmlGetLineNo(node));
    return 0;
}

static void parse_os(const xmlNode *root, struct domain *dom)
{
    const xmlNode *os = child_of(root, "os"), *loader = child_of(os, "loader");
    char firmware[16], machine[64];

    get_text(os, "firmware", firmware, sizeof(firmware));
    get_text(child_of(os, "type"), "machine", machine, sizeof(machine));
    get_text(loader, NULL, dom->loader, sizeof(dom->loader));
    dom->is_q35 = strcmp(machine, "q35") == 0 || text_starts_with(machine, "pc-q35");
    dom->has_firmware = strcmp(firmware, "efi") == 0 || dom->loader[0];
    dom->loader_pflash = attribute_is(loader, "type", "pflash");
    dom->is_firmware_chosen = strcmp(firmware, "efi") == 0 && !dom->loader[0];
}

static void parse_features(const xmlNode *root, struct domain *dom)
{
    const xmlNode *features = child_of(root, "features"), *smm = child_of(features, "smm");
    const xmlNode *pmu = child_of(features, "pmu");

    /* An element without the attribute state means on. */
    dom->smm_on = smm && !attribute_is(smm, "state", "off");
    dom->pmu_on = pmu && !attribute_is(pmu, "state", "off");
    dom->ioapic_kvm = attribute_is(child_of(features, "ioapic"), "driver", "kvm");
}

static void parse_cpu(const xmlNode *root, struct domain *dom)
{
    const xmlNode *cpu = child_of(root, "cpu");

    dom->has_cpu = cpu != NULL;
    dom->cpu_passthrough =
            attribute_is(cpu, "mode", "host-passthrough") || attribute_is(cpu, "mode", "maximum");
}

static bool firmware_can_boot(const xmlNode *disk)
{
    static const char *const buses[] = { "virtio", "nvme", "sata" };
    const xmlNode *target = child_of(disk, "target");

    if (attribute_is(disk, "device", "cdrom"))
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(buses); i++)
        if (attribute_is(target, "bus", buses[i]))
            return true;
    return attribute_is(disk, "type", "nvme");
}

static void parse_devices(const xmlNode *root, struct domain *dom)
{
    const xmlNode *devices = child_of(root, "devices");
    bool has_disk = false, has_bootable = false, balloon = false;

    for (const xmlNode *node = devices ? devices->children : NULL; node; node = node->next) {
        if (is_named(node, "disk")) {
            has_disk = true;
            has_bootable |= firmware_can_boot(node);
        } else if (is_named(node, "serial") || is_named(node, "console")) {
            dom->has_console = true;
        } else if (is_named(node, "memory")) {
            dom->has_memory_devices = true;
        } else if (is_named(node, "memballoon")) {
            balloon = !attribute_is(node, "model", "none");
            dom->balloon_active |= balloon && attribute_is(node, "freePageReporting", "on");
        }
    }
    dom->balloon_active |= balloon && dom->current_kib < dom->memory_kib;
    dom->boot = !has_disk ? DOMAIN_BOOT_NONE : has_bootable ? DOMAIN_BOOT_OK : DOMAIN_BOOT_HIDDEN;
}

/* "0-1,3" -> one bit for each node. A list that is wrong means no node: libvirt refuses it anyway.
 */
static uint64_t parse_nodeset(char *list)
{
    uint64_t nodes = 0;
    char *rest, *range;

    for (range = list; range && *range; range = rest) {
        uint64_t first, last;
        char *dash;

        rest = strchr(range, ',');
        if (rest)
            *rest++ = '\0';
        dash = strchr(range, '-');
        if (dash)
            *dash++ = '\0';
        if (text_to_u64(range, &first) < 0 || text_to_u64(dash ? dash : range, &last) < 0 ||
            last < first || last >= MAX_NUMA_NODES)
            return 0;
        for (uint64_t node = first; node <= last; node++)
            nodes |= 1ULL << node;
    }
    return nodes;
}

static void parse_numatune(const xmlNode *root, struct domain *dom)
{
    const xmlNode *memory = child_of(child_of(root, "numatune"), "memory");
    char mode[16], nodeset[128];

    get_text(memory, "mode", mode, sizeof(mode));
    get_text(memory, "nodeset", nodeset, sizeof(nodeset));
    if (memory && (mode[0] == '\0' || strcmp(mode, "strict") == 0))
        dom->nodes = parse_nodeset(nodeset);
}

static bool is_required(const xmlNode *root)
{
    const xmlNode *metadata = child_of(root, "metadata");

    for (const xmlNode *node = metadata ? metadata->children : NULL; node; node = node->next)
        if (is_named(node, "required") && node->ns &&
            strcmp((const char *)node->ns->href, DOMAIN_NAMESPACE) == 0)
            return true;
    return false;
}

static int parse_root(const xmlNode *root, struct domain *ret_domain, char *why)
{
    static const char *const known[] = {
        "name",
        "uuid",
        "genid",
        "hwuuid",
        "title",
        "description",
        "metadata",
        "memory",
        "currentMemory",
        "maxMemory",
        "blkiotune",
        "memtune",
        "memoryBacking",
        "cputune",
        "numatune",
        "vcpu",
        "vcpus",
        "iothreads",
        "iothreadids",
        "defaultiothread",
        "throttlefiltergroups",
        "resource",
        "fibrechannel",
        "sysinfo",
        "bootloader",
        "bootloader_args",
        "os",
        "idmap",
        "features",
        "cpu",
        "clock",
        "on_poweroff",
        "on_reboot",
        "on_crash",
        "on_lockfailure",
        "pm",
        "perf",
        "devices",
        "seclabel",
        "keywrap",
        "launchSecurity",
        NULL,
    };
    struct domain dom = { 0 };
    int r;

    get_text(child_of(root, "name"), NULL, dom.name, sizeof(dom.name));
    get_text(child_of(root, "uuid"), NULL, dom.uuid, sizeof(dom.uuid));
    if (!dom.name[0])
        return wrong(why, "the domain has no <name>");
    if (dom.uuid[0] && !domain_is_uuid(dom.uuid))
        return wrong(why, "<uuid> is no UUID");
    dom.is_kvm = attribute_is(root, "type", "kvm");
    dom.is_tdx_required = is_required(root);
    r = parse_sizes(root, &dom, why);
    if (r == 0)
        r = parse_security(root, &dom, why);
    if (r < 0)
        return r;
    find_dropped(root, known, &dom);
    parse_os(root, &dom);
    parse_features(root, &dom);
    parse_cpu(root, &dom);
    parse_devices(root, &dom);
    parse_numatune(root, &dom);
    *ret_domain = dom;
    return 0;
}

/* Walks the tree without recursion: the XML decides on its depth, and must not exhaust the stack.
 */
static bool is_too_deep(const xmlNode *root)
{
    const xmlNode *node = root;
    int depth = 1;

    while (node) {
        if (node->type == XML_ELEMENT_NODE && node->children) {
            node = node->children;
            if (++depth > DOMAIN_MAX_DEPTH)
                return true;
            continue;
        }
        while (node != root && !node->next) {
            node = node->parent;
            depth--;
        }
        if (node == root)
            break;
        node = node->next;
    }
    return false;
}

/* Keeps libxml2 from printing errors to stderr: domain_parse() reports them by its return value. */
static void ignore_message(void *context, const char *message, ...)
{
    (void)context;
    (void)message;
}

/* Where the parser stopped, and why. */
static int not_well_formed(char *why)
{
    const xmlError *error = xmlGetLastError();
    char message[128] = "it is empty";

    if (!error)
        return wrong(why, "%s", message);
    if (error->message)
        text_copy(message, sizeof(message), error->message);
    message[strcspn(message, "?\n")] = '\0';
    return wrong(why, "line %d, column %d: %s", error->line, error->int2, message);
}

int domain_parse_why(const char *xml, size_t len, struct domain *ret_domain, char *ret_why)
{
    _cleanup_doc_ xmlDoc *doc = NULL;
    const xmlNode *root;
    struct domain dom;
    char pid[16];
    int r;

    text_copy(ret_why, DOMAIN_WHY_SIZE, "it is too large, or its elements are nested too deep");
    if (len > DOMAIN_MAX_XML)
        return -EFBIG;
    xmlSetGenericErrorFunc(NULL, ignore_message);
    xmlResetLastError();
    doc = xmlReadMemory(xml, (int)len, "domain.xml", NULL,
                        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                XML_PARSE_NOBLANKS | XML_PARSE_COMPACT);
    if (!doc)
        return not_well_formed(ret_why);
    /* Refuse a document type (DTD): it could define entities, and libvirt never writes one. */
    if (doc->intSubset || doc->extSubset)
        return wrong(ret_why, "it has a document type (DTD), which is not allowed");
    root = xmlDocGetRootElement(doc);
    if (!root)
        return wrong(ret_why, "it has no element");
    if (is_too_deep(root))
        return -EFBIG;
    get_text(is_named(root, "domstatus") ? root : NULL, "pid", pid, sizeof(pid));
    if (is_named(root, "domstatus"))
        root = child_of(root, "domain");
    if (!root || !is_named(root, "domain"))
        return wrong(ret_why, "its outermost element is not <domain>");
    r = parse_root(root, &dom, ret_why);
    if (r < 0)
        return r;
    if (pid[0])
        (void)text_to_u64(pid, &dom.pid);
    *ret_domain = dom;
    return 0;
}

int domain_parse(const char *xml, size_t len, struct domain *ret_domain)
{
    char why[DOMAIN_WHY_SIZE];

    return domain_parse_why(xml, len, ret_domain, why);
}
