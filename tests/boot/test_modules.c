// SPDX-License-Identifier: BSD-2-Clause
// Kernel modules: what is told of those that cannot be loaded.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "boot/modules.h"
#include "boot/say.h"

#include <cmocka.h>

static char heard[2048];

static void hear(const char *text, size_t n)
{
	strncat(heard, text, n);
}

static unsigned load_from(const char *folder)
{
	unsigned failed;

	heard[0] = '\0';
	say_through(hear);
	failed = modules_load(folder);
	say_through(NULL);
	return failed;
}

/* The folder as mkinitramfs makes it for kernel RELEASE. */
static unsigned load_for(const char *release, const char *list)
{
	char folder[] = "/tmp/kvmshim-modules-XXXXXX", below[128], order[160];
	unsigned failed;
	FILE *f;

	assert_non_null(mkdtemp(folder));
	snprintf(below, sizeof(below), "%s/%s", folder, release);
	snprintf(order, sizeof(order), "%s/kvmshim.order", below);
	assert_int_equal(mkdir(below, 0755), 0);
	f = fopen(order, "w");
	assert_non_null(f);
	fputs(list, f);
	fclose(f);
	failed = load_from(folder);
	unlink(order);
	rmdir(below);
	rmdir(folder);
	return failed;
}

static unsigned load(const char *list)
{
	struct utsname kernel;

	assert_int_equal(uname(&kernel), 0);
	return load_for(kernel.release, list);
}

static void absent_folder_costs_nothing(void **state)
{
	(void)state;
	assert_int_equal(load_from("/nowhere"), 0);
	assert_string_equal(heard, "");
}

static void modules_of_another_kernel_are_told_in_one_sentence(void **state)
{
	(void)state;
	assert_int_equal(load_for("0.0.1-other", "/nowhere/virtio_blk.ko\n/nowhere/ext4.ko\n"), 0);
	assert_ptr_equal(
		strstr(heard, "kvmshim: the kernel modules here are not for this kernel, "), heard);
	assert_null(strstr(heard, "virtio_blk"));
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
		cmocka_unit_test(absent_folder_costs_nothing),
		cmocka_unit_test(modules_of_another_kernel_are_told_in_one_sentence),
		cmocka_unit_test(module_that_is_not_there_is_told_and_passed_over),
		cmocka_unit_test(file_that_is_no_module_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
