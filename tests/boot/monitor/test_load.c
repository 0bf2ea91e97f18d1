// SPDX-License-Identifier: BSD-2-Clause
// boot/monitor/load.c: a file that cannot be looked at.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "boot/monitor/load.h"
#include "boot/monitor/monitor.h"
#include "boot/shim.h"

#include <cmocka.h>

#define FDS 64

static struct shim shim;
static char printed[512];

/* The machine has no room for another process. */
pid_t fork(void)
{
	errno = EAGAIN;
	return -1;
}

static void print(void *arg, const char *text, size_t n)
{
	(void)arg;
	strncat(printed, text, n);
}

static unsigned fds(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < FDS; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void no_process_leaves_nothing_behind(void **state)
{
	const unsigned before = fds();

	(void)state;
	monitor_output_to(print, NULL);
	assert_true(load_begin(&shim, ""));
	assert_true(load_fits(4));
	assert_true(load_keep((const uint8_t *)"abcd", 4));
	assert_false(load_try(&shim));
	assert_string_equal(printed, "it cannot be looked at: Resource temporarily unavailable. "
				     "The guest is as it was\n");
	assert_int_equal(fds(), before);
	assert_null(load_next());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_process_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
