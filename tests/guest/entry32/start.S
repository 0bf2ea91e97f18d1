/* SPDX-License-Identifier: BSD-2-Clause */
/* The vectors of 32-bit firmware, by which the file tells what it is, and what the first instruction sees. */
	.section .note.GNU-stack,"",%progbits
	.text
	.arch_extension virt
	.globl	_start
_start:	b	reset
	.rept	7
	ldr	pc, .Lstuck
	.endr
	.word	0
.Lstuck:
	.word	stuck
stuck:	b	stuck

	/* entry(r0, r1, r2, CPSR, r3 | ... | r12, SP, LR) on a stack behind the tree */
reset:	orr	r3, r3, r4
	orr	r3, r3, r5
	orr	r3, r3, r6
	orr	r3, r3, r7
	orr	r3, r3, r8
	orr	r3, r3, r9
	orr	r3, r3, r10
	orr	r3, r3, r11
	orr	r3, r3, r12
	orr	r3, r3, sp
	orr	r3, r3, lr
	add	sp, r2, #0x100000
	bic	sp, sp, #7
	str	r3, [sp, #-8]!
	mrs	r3, cpsr
	b	entry

	.globl	hvc
hvc:	hvc	#0
	bx	lr
