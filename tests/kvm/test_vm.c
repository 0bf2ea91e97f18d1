// SPDX-License-Identifier: BSD-2-Clause
// kvm/vm.c on the fake: opened, closed, refused; capabilities, memory, lines.
#include "machine.h"

#include "kvm/sys.h"

#include <errno.h>
#include <string.h>

static void test_open_takes_all_ipa_bits(void **state)
{
	const char *step;
	struct vm vm;

	(void)state;
	fake_reset(&fake_host_max);
	assert_int_equal(vm_open(&vm, &step), 0);
	assert_int_equal(vm.ipa_bits, fake_host_max.ipa_bits);
	assert_true(vm.run_size >= sizeof(struct kvm_run));
	assert_int_equal(vm.slots, 0);
	assert_int_equal(fake_log(0)->request, FAKE_LOG_OPEN);
	assert_int_equal(fake_log((unsigned)fake_log_find(KVM_CREATE_VM, 0))->a,
			 fake_host_max.ipa_bits);
	vm_close(&vm);
	assert_int_equal(fake_open_fds(), 0);
	assert_int_equal(fake_misuses(), 0);
}

static void test_kernel_without_ipa_size_gets_type_0(void **state)
{
	struct fake_config host = fake_host_gic2;
	const char *step;
	struct vm vm;

	(void)state;
	host.ipa_bits = 0;
	fake_reset(&host);
	assert_int_equal(vm_open(&vm, &step), 0);
	assert_int_equal(vm.ipa_bits, 40);
	assert_int_equal(fake_log((unsigned)fake_log_find(KVM_CREATE_VM, 0))->a, 0);
	vm_close(&vm);
}

static void test_open_names_the_step_that_failed(void **state)
{
	static const int errors[] = { ENOENT, EACCES, ENODEV };
	const char *step;
	struct vm vm;

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		fake_reset(NULL);
		fake_open_fails(errors[i]);
		assert_int_equal(vm_open(&vm, &step), -errors[i]);
		assert_string_equal(step, "open /dev/kvm");
	}
	fake_reset(NULL);
	fake_api_version(11);
	assert_int_equal(vm_open(&vm, &step), -EPROTO);
	assert_string_equal(step, "KVM_GET_API_VERSION");
	assert_int_equal(fake_open_fds(), 0);

	fake_reset(NULL);
	fake_fail_request(KVM_CREATE_VM, 1, ENOMEM);
	assert_int_equal(vm_open(&vm, &step), -ENOMEM);
	assert_string_equal(step, "KVM_CREATE_VM");
	assert_int_equal(fake_open_fds(), 0);
}

static void test_open_leaves_nothing_open_on_any_failing_step(void **state)
{
	const char *step;
	unsigned failures = 0;
	struct vm vm;

	(void)state;
	for (unsigned n = 1;; n++) {
		int ret;

		fake_reset(NULL);
		fake_fail_at(n, EIO);
		ret = vm_open(&vm, &step);
		if (!fake_failed()) {
			assert_int_equal(ret, 0);
			vm_close(&vm);
			break;
		}
		if (ret == 0) {
			/* A capability that cannot be asked for is one that is not there. */
			assert_int_equal(vm.ipa_bits, 40);
			vm_close(&vm);
		} else {
			assert_int_equal(ret, -EIO);
			failures++;
		}
		assert_int_equal(fake_open_fds(), 0);
		assert_int_equal(fake_misuses(), 0);
	}
	assert_int_equal(failures, 4);
}

static void test_create_is_tried_again_on_eintr(void **state)
{
	const char *step;
	struct vm vm;

	(void)state;
	fake_reset(NULL);
	fake_fail_request(KVM_CREATE_VM, 1, EINTR);
	assert_int_equal(vm_open(&vm, &step), 0);
	assert_int_equal(calls_of(KVM_CREATE_VM, 0), 2);
	vm_close(&vm);
}

static void test_cap_is_never_negative(void **state)
{
	struct machine m;

	(void)state;
	machine_open(&m, &fake_host_gic3);
	assert_true(vm_cap(&m.vm, KVM_CAP_MP_STATE) > 0);
	assert_int_equal(vm_cap(&m.vm, KVM_CAP_ARM_SVE), 0);
	fake_cap_set(KVM_CAP_ARM_SVE, 7);
	assert_int_equal(vm_cap(&m.vm, KVM_CAP_ARM_SVE), 7);
	fake_fail_request(KVM_CHECK_EXTENSION, 1, EIO);
	assert_int_equal(vm_cap(&m.vm, KVM_CAP_MP_STATE), 0);
	machine_close(&m);
}

static void test_cap_enable(void **state)
{
	struct machine m;

	(void)state;
	machine_open(&m, &fake_host_gic3);
	fake_cap_set(KVM_CAP_ARM_NISV_TO_USER, 1);
	assert_int_equal(vm_cap_enable(&m.vm, KVM_CAP_ARM_NISV_TO_USER, 0), 0);
	fake_cap_set(KVM_CAP_ARM_NISV_TO_USER, 0);
	assert_int_equal(vm_cap_enable(&m.vm, KVM_CAP_ARM_NISV_TO_USER, 0), -EINVAL);
	machine_close(&m);
}

static void test_device_offered_makes_nothing(void **state)
{
	struct machine m;
	unsigned fds;

	(void)state;
	machine_open(&m, &fake_host_gic2);
	fds = fake_open_fds();
	assert_true(vm_device_offered(&m.vm, KVM_DEV_TYPE_ARM_VGIC_V2));
	assert_false(vm_device_offered(&m.vm, KVM_DEV_TYPE_ARM_VGIC_V3));
	assert_false(vm_device_offered(&m.vm, KVM_DEV_TYPE_ARM_VGIC_ITS));
	assert_int_equal(fake_open_fds(), fds);
	machine_close(&m);
}

