/* SPDX-License-Identifier: BSD-2-Clause */
/* LD1 to LD4, ST1 to ST4: a part of a64_decode(). */
#ifndef KVM_INSN_A64_SIMD_H
#define KVM_INSN_A64_SIMD_H

#include <stdbool.h>
#include <stdint.h>

struct insn;

/*
 * Multiple and single structures, of which WORD is one, POST with write-back: the fields of INSN but
 * word, length and base. False: unallocated. Arm ARM (DDI 0487) C4.1.89, C7.2 (LD1 and on).
 */
bool a64_simd_multiple(struct insn *insn, uint32_t word, bool post);
bool a64_simd_single(struct insn *insn, uint32_t word, bool post);

#endif
