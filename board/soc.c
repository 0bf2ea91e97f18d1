// SPDX-License-Identifier: BSD-2-Clause
// What is known of SoCs.
#include "board/soc.h"

#include <string.h>

#define BLOCKS_MAX 128 /* of one SoC */

/* Has NODE of SOCS one of the compatible strings of BOARD's root? */
static bool is_of(const struct tree *socs, unsigned node, const struct tree *board)
{
	uint32_t len, root_len;
	const char *s = tree_prop(socs, node, TREE_COMPATIBLE, &len);
	const char *const root = tree_prop(board, 0, TREE_COMPATIBLE, &root_len);
	const char *const end = s + len;

	for (; s && root && s < end; s += strnlen(s, (size_t)(end - s)) + 1)
		for (const char *r = root, *nul; r < root + root_len; r = nul + 1) {
			nul = memchr(r, 0, (size_t)(root + root_len - r));
			if (!nul)
				break;
			if (tree_same(r, s))
				return true;
		}
	return false;
}

bool soc_ram_base(const struct tree *socs, const struct tree *board, uint64_t *base)
{
	const void *value;
	uint32_t len;

	for (unsigned n = 1; n < socs->count; n = socs->node[n].next) {
		if (!is_of(socs, n, board))
			continue;
		value = tree_prop_named(socs, n, "ram-base", &len);
		if (value && len == 8) {
			*base = tree_cells(value, 2);
			return true;
		}
	}
	return false;
}

const char *soc_name(const struct tree *board)
{
	uint32_t len;
	const char *s = tree_prop(board, 0, TREE_COMPATIBLE, &len);
	const char *const end = s ? s + len : NULL, *name = "";

	for (; s < end; s += strnlen(s, (size_t)(end - s)) + 1)
		if (memchr(s, 0, (size_t)(end - s)))
			name = s;
	return name;
}

/* --- blocks ------------------------------------------------------------------------------------ */

/* One name of a block of the SoC, which is a node two levels down in the tree of SoCs. */
struct block {
	unsigned node;
	const char *compatible; /* NULL: it is told by its address alone */
	size_t len; /* with the NUL: most names differ in it */
	uint64_t base, size; /* size 0: wherever a node is compatible */
};

static unsigned block_add(const struct tree *socs, unsigned node, struct block *block,
			  unsigned count)
{
	uint32_t len;
	const uint8_t *p = tree_prop_named(socs, node, "window", &len);
	const bool placed = p && len == 16;
	const uint64_t base = placed ? tree_cells(p, 2) : 0,
		       size = placed ? tree_cells(p + 8, 2) : 0;
	const char *s = tree_prop(socs, node, TREE_COMPATIBLE, &len);
	const char *const end = s ? s + len : NULL;

	if (!s && count < BLOCKS_MAX)
		block[count++] = (struct block){ .node = node, .base = base, .size = size };
	for (size_t n; s < end && count < BLOCKS_MAX; s += n) {
		n = strnlen(s, (size_t)(end - s)) + 1;
		block[count++] = (struct block){ node, s, n, base, size };
	}
	return count;
}

static unsigned blocks_collect(const struct tree *socs, const struct tree *board,
			       struct block *block)
{
	unsigned count = 0;

	for (unsigned n = 1; n < socs->count; n = socs->node[n].next) {
		/* What is said without naming an SoC holds for all of them. */
		if (socs->node[n].prop[TREE_COMPATIBLE] && !is_of(socs, n, board))
			continue;
		for (unsigned b = n + 1; b < socs->node[n].next; b = socs->node[b].next)
			count = block_add(socs, b, block, count);
	}
	return count;
}

/* Is NODE of BOARD, whose first register is at BASE, that block? */
static bool is_block(const struct block *b, const struct tree *board, unsigned node, uint64_t base)
{
	uint32_t len;
	const char *s = tree_prop(board, node, TREE_COMPATIBLE, &len), *nul;
	const char *const end = s ? s + len : NULL;

	if (!b->compatible || (b->size && b->base != base))
		return false;
	for (; s < end && (nul = memchr(s, 0, (size_t)(end - s))); s = nul + 1)
		if ((size_t)(nul + 1 - s) == b->len && !memcmp(s, b->compatible, b->len))
			return true;
	return false;
}

const struct soc_ram *soc_ram_encoding(const struct tree *socs, const struct tree *board)
{
	struct block block[BLOCKS_MAX];
	const unsigned count = blocks_collect(socs, board, block);
	const char *name;
	uint32_t len;

	for (unsigned i = 0; i < count; i++) {
		name = tree_prop_named(socs, block[i].node, "ram-encoding", &len);
		if (name && memchr(name, 0, len))
			return soc_ram_find(name);
	}
	return NULL;
}

const void *soc_property(const struct tree *socs, const struct tree *board, unsigned node,
			 const char *name, uint32_t *len)
{
	struct block block[BLOCKS_MAX];
	const unsigned count = blocks_collect(socs, board, block);
	const void *value = NULL;
	uint64_t base, size;

	if (tree_reg(board, node, 0, &base, &size))
		return NULL;
	for (unsigned i = 0; i < count && !value; i++)
		if (is_block(&block[i], board, node, base))
			value = tree_prop_named(socs, block[i].node, name, len);
	return value;
}

