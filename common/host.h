/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts about a host, as plain data. Each host_read_*() fills one part and never fails: a fact that
 * cannot be read stays unknown, with the reason where that matters. The checks (tdxctl/) and the
 * rules (policy.c) judge the facts, the readers do not.
 */
#pragma once

#include "ask.h"
#include "text.h"

#define HOST_MAX_NODES    64
#define HOST_MAX_FIRMWARE 16
#define HOST_LOG_LINE     200
#define HOST_QGS_SOCKET   "/var/run/tdx-qgs/qgs.socket"

/* A number that may be unknown: error is 0 if it is known, else -errno says why it is not. */
struct fact {
    int error;
    uint64_t value;
};

enum host_family { HOST_FAMILY_UNKNOWN, HOST_FAMILY_EL, HOST_FAMILY_DEBIAN, HOST_FAMILY_SUSE };

enum host_backend {
    HOST_BACKEND_NONE,
    HOST_BACKEND_SILICON,
    HOST_BACKEND_SOFTMOD,
};

struct host_cpu {
    char vendor[16];
    char model[64];
    char microcode[16];
    char bios[96]; /* version and date, from DMI */
    enum tri flag_tme;
    enum tri flag_movdir64b;
    enum tri flag_selfsnoop;
    enum tri flag_xsave;
    enum tri flag_tdx_host_platform; /* set by kernels since 6.7 if they found TDX */
    enum tri flag_tdx_guest;         /* this machine is a TD */
    enum tri bug_tdx_pw_mce;         /* partial writes to private memory can raise #MC */
    struct fact count_present;
    struct fact count_online;
    struct fact msr_keyids;       /* 0x87: 31:0 MKTME KeyIDs, 63:32 TDX KeyIDs */
    struct fact msr_mcheck;       /* 0xa0: 0 after MCHECK accepted the platform */
    struct fact msr_platform;     /* 0xce: bit 27 set on pre-production parts */
    struct fact msr_tme_activate; /* 0x982: 0 locked, 1 enabled */
    struct fact msr_seamrr_mask;  /* 0x1401: 10 locked, 11 valid */
};

struct host_kernel {
    char release[96];
    struct version version;
    char cmdline[4096];
    char parameter_off[32];        /* a parameter that TDs need and that is off; "" if none */
    bool is_kernel_tdx;            /* about the running kernel */
    char installed_kernel_tdx[96]; /* the last by name in lib/modules; "" if none */
    int default_error;             /* why default_release is empty: 0, or -errno */
    char default_release[96];      /* the kernel that GRUB boots by default */
    enum tri default_has_tdx;
    enum tri config_tdx_host;
    enum tri config_hibernation;
    enum tri hibernation_possible;
    struct fact kexec_loaded;
    struct fact kexec_crash_loaded;
    char auto_online_blocks[32];
    enum tri lockdown;
};

enum host_module_state {
    HOST_MODULE_UNKNOWN, /* the kernel log could not be read */
    HOST_MODULE_ABSENT,  /* the kernel log does not mention TDX */
    HOST_MODULE_IDLE,    /* the BIOS enabled TDX, the module is not initialised */
    HOST_MODULE_READY,
    HOST_MODULE_FAILED,
};

struct host_tdx {
    enum host_backend backend;
    enum tri kvm_loaded;
    enum tri kvm_param;   /* module parameter tdx */
    enum tri huge_pages;  /* gmem_huge_pages of kernel-tdx; other kernels lack it */
    struct fact vm_types; /* KVM's, as bits */
    enum tri offers_tds;  /* is the type TDX one of them? */
    enum host_module_state module_state;
    char module_failure[HOST_LOG_LINE]; /* the line of the kernel log that says why */
    char kvm_failure[HOST_LOG_LINE];    /* the line in which KVM says why it offers no TDs */
    char log_error[HOST_LOG_LINE];      /* the first error after the module was initialised */
    unsigned int log_error_count;
    bool is_log_cut;   /* the log was too long: only its end was read */
    bool is_inside_td; /* this machine is a TD itself */
    struct fact log_keyid_first;
    struct fact log_keyid_end;
    struct fact pamt_kib;
    bool has_module_version;
    struct version module_version;
    struct fact module_build_date;
    struct fact module_build;     /* number of the build */
    struct fact module_features0; /* only kernel-tdx prints it */
    struct fact keyids_total;     /* from the misc cgroup */
    struct fact keyids_used;
};

