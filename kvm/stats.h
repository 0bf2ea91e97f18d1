/* SPDX-License-Identifier: BSD-2-Clause */
/* What KVM counts of a vCPU. */
#ifndef KVM_STATS_H
#define KVM_STATS_H

#include <stdint.h>

struct vcpu;

#define STATS_NAME 48 /* bytes of a name, its NUL among them */

/*
 * Call FN with each counter that KVM keeps of VCPU, which is out of KVM_RUN. Returns 0, or -errno: -ENOTTY
 * (kernels before 5.14), that of KVM_GET_STATS_FD or of reading it, -EINVAL (what it has is not as
 * documented). Source: Documentation/virt/kvm/api.rst, 4.133.
 */
int stats_each(const struct vcpu *vcpu, void (*fn)(void *arg, const char *name, uint64_t value),
	       void *arg);

#endif
