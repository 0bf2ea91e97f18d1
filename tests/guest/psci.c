// SPDX-License-Identifier: BSD-2-Clause
// PSCI over all CPUs of the tree: on, off, on again, suspend, and the answers to wrong questions.
#include "gic.h"
#include "guest.h"

#define PATIENCE_MS 120000
enum { ON = 0, OFF = 1 };

static void stay_until_told(struct cpu *self)
{
	self->mark = 1;
	barrier();
	while (self->mark != 2)
		doze(); /* many more than the host has CPUs */
}

static bool info_becomes(const struct cpu *cpu, s64 want)
{
	u64 end = now() + ticks_ms(PATIENCE_MS);

	while (psci(PSCI_AFFINITY_INFO, cpu->mpidr, 0, 0) != want) {
		if (now() > end)
			return false;
	}
	return true;
}

/* How many CPUs are off then. */
static unsigned all_go(void)
{
	unsigned gone = 0;

	for (unsigned i = 1; i < machine.cpus; i++)
		cpu_slot(i)->mark = 2;
	barrier();
	for (unsigned i = 1; i < machine.cpus; i++)
		gone += info_becomes(cpu_slot(i), OFF);
	return gone;
}

static void on_off_check(void)
{
	unsigned others = machine.cpus - 1, off = 0, started = 0, context = 0, on = 0, already = 0,
		 gone = 0, again = 0;

	for (unsigned i = 1; i < machine.cpus; i++)
		off += psci(PSCI_AFFINITY_INFO, cpu_slot(i)->mpidr, 0, 0) == OFF;
	for (unsigned i = 1; i < machine.cpus; i++) {
		struct cpu *cpu = cpu_slot(i);

		started +=
			cpu_on(i, stay_until_told) == 0 && wait_until(&cpu->mark, 1, PATIENCE_MS);
		context += cpu->boot.x[0] == (u64)cpu;
	}
	for (unsigned i = 1; i < machine.cpus; i++) {
		on += psci(PSCI_AFFINITY_INFO, cpu_slot(i)->mpidr, 0, 0) == ON;
		already += psci(PSCI_CPU_ON, cpu_slot(i)->mpidr, 0, 0) == PSCI_ALREADY_ON;
	}
	gone = all_go();
	for (unsigned i = 1; i < machine.cpus; i++)
		again += cpu_on(i, stay_until_told) == 0 &&
			 wait_until(&cpu_slot(i)->mark, 1, PATIENCE_MS);
	all_go();
	check_equal("off-at-first", off, others);
	check_equal("cpu-on", started, others);
	check_equal("context-id", context, others);
	check_equal("affinity-info-on", on, others);
	check_equal("already-on", already, others);
	check_equal("cpu-off", gone, others);
	check_equal("cpu-on-again", again, others);
}

static void suspend_check(void)
{
	u64 begin;

	gic_begin();
	gic_cpu_begin();
	gic_enable(machine.vtimer);
	begin = now();
	sysreg_write(cntv_cval_el0, begin + ticks_ms(20));
	sysreg_write(cntv_ctl_el0, 1);
	/* Interrupts stay masked: the pending timer wakes the CPU, and nothing takes it. */
	check_equal("cpu-suspend", (u64)psci(PSCI_CPU_SUSPEND, 0, 0, 0), 0);
	check("cpu-suspend-waits", now() - begin >= ticks_ms(20));
	sysreg_write(cntv_ctl_el0, 0);
}

void guest_main(void)
{
	print("psci: %u cpus, version 0x%lx\n", machine.cpus, (u64)psci(PSCI_VERSION, 0, 0, 0));
	check("version", (psci(PSCI_VERSION, 0, 0, 0) & 0xffffffff) >= 0x10000);
	check_equal("features-cpu-on", (u64)psci(PSCI_FEATURES, PSCI_CPU_ON, 0, 0), 0);
	check_equal("features-unknown", (u64)psci(PSCI_FEATURES, 0x8400ffff, 0, 0) & 0xffffffff,
		    0xffffffff);
	check_equal("migrate-none", (u64)psci(PSCI_MIGRATE_INFO_TYPE, 0, 0, 0) & 0xffffffff, 2);
	check_equal("unknown-function", (u64)psci(0x8400ffff, 0, 0, 0) & 0xffffffff, 0xffffffff);
	check_equal("already-on-self", (u64)psci(PSCI_CPU_ON, cpu_slot(0)->mpidr, 0, 0),
		    (u64)PSCI_ALREADY_ON);
	check_equal("on-no-such-cpu", (u64)psci(PSCI_CPU_ON, 0xff00ff0f0f, 0, 0),
		    (u64)PSCI_INVALID);
	check_equal("info-no-such-cpu", (u64)psci(PSCI_AFFINITY_INFO, 0xff00ff0f0f, 0, 0),
		    (u64)PSCI_INVALID);
	check_equal("info-bad-level", (u64)psci(PSCI_AFFINITY_INFO, 0, 9, 0), (u64)PSCI_INVALID);
	on_off_check();
	suspend_check();
}
