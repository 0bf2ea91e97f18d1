// SPDX-License-Identifier: BSD-2-Clause
// Notes every register it can read, leaves the machine in a mess, resets it from CPU 2, and compares.
// bootargs: resets=N (1), how=reset|reset2, kept=REGISTER (one that this host cannot put back: not compared)
#include "gic.h"
#include "guest.h"
#include "text.h"

#define MAGIC 0x6b766d7368696d21ull
#define MMIO_WORDS 3072
#define CPU_WORDS 64
#define PATIENCE_MS 60000

/* What CPUs read themselves: banked and system registers. */
struct own_notes {
	u64 boot[BOOT_WORDS], value[CPU_WORDS];
};

/* RAM is kept over a reset, images are not: this lies away from image and tree. */
struct kept {
	u64 magic, resets, differences;
	u32 words, own_words;
	u64 value[MMIO_WORDS];
	struct own_notes own[CPUS_MAX];
};

static struct kept *kept;
static u64 value[MMIO_WORDS];
static const char *name_of[MMIO_WORDS], *own_name[CPU_WORDS];
static u32 index_of[MMIO_WORDS], words, own_words;
static struct own_notes own[8];

static void note(const char *name, u32 index, u64 v)
{
	if (words == MMIO_WORDS)
		return;
	name_of[words] = name;
	index_of[words] = index;
	value[words++] = v;
}

static void note_range(const char *name, u64 base, u32 offset, u32 bytes)
{
	for (u32 i = 0; i < bytes; i += 4)
		note(name, i / 4, mmio_read(base + offset + i));
}

static void distributor_note(void)
{
	u64 d = machine.gicd;
	u32 n = machine.intids, first = machine.gic == 3 ? 32 : 0;

	note("GICD_CTLR", 0, mmio_read(d + GICD_CTLR));
	note("GICD_TYPER", 0, mmio_read(d + GICD_TYPER));
	note_range("GICD_IGROUPR", d, GICD_IGROUPR + first / 8, (n - first) / 8);
	note_range("GICD_ISENABLER", d, GICD_ISENABLER + first / 8, (n - first) / 8);
	note_range("GICD_ISPENDR", d, GICD_ISPENDR + first / 8, (n - first) / 8);
	note_range("GICD_ISACTIVER", d, GICD_ISACTIVER + first / 8, (n - first) / 8);
	note_range("GICD_IPRIORITYR", d, GICD_IPRIORITYR + first, n - first);
	note_range("GICD_ICFGR", d, GICD_ICFGR + first / 4, (n - first) / 4);
	if (machine.gic == 2) {
		note_range("GICD_ITARGETSR", d, GICD_ITARGETSR + 32, n - 32);
		note_range("GICD_SPENDSGIR", d, GICD_SPENDSGIR, 16);
		return;
	}
	note_range("GICD_IROUTER", d, GICD_IROUTER + 32 * 8, (n - 32) * 8);
	for (unsigned i = 0; i < machine.cpus; i++) {
		u64 r = cpu_slot(i)->gicr, sgi = r + GICR_SGI_FRAME;

		note("GICR_CTLR", i, mmio_read(r + GICR_CTLR));
		note("GICR_TYPER", i, mmio_read(r + GICR_TYPER));
		note("GICR_WAKER", i, mmio_read(r + GICR_WAKER));
		note("GICR_PROPBASER", i, mmio_read(r + GICR_PROPBASER));
		note("GICR_PENDBASER", i, mmio_read(r + GICR_PENDBASER));
		note("GICR_IGROUPR0", i, mmio_read(sgi + GICD_IGROUPR));
		note("GICR_ISENABLER0", i, mmio_read(sgi + GICD_ISENABLER));
		note("GICR_ISPENDR0", i, mmio_read(sgi + GICD_ISPENDR));
		note("GICR_ISACTIVER0", i, mmio_read(sgi + GICD_ISACTIVER));
		note_range("GICR_IPRIORITYR", sgi, GICD_IPRIORITYR, 32);
		note_range("GICR_ICFGR", sgi, GICD_ICFGR, 8);
	}
}

struct own_cursor {
	struct own_notes *to;
	u32 n;
};

static void own_note(struct own_cursor *c, const char *name, u64 v)
{
	own_name[c->n] = name;
	c->to->value[c->n++] = v;
}

static void own_range(struct own_cursor *c, const char *name, u64 base, u32 offset, u32 bytes)
{
	for (u32 i = 0; i < bytes; i += 4)
		own_note(c, name, mmio_read(base + offset + i));
}

#define OWN(reg) own_note(&c, #reg, sysreg_read(reg))

