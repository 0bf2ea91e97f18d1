/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A vCPU's PSCI power state and KVM's MP state. QEMU's kvm_arm_sync_mpstate_to_kvm and
 * _to_qemu.
 */
#ifndef KVM_MPSTATE_H
#define KVM_MPSTATE_H

#include <stdbool.h>

struct vcpu;

enum psci_power { PSCI_POWER_ON, PSCI_POWER_OFF, PSCI_POWER_SUSPENDED };

/*
 * SUPPORTED is what KVM_CAP_MP_STATE said; without it both do nothing and return 0. Else 0 or
 * -errno.
 */
int mpstate_push(const struct vcpu *vcpu, enum psci_power power, bool supported);
/* -ERANGE: a state that KVM on arm64 does not have; *POWER is untouched on every failure. */
int mpstate_pull(const struct vcpu *vcpu, enum psci_power *power, bool supported);

#endif
