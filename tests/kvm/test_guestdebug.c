// SPDX-License-Identifier: BSD-2-Clause
// kvm/guestdebug.c: control words, registers of points, what an exit says.
#include <errno.h>
#include <string.h>

#include "tests/kvm/machine.h"

#include "kvm/guestdebug.h"

#define ON KVM_GUESTDBG_ENABLE
#define STEP KVM_GUESTDBG_SINGLESTEP
#define SOFT KVM_GUESTDBG_USE_SW_BP
#define HARD KVM_GUESTDBG_USE_HW

static struct machine m;

static int open(void **state)
{
	(void)state;
	machine_start(&m, &fake_host_gic3, 0);
	return 0;
}

static int close(void **state)
{
	(void)state;
	machine_close(&m);
	return 0;
}

static uint32_t control(void)
{
	return fake_debug(0)->control;
}

static void both_steppers_count(void **state)
{
	(void)state;
	assert_int_equal(guestdebug_step_set(&m.vcpu[0], GUESTDEBUG_EXCLUSIVES, true), 0);
	assert_int_equal(control(), ON | STEP);
	assert_int_equal(guestdebug_step_set(&m.vcpu[0], GUESTDEBUG_PERSON, true), 0);
	assert_int_equal(guestdebug_step_set(&m.vcpu[0], GUESTDEBUG_EXCLUSIVES, false), 0);
	assert_int_equal(control(), ON | STEP);
	assert_int_equal(guestdebug_step_set(&m.vcpu[0], GUESTDEBUG_PERSON, false), 0);
	assert_int_equal(control(), 0);
	assert_int_equal(fake_debug(1)->control, 0);
}

static void points_outlive_steps(void **state)
{
	struct guestdebug_points points = { .soft = true };

	(void)state;
	assert_int_equal(guestdebug_points_set(&m.vcpu[0], &points), 0);
	assert_int_equal(control(), ON | SOFT);
	assert_int_equal(guestdebug_step_set(&m.vcpu[0], GUESTDEBUG_EXCLUSIVES, true), 0);
	assert_int_equal(control(), ON | SOFT | STEP);
	assert_int_equal(guestdebug_break_add(&points, 0x40000000, 4), 0);
	assert_int_equal(guestdebug_points_set(&m.vcpu[0], &points), 0);
	assert_int_equal(control(), ON | SOFT | HARD | STEP);
	assert_int_equal(guestdebug_step_set(&m.vcpu[0], GUESTDEBUG_EXCLUSIVES, false), 0);
	assert_int_equal(control(), ON | SOFT | HARD);
	assert_int_equal(guestdebug_points_set(&m.vcpu[0], NULL), 0);
	assert_int_equal(control(), 0);
}

/* KVM keeps a step that it was about to tell of until all is off. */
static void all_is_off_between_steps(void **state)
{
	struct guestdebug_points points = { .soft = true };
	int at;

	(void)state;
	guestdebug_points_set(&m.vcpu[0], &points);
	guestdebug_step_set(&m.vcpu[0], GUESTDEBUG_PERSON, true);
	at = (int)fake_calls();
	guestdebug_step_set(&m.vcpu[0], GUESTDEBUG_PERSON, false);
	assert_int_equal(fake_calls() - (unsigned)at, 2);
	assert_int_equal(control(), ON | SOFT);
}

static void what_kvm_refuses_changes_nothing(void **state)
{
	struct guestdebug_points points = { .soft = true };

	(void)state;
	fake_fail_request(KVM_SET_GUEST_DEBUG, 1, EPERM);
	assert_int_equal(guestdebug_step_set(&m.vcpu[0], GUESTDEBUG_PERSON, true), -EPERM);
	assert_int_equal(guestdebug_points_set(&m.vcpu[0], &points), 0);
	assert_int_equal(control(), ON | SOFT);
	fake_fail_request(KVM_SET_GUEST_DEBUG, 1, EPERM);
	assert_int_equal(guestdebug_points_set(&m.vcpu[0], NULL), -EPERM);
	assert_int_equal(guestdebug_step_set(&m.vcpu[0], GUESTDEBUG_PERSON, true), 0);
	assert_int_equal(control(), ON | SOFT | STEP);
}

/* No point, none before: KVM is not asked. */
static void nothing_costs_nothing(void **state)
{
	unsigned calls;

	(void)state;
	calls = fake_calls();
	assert_int_equal(guestdebug_points_set(&m.vcpu[0], NULL), 0);
	assert_int_equal(fake_calls(), calls);
}

/* DBGBCR: E, PMC 3, BAS; DBGBVR: words. */
static void breakpoints(void **state)
{
	struct guestdebug_points p = { 0 };

	(void)state;
	assert_int_equal(guestdebug_break_add(&p, 0x40001234, 4), 0);
	assert_int_equal(guestdebug_break_add(&p, 0x40001234, 2), 0);
	assert_int_equal(guestdebug_break_add(&p, 0x40001236, 2), 0);
	assert_int_equal(guestdebug_break_add(&p, 0xffff800008001000, 4), 0);
	assert_int_equal(p.breaks, 4);
	assert_int_equal(p.regs.dbg_bcr[0], 0x1e7);
	assert_int_equal(p.regs.dbg_bcr[1], 0x067);
	assert_int_equal(p.regs.dbg_bcr[2], 0x187);
	assert_int_equal(p.regs.dbg_bvr[0], 0x40001234);
	assert_int_equal(p.regs.dbg_bvr[2], 0x40001234);
	assert_int_equal(p.regs.dbg_bvr[3], 0xffff800008001000);
	assert_int_equal(guestdebug_break_add(&p, 0x40001232, 4), -EINVAL);
	assert_int_equal(guestdebug_break_add(&p, 0x40001231, 2), -EINVAL);
	assert_int_equal(guestdebug_break_add(&p, 0x40001230, 3), -EINVAL);
	assert_int_equal(p.breaks, 4);
}

