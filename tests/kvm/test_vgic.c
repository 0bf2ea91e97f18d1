// SPDX-License-Identifier: BSD-2-Clause
// kvm/vgic.c on the fake: made in order, numbered, its addresses noted, nothing left behind. Its reset is in tests/contract.
#include "machine.h"

#include "kvm/devaddr.h"
#include "kvm/vgic.h"

#include <errno.h>
#include <string.h>

static const unsigned two_regions[] = { 1, 1 };

static void addresses_commit(struct devaddr_list *list, const struct machine *m)
{
	const struct devaddr *failed;

	devaddr_map(list, VGIC_REGION_DIST, 0x8000000);
	devaddr_map(list, VGIC_REGION_CPU, 0x8010000);
	devaddr_map(list, VGIC_REGION_ITS, 0x8080000);
	devaddr_map(list, VGIC_REGION_REDIST, 0x80a0000);
	devaddr_map(list, VGIC_REGION_REDIST + 1, 0x9000000);
	assert_int_equal(devaddr_commit(list, &m->vm, &failed), 0);
}

static void test_gicv2(void **state)
{
	struct devaddr_list list = { .count = 0 };
	struct fake_vgic_view view;
	struct vgic vgic;
	struct machine m;

	(void)state;
	machine_start(&m, &fake_host_gic2, 0);
	assert_int_equal(vgic_create(&vgic, &m.vm, &list, VGIC_V2, 128, NULL, 0, false), 0);
	addresses_commit(&list, &m);
	assert_int_equal(vgic_init(&vgic), 0);
	fake_vgic_view(&view);
	assert_int_equal(view.type, KVM_DEV_TYPE_ARM_VGIC_V2);
	assert_true(view.initialised);
	assert_int_equal(view.irqs, 128);
	assert_int_equal(vgic.irqs, 128);
	assert_int_equal(view.dist, 0x8000000);
	assert_int_equal(view.cpu, 0x8010000);
	vgic_destroy(&vgic);
	machine_close(&m);
}

static void test_gicv3_regions_and_its(void **state)
{
	struct devaddr_list list = { .count = 0 };
	struct fake_vgic_view view;
	struct vgic vgic;
	struct machine m;

	(void)state;
	machine_start(&m, &fake_host_gic3, 0);
	assert_int_equal(vgic_create(&vgic, &m.vm, &list, VGIC_V3, 0, two_regions, 2, true), 0);
	addresses_commit(&list, &m);
	assert_int_equal(vgic_init(&vgic), 0);
	fake_vgic_view(&view);
	assert_int_equal(view.irqs, 256);
	assert_int_equal(vgic.irqs, 256);
	assert_int_equal(view.redists, 2);
	assert_int_equal(view.redist[0].base, 0x80a0000);
	assert_int_equal(view.redist[1].base, 0x9000000);
	assert_int_equal(view.redist[1].count, 1);
	assert_int_equal(view.its, 0x8080000);
	vgic_destroy(&vgic);
	machine_close(&m);
}

/* KVM's own number of interrupts costs no call; another one costs one. */
static void test_calls_are_few(void **state)
{
	struct devaddr_list list = { .count = 0 };
	struct vgic vgic;
	struct machine m;
	unsigned before;

	(void)state;
	machine_start(&m, &fake_host_gic3, 0);
	before = fake_calls();
	assert_int_equal(vgic_create(&vgic, &m.vm, &list, VGIC_V3, 256, two_regions, 1, false), 0);
	assert_int_equal(fake_calls() - before, 1);
	assert_int_equal(vgic_init(&vgic), 0);
	assert_int_equal(fake_calls() - before, 2);
	vgic_destroy(&vgic);
	machine_close(&m);
}

static void test_irqchip(void **state)
{
	static const struct fake_config old = {
		.kernel = FAKE_KERNEL_6_1,
		.gicv2 = true,
		.no_device_ctrl = true,
		.max_vcpus = 8,
		.target = 2,
	};
	struct devaddr_list list = { .count = 0 };
	struct fake_vgic_view view;
	struct vgic vgic;
	struct machine m;

	(void)state;
	machine_start(&m, &old, 0);
	assert_int_not_equal(vgic_create(&vgic, &m.vm, &list, VGIC_V2, 0, NULL, 0, false), 0);
	assert_int_equal(vgic_create(&vgic, &m.vm, &list, VGIC_V2_IRQCHIP, 0, NULL, 0, false), 0);
	assert_int_equal(vgic.fd, -1);
	addresses_commit(&list, &m);
	assert_int_equal(vgic_init(&vgic), 0);
	fake_vgic_view(&view);
	assert_int_equal(view.dist, 0x8000000);
	assert_int_equal(view.cpu, 0x8010000);
	assert_int_equal(vgic_reset(&vgic, m.vcpu, MACHINE_VCPUS), -ENOTSUP);
	vgic_destroy(&vgic);
	machine_close(&m);
}