struct host_node {
    unsigned int id;
    uint64_t total_kib;
    uint64_t free_kib;
    uint64_t reclaimable_kib; /* page cache and slab that the kernel gives up when memory is needed
                               */
    bool has_cpus;
};

struct host_memory {
    struct fact total_kib;
    struct fact available_kib;
    struct fact unevictable_kib;
    struct fact huge_kib; /* reserved for hugetlbfs: a TD cannot use it */
    unsigned int node_count;
    struct host_node nodes[HOST_MAX_NODES];
};

struct host_firmware {
    char descriptor[160];
    char binary[160];
    bool has_binary;
};

struct host_virt {
    bool has_qemu;
    struct version qemu;
    bool has_libvirt;
    struct version libvirt;
    char libvirt_socket[64];  /* socket of libvirt's daemon that listens; "" if none */
    enum tri qemu_has_tdx;    /* QEMU has the object tdx-guest */
    enum tri libvirt_has_tdx; /* libvirt's capabilities of domains mention TDX */
    unsigned int caps_count;  /* files with QEMU's capabilities in libvirt's cache */
    unsigned int caps_with_tdx;
    unsigned int firmware_count;
    struct host_firmware firmware[HOST_MAX_FIRMWARE];
    enum tri hook_installed;
    enum tri hook_executable;
};

struct host_qgs {
    char socket[108];
    enum tri listening;
    enum tri group_can_connect;
    uint64_t vsock_port; /* if not 0, QGS listens there and not on the socket */
    char port_file[96];  /* the file that sets the port */
    char qcnl_file[64];  /* configuration of the certificates' source; "" if there is none */
    char pccs_url[160];
};

struct host {
    enum host_family family;
    struct host_cpu cpu;
    struct host_kernel kernel;
    struct host_tdx tdx;
    struct host_memory memory;
    struct host_virt virt;
    struct host_qgs qgs;
};

enum host_family host_read_family(const struct ask *ask);
void host_read_cpu(const struct ask *ask, struct host_cpu *ret_cpu);
void host_read_kernel(const struct ask *ask, struct host_kernel *ret_kernel);
void host_read_tdx(const struct ask *ask, struct host_tdx *ret_tdx);
void host_read_memory(const struct ask *ask, struct host_memory *ret_memory);
void host_read_virt(const struct ask *ask, struct host_virt *ret_virt);
void host_read_qgs(const struct ask *ask, const char *socket, struct host_qgs *ret_qgs);

/* Reads all parts. */
void host_read(const struct ask *ask, const char *qgs_socket, struct host *ret_host);

/* Reads the kernel that GRUB boots by default. -ENOENT if GRUB does not store it, or -errno. */
int host_read_default_kernel(const struct ask *ask, char *ret_release, size_t size);

/* Reads only the numbers of CPUs. */
void host_read_cpu_counts(const struct ask *ask, struct host_cpu *ret_cpu);

/* Does a firmware descriptor have the feature intel-tdx? Unknown if there are no descriptors at
 * all. */
enum tri host_has_td_firmware(const struct ask *ask);

/* Reads only the TDX facts that the start of a domain needs, without the kernel log. */
void host_read_tdx_admission(const struct ask *ask, struct host_tdx *ret_tdx);

/* Does something prove that TDX runs now, whatever the kernel log says or lacks? */
bool host_tdx_runs(const struct host_tdx *tdx);

/* Does a process listen on the socket with this path? Looks at the kernel's list of sockets. */
enum tri host_socket_listens(const struct ask *ask, const char *socket);

const char *host_backend_name(enum host_backend backend);

/* The warning that every output on a softmod host must have; NULL on other hosts. */
const char *host_backend_warning(enum host_backend backend);
