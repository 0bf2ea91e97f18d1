// SPDX-License-Identifier: BSD-2-Clause
// kvm/hostcpu.c on the fake: the scratch vCPU, with every step failing in turn; the host's features.
#include "machine.h"

#include "kvm/hostcpu.h"
#include "kvm/regname.h"

#include <errno.h>
#include <string.h>

static void assert_nothing_open(void)
{
	assert_int_equal(fake_open_fds(), 0);
	assert_int_equal(fake_mappings(), 0);
	assert_int_equal(fake_misuses(), 0);
}

static void test_scratch_with_the_preferred_target(void **state)
{
	struct kvm_vcpu_init init = { .target = HOSTCPU_TARGET_PREFERRED,
				      .features = { 1u << KVM_ARM_VCPU_PSCI_0_2 } };
	int fds[3] = { -7, -7, -7 };

	(void)state;
	fake_reset(&fake_host_gic3);
	assert_int_equal(hostcpu_scratch_create(hostcpu_targets_64, fds, &init), 0);
	assert_int_equal(init.target, fake_host_gic3.target);
	assert_int_equal(init.features[0], 1u << KVM_ARM_VCPU_PSCI_0_2); /* the caller's are kept */
	assert_int_equal(fake_inits(0), 1);
	assert_int_equal(fake_open_fds(), 3);
	hostcpu_scratch_destroy(fds);
	assert_nothing_open();
}

static void test_scratch_fds_are_kvm_vm_vcpu(void **state)
{
	enum fake_object closed[3];
	int fds[3] = { -7, -7, -7 };
	unsigned n = 0, from;

	(void)state;
	fake_reset(&fake_host_gic3);
	assert_int_equal(hostcpu_scratch_create(NULL, fds, NULL), 0);
	assert_int_equal(fake_inits(0), 0); /* without INIT: not initialised */
	assert_int_equal(fds[0], fake_log((unsigned)fake_log_find(FAKE_LOG_OPEN, 0))->result);
	assert_int_equal(fds[1], fake_log((unsigned)fake_log_find(KVM_CREATE_VM, 0))->result);
	assert_int_equal(fds[2], fake_log((unsigned)fake_log_find(KVM_CREATE_VCPU, 0))->result);
	from = (unsigned)fake_log_find(KVM_CREATE_VCPU, 0);
	hostcpu_scratch_destroy(fds);
	for (int i = fake_log_find(FAKE_LOG_CLOSE, from); i >= 0 && n < 3;
	     i = fake_log_find(FAKE_LOG_CLOSE, (unsigned)i + 1))
		closed[n++] = fake_log((unsigned)i)->on;
	assert_int_equal(n, 3);
	assert_int_equal(closed[0], FAKE_VCPU);
	assert_int_equal(closed[1], FAKE_VM);
	assert_int_equal(closed[2], FAKE_KVM);
	assert_nothing_open();
}

static void test_scratch_with_an_exact_target(void **state)
{
	struct kvm_vcpu_init init = { .target = fake_host_gic3.target };
	int fds[3] = { -7, -7, -7 };

	(void)state;
	fake_reset(&fake_host_gic3);
	assert_int_equal(hostcpu_scratch_create(NULL, fds, &init), 0);
	assert_int_equal(fake_log_find(KVM_ARM_PREFERRED_TARGET, 0), -1);
	hostcpu_scratch_destroy(fds);

	init.target = 77;
	fds[0] = -7;
	assert_int_equal(hostcpu_scratch_create(NULL, fds, &init), -EINVAL);
	assert_int_equal(fds[0], -7);
	assert_nothing_open();
}

static void test_fallback_list_of_old_kernels(void **state)
{
	struct kvm_vcpu_init init = { .target = HOSTCPU_TARGET_PREFERRED,
				      .features = { 1u << KVM_ARM_VCPU_PSCI_0_2 } };
	struct fake_config host = fake_host_gic2;
	uint32_t last[] = { 77, 78, host.target, 79, HOSTCPU_TRY_END };
	uint32_t none[] = { 77, HOSTCPU_TRY_END };
	int fds[3] = { -7, -7, -7 };
	int ret;

	(void)state;
	host.no_preferred_target = true;
	fake_reset(&host);
	assert_int_equal(hostcpu_scratch_create(last, fds, &init), 0);
	assert_int_equal(init.target, host.target);
	assert_int_equal(init.features[0], 0); /* zeroed for each try */
	assert_int_equal(calls_of(KVM_ARM_VCPU_INIT, 0), 3); /* the first that works wins */
	hostcpu_scratch_destroy(fds);

	fds[0] = -7;
	init.target = HOSTCPU_TARGET_PREFERRED;
	assert_int_equal(hostcpu_scratch_create(none, fds, &init), -ENOENT);
	assert_int_equal(hostcpu_scratch_create(none + 1, fds, &init), -ENOENT);
	ret = hostcpu_scratch_create(NULL, fds, &init);
	assert_true(ret < 0 && ret != -ENOENT); /* what KVM_ARM_PREFERRED_TARGET said */
	assert_int_equal(fds[0], -7);
	assert_int_equal(init.target, HOSTCPU_TARGET_PREFERRED);
	assert_nothing_open();
}

