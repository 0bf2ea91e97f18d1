// SPDX-License-Identifier: BSD-2-Clause
// boot/monitor/commands.c, words.c: how a line finds its command, and what its words mean.
#include "tests/boot/viewer.h"

#include "boot/monitor/words.h"

#define AARCH32_SVC 0x1d3
#define AARCH32_IRQ 0x1d2

static void a_name_may_be_cut_short_while_it_is_the_only_one(void **state)
{
	(void)state;
	says("v", "vCPU 0 of 2\n");
	says("vcpu 1", "vCPU 1 of 2\n");
	says("info reg", "vCPU 1  pc ");
	says("i t", "ticks a second");
	/* One that is whole is meant, whatever it is the beginning of. */
	says("x 0x40000000 4", "40000000");
	says("w", "ADDR VALUE...: where, and what");
	monitor_vcpu_select(0);
}

static void more_than_one_are_listed(void **state)
{
	(void)state;
	says("t", "t may be: translate, timeline, trace\n");
}

static void what_is_no_command_is_told(void **state)
{
	(void)state;
	says("nonsense", "there is no command nonsense: help tells what there is\n");
	says("info nonsense", "there is no command info nonsense: help");
	/* What is the beginning of several tells them. */
	says("info", "info plan            the plan, as it was printed");
	says("i", "info breakpoints ");
	says("continued", "there is no command continued");
}

static void a_line_has_sixteen_words_at_most(void **state)
{
	(void)state;
	says("w 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", "more than 16 words: not done\n");
	assert_int_equal(monitor_command(&shim, (char[]){ "  \t " }), -1);
}

static void help_tells_all_or_one(void **state)
{
	(void)state;
	said("help");
	for (unsigned i = 0; monitor_word(i); i++)
		assert_non_null(strstr(printed, monitor_word(i)));
	assert_non_null(strstr(printed, "a command may be cut short"));
	says("help wat", "watch [-r|-a] ADDR [BYTES]");
	says_not("help wat", "translate");
}

static void a_required_key_locks_what_reads_or_changes(void **state)
{
	(void)state;
	shim.p.keys.count = 1;
	for (const struct command *c = monitor_commands; c->name; c++) {
		if (!(c->flags & (COMMAND_READS | COMMAND_CHANGES)))
			continue;
		says(c->name, "is locked, since firmware must be signed here");
	}
	says("vcpu", "vCPU 0 of 2\n");
	says("info exits", "since start");
}

static void vcpus_that_are_not_there_are_refused(void **state)
{
	(void)state;
	says("vcpu 2", "there is no vCPU 2: 0 to 1\n");
	says("vcpu one", "one is no number: 4096, 0x1000 or 4K\n");
	says("vcpu", "vCPU 0 of 2\n");
}

static uint64_t address(const char *text)
{
	uint64_t value = 0;

	if (!words_address(&shim, text, &value))
		fail_msg("%s", text);
	return value;
}

static bool refused(const char *text)
{
	uint64_t value;

	printed[0] = '\0';
	return !words_address(&shim, text, &value) && strstr(printed, " is no address: ");
}

static void addresses_are_numbers_or_registers(void **state)
{
	(void)state;
	reg_is(0, PSTATE, 0x3c5);
	reg_is(0, PC, 0x40001000);
	reg_is(0, X(0), 0x1000);
	reg_is(0, X(30), 0x2000);
	reg_is(0, VCPU_CORE_REG(sp_el1), 0x3000);
	reg_is(0, VCPU_CORE_REG(regs.sp), 0x4000);
	assert_int_equal(address("0x40000000"), 0x40000000);
	assert_int_equal(address("4K"), 4096);
	assert_int_equal(address("$pc"), 0x40001000);
	assert_int_equal(address("$pc+0x10"), 0x40001010);
	assert_int_equal(address("$x0-16"), 0xff0);
	assert_int_equal(address("$x30"), 0x2000);
	assert_int_equal(address("$lr"), 0x2000);
	assert_int_equal(address("$sp"), 0x3000);
	reg_is(0, PSTATE, 0x3c4); /* EL1 with the stack of EL0 */
	assert_int_equal(address("$sp"), 0x4000);
	assert_int_equal(address("0-1"), UINT64_MAX);
	for (unsigned i = 0; i < 9; i++)
		assert_true(refused(((const char *[]){ "", "$", "$x31", "$r0", "$q", "4z", "$pc+",
						       "1+2+3", "0x" })[i]));
}

static void aarch32_has_registers_of_its_mode(void **state)
{
	(void)state;
	viewer_close(NULL);
	viewer_open(true, 1u << KVM_ARM_VCPU_EL1_32BIT);
	reg_is(0, PSTATE, AARCH32_SVC);
	reg_is(0, X(0), 0x1000);
	reg_is(0, X(14), 0x14);
	reg_is(0, X(16), 0x16); /* LR_irq */
	reg_is(0, X(17), 0x17); /* SP_irq */
	reg_is(0, X(18), 0x18); /* LR_svc */
	reg_is(0, X(19), 0x19); /* SP_svc */
	assert_int_equal(address("$r0"), 0x1000);
	assert_int_equal(address("$lr"), 0x18);
	assert_int_equal(address("$sp"), 0x19);
	assert_int_equal(address("$r14"), 0x18);
	reg_is(0, PSTATE, AARCH32_IRQ);
	assert_int_equal(address("$lr"), 0x16);
	assert_int_equal(address("$r13"), 0x17);
	assert_true(refused("$x0") && refused("$r15"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, viewer_setup, viewer_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_name_may_be_cut_short_while_it_is_the_only_one),
		TEST(more_than_one_are_listed),
		TEST(what_is_no_command_is_told),
		TEST(a_line_has_sixteen_words_at_most),
		TEST(help_tells_all_or_one),
		TEST(a_required_key_locks_what_reads_or_changes),
		TEST(vcpus_that_are_not_there_are_refused),
		TEST(addresses_are_numbers_or_registers),
		TEST(aarch32_has_registers_of_its_mode),
	};

	return cmocka_run_group_tests_name("boot/monitor/commands", tests, NULL, NULL);
}
