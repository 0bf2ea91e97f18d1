// SPDX-License-Identifier: BSD-2-Clause
// kvm/devaddr.c on the fake: registered and mapped at will, told to KVM once.
#include "machine.h"

#include "kvm/devaddr.h"
#include "kvm/sys.h"

#include <errno.h>

enum { DIST, CPU, REDIST };

static int device_make(const struct machine *m, uint32_t type)
{
	struct kvm_create_device device = { .type = type };

	assert_int_equal(sys_ioctl(m->vm.fd, KVM_CREATE_DEVICE, &device), 0);
	return (int)device.fd;
}

static void record(struct devaddr_list *list, int region, int dev_fd, uint64_t attr,
		   uint64_t ormask)
{
	struct devaddr record = {
		.region = region,
		.dev_fd = dev_fd,
		.group = KVM_DEV_ARM_VGIC_GRP_ADDR,
		.attr = attr,
		.legacy_id = (uint64_t)KVM_ARM_DEVICE_VGIC_V2 << KVM_ARM_DEVICE_ID_SHIFT | attr,
		.ormask = ormask,
		.gpa = 0x1234, /* ignored */
	};

	assert_int_equal(devaddr_register(list, &record), 0);
}

static void commit(struct devaddr_list *list, const struct machine *m)
{
	const struct devaddr *failed = (const struct devaddr *)list;

	assert_int_equal(devaddr_commit(list, &m->vm, &failed), 0);
	assert_null(failed);
}

static void test_last_mapping_wins(void **state)
{
	struct devaddr_list list = { .count = 0 };
	struct fake_vgic_view view;
	struct machine m;
	int fd;

	(void)state;
	machine_open(&m, &fake_host_gic2);
	fd = device_make(&m, KVM_DEV_TYPE_ARM_VGIC_V2);
	record(&list, DIST, fd, KVM_VGIC_V2_ADDR_TYPE_DIST, 0);
	devaddr_map(&list, DIST, 0x8000000);
	record(&list, CPU, fd, KVM_VGIC_V2_ADDR_TYPE_CPU, 0);
	devaddr_map(&list, CPU, 0x9000000);
	devaddr_unmap(&list, DIST);
	devaddr_map(&list, CPU, 0x8010000);
	devaddr_map(&list, DIST, 0xa000000);
	devaddr_map(&list, 99, 0xb000000); /* not ours */
	assert_int_equal(calls_of(KVM_SET_DEVICE_ATTR, 0), 0); /* nothing is told early */
	commit(&list, &m);
	fake_vgic_view(&view);
	assert_int_equal(view.dist, 0xa000000);
	assert_int_equal(view.cpu, 0x8010000);
	sys_close(fd);
	machine_close(&m);
}

static void test_unmapped_is_passed_over(void **state)
{
	struct devaddr_list list = { .count = 0 };
	struct fake_vgic_view view;
	struct machine m;
	int fd;

	(void)state;
	machine_open(&m, &fake_host_gic2);
	fd = device_make(&m, KVM_DEV_TYPE_ARM_VGIC_V2);
	record(&list, DIST, fd, KVM_VGIC_V2_ADDR_TYPE_DIST, 0);
	record(&list, CPU, fd, KVM_VGIC_V2_ADDR_TYPE_CPU, 0);
	devaddr_map(&list, DIST, 0x8000000);
	devaddr_unmap(&list, DIST);
	devaddr_map(&list, CPU, 0x8010000);
	commit(&list, &m);
	fake_vgic_view(&view);
	assert_int_equal(view.dist, UINT64_MAX);
	assert_int_equal(view.cpu, 0x8010000);
	sys_close(fd);
	machine_close(&m);
}

static void test_committed_once(void **state)
{
	struct devaddr_list list = { .count = 0 };
	struct devaddr late = { .region = CPU };
	struct machine m;
	unsigned calls;
	int fd;

	(void)state;
	machine_open(&m, &fake_host_gic2);
	fd = device_make(&m, KVM_DEV_TYPE_ARM_VGIC_V2);
	record(&list, DIST, fd, KVM_VGIC_V2_ADDR_TYPE_DIST, 0);
	devaddr_map(&list, DIST, 0x8000000);
	commit(&list, &m);
	calls = fake_calls();
	devaddr_map(&list, DIST, 0x9000000);
	commit(&list, &m);
	assert_int_equal(fake_calls(), calls);
	assert_int_equal(list.entry[0].gpa, 0x8000000);
	assert_int_equal(devaddr_register(&list, &late), -EBUSY);
	sys_close(fd);
	machine_close(&m);
}

static void test_record_joins_a_region_that_is_mapped(void **state)
{
	struct devaddr_list list = { .count = 0 };

	(void)state;
	record(&list, REDIST, 5, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, 0);
	assert_int_equal(list.entry[0].gpa, DEVADDR_UNMAPPED);
	devaddr_map(&list, REDIST, 0x80a0000);
	record(&list, REDIST, 6, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, 0);
	assert_int_equal(list.entry[1].gpa, 0x80a0000);
	devaddr_unmap(&list, REDIST);
	assert_int_equal(list.entry[0].gpa, DEVADDR_UNMAPPED);
	assert_int_equal(list.entry[1].gpa, DEVADDR_UNMAPPED);
}

static void test_list_that_is_full_says_so(void **state)
{
	struct devaddr_list list = { .count = 0 };
	struct devaddr more = { .region = 1 };

	(void)state;
	for (int i = 0; i < DEVADDR_MAX; i++)
		assert_int_equal(devaddr_register(&list, &more), 0);
	assert_int_equal(devaddr_register(&list, &more), -ENOSPC);
	assert_int_equal(list.count, DEVADDR_MAX);
}

