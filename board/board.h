/* SPDX-License-Identifier: BSD-2-Clause */
/* The board we stand on, as its device tree describes it. */
#ifndef BOARD_BOARD_H
#define BOARD_BOARD_H

#include "board/region.h"
#include "board/tree.h"

#define BOARD_CPUS_MAX 512
#define BOARD_MEMORY_MAX 32
#define BOARD_RESERVED_MAX 64
#define BOARD_KINDS_MAX 4 /* kinds of CPU core on one board */
#define BOARD_REDISTS_MAX 8

enum gic_version { GIC_NONE, GIC_V2, GIC_V3 };
enum psci_method { PSCI_NONE, PSCI_HVC, PSCI_SMC };

struct board_cpu {
	uint64_t mpidr; /* reg: Aff3 in bits 39:32, Aff2..0 in 23:0 */
	uint8_t kind; /* index in kinds */
};

struct board {
	const char *model; /* "" where the tree has none */
	const char *compatible; /* the first of the root's */
	struct region memory[BOARD_MEMORY_MAX];
	unsigned memories;
	uint64_t memory_total;
	unsigned reserveds;
	unsigned cpus;
	struct {
		const char *compatible; /* "arm,cortex-a72" */
		unsigned cpus;
	} kind[BOARD_KINDS_MAX];
	unsigned kinds;
	struct {
		enum gic_version version;
		int node; /* -1: no GIC */
		struct region dist, cpu; /* cpu: GICv2 CPU interface (GICC) */
		struct region redist[BOARD_REDISTS_MAX];
		unsigned redists;
		uint64_t stride; /* of redistributors, 0: what the architecture says */
		bool frames; /* registers for a hypervisor: GICv3, or GICH and GICV */
		bool virt; /* a hypervisor can use it: these, and the maintenance interrupt */
		bool its;
	} gic;
	struct {
		int node; /* -1: no architected timer */
		uint32_t virt_ppi; /* INTID of the virtual timer, 0: none or not the GIC's */
	} timer;
	enum psci_method psci;
	struct {
		int node; /* -1: none named */
		const char *compatible;
		struct region reg;
		uint32_t intid; /* 0: none or not the GIC's */
		const char *stdout_path; /* with its options after ':'; NULL: not there */
	} console;
	int options; /* node /options/kvmshim, -1 */

	/* Long tables come last: little of them is touched, and every page that is costs. */
	/* /reserved-memory children with a reg, then the memory reservation block */
	struct region reserved[BOARD_RESERVED_MAX];
	struct board_cpu cpu[BOARD_CPUS_MAX]; /* enabled ones, in the tree's order */
};

/* What kind of GIC a node with this compatible string is, if any. */
enum gic_version board_gic_version(const char *compatible);

/*
 * Collect TREE into BOARD in one pass over its nodes. A board may lack most things (no GIC, no
 * memory node, no console): those are left empty and it is the plan that judges. Returns 0, or
 * -EINVAL with *ERR filled where what is there contradicts itself: a GIC whose reg cannot be
 * translated or is unaligned, a reg of the wrong length, more than BOARD_*_MAX of a thing (-E2BIG).
 */
int board_collect(struct board *board, const struct tree *tree, struct tree_error *err);

#endif
