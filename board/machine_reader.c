// SPDX-License-Identifier: BSD-2-Clause
// What the parts of machine_read() share.
#include "board/machine_reader.h"

#include <errno.h>

int machine_reader_too_many(struct reader *r, unsigned node, const char *what, uint64_t limit)
{
	return tree_error_set(r->err, E2BIG, (int)node, what, "take some out of the guest's tree",
			      limit);
}

int machine_reader_region(struct reader *r, unsigned node, unsigned index, struct region *region)
{
	switch (tree_reg(r->tree, node, index, &region->base, &region->size)) {
	case 0: return 0;
	case -ENOENT:
		return tree_error_set(r->err, EINVAL, (int)node, "reg lacks an entry",
				      "give it one", index);
	case -ENXIO:
		return tree_error_set(r->err, EINVAL, (int)node,
				      "reg is at no address of the CPU's",
				      "let the ranges of the buses above cover it", index);
	default:
		return tree_error_set(r->err, EINVAL, (int)node, "reg does not fit its bus's cells",
				      "see #address-cells and #size-cells of the node above",
				      index);
	}
}
