/* SPDX-License-Identifier: BSD-2-Clause */
/* An instruction's accesses, one element at a time: translated, then memory or a device. */
#ifndef KVM_INSN_ACCESS_H
#define KVM_INSN_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "kvm/insn/walk.h"

struct insn_cpu;

/* Zeroed but for what the instruction needs. */
struct access {
	struct insn_cpu *cpu;
	bool aarch32; /* addresses have 32 bits */
	bool big; /* data is big-endian */
	bool user; /* with EL0's rights */

	struct walk_fault fault; /* of the first element that could not be done */
	uint64_t fault_va;
	bool fault_write;

	bool known; /* where the page at VA lies, for a load or a store */
	bool write;
	uint64_t va, gpa;
};

/* VA as an address of the CPU's state. */
uint64_t access_address(const struct access *a, uint64_t va);

/* Note that the access at VA takes a data abort. Returns -EFAULT. */
int access_fail(struct access *a, uint64_t va, bool write, enum walk_kind kind);

/* Where VA leads to. Returns 0 or access_fail(). */
int access_translate(struct access *a, uint64_t va, bool write, uint64_t *gpa);

/*
 * One element of SIZE 1, 2, 4 or 8; VALUE is as the register has it. What crosses a page is done byte
 * by byte. Returns 0, access_fail(), or what device() returned.
 */
int access_element(struct access *a, uint64_t va, unsigned size, bool write, uint64_t *value);

#endif
