// SPDX-License-Identifier: BSD-2-Clause
// boot/monitor/stepping.c: what the commands take, refuse and print.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boot/debug.h"
#include "boot/monitor/monitor.h"
#include "boot/shim.h"
#include "tests/fake/fake.h"

#include <cmocka.h>

#define RAM 0x40000000ull
#define RAM_SIZE 0x10000u

static struct shim shim;
static _Alignas(4096) uint8_t ram[RAM_SIZE];
static char printed[4096];

static void print(void *arg, const char *text, size_t n)
{
	(void)arg;
	strncat(printed, text, n);
}

static int setup(void **state)
{
	struct kvm_vcpu_init init;
	const char *step;

	(void)state;
	memset(&shim, 0, sizeof(shim));
	fake_reset(&fake_host_gic3);
	assert_int_equal(vm_open(&shim.vm, &step), 0);
	assert_int_equal(vcpu_create(&shim.vcpu[0], &shim.vm, 0), 0);
	assert_int_equal(vcpu_target_read(&shim.vm, &init), 0);
	assert_int_equal(vcpu_init(&shim.vcpu[0], &init), 0);
	shim.vcpus_made = shim.p.plan.cpus = 1;
	shim.p.plan.banks = shim.p.plan.rams = 1;
	shim.p.plan.ram[0] = (struct region){ RAM, RAM_SIZE };
	shim.ram[0] = ram;
	pthread_mutex_init(&shim.vcpus.lock, NULL);
	monitor_begin(&shim);
	monitor_output_to(print, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	debug_points_clear(&shim);
	vcpu_destroy(&shim.vcpu[0]);
	vm_close(&shim.vm);
	return 0;
}

static const char *said(const char *command)
{
	char line[128];

	printed[0] = '\0';
	snprintf(line, sizeof(line), "%s", command);
	monitor_command(&shim, line);
	return printed;
}

static void points_are_listed_by_number(void **state)
{
	(void)state;
	assert_string_equal(said("break 0x40001000"), " 1  0x40001000  break\n");
	assert_string_equal(said("break -s 0x40001004"),
			    " 2  0x40001004  break, by a word in memory\n");
	assert_string_equal(said("watch 0x40002000"), " 3  0x40002000, 4 bytes  watch, writes\n");
	assert_string_equal(said("watch -r 0x40002007 1"),
			    " 4  0x40002007, 1 byte  watch, reads\n");
	assert_string_equal(said("watch -a 0x40002008 8"),
			    " 5  0x40002008, 8 bytes  watch, reads and writes\n");
	assert_string_equal(said("delete 2"), "");
	assert_string_equal(said("info breakpoints"),
			    " 1  0x40001000  break\n"
			    " 3  0x40002000, 4 bytes  watch, writes\n"
			    " 4  0x40002007, 1 byte  watch, reads\n"
			    " 5  0x40002008, 8 bytes  watch, reads and writes\n");
	said("delete");
	assert_string_equal(said("info breakpoints"), "none\n");
}

static void what_is_wrong_is_told(void **state)
{
	(void)state;
	assert_string_equal(said("break"), "break [-s] ADDR\n");
	assert_string_equal(said("watch"), "watch [-r|-a] ADDR [BYTES]\n");
	assert_string_equal(said("delete 7"), "there is no 7: \"info breakpoints\" lists them\n");
	assert_string_equal(said("delete 0"), "there is no 0: \"info breakpoints\" lists them\n");
	assert_string_equal(said("break -s 0x1000"),
			    "0x1000 is no memory that can be written now\n");
	said("break 0x40001000");
	assert_string_equal(said("break 0x40001000"), "0x40001000 has it already\n");
	assert_non_null(strstr(said("watch 0x40002006 4"), "within 8 that are aligned"));
}

/* The rest of the breakpoints are words; of watchpoints there are no more. */
static void registers_run_out(void **state)
{
	const int breaks = vm_cap(&shim.vm, KVM_CAP_GUEST_DEBUG_HW_BPS);
	const int watches = vm_cap(&shim.vm, KVM_CAP_GUEST_DEBUG_HW_WPS);
	char line[64];

	(void)state;
	for (int i = 0; i <= breaks; i++) {
		snprintf(line, sizeof(line), "break %#llx", RAM + 4 * (unsigned)i);
		assert_true(!strstr(said(line), "word in memory") == (i < breaks));
	}
	for (int i = 0; i < watches; i++) {
		snprintf(line, sizeof(line), "watch %#llx", RAM + 4 * (unsigned)i);
		assert_non_null(strstr(said(line), "watch, writes"));
	}
	assert_string_equal(said("watch 0x40003000"), "the CPU has no more of them: delete one\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(points_are_listed_by_number),
		TEST(what_is_wrong_is_told),
		TEST(registers_run_out),
	};

	return cmocka_run_group_tests_name("boot/monitor/stepping", tests, NULL, NULL);
}
