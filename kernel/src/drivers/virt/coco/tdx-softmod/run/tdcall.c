// SPDX-License-Identifier: GPL-2.0-only
/*
 * TDCALL: a table of the guest's leaves, and their handlers.
 */
#include "run.h"

#define LEAF_MASK		GENMASK_ULL(15, 0)
#define VERSION_SHIFT		16
#define RESERVED_MASK		GENMASK_ULL(63, 24)

/* TDG.VP.VMCALL: registers that the mask in RCX may not name, and its bits. */
#define VMCALL_REGS_FORBIDDEN	(BIT(SM_GPR_RAX) | BIT(SM_GPR_RCX) | BIT(SM_GPR_RSP))
#define VMCALL_MASK		GENMASK_ULL(31, 0)

#define RTMR_ALIGN		64
#define NR_RTMRS		4
#define REPORT_SUBTYPE_TDX	0

/* TDG.MEM.PAGE.ATTR: attributes of the TD itself (L1) in RDX and R8. */
#define ATTR_L1_MASK		GENMASK_ULL(15, 0)

/* How a leaf ended. */
struct tdcall {
	/* For RAX. */
	u64 status;
	/*
	 * If this is not SM_FAULT_NONE, a memory operand could not be accessed.  @status does
	 * not matter, and the TDCALL has not completed.
	 */
	struct sm_fault fault;
	unsigned int access;
};

struct leaf {
	u8 max_version;
	void (*handle)(struct sm_vcpu *vcpu, unsigned int version, struct tdcall *call);
};

static u64 *regs(struct sm_vcpu *vcpu)
{
	return sm_run(vcpu)->regs;
}

/*
 * Get a pointer to the memory operand at @gpa.  It must be aligned to @align, which is at
 * least @bytes.  NULL: @call has the fault, or OPERAND_INVALID for @operand_id.
 */
static void *operand(struct sm_vcpu *vcpu, struct tdcall *call, u64 gpa, size_t bytes,
		     size_t align, bool write, u32 operand_id)
{
	void *va;

	call->access = write ? SM_ACCESS_WRITE : SM_ACCESS_READ;
	if (!IS_ALIGNED(gpa, align) || gpa >> SM_GPAW) {
		call->status = TDX_OPERAND_INVALID | operand_id;
		return NULL;
	}
	va = sm_gpa_map(vcpu, gpa, bytes, write, &call->fault);
	if (va) {
		call->fault.kind = SM_FAULT_NONE;
	} else if (call->fault.kind == SM_FAULT_INVALID) {
		call->fault.kind = SM_FAULT_NONE;
		call->status = TDX_OPERAND_INVALID | operand_id;
	}
	return va;
}

static void vp_info(struct sm_vcpu *vcpu, unsigned int version, struct tdcall *call)
{
	const struct sm_tdcs *tdcs = vcpu->tdcs;
	u64 *r = regs(vcpu);

	r[SM_GPR_RCX] = tdcs->config_flags & TDX_CONFIG_GPAW52 ? 52 : 48;
	r[SM_GPR_RDX] = tdcs->attributes;
	r[SM_GPR_R8] = tdcs->nr_vcpus | (u64)tdcs->max_vcpus << 32;
	r[SM_GPR_R9] = vcpu->index;
	/* Bit 0: TDG.SYS.RD is supported. */
	r[SM_GPR_R10] = 1;
	r[SM_GPR_R11] = 0;
}

static void mr_rtmr_extend(struct sm_vcpu *vcpu, unsigned int version, struct tdcall *call)
{
	u64 gpa = regs(vcpu)[SM_GPR_RCX], index = regs(vcpu)[SM_GPR_RDX];
	u8 data[SM_SHA384_SIZE];
	const void *va;

	if (gpa & SM_SHARED_BIT) {
		call->status = TDX_OPERAND_INVALID | TDX_OPERAND_ID_RCX;
		return;
	}
	va = operand(vcpu, call, gpa, sizeof(data), RTMR_ALIGN, false, TDX_OPERAND_ID_RCX);
	if (!va)
		return;
	if (index >= NR_RTMRS) {
		call->status = TDX_OPERAND_INVALID | TDX_OPERAND_ID_RDX;
		return;
	}
	/* Copy it, as another vCPU may change it meanwhile. */
	memcpy(data, va, sizeof(data));
	call->status = sm_rtmr_extend(vcpu, index, data);
}

static void vp_veinfo_get(struct sm_vcpu *vcpu, unsigned int version, struct tdcall *call)
{
	const struct sm_ve_info *ve = &vcpu->ve_info;
	u64 *r = regs(vcpu);
	bool valid = ve->valid;

	call->status = valid ? TDX_SUCCESS : TDX_NO_VALID_VE_INFO;
	r[SM_GPR_RCX] = valid ? ve->exit_reason : 0;
	r[SM_GPR_RDX] = valid ? ve->exit_qualification : 0;
	r[SM_GPR_R8] = valid ? ve->gla : 0;
	r[SM_GPR_R9] = valid ? ve->gpa : 0;
	r[SM_GPR_R10] = valid ? ve->instruction_length | (u64)ve->instruction_info << 32 : 0;
	vcpu->ve_info.valid = 0;
}

