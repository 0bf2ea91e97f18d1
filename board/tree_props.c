// SPDX-License-Identifier: BSD-2-Clause
// All properties of a node, one after the other.

#include "board/tree.h"

#include <string.h>

enum token { PROP = 3, NOP = 4 };

const void *tree_prop_next(const struct tree *tree, unsigned node, uint32_t *at, const char **name,
			   uint32_t *len)
{
	const uint8_t *p = tree->fdt + *at;

	if (*at == 0)
		p = tree->fdt + tree->node[node].at + 4 +
		    ((strlen(tree_name(tree, node)) + 4) & ~(size_t)3);
	while (tree_u32(p) == NOP)
		p += 4;
	if (tree_u32(p) != PROP)
		return NULL;
	*len = tree_u32(p + 4);
	*name = (const char *)tree->fdt + tree->strings_at + tree_u32(p + 8);
	*at = (uint32_t)(p - tree->fdt) + 12 + ((*len + 3) & ~3u);
	return p + 12;
}
