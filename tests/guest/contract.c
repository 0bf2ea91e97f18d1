// SPDX-License-Identifier: BSD-2-Clause
// Checks docs/boot-contract.md from inside, line by line and by the names that stand there.
#include "gic.h"
#include "guest.h"
#include "text.h"

#define PSTATE_DAIF 0x3c0
#define SCTLR_M 1u
#define SCTLR_C (1u << 2)
#define SCTLR_I (1u << 12)

/* Secondary CPUs are held to the same lines under another prefix. */
static const char *prefix = "";
static bool all_good;

static void hold(const char *name, bool good, u64 got)
{
	if (*prefix) {
		if (!good)
			print("FAIL %s%s got 0x%lx\n", prefix, name, got);
		all_good &= good;
		return;
	}
	if (good)
		print("ok %s\n", name);
	else
		print("FAIL %s got 0x%lx\n", name, got);
}

static void registers_check(const struct boot_state *b, unsigned first_zero)
{
	u64 any = 0;

	for (unsigned i = first_zero; i < 31; i++)
		any |= b->x[i];
	hold("x1-x30", !any, any);
	hold("sp", !b->sp && !b->SP_EL0, b->sp | b->SP_EL0);
	hold("el1h", b->CurrentEL == 4 && b->SPSel == 1, b->CurrentEL | b->SPSel);
	hold("daif", b->DAIF == PSTATE_DAIF, b->DAIF);
	hold("nzcv", !b->NZCV, b->NZCV);
	hold("mmu-off", !(b->SCTLR_EL1 & SCTLR_M), b->SCTLR_EL1);
	hold("caches-off", !(b->SCTLR_EL1 & (SCTLR_C | SCTLR_I)), b->SCTLR_EL1);
	hold("sctlr", b->SCTLR_EL1 == 0xc50078, b->SCTLR_EL1);
	hold("vbar", !b->VBAR_EL1, b->VBAR_EL1);
	hold("tcr", !b->TCR_EL1, b->TCR_EL1);
	hold("cpacr", !b->CPACR_EL1, b->CPACR_EL1);
	hold("elr-spsr", !b->ELR_EL1 && !b->SPSR_EL1, b->ELR_EL1 | b->SPSR_EL1);
	hold("contextidr", !b->CONTEXTIDR_EL1, b->CONTEXTIDR_EL1);
	hold("debug", !(b->MDSCR_EL1 & 0xa001), b->MDSCR_EL1); /* MDE, KDE, SS */
	hold("cntkctl", !b->CNTKCTL_EL1, b->CNTKCTL_EL1);
	hold("timer-virtual", !(b->CNTV_CTL_EL0 & 3) && !b->CNTV_CVAL_EL0, b->CNTV_CTL_EL0);
	hold("timer-physical", !(b->CNTP_CTL_EL0 & 3) && !b->CNTP_CVAL_EL0, b->CNTP_CTL_EL0);
	hold("timer-frequency", b->CNTFRQ_EL0 >= 1000000, b->CNTFRQ_EL0);
}

static bool memory_answers(u64 from, u64 size)
{
	extern char _start[], image_end[];
	u64 dtb = (u64)machine.dtb, dtb_end = dtb + fdt_totalsize();

	for (unsigned i = 0; i <= 16; i++) {
		u64 at = i == 16 ? from + size - 8 : from + (size / 16 * i & ~7ull), kept;

		if ((at >= (u64)_start && at < (u64)image_end) || (at >= dtb && at < dtb_end))
			continue;
		kept = *(volatile u64 *)at;
		*(volatile u64 *)at = ~at;
		if (*(volatile u64 *)at != ~at)
			return false;
		*(volatile u64 *)at = kept;
	}
	return true;
}