static void test_redistributor_regions_go_in_order_with_their_ormask(void **state)
{
	struct devaddr_list list = { .count = 0 };
	struct fake_vgic_view view;
	struct machine m;
	int fd;

	(void)state;
	machine_open(&m, &fake_host_gic3);
	fd = device_make(&m, KVM_DEV_TYPE_ARM_VGIC_V3);
	record(&list, DIST, fd, KVM_VGIC_V3_ADDR_TYPE_DIST, 0);
	record(&list, REDIST, fd, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, 123ull << 52);
	record(&list, REDIST + 1, fd, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, 7ull << 52 | 1);
	/* Mapped the other way round: the order of registration counts. */
	devaddr_map(&list, REDIST + 1, 0x4000000000);
	devaddr_map(&list, REDIST, 0x80a0000);
	devaddr_map(&list, DIST, 0x8000000);
	commit(&list, &m);
	fake_vgic_view(&view);
	assert_int_equal(view.dist, 0x8000000);
	assert_int_equal(view.redists, 2);
	assert_int_equal(view.redist[0].base, 0x80a0000);
	assert_int_equal(view.redist[0].count, 123);
	assert_int_equal(view.redist[1].base, 0x4000000000);
	assert_int_equal(view.redist[1].count, 7);
	sys_close(fd);
	machine_close(&m);
}

static void test_legacy_ioctl_on_the_vm(void **state)
{
	struct devaddr_list list = { .count = 0 };
	struct fake_vgic_view view;
	struct machine m;

	(void)state;
	machine_open(&m, &fake_host_gic2);
	assert_int_equal(sys_ioctl(m.vm.fd, KVM_CREATE_IRQCHIP, NULL), 0);
	record(&list, DIST, -1, KVM_VGIC_V2_ADDR_TYPE_DIST, 0);
	record(&list, CPU, -1, KVM_VGIC_V2_ADDR_TYPE_CPU, 0);
	devaddr_map(&list, DIST, 0x8000000);
	devaddr_map(&list, CPU, 0x8010000);
	commit(&list, &m);
	assert_int_equal(calls_of(KVM_ARM_SET_DEVICE_ADDR, 0), 2);
	assert_int_equal(calls_of(KVM_SET_DEVICE_ATTR, 0), 0);
	fake_vgic_view(&view);
	assert_int_equal(view.dist, 0x8000000);
	assert_int_equal(view.cpu, 0x8010000);
	machine_close(&m);
}

static void test_legacy_ioctl_without_a_gicv2(void **state)
{
	struct devaddr_list list = { .count = 0 };
	const struct devaddr *failed;
	struct machine m;

	(void)state;
	machine_open(&m, &fake_host_gic3);
	record(&list, DIST, -1, KVM_VGIC_V2_ADDR_TYPE_DIST, 0);
	devaddr_map(&list, DIST, 0x8000000);
	assert_true(devaddr_commit(&list, &m.vm, &failed) < 0);
	assert_ptr_equal(failed, &list.entry[0]);
	machine_close(&m);
}

static void test_refused_addresses_name_the_record(void **state)
{
	static const struct {
		uint64_t gpa;
		int error;
	} bad[] = {
		{ 0x8000800, -EINVAL },
		{ 1ull << 48, -E2BIG },
	};
	const struct devaddr *failed;
	struct machine m;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct devaddr_list list = { .count = 0 };
		int fd;

		machine_open(&m, &fake_host_gic2);
		fd = device_make(&m, KVM_DEV_TYPE_ARM_VGIC_V2);
		record(&list, DIST, fd, KVM_VGIC_V2_ADDR_TYPE_DIST, 0);
		record(&list, CPU, fd, KVM_VGIC_V2_ADDR_TYPE_CPU, 0);
		devaddr_map(&list, DIST, 0x8000000);
		devaddr_map(&list, CPU, bad[i].gpa);
		assert_int_equal(devaddr_commit(&list, &m.vm, &failed), bad[i].error);
		assert_ptr_equal(failed, &list.entry[1]);
		assert_false(list.committed);
		sys_close(fd);
		machine_close(&m);
	}
}

static void test_address_that_is_set_already(void **state)
{
	struct devaddr_list list = { .count = 0 };
	const struct devaddr *failed;
	struct machine m;
	int fd;

	(void)state;
	machine_open(&m, &fake_host_gic2);
	fd = device_make(&m, KVM_DEV_TYPE_ARM_VGIC_V2);
	record(&list, DIST, fd, KVM_VGIC_V2_ADDR_TYPE_DIST, 0);
	record(&list, DIST, fd, KVM_VGIC_V2_ADDR_TYPE_DIST, 0);
	devaddr_map(&list, DIST, 0x8000000);
	assert_int_equal(devaddr_commit(&list, &m.vm, &failed), -EEXIST);
	assert_ptr_equal(failed, &list.entry[1]);
	sys_close(fd);
	machine_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_last_mapping_wins),
		cmocka_unit_test(test_unmapped_is_passed_over),
		cmocka_unit_test(test_committed_once),
		cmocka_unit_test(test_record_joins_a_region_that_is_mapped),
		cmocka_unit_test(test_list_that_is_full_says_so),
		cmocka_unit_test(test_redistributor_regions_go_in_order_with_their_ormask),
		cmocka_unit_test(test_legacy_ioctl_on_the_vm),
		cmocka_unit_test(test_legacy_ioctl_without_a_gicv2),
		cmocka_unit_test(test_refused_addresses_name_the_record),
		cmocka_unit_test(test_address_that_is_set_already),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
