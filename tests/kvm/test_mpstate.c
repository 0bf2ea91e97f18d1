// SPDX-License-Identifier: BSD-2-Clause
// kvm/mpstate.c on the fake: both ways, and a no-op without the capability.
#include "machine.h"

#include "kvm/mpstate.h"

#include <errno.h>

static void test_both_ways(void **state)
{
	static const struct {
		enum psci_power power;
		int kvm;
	} pairs[] = {
		{ PSCI_POWER_OFF, KVM_MP_STATE_STOPPED },
		{ PSCI_POWER_ON, KVM_MP_STATE_RUNNABLE },
		{ PSCI_POWER_SUSPENDED, KVM_MP_STATE_SUSPENDED },
	};
	struct machine m;

	(void)state;
	machine_start(&m, &fake_host_max, 0);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		enum psci_power power =
			pairs[i].power == PSCI_POWER_ON ? PSCI_POWER_OFF : PSCI_POWER_ON;

		assert_int_equal(mpstate_push(&m.vcpu[1], pairs[i].power, true), 0);
		assert_int_equal(fake_mp_state(1), pairs[i].kvm);
		assert_int_equal(mpstate_pull(&m.vcpu[1], &power, true), 0);
		assert_int_equal(power, pairs[i].power);
	}
	assert_int_equal(fake_mp_state(0), KVM_MP_STATE_RUNNABLE);
	machine_close(&m);
}

static void test_power_off_of_init_is_seen(void **state)
{
	enum psci_power power = PSCI_POWER_ON;
	struct kvm_vcpu_init init;
	struct machine m;

	(void)state;
	machine_open(&m, &fake_host_gic3);
	assert_int_equal(vcpu_target_read(&m.vm, &init), 0);
	init.features[0] = 1u << KVM_ARM_VCPU_PSCI_0_2 | 1u << KVM_ARM_VCPU_POWER_OFF;
	assert_int_equal(vcpu_init(&m.vcpu[1], &init), 0);
	assert_int_equal(mpstate_pull(&m.vcpu[1], &power, true), 0);
	assert_int_equal(power, PSCI_POWER_OFF);
	machine_close(&m);
}

static void test_nothing_happens_without_the_capability(void **state)
{
	struct fake_config host = fake_host_gic3;
	enum psci_power power = PSCI_POWER_SUSPENDED;
	struct machine m;
	unsigned calls;
	bool supported;

	(void)state;
	host.no_mp_state = true;
	machine_start(&m, &host, 0);
	supported = vm_cap(&m.vm, KVM_CAP_MP_STATE);
	assert_false(supported);
	calls = fake_calls();
	assert_int_equal(mpstate_push(&m.vcpu[0], PSCI_POWER_OFF, supported), 0);
	assert_int_equal(mpstate_pull(&m.vcpu[0], &power, supported), 0);
	assert_int_equal(power, PSCI_POWER_SUSPENDED);
	assert_int_equal(fake_calls(), calls);
	machine_close(&m);
}

static void test_errors_leave_the_power_state_alone(void **state)
{
	enum psci_power power = PSCI_POWER_SUSPENDED;
	struct machine m;

	(void)state;
	machine_start(&m, &fake_host_gic3, 0);
	fake_fail_request(KVM_SET_MP_STATE, 1, EINVAL);
	assert_int_equal(mpstate_push(&m.vcpu[0], PSCI_POWER_OFF, true), -EINVAL);
	assert_int_equal(fake_mp_state(0), KVM_MP_STATE_RUNNABLE);
	fake_fail_request(KVM_GET_MP_STATE, 1, EIO);
	assert_int_equal(mpstate_pull(&m.vcpu[0], &power, true), -EIO);
	assert_int_equal(power, PSCI_POWER_SUSPENDED);
	machine_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_power_off_of_init_is_seen),
		cmocka_unit_test(test_nothing_happens_without_the_capability),
		cmocka_unit_test(test_errors_leave_the_power_state_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
