// SPDX-License-Identifier: BSD-2-Clause
// The one pass that checks a flattened device tree and indexes it.

#include "board/tree.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#define MAGIC 0xd00dfeed
#define HEADER_V16 36
#define HEADER_V17 40
#define DEPTH_MAX 64
#define CACHE_SLOTS 256 /* a power of two */

enum token { BEGIN_NODE = 1, END_NODE = 2, PROP = 3, NOP = 4, END = 9 };
enum field {
	F_MAGIC,
	F_TOTAL,
	F_STRUCT,
	F_STRINGS,
	F_RESERVE,
	F_VERSION,
	F_COMPATIBLE,
	F_CPU,
	F_STRINGS_SIZE,
	F_STRUCT_SIZE
};

static const char rebuild[] = "build it again with dtc";
static const char reload[] = "load or copy it again, all of it";

static const struct {
	const char *name;
	enum tree_prop prop;
} names[] = {
	/* the usual spelling of each first, in the order of enum tree_prop */
	{ "#address-cells", TREE_ADDRESS_CELLS },
	{ "#size-cells", TREE_SIZE_CELLS },
	{ "#interrupt-cells", TREE_INTERRUPT_CELLS },
	{ "compatible", TREE_COMPATIBLE },
	{ "reg", TREE_REG },
	{ "ranges", TREE_RANGES },
	{ "status", TREE_STATUS },
	{ "device_type", TREE_DEVICE_TYPE },
	{ "phandle", TREE_PHANDLE },
	{ "interrupt-parent", TREE_INTERRUPT_PARENT },
	{ "interrupts", TREE_INTERRUPTS },
	{ "interrupts-extended", TREE_INTERRUPTS_EXTENDED },
	{ "interrupt-controller", TREE_INTERRUPT_CONTROLLER },
	{ "interrupt-map", TREE_INTERRUPT_MAP },
	{ "interrupt-map-mask", TREE_INTERRUPT_MAP_MASK },
	{ "model", TREE_MODEL },
	{ "method", TREE_METHOD },
	{ "enable-method", TREE_ENABLE_METHOD },
	{ "stdout-path", TREE_STDOUT_PATH },
	{ "no-map", TREE_NO_MAP },
	{ "#redistributor-regions", TREE_REDISTRIBUTOR_REGIONS },
	{ "redistributor-stride", TREE_REDISTRIBUTOR_STRIDE },
	{ "linux,phandle", TREE_PHANDLE },
	{ "linux,stdout-path", TREE_STDOUT_PATH },
};

static inline uint32_t u32_at(const uint8_t *p)
{
	return be32toh(*(const uint32_t *)(const void *)p);
}

static int refuse(struct tree_error *err, const char *what, const char *remedy, size_t offset,
		  uint64_t value)
{
	*err = (struct tree_error){
		.what = what, .remedy = remedy, .node = -1, .offset = offset, .value = value
	};
	return -EINVAL;
}

/* Where the block at AT must end: at the next of the other two, else at the tree's end. */
static uint32_t block_end(uint32_t at, uint32_t other1, uint32_t other2, uint32_t total)
{
	uint32_t end = total;

	if (other1 > at && other1 < end)
		end = other1;
	if (other2 > at && other2 < end)
		end = other2;
	return end;
}

