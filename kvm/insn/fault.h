/* SPDX-License-Identifier: BSD-2-Clause */
/* The exception that an access takes: the guest's registers as after its entry. */
#ifndef KVM_INSN_FAULT_H
#define KVM_INSN_FAULT_H

#include <stdbool.h>
#include <stdint.h>

struct insn_cpu;
struct walk_fault;

/*
 * A synchronous data abort at VA, taken to EL1: ESR, FAR, ELR, SPSR, PSTATE, PC. Arm ARM (DDI 0487)
 * D1.3.1, D17.2.37 (ISS of a Data Abort). fault_a32() does AArch32's: DFSR, DFAR, SPSR_abt, LR_abt,
 * CPSR, PC; G1.16.
 */
void fault_enter(struct insn_cpu *cpu, uint64_t va, const struct walk_fault *fault, bool write);

/*
 * What a BRK or BKPT of the guest's own gives it, which the hypervisor got as ESR: the exception of EL1,
 * or AArch32's Prefetch Abort with its IFSR. Arm ARM D1.3.1, G2.7.
 */
void fault_break(struct insn_cpu *cpu, uint32_t esr);

#endif
