// SPDX-License-Identifier: BSD-2-Clause
// The vGIC: each interrupt that is not as it was born, by the node it belongs to.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/monitor/monitor.h"
#include "boot/monitor/views.h"
#include "boot/shim.h"
#include "boot/silence_cause.h"

#define LINES 1024
#define PRIVATE 32
#define FIRST_PPI 16
#define TIMER_ON 1 /* ENABLE and not IMASK */
#define TIMER_ON_MASK 3

/* What the registers say of each interrupt. */
static _Alignas(4096) struct lines {
	uint32_t enabled[LINES / 32], pending[LINES / 32], active[LINES / 32], group[LINES / 32];
	uint32_t level[LINES / 32];
	uint32_t priority[LINES / 4], target[LINES / 4], edge[LINES / 16];
	uint64_t route[LINES];
	uint64_t control, mask, enabled0, enabled1; /* of distributor and CPU interface */
	char cpu[8]; /* "cpu0 ": whose private ones are meant */
} lines;

static bool bit(const uint32_t *bits, unsigned n)
{
	return bits[n / 32] >> n % 32 & 1;
}

static bool is_edge(unsigned n)
{
	return lines.edge[n / 16] >> (n % 16 * 2 + 1) & 1;
}

/* A GICv3's register has what was latched alone, a level not. */
static bool pending(unsigned n)
{
	return bit(lines.pending, n) || (!is_edge(n) && bit(lines.level, n));
}

/* Is NAME, without its number, WHAT? Then the number is in *AT. */
static bool is(const char *name, const char *what, unsigned *at)
{
	const size_t n = strlen(what);

	if (strncmp(name, what, n) || (name[n] && (name[n] < '0' || name[n] > '9')))
		return false;
	*at = (unsigned)atoi(name + n);
	return true;
}

static int note(void *arg, const char *name, uint64_t value)
{
	static const struct {
		const char *name;
		uint32_t *words;
		unsigned count;
	} banks[] = {
		{ "ISENABLER", lines.enabled, LINES / 32 },
		{ "ISPENDR", lines.pending, LINES / 32 },
		{ "ISACTIVER", lines.active, LINES / 32 },
		{ "IGROUPR", lines.group, LINES / 32 },
		{ "IPRIORITYR", lines.priority, LINES / 4 },
		{ "ITARGETSR", lines.target, LINES / 4 },
		{ "ICFGR", lines.edge, LINES / 16 },
	};
	static const struct {
		const char *name;
		uint64_t *value;
		unsigned shift;
	} singles[] = {
		{ "GICD_CTLR", &lines.control, 0 },
		{ "GICC_CTLR", &lines.enabled1, 0 },
		{ "GICC_PMR", &lines.mask, 3 }, /* KVM tells its upper five bits */
		{ "ICC_PMR_EL1", &lines.mask, 0 },
		{ "ICC_IGRPEN0_EL1", &lines.enabled0, 0 },
		{ "ICC_IGRPEN1_EL1", &lines.enabled1, 0 },
	};
	unsigned at;

	(void)arg;
	if (!strncmp(name, "cpu", 3)) {
		if (strncmp(name, lines.cpu, strlen(lines.cpu)))
			return 0;
		name += strlen(lines.cpu);
	}
	for (size_t i = 0; i < sizeof(singles) / sizeof(singles[0]); i++)
		if (!strcmp(name, singles[i].name))
			*singles[i].value = value << singles[i].shift;
	if (is(name, "GICD_IROUTER", &at) && at < LINES)
		lines.route[at] = value;
	if (is(name, "LINE_LEVEL", &at) && at < LINES / 32)
		lines.level[at] = (uint32_t)value;
	if (strncmp(name, "GICD_", 5) && strncmp(name, "GICR_", 5))
		return 0;
	for (size_t i = 0; i < sizeof(banks) / sizeof(banks[0]); i++)
		if (is(name + 5, banks[i].name, &at) && at < banks[i].count)
			banks[i].words[at] = (uint32_t)value;
	return 0;
}

/* "pl011@9000000", "virtual timer", or "-" where no node names the interrupt. */
static const char *owner(const struct shim *s, unsigned intid)
{
	static const char *const timers[] = { "secure physical timer", "physical timer",
					      "virtual timer", "EL2 physical timer" };
	const struct machine *m = &s->p.plan.machine;

	if (intid < 16)
		return "SGI: from one vCPU to another";
	for (unsigned i = 0; i < m->timer.ppis; i++)
		if (m->timer.ppi[i] == intid)
			return timers[i];
	if (m->pmu_ppi == intid)
		return "pmu";
	for (unsigned i = 0; i < m->devices; i++)
		for (unsigned k = 0; k < m->device[i].traits.lines; k++)
			if (m->device[i].intid[k] == intid)
				return tree_name(&s->p.guest_tree, (unsigned)m->device[i].node);
	return "no node with a model";
}

