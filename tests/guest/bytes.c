// SPDX-License-Identifier: BSD-2-Clause
// The console, byte by byte. bootargs: do=all (each value once), polled or irq (echo count=N bytes as hex),
// block (size=N bytes without asking the flag register), last-spin or last-wfi (LAST, the physical counter, a last
// byte, then silence), resets (count=N resets, with words right behind and right before each).
#include "gic.h"
#include "guest.h"

#define UART_DR 0x00
#define UART_FR 0x18
#define UART_FR_RXFE 0x10
#define UART_IMSC 0x38
#define UART_ICR 0x44
#define UART_RX 0x50

#define RING 4096
static volatile u8 ring[RING];
static volatile u32 ring_in;

static void send_all(void)
{
	for (unsigned i = 0; i < 256; i++)
		uart_putc(machine.uart[0], (char)i);
}

static void print_byte(u32 byte)
{
	print("%c%c", "0123456789abcdef"[byte >> 4 & 15], "0123456789abcdef"[byte & 15]);
}

/* Received bytes as hex digits, so that no terminal in between can change what is reported. */
static void echo_polled(u64 count)
{
	for (u64 i = 0; i < count; i++) {
		while (mmio_read(machine.uart[0] + UART_FR) & UART_FR_RXFE)
			;
		print_byte(mmio_read(machine.uart[0] + UART_DR));
	}
}

static void on_irq(struct cpu *self, u32 intid)
{
	(void)self;
	if (intid != machine.uart_intid[0])
		return;
	while (!(mmio_read(machine.uart[0] + UART_FR) & UART_FR_RXFE))
		ring[ring_in++ % RING] = (u8)mmio_read(machine.uart[0] + UART_DR);
	mmio_write(machine.uart[0] + UART_ICR, UART_RX);
}

static void echo_irq(u64 count)
{
	for (u64 i = 0; i < count; i++) {
		while (ring_in == i)
			wfi();
		print_byte(ring[i % RING]);
	}
}

static void irq_set_up(void)
{
	irq_hook = on_irq;
	gic_begin();
	gic_cpu_begin();
	gic_enable(machine.uart_intid[0]);
	mmio_write(machine.uart[0] + UART_IMSC, UART_RX);
	irq_enable();
}

/* Lines of 64 characters, 62 numbered digits and the line's end: a lost byte shows as a wrong number. */
static void send_block(u64 size)
{
	for (u64 i = 0; i < size / 64; i++) {
		for (unsigned digit = 0; digit < 62; digit++)
			mmio_write(machine.uart[0] + UART_DR,
				   (u32) "0123456789abcdef"[i >> (60 - 4 * (digit % 16)) & 15]);
		mmio_write(machine.uart[0] + UART_DR, '\r');
		mmio_write(machine.uart[0] + UART_DR, '\n');
	}
}

/* The counter is read before the digits are sent, so what it tells of is never too little. */
static void last_byte(void)
{
	__asm__ volatile("isb");
	print("LAST %lx.", sysreg_read(cntpct_el0));
}

static void resets(u64 count)
{
	u64 *done = ram_kept(8);

	print("[%lu", *done);
	if (*done == count) {
		print("]END\n");
		return;
	}
	++*done;
	barrier();
	print("]before reset %lu;", *done);
	psci(PSCI_SYSTEM_RESET, 0, 0, 0);
}

void guest_main(void)
{
	u64 count = arg_number("count", 256);

	if (arg_is("do", "all")) {
		print("BEGIN");
		send_all();
		print("END\n");
	} else if (arg_is("do", "polled")) {
		print("TYPE\n");
		echo_polled(count);
		print("\n");
	} else if (arg_is("do", "irq")) {
		irq_set_up();
		print("TYPE\n");
		echo_irq(count);
		print("\n");
		irq_disable();
	} else if (arg_is("do", "block")) {
		print("BEGIN\n");
		send_block(arg_number("size", 65536));
		print("END\n");
	} else if (arg_is("do", "last-spin")) {
		last_byte();
		for (;;)
			__asm__ volatile("");
	} else if (arg_is("do", "last-wfi")) {
		last_byte();
		for (;;)
			wfi();
	} else if (arg_is("do", "resets")) {
		resets(count);
	} else {
		fail("do", "bootargs name nothing to do");
	}
}