static void tree_check(void)
{
	const struct boot_state *b = &cpu_slot(0)->boot;
	u64 dtb = b->x[0], size = fdt_totalsize();
	struct fdt_node node;
	const char *method = NULL;

	hold("dtb-address",
	     dtb >= machine.ram_base && dtb + size <= machine.ram_base + machine.ram_size, dtb);
	hold("dtb-alignment", !(dtb & 4095), dtb);
	hold("dtb-version", fdt_u32((const u8 *)dtb + 20) >= 17, fdt_u32((const u8 *)dtb + 20));
	hold("memory", memory_answers(machine.ram_base, machine.ram_size), machine.ram_base);
	hold("mpidr", (b->MPIDR_EL1 & 0xff00ffffff) == cpu_slot(0)->mpidr, b->MPIDR_EL1);
	if (fdt_find("arm,psci-1.0", 0, &node))
		method = fdt_prop(&node, "method", NULL);
	hold("psci-node", method && text_equal(method, "hvc"), 0);
	hold("psci-version", (psci(PSCI_VERSION, 0, 0, 0) & 0xffffffff) >= 0x10000,
	     (u64)psci(PSCI_VERSION, 0, 0, 0));
}

static u64 any_set(u64 base, u32 offset, u32 from, u32 to)
{
	u64 any = 0;

	for (u32 i = from; i < to; i += 32)
		any |= mmio_read(base + offset + i / 8);
	return any;
}

static void gic_check(void)
{
	u64 own, any;
	u32 first = machine.gic == 3
			    ? 32
			    : 0; /* the distributor's view of the private ones: GICv2 only */

	gic_cpus_find();
	own = machine.gic == 3 ? cpu_slot(0)->gicr + GICR_SGI_FRAME : machine.gicd;
	any = mmio_read(machine.gicd + GICD_CTLR) & 3;
	hold("gic-distributor-off", !any, any);
	/* Whether SGIs can be disabled at all is the implementation's choice. */
	any = (mmio_read(own + GICD_ISENABLER) & 0xffff0000) |
	      any_set(machine.gicd, GICD_ISENABLER, 32, machine.intids);
	hold("gic-none-enabled", !any, any);
	any = mmio_read(own + GICD_ISPENDR) |
	      any_set(machine.gicd, GICD_ISPENDR, first, machine.intids);
	hold("gic-none-pending", !any, any);
	any = mmio_read(own + GICD_ISACTIVER) |
	      any_set(machine.gicd, GICD_ISACTIVER, first, machine.intids);
	hold("gic-none-active", !any, any);
	if (machine.gic == 2) {
		hold("gic-cpu-off", !(mmio_read(machine.gicc + GICC_CTLR) & 1),
		     mmio_read(machine.gicc + GICC_CTLR));
		hold("gic-pmr", !mmio_read(machine.gicc + GICC_PMR),
		     mmio_read(machine.gicc + GICC_PMR));
		hold("gic-sre", true, 0);
		return;
	}
	hold("gic-sre", sysreg_read(ICC_SRE_EL1) & 1, sysreg_read(ICC_SRE_EL1));
	any = sysreg_read(ICC_IGRPEN0_EL1) | sysreg_read(ICC_IGRPEN1_EL1);
	hold("gic-cpu-off", !any, any);
	hold("gic-pmr", !sysreg_read(ICC_PMR_EL1), sysreg_read(ICC_PMR_EL1));
}

static void arrive(struct cpu *self)
{
	self->mark = 1;
	barrier();
}

static void secondaries_check(void)
{
	unsigned off = 0, context = 0, mpidr = 0;

	for (unsigned i = 1; i < machine.cpus; i++)
		off += psci(PSCI_AFFINITY_INFO, cpu_slot(i)->mpidr, 0, 0) == 1;
	hold("secondary-off", off == machine.cpus - 1, off);

	prefix = "secondary ";
	all_good = true;
	for (unsigned i = 1; i < machine.cpus; i++) {
		struct cpu *cpu = cpu_slot(i);

		if (cpu_on(i, arrive) || !wait_until(&cpu->mark, 1, 20000)) {
			print("FAIL secondary-on cpu %u\n", i);
			all_good = false;
			continue;
		}
		context += cpu->boot.x[0] == (u64)cpu;
		mpidr += (cpu->boot.MPIDR_EL1 & 0xff00ffffff) == cpu->mpidr;
		registers_check(&cpu->boot, 1);
	}
	prefix = "";
	hold("secondary-context", context == machine.cpus - 1, context);
	hold("secondary-mpidr", mpidr == machine.cpus - 1, mpidr);
	hold("secondary-state", all_good, 0);
}

void guest_main(void)
{
	print("contract: %u cpus, GICv%d\n", machine.cpus, machine.gic);
	registers_check(&cpu_slot(0)->boot, 1);
	tree_check();
	gic_check();
	secondaries_check();
}
