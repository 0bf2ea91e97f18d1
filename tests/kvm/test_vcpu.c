// SPDX-License-Identifier: BSD-2-Clause
// kvm/vcpu.c on the fake: created, initialised and initialised again, registers, attributes, run.
#include "machine.h"

#include <errno.h>

static struct kvm_vcpu_init init_of(const struct machine *m, uint32_t features)
{
	struct kvm_vcpu_init init;

	assert_int_equal(vcpu_target_read(&m->vm, &init), 0);
	for (int i = 0; i < 7; i++)
		assert_int_equal(init.features[i], 0);
	init.features[0] = features;
	return init;
}

#define PSCI (1u << KVM_ARM_VCPU_PSCI_0_2)
#define OFF (1u << KVM_ARM_VCPU_POWER_OFF)
#define SVE (1u << KVM_ARM_VCPU_SVE)
#define PMU (1u << KVM_ARM_VCPU_PMU_V3)
#define PAUTH_ADDRESS (1u << KVM_ARM_VCPU_PTRAUTH_ADDRESS)

static void test_create_refuses_bad_ids(void **state)
{
	struct vcpu vcpu;
	struct machine m;

	(void)state;
	machine_open(&m, &fake_host_gic3);
	assert_non_null(m.vcpu[0].run);
	assert_int_equal(m.vcpu[1].id, 1);
	assert_int_equal(vcpu_create(&vcpu, &m.vm, 1), -EEXIST);
	assert_int_equal(vcpu_create(&vcpu, &m.vm, 100000), -EINVAL);
	vcpu_destroy(&vcpu); /* of what was never made: nothing */
	machine_close(&m);
}

static void test_create_closes_the_fd_if_it_cannot_map(void **state)
{
	struct vcpu vcpu;
	struct machine m;
	unsigned fds;

	(void)state;
	machine_open(&m, &fake_host_gic3);
	fds = fake_open_fds();
	fake_fail_at(2, ENOMEM);
	assert_int_equal(vcpu_create(&vcpu, &m.vm, 2), -ENOMEM);
	assert_int_equal(fake_open_fds(), fds);
	machine_close(&m);
}

static void test_init_starts_or_stops_each_vcpu(void **state)
{
	struct kvm_vcpu_init init;
	struct machine m;

	(void)state;
	machine_open(&m, &fake_host_gic3);
	init = init_of(&m, PSCI);
	assert_int_equal(vcpu_init(&m.vcpu[0], &init), 0);
	init.features[0] |= OFF;
	assert_int_equal(vcpu_init(&m.vcpu[1], &init), 0);
	assert_int_equal(fake_mp_state(0), KVM_MP_STATE_RUNNABLE);
	assert_int_equal(fake_mp_state(1), KVM_MP_STATE_STOPPED);
	assert_int_equal(m.vcpu[1].init.features[0], PSCI | OFF);
	assert_int_equal(m.vcpu[1].init.target, init.target);
	machine_close(&m);
}

static void test_init_again_resets(void **state)
{
	struct machine m;
	uint64_t pc = 1;

	(void)state;
	machine_start(&m, &fake_host_gic3, 0);
	assert_int_equal(vcpu_reg_set64(&m.vcpu[0], VCPU_CORE_REG(regs.pc), 0x40000000), 0);
	assert_int_equal(vcpu_init(&m.vcpu[0], &m.vcpu[0].init), 0);
	assert_int_equal(fake_inits(0), 2);
	assert_int_equal(vcpu_reg_get(&m.vcpu[0], VCPU_CORE_REG(regs.pc), &pc), 0);
	assert_int_equal(pc, 0);
	machine_close(&m);
}

static void test_init_refuses_an_unknown_bit_in_any_word(void **state)
{
	struct kvm_vcpu_init init;
	struct machine m;

	(void)state;
	machine_open(&m, &fake_host_gic3);
	for (int word = 0; word < 7; word++) {
		init = init_of(&m, PSCI);
		init.features[word] |= 1u << 31;
		assert_int_equal(vcpu_init(&m.vcpu[0], &init), -ENOENT);
	}
	assert_int_equal(m.vcpu[0].init.features[0], 0);
	assert_int_equal(fake_inits(0), 0);
	machine_close(&m);
}

