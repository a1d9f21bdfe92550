// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of the arguments of TDVMCALLs.  They come from a guest that KVM does not trust:
 * each register is checked as a whole before any code uses a part of it.
 *
 * Pure functions, also compiled in user space by their unit test.
 */
#include "ghci.h"

#define GHCI_PAGE_MASK		0xfffULL

static bool is_access_size(u64 size, u64 max)
{
	return size && size <= max && !(size & (size - 1));
}

/* Is [@gpa, @gpa + @size) not empty, without a wrap, and all shared or all private? */
static bool is_range_on_one_side(u64 gpa, u64 size, u64 shared)
{
	u64 offset = gpa & ~shared;

	return size && offset < shared && size <= shared - offset;
}

u64 ghci_check_io(u64 size, u64 is_write, u64 port)
{
	if (!is_access_size(size, 4) || is_write > 1 || port > 0xffff)
		return GHCI_INVALID_OPERAND;

	return GHCI_SUCCESS;
}

/* The GPA of MMIO must be shared: KVM emulates no device in private memory. */
u64 ghci_check_mmio(u64 size, u64 is_write, u64 gpa, u64 shared)
{
	if (!is_access_size(size, 8) || is_write > 1)
		return GHCI_INVALID_OPERAND;

	if (!(gpa & shared) || !is_range_on_one_side(gpa, size, shared))
		return GHCI_INVALID_OPERAND;

	return GHCI_SUCCESS;
}

u64 ghci_check_map_gpa(u64 gpa, u64 size, u64 shared)
{
	if (!is_range_on_one_side(gpa, size, shared))
		return GHCI_INVALID_OPERAND;

	if ((gpa | size) & GHCI_PAGE_MASK)
		return GHCI_ALIGN_ERROR;

	return GHCI_SUCCESS;
}

/* The buffer must be shared, because the host writes the quote into it. */
u64 ghci_check_get_quote(u64 gpa, u64 size, u64 shared)
{
	if (!(gpa & shared) || !is_range_on_one_side(gpa, size, shared))
		return GHCI_INVALID_OPERAND;

	if ((gpa | size) & GHCI_PAGE_MASK)
		return GHCI_ALIGN_ERROR;

	return GHCI_SUCCESS;
}

/* Leaf 0: functions that every host has.  Leaf 1: optional functions. */
u64 ghci_check_info(u64 leaf)
{
	return leaf <= 1 ? GHCI_SUCCESS : GHCI_INVALID_OPERAND;
}

/* Vectors below 32 are exceptions. */
u64 ghci_check_event_notify(u64 vector)
{
	return vector >= 32 && vector <= 255 ? GHCI_SUCCESS : GHCI_INVALID_OPERAND;
}

u64 ghci_check_msr(u64 index)
{
	return index <= 0xffffffffULL ? GHCI_SUCCESS : GHCI_INVALID_OPERAND;
}
