/* SPDX-License-Identifier: BSD-2-Clause */
/* An instruction's registers: which of the CPU's they are, and what is in them. */
#ifndef KVM_INSN_OPERAND_H
#define KVM_INSN_OPERAND_H

#include "kvm/insn/insn.h"

/* Zeroed but for the first three. */
struct operands {
	struct insn_cpu *cpu;
	const struct insn *insn;
	uint64_t pstate; /* ahead of the instruction */
	uint64_t simd[32][2];
	uint32_t simd_known, simd_changed; /* bit per register */
};

/* The low SIZE bytes of VALUE; the same with their sign in all above them. */
uint64_t operand_cut(uint64_t value, unsigned size);
uint64_t operand_sign_extend(uint64_t value, unsigned size);

/* A register that the instruction names, in the current mode. INSN_PC is the instruction's address. */
uint64_t operand_get(const struct operands *o, unsigned reg);
void operand_set(const struct operands *o, unsigned reg, uint64_t value);

/* The index, extended, shifted and with its sign; 0: there is none. */
uint64_t operand_index(const struct operands *o);

/* What a store takes for MOVE: the element. What a load leaves of VALUE, an element, in its register. */
uint64_t operand_stored(struct operands *o, const struct insn_move *move);
void operand_loaded(struct operands *o, const struct insn_move *move, uint64_t value);

/* Hand changed SIMD registers to the CPU; an error stays in it for insn_push(). */
void operand_push(struct operands *o);

#endif
