// SPDX-License-Identifier: BSD-2-Clause
// The KVM in memory: KVM_RUN by script, and the coalesced ring.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/fake/fake_state.h"

#define RING_MAX                                                                                   \
	((FAKE_PAGE - sizeof(struct kvm_coalesced_mmio_ring)) / sizeof(struct kvm_coalesced_mmio))

static struct kvm_coalesced_mmio_ring *ring_of(const struct fake_vcpu *vcpu)
{
	return (struct kvm_coalesced_mmio_ring *)((char *)vcpu->run + FAKE_PAGE);
}

/* All vCPUs of a VM share the ring of the first. */
static bool ring_store(struct fake_vm *vm, uint64_t gpa, uint64_t data, uint32_t len)
{
	struct kvm_coalesced_mmio_ring *ring = ring_of(vm->vcpu[0]);
	uint32_t last = __atomic_load_n(&ring->last, __ATOMIC_ACQUIRE);
	uint32_t first = __atomic_load_n(&ring->first, __ATOMIC_ACQUIRE);
	bool inside = false;

	for (unsigned i = 0; i < vm->zones; i++)
		inside |= !vm->zone[i].pio && gpa >= vm->zone[i].addr &&
			  gpa + len <= vm->zone[i].addr + vm->zone[i].size;
	if (!inside || last >= RING_MAX || (last + 1) % RING_MAX == first)
		return false;
	ring->coalesced_mmio[last].phys_addr = gpa;
	ring->coalesced_mmio[last].len = len;
	ring->coalesced_mmio[last].pio = 0;
	memcpy(ring->coalesced_mmio[last].data, &data, len);
	__atomic_store_n(&ring->last, (uint32_t)((last + 1) % RING_MAX), __ATOMIC_RELEASE);
	return true;
}

bool fake_coalesced_store(uint64_t gpa, uint64_t data, uint32_t len)
{
	struct fake_vm *vm = fake_vm_current();
	bool stored;

	fake_lock();
	stored = vm && vm->vcpus && ring_store(vm, gpa, data, len);
	fake_unlock();
	return stored;
}

void fake_exit_push(unsigned id, const struct fake_exit *exit)
{
	struct fake_vcpu *vcpu;

	fake_lock();
	vcpu = fake_vcpu_by_id(fake_vm_current(), id);
	if (vcpu) {
		vcpu->script =
			realloc(vcpu->script, (vcpu->script_end + 1) * sizeof(*vcpu->script));
		vcpu->script[vcpu->script_end++] = *exit;
	}
	fake_unlock();
}

unsigned fake_exits_left(unsigned id)
{
	const struct fake_vcpu *vcpu;
	unsigned left;

	fake_lock();
	vcpu = fake_vcpu_by_id(fake_vm_current(), id);
	left = vcpu ? vcpu->script_end - vcpu->script_at : 0;
	fake_unlock();
	return left;
}

/* KVM's checks before a vCPU's first run, in its order. A vGIC that cannot be mapped is the VM's end. */
static int first_run(struct fake_vcpu *vcpu)
{
	struct fake_vm *vm = vcpu->vm;
	int ret;

	if (!vcpu->inited)
		return -ENOEXEC;
	if (vcpu->features & 1u << KVM_ARM_VCPU_SVE && !vcpu->finalised)
		return -EPERM;
	if (vcpu->ran)
		return 0;
	if (vm->gic && !vm->gic_ready) {
		ret = fake_vgic_map(vm);
		if (ret) {
			vm->dead = true;
			return ret;
		}
	}
	if (vcpu->features & 1u << KVM_ARM_VCPU_PMU_V3) {
		if (!vcpu->pmu_created || !vm->gic != !vcpu->pmu_irq)
			return -EINVAL;
		if (vm->gic && vcpu->pmu_irq >= (int)vm->spis + 32)
			return -EINVAL;
	}
	vcpu->ran = vm->ran = true;
	return 0;
}

static int wait_for_signal(const struct kvm_run *run)
{
	struct timespec nap = { .tv_nsec = 1000000 };
	int ret = 0;

	fake_unlock();
	while (!ret && !__atomic_load_n(&run->immediate_exit, __ATOMIC_ACQUIRE))
		ret = nanosleep(&nap, NULL);
	fake_lock();
	return -EINTR;
}

static void exit_fill(struct fake_vcpu *vcpu, const struct fake_exit *exit)
{
	struct kvm_run *run = vcpu->run;

	run->exit_reason = exit->reason;
	switch (exit->reason) {
	case KVM_EXIT_MMIO:
		run->mmio.phys_addr = exit->mmio.gpa;
		run->mmio.len = exit->mmio.len;
		run->mmio.is_write = exit->mmio.is_write;
		memset(run->mmio.data, 0, sizeof(run->mmio.data));
		if (exit->mmio.is_write)
			memcpy(run->mmio.data, &exit->mmio.data, exit->mmio.len);
		else
			vcpu->loading = exit->mmio.loaded;
		break;
	case KVM_EXIT_SYSTEM_EVENT:
		run->system_event.type = exit->event.type;
		run->system_event.ndata = exit->event.ndata;
		run->system_event.data[0] = exit->event.data0;
		for (unsigned i = 0; i < vcpu->vm->vcpus; i++)
			vcpu->vm->vcpu[i]->mp_state = KVM_MP_STATE_STOPPED;
		break;
	case KVM_EXIT_ARM_NISV:
		run->arm_nisv.esr_iss = exit->nisv.esr_iss;
		run->arm_nisv.fault_ipa = exit->nisv.fault_ipa;
		break;
	case KVM_EXIT_DEBUG:
		run->debug.arch.hsr = exit->debug.esr;
		if (exit->debug.esr >> 26 == 0x34)
			run->debug.arch.far = exit->debug.far;
		break;
	case KVM_EXIT_FAIL_ENTRY:
		run->fail_entry.hardware_entry_failure_reason = exit->fail_reason;
		break;
	}
}

int fake_run(struct fake_vcpu *vcpu, const void *arg)
{
	struct kvm_run *run = vcpu->run;
	int ret;

	if (arg)
		return -EINVAL;
	ret = first_run(vcpu);
	if (ret)
		return ret;
	fake_gic_load(vcpu);
	if (vcpu->loading)
		memcpy(vcpu->loading, run->mmio.data, sizeof(*vcpu->loading));
	vcpu->loading = NULL;
	if (__atomic_load_n(&run->immediate_exit, __ATOMIC_ACQUIRE)) {
		run->exit_reason = KVM_EXIT_INTR;
		return -EINTR;
	}
	while (vcpu->script_at < vcpu->script_end) {
		struct fake_exit exit = vcpu->script[vcpu->script_at++];

		if (exit.at) {
			fake_unlock();
			exit.at(exit.arg);
			fake_lock();
		}
		if (exit.wait)
			return wait_for_signal(run);
		if (exit.error)
			return -exit.error;
		if (exit.reason == KVM_EXIT_MMIO && exit.mmio.is_write &&
		    ring_store(vcpu->vm, exit.mmio.gpa, exit.mmio.data, exit.mmio.len))
			continue;
		exit_fill(vcpu, &exit);
		return 0;
	}
	return -ENODATA;
}
