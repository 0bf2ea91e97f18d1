/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A tree written anew from another one plus a list of edits, in one linear pass, whatever their
 * number. libfdt's own edits move the whole rest of the blob each time, which is what makes
 * large trees slow.
 */
#ifndef BOARD_WRITE_H
#define BOARD_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tree;

enum edit_kind {
	EDIT_SET, /* property NAME of NODE becomes VALUE, LEN; added if it is not there */
	EDIT_DROP, /* property NAME of NODE goes */
	EDIT_DROP_NODE, /* NODE goes with all below it */
	EDIT_NAME, /* NODE (not the root) is called NAME, unit address included */
	/*
	 * A new child NAME, last in NODE; SETs and ADD_NODEs with node -1 that follow belong to it
	 * until EDIT_END_NODE.
	 */
	EDIT_ADD_NODE,
	EDIT_END_NODE
};

struct edit {
	enum edit_kind kind;
	int node; /* index in the source tree; -1: the node added last and still open */
	const char *name;
	const void *value;
	uint32_t len;
	uint32_t at; /* of a SET, after write_tree(): offset of its value in OUT, 0 = not written */
	/* write_tree()'s own */
	bool seen;
	uint32_t name_at;
	struct edit *next, *next_name;
};

/* An edit list in memory of the caller's; values are copied into it, names are not. */
struct edits {
	struct edit *edit;
	unsigned count, max;
	uint8_t *bytes; /* values */
	size_t used, size;
	bool no_reservations; /* SOURCE's memory reservations go */
	bool overflow; /* something did not fit: write_tree() refuses */
};

/* Nodes' names are copied: they may be made up on the stack. Cells are given in host order. */
void edit_set(struct edits *e, int node, const char *name, const void *value, size_t len);
void edit_set_string(struct edits *e, int node, const char *name, const char *value);
void edit_set_u32(struct edits *e, int node, const char *name, uint32_t value);
void edit_set_cells(struct edits *e, int node, const char *name, const uint32_t *cell,
		    unsigned count);
void edit_drop(struct edits *e, int node, const char *name);
void edit_drop_node(struct edits *e, int node);
void edit_name(struct edits *e, int node, const char *name);
void edit_add_node(struct edits *e, int parent, const char *name);
void edit_end_node(struct edits *e);

/*
 * Write SOURCE with the edits applied to OUT (8-byte aligned, SIZE bytes): header v17, SOURCE's
 * memory reservations (unless they go), structure, strings. totalsize = what is used + SLACK,
 * zeroed, for a firmware that edits in place. The last SET or DROP of a property holds; a node that
 * is dropped takes the edits of all below it along. Returns the total size, or -ENOSPC (OUT or the
 * edit list is too small), -EINVAL (an edit of a node that is not there, an added node left open, a
 * SET behind an ADD_NODE in the same added node).
 */
long write_tree(const struct tree *source, const struct edits *edits, void *out, size_t size,
		size_t slack);

#endif
