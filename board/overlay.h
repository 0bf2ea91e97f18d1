/* SPDX-License-Identifier: BSD-2-Clause */
/* Overlays (.dtbo) applied to a tree. */
#ifndef BOARD_OVERLAY_H
#define BOARD_OVERLAY_H

#include <stddef.h>

#include "board/tree.h"

/*
 * Begin: copy the tree FDT, whose first SIZE bytes are there, to BUF of ROOM bytes (8-byte
 * aligned), with all the room there is left behind it for overlays to grow into. Returns 0,
 * -EINVAL (not a good tree), -ENOSPC (ROOM is less than the tree). *ERR says why.
 */
int overlay_begin(void *buf, size_t room, const void *fdt, size_t size, struct tree_error *err);

/*
 * Apply OVERLAY of SIZE bytes to the tree in BUF. OVERLAY is changed on the way and of no use
 * afterwards; where it fails BUF is of no use either. Returns 0, -EINVAL (not a good tree, not
 * an overlay, a label or path that the tree does not have), -ENOSPC (no room left). *ERR says
 * why. Source: libfdt's fdt_overlay_apply(), which wants labels in the tree's /__symbols__.
 */
int overlay_apply(void *buf, void *overlay, size_t size, struct tree_error *err);

/* End: totalsize becomes what is used. Returns it. */
size_t overlay_end(void *buf);

#endif
