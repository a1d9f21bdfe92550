// SPDX-License-Identifier: GPL-2.0-only
/* Metadata fields of a vCPU, but for the guest's state, which the run loop has. */

#include "metadata.h"

/* Fields of the VMCS, as identifiers of the next field have them. */
#define VMCS_IN_CHAIN	BIT_ULL(50)
#define VMCS16(code)	ONE(TDX_MD_VP_VMCS16(code) | VMCS_IN_CHAIN)
#define VMCS32(code)	ONE(TDX_MD_VP_VMCS32(code) | VMCS_IN_CHAIN)
#define VMCS64(code)	ONE(TDX_MD_VP_VMCS64(code) | VMCS_IN_CHAIN)
#define POSTED(member)	.source = HOST, .value = offsetof(struct sm_vcpu_host, member)

/* Primary controls of a VMX CPU, and bits of the secondary ones that the host may change. */
#define PROC_CONTROLS	0x91220088
#define PROC_CONTROLS2	GENMASK_ULL(31, 30)

static u64 get_assoc_lp(const struct who *who, unsigned int i)
{
	return atomic_read(&who->vcpu->assoc_lp);
}

static u64 get_cpuid_supervisor_ve(const struct who *who, unsigned int i)
{
	return who->vcpu->cpuid_ve & 1;
}

static u64 get_cpuid_user_ve(const struct who *who, unsigned int i)
{
	return who->vcpu->cpuid_ve >> 1 & 1;
}

static u64 get_xfam(const struct who *who, unsigned int i)
{
	return who->vcpu->tdcs->xfam;
}

static void put_cpuid_supervisor_ve(const struct who *who, u64 value)
{
	who->vcpu->cpuid_ve = (who->vcpu->cpuid_ve & 2) | (value != 0);
}

static void put_cpuid_user_ve(const struct who *who, u64 value)
{
	who->vcpu->cpuid_ve = (who->vcpu->cpuid_ve & 1) | (value != 0) << 1;
}

static u64 get_tsc_offset(const struct who *who, unsigned int i)
{
	return who->td->tdcs->tsc_offset;
}

static u64 get_tsc_multiplier(const struct who *who, unsigned int i)
{
	return who->td->tdcs->tsc_multiplier;
}

static u64 get_eptp(const struct who *who, unsigned int i)
{
	return who->td->tdcs->eptp;
}

static u64 get_hkid(const struct who *who, unsigned int i)
{
	return who->td->hkid;
}

static u64 check_posted_vector(const struct who *who, u64 value)
{
	return value < 256 ? 0 : TDX_METADATA_FIELD_VALUE_NOT_VALID;
}

static u64 check_posted_desc(const struct who *who, u64 value)
{
	return sm_host_operand(value, 64, 0) ? TDX_METADATA_FIELD_VALUE_NOT_VALID : 0;
}

static u64 check_shared_eptp(const struct who *who, u64 value)
{
	return sm_host_operand(value, SM_PAGE_SIZE, 0) ? TDX_METADATA_FIELD_VALUE_NOT_VALID : 0;
}

static u64 check_pin_controls(const struct who *who, u64 value)
{
	if (!(value & SM_PIN_POSTED_INTERRUPTS))
		return 0;
	if (who->vcpu->host.posted_vector == NO_FIELD)
		return TDX_TD_VMCS_FIELD_NOT_INITIALIZED | 0x0002;
	if (who->vcpu->host.posted_desc == NO_FIELD)
		return TDX_TD_VMCS_FIELD_NOT_INITIALIZED | 0x2016;
	return 0;
}