/* DBGWCR: E, PAC 3, LSC, BAS, MASK. */
static void watchpoints(void **state)
{
	static const struct {
		uint64_t va, len, value;
		unsigned access, bas, mask;
	} rows[] = {
		{ 0x1000, 1, 0x1000, GUESTDEBUG_WRITE, 0x01, 0 },
		{ 0x1007, 1, 0x1000, GUESTDEBUG_READ, 0x80, 0 },
		{ 0x1002, 2, 0x1000, GUESTDEBUG_WRITE, 0x0c, 0 },
		{ 0x1001, 3, 0x1000, GUESTDEBUG_WRITE, 0x0e, 0 },
		{ 0x1004, 4, 0x1000, GUESTDEBUG_READ | GUESTDEBUG_WRITE, 0xf0, 0 },
		{ 0x1003, 5, 0x1000, GUESTDEBUG_WRITE, 0xf8, 0 },
		{ 0x1000, 6, 0x1000, GUESTDEBUG_WRITE, 0x3f, 0 },
		{ 0x1001, 7, 0x1000, GUESTDEBUG_WRITE, 0xfe, 0 },
		{ 0x1008, 8, 0x1008, GUESTDEBUG_WRITE, 0xff, 0 },
		{ 0x1010, 16, 0x1010, GUESTDEBUG_WRITE, 0xff, 4 },
		{ 0x2000, 4096, 0x2000, GUESTDEBUG_READ, 0xff, 12 },
		{ 0, 1ull << 31, 0, GUESTDEBUG_WRITE, 0xff, 31 },
	};
	struct guestdebug_points p = { 0 };

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(guestdebug_watch_add(&p, rows[i].va, rows[i].len, rows[i].access),
				 0);
		assert_int_equal(p.regs.dbg_wvr[i], rows[i].value);
		assert_int_equal(p.regs.dbg_wcr[i],
				 7 | rows[i].access << 3 | rows[i].bas << 5 | rows[i].mask << 24);
	}
	assert_int_equal(p.watches, sizeof(rows) / sizeof(rows[0]));
}

static void what_cannot_be_watched(void **state)
{
	static const uint64_t rows[][2] = { { 0x1000, 0 },  { 0x1005, 4 },     { 0x1000, 12 },
					    { 0x1008, 16 }, { 0, 1ull << 32 }, { 0x1004, 8 } };
	struct guestdebug_points p = { 0 };

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(guestdebug_watch_add(&p, rows[i][0], rows[i][1], GUESTDEBUG_WRITE),
				 -EINVAL);
	assert_int_equal(p.watches, 0);
}

static void exits(void **state)
{
	static const struct {
		uint32_t esr;
		enum guestdebug_cause cause;
		bool write;
	} rows[] = {
		{ 0xca000022, GUESTDEBUG_STEPPED, false }, { 0xc2000022, GUESTDEBUG_HARD, false },
		{ 0xf2000000, GUESTDEBUG_SOFT, false },	   { 0xe0000000, GUESTDEBUG_SOFT, false },
		{ 0xd2000062, GUESTDEBUG_WATCH, true },	   { 0xd2000022, GUESTDEBUG_WATCH, false },
		{ 0x02000000, GUESTDEBUG_OTHER, false },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake_exit script = { .reason = KVM_EXIT_DEBUG,
					    .debug = { rows[i].esr, 0x1234 } };
		struct guestdebug_exit exit;

		fake_exit_push(0, &script);
		assert_int_equal(vcpu_run(&m.vcpu[0]), 0);
		assert_int_equal(m.vcpu[0].run->exit_reason, KVM_EXIT_DEBUG);
		exit = guestdebug_exit_of(m.vcpu[0].run);
		assert_int_equal(exit.cause, rows[i].cause);
		assert_int_equal(exit.esr, rows[i].esr);
		if (exit.cause == GUESTDEBUG_WATCH) {
			assert_int_equal(exit.address, 0x1234);
			assert_int_equal(exit.write, rows[i].write);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_steppers_count, open, close),
		cmocka_unit_test_setup_teardown(points_outlive_steps, open, close),
		cmocka_unit_test_setup_teardown(all_is_off_between_steps, open, close),
		cmocka_unit_test_setup_teardown(what_kvm_refuses_changes_nothing, open, close),
		cmocka_unit_test_setup_teardown(nothing_costs_nothing, open, close),
		cmocka_unit_test(breakpoints),
		cmocka_unit_test(watchpoints),
		cmocka_unit_test(what_cannot_be_watched),
		cmocka_unit_test_setup_teardown(exits, open, close),
	};

	return cmocka_run_group_tests_name("kvm/guestdebug", tests, NULL, NULL);
}