static int header_read(struct tree *tree, const uint8_t *fdt, struct tree_error *err)
{
	uint32_t field[F_STRUCT_SIZE + 1], total, strings_end, struct_end;

	for (unsigned i = 0; i <= F_STRUCT_SIZE; i++)
		field[i] = tree_u32(fdt + 4 * i);
	total = field[F_TOTAL];
	if (field[F_MAGIC] != MAGIC)
		return refuse(err, "is not a device tree: the first word is not d00dfeed",
			      "name a .dtb file", 0, field[F_MAGIC]);
	if (field[F_VERSION] < 16 || field[F_COMPATIBLE] > 17 ||
	    field[F_COMPATIBLE] > field[F_VERSION])
		return refuse(err, "has a version other than 16 or 17", rebuild, 4 * F_VERSION,
			      field[F_VERSION]);

	tree->fdt = fdt;
	tree->struct_at = field[F_STRUCT];
	tree->strings_at = field[F_STRINGS];
	tree->reserve_at = field[F_RESERVE];
	tree->strings_size = field[F_STRINGS_SIZE];
	struct_end = block_end(tree->struct_at, tree->strings_at, tree->reserve_at, total);
	strings_end = block_end(tree->strings_at, tree->struct_at, tree->reserve_at, total);

	const uint32_t header = field[F_VERSION] < 17 ? HEADER_V16 : HEADER_V17;

	if (tree->struct_at < header || tree->struct_at % 4 || tree->struct_at >= total)
		return refuse(err, "has its structure block at an impossible place", rebuild,
			      4 * F_STRUCT, tree->struct_at);
	if (tree->strings_at < header || tree->strings_at > total ||
	    tree->strings_at == tree->struct_at)
		return refuse(err, "has its strings block at an impossible place", rebuild,
			      4 * F_STRINGS, tree->strings_at);
	if (tree->reserve_at < header || tree->reserve_at % 8 || tree->reserve_at >= total ||
	    tree->reserve_at == tree->struct_at || tree->reserve_at == tree->strings_at)
		return refuse(err, "has its reservation block at an impossible place", rebuild,
			      4 * F_RESERVE, tree->reserve_at);
	if (tree->strings_size > strings_end - tree->strings_at)
		return refuse(err,
			      "has a strings block that runs into another block or over the end",
			      rebuild, 4 * F_STRINGS_SIZE, tree->strings_size);
	tree->struct_size = field[F_VERSION] < 17 ? struct_end - tree->struct_at
						  : field[F_STRUCT_SIZE];
	if (tree->struct_size > struct_end - tree->struct_at)
		return refuse(err,
			      "has a structure block that runs into another block or over the end",
			      rebuild, 4 * F_STRUCT_SIZE, tree->struct_size);

	/* The reservation block has no size of its own: where it is the last, all of the tree may
	 * be in use. */
	strings_end = tree->strings_at + tree->strings_size;
	struct_end = tree->struct_at + tree->struct_size;
	tree->used = strings_end > struct_end ? strings_end : struct_end;
	if (tree->reserve_at >= tree->used)
		tree->used = total;
	return 0;
}

uint32_t tree_used(const void *fdt, size_t size)
{
	struct tree tree;
	struct tree_error err;

	return size < HEADER_V17 || header_read(&tree, fdt, &err) ? 0 : tree.used;
}

static int reservations_check(const struct tree *tree, struct tree_error *err)
{
	const uint32_t end =
		block_end(tree->reserve_at, tree->struct_at, tree->strings_at, tree->used);

	for (uint32_t at = tree->reserve_at; end - at >= 16; at += 16) {
		if (!tree_cells(tree->fdt + at, 2) && !tree_cells(tree->fdt + at + 8, 2))
			return 0;
	}
	return refuse(err, "has a reservation block without an end", rebuild, tree->reserve_at, 0);
}

/* Names may begin before this offset in the strings block: up to its last NUL each one ends within
 * it. */
static uint32_t names_end(const struct tree *tree)
{
	uint32_t end = tree->strings_size;

	while (end && tree->fdt[tree->strings_at + end - 1])
		end--;
	return end;
}

/* Which indexed property NAME is; TREE_PROPS: none. */
static enum tree_prop name_find(struct tree *tree, uint32_t name_at)
{
	const char *name = (const char *)tree->fdt + tree->strings_at + name_at;

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].name[0] != name[0] || strcmp(names[i].name, name))
			continue;
		if (i < TREE_PROPS && tree->name_at[i] == UINT32_MAX)
			tree->name_at[i] = name_at;
		return names[i].prop;
	}
	return TREE_PROPS;
}

