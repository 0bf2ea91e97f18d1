// SPDX-License-Identifier: BSD-2-Clause
// The memory that the guest's machine has, read from its tree: RAM, SRAM, flash.
#include <errno.h>
#include <string.h>

#include "board/machine_reader.h"

/* Every entry of a memory or flash node's reg. */
static int regions_read(struct reader *r, unsigned node, struct region *region, int *region_node,
			unsigned *count, unsigned max, const char *too_many_what)
{
	uint64_t base, size;

	for (unsigned i = 0; !i || tree_reg(r->tree, node, i, &base, &size) != -ENOENT; i++) {
		if (*count == max)
			return machine_mirrored(r->m)
				       ? 0
				       : machine_reader_too_many(r, node, too_many_what, max);
		const int ret = machine_reader_region(r, node, i, &region[*count]);
		if (ret)
			return ret;
		region_node[(*count)++] = (int)node;
	}
	return 0;
}

/* In bytes; 4 where the node does not say. Too rare a property to be indexed. */
static uint32_t bank_width(const struct tree *tree, unsigned node)
{
	const void *value;
	const char *name;
	uint32_t at = 0, len;

	while ((value = tree_prop_next(tree, node, &at, &name, &len)))
		if (!strcmp(name, "bank-width") && len == 4)
			return tree_u32(value);
	return 4;
}

/* Blocks of 256 KiB as QEMU's virt board has them, unless the bank is too small or too large. */
static int flash_geometry(struct reader *r, unsigned node, uint64_t size, struct dev_storage *s)
{
	const uint32_t width = bank_width(r->tree, node);
	uint64_t block = 256 << 10;

	if (!size)
		return tree_error_set(r->err, EINVAL, (int)node, "a flash bank of size 0",
				      "give its reg a size", 0);
	if (width != 1 && width != 2 && width != 4)
		return tree_error_set(r->err, EINVAL, (int)node, "bank-width is no flash chip's",
				      "make it 1, 2 or 4", width);
	while (size % block)
		block /= 2;
	while (size / block > MACHINE_FLASH_BLOCKS && size % (2 * block) == 0)
		block *= 2;
	if (size / block > MACHINE_FLASH_BLOCKS)
		return tree_error_set(r->err, EINVAL, (int)node, "a flash bank of an odd size",
				      "make it a multiple of 256 KiB", size);
	*s = (struct dev_storage){ size, (uint32_t)block, (uint8_t)width, true };
	return 0;
}

int machine_memory_flash_read(struct reader *r, unsigned node)
{
	struct machine *m = r->m;
	const unsigned first = m->flashes;
	int ret = regions_read(r, node, m->flash, m->flash_node, &m->flashes, MACHINE_FLASH_MAX,
			       "too many flash banks");

	for (unsigned i = first; i < m->flashes && !ret; i++)
		ret = flash_geometry(r, node, m->flash[i].size, &m->flash_storage[i]);
	return ret;
}

/* The unit address in a node's name. False: it has none. */
static bool unit_address(const char *name, uint64_t *unit)
{
	const char *at = strchr(name, '@');

	*unit = 0;
	if (!at || !*++at)
		return false;
	for (; *at; at++) {
		const char *digit = strchr("0123456789abcdef", *at);

		if (!digit)
			return false;
		*unit = *unit << 4 | (uint64_t)(digit - "0123456789abcdef");
	}
	return true;
}

/* What boards' trees leave to the firmware to fill in: size and often base, or reg as a whole. */
static bool memory_left_open(struct reader *r, unsigned node)
{
	struct machine *m = r->m;
	struct region bank;
	uint64_t unit;

	if (!tree_reg(r->tree, node, 0, &bank.base, &bank.size) && (bank.size || bank.base))
		return false;
	if (m->rams)
		return true;
	m->ram_base = unit_address(tree_name(r->tree, node), &unit) ? RAM_NAMED : RAM_OPEN;
	m->ram[0] = (struct region){ unit, 0 };
	m->ram_node[0] = (int)node;
	m->rams = 1;
	return true;
}

int machine_memory_read(struct reader *r, unsigned node)
{
	struct machine *m = r->m;

	if (machine_mirrored(m) && memory_left_open(r, node))
		return 0;
	return regions_read(r, node, m->ram, m->ram_node, &m->rams, MACHINE_RAM_MAX,
			    "too many banks of RAM");
}

/* Entries that the CPU cannot touch, or beyond those that have room, are nobody's. */
int machine_memory_sram_read(struct reader *r, unsigned node)
{
	struct machine *m = r->m;
	struct region sram;
	int ret = 0;

	for (unsigned i = 0; CONFIG_MIRROR && (!ret || ret == -ENXIO); i++) {
		ret = tree_reg(r->tree, node, i, &sram.base, &sram.size);
		if (ret || m->srams == MACHINE_SRAM_MAX)
			continue;
		m->sram[m->srams] = sram;
		m->sram_node[m->srams++] = (int)node;
	}
	return 0;
}

/* Whether the host gives them away shows when they are mapped. */
int machine_memory_pass_read(struct reader *r, unsigned node)
{
	struct machine *m = r->m;
	uint64_t base, size;

	for (unsigned i = 0; !i || tree_reg(r->tree, node, i, &base, &size) != -ENOENT; i++) {
		if (m->passes == MACHINE_PASSES_MAX)
			return machine_reader_too_many(r, node, "too many regions with passthrough",
						       MACHINE_PASSES_MAX);
		const int ret = machine_reader_region(r, node, i, &m->pass[m->passes]);
		if (ret)
			return ret;
		if (!m->pass[m->passes].size)
			return tree_error_set(r->err, EINVAL, (int)node,
					      "passthrough of a region of size 0",
					      "give its reg a size, or take passthrough out", 0);
		m->pass_node[m->passes++] = (int)node;
	}
	return 0;
}