static void test_init_refuses_what_the_host_lacks(void **state)
{
	struct kvm_vcpu_init init;
	struct machine m;

	(void)state;
	machine_open(&m, &fake_host_gic2);
	init = init_of(&m, PSCI | SVE);
	assert_int_equal(vcpu_init(&m.vcpu[0], &init), -EINVAL);
	init = init_of(&m, PSCI);
	init.target = 77;
	assert_int_equal(vcpu_init(&m.vcpu[0], &init), -EINVAL);
	machine_close(&m);

	machine_open(&m, &fake_host_max);
	init = init_of(&m, PSCI | PAUTH_ADDRESS); /* both or none */
	assert_int_equal(vcpu_init(&m.vcpu[0], &init), -EINVAL);
	machine_close(&m);
}

static void test_init_keeps_the_vms_feature_set(void **state)
{
	struct kvm_vcpu_init init;
	struct machine m;

	(void)state;
	machine_open(&m, &fake_host_max);
	init = init_of(&m, PSCI | PMU);
	assert_int_equal(vcpu_init(&m.vcpu[0], &init), 0);
	init.features[0] = PSCI;
	assert_int_equal(vcpu_init(&m.vcpu[0], &init), -EINVAL);
	assert_int_equal(vcpu_init(&m.vcpu[1], &init), -EINVAL);
	/* What worked last is what is remembered. */
	assert_int_equal(m.vcpu[0].init.features[0], PSCI | PMU);
	init.features[0] = PSCI | PMU | OFF;
	assert_int_equal(vcpu_init(&m.vcpu[0], &init), 0);
	assert_int_equal(vcpu_init(&m.vcpu[1], &init), 0);
	machine_close(&m);
}

/* Before 6.4 the words of one vCPU never change, POWER_OFF included; vCPUs may differ in it. */
static void test_init_again_on_6_1_wants_the_same_power(void **state)
{
	struct kvm_vcpu_init init;
	struct machine m;

	(void)state;
	machine_start(&m, &fake_host_gic3, 0);
	init = m.vcpu[0].init;
	init.features[0] |= OFF;
	assert_int_equal(vcpu_init(&m.vcpu[0], &init), -EINVAL);
	assert_int_equal(vcpu_init(&m.vcpu[0], &m.vcpu[0].init), 0);
	machine_close(&m);
}

static void test_sve_is_finalised_once(void **state)
{
	uint64_t midr;
	struct machine m;

	(void)state;
	machine_start(&m, &fake_host_max, SVE);
	assert_int_equal(calls_of(KVM_ARM_VCPU_FINALIZE, 0), MACHINE_VCPUS);
	assert_int_equal(vcpu_init(&m.vcpu[0], &m.vcpu[0].init), 0);
	assert_int_equal(calls_of(KVM_ARM_VCPU_FINALIZE, 0), MACHINE_VCPUS);
	assert_int_equal(vcpu_reg_get(&m.vcpu[0], ARM64_SYS_REG(3, 0, 0, 0, 0), &midr), 0);
	machine_close(&m);
}

static void test_sve_is_not_finalised_unasked(void **state)
{
	struct machine m;

	(void)state;
	machine_start(&m, &fake_host_max, 0);
	assert_int_equal(calls_of(KVM_ARM_VCPU_FINALIZE, 0), 0);
	machine_close(&m);
}

static void test_sve_finalise_that_failed_is_done_by_the_next_init(void **state)
{
	struct kvm_vcpu_init init;
	struct machine m;

	(void)state;
	machine_open(&m, &fake_host_max);
	init = init_of(&m, PSCI | SVE);
	fake_fail_request(KVM_ARM_VCPU_FINALIZE, 1, ENOMEM);
	assert_int_equal(vcpu_init(&m.vcpu[0], &init), -ENOMEM);
	assert_int_equal(vcpu_init(&m.vcpu[0], &init), 0);
	assert_int_equal(calls_of(KVM_ARM_VCPU_FINALIZE, 0), 2);
	machine_close(&m);
}

static void test_target_read_passes_the_error_on(void **state)
{
	struct fake_config host = fake_host_gic3;
	struct kvm_vcpu_init init;
	struct machine m;

	(void)state;
	host.no_preferred_target = true;
	machine_open(&m, &host);
	assert_true(vcpu_target_read(&m.vm, &init) < 0);
	machine_close(&m);
}

