// SPDX-License-Identifier: BSD-2-Clause
// boot/debug.c: stops, and going on over points.
#include "tests/boot/debugger.h"

static void a_soft_point_stops(void **state)
{
	struct debug_stop stop;

	(void)state;
	debug_point_add(&shim, POINT_SOFT, CODE + 8, 4);
	go(-1);
	nothing_stopped();
	exits(0, SOFT, CODE + 8, EL1H);
	assert_true(held(0));
	stop = stopped(DEBUG_BREAK, 0);
	assert_int_equal(stop.pc, CODE + 8);
	assert_int_equal(stop.kind, POINT_SOFT);
	assert_int_equal(stop.point, 0);
	assert_int_equal(*word(CODE + 8), NOP);
	assert_int_equal(shim.vcpus.pauses, 1);
	assert_false(held(0));
}

static void a_hard_point_and_a_watch_stop(void **state)
{
	struct debug_stop stop;

	(void)state;
	debug_point_add(&shim, POINT_HARD, CODE + 8, 4);
	debug_point_add(&shim, POINT_WRITE, RAM + 0x100, 4);
	go(-1);
	exits(1, HARD, CODE + 8, EL1H);
	stop = stopped(DEBUG_BREAK, 1);
	assert_int_equal(stop.kind, POINT_HARD);
	go(-1);
	exits(1, STEPPED, CODE + 12, EL1H | IF);
	nothing_stopped();
	shim.vcpu[0].run->debug.arch.far = RAM + 0x0f8; /* a wide store that begins below */
	exits(0, WATCH_WRITE, CODE + 20, EL1H);
	stop = stopped(DEBUG_WATCH, 0);
	assert_int_equal(stop.address, RAM + 0x100);
	assert_int_equal(stop.pc, CODE + 20);
	assert_int_equal(stop.point, 1);
}

/* From a watchpoint the vCPU goes on over its instruction, with no watchpoint on. */
static void a_watched_store_is_gone_over(void **state)
{
	(void)state;
	debug_point_add(&shim, POINT_WRITE, RAM + 0x100, 4);
	go(-1);
	shim.vcpu[0].run->debug.arch.far = RAM + 0x100;
	exits(0, WATCH_WRITE, CODE + 20, EL1H);
	stopped(DEBUG_WATCH, 0);
	go(-1);
	assert_true(STEPS(0) && !HAS_HW(0));
	assert_true(held(1));
	exits(0, STEPPED, CODE + 24, EL1H | IF);
	nothing_stopped();
	assert_true(!STEPS(0) && HAS_HW(0));
	assert_false(held(0) || held(1));
}

static void the_guests_own_brk_is_given_back(void **state)
{
	(void)state;
	debug_point_add(&shim, POINT_SOFT, CODE + 8, 4);
	go(-1);
	*word(CODE + 16) = BRK_OWN;
	exits(0, SOFT | 0x800, CODE + 16, EL1H);
	nothing_stopped();
	assert_int_equal(reg(0, PC), VBAR + 0x200);
	assert_int_equal(reg(0, ELR), CODE + 16);
	assert_int_equal(reg(0, SPSR), EL1H);
	assert_int_equal(reg(0, ESR_EL1), SOFT | 0x800);
	assert_int_equal(reg(0, PSTATE), EL1H | DAIF);
}

/* Both have stopped: the second is told of when the person goes on, before anything runs. */
static void stops_wait_for_each_other(void **state)
{
	(void)state;
	debug_point_add(&shim, POINT_SOFT, CODE + 8, 4);
	go(-1);
	exits(1, SOFT, CODE + 8, EL1H);
	exits(0, SOFT, CODE + 8, EL1H);
	stopped(DEBUG_BREAK, 0);
	go(-1);
	assert_true(held(0) && held(1));
	stopped(DEBUG_BREAK, 1);
	/* Then both go over it. */
	go(-1);
	assert_true(STEPS(0) && STEPS(1));
}

static void a_stop_whose_point_is_gone_is_none(void **state)
{
	(void)state;
	debug_point_add(&shim, POINT_SOFT, CODE + 8, 4);
	go(-1);
	exits(1, SOFT, CODE + 8, EL1H);
	vcpus_pause(&shim);
	debug_pause(&shim);
	debug_points_clear(&shim);
	go(-1);
	nothing_stopped();
	assert_false(held(1));
}

static void stop_at_soft(void)
{
	debug_point_add(&shim, POINT_SOFT, CODE + 8, 4);
	go(-1);
	exits(0, SOFT, CODE + 8, EL1H);
	stopped(DEBUG_BREAK, 0);
}

