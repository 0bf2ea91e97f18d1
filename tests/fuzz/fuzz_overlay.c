// SPDX-License-Identifier: BSD-2-Clause
// An overlay on the built-in machine: a tree that is one, or a refusal.
#include <errno.h>
#include <libfdt.h>
#include <stdlib.h>

#include "board/overlay.h"
#include "boot/trees.h"
#include "tests/fuzz/fuzz.h"

extern const uint8_t dts_virt_gicv3_begin[], dts_virt_gicv3_end[];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static _Alignas(8) uint8_t merged[64 << 10];
	static struct tree_node nodes[TREES_NODES];
	uint8_t *overlay = fuzz_exact(data, size);
	struct tree_error e = { .node = -1 };
	struct tree tree;
	size_t used;
	int error;

	FUZZ_HOLDS(!overlay_begin(merged, sizeof(merged), dts_virt_gicv3_begin,
				  (size_t)(dts_virt_gicv3_end - dts_virt_gicv3_begin), &e));
	error = overlay_apply(merged, overlay, size, &e);
	FUZZ_HOLDS(!error || ((error == -EINVAL || error == -ENOSPC) && e.what));
	if (!error) {
		used = overlay_end(merged);
		FUZZ_HOLDS(used <= sizeof(merged) && used == fdt_totalsize(merged));
		FUZZ_HOLDS(!tree_index(&tree, merged, used, nodes, TREES_NODES, &e));
	}
	free(overlay);
	return 0;
}
