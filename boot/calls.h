/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls that firmware makes to its SoC's secure firmware, which a guest has not: data answers them. */
#ifndef BOOT_CALLS_H
#define BOOT_CALLS_H

#include "boot/outcome.h"

struct shim;
struct vcpu;

/*
 * Have KVM hand us the calls that are known of the guest's SoC. Before the guest runs. On kernels that
 * cannot, a call fails with -1 as all others do. Returns 0 or fail()s.
 */
int calls_open(struct shim *s, struct failure *f);

/* KVM_EXIT_HYPERCALL of VCPU. */
void calls_serve(struct shim *s, struct vcpu *vcpu);

#endif
