/* SPDX-License-Identifier: GPL-2.0-only */
	.section .rodata
	.globl agent_image, agent_image_end
	.balign 16
agent_image:
	.incbin AGENT_BIN
agent_image_end:
	.section .note.GNU-stack, "", @progbits
