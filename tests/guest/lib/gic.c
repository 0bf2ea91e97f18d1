// SPDX-License-Identifier: BSD-2-Clause
// GICv2 and GICv3 as a guest sees them: enable, acknowledge, end, and software-generated interrupts.
#include "guest.h"
#include "gic.h"

static u64 private_base(void)
{
	return machine.gic == 3 ? cpu_self()->gicr + GICR_SGI_FRAME : machine.gicd;
}

static u64 gicr_find(u64 mpidr)
{
	u64 affinity = (mpidr & 0xffffff) | (mpidr >> 8 & 0xff000000);

	for (unsigned r = 0; r < machine.gicrs; r++) {
		for (u64 at = machine.gicr[r]; at < machine.gicr[r] + machine.gicr_size[r];
		     at += GICR_STRIDE) {
			if (mmio_read(at + GICR_TYPER + 4) == affinity)
				return at;
			if (mmio_read(at + GICR_TYPER) & GICR_TYPER_LAST)
				break;
		}
	}
	return 0;
}

void gic_cpus_find(void)
{
	machine.intids = ((mmio_read(machine.gicd + GICD_TYPER) & 31) + 1) * 32;
	for (unsigned i = 0; i < machine.cpus; i++) {
		struct cpu *cpu = cpu_slot(i);

		cpu->gicr = machine.gic == 3 ? gicr_find(cpu->mpidr) : 0;
	}
}

void gic_begin(void)
{
	gic_cpus_find();
	mmio_write(machine.gicd + GICD_CTLR, machine.gic == 3 ? 0x12 : 1); /* ARE_NS, group 1 */
	for (u32 i = 32; i < machine.intids; i += 32) {
		if (machine.gic == 3)
			mmio_write(machine.gicd + GICD_IGROUPR + i / 8, 0xffffffff);
	}
}

void gic_cpu_begin(void)
{
	struct cpu *self = cpu_self();

	for (unsigned i = 0; i < 64; i++)
		self->irqs[i] = 0;
	if (machine.gic == 2) {
		mmio_write(machine.gicc + GICC_PMR, 0xf0);
		mmio_write(machine.gicc + GICC_CTLR, 1);
		return;
	}
	mmio_write(self->gicr + GICR_WAKER, 0);
	mmio_write(self->gicr + GICR_SGI_FRAME + GICD_IGROUPR, 0xffffffff);
	sysreg_write(ICC_SRE_EL1, 7);
	sysreg_write(ICC_PMR_EL1, 0xf0);
	sysreg_write(ICC_IGRPEN1_EL1, 1);
}

void gic_enable(u32 intid)
{
	u64 base = intid < 32 ? private_base() : machine.gicd;

	mmio_write8(base + GICD_IPRIORITYR + intid, 0x80);
	if (intid >= 32 && machine.gic == 2)
		mmio_write8(machine.gicd + GICD_ITARGETSR + intid, 1);
	if (intid >= 32 && machine.gic == 3) {
		u64 mpidr = cpu_self()->mpidr;

		mmio_write(machine.gicd + GICD_IROUTER + 8 * intid, (u32)mpidr);
		mmio_write(machine.gicd + GICD_IROUTER + 8 * intid + 4, (u32)(mpidr >> 32));
	}
	mmio_write(base + GICD_ISENABLER + intid / 32 * 4, 1u << intid % 32);
}

void gic_sgi(unsigned cpu, u32 intid)
{
	u64 m = cpu_slot(cpu)->mpidr;

	barrier();
	if (machine.gic == 2) {
		mmio_write(machine.gicd + GICD_SGIR, 1u << (16 + cpu) | intid);
		return;
	}
	sysreg_write(ICC_SGI1R_EL1, (m >> 32 & 0xff) << 48 | (m >> 16 & 0xff) << 32 |
					    (m >> 8 & 0xff) << 16 | (m & 0xf0) << 40 |
					    (u64)intid << 24 | 1u << (m & 15));
}

u32 gic_ack(void)
{
	u32 v = machine.gic == 2 ? mmio_read(machine.gicc + GICC_IAR)
				 : (u32)sysreg_read(ICC_IAR1_EL1);

	barrier();
	return v;
}

void gic_end(u32 raw)
{
	if (machine.gic == 2)
		mmio_write(machine.gicc + GICC_EOIR, raw);
	else
		sysreg_write(ICC_EOIR1_EL1, raw);
}