static void mr_report(struct sm_vcpu *vcpu, unsigned int version, struct tdcall *call)
{
	u8 data[SM_REPORTDATA_SIZE];
	const u64 *r = regs(vcpu);
	void *report, *from;

	if (!IS_ALIGNED(r[SM_GPR_RCX], SM_REPORT_SIZE)) {
		call->status = TDX_OPERAND_INVALID | TDX_OPERAND_ID_RCX;
		return;
	}
	from = operand(vcpu, call, r[SM_GPR_RDX], sizeof(data), sizeof(data), false,
		       TDX_OPERAND_ID_RDX);
	if (!from)
		return;
	memcpy(data, from, sizeof(data));
	if (r[SM_GPR_R8] != REPORT_SUBTYPE_TDX) {
		call->status = TDX_OPERAND_INVALID | TDX_OPERAND_ID_R8;
		return;
	}
	report = operand(vcpu, call, r[SM_GPR_RCX], SM_REPORT_SIZE, SM_REPORT_SIZE, true,
			 TDX_OPERAND_ID_RCX);
	if (!report)
		return;
	call->status = sm_report(vcpu, data, report);
}

static void mr_verifyreport(struct sm_vcpu *vcpu, unsigned int version, struct tdcall *call)
{
	u8 mac[SM_REPORTMAC_SIZE];
	const void *va;

	va = operand(vcpu, call, regs(vcpu)[SM_GPR_RCX], sizeof(mac), sizeof(mac), false,
		     TDX_OPERAND_ID_RCX);
	if (!va)
		return;
	memcpy(mac, va, sizeof(mac));
	call->status = sm_report_verify(mac);
}

static void vp_cpuidve_set(struct sm_vcpu *vcpu, unsigned int version, struct tdcall *call)
{
	u64 rcx = regs(vcpu)[SM_GPR_RCX];

	if (rcx & ~3ULL)
		call->status = TDX_OPERAND_INVALID | TDX_OPERAND_ID_RCX;
	else
		vcpu->cpuid_ve = rcx;
}

static void mem_page_accept(struct sm_vcpu *vcpu, unsigned int version, struct tdcall *call)
{
	call->access = SM_ACCESS_WRITE;
	call->status = sm_sept_accept(vcpu, regs(vcpu)[SM_GPR_RCX], &call->fault);
}

static void mem_page_attr_rd(struct sm_vcpu *vcpu, unsigned int version, struct tdcall *call)
{
	u64 *r = regs(vcpu);
	u64 rcx, rdx;

	call->access = SM_ACCESS_READ;
	call->status = sm_sept_attr_read(vcpu, r[SM_GPR_RCX], &rcx, &rdx, &call->fault);
	if (call->fault.kind == SM_FAULT_NONE && call->status == TDX_SUCCESS) {
		r[SM_GPR_RCX] = rcx;
		r[SM_GPR_RDX] = rdx;
	}
}

/* Attributes can be written only for nested VMs, and a TD has none with softmod. */
static void mem_page_attr_wr(struct sm_vcpu *vcpu, unsigned int version, struct tdcall *call)
{
	u64 *r = regs(vcpu);

	if (r[SM_GPR_RDX] & ATTR_L1_MASK) {
		call->status = TDX_PAGE_ATTR_INVALID;
		return;
	}
	if (r[SM_GPR_RDX] || r[SM_GPR_R8]) {
		call->status = TDX_OPERAND_INVALID | TDX_OPERAND_ID_RDX;
		return;
	}
	mem_page_attr_rd(vcpu, version, call);
}

static void read_field(struct sm_vcpu *vcpu, enum sm_context context, bool has_next,
		       struct tdcall *call)
{
	u64 *r = regs(vcpu);
	u64 value = 0, next = U64_MAX;

	/* RCX names a VM of the TD.  The only one is 0, the TD itself. */
	if (context != SM_CONTEXT_SYS && r[SM_GPR_RCX])
		call->status = TDX_OPERAND_INVALID | TDX_OPERAND_ID_RCX;
	else
		call->status = sm_metadata_read(SM_SIDE_GUEST, context, vcpu->td, vcpu,
						r[SM_GPR_RDX], &value, has_next ? &next : NULL);
	r[SM_GPR_R8] = tdx_status_is_error(call->status) ? 0 : value;
	if (has_next)
		r[SM_GPR_RDX] = next;
}

static void write_field(struct sm_vcpu *vcpu, enum sm_context context, struct tdcall *call)
{
	u64 *r = regs(vcpu);
	u64 old = 0;

	if (r[SM_GPR_RCX])
		call->status = TDX_OPERAND_INVALID | TDX_OPERAND_ID_RCX;
	else
		call->status = sm_metadata_write(SM_SIDE_GUEST, context, vcpu->td, vcpu,
						 r[SM_GPR_RDX], r[SM_GPR_R8], r[SM_GPR_R9], &old);
	r[SM_GPR_R8] = tdx_status_is_error(call->status) ? 0 : old;
}