static void own_registers_note(struct cpu *self)
{
	struct own_cursor c = { &own[self->index], 0 };

	for (unsigned i = 0; i < BOOT_WORDS; i++)
		c.to->boot[i] = ((u64 *)&self->boot)[i];
	if (machine.gic == 2) {
		own_range(&c, "GICC_CTLR", machine.gicc, GICC_CTLR, 4);
		own_range(&c, "GICC_PMR", machine.gicc, GICC_PMR, 4);
		own_range(&c, "GICC_BPR", machine.gicc, GICC_BPR, 4);
		own_range(&c, "GICC_RPR", machine.gicc, GICC_RPR, 4);
		own_range(&c, "GICC_HPPIR", machine.gicc, GICC_HPPIR, 4);
		own_range(&c, "GICC_ABPR", machine.gicc, GICC_ABPR, 4);
		own_range(&c, "GICD_ISENABLER0", machine.gicd, GICD_ISENABLER, 4);
		own_range(&c, "GICD_ISPENDR0", machine.gicd, GICD_ISPENDR, 4);
		own_range(&c, "GICD_ISACTIVER0", machine.gicd, GICD_ISACTIVER, 4);
		own_range(&c, "GICD_IGROUPR0", machine.gicd, GICD_IGROUPR, 4);
		own_range(&c, "GICD_IPRIORITYR0-7", machine.gicd, GICD_IPRIORITYR, 32);
		own_range(&c, "GICD_ICFGR0-1", machine.gicd, GICD_ICFGR, 8);
		own_range(&c, "GICD_SPENDSGIR", machine.gicd, GICD_SPENDSGIR, 16);
	} else {
		OWN(ICC_SRE_EL1);
		OWN(ICC_CTLR_EL1);
		OWN(ICC_PMR_EL1);
		OWN(ICC_BPR0_EL1);
		OWN(ICC_BPR1_EL1);
		OWN(ICC_AP0R0_EL1);
		OWN(ICC_AP1R0_EL1);
		OWN(ICC_RPR_EL1);
		OWN(ICC_HPPIR1_EL1);
		OWN(ICC_IGRPEN0_EL1);
		OWN(ICC_IGRPEN1_EL1);
	}
	if (sysreg_read(ID_AA64DFR0_EL1) >> 8 & 15) {
		OWN(PMCR_EL0);
		OWN(PMCNTENSET_EL0);
		OWN(PMINTENSET_EL1);
		OWN(PMOVSSET_EL0);
		OWN(PMUSERENR_EL0);
	}
	OWN(DBGBVR0_EL1);
	OWN(DBGBCR0_EL1);
	OWN(DBGWVR0_EL1);
	OWN(DBGWCR0_EL1);
	OWN(OSLSR_EL1);
	if (!self->index)
		own_words = c.n;
}

/* --- the mess ------------------------------------------------------------------------------ */

static volatile u32 stage;

static void own_mess(struct cpu *self)
{
	gic_cpu_begin();
	gic_enable(1);
	gic_enable(machine.vtimer);
	/* One SGI active (acknowledged, never ended), a lower one pending behind it, the timer's PPI pending. */
	gic_sgi(self->index, 1);
	for (u64 end = now() + ticks_ms(PATIENCE_MS); (gic_ack() & 0x3ff) != 1 && now() < end;)
		;
	gic_sgi(self->index, 2);
	sysreg_write(cntv_cval_el0, now() / 2);
	sysreg_write(cntv_ctl_el0, 1);
	sysreg_write(cntp_cval_el0, ~0ull >> 8);
	sysreg_write(cntp_ctl_el0, 3);
	sysreg_write(cntkctl_el1, 3);
	sysreg_write(tpidr_el0, 0x1111);
	sysreg_write(tpidrro_el0, 0x2222);
	sysreg_write(contextidr_el1, 0x3333);
	sysreg_write(par_el1, 0x4444);
	sysreg_write(cpacr_el1, 3 << 20);
	sysreg_write(sp_el0, 0x5555);
	sysreg_write(elr_el1, 0x6666);
	sysreg_write(ttbr1_el1, 0x7000);
	sysreg_write(dbgbvr0_el1, 0x8000);
	sysreg_write(mdscr_el1, 1 << 12);
	mmu_on();
}

static void system_reset(void)
{
	if (arg_is("how", "reset2"))
		psci(PSCI_SYSTEM_RESET2, 0, 0, 0);
	else
		psci(PSCI_SYSTEM_RESET, 0, 0, 0);
	print("FAIL reset came back\n");
}

/* Secondary CPUs: mark 1 = noted, 2 = in a mess; CPU 2 resets once all are. */
static void secondary(struct cpu *self)
{
	own_registers_note(self);
	barrier();
	self->mark = 1;
	barrier();
	while (stage < 1)
		;
	own_mess(self);
	self->mark = 2;
	barrier();
	while (stage < 2)
		;
	if (self->index == 2)
		system_reset();
	for (;;)
		;
}

