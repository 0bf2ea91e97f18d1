// SPDX-License-Identifier: BSD-2-Clause
// boot/points.c: the table, and the words in memory.
#include "tests/boot/debugger.h"

static void soft_points_are_in_memory_while_the_guest_runs(void **state)
{
	(void)state;
	assert_int_equal(debug_point_add(&shim, POINT_SOFT, CODE + 8, 4), 0);
	assert_int_equal(*word(CODE + 8), NOP);
	go(-1);
	assert_int_equal(*word(CODE + 8), BRK);
	assert_int_equal(control(0), KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP);
	vcpus_pause(&shim);
	debug_pause(&shim);
	assert_int_equal(*word(CODE + 8), NOP);
	assert_int_equal(control(0), 0);
}

static void what_the_guest_puts_over_a_point_stays(void **state)
{
	(void)state;
	debug_point_add(&shim, POINT_SOFT, CODE + 8, 4);
	go(-1);
	*word(CODE + 8) = 0x12345678;
	vcpus_pause(&shim);
	debug_pause(&shim);
	assert_int_equal(*word(CODE + 8), 0x12345678);
}

static void a_look_hides_points(void **state)
{
	(void)state;
	debug_point_add(&shim, POINT_SOFT, CODE + 8, 4);
	go(-1);
	vcpus_pause(&shim);
	debug_hide(&shim);
	assert_int_equal(*word(CODE + 8), NOP);
	assert_int_equal(debug_point_add(&shim, POINT_HARD, CODE + 16, 4), 1);
	debug_show(&shim);
	vcpus_resume(&shim, false);
	assert_int_equal(*word(CODE + 8), BRK);
	assert_true(HAS_HW(1));
	/* While the person has it paused they stay out. */
	vcpus_pause(&shim);
	debug_pause(&shim);
	debug_hide(&shim);
	debug_show(&shim);
	assert_int_equal(*word(CODE + 8), NOP);
}

static void refusals(void **state)
{
	const int breaks = vm_cap(&shim.vm, KVM_CAP_GUEST_DEBUG_HW_BPS);

	(void)state;
	assert_int_equal(debug_point_add(&shim, POINT_SOFT, CODE, 4), 0);
	assert_int_equal(debug_point_add(&shim, POINT_SOFT, CODE, 4), -EEXIST);
	assert_int_equal(debug_point_add(&shim, POINT_SOFT, FLASH, 4), -EFAULT);
	assert_int_equal(debug_point_add(&shim, POINT_WRITE, RAM + 6, 4), -ENOTSUP);
	for (int i = 0; i < breaks; i++)
		assert_true(debug_point_add(&shim, POINT_HARD, CODE + 4 * (unsigned)i, 4) > 0);
	assert_int_equal(debug_point_add(&shim, POINT_HARD, CODE + 0x100, 4), -ENOSPC);
	assert_int_equal(debug_point_remove(&shim, POINT_HARD, CODE + 4, 4), 0);
	assert_int_equal(debug_point_remove(&shim, POINT_HARD, CODE + 4, 4), -ENOENT);
	assert_true(debug_point_add(&shim, POINT_HARD, CODE + 0x100, 4) > 0);
	fake_cap_set(KVM_CAP_GUEST_DEBUG_HW_WPS, 0);
	assert_int_equal(debug_point_add(&shim, POINT_WRITE, RAM, 4), -ENOTSUP);
	fake_cap_set(UINT32_MAX, 0);
}

static void the_table_ends(void **state)
{
	(void)state;
	for (unsigned i = 0; i < POINTS_MAX; i++)
		assert_int_equal(debug_point_add(&shim, POINT_SOFT, CODE + 4 * i, 4), i);
	assert_int_equal(debug_point_add(&shim, POINT_SOFT, CODE + 0x800, 4), -ENOSPC);
	debug_points_clear(&shim);
	assert_false(points_any());
}

static void aarch32_words(void **state)
{
	(void)state;
	reg_is(0, PSTATE, 0x10);
	assert_int_equal(debug_point_add(&shim, POINT_SOFT, CODE + 0x40, 0), 0);
	reg_is(0, PSTATE, 0x30);
	assert_int_equal(debug_point_add(&shim, POINT_SOFT, CODE + 0x46, 0), 1);
	assert_int_equal(debug_point_add(&shim, POINT_SOFT, CODE + 0x4a, 3), 2);
	go(-1);
	assert_int_equal(*word(CODE + 0x40), 0xe1200070);
	assert_int_equal(*word(CODE + 0x44), 0xbe00u << 16 | (NOP & 0xffff));
	assert_int_equal(*word(CODE + 0x48) >> 16, 0xbe00);
}

static void nothing_set_tells_kvm_nothing(void **state)
{
	const int from = (int)fake_calls();

	(void)state;
	go(-1);
	vcpus_pause(&shim);
	debug_pause(&shim);
	assert_int_equal(fake_log_find(KVM_SET_GUEST_DEBUG, (unsigned)from), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(soft_points_are_in_memory_while_the_guest_runs),
		TEST(what_the_guest_puts_over_a_point_stays),
		TEST(a_look_hides_points),
		TEST(refusals),
		TEST(the_table_ends),
		TEST(aarch32_words),
		TEST(nothing_set_tells_kvm_nothing),
	};

	return cmocka_run_group_tests_name("boot/points", tests, NULL, NULL);
}
