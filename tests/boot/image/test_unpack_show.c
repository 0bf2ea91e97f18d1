// SPDX-License-Identifier: BSD-2-Clause
// What is told while unpacking lasts: nothing when it is fast, lines that a log can keep, a sign of life.
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "boot/image/unpack_show.h"
#include "boot/init.h"

#include <cmocka.h>

#define PAGE 4096

static struct pulse pulse;
static int unpacked, line, screen;

/* As a decoder does: the first N bytes are there. */
static void come_out(size_t n)
{
	static uint8_t bytes[64 << 20];

	assert_int_equal(pwrite(unpacked, bytes, n, 0), n);
}

/* What was put on fd 1 since begin(). */
static const char *end(void)
{
	static char text[1000];
	ssize_t n;

	unpack_show_end();
	dup2(screen, STDOUT_FILENO);
	n = pread(line, text, sizeof(text) - 1, 0);
	text[n] = 0;
	return text;
}

static void begin(void)
{
	unpacked = memfd_create("unpacked", 0);
	line = memfd_create("line", 0);
	assert_int_equal(ftruncate(unpacked, 64 << 20), 0);
	dup2(line, STDOUT_FILENO);
	pulse = (struct pulse){ .asked = 7 };
	unpack_show_begin(unpacked);
}

static void nothing_when_it_is_fast(void **state)
{
	(void)state;
	begin();
	come_out(16 << 20);
	assert_string_equal(end(), "");
	assert_int_equal(pulse.answered, 0);
}

static void a_line_after_a_second(void **state)
{
	struct timespec left = { .tv_sec = 1, .tv_nsec = 500000000 };

	(void)state;
	begin();
	come_out(5 << 20);
	while (nanosleep(&left, &left) && errno == EINTR)
		;
	assert_string_equal(end(), "unpacking: 5 MiB\n");
}

static void it_grows_and_fits_80_columns(void **state)
{
	const char *text, *eol;

	(void)state;
	begin();
	for (unsigned i = 0; i < 20; i++) {
		come_out((size_t)(i + 1) << 21);
		raise(SIGVTALRM);
	}
	text = end();
	assert_memory_equal(text, "unpacking: 2 MiB 4 MiB 6 MiB", 28);
	assert_non_null(strstr(text, "\nunpacking: 16 MiB 18 MiB"));
	assert_non_null(strstr(text, " 40 MiB\n"));
	for (; (eol = strchr(text, '\n')); text = eol + 1)
		assert_true(eol - text <= 80);
	assert_string_equal(text, ""); /* the last line is ended */
}

static void the_supervisor_is_answered_while_it_goes_on(void **state)
{
	(void)state;
	begin();
	come_out(PAGE);
	raise(SIGVTALRM);
	assert_int_equal(pulse.answered, 7);
	pulse.asked = 8;
	raise(SIGVTALRM);
	assert_int_equal(pulse.answered, 7); /* it hangs */
	come_out(2 * PAGE);
	raise(SIGVTALRM);
	assert_int_equal(pulse.answered, 8);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_when_it_is_fast),
		cmocka_unit_test(a_line_after_a_second),
		cmocka_unit_test(it_grows_and_fits_80_columns),
		cmocka_unit_test(the_supervisor_is_answered_while_it_goes_on),
	};

	screen = dup(STDOUT_FILENO);
	init_pulse = &pulse;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
