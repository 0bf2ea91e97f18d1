/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs a case with all registers of its own, in a mode of its own, and keeps what became of them. */
#include "case64.h"

	.bss
	.balign	8
case_context:
	.skip	8

	.macro	each op
	\op	x1, x2, [x0, #8]
	\op	x3, x4, [x0, #24]
	\op	x5, x6, [x0, #40]
	\op	x7, x8, [x0, #56]
	\op	x9, x10, [x0, #72]
	\op	x11, x12, [x0, #88]
	\op	x13, x14, [x0, #104]
	\op	x15, x16, [x0, #120]
	\op	x17, x18, [x0, #136]
	\op	x19, x20, [x0, #152]
	\op	x21, x22, [x0, #168]
	\op	x23, x24, [x0, #184]
	\op	x25, x26, [x0, #200]
	\op	x27, x28, [x0, #216]
	\op	x29, x30, [x0, #232]
	.endm

	/* X1: the place of the first. */
	.macro	each_v op
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	q\n, [x1], #16
	.endr
	.endm

	.text
	.globl	case_run
case_run:
	stp	x19, x20, [x0, #CTX_HOST]
	stp	x21, x22, [x0, #CTX_HOST + 16]
	stp	x23, x24, [x0, #CTX_HOST + 32]
	stp	x25, x26, [x0, #CTX_HOST + 48]
	stp	x27, x28, [x0, #CTX_HOST + 64]
	stp	x29, x30, [x0, #CTX_HOST + 80]
	mov	x1, sp
	mrs	x2, vbar_el1
	stp	x1, x2, [x0, #CTX_HOST + 96]
	adrp	x1, case_context
	str	x0, [x1, #:lo12:case_context]
	adrp	x1, case_vectors
	add	x1, x1, :lo12:case_vectors
	msr	vbar_el1, x1

	add	x1, x0, #CTX_V
	each_v	ldr
	ldp	x1, x2, [x0, #CTX_SP]
	ldr	x3, [x0, #CTX_PSTATE]
	msr	elr_el1, x2
	msr	spsr_el1, x3
	isb
	tbnz	x3, #0, 1f
	msr	sp_el0, x1
	b	2f
1:	mov	sp, x1
2:	each	ldp
	ldr	x0, [x0]
	eret

	.balign	2048
case_vectors:
	.rept	16
	.balign	128
	msr	tpidrro_el0, x0
	b	case_end
	.endr

case_end:
	adrp	x0, case_context
	ldr	x0, [x0, #:lo12:case_context]
	each	stp
	mrs	x1, tpidrro_el0
	str	x1, [x0]
	mrs	x3, spsr_el1
	mov	x1, sp
	tbnz	x3, #0, 1f
	mrs	x1, sp_el0
1:	mrs	x2, elr_el1
	stp	x1, x2, [x0, #CTX_SP]
	mrs	x2, esr_el1
	stp	x3, x2, [x0, #CTX_PSTATE]
	mrs	x1, far_el1
	str	x1, [x0, #CTX_FAR]
	add	x1, x0, #CTX_V
	each_v	str
	ldp	x1, x2, [x0, #CTX_HOST + 96]
	mov	sp, x1
	msr	vbar_el1, x2
	isb
	ldp	x19, x20, [x0, #CTX_HOST]
	ldp	x21, x22, [x0, #CTX_HOST + 16]
	ldp	x23, x24, [x0, #CTX_HOST + 32]
	ldp	x25, x26, [x0, #CTX_HOST + 48]
	ldp	x27, x28, [x0, #CTX_HOST + 64]
	ldp	x29, x30, [x0, #CTX_HOST + 80]
	ret
