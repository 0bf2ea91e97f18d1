/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's machine, read from its device tree: what every enabled node becomes. Pure. */
#ifndef BOARD_MACHINE_H
#define BOARD_MACHINE_H

#include "board/board.h"
#include "board/dev.h"
#include "generated/config.h"

#define MACHINE_RAM_MAX 8
#define MACHINE_SRAM_MAX 8
#define MACHINE_BANKS_MAX (MACHINE_RAM_MAX + MACHINE_SRAM_MAX)
#define MACHINE_FLASH_MAX 4
#define MACHINE_FLASH_BLOCKS 256 /* erase blocks of a bank, at most */
#define MACHINE_DEVICES_MAX 32
#define MACHINE_PASSES_MAX 8
#define MACHINE_UNSERVED_MAX 1024
#define MACHINE_CHANGES_MAX 128
#define MACHINE_LINES_MAX 9 /* interrupts of one device */
#define MACHINE_CPUS_MAX 512
#define MACHINE_REDIST_SIZE 0x20000 /* of one vCPU: two frames of 64 KiB */

struct machine_device {
	const struct model *model;
	int node;
	struct region reg;
	uint32_t intid[MACHINE_LINES_MAX];
	struct dev_traits traits;
};

struct machine_unserved {
	int node; /* an enabled node with a reg and a compatible that no model serves */
	struct region reg;
};

/* What KVM cannot make of a board's own node: see mirror.h for what becomes of it. */
enum machine_change_kind {
	CHANGE_GIC,
	CHANGE_ITS,
	CHANGE_STRIDE,
	CHANGE_FREQUENCY,
	CHANGE_ALWAYS_ON,
	CHANGE_TIMER,
	CHANGE_PMU,
	CHANGE_LINES,
	CHANGE_DEVICE,
	CHANGE_RESERVED,
	CHANGE_PAGES, /* of the first memory node, as the plan settles RAM: see plan_memory.h */
	CHANGE_COVERS
};

struct machine_change {
	int node;
	enum machine_change_kind kind;
};

struct machine {
	bool mirrored; /* its tree is a board's own */
	struct region ram[MACHINE_RAM_MAX]; /* as the tree says; size 0 is the plan's to settle */
	int ram_node[MACHINE_RAM_MAX];
	unsigned rams;
	enum {
		RAM_TOLD,
		RAM_NAMED,
		RAM_OPEN
	} ram_base; /* by reg, by the node's name, not at all */
	struct region sram[MACHINE_SRAM_MAX]; /* mmio-sram: memory beside the RAM */
	int sram_node[MACHINE_SRAM_MAX];
	unsigned srams;
	struct region flash[MACHINE_FLASH_MAX]; /* cfi-flash banks, in the tree's order */
	int flash_node[MACHINE_FLASH_MAX];
	unsigned flashes;
	struct region pass[MACHINE_PASSES_MAX]; /* of nodes with `passthrough`: the host's own */
	int pass_node[MACHINE_PASSES_MAX];
	unsigned passes;
	struct {
		enum gic_version version;
		int node;
		struct region dist, cpu, its;
		struct region redist[BOARD_REDISTS_MAX];
		unsigned redists;
		bool has_its;
	} gic;
	struct {
		int node; /* -1 */
		uint32_t ppi[4]; /* INTIDs: secure phys, phys, virt, hyp */
		unsigned ppis; /* 4, or 0: no timer node */
	} timer;
	uint32_t pmu_ppi; /* INTID of arm,armv8-pmuv3, 0 = none */
	int pmu_node;
	unsigned cpus; /* 0: the tree leaves them to the plan */
	int cpus_node, psci_node, chosen_node, aliases_node; /* -1 */
	enum psci_method psci;
	unsigned devices;
	int console; /* index in device[] that stdout-path names, else the first that takes input, else -1 */
	unsigned unserveds;
	unsigned unserveds_more; /* beyond those that have room here */
	unsigned changes;
	uint32_t intid_max; /* highest INTID any node names, of those that KVM has */
	struct dev_storage flash_storage[MACHINE_FLASH_MAX]; /* locked is the plan's to say */

