/* SPDX-License-Identifier: BSD-2-Clause */
/* What A32 and T32 encode alike, or differ in by no more than where the fields are. */
#ifndef KVM_INSN_FORM32_H
#define KVM_INSN_FORM32_H

#include "kvm/insn/insn.h"

#define FORM32_PC 15u

/* A register's field whose lowest bit is AT. */
static inline unsigned form32_reg(uint32_t word, unsigned at)
{
	return word >> at & 15;
}

/* R0..R15 as struct insn names them. */
static inline uint8_t form32_number(unsigned reg)
{
	return reg == FORM32_PC ? INSN_PC : (uint8_t)reg;
}

/* Append REG to what is loaded or stored. */
void form32_move(struct insn *insn, unsigned reg);

/*
 * [BASE, #OFFSET], with ! or behind the bracket. PC is what R15 is ahead of the instruction: 8 in
 * A32, 4 in T32.
 */
void form32_offset(struct insn *insn, unsigned base, int offset, bool pre, bool writeback,
		   unsigned pc);

/* LDM and STM of the registers in LIST; false: there are none, or BASE is R15. */
bool form32_list(struct insn *insn, unsigned base, uint32_t list, bool up, bool before,
		 bool writeback);

/*
 * VLDR, VSTR, VLDM, VSTM: A32's word, or T32's, which is the same with condition AL. False:
 * UNPREDICTABLE, or a move between registers.
 */
bool form32_vfp(struct insn *insn, uint32_t word, unsigned pc);

/*
 * VLD1 to VLD4 and VST1 to VST4, of multiple structures, one lane, or all lanes: bits 23..0, which A32
 * and T32 share. False too: VLD1 to all lanes of two registers of which the first has an odd number.
 */
bool form32_structures(struct insn *insn, uint32_t word);

#endif
