/* SPDX-License-Identifier: BSD-2-Clause */
/* Does in software what an instruction that accesses memory does. */
#ifndef KVM_INSN_EMULATE_H
#define KVM_INSN_EMULATE_H

#include "kvm/insn/insn.h"

/*
 * The instruction at CPU's PC into INSN. WORD is it as it stands there: T32 of two bytes has 16 bits,
 * of four bytes the first half in the upper half. Returns 0, -ENOSYS (WORD is none that is known), or
 * -EFAULT: the PC leads to no memory.
 */
int emulate_fetch(struct insn_cpu *cpu, struct insn *insn, uint32_t *word);

/*
 * Would the CPU execute INSN at its PC: AArch32's condition, of the instruction or of IT? One that has
 * faulted would.
 */
bool emulate_condition(struct insn_cpu *cpu, const struct insn *insn);

/*
 * Execute INSN, which CPU's PC points at and whose condition holds, as Arm ARM (DDI 0487) C6.2, C7.2,
 * F5.1 and F6.1 have it: elements in ascending order, then registers, then PC, IT and PSTATE.SS. Where
 * an element faults, no register but those of the exception changes. insn_push() is left to the
 * caller. Returns 0 (done, or the guest got an exception), -ENOSYS (DC ZVA where it is not allowed), or
 * what device() returned.
 */
int emulate(struct insn_cpu *cpu, const struct insn *insn);

#endif
