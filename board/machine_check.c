// SPDX-License-Identifier: BSD-2-Clause
// What a guest's machine has to get right as a whole: its interrupts lead to the GIC, its regions lie apart.
#include <errno.h>

#include "board/machine_reader.h"

#define REGIONS_MAX                                                                                \
	(MACHINE_FLASH_MAX + MACHINE_PASSES_MAX + MACHINE_DEVICES_MAX + BOARD_REDISTS_MAX + 3)

/* --- interrupts --------------------------------------------------------------------------------- */

/* What KVM lets the guest's interrupts be: 16 PPIs of each CPU, and SPIs up to a multiple of 32. */
#define PPI_FIRST 16
#define SPI_FIRST 32
#define SPI_LAST 991

static void intid_note(struct machine *m, uint32_t intid)
{
	if (intid <= SPI_LAST && intid > m->intid_max)
		m->intid_max = intid;
}

/* All interrupts of NODE as INTIDs. */
static int intids_read(struct reader *r, int node, uint32_t *intid, unsigned *count, unsigned max)
{
	struct tree_irq irq;
	bool edge;
	int ret;

	while ((ret = tree_irq(r->tree, (unsigned)node, *count, &irq)) != -ENOENT) {
		if (ret)
			return tree_error_set(
				r->err, EINVAL, node, "an interrupt that leads nowhere",
				"see interrupt-parent and the number of cells", *count);
		if (r->m->gic.version == GIC_NONE || irq.controller != r->m->gic.node)
			return tree_error_set(r->err, EINVAL, node,
					      "an interrupt that is not the GIC's",
					      "connect it to the GIC, or disable the node", *count);
		if (*count == max)
			return machine_reader_too_many(r, (unsigned)node, "too many interrupts",
						       max);
		if (tree_irq_intid(&irq, &intid[*count], &edge))
			return tree_error_set(r->err, EINVAL, node, "an interrupt that no GIC has",
					      "write it as <type number flags>", *count);
		intid_note(r->m, intid[*count]);
		++*count;
	}
	return 0;
}

static int device_intids_read(struct reader *r, struct machine_device *d)
{
	int ret = intids_read(r, d->node, d->intid, &d->traits.lines, MACHINE_LINES_MAX);

	for (unsigned i = 0; i < d->traits.lines && !ret; i++)
		if (d->intid[i] < SPI_FIRST || d->intid[i] > SPI_LAST)
			ret = tree_error_set(
				r->err, EINVAL, d->node, "an interrupt that KVM gives no device",
				"take an SPI from 0 to 959: <0 number flags>", d->intid[i]);
	if (!ret || !machine_change(r->m, d->node, CHANGE_LINES))
		return ret;
	d->traits.lines = 0;
	return 0;
}

/*
 * The timers' PPIs in the order of timer.ppi[], KVM's own where the node names none. KVM's:
 * arch/arm64/kvm/arch_timer.c, default_ppi[].
 */
static int timer_intids_read(struct reader *r)
{
	static const struct {
		const char *name;
		uint32_t own;
	} timer[] = { { "sec-phys", 29 }, { "phys", 30 }, { "virt", 27 }, { "hyp-phys", 26 } };
	struct machine *m = r->m;
	const int node = m->timer.node;
	uint32_t intid[8];
	unsigned count = 0;
	int ret;

	if (node < 0)
		return 0;
	ret = intids_read(r, node, intid, &count, 8);
	/* Without a GIC its interrupts stay as they are: nobody raises them. */
	if (ret && !(machine_mirrored(m) && m->gic.node < 0) &&
	    !machine_change(m, node, CHANGE_TIMER))
		return ret;
	if (ret)
		count = 0;
	for (unsigned i = 0; i < 4; i++) {
		const unsigned at = tree_irq_index(r->tree, (unsigned)node, timer[i].name, i);

		m->timer.ppi[i] = at < count ? intid[at] : timer[i].own;
		if (m->timer.ppi[i] >= PPI_FIRST && m->timer.ppi[i] < SPI_FIRST)
			continue;
		m->timer.ppi[i] = timer[i].own;
		if (!machine_has_change(m, node, CHANGE_TIMER) &&
		    !machine_change(m, node, CHANGE_TIMER))
			return tree_error_set(r->err, EINVAL, node, "a timer's interrupt is no PPI",
					      "write it as <1 number flags>", m->timer.ppi[i]);
	}
	m->timer.ppis = 4;
	return 0;
}

/* On boards a PMU may have an SPI of each core: KVM's is one PPI, the same for all vCPUs. */
static int pmu_intids_read(struct reader *r)
{
	struct machine *m = r->m;
	uint32_t intid[8];
	unsigned count = 0;
	int ret;

	if (m->pmu_node < 0)
		return 0;
	ret = intids_read(r, m->pmu_node, intid, &count, 8);
	m->pmu_ppi = !ret && count == 1 && intid[0] < SPI_FIRST ? intid[0] : 0;
	if (!m->pmu_ppi && machine_change(m, m->pmu_node, CHANGE_PMU)) {
		m->pmu_node = -1;
		return 0;
	}
	return ret;
}

