// SPDX-License-Identifier: BSD-2-Clause
// Takes the virtual timer's PPI, SGIs from every CPU to every CPU, and the console's receive SPI.
#include "gic.h"
#include "guest.h"

#define SGI 3
#define UART_DR 0x00
#define UART_FR 0x18
#define UART_FR_RXFE 0x10
#define UART_IMSC 0x38
#define UART_ICR 0x44
#define UART_RX 0x50 /* receive, receive timeout */
#define PATIENCE_MS 30000

static volatile u32 received;
static volatile u32 go;

static void on_irq(struct cpu *self, u32 intid)
{
	(void)self;
	if (intid == machine.vtimer)
		sysreg_write(cntv_ctl_el0, 2);
	if (machine.uarts && intid == machine.uart_intid[0]) {
		while (!(mmio_read(machine.uart[0] + UART_FR) & UART_FR_RXFE))
			received = 0x100 | (mmio_read(machine.uart[0] + UART_DR) & 0xff);
		mmio_write(machine.uart[0] + UART_ICR, UART_RX);
	}
}

static bool irqs_reach(struct cpu *self, u32 intid, u32 count)
{
	u64 end = now() + ticks_ms(PATIENCE_MS);

	while (self->irqs[intid] < count) {
		if (now() > end)
			return false;
	}
	return true;
}

/* All CPUs at once: the timer, then an SGI to each CPU, itself included. mark: 1 ready, 2 good, 3 bad. */
static void work(struct cpu *self)
{
	bool good;

	gic_cpu_begin();
	gic_enable(machine.vtimer);
	gic_enable(SGI);
	irq_enable();
	self->mark = 1;
	barrier();
	while (!go)
		;
	sysreg_write(cntv_cval_el0, now() + ticks_ms(5));
	sysreg_write(cntv_ctl_el0, 1);
	good = irqs_reach(self, machine.vtimer, 1);
	for (unsigned i = 0; i < machine.cpus; i++)
		gic_sgi(i, SGI);
	/* Sends may melt together while one is pending: at least one must come, and all CPUs' must end. */
	good &= irqs_reach(self, SGI, 1);
	self->mark = good ? 2 : 3;
	barrier();
	if (self->index) {
		while (go == 1)
			;
	}
}

static void sgi_from_each(void)
{
	struct cpu *self = cpu_slot(0);
	u32 before = self->irqs[SGI];

	for (unsigned i = 0; i < 8; i++) {
		gic_sgi(0, SGI);
		if (!irqs_reach(self, SGI, before + i + 1)) {
			fail("sgi-to-self", "lost");
			return;
		}
	}
	check_equal("sgi-to-self", self->irqs[SGI] - before, 8);
}

void guest_main(void)
{
	unsigned timers = 0, sgis = 0, good = 0;
	u64 end;

	if (!machine.gic || !machine.vtimer) {
		fail("machine", "no GIC or timer in the tree");
		return;
	}
	irq_hook = on_irq;
	gic_begin();
	for (unsigned i = 1; i < machine.cpus; i++) {
		if (cpu_on(i, work) || !wait_until(&cpu_slot(i)->mark, 1, PATIENCE_MS))
			print("FAIL cpu-on %u\n", i);
	}
	go = 1;
	barrier();
	work(cpu_slot(0));
	end = now() + ticks_ms(PATIENCE_MS);
	for (unsigned i = 0; i < machine.cpus; i++) {
		struct cpu *cpu = cpu_slot(i);

		while (cpu->mark < 2 && now() < end)
			;
		timers += cpu->irqs[machine.vtimer] == 1;
		sgis += cpu->irqs[SGI] > 0;
		good += cpu->mark == 2;
	}
	check_equal("timer-ppi", timers, machine.cpus);
	check_equal("sgi", sgis, machine.cpus);
	check_equal("all-cpus", good, machine.cpus);
	sgi_from_each();
	go = 2;
	barrier();

	if (!machine.uarts)
		return;
	gic_enable(machine.uart_intid[0]);
	mmio_write(machine.uart[0] + UART_IMSC, UART_RX);
	print("TYPE a byte\n");
	end = now() + ticks_ms(PATIENCE_MS);
	while (!received && now() < end)
		wfi();
	if (received)
		print("ok uart-spi\nreceived 0x%x\n", received & 0xff);
	else
		fail("uart-spi", "no interrupt");
}
