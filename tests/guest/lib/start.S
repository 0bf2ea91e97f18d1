/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest's first instructions: an arm64 Image header, the state as it was found, then C. */
#include "sysregs.h"

#define SAVE(reg) mrs x0, reg; str x0, [x1], #8;

	/* In: x30 = this CPU's slot, its own value in FAR_EL1. Nothing else was touched yet. */
	.macro	save_state
	stp	x0, x1, [x30, #0]
	stp	x2, x3, [x30, #16]
	stp	x4, x5, [x30, #32]
	stp	x6, x7, [x30, #48]
	stp	x8, x9, [x30, #64]
	stp	x10, x11, [x30, #80]
	stp	x12, x13, [x30, #96]
	stp	x14, x15, [x30, #112]
	stp	x16, x17, [x30, #128]
	stp	x18, x19, [x30, #144]
	stp	x20, x21, [x30, #160]
	stp	x22, x23, [x30, #176]
	stp	x24, x25, [x30, #192]
	stp	x26, x27, [x30, #208]
	stp	x28, x29, [x30, #224]
	mrs	x0, far_el1
	mov	x1, sp
	stp	x0, x1, [x30, #240]
	add	x1, x30, #256
	BOOT_SYSREGS(SAVE)
	.endm

	/* In: x30 = this CPU's slot. Its stack, and a pointer to the slot where cpu_self() looks. */
	.macro	set_up
	add	x1, x30, #CPU_SIZE
	mov	sp, x1
	msr	tpidr_el1, x30
	adrp	x1, vectors
	add	x1, x1, :lo12:vectors
	msr	vbar_el1, x1
	isb
	.endm

	.section .head, "ax"
	.globl	_start
_start:
	b	entry
	.long	0
	.quad	0x80000				// text_offset
	.quad	image_size
	.quad	0xa				// little endian, 4K pages, anywhere in RAM
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

entry:
	msr	far_el1, x30
	adrp	x30, cpus
	add	x30, x30, :lo12:cpus
	save_state
	set_up
	mov	x19, x30

	adrp	x0, bss_begin
	add	x0, x0, :lo12:bss_begin
	adrp	x1, bss_end
	add	x1, x1, :lo12:bss_end
1:	cmp	x0, x1
	b.hs	2f
	str	xzr, [x0], #8
	b	1b

	/* The image was linked for address 0: move what points into it. */
2:	adrp	x0, rela_begin
	add	x0, x0, :lo12:rela_begin
	adrp	x1, rela_end
	add	x1, x1, :lo12:rela_end
	adrp	x4, _start
	add	x4, x4, :lo12:_start
3:	cmp	x0, x1
	b.hs	4f
	ldp	x2, x3, [x0], #16
	ldr	x5, [x0], #8
	cmp	w3, #1027			// R_AARCH64_RELATIVE, the only kind there is
	b.ne	3b
	add	x5, x5, x4
	str	x5, [x2, x4]
	b	3b

4:	dsb	sy
	ic	iallu
	dsb	sy
	isb
	mov	x0, x19
	bl	guest_begin
	b	.

	/* CPU_ON comes here; the context id is the CPU's slot. */
	.globl	secondary_entry
secondary_entry:
	msr	far_el1, x30
	mov	x30, x0
	save_state
	set_up
	mov	x0, x30
	bl	secondary_begin
	b	.

	/* One frame for all exceptions: x0..x30, ELR, SPSR, ESR, FAR (struct frame). */
	.macro	vector kind
	.balign	128
	sub	sp, sp, #288
	stp	x0, x1, [sp]
	mov	x0, #\kind
	b	exception_entry
	.endm

	.text
	.balign	2048
	.globl	vectors
vectors:
	.irp	kind, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vector	\kind
	.endr

exception_entry:
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	mrs	x1, elr_el1
	stp	x30, x1, [sp, #240]
	mrs	x1, spsr_el1
	mrs	x2, esr_el1
	stp	x1, x2, [sp, #256]
	mrs	x1, far_el1
	str	x1, [sp, #272]
	mov	x1, sp
	bl	exception
	ldp	x1, x2, [sp, #248]
	msr	elr_el1, x1
	msr	spsr_el1, x2
	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldp	x12, x13, [sp, #96]
	ldp	x14, x15, [sp, #112]
	ldp	x16, x17, [sp, #128]
	ldp	x18, x19, [sp, #144]
	ldp	x20, x21, [sp, #160]
	ldp	x22, x23, [sp, #176]
	ldp	x24, x25, [sp, #192]
	ldp	x26, x27, [sp, #208]
	ldp	x28, x29, [sp, #224]
	ldr	x30, [sp, #240]
	ldp	x0, x1, [sp], #288
	eret

	/* u64 smccc_hvc(fn, a, b, c), smccc_smc(): the result is x0. */
	.globl	smccc_hvc, smccc_smc
smccc_hvc:
	hvc	#0
	ret
smccc_smc:
	smc	#0
	ret