#define PAGE 4096u

static char memory[4 * PAGE] __attribute__((aligned(65536)));

static void test_memory_slots_are_numbered_in_order(void **state)
{
	struct machine m;

	(void)state;
	machine_open(&m, &fake_host_gic3);
	assert_int_equal(vm_memory_add(&m.vm, 0x40000000, 2 * PAGE, memory, false), 0);
	assert_int_equal(vm_memory_add(&m.vm, 0, PAGE, memory + 2 * PAGE, true), 0);
	assert_int_equal(m.vm.slots, 2);
	assert_int_equal(fake_memory(0)->slot, 0);
	assert_int_equal(fake_memory(0)->flags, 0);
	assert_int_equal(fake_memory(0)->gpa, 0x40000000);
	assert_int_equal(fake_memory(0)->size, 2 * PAGE);
	assert_int_equal(fake_memory(0)->hva, (uintptr_t)memory);
	assert_int_equal(fake_memory(1)->slot, 1);
	assert_int_equal(fake_memory(1)->flags, KVM_MEM_READONLY);
	assert_null(fake_memory(2));
	machine_close(&m);
}

static void test_memory_refused_takes_no_slot(void **state)
{
	struct machine m;

	(void)state;
	machine_open(&m, &fake_host_gic3);
	assert_int_equal(vm_memory_add(&m.vm, 0x40000000, 2 * PAGE, memory, false), 0);
	assert_int_equal(vm_memory_add(&m.vm, 0x40000000 + PAGE, PAGE, memory, false), -EEXIST);
	assert_int_equal(vm_memory_add(&m.vm, 0x50000800, PAGE, memory, false), -EINVAL);
	assert_int_equal(vm_memory_add(&m.vm, 0x50000000, PAGE + 1, memory, false), -EINVAL);
	assert_int_equal(vm_memory_add(&m.vm, 1ull << m.vm.ipa_bits, PAGE, memory, false), -EFAULT);
	/* KVM would take this for the removal of a slot. */
	assert_int_equal(vm_memory_add(&m.vm, 0x50000000, 0, memory, false), -EINVAL);
	assert_int_equal(m.vm.slots, 1);
	assert_int_equal(vm_memory_add(&m.vm, 0x50000000, PAGE, memory, false), 0);
	assert_int_equal(fake_memory(1)->slot, 1);
	machine_close(&m);
}

static void test_spi_is_named_by_intid(void **state)
{
	struct machine m;

	(void)state;
	machine_start(&m, &fake_host_gic2, 0);
	assert_int_equal(vm_spi_set(&m.vm, 33, true), -ENXIO); /* no GIC yet */
	assert_int_equal(sys_ioctl(m.vm.fd, KVM_CREATE_IRQCHIP, NULL), 0);
	assert_int_equal(vm_spi_set(&m.vm, 33, true), 0);
	assert_int_equal(vm_spi_set(&m.vm, 33, false), 0);
	assert_int_equal(vm_spi_set(&m.vm, 1020, true), -EINVAL);
	assert_int_equal(vm_spi_set(&m.vm, 31, true), -EINVAL); /* private */
	machine_close(&m);
}

static void test_slots_that_were_set_aside_come_and_go(void **state)
{
	struct machine m;
	uint32_t slot;

	(void)state;
	machine_open(&m, &fake_host_gic3);
	slot = vm_slots_reserve(&m.vm, 2);
	assert_int_equal(vm_memory_add(&m.vm, 0x40000000, PAGE, memory, false), 0);
	assert_int_equal(fake_memory(0)->slot, slot + 2);
	assert_int_equal(vm_memory_put(&m.vm, slot + 1, 0, PAGE, memory + PAGE, true), 0);
	assert_int_equal(fake_memory(1)->slot, slot + 1);
	assert_int_equal(fake_memory(1)->flags, KVM_MEM_READONLY);
	assert_int_equal(vm_memory_put(&m.vm, slot, 0, PAGE, memory + PAGE, true), -EEXIST);
	assert_int_equal(vm_memory_drop(&m.vm, slot), -EINVAL);
	assert_int_equal(vm_memory_drop(&m.vm, slot + 1), 0);
	assert_int_equal(fake_memory(1)->size, 0);
	assert_int_equal(vm_memory_drop(&m.vm, slot + 1), -EINVAL);
	assert_int_equal(vm_memory_put(&m.vm, slot + 1, 0, PAGE, memory + PAGE, true), 0);
	assert_int_equal(m.vm.slots, 3);
	machine_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_takes_all_ipa_bits),
		cmocka_unit_test(test_kernel_without_ipa_size_gets_type_0),
		cmocka_unit_test(test_open_names_the_step_that_failed),
		cmocka_unit_test(test_open_leaves_nothing_open_on_any_failing_step),
		cmocka_unit_test(test_create_is_tried_again_on_eintr),
		cmocka_unit_test(test_cap_is_never_negative),
		cmocka_unit_test(test_cap_enable),
		cmocka_unit_test(test_device_offered_makes_nothing),
		cmocka_unit_test(test_memory_slots_are_numbered_in_order),
		cmocka_unit_test(test_memory_refused_takes_no_slot),
		cmocka_unit_test(test_slots_that_were_set_aside_come_and_go),
		cmocka_unit_test(test_spi_is_named_by_intid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