	/* Long tables last, as in struct board. */
	struct machine_device device[MACHINE_DEVICES_MAX];
	struct machine_change change[MACHINE_CHANGES_MAX];
	struct machine_unserved unserved[MACHINE_UNSERVED_MAX];
	uint64_t mpidr[MACHINE_CPUS_MAX]; /* of the tree's own cpu nodes */
	int cpu_node[MACHINE_CPUS_MAX];
};

/* Is its tree a board's own? */
static inline bool machine_mirrored(const struct machine *m)
{
	return CONFIG_MIRROR && m->mirrored;
}

/*
 * Read TREE: each enabled node whose compatible one of MODELS (NULL-terminated) has becomes a
 * device. MIRRORED: it was not written for a guest; what KVM cannot be of it is noted as a change.
 * Returns 0, or -errno with *ERR naming the node: -EINVAL (reg that cannot be
 * translated, is unaligned or of size 0 where that matters, two regions that overlap, an
 * interrupt that is not the GIC's, or one that KVM cannot give to its node), -E2BIG (too many of a
 * thing).
 */
int machine_read(struct machine *machine, const struct tree *tree,
		 const struct model *const *models, bool mirrored, struct tree_error *err);

bool machine_has_change(const struct machine *machine, int node, enum machine_change_kind kind);

/* Note a change of a mirrored machine. False, and nothing is noted: it is none. */
bool machine_change(struct machine *machine, int node, enum machine_change_kind kind);

/* What the plan settles and the tree must say. */
struct completion {
	struct region ram[MACHINE_RAM_MAX];
	unsigned rams;
	const uint64_t *mpidr; /* of each vCPU, MPIDR_EL1 affinity fields as reg wants them */
	unsigned cpus;
	const char *cpu_compatible; /* "arm,armv8" */
	bool pmu; /* false: a PMU node in the tree goes */
	const char *bootargs; /* NULL or "": the tree's own stay */
	uint64_t initrd_start, initrd_end; /* 0: none */
	const uint8_t *rng_seed; /* 32 bytes, NULL: no such property */
	bool kaslr; /* false: no kaslr-seed */
	uint64_t kaslr_seed;
	bool stdout_path; /* false: chosen loses it */
	/*
	 * vCPUs in each redistributor region of a GICv3, 128 KiB each: the tree's regions become that
	 * large, and one with none goes. All 0: they stay as they are.
	 */
	unsigned redist_count[BOARD_REDISTS_MAX];
	size_t slack; /* bytes of room behind the tree, part of its totalsize */
};

/*
 * Where the seeds stand in the tree written, so that a reset can put fresh ones there. Offsets
 * in the blob, 0 = absent.
 */
struct completed {
	long size; /* totalsize */
	uint32_t rng_seed_at, kaslr_seed_at;
};

/*
 * Write to OUT (8-byte aligned) the tree that the guest is handed: TREE with memory (reg of the
 * memory node, which gets a new name where its base has moved), cpus (one cpu node each:
 * device_type, compatible, reg, enable-method; those the tree has for the same MPIDR stay),
 * psci (arm,psci-1.0/0.2, hvc), a timer where it is missing and there is a GIC, the GICv3's
 * redistributor regions, aliases/serial0 where it is missing and there is a console, and chosen
 * completed. Nodes that are missing are added. Seeds
 * and an initrd that WITH does not give go. Returns 0, -ENOSPC (OUT is too small), -ERANGE (an
 * address or size needs more cells than the tree gives it), -EINVAL (an empty list of RAM or
 * CPUs, or one beyond the table). Its working memory is static: one call at a time.
 */
int machine_complete(const struct machine *machine, const struct tree *tree,
		     const struct completion *with, void *out, size_t size, struct completed *done);

/* Is the tree's psci node as machine_complete() writes it? Does that add a timer? */
bool machine_psci_is_kvms(const struct machine *machine, const struct tree *tree);
bool machine_adds_timer(const struct machine *machine, const struct tree *tree);

#endif
