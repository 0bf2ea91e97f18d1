/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Coalesced MMIO: stores to a registered range go to a ring shared with KVM and cost no exit. The
 * ring has no doorbell; so while nobody drains it, it is armed: KVM is made to refuse it, and the
 * first store after a quiet time exits.
 *
 * The ring is used as a buffer that always starts at entry 0: FIRST stays 0, and LAST, the number
 * of entries in use, is moved back to 0 by compare-and-swap when all were taken. Armed is LAST =
 * COALESCE_ARMED, which every kernel takes for a full ring. Why not leave FIRST = LAST + 1, as a
 * full ring has it: kernels before 6.12 compute the free room as (first - last - 1) % entries in
 * 32 bits, which is not 0 for first = 0, last = entries - 1. Source:
 * Documentation/virt/kvm/api.rst 4.116, virt/kvm/coalesced_mmio.c.
 */
#ifndef KVM_COALESCE_H
#define KVM_COALESCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vm;
struct vcpu;
struct kvm_coalesced_mmio_ring;

#define COALESCE_ARMED UINT32_MAX

struct coalesce {
	struct kvm_coalesced_mmio_ring *ring; /* NULL: not offered */
	uint32_t max; /* entries in the ring */
	_Atomic uint32_t armed_at; /* entries that were waiting when it was armed */
	bool armed; /* the next store exits */
};

/*
 * Find the ring in VCPU's mapping (all vCPUs of a VM share one); armed from the start. Before
 * the first coalesce_add(); vCPUs may run. Without KVM_CAP_COALESCED_MMIO the ring stays NULL and all else does nothing.
 */
void coalesce_init(struct coalesce *c, const struct vm *vm, const struct vcpu *vcpu);

/*
 * Register [GPA, GPA+SIZE) of the guest; stores that lie wholly in it gather. Returns 0 (also
 * without a ring) or -errno of KVM_REGISTER_COALESCED_MMIO: -ENOMEM, -ENOSPC (too many ranges).
 */
int coalesce_add(struct coalesce *c, const struct vm *vm, uint64_t gpa, uint32_t size);

/*
 * Is there anything that coalesce_drain() would take? Any thread, without the lock that the three
 * below need: no store that the caller's own vCPU has made, and that nobody has taken, is missed.
 */
bool coalesce_waits(const struct coalesce *c);

/*
 * The next three are for one caller at a time (the caller's lock); vCPUs may run meanwhile.
 *
 * Hand every waiting store to FN in the order the guest made them; returns how many. Must be
 * called before any other exit of the guest is served, so that stores keep their order. An armed
 * ring stays armed.
 */
unsigned coalesce_drain(struct coalesce *c,
			void (*fn)(void *arg, uint64_t gpa, const void *data, unsigned len),
			void *arg);

/*
 * Make the next store exit (nobody will drain). A store that KVM is just putting into the ring, on
 * a vCPU that runs at this moment, undoes it without an exit: nothing is lost, but whoever arms
 * from another thread than that vCPU's has to call coalesce_drain() once more a moment later,
 * which takes the store and arms again. Waiting stores stay for coalesce_drain().
 */
void coalesce_arm(struct coalesce *c);

/* Let stores gather without exits; the caller promises to drain soon. */
void coalesce_disarm(struct coalesce *c);

#endif
