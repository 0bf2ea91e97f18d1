/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One instruction of the guest's without its interrupts: they are masked while it executes, and
 * nothing that it does shows that.
 */
#ifndef KVM_INSN_STEP_H
#define KVM_INSN_STEP_H

#include <stdbool.h>
#include <stdint.h>

struct insn_cpu;

/* An instruction that is under way. */
struct step {
	uint64_t pc, pstate; /* as the guest left them */
	uint64_t spsr; /* the same, of an exception return */
	uint32_t word; /* as emulate_fetch() has it; 0: the PC leads to no memory */
	uint8_t length; /* bytes */
	uint8_t kind, reg; /* step.c's own */
};

/*
 * CPU is to execute the instruction at its PC, fetched from memory: mask its interrupts. What does
 * nothing but change the masks is done here, and so are WFI and WFE, which may end at once: true, and
 * CPU stands behind it. False: CPU is to run. insn_push() is left to the caller.
 */
bool step_begin(struct step *step, struct insn_cpu *cpu);

/*
 * CPU has stopped, its registers those of now: its masks, what MRS read of them, and what an exception
 * or its return saved or took, become what they would be without us. DONE: the instruction was
 * executed; else that is told by a PC that has changed. insn_push() is left to the caller.
 */
void step_end(const struct step *step, struct insn_cpu *cpu, bool done);

/* Is it a call to the hypervisor, which may come back late or never (PSCI)? */
bool step_calls(const struct step *step);

#endif
