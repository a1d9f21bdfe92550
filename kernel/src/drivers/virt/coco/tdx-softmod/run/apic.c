// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtual APIC.  Its registers are in the virtual-APIC page, which is laid out like an
 * xAPIC's page, as in VMX.  The host requests interrupts only through the posted-interrupt
 * descriptor.
 */
#include <linux/bitops.h>

#include "run.h"

/* The register of MSR 0x800 + n is at offset 16 * n of the page. */
#define X2APIC_MSR_FIRST	0x800

#define APIC_ID			0x02
#define APIC_TPR		0x08
#define APIC_PPR		0x0a
#define APIC_EOI		0x0b
#define APIC_ISR		0x10
#define APIC_TMR		0x18
#define APIC_IRR		0x20
#define APIC_SELF_IPI		0x3f

#define NR_VECTORS		256
/* An APIC does not accept the vectors below, which are those of exceptions. */
#define FIRST_VECTOR		16

/* Posted-interrupt descriptor, in the host's memory. */
struct posted_desc {
	/* A bit for each vector that the host requests. */
	unsigned long requests[NR_VECTORS / BITS_PER_LONG];
	/* Bit 0: outstanding notification. */
	unsigned long control;
};

#define POSTED_ON_BIT		0

static u32 *apic_reg(struct sm_vcpu *vcpu, unsigned int index)
{
	return sm_run(vcpu)->apic + index * 16;
}

/* The part of ISR or IRR, which begins at register @index, that has the bit of @vector. */
static u32 *vector_reg(struct sm_vcpu *vcpu, unsigned int index, unsigned int vector)
{
	return apic_reg(vcpu, index + vector / 32);
}

static void set_vector(struct sm_vcpu *vcpu, unsigned int index, unsigned int vector, bool on)
{
	u32 *reg = vector_reg(vcpu, index, vector);

	if (on)
		*reg |= BIT(vector % 32);
	else
		*reg &= ~BIT(vector % 32);
}

/* Highest vector whose bit is set in ISR or IRR; -1 if there is none. */
static int highest_vector(struct sm_vcpu *vcpu, unsigned int index)
{
	int i;

	for (i = NR_VECTORS / 32 - 1; i >= 0; i--) {
		u32 bits = *apic_reg(vcpu, index + i);

		if (bits)
			return i * 32 + __fls(bits);
	}
	return -1;
}

void sm_apic_init(struct sm_vcpu *vcpu)
{
	*apic_reg(vcpu, APIC_ID) = vcpu->x2apic_id;
}

u8 sm_apic_tpr(struct sm_vcpu *vcpu)
{
	return *apic_reg(vcpu, APIC_TPR);
}

static void update_ppr(struct sm_vcpu *vcpu)
{
	int isr = highest_vector(vcpu, APIC_ISR);
	u32 tpr = sm_apic_tpr(vcpu);
	u32 service = isr < 0 ? 0 : isr & 0xf0;

	*apic_reg(vcpu, APIC_PPR) = (tpr & 0xf0) >= service ? tpr : service;
}

/*
 * CR8 has only bits 7:4 of TPR, the class.  As long as the class stays the same, bits 3:0,
 * which the guest may have set by the MSR, stay too.
 */
void sm_apic_set_tpr(struct sm_vcpu *vcpu, u8 tpr)
{
	if ((sm_apic_tpr(vcpu) ^ tpr) & 0xf0)
		*apic_reg(vcpu, APIC_TPR) = tpr;
	update_ppr(vcpu);
}

int sm_apic_pending(struct sm_vcpu *vcpu)
{
	int irr = highest_vector(vcpu, APIC_IRR);
	int isr = highest_vector(vcpu, APIC_ISR);

	if (irr < 0 || (isr >= 0 && (irr & 0xf0) <= (isr & 0xf0)))
		return -1;
	return irr;
}

bool sm_apic_is_deliverable(struct sm_vcpu *vcpu)
{
	int irr = sm_apic_pending(vcpu);

	return irr >= 0 && (irr & 0xf0) > (sm_apic_tpr(vcpu) & 0xf0);
}

