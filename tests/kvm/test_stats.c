// SPDX-License-Identifier: BSD-2-Clause
// KVM's counters, as its file has them.
#include <errno.h>
#include <string.h>

#include "tests/kvm/machine.h"

#include "kvm/stats.h"

static struct machine m;
static unsigned seen;
static uint64_t exits, wfi;

static void note(void *arg, const char *name, uint64_t value)
{
	assert_ptr_equal(arg, &m);
	assert_null(strstr(name, "hist")); /* many values, which are no counter */
	seen++;
	if (!strcmp(name, "exits"))
		exits = value;
	if (!strcmp(name, "wfi_exit_stat"))
		wfi = value;
}

static void counters_have_names_and_values(void **state)
{
	(void)state;
	machine_start(&m, &fake_host_gic3, 0);
	fake_stat(1, FAKE_STAT_EXITS, 0x123456789a);
	fake_stat(1, FAKE_STAT_WFI, 7);
	assert_int_equal(stats_each(&m.vcpu[1], note, &m), 0);
	assert_int_equal(seen, 5);
	assert_int_equal(exits, 0x123456789a);
	assert_int_equal(wfi, 7);
	assert_int_equal(stats_each(&m.vcpu[0], note, &m), 0);
	assert_int_equal(exits, 0);
	machine_close(&m);
}

static void kernels_without_them_are_told(void **state)
{
	(void)state;
	machine_start(&m, &fake_host_gic3, 0);
	fake_cap_set(KVM_CAP_BINARY_STATS_FD, 0);
	assert_int_equal(stats_each(&m.vcpu[0], note, &m), -ENOTTY);
	machine_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_have_names_and_values),
		cmocka_unit_test(kernels_without_them_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
