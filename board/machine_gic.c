// SPDX-License-Identifier: BSD-2-Clause
// The GIC that the guest's machine has, read from its tree.
#include <errno.h>

#include "board/machine_reader.h"

/* One of the GIC's regions: KVM wants it aligned, and takes at least SIZE whatever the tree says. */
static int gic_region_read(struct reader *r, unsigned node, unsigned index, uint64_t align,
			   uint64_t size, struct region *region)
{
	const int ret = machine_reader_region(r, node, index, region);

	if (ret)
		return ret;
	if (region->base % align)
		return tree_error_set(r->err, EINVAL, (int)node, "the GIC's address is not aligned",
				      align == 0x1000 ? "GICv2: move it to a multiple of 4 KiB"
						      : "GICv3: move it to a multiple of 64 KiB",
				      region->base);
	if (region->size < size)
		region->size = size;
	return 0;
}

static int gic_add(struct reader *r, unsigned node, enum gic_version version)
{
	if (r->m->gic.version != GIC_NONE)
		return machine_reader_too_many(r, node, "a second GIC", 1);
	r->m->gic.version = version;
	r->m->gic.node = (int)node;
	return 0;
}

static int gicv2_read(struct reader *r, unsigned node)
{
	int ret = gic_add(r, node, GIC_V2);

	if (!ret)
		ret = gic_region_read(r, node, 0, 0x1000, 0x1000, &r->m->gic.dist);
	if (!ret)
		ret = gic_region_read(r, node, 1, 0x1000, 0x2000, &r->m->gic.cpu);
	return ret;
}

static int gicv3_read(struct reader *r, unsigned node)
{
	const uint32_t regions = tree_prop_u32(r->tree, node, TREE_REDISTRIBUTOR_REGIONS, 1);
	uint32_t len;
	const void *p = tree_prop(r->tree, node, TREE_REDISTRIBUTOR_STRIDE, &len);
	/* one cell or two; another length is no stride that KVM has */
	const uint64_t stride = !p ? 0 : len == 4 || len == 8 ? tree_cells(p, len / 4) : 1;
	int ret = gic_add(r, node, GIC_V3);

	if (ret)
		return ret;
	if (stride && stride != MACHINE_REDIST_SIZE &&
	    !machine_change(r->m, (int)node, CHANGE_STRIDE))
		return tree_error_set(r->err, EINVAL, (int)node,
				      "redistributor-stride is not KVM's",
				      "take the property out, or make it 0x20000", stride);
	if (!regions)
		return tree_error_set(r->err, EINVAL, (int)node, "#redistributor-regions is 0",
				      "take the property out, or count them", 0);
	if (regions > BOARD_REDISTS_MAX)
		return machine_reader_too_many(r, node, "too many redistributor regions",
					       BOARD_REDISTS_MAX);
	ret = gic_region_read(r, node, 0, 0x10000, 0x10000, &r->m->gic.dist);
	for (unsigned i = 0; i < regions && !ret; i++)
		ret = gic_region_read(r, node, i + 1, 0x10000, MACHINE_REDIST_SIZE,
				      &r->m->gic.redist[i]);
	r->m->gic.redists = regions;
	return ret;
}

int machine_gic_read(struct reader *r, unsigned node, enum gic_version version)
{
	if (r->m->gic.version != GIC_NONE && machine_change(r->m, (int)node, CHANGE_GIC))
		return 0;
	return version == GIC_V3 ? gicv3_read(r, node) : gicv2_read(r, node);
}

int machine_gic_its_read(struct reader *r, unsigned node)
{
	if (machine_change(r->m, (int)node, CHANGE_ITS))
		return 0;
	if (r->m->gic.has_its)
		return machine_reader_too_many(r, node, "a second ITS", 1);
	r->m->gic.has_its = true;
	return gic_region_read(r, node, 0, 0x10000, 0x20000, &r->m->gic.its);
}
