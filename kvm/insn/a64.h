/* SPDX-License-Identifier: BSD-2-Clause */
/* A64's loads, stores and DC ZVA. */
#ifndef KVM_INSN_A64_H
#define KVM_INSN_A64_H

#include <stdbool.h>
#include <stdint.h>

struct insn;

/*
 * What WORD is, into INSN. False: it is none of the loads and stores of general and SIMD registers
 * (exclusive, ordered and atomic ones among them) and no DC ZVA, or its result is unpredictable;
 * SVE, memory tags, pointer authentication and 64-byte accesses are not known. Arm ARM (DDI 0487)
 * C4.1.88 to C4.1.94.
 */
bool a64_decode(uint32_t word, struct insn *insn);

#endif
