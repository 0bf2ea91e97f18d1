// SPDX-License-Identifier: BSD-2-Clause
// Addresses through the buses above a node, interrupts through their controllers and nexuses.

#include "board/tree.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define ADDRESS_CELLS_MAX 3
#define SPECIFIER_CELLS_MAX 4
#define PCI_SPACE 0x03000000 /* of a PCI address's first cell: configuration, I/O, memory */

void tree_reg_cells(const struct tree *tree, unsigned node, unsigned *address, unsigned *size)
{
	const int32_t parent = tree->node[node].parent;

	*address = 2;
	*size = 1;
	if (parent < 0)
		return;
	*address = tree_prop_u32(tree, (unsigned)parent, TREE_ADDRESS_CELLS, *address);
	*size = tree_prop_u32(tree, (unsigned)parent, TREE_SIZE_CELLS, *size);
}

static bool holds(uint64_t base, uint64_t len, uint64_t address, uint64_t size)
{
	return address >= base && address - base < len && size <= len - (address - base);
}

/* One bus up: ADDRESS in BUS's child space, of CELLS cells the first of which is FIRST, becomes one
 * in its parent's. */
static int bus_translate(const struct tree *tree, unsigned bus, unsigned cells, unsigned size_cells,
			 uint32_t first, uint64_t *address, uint64_t size)
{
	uint32_t len;
	const uint8_t *p = tree_prop(tree, bus, TREE_RANGES, &len);
	unsigned up, unused;

	if (!p)
		return -ENXIO;
	if (!len)
		return cells == 3 ? -ENXIO : 0;
	tree_reg_cells(tree, bus, &up, &unused);
	if (up < 1 || up > 2)
		return up == 3 ? -ENXIO : -EINVAL;

	const unsigned entry = 4 * (cells + up + size_cells);

	if (len % entry)
		return -EINVAL;
	for (const uint8_t *end = p + len; p < end; p += entry) {
		const uint64_t child = tree_cells(p, cells), parent = tree_cells(p + 4 * cells, up);
		const uint64_t span = size_cells ? tree_cells(p + 4 * (cells + up), size_cells) : 0;

		if (cells == 3 && (tree_u32(p) & PCI_SPACE) != (first & PCI_SPACE))
			continue;
		if (!holds(child, span, *address, size))
			continue;
		*address = parent + (*address - child);
		return *address < parent || *address + size < *address ? -EINVAL : 0;
	}
	return -ENXIO;
}

int tree_reg(const struct tree *tree, unsigned node, unsigned index, uint64_t *gpa, uint64_t *size)
{
	unsigned cells, size_cells;
	uint32_t len;
	const uint8_t *p = tree_prop(tree, node, TREE_REG, &len);
	int32_t bus = tree->node[node].parent;

	if (!p || bus < 0)
		return -ENOENT;
	tree_reg_cells(tree, node, &cells, &size_cells);
	if (cells < 1 || cells > ADDRESS_CELLS_MAX || size_cells > 2)
		return -EINVAL;

	const unsigned entry = 4 * (cells + size_cells);

	if (len % entry)
		return -EINVAL;
	if (index >= len / entry)
		return -ENOENT;
	p += index * entry;
	*gpa = tree_cells(p, cells);
	*size = size_cells ? tree_cells(p + 4 * cells, size_cells) : 0;
	if (*gpa + *size < *gpa)
		return -EINVAL;

	for (uint32_t first = tree_u32(p); tree->node[bus].parent >= 0; first = 0) {
		const int ret =
			bus_translate(tree, (unsigned)bus, cells, size_cells, first, gpa, *size);

		if (ret)
			return ret;
		tree_reg_cells(tree, (unsigned)bus, &cells, &size_cells);
		if (cells < 1 || cells > ADDRESS_CELLS_MAX || size_cells > 2)
			return -EINVAL;
		bus = tree->node[bus].parent;
	}
	return 0;
}

/*
 * The interrupt parent of NODE: what interrupt-parent names in it or the nearest node above, or a
 * node above that takes interrupts itself. -1: none, also where the tree leads in a circle.
 */
