// SPDX-License-Identifier: BSD-2-Clause
// A board's own tree made a guest's.
#include "board/mirror.h"

#include <errno.h>
#include <string.h>

static const struct mirror_words words[] = {
	[CHANGE_GIC] = { "stubbed", "KVM makes one GIC" },
	[CHANGE_ITS] = { "disabled", "no device here sends MSIs" },
	[CHANGE_STRIDE] = { "rewritten", "KVM's redistributors are 128 KiB apart" },
	[CHANGE_FREQUENCY] = { "rewritten", "clock-frequency goes: the counter is the host's" },
	[CHANGE_ALWAYS_ON] = { "rewritten", "always-on comes: a vCPU's timer never stops" },
	[CHANGE_TIMER] = { "rewritten", "interrupts are not PPIs of the GIC: KVM's own are" },
	[CHANGE_PMU] = { "dropped", "KVM's PMU has one PPI of its own" },
	[CHANGE_LINES] = { "as it is", "its interrupts are not the GIC's: never raised" },
	[CHANGE_DEVICE] = { "stubbed", "no device can be at its reg" },
	[CHANGE_RESERVED] = { "dropped", "outside the guest's RAM" },
	[CHANGE_PAGES] = { "rewritten", "RAM is whole pages" },
	[CHANGE_COVERS] = { "rewritten", "RAM ends where a device begins" },
};

const struct mirror_words *mirror_words(enum machine_change_kind kind)
{
	return &words[kind];
}

static bool lies_in(const struct tree *tree, unsigned node, const struct region *ram, unsigned rams)
{
	struct region r;

	for (unsigned i = 0; !tree_reg(tree, node, i, &r.base, &r.size); i++)
		if (region_among(&r, ram, rams) < 0)
			return false;
	return true;
}

void mirror_fit(struct machine *machine, const struct tree *tree, const struct region *ram,
		unsigned rams)
{
	const int parent = tree_by_path(tree, "/reserved-memory");

	if (parent < 0)
		return;
	for (unsigned n = (unsigned)parent + 1; n < tree->node[parent].next; n = tree->node[n].next)
		if (!lies_in(tree, n, ram, rams))
			machine_change(machine, (int)n, CHANGE_RESERVED);
}

/* The host's own: its command line, its initrd, where its firmware left things. */
static void chosen_clear(struct edits *e, const struct tree *tree, unsigned chosen)
{
	static const char *const hosts[] = { "linux,", "bootargs", "rng-seed", "kaslr-seed" };
	const char *name;
	uint32_t at = 0, len;

	while (tree_prop_next(tree, chosen, &at, &name, &len))
		for (unsigned i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
			if (!strncmp(name, hosts[i], strlen(hosts[i])) &&
			    strcmp(name, "linux,stdout-path"))
				edit_drop(e, (int)chosen, name);
}

void mirror_complete(struct edits *e, const struct machine *m, const struct tree *tree)
{
	const int options = tree_by_path(tree, "/options/kvmshim");

	for (unsigned i = 0; i < m->changes; i++) {
		const struct machine_change *c = &m->change[i];

		switch (c->kind) {
		/* What sends MSIs names it. */
		case CHANGE_ITS: edit_set_string(e, c->node, "status", "disabled"); break;
		case CHANGE_PMU:
		case CHANGE_RESERVED: edit_drop_node(e, c->node); break;
		case CHANGE_STRIDE: edit_drop(e, c->node, "redistributor-stride"); break;
		case CHANGE_FREQUENCY: edit_drop(e, c->node, "clock-frequency"); break;
		case CHANGE_ALWAYS_ON: edit_set(e, c->node, "always-on", "", 0); break;
		default: break;
		}
	}
	e->no_reservations = true;
	if (m->chosen_node >= 0)
		chosen_clear(e, tree, (unsigned)m->chosen_node);
	if (options >= 0)
		edit_drop_node(e, options);
}