static bool is_served(const struct machine *m, int node)
{
	for (unsigned i = 0; i < m->devices; i++)
		if (m->device[i].node == node)
			return true;
	return node == m->timer.node || node == m->pmu_node;
}

/* Those of nodes that nobody serves count too, as far as they lead to the GIC. */
static void unserved_intids_read(struct reader *r)
{
	const struct tree *tree = r->tree;
	struct machine *m = r->m;
	struct tree_irq irq;
	uint32_t intid;
	bool edge;

	for (unsigned n = 0; n < tree->count; n++) {
		const struct tree_node *node = &tree->node[n];
		if (node->prop[TREE_STATUS] && !tree_enabled(tree, n)) {
			n = node->next - 1;
			continue;
		}
		if ((!node->prop[TREE_INTERRUPTS] && !node->prop[TREE_INTERRUPTS_EXTENDED]) ||
		    is_served(m, (int)n))
			continue;
		for (unsigned i = 0; !tree_irq(tree, n, i, &irq); i++)
			if (irq.controller == m->gic.node && !tree_irq_intid(&irq, &intid, &edge))
				intid_note(m, intid);
	}
}

/* KVM gives each PPI to one owner. */
static int owners_check(struct reader *r)
{
	const struct machine *m = r->m;
	const uint32_t phys = m->timer.ppi[1], virt = m->timer.ppi[2], pmu = m->pmu_ppi;
	const bool timer = m->timer.ppis;

	if (timer && phys == virt)
		return tree_error_set(r->err, EINVAL, m->timer.node, "two timers on one interrupt",
				      "give each its own PPI", phys);
	if (pmu && timer && (pmu == phys || pmu == virt))
		return tree_error_set(r->err, EINVAL, m->pmu_node,
				      "it has the interrupt of a timer", "give it a PPI of its own",
				      pmu);
	return 0;
}

int machine_check_interrupts(struct reader *r)
{
	struct machine *m = r->m;

	if (machine_mirrored(m) && m->gic.version == GIC_NONE)
		return 0; /* no interrupt of such a board can be raised */
	int ret = timer_intids_read(r);

	if (!ret)
		ret = pmu_intids_read(r);
	for (unsigned i = 0; i < m->devices && !ret; i++)
		ret = device_intids_read(r, &m->device[i]);
	if (!ret && m->gic.version != GIC_NONE)
		unserved_intids_read(r);
	return ret ? ret : owners_check(r);
}

/* --- regions ------------------------------------------------------------------------------------ */

struct place {
	uint64_t base, last;
	int node;
};

struct places {
	struct place place[REGIONS_MAX]; /* ascending */
	unsigned count;
	int beyond; /* node of a region that ends beyond 2^64, -1 */
};

static void place_add(struct places *p, const struct region *region, int node)
{
	const uint64_t last = region->base + (region->size - 1);
	unsigned i = p->count;

	if (!region->size)
		return;
	if (last < region->base)
		p->beyond = node;
	for (; i && p->place[i - 1].base > region->base; i--)
		p->place[i] = p->place[i - 1];
	p->place[i] = (struct place){ region->base, last, node };
	p->count++;
}

int machine_check_regions(struct reader *r)
{
	const struct machine *m = r->m;
	struct places p = { .beyond = -1 };

	for (unsigned i = 0; i < m->flashes; i++)
		place_add(&p, &m->flash[i], m->flash_node[i]);
	for (unsigned i = 0; i < m->passes; i++)
		place_add(&p, &m->pass[i], m->pass_node[i]);
	if (m->gic.version != GIC_NONE) {
		place_add(&p, &m->gic.dist, m->gic.node);
		place_add(&p, &m->gic.cpu, m->gic.node);
		place_add(&p, &m->gic.its, m->gic.node);
		for (unsigned i = 0; i < m->gic.redists; i++)
			place_add(&p, &m->gic.redist[i], m->gic.node);
	}
	for (unsigned i = 0; i < m->devices; i++)
		place_add(&p, &m->device[i].reg, m->device[i].node);
	if (p.beyond >= 0)
		return tree_error_set(r->err, EINVAL, p.beyond, "a region that ends beyond 2^64",
				      "see its reg and the ranges of the buses above", 0);
	for (unsigned i = 1; i < p.count; i++)
		if (p.place[i].base <= p.place[i - 1].last)
			return tree_error_set(r->err, EINVAL, p.place[i].node,
					      "its region overlaps another one", "move one of them",
					      p.place[i].base);
	return 0;
}
