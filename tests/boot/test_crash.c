// SPDX-License-Identifier: BSD-2-Clause
// What is told of a guest that has died.
#include "tests/boot/still.h"

#include "boot/advice.h"
#include "boot/crash.h"
#include "boot/trace_ring.h"

#define NEVER_SET 0x1de7ec7edbadc0deull /* KVM's own reset value */

static struct crash_exception e;

static void a_data_abort_is_told_with_address_and_place(void **state)
{
	(void)state;
	shim.p.plan.machine.devices = 0;
	reg_is(0, ESR_EL1, 0x96000050);
	reg_is(0, FAR_EL1, 0xdead0000);
	reg_is(0, ELR, RAM + 0x1234);
	reg_is(0, X(30), RAM + 0x2004);
	crash_report(&shim, &shim.vcpu[0]);
	assert_heard("vCPU 0  pc 0x40001000\n");
	assert_heard("\nlast exception:\n  data abort: external abort: nothing answers there, on a "
		     "write\n  address 0xdead0000\n  taken at 0x40001234\n");
	assert_heard("\ncalled from\n  0x40002004\n");
	assert_heard("no device is there: compare with info map, or set unmodelled=stub\n");
	assert_null(strstr(heard, "in its exception vectors"));
	assert_lines_fit();
}

static void a_guest_in_its_vectors_is_told_of_as_such(void **state)
{
	(void)state;
	reg_is(0, ESR_EL1, 0x02000000);
	reg_is(0, VBAR_EL1, RAM + 0x800);
	reg_is(0, PC, RAM + 0x800 + 0x200);
	reg_is(0, ELR, RAM + 0x800 + 0x200);
	crash_report(&shim, &shim.vcpu[0]);
	assert_heard("  undefined instruction\n  taken at 0x40000a00\n  and it is in its exception "
		     "vectors now, at 0x40000800 + 0x200\n");
	assert_lines_fit();
}

static void no_exception_is_told_where_none_was_taken(void **state)
{
	static const uint64_t none[] = { 0, NEVER_SET };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		heard[0] = '\0';
		reg_is(0, ESR_EL1, none[i]);
		assert_false(crash_exception_read(&shim.vcpu[0], &e));
		crash_report(&shim, &shim.vcpu[0]);
		assert_heard("it has taken no exception\n");
		assert_null(strstr(heard, "what to do"));
	}
	assert_heard("called from nowhere: it has no frame\n");
}

/* The last 32, each in lines that fit. */
static void what_it_did_to_its_devices_last_is_told(void **state)
{
	struct trace_event event = { .kind = TRACE_MMIO, .size = 8 };
	unsigned events = 0;

	(void)state;
	crash_report(&shim, &shim.vcpu[0]);
	assert_heard("\nno events were traced: trace=quiet keeps the last ones for this\n");
	heard[0] = '\0';
	for (unsigned i = 0; i < 40; i++) {
		event.at = 0x123456789abc0000 + i;
		event.value = UINT64_MAX;
		event.pc = UINT64_MAX - i;
		trace_ring_put(&event);
	}
	crash_report(&shim, &shim.vcpu[0]);
	assert_heard("\nlast events\n  ");
	for (const char *at = heard; (at = strstr(at, "0x123456789abc")); at++)
		events++;
	assert_int_equal(events, 32);
	assert_null(strstr(heard, "0x123456789abc0007"));
	assert_heard("0x123456789abc0027");
	assert_lines_fit();
}

static void registers_are_those_of_the_vcpu(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 31; i++)
		reg_is(1, X(i), 0x1111111100000000 + i);
	crash_report(&shim, &shim.vcpu[1]);
	assert_heard("vCPU 1  pc");
	assert_heard("x30 111111110000001e");
	assert_lines_fit();
}

static void a_data_abort_of_aarch32(void **state)
{
	(void)state;
	reg_is(0, PSTATE, 0x1d7);
	reg_is(0, ESR_EL1, 0x805);
	reg_is(0, FAR_EL1, 0x12345678deadbeef);
	reg_is(0, X(20), RAM + 0x2008);
	assert_true(crash_exception_read(&shim.vcpu[0], &e));
	assert_string_equal(e.text, "data abort: section translation fault, on a write");
	assert_true(e.has_address);
	assert_int_equal(e.address, 0xdeadbeef);
	crash_report(&shim, &shim.vcpu[0]);
	assert_heard("  taken at 0x40002000\n");
	assert_lines_fit();
}

