/* SPDX-License-Identifier: BSD-2-Clause */
/* A board's own tree as the guest's machine: what KVM cannot be, and what becomes of that. Pure. */
#ifndef BOARD_MIRROR_H
#define BOARD_MIRROR_H

#include "board/machine.h"
#include "board/write.h"

/* What is done to a node, and why, for the person: "dropped", "no device here sends MSIs". */
struct mirror_words {
	const char *done, *why;
};
const struct mirror_words *mirror_words(enum machine_change_kind kind);

/* Once the RAM is known: reserved memory that does not lie in it goes. */
void mirror_fit(struct machine *machine, const struct tree *tree, const struct region *ram,
		unsigned rams);

/*
 * A part of machine_complete(): all of the machine's changes; memory reservations, which are the
 * board's; what the host was told in /chosen and /options/kvmshim.
 */
void mirror_complete(struct edits *edits, const struct machine *machine, const struct tree *tree);

#endif
