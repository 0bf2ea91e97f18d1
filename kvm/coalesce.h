/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Coalesced MMIO: stores to a registered range go to a ring shared with KVM and cost no exit. The ring has a doorbell
 * only when it is full; so while nobody drains it we make it look full, and the first store after a quiet time exits.
 */
#ifndef KVM_COALESCE_H
#define KVM_COALESCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vm;
struct vcpu;
struct kvm_coalesced_mmio_ring;

struct coalesce {
	struct kvm_coalesced_mmio_ring *ring; /* NULL: not offered */
	uint32_t max; /* entries in the ring */
	uint32_t armed_at; /* where the ring stood when it was made to look full */
	bool armed; /* the next store exits */
};

/* Find the ring in VCPU's mapping; armed from the start. Without KVM_CAP_COALESCED_MMIO the ring stays NULL and all else does nothing. */
void coalesce_init(struct coalesce *c, const struct vm *vm, const struct vcpu *vcpu);

/* Register [GPA, GPA+SIZE) of the guest. Returns 0 or -errno of KVM_REGISTER_COALESCED_MMIO. */
int coalesce_add(struct coalesce *c, const struct vm *vm, uint64_t gpa, uint32_t size);

/*
 * Hand every waiting store to FN in the order the guest made them; returns how many. One caller at a time (the caller's lock). Must be called before
 * any other exit of the guest is served, so that stores keep their order.
 */
unsigned coalesce_drain(struct coalesce *c, void (*fn)(void *arg, uint64_t gpa, const void *data, unsigned len),
			void *arg);

/* Make the next store exit (nobody will drain). Stores that slipped in are still drained by the next coalesce_drain(). */
void coalesce_arm(struct coalesce *c);

/* Let stores gather without exits; the caller promises to drain soon. */
void coalesce_disarm(struct coalesce *c);

#endif
