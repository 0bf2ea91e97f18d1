// SPDX-License-Identifier: BSD-2-Clause
// What nobody serves: which accesses are told at once, which in one line at the end, and resets by a store.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "boot/exits.h"
#include "boot/say.h"
#include "boot/shim.h"
#include "boot/unserved.h"
#include "tests/board/dtc.h"
#include "tests/fake/fake.h"

#define BLOCK 0x1000u
#define NOWHERE 0x80000000u

static const char board_text[] =
	"/ { #address-cells = <1>; #size-cells = <1>; compatible = \"acme,soc\";\n"
	" wdt@1000 { compatible = \"acme,wdt\"; reg = <0x1000 0x100>; }; };";
static const char socs_text[] =
	"/ { soc { compatible = \"acme,soc\";\n"
	" wdt { compatible = \"acme,wdt\"; resets-board = <0x18 0xf1 0x1>; }; }; };";

static struct dtc board, socs;
static struct shim shim;
static char heard[8192];

static void hear(const char *text, size_t n)
{
	strncat(heard, text, n);
}

static uint64_t zero(void)
{
	return 0;
}

static void open_as(enum unmodelled policy, bool mirrored)
{
	static const struct dev_env env = { .now = zero };

	shim.p.plan.unmodelled = policy;
	shim.p.plan.machine.mirrored = mirrored;
	unserved_open(&shim, &env);
}

static int setup(void **state)
{
	struct kvm_vcpu_init init;
	const char *step;

	(void)state;
	memset(&shim, 0, sizeof(shim));
	memset(heard, 0, sizeof(heard));
	dtc_index(&board, board_text);
	dtc_index(&socs, socs_text);
	fake_reset(&fake_host_gic3);
	assert_int_equal(vm_open(&shim.vm, &step), 0);
	assert_int_equal(vcpu_create(&shim.vcpu[0], &shim.vm, 0), 0);
	assert_int_equal(vcpu_target_read(&shim.vm, &init), 0);
	assert_int_equal(vcpu_init(&shim.vcpu[0], &init), 0);
	pthread_mutex_init(&shim.vcpus.lock, NULL);
	shim.io.wake_fd = eventfd(0, EFD_NONBLOCK);
	stop_init(&shim.stop);
	shim.p.plan.cpus = 1;
	shim.p.guest_tree = board.tree;
	shim.p.inputs.socs = &socs.tree;
	say_through(hear);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unserved_tell(&shim);
	unserved_reset(&shim);
	say_through(NULL);
	close(shim.io.wake_fd);
	vcpu_destroy(&shim.vcpu[0]);
	vm_close(&shim.vm);
	dtc_free(&board);
	dtc_free(&socs);
	return 0;
}

static int access_from(uint64_t pc, uint64_t gpa, bool write)
{
	uint64_t value = 0x55;

	assert_true(fake_reg_poke(0, VCPU_CORE_REG(regs.pc), pc));
	return unserved_access(&shim, &shim.vcpu[0], gpa, 8, write, &value);
}

/* A firmware that looks for RAM prints meanwhile: its line is not broken by ours. */
static void accesses_to_no_node_of_a_mirrored_board_are_one_line_at_the_end(void **state)
{
	(void)state;
	open_as(UNMODELLED_STUB, true);
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(access_from(0x4000 + 4 * i, NOWHERE + (i << 20), i & 1), 0);
	assert_int_equal(access_from(0x5000, BLOCK, true), 0);
	assert_string_equal(heard, "");
	unserved_tell(&shim);
	assert_string_equal(
		heard,
		"kvmshim: 20 accesses to where no node is: first 0x80000000 (PC 0x4000), last\n"
		"         0x81300000 (PC 0x404c); unmodelled=trace tells each\n");
}

static void each_run_of_the_guest_is_told_of_its_own(void **state)
{
	(void)state;
	open_as(UNMODELLED_STUB, true);
	access_from(0x4000, NOWHERE, false);
	unserved_tell(&shim);
	unserved_reset(&shim);
	unserved_tell(&shim);
	assert_string_equal(heard, "kvmshim: 1 access to where no node is: 0x80000000 (PC 0x4000); "
				   "unmodelled=trace\n         tells each\n");
	heard[0] = '\0';
	access_from(0x4100, 0, false);
	unserved_tell(&shim);
	assert_non_null(strstr(heard, "1 access to where no node is: 0 (PC 0x4100)"));
}

