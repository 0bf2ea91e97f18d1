// SPDX-License-Identifier: BSD-2-Clause
// What the host offers, kept in a file and read again.
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail /* outcome.h has one of its own */

#include "boot/host.h"
#include "boot/outcome.h"

#define ALL                                                                                        \
	"ipa_bits 0x28\nvcpus_max 8\ngic_v2 1\ngic_v3 0\nits 0\nirqchip_only 0\nsmc 1\nfeatures "  \
	"0x3\npage 4096\n"                                                                         \
	"memory_free 1M\n"

static char path[] = "/tmp/kvmshim-host-XXXXXX";

static int load(const char *text, struct host *host, struct failure *f)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	*f = (struct failure){ .text = "" };
	return host_load(host, path, f);
}

static void refused(const char *text, const char *because)
{
	struct failure f;
	struct host host;

	assert_true(load(text, &host, &f) < 0);
	assert_int_equal(f.outcome, OUTCOME_BAD_CONFIG);
	assert_non_null(strstr(f.text, because));
}

static void what_was_saved_is_read_again(void **state)
{
	struct host host = { .ipa_bits = 44,
			     .vcpus_max = 512,
			     .gic_v3 = true,
			     .its = true,
			     .features = 5,
			     .page = 65536,
			     .memory_free = 0x123456789000,
			     .memory_total = UINT64_MAX };
	struct host again = { 0 };
	struct failure f = { .text = "" };

	(void)state;
	assert_int_equal(host_save(&host, path, &f), 0);
	assert_int_equal(host_load(&again, path, &f), 0);
	assert_int_equal(again.ipa_bits, 44);
	assert_int_equal(again.vcpus_max, 512);
	assert_false(again.gic_v2);
	assert_true(again.gic_v3);
	assert_true(again.its);
	assert_false(again.assumed);
	assert_int_equal(again.features, 5);
	assert_int_equal(again.page, 65536);
	assert_true(again.memory_free == 0x123456789000);
	assert_true(again.memory_total == UINT64_MAX);
}

static void blanks_comments_and_a_missing_last_newline_are_fine(void **state)
{
	struct failure f;
	struct host host;

	(void)state;
	assert_int_equal(
		load("# made by hand\n\n \tits\t 0 \r\n" ALL "memory_total\t2M", &host, &f), 0);
	assert_true(host.memory_total == 2 << 20);
	assert_int_equal(host.ipa_bits, 40);
}

static void a_line_that_is_no_key_and_value_is_named(void **state)
{
	(void)state;
	refused(ALL "memory_total\n", "line 11");
	refused(ALL "memory_total 1 2\n", "line 11");
	refused("ipa_bits forty\n", "line 1");
	refused("ipa_bits 40x\n", "line 1");
	refused("\nipa_bots 40\n", "line 2");
	refused("page 0x100000000\n", "line 1"); /* more than the field holds */
	refused("memory_free 0x10000000000000000\n", "line 1");
}

static void a_value_that_no_host_has_is_named(void **state)
{
	static const char *const bad[] = {
		"ipa_bits 31", "ipa_bits 53", "vcpus_max 0", "gic_v2 2",
		"its 256",     "page 0",      "page 2K",     "page 128K"
	};
	char text[64];

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "# one\n\n%s\n", bad[i]);
		refused(text, "line 3");
	}
	refused(ALL "memory_total 2M\npage 12K\n", "none of 4K, 16K, 64K");
}

static void a_file_that_does_not_say_everything_is_refused(void **state)
{
	(void)state;
	refused(ALL, "does not say everything");
	refused("", "does not say everything");
}

static void a_file_that_cannot_be_had_is_told(void **state)
{
	struct host host = { 0 };
	struct failure f = { .text = "" };

	(void)state;
	assert_true(host_load(&host, "/nonexistent/host", &f) < 0);
	assert_non_null(strstr(f.text, "No such file"));
	assert_true(host_save(&host, "/nonexistent/host", &f) < 0);
	assert_non_null(strstr(f.text, "cannot be written: No such file"));
	assert_true(host_save(&host, "/dev/full", &f) < 0);
	assert_non_null(strstr(f.text, "No space"));
}

static int file_make(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int file_remove(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_saved_is_read_again),
		cmocka_unit_test(blanks_comments_and_a_missing_last_newline_are_fine),
		cmocka_unit_test(a_line_that_is_no_key_and_value_is_named),
		cmocka_unit_test(a_value_that_no_host_has_is_named),
		cmocka_unit_test(a_file_that_does_not_say_everything_is_refused),
		cmocka_unit_test(a_file_that_cannot_be_had_is_told),
	};

	return cmocka_run_group_tests(tests, file_make, file_remove);
}
