/* SPDX-License-Identifier: BSD-2-Clause */
/* A 32-bit guest's first instructions and its exceptions; runs one instruction with all registers its own. */
#include "case.h"

#define MODE_FIQ 0x11
#define MODE_IRQ 0x12
#define MODE_SVC 0x13
#define MODE_ABT 0x17
#define MODE_UND 0x1b

	.syntax	unified
	.arch	armv7ve
	.fpu	neon
	.arm

	/* REG := address of SYMBOL, wherever the image was put. */
	.macro	address reg, symbol
	ldr	\reg, 1f
0:	add	\reg, pc, \reg
	b	2f
1:	.word	\symbol - 0b - 8
2:
	.endm

	.section .head, "ax"
	.globl	_start
_start:
	mov	r8, r0
	mov	r9, r2
	address	r0, bss_begin
	address	r1, bss_end
	mov	r2, #0
1:	cmp	r0, r1
	strlo	r2, [r0], #4
	blo	1b

	/* The image was linked for address 0: move what points into it. */
	address	r0, rel_begin
	address	r1, rel_end
	address	r4, _start
2:	cmp	r0, r1
	bhs	3f
	ldr	r2, [r0], #8			// offset, and R_ARM_RELATIVE, the only kind there is
	ldr	r3, [r4, r2]
	add	r3, r3, r4
	str	r3, [r4, r2]
	b	2b

3:	mrc	p15, 0, r0, c1, c0, 2		// CPACR: SIMD and FP
	orr	r0, r0, #0xf << 20
	mcr	p15, 0, r0, c1, c0, 2
	isb
	mov	r0, #1 << 30
	vmsr	fpexc, r0
	address	r0, vectors
	mcr	p15, 0, r0, c12, c0, 0
	isb
	address	sp, stack_end
	address	r0, idle			// an exception of ours finds a context
	cps	#MODE_ABT
	mov	sp, r0
	cps	#MODE_UND
	mov	sp, r0
	cps	#MODE_SVC
	mov	r0, r9
	mov	r1, r8
	bl	guest_begin
	b	.

	/* u32 smccc_hvc(fn, a, b, c) */
	.globl	smccc_hvc
smccc_hvc:
	hvc	#0
	bx	lr

	/* void case_run(struct context *) */
	.globl	case_run
case_run:
	push	{r4-r11, lr}
	str	sp, [r0, #CTX_STACK]
	mov	r1, #END_RUNNING
	str	r1, [r0, #CTX_END]
	ldr	r1, [r0, #CTX_FPSCR]
	vmsr	fpscr, r1
	add	r1, r0, #CTX_D
	vldmia	r1!, {d0-d15}
	vldmia	r1!, {d16-d31}
	add	r1, r0, #CTX_FIQ
	cps	#MODE_FIQ
	ldm	r1, {r8-r14}
	add	r1, r0, #CTX_IRQ
	cps	#MODE_IRQ
	ldm	r1, {r13, r14}
	add	r1, r0, #CTX_SVC
	cps	#MODE_SVC
	ldm	r1, {r13, r14}
	cps	#MODE_ABT
	mov	sp, r0
	cps	#MODE_UND
	mov	sp, r0
	ldr	r1, [sp, #CTX_CPSR]
	msr	spsr_cxsf, r1
	ldr	lr, [sp, #CTX_PC]
	ldm	sp, {r0-r14}^
	nop
	movs	pc, lr

	/* In the mode of the exception, whose SP is the context. */
	.macro	leave how
	stm	sp, {r0-r14}^
	nop
	str	lr, [sp, #CTX_PC]
	mrs	r0, spsr
	str	r0, [sp, #CTX_CPSR]
	mov	r1, #\how
	mov	r0, sp
	b	left
	.endm

left:
	cps	#MODE_ABT
	mrs	r2, spsr
	str	r2, [r0, #CTX_SPSR_ABT]
	cps	#MODE_FIQ
	add	r2, r0, #CTX_FIQ
	stm	r2, {r8-r14}
	cps	#MODE_IRQ
	add	r2, r0, #CTX_IRQ
	stm	r2, {r13, r14}
	cps	#MODE_SVC
	add	r2, r0, #CTX_SVC
	stm	r2, {r13, r14}
	add	r2, r0, #CTX_D
	vstmia	r2!, {d0-d15}
	vstmia	r2!, {d16-d31}
	vmrs	r2, fpscr
	str	r2, [r0, #CTX_FPSCR]
	mrc	p15, 0, r2, c5, c0, 0
	str	r2, [r0, #CTX_DFSR]
	mrc	p15, 0, r2, c6, c0, 0
	str	r2, [r0, #CTX_DFAR]
	ldr	r2, [r0, #CTX_END]
	cmp	r2, #END_RUNNING
	str	r1, [r0, #CTX_END]
	ldreq	sp, [r0, #CTX_STACK]
	popeq	{r4-r11, pc}
	address	sp, stack_end			// it was no case: tell, and end
	bl	crashed
	b	.

	.text
	.balign	32
vectors:
	b	other
	b	undefined
	b	other
	b	other
	b	data_abort
	b	other
	b	other
	b	other
undefined:
	leave	END_UNDEFINED
data_abort:
	leave	END_DATA_ABORT
other:
	cps	#MODE_ABT
	leave	END_OTHER

	/* What a case's code is followed by. */
	.globl	end_a32, end_t32
	.balign	4
end_a32:
	udf	#0
	.thumb
end_t32:
	udf.n	#0
	udf.n	#0
	.arm

	.data
	.balign	8
	.globl	idle
idle:
	.space	CTX_END
	.word	END_OTHER			// not running
	.space	CTX_SIZE - CTX_END - 4

	.section .noinit, "aw", %nobits
	.balign	8
	.space	16384
stack_end:
