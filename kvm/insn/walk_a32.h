/* SPDX-License-Identifier: BSD-2-Clause */
/* walk() where EL1 is AArch32: short descriptors, and long ones with TTBCR.EAE. */
#ifndef KVM_INSN_WALK_A32_H
#define KVM_INSN_WALK_A32_H

#include "kvm/insn/walk.h"

/* As walk(), of which it is a part. Arm ARM (DDI 0487) G5.4, G5.5; VMSAv8-32. */
enum walk_kind walk_a32(struct insn_cpu *cpu, uint64_t va, unsigned access, uint64_t *gpa,
			struct walk_fault *fault);

#endif
