// SPDX-License-Identifier: BSD-2-Clause
// PSCI power states and KVM's MP states, both ways.
#include "kvm/mpstate.h"

#include "kvm/sys.h"
#include "kvm/vcpu.h"

#include <errno.h>
#include <linux/kvm.h>
#include <stddef.h>

static const uint32_t kvm_state[] = {
	[PSCI_POWER_ON] = KVM_MP_STATE_RUNNABLE,
	[PSCI_POWER_OFF] = KVM_MP_STATE_STOPPED,
	[PSCI_POWER_SUSPENDED] = KVM_MP_STATE_SUSPENDED,
};

#define POWERS (sizeof(kvm_state) / sizeof(kvm_state[0]))

int mpstate_push(const struct vcpu *vcpu, enum psci_power power, bool supported)
{
	struct kvm_mp_state state = { .mp_state = kvm_state[power] };

	if (!supported)
		return 0;
	return sys_ioctl(vcpu->fd, KVM_SET_MP_STATE, &state);
}

int mpstate_pull(const struct vcpu *vcpu, enum psci_power *power, bool supported)
{
	struct kvm_mp_state state = { .mp_state = 0 };
	int ret;

	if (!supported)
		return 0;
	ret = sys_ioctl(vcpu->fd, KVM_GET_MP_STATE, &state);
	if (ret < 0)
		return ret;
	for (enum psci_power p = PSCI_POWER_ON; p < POWERS; p++) {
		if (kvm_state[p] == state.mp_state) {
			*power = p;
			return 0;
		}
	}
	return -ERANGE;
}