static void shared_mess(void)
{
	u64 d = machine.gicd;

	for (u32 i = 32; i < machine.intids; i += 32) {
		mmio_write(d + GICD_ISENABLER + i / 8, 0x5a5a5a5a);
		mmio_write(d + GICD_ISPENDR + i / 8, 0xa5a5a5a5);
		mmio_write(d + GICD_ISACTIVER + i / 8, 0x0f0f0f0f);
		mmio_write(d + GICD_ICFGR + i / 4, 0xaaaaaaaa);
		mmio_write(d + GICD_ICFGR + i / 4 + 4, 0xaaaaaaaa);
	}
	for (u32 i = 32; i < machine.intids; i += 4) {
		mmio_write(d + GICD_IPRIORITYR + i, 0xf0f0f0f0);
		if (machine.gic == 2)
			mmio_write(d + GICD_ITARGETSR + i, 0x04040404);
	}
	for (u32 i = 32; machine.gic == 3 && i < machine.intids; i++)
		mmio_write(d + GICD_IROUTER + 8 * i, (u32)cpu_slot(2)->mpidr);
}

/* --- comparing ----------------------------------------------------------------------------- */

static void differ(const char *name, u32 index, u64 before, u64 after)
{
	if (kept->differences++ < 64)
		print("FAIL %s[%u] was 0x%lx, is 0x%lx after reset %lu\n", name, index, before,
		      after, kept->resets);
}

/* ISTATUS means nothing while a timer is off. */
static u64 settled(const char *name, u64 v)
{
	if (text_begins(name, "CNTV_CTL") || text_begins(name, "CNTP_CTL"))
		return v & 1 ? v : v & 3;
	return v;
}

static void compare(void)
{
	if (kept->words != words || kept->own_words != own_words)
		differ("number of registers", 0, kept->words, words);
	for (u32 i = 0; i < words; i++) {
		if (kept->value[i] != value[i])
			differ(name_of[i], index_of[i], kept->value[i], value[i]);
	}
	for (unsigned cpu = 0; cpu < machine.cpus; cpu++) {
		struct own_notes *before = &kept->own[cpu], *after = &own[cpu];

		for (unsigned i = 0; i < BOOT_WORDS; i++) {
			const char *name = boot_word_name(i);

			if (arg_is("kept", name))
				continue;
			if (settled(name, before->boot[i]) != settled(name, after->boot[i]))
				differ(name, cpu, before->boot[i], after->boot[i]);
		}
		for (u32 i = 0; i < own_words; i++) {
			if (before->value[i] != after->value[i])
				differ(own_name[i], cpu, before->value[i], after->value[i]);
		}
	}
}

static void keep(void)
{
	kept->resets = 0;
	kept->differences = 0;
	kept->words = words;
	kept->own_words = own_words;
	for (u32 i = 0; i < words; i++)
		kept->value[i] = value[i];
	for (unsigned cpu = 0; cpu < machine.cpus; cpu++)
		kept->own[cpu] = own[cpu];
	barrier();
	kept->magic = MAGIC;
	barrier();
}

static bool all_reach(u64 mark)
{
	for (unsigned i = 1; i < machine.cpus; i++) {
		if (!wait_until(&cpu_slot(i)->mark, mark, PATIENCE_MS)) {
			print("FAIL cpu %u does not reach mark %lu\n", i, mark);
			return false;
		}
	}
	return true;
}

void guest_main(void)
{
	u64 resets = arg_number("resets", 1);

	if (machine.cpus < 3 || machine.cpus > 8) {
		fail("cpus", "3 to 8 are needed");
		return;
	}
	kept = ram_kept(sizeof(*kept));
	gic_cpus_find();
	distributor_note();
	own_registers_note(cpu_slot(0));
	for (unsigned i = 1; i < machine.cpus; i++) {
		s64 r = cpu_on(i, secondary);

		if (r) {
			print("FAIL cpu %u: CPU_ON %ld\n", i, (u64)r);
			return;
		}
	}
	if (!all_reach(1))
		return;
	if (kept->magic == MAGIC) {
		kept->resets++;
		compare();
		if (kept->resets % 10 == 0)
			print("reset %lu\n", kept->resets);
	} else {
		keep();
		print("reset: %u registers shared, %u of each of %u cpus, noted\n", words,
		      own_words + (u32)BOOT_WORDS, machine.cpus);
	}
	if (kept->resets >= resets) {
		check_equal("resets", kept->resets, resets);
		check_equal("registers-equal", kept->differences, 0);
		kept->magic = 0;
		return;
	}
	gic_begin();
	stage = 1;
	barrier();
	own_mess(cpu_slot(0));
	if (!all_reach(2))
		return;
	/* Last: many active interrupts leave no list register for anything else. */
	shared_mess();
	stage = 2;
	barrier();
	for (;;)
		;
}