static void vm_rd(struct sm_vcpu *vcpu, unsigned int version, struct tdcall *call)
{
	read_field(vcpu, SM_CONTEXT_TD, version >= 1, call);
}

static void vm_wr(struct sm_vcpu *vcpu, unsigned int version, struct tdcall *call)
{
	write_field(vcpu, SM_CONTEXT_TD, call);
}

static void vp_rd(struct sm_vcpu *vcpu, unsigned int version, struct tdcall *call)
{
	read_field(vcpu, SM_CONTEXT_VP, true, call);
}

static void vp_wr(struct sm_vcpu *vcpu, unsigned int version, struct tdcall *call)
{
	write_field(vcpu, SM_CONTEXT_VP, call);
}

static void sys_rd(struct sm_vcpu *vcpu, unsigned int version, struct tdcall *call)
{
	read_field(vcpu, SM_CONTEXT_SYS, true, call);
}

static void sys_rdall(struct sm_vcpu *vcpu, unsigned int version, struct tdcall *call)
{
	u64 *r = regs(vcpu), next = U64_MAX;
	void *page = operand(vcpu, call, r[SM_GPR_RDX], PAGE_SIZE, PAGE_SIZE, true,
			     TDX_OPERAND_ID_RDX);

	if (page)
		call->status = sm_metadata_list(SM_SIDE_GUEST, r[SM_GPR_R8], page, &next);
	/* If the page cannot be accessed yet, the guest repeats the TDCALL. */
	if (call->fault.kind == SM_FAULT_NONE)
		r[SM_GPR_R8] = next;
}

#define TDG_VP_VMCALL		0

static const struct leaf leaves[] = {
	[1] = { .handle = vp_info },
	[2] = { .handle = mr_rtmr_extend },
	[3] = { .handle = vp_veinfo_get },
	[4] = { .handle = mr_report },
	[5] = { .handle = vp_cpuidve_set },
	[6] = { .handle = mem_page_accept },
	[7] = { .handle = vm_rd, .max_version = 1 },
	[8] = { .handle = vm_wr },
	[9] = { .handle = vp_rd },
	[10] = { .handle = vp_wr },
	[11] = { .handle = sys_rd },
	[12] = { .handle = sys_rdall },
	[22] = { .handle = mr_verifyreport },
	[23] = { .handle = mem_page_attr_rd },
	[24] = { .handle = mem_page_attr_wr },
};

/* TDG.VP.VMCALL: true if its operands are good and the TD exits; else RAX has the status. */
static bool try_vmcall(struct sm_vcpu *vcpu, unsigned int version)
{
	u64 forbidden = VMCALL_REGS_FORBIDDEN;
	u64 mask = regs(vcpu)[SM_GPR_RCX];

	if (vcpu->tdcs->config_flags & TDX_CONFIG_NO_RBP_MOD)
		forbidden |= BIT(SM_GPR_RBP);
	if (version) {
		regs(vcpu)[SM_GPR_RAX] = TDX_OPERAND_INVALID | TDX_OPERAND_ID_RAX;
		return false;
	}
	if (mask & (forbidden | ~VMCALL_MASK)) {
		regs(vcpu)[SM_GPR_RAX] = TDX_OPERAND_INVALID | TDX_OPERAND_ID_RCX;
		return false;
	}
	return true;
}

enum sm_next sm_handle_tdcall(struct sm_vcpu *vcpu, unsigned int length)
{
	u64 rax = regs(vcpu)[SM_GPR_RAX];
	unsigned int nr = rax & LEAF_MASK, version = (u8)(rax >> VERSION_SHIFT);
	const struct leaf *leaf = nr < ARRAY_SIZE(leaves) ? &leaves[nr] : NULL;
	struct tdcall call = { .status = TDX_SUCCESS };

	if (!sm_is_64bit(vcpu) || sm_cpl(vcpu))
		return sm_inject_gp(vcpu);

	if (nr == TDG_VP_VMCALL && !(rax & RESERVED_MASK)) {
		bool leave = try_vmcall(vcpu, version);

		sm_insn_skip(vcpu, length);
		return leave ? sm_td_exit_vmcall(vcpu, regs(vcpu)[SM_GPR_RCX]) : SM_ENTER;
	}

	if ((rax & RESERVED_MASK) || !leaf || !leaf->handle || version > leaf->max_version)
		call.status = TDX_OPERAND_INVALID | TDX_OPERAND_ID_RAX;
	else
		leaf->handle(vcpu, version, &call);

	/* RIP stays at the TDCALL, which the guest repeats after the fault is handled. */
	if (call.fault.kind != SM_FAULT_NONE)
		return sm_handle_fault(vcpu, &call.fault, call.access);

	regs(vcpu)[SM_GPR_RAX] = call.status;
	sm_insn_skip(vcpu, length);
	return SM_ENTER;
}