static int irq_parent(const struct tree *tree, int node)
{
	for (unsigned steps = 0; node >= 0 && steps < tree->count; steps++) {
		const struct tree_node *n = &tree->node[node];

		if (n->prop[TREE_INTERRUPT_PARENT])
			node = tree_by_phandle(tree, tree_prop_u32(tree, (unsigned)node,
								   TREE_INTERRUPT_PARENT, 0));
		else
			node = n->parent;
		if (node >= 0 && tree->node[node].prop[TREE_INTERRUPT_CELLS])
			return node;
	}
	return -1;
}

/* A specifier on its way up: at which node it is to be read, and the address that nexuses match
 * besides. */
struct route {
	int node;
	unsigned cells;
	uint32_t cell[SPECIFIER_CELLS_MAX];
	uint32_t address[ADDRESS_CELLS_MAX];
};

static int specifier_read(const struct tree *tree, int controller, const uint8_t *p, size_t len,
			  struct route *route)
{
	const uint32_t cells = tree_prop_u32(tree, (unsigned)controller, TREE_INTERRUPT_CELLS, 0);

	if (cells < 1 || cells > SPECIFIER_CELLS_MAX || len < 4 * cells)
		return -EINVAL;
	route->node = controller;
	route->cells = cells;
	for (unsigned i = 0; i < cells; i++)
		route->cell[i] = tree_u32(p + 4 * i);
	return 0;
}

static int extended_find(const struct tree *tree, const uint8_t *p, uint32_t len, unsigned index,
			 struct route *route)
{
	for (; len >= 4; index--) {
		const uint32_t phandle = tree_u32(p);
		const int controller = tree_by_phandle(tree, phandle);
		int ret;

		p += 4;
		len -= 4;
		if (!phandle) { /* a place left empty on purpose */
			if (!index)
				return -ENXIO;
			continue;
		}
		if (controller < 0)
			return -ENXIO;
		ret = specifier_read(tree, controller, p, len, route);
		if (ret || !index)
			return ret;
		p += 4 * route->cells;
		len -= 4 * route->cells;
	}
	return len ? -EINVAL : -ENOENT;
}

static int interrupts_find(const struct tree *tree, unsigned node, const uint8_t *p, uint32_t len,
			   unsigned index, struct route *route)
{
	const int controller = irq_parent(tree, (int)node);
	uint32_t size;

	if (controller < 0)
		return -ENXIO;
	size = 4 * tree_prop_u32(tree, (unsigned)controller, TREE_INTERRUPT_CELLS, 0);
	if (!size || size > 4 * SPECIFIER_CELLS_MAX || len % size)
		return -EINVAL;
	if (index >= len / size)
		return -ENOENT;
	return specifier_read(tree, controller, p + index * size, size, route);
}

/* Does the map entry at P match ROUTE under MASK (NULL: all bits), CELLS cells of address and then
 * the specifier? */
static bool map_matches(const uint8_t *p, const uint8_t *mask, unsigned cells,
			const struct route *route)
{
	for (unsigned i = 0; i < cells + route->cells; i++) {
		const uint32_t want = i < cells ? route->address[i] : route->cell[i - cells];

		if ((tree_u32(p + 4 * i) ^ want) & (mask ? tree_u32(mask + 4 * i) : UINT32_MAX))
			return false;
	}
	return true;
}