static int structure_index(struct tree *tree, unsigned max, struct tree_error *err)
{
	const uint8_t *const fdt = tree->fdt;
	const uint32_t end = tree->struct_at + (tree->struct_size & ~3u),
		       name_limit = names_end(tree);
	uint32_t at = tree->struct_at, cached[CACHE_SLOTS];
	uint8_t cached_prop[CACHE_SLOTS];
	struct tree_node *node = NULL; /* the one that is open */
	int32_t current = -1;
	unsigned depth = 0;

	memset(cached, 0xff, sizeof(cached));
	while (end - at >= 4) {
		const uint32_t token = u32_at(fdt + at);

		if (token == PROP) {
			if (end - at < 12)
				break;
			const uint32_t len = u32_at(fdt + at + 4), name = u32_at(fdt + at + 8),
				       slot = name % CACHE_SLOTS;

			if (current < 0 || (uint32_t)current != tree->count - 1)
				return refuse(err,
					      "has a property outside a node or behind a subnode",
					      rebuild, at, 0);
			if (len > end - at - 12)
				return refuse(err, "has a property longer than the structure block",
					      reload, at, len);
			if (name >= name_limit)
				return refuse(
					err,
					"has a property whose name is outside the strings block",
					reload, at, name);
			if (cached[slot] != name) {
				cached[slot] = name;
				cached_prop[slot] = (uint8_t)name_find(tree, name);
			}
			if (cached_prop[slot] < TREE_PROPS && !node->prop[cached_prop[slot]])
				node->prop[cached_prop[slot]] = at;
			at += 12 + ((len + 3) & ~3u);
		} else if (token == BEGIN_NODE) {
			const uint8_t *name = fdt + at + 4, *nul = memchr(name, 0, end - at - 4);

			if (!nul)
				return refuse(err, "has a node name without an end", reload, at, 0);
			if (current < 0 && tree->count)
				return refuse(err, "has a second root node", rebuild, at, 0);
			if (depth++ == DEPTH_MAX)
				return refuse(err, "has nodes nested deeper than 64", rebuild, at,
					      0);
			if (tree->count == max) {
				refuse(err, "has more nodes than there is room for",
				       "remove nodes that are not needed", at, max);
				return -ENOSPC;
			}
			node = &tree->node[tree->count];
			*node = (struct tree_node){ .at = at, .parent = current };
			current = (int32_t)tree->count++;
			at += 4 + (((uint32_t)(nul - name) + 4) & ~3u);
		} else if (token == END_NODE) {
			if (current < 0)
				return refuse(err, "ends a node that was not begun", rebuild, at,
					      0);
			node->next = tree->count;
			current = node->parent;
			node = &tree->node[current < 0 ? 0 : current];
			depth--;
			at += 4;
		} else if (token == NOP) {
			at += 4;
		} else if (token == END) {
			if (current >= 0 || !tree->count)
				return refuse(err, "ends inside a node", reload, at, 0);
			tree->struct_size = at + 4 - tree->struct_at;
			return 0;
		} else {
			return refuse(err, "has an unknown token in the structure block", reload,
				      at, token);
		}
	}
	return refuse(err, "has a structure block without an end", reload, at, 0);
}

int tree_index(struct tree *tree, const void *fdt, size_t size, struct tree_node *nodes,
	       unsigned max, struct tree_error *err)
{
	int ret;

	if ((uintptr_t)fdt % 8)
		return refuse(err, "does not lie at a multiple of 8 bytes", "align it", 0,
			      (uintptr_t)fdt);
	if (size < HEADER_V17)
		return refuse(err, "is shorter than a device tree's header", reload, 0, size);
	ret = header_read(tree, fdt, err);
	if (ret)
		return ret;
	if (tree->used > size)
		return refuse(err, "is cut short: its header tells of more bytes than there are",
			      reload, size, tree->used);
	ret = reservations_check(tree, err);
	if (ret)
		return ret;
	tree->node = nodes;
	tree->count = 0;
	memset(tree->name_at, 0xff, sizeof(tree->name_at));
	return structure_index(tree, max, err);
}
