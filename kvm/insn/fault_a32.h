/* SPDX-License-Identifier: BSD-2-Clause */
/* fault_enter() where EL1 is AArch32. */
#ifndef KVM_INSN_FAULT_A32_H
#define KVM_INSN_FAULT_A32_H

#include <stdbool.h>
#include <stdint.h>

struct insn_cpu;
struct walk_fault;

/*
 * As fault_enter(), of which it is a part: DFSR, DFAR, LR_abt, SPSR_abt, CPSR, PC. Arm ARM
 * (DDI 0487) G1.16.9 (Data Abort exception), G8.2.31 (DFSR), G5.10.
 */
void fault_a32(struct insn_cpu *cpu, uint32_t va, const struct walk_fault *fault, bool write);

/* As fault_break(). */
void fault_break_a32(struct insn_cpu *cpu);

#endif
