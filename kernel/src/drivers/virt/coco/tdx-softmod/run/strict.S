/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/linkage.h>
#include <asm/frame.h>

.section .noinstr.text, "ax"

/*
 * u64 sm_strict_seamcall(u64 fn, struct tdx_module_args *args)
 *
 * The backend's ->seamcall() in strict mode.  A C function cannot lose RBP, so this does.
 * sm_strict_answer() returns the completion status in RAX, and in RDX whether RBP is lost.
 */
SYM_FUNC_START(sm_strict_seamcall)
	FRAME_BEGIN
	call	sm_strict_answer
	FRAME_END
	test	%rdx, %rdx
	jz	.Lreturn
	xor	%ebp, %ebp
.Lreturn:
	RET
SYM_FUNC_END(sm_strict_seamcall)
