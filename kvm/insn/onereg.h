/* SPDX-License-Identifier: BSD-2-Clause */
/* A vCPU as a struct insn_cpu: its registers by KVM_GET_ONE_REG and KVM_SET_ONE_REG. */
#ifndef KVM_INSN_ONEREG_H
#define KVM_INSN_ONEREG_H

#include "kvm/insn/insn.h"

struct vcpu;

struct onereg {
	struct insn_cpu cpu; /* first: its functions get no other pointer */
	const struct vcpu *vcpu;
};

/*
 * Make O stand for VCPU, which was initialised and is out of KVM_RUN whenever O is used. All but
 * memory() and device(), which O keeps.
 */
void onereg_bind(struct onereg *o, const struct vcpu *vcpu);

#endif
