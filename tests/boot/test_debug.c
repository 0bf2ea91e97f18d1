// SPDX-License-Identifier: BSD-2-Clause
// boot/debug.c, boot/points.c: words in memory, what KVM is told, steps over points, stops, by exits as KVM has them.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "boot/debug.h"
#include "boot/exits.h"
#include "boot/shim.h"
#include "boot/undecoded.h"
#include "kvm/mpstate.h"
#include "tests/fake/fake.h"

#include <cmocka.h>

#define RAM 0x40000000ull
#define RAM_SIZE 0x10000u
#define CODE (RAM + 0x1000)
#define FLASH 0x1000ull
#define VBAR (RAM + 0x8000)
#define VCPUS 2u

#define NOP 0xd503201f
#define BRK 0xd4200000
#define BRK_OWN 0xd4210000
#define EL1H 0x5ull
#define IF 0xc0ull
#define DAIF 0x3c0ull

#define STEPPED 0xca000022
#define HARD 0xc2000022
#define SOFT 0xf2000000
#define WATCH_WRITE 0xd2000062

#define PC VCPU_CORE_REG(regs.pc)
#define PSTATE VCPU_CORE_REG(regs.pstate)
#define ELR VCPU_CORE_REG(elr_el1)
#define SPSR VCPU_CORE_REG(spsr[KVM_SPSR_EL1])
#define VBAR_EL1 ARM64_SYS_REG(3, 0, 12, 0, 0)
#define ESR_EL1 ARM64_SYS_REG(3, 0, 5, 2, 0)

static struct shim shim;
static _Alignas(4096) uint8_t ram[RAM_SIZE];

static uint64_t reg(unsigned cpu, uint64_t id)
{
	uint64_t value = 0;

	assert_true(fake_reg_peek(cpu, id, &value));
	return value;
}

static void reg_is(unsigned cpu, uint64_t id, uint64_t value)
{
	assert_true(fake_reg_poke(cpu, id, value));
}

static uint32_t *word(uint64_t gpa)
{
	return (uint32_t *)(ram + (gpa - RAM));
}

static int setup(void **state)
{
	struct kvm_vcpu_init init;
	const char *step;

	(void)state;
	memset(&shim, 0, sizeof(shim));
	fake_reset(&fake_host_gic3);
	assert_int_equal(vm_open(&shim.vm, &step), 0);
	assert_int_equal(vcpu_target_read(&shim.vm, &init), 0);
	init.features[0] = 1u << KVM_ARM_VCPU_PSCI_0_2;
	for (unsigned i = 0; i < VCPUS; i++) {
		assert_int_equal(vcpu_create(&shim.vcpu[i], &shim.vm, i), 0);
		assert_int_equal(vcpu_init(&shim.vcpu[i], &init), 0);
		reg_is(i, PC, CODE + 0x100 * i);
		reg_is(i, PSTATE, EL1H);
		reg_is(i, VBAR_EL1, VBAR);
	}
	shim.vcpus_made = shim.p.plan.cpus = VCPUS;
	shim.p.plan.banks = shim.p.plan.rams = 1;
	shim.p.plan.ram[0] = (struct region){ RAM, RAM_SIZE };
	shim.ram[0] = ram;
	for (unsigned i = 0; i < RAM_SIZE / 4; i++)
		((uint32_t *)ram)[i] = NOP;
	pthread_mutex_init(&shim.vcpus.lock, NULL);
	shim.io.wake_fd = eventfd(0, EFD_NONBLOCK);
	stop_init(&shim.stop);
	vcpus_pause(&shim);
	debug_pause(&shim);
	return 0;
}

static int teardown(void **state)
{
	struct debug_stop stop;

	(void)state;
	debug_stopped(&shim, &stop);
	debug_pause(&shim);
	debug_reset();
	debug_points_clear(&shim);
	vcpus_resume(&shim, true);
	debug_resume(&shim, -1);
	for (unsigned i = 0; i < VCPUS; i++)
		vcpu_destroy(&shim.vcpu[i]);
	vm_close(&shim.vm);
	close(shim.io.wake_fd);
	return 0;
}

static void go(int step)
{
	assert_int_equal(debug_resume(&shim, step), 0);
	vcpus_resume(&shim, false);
}

/* KVM_RUN of CPU ends so, the guest being at PC with PSTATE. */
static void exits(unsigned cpu, uint32_t esr, uint64_t pc, uint64_t pstate)
{
	struct kvm_run *run = shim.vcpu[cpu].run;

	assert_false(shim.vcpus.thread[cpu].held);
	reg_is(cpu, PC, pc);
	reg_is(cpu, PSTATE, pstate);
	run->exit_reason = KVM_EXIT_DEBUG;
	run->debug.arch.hsr = esr;
	exit_serve(&shim, &shim.vcpu[cpu]);
}

static struct debug_stop stopped(enum debug_why why, unsigned cpu)
{
	struct debug_stop stop = { 0 };

	assert_true(debug_stopped(&shim, &stop));
	assert_int_equal(stop.why, why);
	assert_int_equal(stop.vcpu, cpu);
	return stop;
}

static void nothing_stopped(void)
{
	struct debug_stop stop;

	assert_false(debug_stopped(&shim, &stop));
}

static bool held(unsigned cpu)
{
	return shim.vcpus.thread[cpu].held;
}

static uint32_t control(unsigned cpu)
{
	return fake_debug(cpu)->control;
}

#define STEPS(cpu) !!(control(cpu) & KVM_GUESTDBG_SINGLESTEP)
#define HAS_HW(cpu) !!(control(cpu) & KVM_GUESTDBG_USE_HW)

/* --- points ------------------------------------------------------------------------------------ */

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
	assert_int_equal(debug_point_add(&shim, POINT_SOFT, CODE, 0), 0);
	reg_is(0, PSTATE, 0x30);
	assert_int_equal(debug_point_add(&shim, POINT_SOFT, CODE + 6, 0), 1);
	assert_int_equal(debug_point_add(&shim, POINT_SOFT, CODE + 10, 3), 2);
	go(-1);
	assert_int_equal(*word(CODE), 0xe1200070);
	assert_int_equal(*word(CODE + 4), 0xbe00u << 16 | (NOP & 0xffff));
	assert_int_equal(*word(CODE + 8) >> 16, 0xbe00);
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

/* --- stops ------------------------------------------------------------------------------------- */

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

/* --- over points ------------------------------------------------------------------------------- */

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
	debug_reset();
	go(-1);
	assert_false(STEPS(0));
	assert_int_equal(*word(CODE), BRK);
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

/* --- steps ------------------------------------------------------------------------------------- */

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
	stop_at_soft();
	go(0);
	assert_int_equal(*word(CODE + 8), NOP);
	assert_true(held(1));
	exits(0, STEPPED, CODE + 12, EL1H | IF);
	assert_int_equal(stopped(DEBUG_STEP, 0).pc, CODE + 12);
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
	debug_reset();
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

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
		TEST(pausing_ends_what_is_under_way),
		TEST(a_vcpu_that_is_off_goes_over_nothing),
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

	return cmocka_run_group_tests_name("boot/debug", tests, NULL, NULL);
}