static void test_targets_of_old_kernels(void **state)
{
	(void)state;
	assert_int_equal(hostcpu_targets_64[0], KVM_ARM_TARGET_AEM_V8);
	assert_int_equal(hostcpu_targets_64[1], KVM_ARM_TARGET_FOUNDATION_V8);
	assert_int_equal(hostcpu_targets_64[2], KVM_ARM_TARGET_CORTEX_A57);
	assert_int_equal(hostcpu_targets_64[3], HOSTCPU_TRY_END);
}

static void test_scratch_leaks_nothing_on_any_failing_step(void **state)
{
	unsigned failures = 0;

	(void)state;
	for (unsigned n = 1;; n++) {
		struct kvm_vcpu_init init = { .target = HOSTCPU_TARGET_PREFERRED };
		int fds[3] = { -7, -7, -7 };
		int ret;

		init.features[0] = 1u << KVM_ARM_VCPU_SVE;
		fake_reset(&fake_host_max);
		fake_fail_at(n, EIO);
		ret = hostcpu_scratch_create(NULL, fds, &init);
		if (ret == 0) {
			hostcpu_scratch_destroy(fds);
			assert_nothing_open();
			if (fake_failed())
				continue; /* a capability that could not be asked for */
			break;
		}
		failures++;
		assert_int_equal(ret, -EIO);
		for (int i = 0; i < 3; i++)
			assert_int_equal(fds[i], -7);
		assert_int_equal(init.target, HOSTCPU_TARGET_PREFERRED);
		assert_nothing_open();
	}
	/* open, version, mapping size, VM, vCPU, preferred target, INIT, FINALIZE */
	assert_int_equal(failures, 8);
}

static void test_features_follow_the_capabilities(void **state)
{
	static const struct {
		unsigned cap;
		uint32_t feature;
	} rows[] = {
		{ KVM_CAP_ARM_EL1_32BIT, HOSTCPU_AARCH32 },
		{ KVM_CAP_ARM_PMU_V3, HOSTCPU_PMU },
		{ KVM_CAP_ARM_SVE, HOSTCPU_SVE },
		{ KVM_CAP_ARM_PTRAUTH_ADDRESS, HOSTCPU_PAUTH },
		{ KVM_CAP_ARM_PTRAUTH_GENERIC, HOSTCPU_PAUTH },
	};
	struct machine m;

	(void)state;
	machine_open(&m, &fake_host_max);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fake_cap_set(rows[i].cap, 1);
	assert_int_equal(hostcpu_features_offered(&m.vm),
			 HOSTCPU_AARCH32 | HOSTCPU_PMU | HOSTCPU_SVE | HOSTCPU_PAUTH);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_cap_set(rows[i].cap, 0);
		assert_int_equal(hostcpu_features_offered(&m.vm) & rows[i].feature, 0);
	}
	assert_int_equal(hostcpu_features_offered(&m.vm), 0);
	machine_close(&m);
}

static void test_feature_words(void **state)
{
	struct kvm_vcpu_init init;

	(void)state;
	memset(&init, 0xff, sizeof(init));
	hostcpu_features_set(&init, 0);
	assert_int_equal(init.features[0], 1u << KVM_ARM_VCPU_PSCI_0_2);
	for (int i = 1; i < 7; i++)
		assert_int_equal(init.features[i], 0);
	assert_int_equal(init.target, UINT32_MAX); /* not ours */
	hostcpu_features_set(&init, HOSTCPU_PAUTH);
	assert_int_equal(init.features[0],
			 1u << KVM_ARM_VCPU_PSCI_0_2 | 3u << KVM_ARM_VCPU_PTRAUTH_ADDRESS);
	hostcpu_features_set(&init, HOSTCPU_AARCH32 | HOSTCPU_PMU | HOSTCPU_SVE);
	assert_int_equal(init.features[0],
			 1u << KVM_ARM_VCPU_EL1_32BIT | 1u << KVM_ARM_VCPU_PSCI_0_2 |
				 1u << KVM_ARM_VCPU_PMU_V3 | 1u << KVM_ARM_VCPU_SVE);
}