/* It may never end, and nobody be told otherwise. */
static void firmware_that_is_lost_is_told_of_once_before_the_end(void **state)
{
	(void)state;
	open_as(UNMODELLED_STUB, true);
	for (unsigned i = 0; i < 3000; i++) {
		assert_int_equal(heard[0] != 0, i >= 1000);
		access_from(0x4000, NOWHERE + 8 * i, false);
	}
	assert_non_null(strstr(heard, "1000 accesses to where no node is: first 0x80000000 "));
	assert_null(strstr(heard + 1, "kvmshim: "));
	heard[0] = 0;
	unserved_tell(&shim);
	assert_non_null(strstr(heard, "3000 accesses to where no node is: first 0x80000000 "));
}

static void trace_tells_each_and_the_line_at_the_end(void **state)
{
	(void)state;
	open_as(UNMODELLED_TRACE, true);
	access_from(0x4000, NOWHERE, true);
	access_from(0x4004, BLOCK + 4, false);
	assert_string_equal(heard, "kvmshim: 0x80000000: store 8 bytes: 0x55 (PC 0x4000, vCPU 0)\n"
				   "kvmshim: wdt@1000+0x4: read 8 bytes: 0 (PC 0x4004, vCPU 0)\n");
	heard[0] = '\0';
	unserved_tell(&shim);
	assert_string_equal(heard,
			    "kvmshim: 1 access to where no node is: 0x80000000 (PC 0x4000)\n");
}

static void aborts_are_told_at_once(void **state)
{
	(void)state;
	open_as(UNMODELLED_ABORT, true);
	assert_int_equal(access_from(0x4000, NOWHERE, false), -EFAULT);
	assert_non_null(strstr(heard, "guest read, 8 bytes at 0x80000000 (PC 0x4000, vCPU 0)"));
	assert_non_null(strstr(heard, "external abort"));
	heard[0] = '\0';
	unserved_tell(&shim);
	assert_string_equal(heard, "");
}

static void the_first_accesses_of_a_machine_of_ones_own_are_told_at_once(void **state)
{
	unsigned lines = 0;

	(void)state;
	open_as(UNMODELLED_STUB, false);
	for (unsigned i = 0; i < 12; i++)
		assert_int_equal(access_from(0x4000, NOWHERE, false), 0);
	for (const char *at = heard; (at = strstr(at, "guest read, 8 bytes")); at++)
		lines++;
	assert_int_equal(lines, 8);
	assert_non_null(strstr(heard, "further accesses"));
	heard[0] = '\0';
	unserved_tell(&shim);
	assert_string_equal(heard, "");
}

static void a_store_that_resets_the_board_resets_the_guest(void **state)
{
	struct failure why;
	uint64_t value = 0xb1;

	(void)state;
	open_as(UNMODELLED_STUB, true);
	unserved_access(&shim, &shim.vcpu[0], BLOCK + 0x18, 4, true, &value);
	assert_false(stop_asked(&shim.stop, &why));
	value = 1;
	unserved_access(&shim, &shim.vcpu[0], BLOCK + 0x18, 4, true, &value);
	assert_true(stop_asked(&shim.stop, &why));
	assert_int_equal(why.outcome, OUTCOME_RESET);
	assert_true(shim.vcpu[0].run->immediate_exit);
	assert_int_equal(read(shim.io.wake_fd, &value, sizeof(value)), sizeof(value));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(accesses_to_no_node_of_a_mirrored_board_are_one_line_at_the_end),
		TEST(each_run_of_the_guest_is_told_of_its_own),
		TEST(firmware_that_is_lost_is_told_of_once_before_the_end),
		TEST(trace_tells_each_and_the_line_at_the_end),
		TEST(aborts_are_told_at_once),
		TEST(the_first_accesses_of_a_machine_of_ones_own_are_told_at_once),
		TEST(a_store_that_resets_the_board_resets_the_guest),
	};

	return cmocka_run_group_tests_name("boot/unserved", tests, NULL, NULL);
}
