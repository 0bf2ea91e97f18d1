/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From settings, board and host to a printed plan: what `run` does before it touches KVM's
 * devices, and all that `plan` does.
 */
#ifndef BOOT_PREPARE_H
#define BOOT_PREPARE_H

#include "boot/plan.h"
#include "boot/verify_keys.h"

struct prepared {
	struct tree board_tree, guest_tree;
	struct host host;
	struct span initrd; /* fd -1: none */
	struct plan_inputs inputs;
	const uint8_t *dtb; /* the guest's tree as planned, plan.tree.size bytes */
	struct settings settings;
	struct image firmware;
	struct board board;
	struct verify_keys keys; /* that the firmware must be signed with */
	struct plan plan;
};

/* The board's tree that the settings name, then what it adds to them. 0 or fail()s. */
int prepare_board(struct prepared *p, struct failure *f);

/* Open firmware and initrd. 0 or fail()s. */
int prepare_images(struct prepared *p, struct failure *f);

/* Make the plan for HOST, as it stands in P. 0 or fail()s. */
int prepare_plan(struct prepared *p, struct failure *f);

/* Print the plan. */
void prepare_print(const struct prepared *p);

/*
 * The verb `plan`: host from a file or assumed, the plan printed, the tree written where dump-dtb
 * says. 0 or fail()s.
 */
int prepare_only(struct prepared *p, struct failure *f);

#endif
