/* SPDX-License-Identifier: BSD-2-Clause */
/* T32 instructions that access memory. */
#ifndef KVM_INSN_T32_H
#define KVM_INSN_T32_H

#include "kvm/insn/insn.h"

/* Does the half word FIRST begin an instruction of four bytes? Arm ARM (DDI 0487) F3.1. */
static inline bool t32_is_wide(uint16_t first)
{
	return first >= 0xe800;
}

/*
 * What WORD is, into INSN: a half word, or two of them with the first one in the upper half. False:
 * see a32_decode().
 */
bool t32_decode(uint32_t word, struct insn *insn);

#endif