static void going_on_goes_over_the_point(void **state)
{
	(void)state;
	stop_at_soft();
	go(-1);
	assert_int_equal(*word(CODE + 8), NOP);
	assert_true(STEPS(0));
	assert_true(held(1) && !held(0));
	assert_int_equal(reg(0, PSTATE), EL1H | IF);
	exits(0, STEPPED, CODE + 12, EL1H | IF);
	assert_true(held(0));
	nothing_stopped();
	assert_int_equal(*word(CODE + 8), BRK);
	assert_false(STEPS(0) || held(0) || held(1));
	assert_int_equal(reg(0, PSTATE), EL1H);
	/* And meets it again. */
	exits(0, SOFT, CODE + 8, EL1H);
	stopped(DEBUG_BREAK, 0);
}

/* What needs no CPU is done at once: nobody waits. */
static void over_a_wait_nobody_waits(void **state)
{
	(void)state;
	*word(CODE + 8) = 0xd503207f; /* wfi */
	stop_at_soft();
	go(-1);
	assert_false(STEPS(0) || held(0) || held(1));
	assert_int_equal(reg(0, PC), CODE + 12);
	assert_int_equal(*word(CODE + 8), BRK);
	nothing_stopped();
}

/* A call may end on what another vCPU does. */
static void over_a_call_the_others_run(void **state)
{
	(void)state;
	*word(CODE + 8) = 0xd4000002; /* hvc */
	stop_at_soft();
	debug_point_add(&shim, POINT_SOFT, CODE + 0x40, 4);
	go(-1);
	assert_true(STEPS(0));
	assert_false(held(1));
	assert_int_equal(*word(CODE + 8), 0xd4000002);
	assert_int_equal(*word(CODE + 0x40), BRK);
}

/* Not one at which the person has not seen it: after a reset it stops at its first instruction. */
static void a_fresh_vcpu_stops_at_once(void **state)
{
	(void)state;
	debug_point_add(&shim, POINT_SOFT, CODE, 4);
	debug_reset(&shim, false);
	go(-1);
	assert_false(STEPS(0));
	assert_int_equal(*word(CODE), BRK);
}

/* One that waits at it after a reset has been seen there, and goes over it. */
static void a_fresh_vcpu_that_waits_goes_over(void **state)
{
	(void)state;
	debug_point_add(&shim, POINT_SOFT, CODE, 4);
	debug_reset(&shim, true);
	go(-1);
	assert_true(STEPS(0));
}

static void pausing_ends_what_is_under_way(void **state)
{
	(void)state;
	stop_at_soft();
	go(-1);
	vcpus_pause(&shim);
	debug_pause(&shim);
	assert_int_equal(reg(0, PSTATE), EL1H);
	assert_false(STEPS(0) || held(1));
	go(-1);
	assert_true(STEPS(0));
}

static void a_vcpu_that_is_off_goes_over_nothing(void **state)
{
	(void)state;
	debug_point_add(&shim, POINT_SOFT, CODE + 0x100, 4);
	mpstate_push(&shim.vcpu[1], PSCI_POWER_OFF, true);
	go(-1);
	assert_false(STEPS(1) || held(0));
	vcpus_pause(&shim);
	debug_pause(&shim);
	assert_int_equal(debug_resume(&shim, 1), -ENODEV);
	mpstate_push(&shim.vcpu[1], PSCI_POWER_ON, true);
}

/* With the vCPUs' own threads: each is out of KVM_RUN when the stop is told. */
static void at_the_point(void *arg)
{
	(void)arg;
	fake_reg_poke(0, PC, CODE + 8);
}

static void threads_stop(void **state)
{
	struct debug_stop stop = { 0 };

	(void)state;
	fake_exit_push(0, &(struct fake_exit){ .reason = KVM_EXIT_DEBUG,
					       .debug = { HARD, 0 },
					       .at = at_the_point });
	for (unsigned round = 0; round < 3; round++)
		for (unsigned i = 0; i < VCPUS; i++)
			fake_exit_push(i, &(struct fake_exit){ .wait = true });
	debug_point_add(&shim, POINT_HARD, CODE + 8, 4);
	assert_int_equal(vcpus_start(&shim), 0);
	go(-1);
	while (!debug_stopped(&shim, &stop))
		usleep(1000);
	assert_int_equal(stop.pc, CODE + 8);
	assert_true(shim.vcpus.thread[0].parked && shim.vcpus.thread[1].parked);
	vcpus_end(&shim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_soft_point_stops),
		TEST(a_hard_point_and_a_watch_stop),
		TEST(a_watched_store_is_gone_over),
		TEST(the_guests_own_brk_is_given_back),
		TEST(stops_wait_for_each_other),
		TEST(a_stop_whose_point_is_gone_is_none),
		TEST(going_on_goes_over_the_point),
		TEST(over_a_wait_nobody_waits),
		TEST(over_a_call_the_others_run),
		TEST(a_fresh_vcpu_stops_at_once),
		TEST(a_fresh_vcpu_that_waits_goes_over),
		TEST(pausing_ends_what_is_under_way),
		TEST(threads_stop),
		TEST(a_vcpu_that_is_off_goes_over_nothing),
	};

	return cmocka_run_group_tests_name("boot/debug", tests, NULL, NULL);
}
