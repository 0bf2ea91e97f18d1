// SPDX-License-Identifier: BSD-2-Clause
// A device tree: checked, indexed, asked for everything that can be asked, written anew.
#include <errno.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "board/write.h"
#include "boot/trees.h"
#include "tests/fuzz/fuzz.h"

#define WRITTEN_SIZE (1u << 20)

static struct tree_node nodes[TREES_NODES], written_nodes[TREES_NODES];
static _Alignas(8) uint8_t written[WRITTEN_SIZE];

static void inside(const struct tree *tree, const void *value, uint32_t len)
{
	const uint8_t *p = value;

	FUZZ_HOLDS(p >= tree->fdt && p + len <= tree->fdt + tree->used);
}

static void node_ask(const struct tree *tree, unsigned node)
{
	char path[100];
	uint64_t gpa, size;
	struct tree_irq irq;
	uint32_t at = 0, len;
	const char *name;
	const void *value;
	int error = 0;

	FUZZ_HOLDS(tree->node[node].parent < (int)node);
	FUZZ_HOLDS(tree->node[node].next > node && tree->node[node].next <= tree->count);
	tree_path(tree, node, path, sizeof(path));
	FUZZ_HOLDS(memchr(path, 0, sizeof(path)));
	while ((value = tree_prop_next(tree, node, &at, &name, &len))) {
		inside(tree, value, len);
		inside(tree, name, (uint32_t)strlen(name) + 1);
	}
	for (enum tree_prop p = 0; p < TREE_PROPS; p++) {
		tree_prop_string(tree, node, p);
		value = tree_prop(tree, node, p, &len);
		if (value)
			inside(tree, value, len);
	}
	/* However many there are, each takes bytes of the tree. */
	for (unsigned i = 0; !error; i++) {
		error = tree_reg(tree, node, i, &gpa, &size);
		FUZZ_HOLDS(i <= tree->used);
		if (error == -ENXIO)
			error = 0;
	}
	FUZZ_HOLDS(error == -ENOENT || error == -EINVAL);
	for (unsigned i = 0; i < 64 && !tree_irq(tree, node, i, &irq); i++) {
		FUZZ_HOLDS(irq.controller >= 0 && (unsigned)irq.controller < tree->count);
		FUZZ_HOLDS(irq.cells <= 4);
	}
}

/* Written without an edit it is the same tree. */
static void write_same(const struct tree *tree)
{
	struct edit edit[1];
	uint8_t bytes[1];
	const struct edits none = { .edit = edit, .bytes = bytes };
	long size = write_tree(tree, &none, written, sizeof(written), 0);
	struct tree_error e;
	struct tree again;

	FUZZ_HOLDS(size > 0 && fdt_totalsize(written) == (uint32_t)size);
	FUZZ_HOLDS(!tree_index(&again, written, (size_t)size, written_nodes, TREES_NODES, &e));
	FUZZ_HOLDS(again.count == tree->count);
	for (unsigned n = 0; n < tree->count; n++) {
		const char *name, *name_again;
		uint32_t at = 0, at_again = 0, len, len_again;
		const void *value, *value_again;

		FUZZ_HOLDS(!strcmp(tree_name(tree, n), tree_name(&again, n)));
		FUZZ_HOLDS(tree->node[n].parent == again.node[n].parent);
		do {
			value = tree_prop_next(tree, n, &at, &name, &len);
			value_again = tree_prop_next(&again, n, &at_again, &name_again, &len_again);
			FUZZ_HOLDS(!value == !value_again);
			FUZZ_HOLDS(!value || (len == len_again && !strcmp(name, name_again) &&
					      !memcmp(value, value_again, len)));
		} while (value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct board board;
	uint8_t *blob = fuzz_exact(data, size);
	struct tree_error e = { .node = -1 };
	struct tree tree;
	int error;

	if (size >= 40)
		tree_used(blob, size);
	error = tree_index(&tree, blob, size, nodes, TREES_NODES, &e);
	FUZZ_HOLDS(!error || (e.what && (error == -EINVAL || error == -ENOSPC)));
	if (!error) {
		FUZZ_HOLDS(tree.used <= size && tree.count && tree.count <= TREES_NODES);
		for (unsigned n = 0; n < tree.count; n++)
			node_ask(&tree, n);
		tree_by_path(&tree, "serial0:115200n8");
		FUZZ_HOLDS(tree_by_path(&tree, "/") == 0);
		error = board_collect(&board, &tree, &e);
		FUZZ_HOLDS(!error || (e.what && e.node >= 0 && (unsigned)e.node < tree.count));
		write_same(&tree);
	}
	free(blob);
	return 0;
}
