/* SPDX-License-Identifier: BSD-2-Clause */
/* A32 instructions that access memory. */
#ifndef KVM_INSN_A32_H
#define KVM_INSN_A32_H

#include "kvm/insn/insn.h"

/*
 * What WORD is, into INSN; its condition is not looked at. False: it accesses no memory, is
 * UNPREDICTABLE or unallocated, or is none of those that are emulated: LDR, STR and their kin in
 * all modes, LDRD, LDM (but exception returns), exclusives, acquire and release, VLDR, VLDM and VLD1
 * to VLD4 (see form32_structures()). SWP is none of ARMv8's. Arm ARM (DDI 0487) F4.1, F5.1, F6.1.
 */
bool a32_decode(uint32_t word, struct insn *insn);

#endif
