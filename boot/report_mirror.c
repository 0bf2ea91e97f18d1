// SPDX-License-Identifier: BSD-2-Clause
// What a mirrored machine has of its board and what it has not.
#include <stdio.h>
#include <string.h>

#include "board/mirror.h"
#include "boot/flow.h"
#include "boot/report_map.h"
#include "boot/report_mirror.h"

/* "rewritten /timer: clock-frequency goes" */
static void node_tell(const struct plan_inputs *in, struct page *page, const char *done, int node,
		      const char *why)
{
	struct flow flow = flow_begin(page, done);
	char path[160];

	flow_words(&flow, tree_path(in->guest, (unsigned)node, path, sizeof(path) - 1));
	flow_words(&flow, "-");
	flow_words(&flow, why);
	flow_end(&flow);
}

/* What the completion writes anew, whatever the board has there. */
static void completed_tell(const struct plan *p, const struct plan_inputs *in, struct page *page)
{
	const struct machine *m = &p->machine;
	char why[96];

	if (m->psci != PSCI_HVC && m->psci_node >= 0)
		node_tell(in, page, "rewritten", m->psci_node, "calls are made by hvc, to KVM");
	if (m->rams)
		node_tell(in, page, "rewritten", m->ram_node[0],
			  "the guest's RAM, as the map has it");
	if (p->cpus < m->cpus) {
		snprintf(why, sizeof(why), "%u of %u CPUs are left", p->cpus, m->cpus);
		node_tell(in, page, "rewritten", m->cpus_node, why);
	}
	if (m->chosen_node >= 0)
		node_tell(in, page, "rewritten", m->chosen_node, "the guest's own");
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

static void count_tell(const struct plan *p, struct page *page)
{
	struct flow flow = flow_begin(page, "mirror");
	char text[128];

	snprintf(text, sizeof(text),
		 "%u nodes are stubs, %u rewritten or dropped: kvmshim plan explains each",
		 p->machine.unserveds + p->machine.unserveds_more, p->machine.changes);
	flow_words(&flow, text);
	flow_end(&flow);
}

void report_mirror(const struct plan *p, const struct plan_inputs *in, struct page *page)
{
	const struct machine *m = &p->machine;

	if (!report_explains(p, in)) {
		count_tell(p, page);
		return;
	}
	completed_tell(p, in, page);
	for (unsigned i = 0; i < m->changes; i++) {
		const struct mirror_words *words = mirror_words(m->change[i].kind);

		node_tell(in, page, words->done, m->change[i].node, words->why);
	}
	rest_tell(in, page);
}