static void test_registers_of_every_size(void **state)
{
	static const uint64_t fpsr = KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_CORE |
				     KVM_REG_ARM_CORE_REG(fp_regs.fpsr);
	uint32_t narrow[2] = { 0, 0x5a5a5a5a };
	uint64_t wide;
	struct machine m;

	(void)state;
	machine_start(&m, &fake_host_gic3, 0);
	assert_int_equal(
		vcpu_reg_set64(&m.vcpu[1], VCPU_CORE_REG(regs.regs[0]), 0x123456789abcdef0), 0);
	assert_int_equal(vcpu_reg_get(&m.vcpu[1], VCPU_CORE_REG(regs.regs[0]), &wide), 0);
	assert_int_equal(wide, 0x123456789abcdef0);
	wide = 0x08000000;
	assert_int_equal(vcpu_reg_set(&m.vcpu[1], fpsr, &wide), 0);
	assert_int_equal(vcpu_reg_get(&m.vcpu[1], fpsr, narrow), 0);
	assert_int_equal(narrow[0], 0x08000000);
	assert_int_equal(narrow[1], 0x5a5a5a5a);
	assert_int_equal(vcpu_reg_get(&m.vcpu[1], ARM64_SYS_REG(3, 7, 15, 15, 7), &wide), -ENOENT);
	machine_close(&m);
}

static void test_registers_need_init(void **state)
{
	uint64_t pc;
	struct machine m;

	(void)state;
	machine_open(&m, &fake_host_gic3);
	assert_int_equal(vcpu_reg_get(&m.vcpu[0], VCPU_CORE_REG(regs.pc), &pc), -ENOEXEC);
	assert_int_equal(vcpu_reg_set64(&m.vcpu[0], VCPU_CORE_REG(regs.pc), 0), -ENOEXEC);
	machine_close(&m);
}

static void test_pmu_gives_its_interrupt_before_init(void **state)
{
	unsigned calls;
	struct machine m;

	(void)state;
	machine_start(&m, &fake_host_gic3, 0);
	calls = fake_calls();
	assert_true(vcpu_pmu_init(&m.vcpu[0], 23) < 0); /* did not ask for one */
	assert_int_equal(fake_calls(), calls + 1);
	assert_int_equal(fake_log(calls)->request, KVM_SET_DEVICE_ATTR);
	assert_int_equal(fake_log(calls)->a, KVM_ARM_VCPU_PMU_V3_CTRL);
	assert_int_equal(fake_log(calls)->b, KVM_ARM_VCPU_PMU_V3_IRQ);
	machine_close(&m);
}

static void test_run_needs_init(void **state)
{
	struct machine m;

	(void)state;
	machine_open(&m, &fake_host_gic3);
	assert_int_equal(vcpu_run(&m.vcpu[0]), -ENOEXEC);
	machine_close(&m);
}

static void test_run_passes_eintr_on(void **state)
{
	struct machine m;

	(void)state;
	machine_start(&m, &fake_host_gic3, 0);
	fake_fail_request(KVM_RUN, 1, EINTR);
	assert_int_equal(vcpu_run(&m.vcpu[0]), -EINTR);
	machine_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_create_refuses_bad_ids),
		cmocka_unit_test(test_create_closes_the_fd_if_it_cannot_map),
		cmocka_unit_test(test_init_starts_or_stops_each_vcpu),
		cmocka_unit_test(test_init_again_resets),
		cmocka_unit_test(test_init_refuses_an_unknown_bit_in_any_word),
		cmocka_unit_test(test_init_refuses_what_the_host_lacks),
		cmocka_unit_test(test_init_keeps_the_vms_feature_set),
		cmocka_unit_test(test_init_again_on_6_1_wants_the_same_power),
		cmocka_unit_test(test_sve_is_finalised_once),
		cmocka_unit_test(test_sve_is_not_finalised_unasked),
		cmocka_unit_test(test_sve_finalise_that_failed_is_done_by_the_next_init),
		cmocka_unit_test(test_target_read_passes_the_error_on),
		cmocka_unit_test(test_registers_of_every_size),
		cmocka_unit_test(test_registers_need_init),
		cmocka_unit_test(test_pmu_gives_its_interrupt_before_init),
		cmocka_unit_test(test_run_needs_init),
		cmocka_unit_test(test_run_passes_eintr_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