static bool id_of(const struct hostcpu *host, uint64_t id, uint64_t *value)
{
	for (unsigned i = 0; i < host->id_count; i++) {
		if (host->id[i].id != id)
			continue;
		*value = host->id[i].value;
		return true;
	}
	return false;
}

static void test_host_is_read_with_all_it_offers(void **state)
{
	struct hostcpu host;
	uint64_t value;
	const struct fake_call *init;

	(void)state;
	fake_reset(&fake_host_max);
	assert_int_equal(hostcpu_read(&host), 0);
	assert_nothing_open();
	assert_int_equal(host.target, fake_host_max.target);
	assert_int_equal(host.features & (HOSTCPU_PMU | HOSTCPU_SVE | HOSTCPU_PAUTH),
			 HOSTCPU_PMU | HOSTCPU_SVE | HOSTCPU_PAUTH);
	assert_string_equal(host.dtb_compatible, "arm,armv8");
	init = fake_log((unsigned)fake_log_find(KVM_ARM_VCPU_INIT, 0));
	assert_int_equal(init->b & 1u << KVM_ARM_VCPU_SVE, 1u << KVM_ARM_VCPU_SVE);
	assert_int_equal(init->b & 1u << KVM_ARM_VCPU_EL1_32BIT, 0);
	assert_true(id_of(&host, regname_find("MIDR_EL1"), &value));
	assert_int_equal(value, fake_host_max.midr);
	assert_true(id_of(&host, regname_find("ID_AA64PFR0_EL1"), &value));
	assert_int_equal(value >> 32 & 15, 1); /* SVE is not hidden */
	assert_true(host.id_count > 20);
	assert_true(host.id_count < HOSTCPU_ID_REGISTERS);

	fake_reset(&fake_host_gic2);
	assert_int_equal(hostcpu_read(&host), 0);
	assert_int_equal(host.features & (HOSTCPU_SVE | HOSTCPU_PAUTH), 0);
	assert_nothing_open();
}

static void test_register_that_cannot_be_read_is_left_out(void **state)
{
	struct hostcpu host;
	unsigned all;
	uint64_t value;

	(void)state;
	fake_reset(&fake_host_gic3);
	assert_int_equal(hostcpu_read(&host), 0);
	all = host.id_count;
	fake_reset(&fake_host_gic3);
	fake_fail_request(KVM_GET_ONE_REG, 1, ENOENT);
	assert_int_equal(hostcpu_read(&host), 0);
	assert_int_equal(host.id_count, all - 1);
	assert_false(id_of(&host, regname_find("MIDR_EL1"), &value));
	assert_nothing_open();
}

static void test_host_read_leaks_nothing_on_any_failing_step(void **state)
{
	static const unsigned long needed[] = { KVM_GET_API_VERSION, KVM_GET_VCPU_MMAP_SIZE,
						KVM_CREATE_VM,	     KVM_CREATE_VCPU,
						KVM_ARM_VCPU_INIT,   KVM_ARM_VCPU_FINALIZE };
	struct hostcpu host;

	(void)state;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		fake_reset(&fake_host_max);
		fake_fail_request(needed[i], 1, EIO);
		assert_int_equal(hostcpu_read(&host), -EIO);
		assert_nothing_open();
	}
	fake_reset(&fake_host_max);
	fake_open_fails(ENOENT);
	assert_int_equal(hostcpu_read(&host), -ENOENT);
	assert_nothing_open();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scratch_with_the_preferred_target),
		cmocka_unit_test(test_scratch_fds_are_kvm_vm_vcpu),
		cmocka_unit_test(test_scratch_with_an_exact_target),
		cmocka_unit_test(test_fallback_list_of_old_kernels),
		cmocka_unit_test(test_targets_of_old_kernels),
		cmocka_unit_test(test_scratch_leaks_nothing_on_any_failing_step),
		cmocka_unit_test(test_features_follow_the_capabilities),
		cmocka_unit_test(test_feature_words),
		cmocka_unit_test(test_host_is_read_with_all_it_offers),
		cmocka_unit_test(test_register_that_cannot_be_read_is_left_out),
		cmocka_unit_test(test_host_read_leaks_nothing_on_any_failing_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
