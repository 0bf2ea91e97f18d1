// SPDX-License-Identifier: BSD-2-Clause
// The ring of coalesced MMIO: drained, armed, disarmed while KVM may be writing to it.
#include "kvm/coalesce.h"

#include "kvm/sys.h"
#include "kvm/vcpu.h"
#include "kvm/vm.h"

#include <linux/kvm.h>
#include <sys/auxv.h>

/*
 * KVM, under a lock of its own: reads LAST = i, refuses if that is full, writes entry i, then
 * stores LAST = i + 1 whatever LAST has become meanwhile. So we may change LAST by
 * compare-and-swap at any time: either KVM reads our value, or one store on its way overrides it
 * and is found behind entries that are marked as taken (length 0) already.
 */
static _Atomic uint32_t *last_of(const struct coalesce *c)
{
	return (_Atomic uint32_t *)&c->ring->last;
}

void coalesce_init(struct coalesce *c, const struct vm *vm, const struct vcpu *vcpu)
{
	size_t page = getauxval(AT_PAGESZ);
	size_t offset = page * (size_t)vm_cap(vm, KVM_CAP_COALESCED_MMIO);

	*c = (struct coalesce){ .ring = NULL };
	if (offset == 0 || offset + page > vm->run_size)
		return;
	c->ring = (void *)((char *)vcpu->run + offset);
	c->max = (uint32_t)((page - sizeof(*c->ring)) / sizeof(c->ring->coalesced_mmio[0]));
	c->ring->first = 0;
	coalesce_arm(c);
}

int coalesce_add(struct coalesce *c, const struct vm *vm, uint64_t gpa, uint32_t size)
{
	struct kvm_coalesced_mmio_zone zone = { .addr = gpa, .size = size };
	int ret;

	if (!c->ring)
		return 0;
	ret = sys_ioctl(vm->fd, KVM_REGISTER_COALESCED_MMIO, &zone);
	return ret < 0 ? ret : 0;
}

static unsigned take(struct coalesce *c, uint32_t from, uint32_t to,
		     void (*fn)(void *arg, uint64_t gpa, const void *data, unsigned len), void *arg)
{
	unsigned taken = 0;

	for (uint32_t i = from; i < to && i < c->max; i++) {
		struct kvm_coalesced_mmio *entry = &c->ring->coalesced_mmio[i];

		if (entry->len == 0)
			continue;
		fn(arg, entry->phys_addr, entry->data, entry->len);
		entry->len = 0;
		taken++;
	}
	return taken;
}

bool coalesce_waits(const struct coalesce *c)
{
	uint32_t last;

	if (!c->ring)
		return false;
	/* Both say that nothing waits only when all of it has been handed over. */
	last = atomic_load_explicit(last_of(c), memory_order_acquire);
	return last == COALESCE_ARMED
		       ? atomic_load_explicit(&c->armed_at, memory_order_acquire) != 0
		       : last != 0;
}

unsigned coalesce_drain(struct coalesce *c,
			void (*fn)(void *arg, uint64_t gpa, const void *data, unsigned len),
			void *arg)
{
	uint32_t from = 0, last, empty;
	unsigned taken = 0;

	if (!c->ring)
		return 0;
	last = atomic_load_explicit(last_of(c), memory_order_acquire);
	if (last == COALESCE_ARMED) {
		taken = take(c, 0, c->armed_at, fn, arg);
		c->armed_at = 0;
		return taken;
	}
	c->armed_at = 0;
	empty = c->armed ? COALESCE_ARMED : 0;
	while (last != empty) {
		taken += take(c, from, last, fn, arg);
		from = last;
		if (atomic_compare_exchange_weak_explicit(
			    last_of(c), &last, empty, memory_order_acq_rel, memory_order_acquire))
			break;
	}
	return taken;
}

void coalesce_arm(struct coalesce *c)
{
	uint32_t last;

	if (!c->ring)
		return;
	c->armed = true;
	last = atomic_load_explicit(last_of(c), memory_order_acquire);
	while (last != COALESCE_ARMED) {
		c->armed_at = last;
		if (atomic_compare_exchange_weak_explicit(last_of(c), &last, COALESCE_ARMED,
							  memory_order_acq_rel,
							  memory_order_acquire))
			break;
	}
}

void coalesce_disarm(struct coalesce *c)
{
	uint32_t last = COALESCE_ARMED;

	if (!c->ring)
		return;
	c->armed = false;
	/*
	 * Fails when a store has slipped in since: then LAST counts it and the waiting ones
	 * already.
	 */
	atomic_compare_exchange_strong_explicit(last_of(c), &last, c->armed_at,
						memory_order_acq_rel, memory_order_acquire);
}
