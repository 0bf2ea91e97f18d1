// SPDX-License-Identifier: BSD-2-Clause
// System registers by name and field, and the timers.
#include <inttypes.h>
#include <linux/kvm.h>
#include <string.h>

#include "boot/monitor/monitor.h"
#include "boot/monitor/views.h"
#include "boot/shim.h"
#include "kvm/esr.h"
#include "kvm/regname.h"
#include "kvm/sysfield.h"

#define INDENT 34 /* columns of name and value */
#define COLUMNS 80

/* Words behind the value, wrapped under themselves. */
static void words_print(const char *words)
{
	unsigned column = INDENT;

	while (*words) {
		const size_t n = strcspn(words, " ");

		if (column + n + 1 > COLUMNS) {
			monitor_print("\n%*s", INDENT, "");
			column = INDENT;
		}
		monitor_print(" %.*s", (int)n, words);
		column += (unsigned)n + 1;
		words += n + (words[n] == ' ');
	}
	monitor_print("\n");
}

/* AArch32 has its DFSR there. */
static void syndrome_decode(const struct vcpu *vcpu, uint64_t esr, char *buf, size_t size)
{
	if (vcpu->init.features[0] & 1u << KVM_ARM_VCPU_EL1_32BIT)
		esr_fsr_text((uint32_t)esr, false, buf, size);
	else
		esr_text(esr, buf, size);
}

/* False: KVM does not have it. */
static bool sysreg_print(const struct vcpu *vcpu, const char *name)
{
	const uint64_t id = sysfield_id(name);
	char words[400];
	uint64_t value = 0;

	if (!id || vcpu_reg_get(vcpu, id, &value))
		return false;
	if (CONFIG_DIAGNOSE && value && !strcmp(name, "ESR_EL1"))
		syndrome_decode(vcpu, value, words, sizeof(words));
	else
		sysfield_decode(name, value, words, sizeof(words));
	if (!words[0])
		regname_decode(id, value, words, sizeof(words));
	monitor_print("%-16s  %016" PRIx64, name, value);
	words_print(words);
	return true;
}

static int one_print(const struct vcpu *vcpu, const char *given)
{
	bool found = false;
	char name[24];
	size_t n = 0;

	/* In capitals, whatever was typed, and without _EL1 where that is all that is missing. */
	for (; n < sizeof(name) - 5 && given[n]; n++)
		name[n] = (char)(given[n] >= 'a' && given[n] <= 'z' ? given[n] - 'a' + 'A'
								    : given[n]);
	name[n] = '\0';
	if (sysreg_print(vcpu, name))
		return 0;
	/* "id": all of those, and "id_aa64pfr" those two. */
	strcpy(name + n, "_EL1");
	if (sysreg_print(vcpu, name))
		return 0;
	for (size_t i = 0; regname_id_registers[i].name; i++)
		if (!strncmp(regname_id_registers[i].name, name, n) &&
		    sysreg_print(vcpu, regname_id_registers[i].name))
			found = true;
	if (found)
		return 0;
	monitor_print("%s: KVM has no such register\n", given);
	return -1;
}

int view_sysregs(struct shim *s, int argc, char **argv)
{
	const struct vcpu *vcpu = monitor_vcpu(s);
	const char *name;

	if (argc > 1)
		return one_print(vcpu, argv[1]);
	for (unsigned i = 0; (name = sysfield_register(i)); i++)
		sysreg_print(vcpu, name);
	return 0;
}

static uint64_t get(const struct vcpu *vcpu, const char *name)
{
	uint64_t value = 0;

	vcpu_reg_get(vcpu, regname_find(name), &value);
	return value;
}

/* Ticks as "in 12.345 ms", or "3.2 s ago" and the like. */
static void when_print(int64_t ticks, uint64_t hz)
{
	const uint64_t many = (uint64_t)(ticks < 0 ? -ticks : ticks);
	const uint64_t us = hz ? many / hz * 1000000 + many % hz * 1000000 / hz : 0;

	if (many >> 62)
		monitor_print("never");
	else if (ticks < 0)
		monitor_print("%" PRIu64 ".%03u ms ago", us / 1000, (unsigned)(us % 1000));
	else
		monitor_print("in %" PRIu64 ".%03u ms", us / 1000, (unsigned)(us % 1000));
}

int view_timers(struct shim *s, int argc, char **argv)
{
	static const struct {
		const char *name, *count, *compare, *control;
		unsigned ppi; /* in the tree's order */
	} timers[] = {
		{ "virtual", "CNTVCT_EL0", "CNTV_CVAL_EL0", "CNTV_CTL_EL0", 2 },
		{ "physical", "CNTPCT_EL0", "CNTP_CVAL_EL0", "CNTP_CTL_EL0", 1 },
	};
	const struct machine *m = &s->p.plan.machine;
	const struct vcpu *vcpu = monitor_vcpu(s);
	uint64_t hz = 0;

	(void)argc;
	(void)argv;
#ifdef __aarch64__
	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hz));
#endif
	monitor_print("vCPU %u, %" PRIu64 " ticks a second\n", vcpu->id, hz);
	for (unsigned i = 0; i < 2; i++) {
		const uint64_t control = get(vcpu, timers[i].control);
		const unsigned ppi =
			timers[i].ppi < m->timer.ppis ? m->timer.ppi[timers[i].ppi] : 0;
		char line[32];
		const uint64_t now = get(vcpu, timers[i].count);
		const uint64_t compare = get(vcpu, timers[i].compare);

		monitor_print("%-8s  PPI %-2u  count %016" PRIx64 "  compare %016" PRIx64 "\n",
			      timers[i].name, ppi ? ppi - 16 : 0, now, compare);
		monitor_print("          %s, %s, %s, due ", control & 1 ? "enabled" : "disabled",
			      control & 2 ? "interrupt masked" : "interrupt not masked",
			      control & 4 ? "condition met" : "condition not met");
		when_print((int64_t)(compare - now), hz);
		monitor_print("\n");
		if (ppi && view_gic_line(s, vcpu, ppi, line))
			monitor_print("          in the GIC: %s\n", line);
	}
	return 0;
}
