/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KVM_X86_TDX_PARAMS_H
#define __KVM_X86_TDX_PARAMS_H

/*
 * Checks what user space asks for in a TD, and fills in TD_PARAMS.  Pure functions.
 * params.c includes no other header, so that a unit test can compile it in user space.
 */

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/string.h>

#include <uapi/linux/kvm.h>

#include <asm/fpu/types.h>
#include <asm/tdx_host.h>

/* Virtual TSC of a TD in TDX_TSC_UNIT_KHZ: 100 MHz to 10 GHz. */
#define TD_MIN_TSC_FREQUENCY	4
#define TD_MAX_TSC_FREQUENCY	400

struct td_config {
	/* Largest number of vCPUs that the TD can have. */
	unsigned int max_vcpus;
	/* Frequency of the virtual TSC that user space asked for. */
	u32 tsc_khz;
	/* Largest number of levels of a guest's page table on this host. */
	int max_level;
	/* Out: GPA width, 48 or 52. */
	int gpaw;
};

bool td_check_fixed(const struct tdx_sys_info *sys);
u64 td_supported_attributes(const struct tdx_sys_info *sys);
u64 td_supported_xfam(const struct tdx_sys_info *sys);
void td_fill_capabilities(const struct tdx_sys_info *sys, struct kvm_tdx_capabilities *caps);
int td_fill_params(const struct tdx_sys_info *sys, const struct kvm_tdx_init_vm *init,
		   struct td_config *config, struct tdx_td_params *params);

#endif
