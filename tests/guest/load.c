// SPDX-License-Identifier: BSD-2-Clause
// Keeps every CPU busy: CPU 0 counts seconds; the others do MMIO, sleep on the timer, or check memory.
// bootargs: seconds=N (for ever without)
#include "gic.h"
#include "guest.h"

#define UART_FR 0x18
#define WORDS 4096

static volatile u64 progress[CPUS_MAX], errors[CPUS_MAX];

static void on_irq(struct cpu *self, u32 intid)
{
	(void)self;
	if (intid == machine.vtimer)
		sysreg_write(cntv_ctl_el0, 2);
}

static void mmio_work(unsigned cpu)
{
	for (;; progress[cpu]++) {
		if (mmio_read(machine.uart[0] + UART_FR) & 0xffff0000)
			errors[cpu]++;
	}
}

static void sleep_work(unsigned cpu)
{
	u64 last = now();

	gic_cpu_begin();
	gic_enable(machine.vtimer);
	for (;; progress[cpu]++) {
		u64 t = now();

		if (t < last)
			errors[cpu]++; /* time went back */
		last = t;
		sysreg_write(cntv_cval_el0, t + ticks_ms(1));
		sysreg_write(cntv_ctl_el0, 1);
		/* Masked: an interrupt taken before WFI, after a long pause, would never come again. */
		wfi();
		irq_enable();
		irq_disable();
	}
}

static void memory_work(unsigned cpu)
{
	static volatile u64 words[CPUS_MAX][WORDS / 64];

	for (u64 round = 1;; round++, progress[cpu]++) {
		for (unsigned i = 0; i < WORDS / 64; i++)
			words[cpu][i] = round * (i + 1);
		for (unsigned i = 0; i < WORDS / 64; i++)
			errors[cpu] += words[cpu][i] != round * (i + 1);
	}
}

static void work(struct cpu *self)
{
	static void (*const works[])(unsigned cpu) = { mmio_work, sleep_work, memory_work };
	void (*chosen)(unsigned cpu) = works[self->index % 3];

	self->mark = 1;
	barrier();
	chosen(self->index);
}

void guest_main(void)
{
	u64 seconds = arg_number("seconds", 0), next;
	static u64 last[CPUS_MAX];

	irq_hook = on_irq;
	gic_begin();
	for (unsigned i = 1; i < machine.cpus; i++) {
		if (cpu_on(i, work) || !wait_until(&cpu_slot(i)->mark, 1, 30000))
			print("FAIL cpu-on %u\n", i);
	}
	check("started", true);
	next = now();
	for (u64 n = 1; !seconds || n <= seconds; n++) {
		u64 done = 0, bad = 0, stuck = 0, now_done;

		next += ticks_ms(1000);
		while (now() < next)
			;
		for (unsigned i = 1; i < machine.cpus; i++) {
			now_done = progress[i];
			stuck += now_done == last[i]; /* since a second ago */
			last[i] = now_done;
			done += now_done;
			bad += errors[i];
		}
		print("load %lu: %lu rounds, %lu errors, %lu stuck\n", n, done, bad, stuck);
		if (n == seconds) {
			check_equal("no-errors", bad, 0);
			check_equal("none-stuck", stuck, 0);
		}
	}
}
