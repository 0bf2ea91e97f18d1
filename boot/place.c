// SPDX-License-Identifier: BSD-2-Clause
// Which node of the guest's tree, and which register, an address is of.
#include "boot/place.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boot/shim.h"
#include "boot/unserved.h"

static bool node_set(const struct shim *s, struct place *place, int node, uint64_t origin,
		     const char *reg)
{
	place->node = tree_name(&s->p.guest_tree, (unsigned)node);
	place->reg = reg;
	place->origin = origin;
	return true;
}

/* One of COUNT regions with a node each, the last one that has GPA. */
static bool regions_find(const struct shim *s, const struct region *region, const int *node,
			 unsigned count, uint64_t gpa, struct place *place)
{
	for (unsigned i = count; i--;)
		if (region_has(&region[i], gpa))
			return node_set(s, place, node[i], region[i].base, NULL);
	return false;
}

static bool gic_find(const struct shim *s, uint64_t gpa, struct place *place)
{
	const struct machine *m = &s->p.plan.machine;
	const struct {
		const struct region *region;
		const char *name;
	} frames[] = {
		{ &m->gic.dist, "GICD" },
		{ &m->gic.cpu, "GICC" },
		{ &m->gic.its, "GITS" },
	};

	for (unsigned i = 0; i < sizeof(frames) / sizeof(*frames); i++)
		if (region_has(frames[i].region, gpa))
			return node_set(s, place, m->gic.node, frames[i].region->base,
					frames[i].name);
	for (unsigned i = 0; i < m->gic.redists; i++)
		if (region_has(&m->gic.redist[i], gpa))
			return node_set(s, place, m->gic.node, m->gic.redist[i].base, "GICR");
	return false;
}

static bool device_find(const struct shim *s, uint64_t gpa, struct place *place)
{
	const struct machine *m = &s->p.plan.machine;

	for (unsigned i = 0; i < m->devices; i++) {
		const struct machine_device *d = &m->device[i];

		if (region_has(&d->reg, gpa))
			return node_set(s, place, d->node, d->reg.base,
					dev_reg_name(d->model, &d->traits, gpa - d->reg.base));
	}
	return false;
}

static bool unserved_find(const struct shim *s, uint64_t gpa, struct place *place)
{
	const struct machine *m = &s->p.plan.machine;

	if (unserved_place(gpa, &place->node, &place->origin)) {
		place->reg = NULL;
		return true;
	}
	for (unsigned i = m->unserveds; i--;)
		if (region_has(&m->unserved[i].reg, gpa))
			return node_set(s, place, m->unserved[i].node, m->unserved[i].reg.base,
					NULL);
	return false;
}

bool place_find(const struct shim *s, uint64_t gpa, struct place *place)
{
	const struct machine *m = &s->p.plan.machine;

	return device_find(s, gpa, place) || gic_find(s, gpa, place) ||
	       regions_find(s, m->flash, m->flash_node, m->flashes, gpa, place) ||
	       regions_find(s, m->pass, m->pass_node, m->passes, gpa, place) ||
	       unserved_find(s, gpa, place);
}

static const char *text(const struct shim *s, uint64_t gpa, const bool *write, char *buf)
{
	const char *reg = "";
	struct place place;
	unsigned n = 0;

	if (!place_find(s, gpa, &place)) {
		snprintf(buf, PLACE_SIZE, "%#" PRIx64, gpa);
		return buf;
	}
	if (place.reg) {
		reg = place.reg;
		n = (unsigned)strlen(reg);
		if (write)
			reg = dev_reg_side(reg, *write, &n);
	}
	snprintf(buf, PLACE_SIZE, "%.40s+%#" PRIx64 "%s%.*s", place.node, gpa - place.origin,
		 n ? " " : "", (int)n, reg);
	return buf;
}

const char *place_text(const struct shim *s, uint64_t gpa, char buf[PLACE_SIZE])
{
	return text(s, gpa, NULL, buf);
}

const char *place_access_text(const struct shim *s, uint64_t gpa, bool write, char buf[PLACE_SIZE])
{
	return text(s, gpa, &write, buf);
}