static void a_prefetch_abort_of_aarch32(void **state)
{
	(void)state;
	reg_is(0, PSTATE, 0x1d7);
	reg_is(0, ESR_EL1, 0x805);
	reg_is(0, IFSR32_EL2, 0x7);
	reg_is(0, FAR_EL1, 0x60000000deadbeef);
	reg_is(0, X(20), 0x60000004);
	assert_true(crash_exception_read(&shim.vcpu[0], &e));
	assert_string_equal(e.text, "prefetch abort: page translation fault");
	assert_int_equal(e.address, 0x60000000);
	assert_non_null(strstr(e.advice, "jumped"));
}

static void an_undefined_instruction_of_aarch32(void **state)
{
	(void)state;
	reg_is(0, PSTATE, 0x1db);
	reg_is(0, X(22), RAM + 0x3004);
	assert_true(crash_exception_read(&shim.vcpu[0], &e));
	assert_string_equal(e.text, "undefined instruction");
	crash_report(&shim, &shim.vcpu[0]);
	assert_heard("  taken at 0x40003000\n");
	reg_is(0, PSTATE, 0x1d3); /* Supervisor mode: syndromes are of what it has survived */
	assert_false(crash_exception_read(&shim.vcpu[0], &e));
}

/* Registers of the mode, not User's. */
static void registers_of_aarch32_are_the_modes(void **state)
{
	(void)state;
	reg_is(0, X(13), 0x1111);
	reg_is(0, X(19), 0x2222);
	reg_is(0, X(18), 0x3333);
	crash_report(&shim, &shim.vcpu[0]);
	assert_heard("sp  00002222");
	assert_heard("lr  00003333");
	assert_lines_fit();
}

static void each_advice_fits_a_line(void **state)
{
	(void)state;
	for (uint64_t ec = 0; ec < 64; ec++)
		for (uint64_t status = 0; status < 64; status++) {
			const char *advice = advice_of_esr(ec << 26 | status);

			assert_true(strlen(advice) > 20 && strlen(advice) <= 78);
		}
}

/* What the person is told is about what has happened. */
static void advice_is_of_the_fault(void **state)
{
	static const struct {
		uint32_t esr;
		const char *words;
	} rows[] = {
		{ 0x02000000, "no such instruction" },
		{ 0x86000006, "jumped" },
		{ 0x96000045, "nothing is mapped" },
		{ 0x9600004f, "forbid" },
		{ 0x96000010, "info map" },
		{ 0x96000021, "-mstrict-align" },
		{ 0x9600002b, "nothing is mapped" },
		{ 0x1fe00000, "CPACR_EL1" },
		{ 0x3a000000, "ERET" },
		{ 0x9a000000, "stack" },
		{ 0xf2000800, "stopped itself" },
		{ 0x72000000, "return address" },
		{ 0x56000000, "look at the instruction" },
	};
	static const struct {
		uint32_t dfsr;
		const char *words;
	} rows32[] = {
		{ 0x001, "-mstrict-align" }, { 0x005, "nothing is mapped" },
		{ 0x00d, "forbid" },	     { 0x009, "forbid" },
		{ 0x008, "info map" },	     { 0x206, "mapped" },
		{ 0x20f, "forbid" },	     { 0x002, "look at the instruction" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!strstr(advice_of_esr(rows[i].esr), rows[i].words))
			fail_msg("%#x: %s", rows[i].esr, advice_of_esr(rows[i].esr));
	for (unsigned i = 0; i < sizeof(rows32) / sizeof(*rows32); i++)
		if (!strstr(advice_of_abort(ADVICE_DATA, rows32[i].dfsr), rows32[i].words))
			fail_msg("%#x: %s", rows32[i].dfsr,
				 advice_of_abort(ADVICE_DATA, rows32[i].dfsr));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_data_abort_is_told_with_address_and_place),
		TEST(a_guest_in_its_vectors_is_told_of_as_such),
		TEST(no_exception_is_told_where_none_was_taken),
		TEST(what_it_did_to_its_devices_last_is_told),
		TEST(registers_are_those_of_the_vcpu),
		TEST32(a_data_abort_of_aarch32),
		TEST32(a_prefetch_abort_of_aarch32),
		TEST32(an_undefined_instruction_of_aarch32),
		TEST32(registers_of_aarch32_are_the_modes),
		TEST(each_advice_fits_a_line),
		TEST(advice_is_of_the_fault),
	};

	return cmocka_run_group_tests_name("boot/crash", tests, NULL, NULL);
}
