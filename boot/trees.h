/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two trees of a run, brought in: the board's from the kernel or a file, the guest's from what
 * is built in or a file, overlays applied.
 */
#ifndef BOOT_TREES_H
#define BOOT_TREES_H

#include "board/board.h"
#include "boot/host.h"
#include "boot/image/image.h"
#include "boot/settings.h"

/* Room for one tree and its index. Static: pages that are not touched cost nothing. */
#define TREES_NODES 4096

/*
 * The sentence for what is wrong with a tree: WHOSE it is, the file PATH, the node (TREE NULL: not
 * to be found any more), what, where, remedy. fail()s with bad-config and CODE.
 */
int trees_refuse(const char *code, const char *whose, const char *path, const struct tree *tree,
		 const struct tree_error *e, struct failure *f);

/*
 * Read WHOSE tree from PATH into BLOB: what is in use of it, since loaders pad trees by up to a
 * megabyte. Returns the bytes read, or -1 and fail()s with bad-config.
 */
long trees_read_file(const char *path, const char *whose, uint8_t *blob, size_t size,
		     struct failure *f);

/*
 * Read the board's tree from PATH (only what is in use of it), check it, collect BOARD. Returns 0
 * or fail()s with bad-config: file, place in it, remedy.
 */
int trees_board_read(const char *path, struct tree *tree, struct board *board, struct failure *f);

/*
 * The guest's tree that SETTINGS name, with their overlays; for `virt` the GIC is the one settings
 * ask for, else the newest that HOST offers. Where no machine was asked for and FIRMWARE brings a
 * tree, that one is the machine, its overlays applied first. For `mirror` it is BOARD's own, or
 * U-Boot's where that was built for another board. *PATH becomes the file that it is in, or the
 * name of a built-in one. Returns 0 or fail()s.
 */
int trees_guest_read(const struct settings *s, const struct host *host,
		     const struct image *firmware, const struct board *board,
		     const struct tree *board_tree, struct tree *tree, const char **path,
		     struct failure *f);

/* What is known of SoCs: built in. */
const struct tree *trees_socs(void);

/* Is the guest's machine `virt`, which is built in? */
bool trees_virt(const struct settings *s, const struct image *firmware);

/* Is the guest's machine the tree that FIRMWARE brings? */
bool trees_from_firmware(const struct settings *s, const struct image *firmware);

#endif
