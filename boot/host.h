/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the host offers a guest: read from KVM on the VM that will be used, from a file, or assumed
 * from the board's tree.
 */
#ifndef BOOT_HOST_H
#define BOOT_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/outcome.h"

struct board;
struct tree;
struct vm;

struct host {
	bool assumed; /* no KVM was asked */
	unsigned ipa_bits;
	unsigned vcpus_max;
	bool gic_v2, gic_v3, its;
	bool smc; /* a guest's SMC is served as HVC is; without it, it fails */
	bool irqchip_only; /* gic_v2 by KVM_CREATE_IRQCHIP alone: there is no device API */
	uint32_t features; /* HOSTCPU_ of kvm/hostcpu.h */
	uint32_t page; /* bytes of a page: what memory slots are aligned to */
	uint64_t memory_free; /* bytes; 0: not known */
	uint64_t memory_total;
	const char *
		vgic_line; /* the kernel's about a vGIC that it has not, or NULL; not kept in files */
	/* The kind of core this process was pinned to; 0: it was not. Not kept in files. */
	unsigned pinned_cpus;
	uint64_t pinned_midr;
};

/* What a board with this tree would offer at most. */
void host_assume(struct host *host, const struct board *board);

/*
 * One `key value` a line, as host_save() writes it. Returns 0 or fail()s with bad-config, naming
 * FILE and line.
 */
int host_load(struct host *host, const char *path, struct failure *f);
int host_save(const struct host *host, const char *path, struct failure *f);

/*
 * Pin this process to one kind of core: KVM's target, its ID registers and a vCPU's PMU are those
 * of one kind. The tree tells the kinds; which of CPUS Linux CPUs is of which kind only MIDR tells
 * for certain, so the largest group of equal MIDRs in FOLDER (of sysfs) is taken. Fills
 * pinned_cpus and pinned_midr; a person is told where that cannot be done.
 */
void host_pin(struct host *host, unsigned cpus, const char *folder);

/*
 * host_pin() where the board has several kinds of core, open /dev/kvm and the VM, and ask it.
 * Returns 0 or fail()s with no-kvm: what is missing and why, as far as BOARD's TREE and the kernel
 * tell.
 */
int host_open(struct host *host, struct vm *vm, const struct board *board, const struct tree *tree,
	      struct failure *f);

#endif
