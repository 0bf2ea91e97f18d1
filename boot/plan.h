/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan: everything that is decided before the guest runs. A pure function of board, host,
 * settings, firmware and entropy.
 */
#ifndef BOOT_PLAN_H
#define BOOT_PLAN_H

#include "board/machine.h"
#include "boot/host.h"
#include "boot/image/image.h"
#include "boot/say.h"
#include "boot/settings.h"
#include "kvm/vgic.h"

/* 32-bit code reaches, and its registers hold, no more while the MMU is off. */
#define PLAN_AARCH32_END (1ull << 32)

struct plan_inputs {
	const struct settings *settings;
	const struct board *board;
	const struct tree *board_tree;
	const struct host *host;
	const struct image *firmware;
	const struct span *initrd; /* fd -1: none */
	const char *initrd_path;
	const struct tree *guest; /* overlays applied */
	const char *guest_path; /* the file that it is in, or the name of a built-in one */
	const struct tree *socs; /* what is known of SoCs, for a mirrored machine */
	const struct model *const *models;
	const uint8_t *entropy; /* 40 bytes, or NULL: the guest gets no seeds */
};

/* Where firmware ended up, for the person. */
enum plan_place { PLACE_GIVEN, PLACE_FORMAT, PLACE_HEADER, PLACE_FLASH, PLACE_RAM };

struct plan {
	unsigned cpus;
	bool mpidr_given; /* the guest's tree names them: they are pushed */
	uint32_t cpu_features; /* HOSTCPU_ */
	bool aarch32;
	enum vgic_kind vgic;
	unsigned irqs; /* INTIDs, 0: KVM's default is enough */
	unsigned redist_count[BOARD_REDISTS_MAX]; /* vCPUs in each redistributor region */
	struct region ram[MACHINE_BANKS_MAX]; /* behind the RAM's banks those of SRAM */
	unsigned rams, banks; /* of RAM; of both */
	bool ram_assumed; /* a board's tree that leaves RAM to the firmware: by the node, or the SoC */
	struct {
		struct region region; /* footprint; in flash the file's bytes: bss is in RAM */
		int flash; /* the bank it lies in, -1: RAM */
	} part[IMAGE_PARTS_MAX]; /* as the firmware's: [0] is what is run */
	unsigned parts;
	enum plan_place place; /* of part[0] */
	int flash_vars; /* the bank that can be written, -1: none */
	uint64_t entry;
	uint64_t stack; /* SP_EL1 at the entry */
	struct region scratch; /* RAM that the kernel unpacks itself to, size 0: none */
	struct region initrd; /* size 0: none */
	struct region dtb;
	struct completed tree; /* the guest's tree as written */
	enum unmodelled unmodelled;
	enum action on_poweroff, on_reset, on_crash;
	uint64_t mpidr[MACHINE_CPUS_MAX]; /* as the tree's reg has it */
	struct machine machine;
};

/*
 * Decide everything, and write the guest's tree to DTB (SIZE bytes). Returns 0 or fail()s: bad-
 * config, bad-firmware, refused; the sentence names the file or
 * node, the values, and the remedy.
 */
int plan_make(struct plan *plan, const struct plan_inputs *in, void *dtb, size_t size,
	      struct failure *f);

/*
 * The page the person sees: what the board is, what the guest will be, where each thing lies; 80
 * columns.
 */
void plan_print(const struct plan *plan, const struct plan_inputs *in, struct page *page);

#endif
