// SPDX-License-Identifier: BSD-2-Clause
// What goes to the line, whose it is and in which order.
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "boot/io/console.h"

static struct console c;
static uint8_t tx[256], rx[64], own[64];
static int line[2];

static int fresh(void **state)
{
	(void)state;
	console_init(&c, tx, sizeof(tx), rx, sizeof(rx));
	console_own(&c, own, sizeof(own));
	assert_int_equal(pipe2(line, O_NONBLOCK), 0);
	c.line.out = line[1];
	return 0;
}

static int end(void **state)
{
	(void)state;
	close(line[0]);
	close(line[1]);
	return 0;
}

static void guest(const char *text)
{
	console_put(&c, (const uint8_t *)text, strlen(text));
}

static void assert_line(const char *want)
{
	char got[1024];
	ssize_t n;

	while (console_flush(&c))
		;
	n = read(line[0], got, sizeof(got));
	assert_int_equal(n < 0 ? 0 : n, strlen(want));
	assert_memory_equal(got, want, strlen(want));
}

static void what_the_guest_says_is_held_and_comes_later(void **state)
{
	(void)state;
	guest("one\r\n");
	assert_line("one\r\n");
	console_hold(&c, true);
	guest("two");
	console_say(&c, "ours\n", 5);
	assert_line("ours\r\n");
	console_message(&c, "a message", 9);
	guest(" more");
	assert_line("a message\r\n");
	console_hold(&c, false);
	assert_line("two more");
	assert_int_equal(c.tx_lost, 0);
}

static void ours_comes_first_when_the_line_is_given_back(void **state)
{
	(void)state;
	console_hold(&c, true);
	guest("guest");
	console_say(&c, "ours\n", 5);
	console_hold(&c, false);
	assert_line("ours\r\nguest");
}

static void held_bytes_make_the_guest_wait(void **state)
{
	(void)state;
	console_hold(&c, true);
	assert_int_equal(console_room(&c, 16), 240);
	for (unsigned i = 0; i < 24; i++)
		guest("0123456789");
	assert_int_equal(console_room(&c, 16), 0);
	assert_line("");
	console_hold(&c, false);
	console_flush(&c);
	assert_int_equal(console_room(&c, 16), 240);
}

static void more_than_the_ring_holds_goes_out(void **state)
{
	char text[1000], got[2000];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (unsigned i = 79; i < sizeof(text); i += 80)
		text[i] = '\n';
	console_hold(&c, true);
	console_say(&c, text, sizeof(text));
	console_flush(&c);
	assert_int_equal(read(line[0], got, sizeof(got)), 1000 + 12);
	console_send(&c, (const uint8_t *)text, sizeof(text));
	console_flush(&c);
	assert_int_equal(read(line[0], got, sizeof(got)), 1000);
	assert_memory_equal(got, text, 1000);
}

static void stamps_stand_in_front_of_lines_only(void **state)
{
	char got[1024];
	ssize_t n;
	unsigned stamps = 0;

	(void)state;
	guest("before\r\nbegun");
	console_stamps(&c, true);
	guest(" ended\r\nline\r\n\r\nli");
	guest("ne");
	console_flush(&c);
	n = read(line[0], got, sizeof(got) - 1);
	assert_true(n > 0);
	got[n] = '\0';
	for (const char *at = got; (at = strchr(at, '[')); at++) {
		stamps++;
		assert_true(at == got || at[-1] == '\n');
		assert_int_equal(strcspn(at, "]"), 13);
	}
	assert_int_equal(stamps, 2);
	assert_non_null(strstr(got, "begun ended\r\n["));
	assert_non_null(strstr(got, "] line\r\n\r\n["));
	console_stamps(&c, false);
	guest("\r\nplain");
	assert_line("\r\nplain");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_the_guest_says_is_held_and_comes_later, fresh,
						end),
		cmocka_unit_test_setup_teardown(ours_comes_first_when_the_line_is_given_back, fresh,
						end),
		cmocka_unit_test_setup_teardown(held_bytes_make_the_guest_wait, fresh, end),
		cmocka_unit_test_setup_teardown(more_than_the_ring_holds_goes_out, fresh, end),
		cmocka_unit_test_setup_teardown(stamps_stand_in_front_of_lines_only, fresh, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