static void line_print(const struct shim *s, unsigned n)
{
	const char *kind = n < 16 ? "SGI" : n < PRIVATE ? "PPI" : "SPI";
	const unsigned number = n < 16 ? n : n < PRIVATE ? n - 16 : n - PRIVATE;
	char to[24] = "";

	if (n >= PRIVATE && n < LINES && s->vgic.kind == VGIC_V3)
		snprintf(to, sizeof(to), "%" PRIx64, lines.route[n]);
	else if (n >= PRIVATE)
		snprintf(to, sizeof(to), "mask %02x", lines.target[n / 4] >> n % 4 * 8 & 0xff);
	monitor_print("%s %-4u %-7s %-7s %-6s %-4s %02x  %-5s %-8s %.24s\n", kind, number,
		      bit(lines.enabled, n) ? "enabled" : "-", pending(n) ? "pending" : "-",
		      bit(lines.active, n) ? "active" : "-", bit(lines.level, n) ? "high" : "-",
		      lines.priority[n / 4] >> n % 4 * 8 & 0xff, is_edge(n) ? "edge" : "level", to,
		      owner(s, n));
}

/* False: this vGIC does not show its registers. */
static bool lines_read(struct shim *s, const struct vcpu *vcpu)
{
	memset(&lines, 0, sizeof(lines));
	snprintf(lines.cpu, sizeof(lines.cpu), "cpu%u ", vcpu->id);
	return vgic_registers_each(&s->vgic, s->vcpu, s->vcpus_made, note, NULL) == 0;
}

/* Can something raise interrupt N: a timer that runs, a device that has a model? */
static bool has_source(const struct shim *s, const struct vcpu *vcpu, unsigned n)
{
	static const uint64_t timer_control[4] = {
		[1] = KVM_REG_ARM_PTIMER_CTL,
		[2] = KVM_REG_ARM_TIMER_CTL,
	};
	const struct machine *m = &s->p.plan.machine;
	uint64_t control = 0;

	for (unsigned i = 0; i < m->timer.ppis; i++)
		if (m->timer.ppi[i] == n && timer_control[i])
			return !vcpu_reg_get(vcpu, timer_control[i], &control) &&
			       (control & TIMER_ON_MASK) == TIMER_ON;
	for (unsigned i = 0; i < m->devices; i++)
		for (unsigned k = 0; k < m->device[i].traits.lines; k++)
			if (m->device[i].intid[k] == n)
				return true;
	return false;
}

void view_gic_wake(struct shim *s, const struct vcpu *vcpu, struct silence_wake *w)
{
	*w = (struct silence_wake){ .known = false };
	if (s->vgic.kind == VGIC_NONE || !lines_read(s, vcpu))
		return;
	w->known = true;
	w->forwarded = lines.control & 3 && (lines.enabled0 & 1 || lines.enabled1 & 3);
	for (unsigned n = FIRST_PPI; n < s->vgic.irqs && n < LINES; n++) {
		const unsigned priority = lines.priority[n / 4] >> n % 4 * 8 & 0xff;

		if (!bit(lines.enabled, n))
			continue;
		w->enabled = true;
		if (priority >= lines.mask)
			continue;
		w->passes = true;
		w->pending = w->pending || bit(lines.pending, n) || bit(lines.level, n);
		w->source = w->source || has_source(s, vcpu, n);
	}
	/* Those of an ITS do not show. */
	if (s->p.plan.machine.gic.has_its)
		w->enabled = w->passes = w->source = true;
}

bool view_gic_line(struct shim *s, const struct vcpu *vcpu, unsigned intid, char buf[32])
{
	if (s->vgic.kind == VGIC_NONE || intid >= LINES || !lines_read(s, vcpu))
		return false;
	snprintf(buf, 32, "%s%s%s", bit(lines.enabled, intid) ? "enabled" : "not enabled",
		 pending(intid) ? ", pending" : "", bit(lines.active, intid) ? ", active" : "");
	return true;
}

/* Which interrupts the CPU interface lets through. */
static const char *taken(bool v3)
{
	static const char *const groups[] = { "none: its groups are off", "those of group 0",
					      "those of group 1", "those of groups 0 and 1" };

	if (v3)
		return groups[(lines.enabled0 & 1) | (lines.enabled1 & 1) << 1];
	return lines.enabled1 & 3 ? "interrupts" : "none: its CPU interface is off";
}

int view_gic(struct shim *s, int argc, char **argv)
{
	const bool v3 = s->vgic.kind == VGIC_V3;
	const unsigned irqs = s->vgic.irqs < LINES ? s->vgic.irqs : LINES;
	unsigned shown = 0;
	bool read;

	(void)argc;
	(void)argv;
	read = lines_read(s, monitor_vcpu(s));
	if (s->vgic.kind == VGIC_NONE || !read) {
		monitor_print(read ? "the guest has no GIC\n"
				   : "this vGIC does not show its registers\n");
		return -1;
	}
	monitor_print("GICv%d, distributor %s\n", v3 ? 3 : 2, lines.control & 3 ? "on" : "off");
	monitor_print("vCPU %u takes %s; priority mask %#" PRIx64 "%s\n", monitor_vcpu(s)->id,
		      taken(v3), lines.mask, lines.mask ? "" : ": none passes it");
	for (unsigned n = 0; n < irqs; n++)
		/* SGIs are born enabled. */
		if ((n >= 16 && bit(lines.enabled, n)) || pending(n) || bit(lines.active, n) ||
		    bit(lines.level, n)) {
			if (!shown++)
				monitor_print("%-8s %-7s %-7s %-6s %-4s %-3s %-5s %-8s %s\n", "",
					      "", "", "", "line", "pri", "", "to", "of");
			line_print(s, n);
		}
	if (!shown)
		monitor_print("no interrupt is enabled, pending or active\n");
	return 0;
}