/* AMD-V has no counterpart of the fields that read 0 here. */
static const struct field fields[] = {
	{ VMCS16(0x0000 /* VPID */), CONSTANT(0), DEBUG_RO },
	{ VMCS16(0x0002), POSTED(posted_vector), .host_read = 0xffff, .host_write = 0xffff,
	  .check = check_posted_vector },
	{ VMCS16(0x0004 /* index of the EPTP */), CONSTANT(0), DEBUG_RO },
	{ VMCS64(0x2004 /* MSR bitmap */), CONSTANT(0), HOST_RO },
	{ VMCS64(0x200e /* page-modification log */), CONSTANT(0), HOST_RO },
	{ VMCS64(0x2010), CALL(get_tsc_offset), HOST_RO },
	{ VMCS64(0x2016), POSTED(posted_desc), HOST_RW(GENMASK_ULL(63, 6)),
	  .check = check_posted_desc },
	{ VMCS64(0x2018 /* VMFUNC */), CONSTANT(0), HOST_RO },
	{ VMCS64(0x201a), CALL(get_eptp), HOST_RO },
	{ VMCS64(0x2024 /* list of EPTPs */), CONSTANT(0), HOST_RO },
	{ VMCS64(0x2032), CALL(get_tsc_multiplier), HOST_RO },
	{ VMCS64(0x203c), POSTED(shared_eptp), HOST_RW(GENMASK_ULL(51, 12)),
	  .check = check_shared_eptp },
	{ VMCS64(0x203e /* which ENCLV leaves exit */), CONSTANT(0), DEBUG_RO },
	{ VMCS32(0x4000), POSTED(pin_controls), .host_read = SM_PIN_POSTED_INTERRUPTS, DEBUG_RO,
	  .host_write = SM_PIN_POSTED_INTERRUPTS, .check = check_pin_controls },
	{ VMCS32(0x4002), CONSTANT(PROC_CONTROLS), DEBUG_RO },
	{ VMCS32(0x401e), POSTED(proc_controls2), .host_read = PROC_CONTROLS2, DEBUG_RO,
	  .host_write = PROC_CONTROLS2 },
	{ VMCS32(0x4020 /* PLE gap */), CONSTANT(0), HOST_RO },
	{ VMCS32(0x4022 /* PLE window */), CONSTANT(0), HOST_RO },
	{ VMCS32(0x4024), POSTED(notify_window), HOST_RW(0xffffffff) },
	{ VMCS32(0x4026 /* KeyID */), CALL(get_hkid), HOST_RO },

	{ ONE(TDX_MD_VP_STATE_DETAILS), .source = RUN, HOST_RO },

	{ ONE(0xa020000000000000ULL /* VCPU_STATE */), IN(VCPU, sm_vcpu, state), DEBUG_RO },
	{ ONE(TDX_MD_VP_VCPU_INDEX), IN(VCPU, sm_vcpu, index), BOTH_RO },
	{ ONE(0xa020000000000003ULL /* NUM_TDVPS_PAGES */), IN(VCPU, sm_vcpu, nr_pages), HOST_RO },
	{ ONE(TDX_MD_VP_ASSOC_LPID), CALL(get_assoc_lp), HOST_RO },
	{ ONE(TDX_MD_VP_VCPU_EPOCH), IN(VCPU, sm_vcpu, epoch), HOST_RO },
	{ ONE(0xa020000000000007ULL /* CPUID_SUPERVISOR_VE */), CALL(get_cpuid_supervisor_ve),
	  HOST_RO, GUEST_RW(0xff), .put = put_cpuid_supervisor_ve },
	{ ONE(0xa020000000000008ULL /* CPUID_USER_VE */), CALL(get_cpuid_user_ve),
	  HOST_RO, GUEST_RW(0xff), .put = put_cpuid_user_ve },
	{ ONE(TDX_MD_VP_PEND_NMI), IN(VCPU, sm_vcpu, pend_nmi), HOST_RW(0xff) },
	{ ONE(TDX_MD_VP_XFAM), CALL(get_xfam), HOST_RO },
	/* A debug TD has a byte here, of which only that is known. */
	{ ONE(0xa02000000000000dULL), CONSTANT(0), DEBUG_RO },
	{ ONE(0xa02000000000000fULL /* LAST_TD_EXIT */), IN(VCPU, sm_vcpu, last_exit), DEBUG_RO },
	{ MANY(0xa020000300000010ULL /* TDVPS_PAGE_PA */, SM_MAX_TDVPS_PAGES),
	  IN(VCPU, sm_vcpu, pages), HOST_RO },
	/* For nested VMs, which no TD has. */
	{ MANY(0xa020000300000050ULL /* L2_CTLS */, 4), CONSTANT(0), GUEST_RO },
	{ MANY(0xa020000300000058ULL /* TSC_DEADLINE */, 4), CONSTANT(0), GUEST_RO },
	{ MANY(0xa120000000000000ULL /* CPUID_CONTROL */, 128), CONSTANT(0), GUEST_RO },
};

const struct fields sm_vp_fields = { fields, ARRAY_SIZE(fields) };
