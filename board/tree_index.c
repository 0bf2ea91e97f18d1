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
	char name[24];
	uint8_t prop; /* enum tree_prop */
	bool old; /* another name has taken its place */
} names[] = {
	/* sorted by their first characters */
	{ "#address-cells", TREE_ADDRESS_CELLS, false },
	{ "#interrupt-cells", TREE_INTERRUPT_CELLS, false },
	{ "#redistributor-regions", TREE_REDISTRIBUTOR_REGIONS, false },
	{ "#size-cells", TREE_SIZE_CELLS, false },
	{ "compatible", TREE_COMPATIBLE, false },
	{ "device_type", TREE_DEVICE_TYPE, false },
	{ "enable-method", TREE_ENABLE_METHOD, false },
	{ "interrupt-controller", TREE_INTERRUPT_CONTROLLER, false },
	{ "interrupt-map", TREE_INTERRUPT_MAP, false },
	{ "interrupt-map-mask", TREE_INTERRUPT_MAP_MASK, false },
	{ "interrupt-parent", TREE_INTERRUPT_PARENT, false },
	{ "interrupts", TREE_INTERRUPTS, false },
	{ "interrupts-extended", TREE_INTERRUPTS_EXTENDED, false },
	{ "linux,phandle", TREE_PHANDLE, true },
	{ "linux,stdout-path", TREE_STDOUT_PATH, true },
	{ "method", TREE_METHOD, false },
	{ "model", TREE_MODEL, false },
	{ "passthrough", TREE_PASSTHROUGH, false },
	{ "phandle", TREE_PHANDLE, false },
	{ "ranges", TREE_RANGES, false },
	{ "redistributor-stride", TREE_REDISTRIBUTOR_STRIDE, false },
	{ "reg", TREE_REG, false },
	{ "status", TREE_STATUS, false },
	{ "stdout-path", TREE_STDOUT_PATH, false },
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
	tree->struct_size =
		field[F_VERSION] < 17 ? struct_end - tree->struct_at : field[F_STRUCT_SIZE];
	if (tree->struct_size > struct_end - tree->struct_at)
		return refuse(err,
			      "has a structure block that runs into another block or over the end",
			      rebuild, 4 * F_STRUCT_SIZE, tree->struct_size);

	/* The reservation block has no size of its own: as the last one it may use all that is left. */
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

/* Names may begin before this offset in the strings block: up to its last NUL each one ends. */
static uint32_t names_end(const struct tree *tree)
{
	uint32_t end = tree->strings_size;

	while (end && tree->fdt[tree->strings_at + end - 1])
		end--;
	return end;
}

/* Which indexed property the name at NAME_AT is; TREE_PROPS: none. */
static enum tree_prop name_find(struct tree *tree, uint32_t name_at)
{
	const char *name = (const char *)tree->fdt + tree->strings_at + name_at;

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].name[0] < name[0])
			continue;
		if (names[i].name[0] > name[0])
			break;
		if (strcmp(names[i].name, name))
			continue;
		if (!names[i].old && tree->name_at[names[i].prop] == UINT32_MAX)
			tree->name_at[names[i].prop] = name_at;
		return names[i].prop;
	}
	return TREE_PROPS;
}

/* The walk over the structure block. */
struct walk {
	struct tree *tree;
	struct tree_error *err;
	uint32_t at, end, names_end;
	unsigned max, depth;
	int32_t current; /* the node that is open, -1: none */
	uint32_t cached[CACHE_SLOTS]; /* name offsets met lately, and what they are */
	uint8_t cached_prop[CACHE_SLOTS];
};

static inline int node_begin(struct walk *w)
{
	struct tree *tree = w->tree;
	const uint8_t *name = tree->fdt + w->at + 4, *nul = memchr(name, 0, w->end - w->at - 4);

	if (!nul)
		return refuse(w->err, "has a node name without an end", reload, w->at, 0);
	if (w->current < 0 && tree->count)
		return refuse(w->err, "has a second root node", rebuild, w->at, 0);
	if (w->depth == DEPTH_MAX)
		return refuse(w->err, "has nodes nested too deep", rebuild, w->at, DEPTH_MAX);
	if (tree->count == w->max) {
		refuse(w->err, "has more nodes than there is room for", "remove some", w->at,
		       w->max);
		return -ENOSPC;
	}
	tree->node[tree->count] = (struct tree_node){ .at = w->at, .parent = w->current };
	w->current = (int32_t)tree->count++;
	w->depth++;
	w->at += 4 + (((uint32_t)(nul - name) + 4) & ~3u);
	return 0;
}