/* One step through the interrupt-map of ROUTE's node. */
static int map_follow(const struct tree *tree, struct route *route)
{
	uint32_t len, mask_len = 0;
	const unsigned nexus = (unsigned)route->node;
	const uint8_t *p = tree_prop(tree, nexus, TREE_INTERRUPT_MAP, &len);
	const uint8_t *mask = tree_prop(tree, nexus, TREE_INTERRUPT_MAP_MASK, &mask_len);
	unsigned cells, unused;

	tree_reg_cells(tree, nexus, &cells, &unused); /* a nexus without cells has its parent's */
	cells = tree_prop_u32(tree, nexus, TREE_ADDRESS_CELLS, cells);
	if (cells > ADDRESS_CELLS_MAX || (mask && mask_len != 4 * (cells + route->cells)))
		return -EINVAL;

	while (len >= 4 * (cells + route->cells + 1)) {
		const uint8_t *const child = p, *const up = p + 4 * (cells + route->cells + 1);
		const int parent = tree_by_phandle(tree, tree_u32(up - 4));
		uint32_t up_cells, up_size;

		if (parent < 0)
			return -ENXIO;
		up_cells = tree_prop_u32(tree, (unsigned)parent, TREE_ADDRESS_CELLS, 0);
		up_size = tree_prop_u32(tree, (unsigned)parent, TREE_INTERRUPT_CELLS, 0);
		if (up_cells > ADDRESS_CELLS_MAX || up_size < 1 || up_size > SPECIFIER_CELLS_MAX)
			return -EINVAL;
		p = up + 4 * (up_cells + up_size);
		if (len < (size_t)(p - child))
			return -EINVAL;
		len -= (uint32_t)(p - child);
		if (!map_matches(child, mask, cells, route))
			continue;
		for (unsigned i = 0; i < up_cells; i++)
			route->address[i] = tree_u32(up + 4 * i);
		return specifier_read(tree, parent, up + 4 * up_cells, 4 * up_size, route);
	}
	return len ? -EINVAL : -ENXIO;
}

int tree_irq(const struct tree *tree, unsigned node, unsigned index, struct tree_irq *irq)
{
	struct route route = { 0 };
	unsigned cells, unused;
	uint32_t len;
	const uint8_t *p = tree_prop(tree, node, TREE_INTERRUPTS_EXTENDED, &len);
	int ret;

	if (p) {
		ret = extended_find(tree, p, len, index, &route);
	} else {
		p = tree_prop(tree, node, TREE_INTERRUPTS, &len);
		ret = p ? interrupts_find(tree, node, p, len, index, &route) : -ENOENT;
	}
	if (ret)
		return ret;

	p = tree_prop(tree, node, TREE_REG, &len);
	tree_reg_cells(tree, node, &cells, &unused);
	for (unsigned i = 0; p && i < ADDRESS_CELLS_MAX && i < cells && i < len / 4; i++)
		route.address[i] = tree_u32(p + 4 * i);

	for (unsigned steps = 0; steps < tree->count; steps++) {
		const struct tree_node *n = &tree->node[route.node];

		if (n->prop[TREE_INTERRUPT_MAP]) {
			ret = map_follow(tree, &route);
			if (ret)
				return ret;
		} else if (n->prop[TREE_INTERRUPT_CONTROLLER]) {
			irq->controller = route.node;
			irq->cells = route.cells;
			memcpy(irq->cell, route.cell, sizeof(irq->cell));
			return 0;
		} else {
			route.node = irq_parent(tree, route.node);
			if (route.node < 0)
				return -ENXIO;
		}
	}
	return -ENXIO;
}

unsigned tree_irq_index(const struct tree *tree, unsigned node, const char *name, unsigned fallback)
{
	uint32_t len;
	const char *s = tree_prop_named(tree, node, "interrupt-names", &len), *end, *nul;

	if (!s)
		return fallback;
	end = s + len;
	for (unsigned i = 0; s < end && (nul = memchr(s, 0, (size_t)(end - s))); i++, s = nul + 1)
		if (!strcmp(s, name))
			return i;
	return UINT_MAX;
}

int tree_irq_intid(const struct tree_irq *irq, uint32_t *intid, bool *edge)
{
	static const struct {
		uint32_t first, count;
	} type[] = { { 32, 988 }, { 16, 16 } }; /* SPI, PPI */

	if (irq->cells < 3 || irq->cell[0] > 1 || irq->cell[1] >= type[irq->cell[0]].count)
		return -EINVAL;
	*intid = type[irq->cell[0]].first + irq->cell[1];
	*edge = irq->cell[2] & 3;
	return 0;
}