static void test_refused_before_anything_is_made(void **state)
{
	static const unsigned empty[] = { 0 };
	struct devaddr_list list = { .count = 0 };
	struct vgic vgic;
	struct machine m;
	unsigned before;

	(void)state;
	machine_start(&m, &fake_host_gic3, 0);
	before = fake_calls();
	assert_int_equal(vgic_create(&vgic, &m.vm, &list, VGIC_V3, 100, two_regions, 1, false),
			 -EINVAL);
	assert_int_equal(vgic_create(&vgic, &m.vm, &list, VGIC_V3, 1024, two_regions, 1, false),
			 -EINVAL);
	assert_int_equal(vgic_create(&vgic, &m.vm, &list, VGIC_V3, 32, two_regions, 1, false),
			 -EINVAL);
	assert_int_equal(vgic_create(&vgic, &m.vm, &list, VGIC_V3, 0, two_regions, 0, false),
			 -EINVAL);
	assert_int_equal(vgic_create(&vgic, &m.vm, &list, VGIC_V3, 0, empty, 1, false), -EINVAL);
	assert_int_equal(vgic_create(&vgic, &m.vm, &list, VGIC_V2, 0, NULL, 0, true), -EINVAL);
	assert_int_equal(vgic_create(&vgic, &m.vm, &list, VGIC_V2_IRQCHIP, 288, NULL, 0, false),
			 -EINVAL);
	assert_int_equal(fake_calls(), before);
	assert_int_equal(list.count, 0);
	assert_int_equal(vgic_create(&vgic, &m.vm, &list, VGIC_V2, 0, NULL, 0, false), -ENODEV);
	machine_close(&m);
}

/* Whichever call fails, its error comes back and no device stays open. */
static void test_each_call_failing(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 5; n++) {
		struct devaddr_list list = { .count = 0 };
		struct vgic vgic;
		struct machine m;
		int ret;

		machine_start(&m, &fake_host_gic3, 0);
		fake_fail_at(n, EIO);
		ret = vgic_create(&vgic, &m.vm, &list, VGIC_V3, 128, two_regions, 2, true);
		if (!ret)
			ret = vgic_init(&vgic);
		assert_true(fake_failed());
		assert_int_equal(ret, -EIO);
		vgic_destroy(&vgic);
		machine_close(&m);
	}
}

static int value_find(void *arg, const char *name, uint64_t value)
{
	const char *wanted = arg;

	if (strcmp(name, wanted))
		return 0;
	return value ? (int)value : -1;
}

/* What a guest left is gone, and a failing write is told though the rest is written all the same. */
static void test_reset_writes_all_after_a_failure(void **state)
{
	struct devaddr_list list = { .count = 0 };
	struct vgic vgic;
	struct machine m;
	char pmr[] = "cpu1 ICC_PMR_EL1";

	(void)state;
	machine_start(&m, &fake_host_gic3, 0);
	assert_int_equal(vgic_create(&vgic, &m.vm, &list, VGIC_V3, 128, two_regions, 2, true), 0);
	addresses_commit(&list, &m);
	assert_int_equal(vgic_init(&vgic), 0);
	fake_vgic_dirty();
	assert_int_equal(vgic_registers_each(&vgic, m.vcpu, MACHINE_VCPUS, value_find, pmr), 0xf0);
	fake_fail_request(KVM_SET_DEVICE_ATTR, 2, EBUSY);
	assert_int_equal(vgic_reset(&vgic, m.vcpu, MACHINE_VCPUS), -EBUSY);
	assert_int_equal(vgic_registers_each(&vgic, m.vcpu, MACHINE_VCPUS, value_find, pmr), -1);
	vgic_destroy(&vgic);
	machine_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gicv2),
		cmocka_unit_test(test_gicv3_regions_and_its),
		cmocka_unit_test(test_calls_are_few),
		cmocka_unit_test(test_irqchip),
		cmocka_unit_test(test_refused_before_anything_is_made),
		cmocka_unit_test(test_each_call_failing),
		cmocka_unit_test(test_reset_writes_all_after_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
