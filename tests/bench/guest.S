/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is measured: writes the counter as it stood at the first instruction, in hex. With BYTES it then stores as
 * many bytes, with POLL each after a look at the flag register, and writes how long that took. Then it powers off, with IDLE it
 * waits for ever. With WIDE or READ it reads the flag register in place of storing, by an instruction that KVM does not decode, or does; with STUB it
 * stores to a register that nobody serves and reads another one, with WAIT it reads one again and again. The guest's physical counter is the virtual one of the host's user space.
 */
#define UART_DR 0x09000000 /* of dts/virt */
#define FR 0x18
#define BLOCK 0x0b070000 /* of the bench's overlay */
#define FR_TXFF 5 /* bit */
#define SYSTEM_OFF 0x84000008

	.macro	send, byte
	mov	w9, #\byte
	str	w9, [x19]
	.endm

#ifndef RAW
	/* The header of a Linux Image, so that it is loaded 512 KiB above the base of RAM. */
	b	start
	.long	0
	.quad	0x80000, 0x10000, 0, 0, 0, 0
	.ascii	"ARM\x64"
	.long	0
#endif

start:	mrs	x20, cntpct_el0
	ldr	x19, =UART_DR
	bl	number_send
#ifdef BYTES
	ldr	w21, =BYTES
	ldr	x11, =BLOCK
	mrs	x22, cntpct_el0
next:
#ifdef POLL
	ldr	w9, [x19, #FR]
	tbnz	w9, #FR_TXFF, next
#endif
#if defined(WIDE)
	add	x10, x19, #FR
	ldr	w9, [x10], #4
#elif defined(STUB)
	str	w21, [x11, #4]
	ldr	w9, [x11, #8]
#elif defined(WAIT)
	ldr	w9, [x11, #8]
#elif defined(READ)
	ldr	w9, [x19, #FR]
#else
	send	'.'
#endif
	subs	w21, w21, #1
	b.ne	next
	mrs	x20, cntpct_el0
	sub	x20, x20, x22
	send	'\n'
	bl	number_send
#endif
#ifndef IDLE
	ldr	w0, =SYSTEM_OFF
	hvc	#0
#endif
	wfi
	b	. - 4

/* "=" and x20 as 16 digits, on a line. */
number_send:
	send	'='
	mov	w10, #16
digit:	ror	x20, x20, #60
	and	w9, w20, #15
	add	w9, w9, #'0'
	cmp	w9, #'9'
	b.ls	1f
	add	w9, w9, #'a' - '0' - 10
1:	str	w9, [x19]
	subs	w10, w10, #1
	b.ne	digit
	send	'\n'
	ret
