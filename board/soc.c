// SPDX-License-Identifier: BSD-2-Clause
// What is known of SoCs.
#include "board/soc.h"

#include <string.h>

/* Has NODE of SOCS one of the compatible strings of BOARD's root? */
static bool is_of(const struct tree *socs, unsigned node, const struct tree *board)
{
	uint32_t len;
	const char *s = tree_prop(socs, node, TREE_COMPATIBLE, &len);
	const char *const end = s + len;

	for (; s && s < end; s += strnlen(s, (size_t)(end - s)) + 1)
		if (tree_compatible(board, 0, s))
			return true;
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
		if (value && len == 8)
			*base = tree_cells(value, 2);
		return value && len == 8;
	}
	return false;
}

const char *soc_name(const struct tree *board)
{
	uint32_t len;
	const char *s = tree_prop(board, 0, TREE_COMPATIBLE, &len);
	const char *const end = s + len, *name = "";

	for (; s && s < end; s += strnlen(s, (size_t)(end - s)) + 1)
		if (memchr(s, 0, (size_t)(end - s)))
			name = s;
	return name;
}
