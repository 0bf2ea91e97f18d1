// SPDX-License-Identifier: BSD-2-Clause
// What a mirrored machine has of its board and what it has not.
#include <stdio.h>
#include <string.h>

#include "board/mirror.h"
#include "boot/flow.h"
#include "boot/report_map.h"
#include "boot/report_mirror.h"
#include "kvm/hostcpu.h"

/* What is told, or only counted. */
struct teller {
	const struct plan_inputs *in;
	struct page *page; /* NULL: counted */
	unsigned changes;
};

/* "rewritten /timer - clock-frequency goes" */
static void path_tell(struct teller *t, const char *done, const char *path, const char *why)
{
	t->changes++;
	if (!t->page)
		return;
	struct flow flow = flow_begin(t->page, done);
	flow_words(&flow, path);
	flow_words(&flow, "-");
	flow_words(&flow, why);
	flow_end(&flow);
}

static void node_tell(struct teller *t, const char *done, int node, const char *why)
{
	char path[160];

	path_tell(t, done, tree_path(t->in->guest, (unsigned)node, path, sizeof(path) - 1), why);
}

/* A node that gets what is the guest's own, or is added at PATH for it. */
static void own_tell(struct teller *t, int node, const char *path, const char *why)
{
	if (node >= 0)
		node_tell(t, "rewritten", node, why);
	else
		path_tell(t, "added", path, why);
}

static void ram_tell(struct teller *t, const struct plan *p)
{
	const struct machine *m = &p->machine;
	bool same = m->rams == p->rams;

	for (unsigned i = 0; i < m->rams && same; i++)
		same = m->ram[i].base == p->ram[i].base && m->ram[i].size == p->ram[i].size &&
		       m->ram_node[i] == m->ram_node[0];
	if (!same || !m->rams || !t->in->guest->node[m->ram_node[0]].prop[TREE_DEVICE_TYPE])
		own_tell(t, m->rams ? m->ram_node[0] : -1, "/memory",
			 "the guest's RAM, as the map has it");
	for (unsigned i = 1; i < m->rams; i++)
		if (m->ram_node[i] != m->ram_node[i - 1])
			node_tell(t, "dropped", m->ram_node[i], "one node has all of the RAM");
}

static void cpus_tell(struct teller *t, const struct plan *p)
{
	const struct machine *m = &p->machine;
	bool started = m->cpus > 0;
	uint32_t len;
	char why[96];

	for (unsigned i = 0; i < m->cpus && i < p->cpus; i++) {
		const unsigned node = (unsigned)m->cpu_node[i];
		const char *how = tree_prop_named(t->in->guest, node, "enable-method", &len);

		if (!how || len != sizeof("psci") || memcmp(how, "psci", len) ||
		    tree_prop_named(t->in->guest, node, "cpu-release-addr", &len))
			started = false;
	}
	if (!started)
		own_tell(t, m->cpus_node, "/cpus", "CPUs are started by psci");
	if (p->cpus < m->cpus) {
		snprintf(why, sizeof(why), "%u of %u CPUs are left", p->cpus, m->cpus);
		node_tell(t, "rewritten", m->cpus_node, why);
	}
}

static void gic_tell(struct teller *t, const struct plan *p)
{
	const struct machine *m = &p->machine;
	uint64_t base, size;
	bool same = true;
	char why[96];

	for (unsigned i = 0; i < m->gic.redists; i++)
		if ((uint64_t)p->redist_count[i] * MACHINE_REDIST_SIZE != m->gic.redist[i].size)
			same = false;
	if (m->gic.version != GIC_V3)
		return;
	/* A GICv2's frames may stand behind them. */
	if (same && tree_reg(t->in->guest, (unsigned)m->gic.node, 1 + m->gic.redists, &base, &size))
		return;
	snprintf(why, sizeof(why), "reg is the distributor and redistributors of %u CPUs", p->cpus);
	node_tell(t, "rewritten", m->gic.node, why);
}

/* What the completion writes anew, whatever the board has there. */
static void completed_tell(struct teller *t, const struct plan *p)
{
	const struct machine *m = &p->machine;
	const struct tree *tree = t->in->guest;
	const int options = tree_by_path(tree, "/options/kvmshim");
	uint64_t base, size;
	uint32_t len;

	if (tree_reservation(tree, 0, &base, &size))
		path_tell(t, "dropped", "memory reservations", "the board's own firmware's");
	ram_tell(t, p);
	cpus_tell(t, p);
	gic_tell(t, p);
	if (!machine_psci_is_kvms(m, tree))
		own_tell(t, m->psci_node, "/psci", "calls are made by hvc, to KVM");
	if (machine_adds_timer(m, tree))
		path_tell(t, "added", "/timer", "KVM's own interrupts");
	if (m->pmu_node >= 0 && !(p->cpu_features & HOSTCPU_PMU))
		node_tell(t, "dropped", m->pmu_node, "the guest's CPUs have no PMU");
	if (m->console >= 0 && (m->aliases_node < 0 ||
				!tree_prop_named(tree, (unsigned)m->aliases_node, "serial0", &len)))
		own_tell(t, m->aliases_node, "/aliases", "serial0 is the console");
	own_tell(t, m->chosen_node, "/chosen", "the guest's own");
	if (options >= 0)
		node_tell(t, "dropped", options, "settings, which are not the guest's");
}

static void changes_tell(struct teller *t, const struct machine *m)
{
	for (unsigned i = 0; i < m->changes; i++) {
		const struct mirror_words *words = mirror_words(m->change[i].kind);

		node_tell(t, words->done, m->change[i].node, words->why);
	}
}

/* Nodes that the map does not have, by the reason. */
static void rest_tell(const struct plan_inputs *in, struct page *page)
{
	const struct tree *tree = in->guest;
	struct flow flow = flow_begin(page, "as it is");
	unsigned disabled = 0, apart = 0;
	char text[96];

	for (unsigned n = 1; n < tree->count; n++) {
		const char *status = tree_prop_string(tree, n, TREE_STATUS);
		struct region r;

		if (!tree->node[n].prop[TREE_COMPATIBLE])
			continue;
		if (status && strcmp(status, "okay") && strcmp(status, "ok"))
			disabled++;
		else if (tree_reg(tree, n, 0, &r.base, &r.size) || !r.size)
			apart++;
	}
	snprintf(text, sizeof(text), "%u nodes without an address of the CPU's, %u disabled", apart,
		 disabled);
	flow_words(&flow, text);
	flow_end(&flow);
}

static void count_tell(const struct plan *p, struct page *page, unsigned changes)
{
	struct flow flow = flow_begin(page, "mirror");
	char text[128];

	snprintf(text, sizeof(text), "%u nodes are stubs, %u changes: kvmshim plan explains each",
		 p->machine.unserveds + p->machine.unserveds_more, changes);
	flow_words(&flow, text);
	flow_end(&flow);
}

void report_mirror(const struct plan *p, const struct plan_inputs *in, struct page *page)
{
	const bool explains = report_explains(p, in);
	struct teller t = { .in = in, .page = explains ? page : NULL };

	completed_tell(&t, p);
	changes_tell(&t, &p->machine);
	if (explains)
		rest_tell(in, page);
	else
		count_tell(p, page, t.changes);
}
