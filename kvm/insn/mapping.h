/* SPDX-License-Identifier: BSD-2-Clause */
/* What the guest's own tables make of an address: where it leads, with which rights, as what memory. */
#ifndef KVM_INSN_MAPPING_H
#define KVM_INSN_MAPPING_H

#include "kvm/insn/walk.h"

enum mapping_right { MAPPING_READ = 1, MAPPING_WRITE = 2, MAPPING_EXECUTE = 4 };

struct mapping {
	struct walk_fault fault; /* WALK_OK: it is mapped */
	struct walk_trail trail; /* no steps: the MMU is off, or no table was looked at */
	unsigned span; /* log2 of the bytes around the address of which the same is true */
	/* Where it is mapped: */
	uint64_t gpa;
	uint8_t el1, el0; /* enum mapping_right, PAN and UAO aside; AArch32: PL1 and PL0 */
	uint8_t memory; /* as MAIR_EL1 has it */
	bool accessed; /* else the first access faults, unless the CPU sets the flag by itself */
};

/*
 * VA as CPU has it mapped now. Nothing changes. With the MMU off all is mapped to itself, with all
 * rights, as device memory. Arm ARM (DDI 0487) D8.4, D8.5; AArch32: G5.6, G5.7.
 */
void mapping_find(struct insn_cpu *cpu, uint64_t va, struct mapping *m);

enum mapping_what { MAPPING_INVALID, MAPPING_TABLE, MAPPING_BLOCK, MAPPING_PAGE };

/* What the descriptor of STEP is. */
enum mapping_what mapping_what(const struct walk_step *step);

#endif
