/* SPDX-License-Identifier: BSD-2-Clause */
/* What the host offers a guest: read from KVM on the VM that will be used, from a file, or assumed from the board's tree. */
#ifndef BOOT_HOST_H
#define BOOT_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/outcome.h"

struct board;
struct vm;

struct host {
	bool assumed; /* no KVM was asked */
	unsigned ipa_bits;
	unsigned vcpus_max;
	bool gic_v2, gic_v3, its;
	uint32_t features; /* HOSTCPU_ of kvm/hostcpu.h */
	uint32_t page; /* bytes of a page: what memory slots are aligned to */
	uint64_t memory_free; /* bytes; 0: not known */
	uint64_t memory_total;
};

/* What a board with this tree would offer at most. */
void host_assume(struct host *host, const struct board *board);

/* One `key value` a line, as host_save() writes it. Returns 0 or fail()s with bad-config, naming FILE and line. */
int host_load(struct host *host, const char *path, struct failure *f);
int host_save(const struct host *host, const char *path, struct failure *f);

/*
 * Pin this process to one kind of core where the board has several (KVM's target and ID registers are those of one kind), open /dev/kvm and the
 * VM, and ask it. Returns 0 or fail()s with no-kvm: what is missing and why, as far as the board's tree and the kernel tell.
 */
int host_open(struct host *host, struct vm *vm, const struct board *board, struct failure *f);

/* The kind of core chosen by host_open(): an index in board->kind[], and how many of the board's CPUs are of it. */
unsigned host_kind_choose(const struct board *board);

#endif