void sm_apic_accept(struct sm_vcpu *vcpu, unsigned int vector)
{
	set_vector(vcpu, APIC_IRR, vector, false);
	set_vector(vcpu, APIC_ISR, vector, true);
	update_ppr(vcpu);
}

void sm_apic_withdraw(struct sm_vcpu *vcpu, unsigned int vector)
{
	set_vector(vcpu, APIC_ISR, vector, false);
	set_vector(vcpu, APIC_IRR, vector, true);
	update_ppr(vcpu);
}

void sm_apic_merge_posted(struct sm_vcpu *vcpu)
{
	struct posted_desc *desc;
	unsigned int i, vector;
	u64 pa = vcpu->host.posted_desc;

	if (!(vcpu->host.pin_controls & SM_PIN_POSTED_INTERRUPTS))
		return;
	/* It was RAM when the host set it, but need not be any more. */
	desc = sm_platform_host_va(pa);
	if (!desc || !test_and_clear_bit(POSTED_ON_BIT, &desc->control))
		return;

	for (i = 0; i < ARRAY_SIZE(desc->requests); i++) {
		unsigned long bits;

		if (!READ_ONCE(desc->requests[i]))
			continue;
		bits = xchg(&desc->requests[i], 0);
		for_each_set_bit(vector, &bits, BITS_PER_LONG)
			set_vector(vcpu, APIC_IRR, i * BITS_PER_LONG + vector, true);
	}
}

static void end_of_interrupt(struct sm_vcpu *vcpu)
{
	int isr = highest_vector(vcpu, APIC_ISR);

	if (isr >= 0)
		set_vector(vcpu, APIC_ISR, isr, false);
	update_ppr(vcpu);
}

/* Registers that the host emulates, such as timer, ICR and LVTs: #VE. */
static bool is_host_emulated(unsigned int index)
{
	switch (index) {
	case 0x03:
	case 0x0d:
	case 0x0f:
	case 0x28:
	case 0x2f:
	case 0x30:
	case 0x32 ... 0x3e:
		return true;
	default:
		return false;
	}
}

enum sm_msr_result sm_apic_read(struct sm_vcpu *vcpu, u32 msr, u64 *ret_value)
{
	unsigned int index = msr - X2APIC_MSR_FIRST;

	if (is_host_emulated(index))
		return SM_MSR_VE;
	switch (index) {
	case APIC_ID:
		if (!(vcpu->tdcs->td_ctls & SM_TD_CTLS_ENUM_TOPOLOGY))
			return SM_MSR_VE;
		break;
	/* Reads of these go to the page, of those that can only be written, too. */
	case APIC_TPR ... 0x0c:
	case 0x0e:
	case APIC_ISR ... APIC_IRR + 7:
	case APIC_SELF_IPI:
		break;
	default:
		return SM_MSR_GP;
	}
	*ret_value = *apic_reg(vcpu, index);
	return SM_MSR_DONE;
}

enum sm_msr_result sm_apic_write(struct sm_vcpu *vcpu, u32 msr, u64 value)
{
	unsigned int index = msr - X2APIC_MSR_FIRST;

	if (is_host_emulated(index))
		return SM_MSR_VE;
	switch (index) {
	case APIC_TPR:
		if (value > U8_MAX)
			return SM_MSR_GP;
		*apic_reg(vcpu, APIC_TPR) = value;
		update_ppr(vcpu);
		return SM_MSR_DONE;
	case APIC_EOI:
		if (value)
			return SM_MSR_GP;
		end_of_interrupt(vcpu);
		return SM_MSR_DONE;
	case APIC_SELF_IPI:
		if (value > U8_MAX)
			return SM_MSR_GP;
		if (value >= FIRST_VECTOR)
			set_vector(vcpu, APIC_IRR, value, true);
		return SM_MSR_DONE;
	default:
		return SM_MSR_GP;
	}
}