static inline int node_end(struct walk *w)
{
	if (w->current < 0)
		return refuse(w->err, "ends a node that was not begun", rebuild, w->at, 0);

	struct tree_node *node = &w->tree->node[w->current];

	node->next = w->tree->count;
	w->current = node->parent;
	w->depth--;
	w->at += 4;
	return 0;
}

static inline int prop_index(struct walk *w)
{
	const uint8_t *p = w->tree->fdt + w->at;
	uint32_t len, name, slot, *place;

	if (w->end - w->at < 12)
		return refuse(w->err, "ends inside a property", reload, w->at, 0);
	if (w->current < 0 || (uint32_t)w->current != w->tree->count - 1)
		return refuse(w->err, "has a property outside a node or behind a subnode", rebuild,
			      w->at, 0);
	len = u32_at(p + 4);
	if (len > w->end - w->at - 12)
		return refuse(w->err, "has a property longer than its structure block", reload,
			      w->at, len);
	name = u32_at(p + 8);
	if (name >= w->names_end)
		return refuse(w->err, "has a property name outside its strings block", reload,
			      w->at, name);

	slot = name % CACHE_SLOTS;
	if (w->cached[slot] != name) {
		w->cached[slot] = name;
		w->cached_prop[slot] = (uint8_t)name_find(w->tree, name);
	}
	if (w->cached_prop[slot] < TREE_PROPS) {
		place = &w->tree->node[w->current].prop[w->cached_prop[slot]];
		if (!*place)
			*place = w->at;
	}
	w->at += 12 + ((len + 3) & ~3u);
	return 0;
}

static int structure_index(struct walk *w)
{
	int ret = 0;

	while (!ret && w->end - w->at >= 4) {
		const uint32_t token = u32_at(w->tree->fdt + w->at);

		if (token == PROP) {
			ret = prop_index(w);
		} else if (token == BEGIN_NODE) {
			ret = node_begin(w);
		} else if (token == END_NODE) {
			ret = node_end(w);
		} else if (token == NOP) {
			w->at += 4;
		} else if (token == END) {
			if (w->current >= 0 || !w->tree->count)
				return refuse(w->err, "ends inside a node", reload, w->at, 0);
			w->tree->struct_size = w->at + 4 - w->tree->struct_at;
			return 0;
		} else {
			return refuse(w->err, "has an unknown token in its structure block", reload,
				      w->at, token);
		}
	}
	return ret ? ret : refuse(w->err, "has a structure block without an end", reload, w->at, 0);
}

static bool phandle_is_small(const struct tree *tree, uint32_t bearer)
{
	return bearer && tree_prop_u32(tree, bearer - 1, TREE_PHANDLE, 0) < tree->count;
}

/*
 * dtc numbers phandles from 1 on, so nearly all are less than the number of nodes: those have a place of
 * their own. Others, such as QEMU's, get what is free of those.
 */
static void phandles_index(struct tree *tree)
{
	for (unsigned n = 0; n < tree->count; n++) {
		const uint32_t phandle = tree->node[n].prop[TREE_PHANDLE]
						 ? tree_prop_u32(tree, n, TREE_PHANDLE, 0)
						 : 0;
		uint32_t *bearer = &tree->node[phandle % tree->count].bearer;

		if (phandle &&
		    (!*bearer || (phandle < tree->count && !phandle_is_small(tree, *bearer))))
			*bearer = n + 1;
	}
}

int tree_index(struct tree *tree, const void *fdt, size_t size, struct tree_node *nodes,
	       unsigned max, struct tree_error *err)
{
	struct walk walk; /* set field by field: the cache is the most of it */
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
	memset(walk.cached, 0xff, sizeof(walk.cached));
	walk.tree = tree;
	walk.err = err;
	walk.max = max;
	walk.depth = 0;
	walk.current = -1;
	walk.at = tree->struct_at;
	walk.end = tree->struct_at + (tree->struct_size & ~3u);
	walk.names_end = names_end(tree);
	ret = structure_index(&walk);
	if (!ret)
		phandles_index(tree);
	return ret;
}
