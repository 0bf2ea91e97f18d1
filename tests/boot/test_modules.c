// SPDX-License-Identifier: BSD-2-Clause
// Kernel modules: what is told of those that cannot be loaded.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot/modules.h"
#include "boot/say.h"

#include <cmocka.h>

static char heard[2048];

static void hear(const char *text, size_t n)
{
	strncat(heard, text, n);
}

static unsigned load(const char *list)
{
	char path[] = "/tmp/kvmshim-modules-XXXXXX";
	int fd = mkstemp(path);
	unsigned failed;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, list, strlen(list)), strlen(list));
	close(fd);
	heard[0] = '\0';
	say_through(hear);
	failed = modules_load(path);
	say_through(NULL);
	unlink(path);
	return failed;
}

static void absent_list_costs_nothing(void **state)
{
	(void)state;
	assert_int_equal(modules_load("/nowhere/kvmshim.order"), 0);
}

static void module_that_is_not_there_is_told_and_passed_over(void **state)
{
	(void)state;
	assert_int_equal(load("# a remark\n\n/nowhere/virtio_blk.ko\n/nowhere/ext4.ko.xz\n"), 2);
	assert_string_equal(heard, "kvmshim: kernel module virtio_blk could not be loaded "
				   "(No such file or\n         directory); going on without\n"
				   "kvmshim: kernel module ext4 could not be loaded "
				   "(No such file or directory);\n         going on without\n");
}

static void file_that_is_no_module_is_told(void **state)
{
	(void)state;
	assert_int_equal(load("/proc/self/exe\n"), 1);
	assert_non_null(strstr(heard, "kernel module exe could not be loaded ("));
	assert_int_equal(load("/proc/self/exe"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absent_list_costs_nothing),
		cmocka_unit_test(module_that_is_not_there_is_told_and_passed_over),
		cmocka_unit_test(file_that_is_no_module_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
