// SPDX-License-Identifier: BSD-2-Clause
// boot/target.c: steps, of instructions that the CPU does and of those that it does not.
#include "tests/boot/debugger.h"

static void a_step_stops(void **state)
{
	struct debug_stop stop;

	(void)state;
	go(0);
	assert_true(STEPS(0) && !STEPS(1));
	assert_false(held(1));
	exits(0, STEPPED, CODE + 4, EL1H | IF);
	stop = stopped(DEBUG_STEP, 0);
	assert_int_equal(stop.pc, CODE + 4);
	assert_int_equal(reg(0, PSTATE), EL1H);
	assert_false(STEPS(0));
}

static void a_step_over_daifclr_needs_no_exit(void **state)
{
	(void)state;
	*word(CODE) = 0xd50342ff; /* msr daifclr, #2 */
	reg_is(0, PSTATE, EL1H | DAIF);
	go(0);
	assert_true(held(0) && held(1));
	assert_int_equal(stopped(DEBUG_STEP, 0).pc, CODE + 4);
	assert_int_equal(reg(0, PSTATE), EL1H | (DAIF & ~0x80ull));
}

static void a_step_from_a_point(void **state)
{
	(void)state;
	debug_point_add(&shim, POINT_SOFT, CODE, 4);
	go(0);
	assert_int_equal(*word(CODE), NOP);
	assert_true(held(1));
	exits(0, STEPPED, CODE + 4, EL1H | IF);
	assert_int_equal(stopped(DEBUG_STEP, 0).pc, CODE + 4);
}

static void a_step_onto_a_point_is_a_step(void **state)
{
	(void)state;
	debug_point_add(&shim, POINT_HARD, CODE + 4, 4);
	go(0);
	assert_true(HAS_HW(0));
	exits(0, STEPPED, CODE + 4, EL1H | IF);
	stopped(DEBUG_STEP, 0);
}

static void a_step_that_meets_a_watchpoint(void **state)
{
	(void)state;
	debug_point_add(&shim, POINT_WRITE, RAM + 0x100, 4);
	go(0);
	shim.vcpu[0].run->debug.arch.far = RAM + 0x102;
	exits(0, WATCH_WRITE, CODE, EL1H | IF);
	assert_int_equal(stopped(DEBUG_WATCH, 0).address, RAM + 0x102);
	assert_int_equal(reg(0, PSTATE), EL1H);
	assert_false(STEPS(0));
}

/* An exception of the stepped instruction saves what the guest's masks were. */
static void a_step_into_an_exception(void **state)
{
	(void)state;
	*word(CODE) = 0xd4000001; /* svc */
	go(0);
	reg_is(0, ELR, CODE + 4);
	reg_is(0, SPSR, EL1H | IF);
	exits(0, STEPPED, VBAR + 0x200, EL1H | DAIF);
	stopped(DEBUG_STEP, 0);
	assert_int_equal(reg(0, SPSR), EL1H);
}

static void a_step_over_the_guests_own_brk(void **state)
{
	(void)state;
	*word(CODE) = BRK_OWN;
	go(0);
	exits(0, SOFT | 0x800, CODE, EL1H | IF);
	assert_int_equal(stopped(DEBUG_STEP, 0).pc, VBAR + 0x200);
	assert_int_equal(reg(0, SPSR), EL1H);
}

/* An access that KVM does not decode is done without its step. */
static void a_step_that_is_emulated(void **state)
{
	struct kvm_run *run = shim.vcpu[0].run;

	(void)state;
	*word(CODE) = 0xf8408420; /* ldr x0, [x1], #8 */
	reg_is(0, VCPU_CORE_REG(regs.regs[1]), RAM + 0x200);
	go(0);
	run->exit_reason = KVM_EXIT_ARM_NISV;
	run->arm_nisv.esr_iss = 0;
	run->arm_nisv.fault_ipa = RAM + 0x200;
	exit_serve(&shim, &shim.vcpu[0]);
	assert_int_equal(stopped(DEBUG_STEP, 0).pc, CODE + 4);
	assert_int_equal(reg(0, PSTATE), EL1H);
	assert_int_equal(reg(0, VCPU_CORE_REG(regs.regs[1])), RAM + 0x208);
}

/* After an exclusive load that was emulated all steps are told of to boot/undecoded.c, points or not. */
static void exclusives_step_on_beside_points(void **state)
{
	struct kvm_run *run = shim.vcpu[0].run;

	(void)state;
	*word(CODE) = 0xc85f7c20; /* ldxr x0, [x1] */
	*word(CODE + 8) = 0xc8027c20; /* stxr w2, x0, [x1] */
	reg_is(0, VCPU_CORE_REG(regs.regs[1]), RAM + 0x200);
	debug_point_add(&shim, POINT_HARD, CODE + 0x80, 4);
	debug_reset(&shim, false);
	go(-1);
	run->exit_reason = KVM_EXIT_ARM_NISV;
	run->arm_nisv.esr_iss = 0;
	run->arm_nisv.fault_ipa = RAM + 0x200;
	exit_serve(&shim, &shim.vcpu[0]);
	assert_int_equal(reg(0, PC), CODE + 4);
	assert_true(STEPS(0) && HAS_HW(0));
	exits(0, STEPPED, CODE + 8, EL1H);
	assert_int_equal(reg(0, PC), CODE + 12);
	assert_int_equal(reg(0, VCPU_CORE_REG(regs.regs[2])), 0);
	assert_true(!STEPS(0) && HAS_HW(0));
	nothing_stopped();
	assert_false(held(0));
}

static void kvm_refuses(void **state)
{
	(void)state;
	debug_point_add(&shim, POINT_SOFT, CODE + 8, 4);
	fake_fail_request(KVM_SET_GUEST_DEBUG, 1, EPERM);
	go(-1);
	assert_int_equal(*word(CODE + 8), NOP);
	assert_int_equal(control(0), 0);
	vcpus_pause(&shim);
	debug_pause(&shim);
	fake_fail_request(KVM_SET_GUEST_DEBUG, 1, EPERM);
	assert_int_equal(debug_resume(&shim, 0), -EPERM);
	assert_int_equal(reg(0, PSTATE), EL1H);
	go(-1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_step_stops),
		TEST(a_step_over_daifclr_needs_no_exit),
		TEST(a_step_from_a_point),
		TEST(a_step_onto_a_point_is_a_step),
		TEST(a_step_that_meets_a_watchpoint),
		TEST(a_step_into_an_exception),
		TEST(a_step_over_the_guests_own_brk),
		TEST(a_step_that_is_emulated),
		TEST(exclusives_step_on_beside_points),
		TEST(kvm_refuses),
	};

	return cmocka_run_group_tests_name("boot/target", tests, NULL, NULL);
}