unsigned soc_calls(const struct tree *socs, const struct tree *board, struct soc_call *call,
		   unsigned most)
{
	unsigned count = 0;
	const uint8_t *p;
	uint32_t len;

	for (unsigned n = 1; n < socs->count; n = socs->node[n].next) {
		p = is_of(socs, n, board) ? tree_prop_named(socs, n, "smc", &len) : NULL;
		for (; p && len >= 8 && count < most; p += 8, len -= 8)
			call[count++] = (struct soc_call){ tree_u32(p), tree_u32(p + 4) };
	}
	return count;
}

unsigned soc_memory(const struct tree *socs, const struct tree *board, struct region *region,
		    unsigned most)
{
	struct block block[BLOCKS_MAX];
	const unsigned count = blocks_collect(socs, board, block);
	unsigned n = 0;
	uint32_t len;

	for (unsigned i = 0; i < count && n < most; i++)
		if (block[i].size && tree_prop_named(socs, block[i].node, "memory", &len))
			region[n++] = (struct region){ block[i].base, block[i].size };
	return n;
}

/* --- windows and rules ------------------------------------------------------------------------- */

/* Each is pairs of an offset and a value; "resets-board" has triples. */
static const char *const rule_name[STUB_RESETS_MASK] = {
	[STUB_RESET] = "reset",
	[STUB_READ_ONLY] = "read-only",
	[STUB_WRITE_ONE_CLEARS] = "write-one-clears",
	[STUB_SELF_CLEARING] = "self-clearing",
	[STUB_TOGGLING] = "toggling",
	[STUB_COUNTER] = "counter",
	[STUB_COUNTER_HIGH] = "counter-high",
};

/* The whole of W, or the parts of it that pairs of offset and length name. */
static void hiword_set(struct stub *stub, struct stub_window *w, const uint8_t *p, uint32_t len)
{
	const uint64_t base = w->base;
	const char *const name = w->name;

	w->hiword = !len;
	for (; len >= 8; p += 8, len -= 8) {
		w = stub_window_add(stub, base + tree_u32(p), tree_u32(p + 4), name);
		if (w) {
			w->origin = base;
			w->hiword = true;
		}
	}
}

static void ram_tell(struct stub *stub, uint64_t base, const char *name, uint32_t offset,
		     uint64_t size)
{
	const struct soc_ram *ram = soc_ram_find(name);
	uint32_t word[SOC_RAM_WORDS];

	if (!ram || !size)
		return;
	ram->tell(size, word);
	for (unsigned i = 0; i < ram->words; i++)
		stub_rule_set(stub, base + offset + 4 * i, STUB_RESET, word[i]);
}

/* All that NODE of SOCS says, of the block whose window is W. */
static void block_apply(struct stub *stub, const struct tree *socs, unsigned node,
			struct stub_window *w, uint64_t ram_size)
{
	const uint64_t base = w->base;
	const uint8_t *p, *encoding = NULL;
	uint32_t at = 0, len, ram_offset = 0;
	const char *name;

	while ((p = tree_prop_next(socs, node, &at, &name, &len))) {
		for (unsigned kind = 0; kind < STUB_RESETS_MASK; kind++)
			for (uint32_t i = 0; !strcmp(name, rule_name[kind]) && i + 8 <= len; i += 8)
				stub_rule_set(stub, base + tree_u32(p + i), kind,
					      tree_u32(p + i + 4));
		for (uint32_t i = 0; !strcmp(name, "resets-board") && i + 12 <= len; i += 12) {
			stub_rule_set(stub, base + tree_u32(p + i), STUB_RESETS_MASK,
				      tree_u32(p + i + 4));
			stub_rule_set(stub, base + tree_u32(p + i), STUB_RESETS_VALUE,
				      tree_u32(p + i + 8));
		}
		if (!strcmp(name, "hiword-mask"))
			hiword_set(stub, w, p, len);
		else if (!strcmp(name, "ram-encoding") && memchr(p, 0, len))
			encoding = p;
		else if (!strcmp(name, "ram-offset") && len == 4)
			ram_offset = tree_u32(p);
	}
	if (encoding)
		ram_tell(stub, base, (const char *)encoding, ram_offset, ram_size);
}

/* Is what NODE names by reg no place of registers? Then nothing below it is. */
static bool is_no_block(const struct tree *tree, unsigned node)
{
	const char *name = tree->node[node].parent ? "" : tree_name(tree, node);

	return tree_is_memory(tree, node) || !strcmp(name, "cpus") ||
	       !strcmp(name, "reserved-memory");
}

void soc_stub(struct stub *stub, const struct tree *board, const struct tree *socs,
	      uint64_t ram_size)
{
	struct block block[BLOCKS_MAX];
	const unsigned blocks = socs ? blocks_collect(socs, board, block) : 0;
	struct stub_window *w;
	uint64_t base, size;

	for (unsigned n = 1, next; n < board->count; n = next) {
		const bool skip = is_no_block(board, n);

		next = skip ? board->node[n].next : n + 1;
		if (skip || !board->node[n].prop[TREE_REG])
			continue;
		for (unsigned i = 0; tree_reg(board, n, i, &base, &size) == 0; i++) {
			w = stub_window_add(stub, base, size, tree_name(board, n));
			for (unsigned b = 0; w && !i && b < blocks; b++)
				if (is_block(&block[b], board, n, base))
					block_apply(stub, socs, block[b].node, w, ram_size);
		}
	}
	for (unsigned b = 0; b < blocks; b++) {
		if (block[b].compatible || !block[b].size)
			continue;
		w = stub_window_add(stub, block[b].base, block[b].size,
				    tree_name(socs, block[b].node));
		if (w)
			block_apply(stub, socs, block[b].node, w, ram_size);
	}
	stub_sort(stub);
}
