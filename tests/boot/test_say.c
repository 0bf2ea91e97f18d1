// SPDX-License-Identifier: BSD-2-Clause
// Messages: wrapping at 80 columns, pages, where they go.
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "boot/say.h"

static const char *wrap(const char *text)
{
	static char out[2048];

	out[say_wrap(out, sizeof(out) - 1, text)] = '\0';
	return out;
}

static void short_message_is_one_line(void **state)
{
	(void)state;
	assert_string_equal(wrap("all is well"), "kvmshim: all is well\n");
	assert_string_equal(wrap(""), "kvmshim:\n");
}

static void message_keeps_gaps_between_words(void **state)
{
	(void)state;
	assert_string_equal(wrap("a   b"), "kvmshim: a   b\n");
}

static void newline_in_message_is_kept(void **state)
{
	(void)state;
	assert_string_equal(wrap("one\ntwo"), "kvmshim: one\n         two\n");
	assert_string_equal(wrap("one\n"), "kvmshim: one\n");
}

static void no_line_is_longer_than_80(void **state)
{
	char text[900], *line, *rest;
	size_t at = 0;

	(void)state;
	srand(1);
	for (int round = 0; round < 500; round++) {
		for (at = 0; at < sizeof(text) - 80;) {
			int n = 1 + rand() % 71;

			memset(text + at, 'a' + rand() % 26, (size_t)n);
			at += (size_t)n;
			text[at++] = ' ';
		}
		text[at - 1] = '\0';
		rest = strdup(wrap(text));
		line = rest;
		while (*line) {
			char *eol = strchr(line, '\n');

			assert_in_range(eol - line, 10, 80);
			if (line != rest)
				assert_memory_equal(line, "         ", 9);
			line = eol + 1;
		}
		/* Nothing lost, nothing broken: the same words in the same order. */
		char *a, *b, *was, *is = strtok_r(rest + 8, " \n", &b);

		for (was = strtok_r(text, " ", &a); was; was = strtok_r(NULL, " ", &a)) {
			assert_non_null(is);
			assert_string_equal(is, was);
			is = strtok_r(NULL, " \n", &b);
		}
		assert_null(is);
		free(rest);
	}
}

static void line_that_just_fits_is_not_wrapped(void **state)
{
	char text[80], want[100];

	(void)state;
	memset(text, 'x', 71);
	text[30] = ' ';
	text[71] = '\0';
	snprintf(want, sizeof(want), "kvmshim: %s\n", text);
	assert_string_equal(wrap(text), want);
	text[71] = 'x';
	text[72] = '\0';
	assert_int_equal(strchr(wrap(text), '\n') - wrap(text), 39);
}

static void word_longer_than_a_line_stands_alone(void **state)
{
	char text[200];
	const char *out;

	(void)state;
	snprintf(text, sizeof(text), "see %0100d now", 0);
	out = wrap(text);
	assert_memory_equal(out, "kvmshim: see\n         000", 25);
	assert_string_equal(strstr(out, "0\n"), "0\n         now\n");
}

static void wrap_stays_within_its_buffer(void **state)
{
	char out[32];

	(void)state;
	for (size_t size = 1; size < sizeof(out); size++) {
		size_t n;

		memset(out, '#', sizeof(out));
		n = say_wrap(out, size, "words that do not fit in here at all");
		assert_int_equal(n, size);
		assert_int_equal(out[n - 1], '\n');
		assert_int_equal(out[n], '#');
	}
}

static void page_is_cut_where_it_is_full(void **state)
{
	char text[8];
	struct page page = { .text = text, .size = sizeof(text) };

	(void)state;
	page_add(&page, "%s", "abc");
	page_add(&page, "%s", "defgh");
	page_add(&page, "%s", "ijk");
	assert_int_equal(page.used, 7);
	assert_memory_equal(text, "abcdefg", 7);
}

static char heard[256];

static void hear(const char *text, size_t n)
{
	memcpy(heard, text, n);
	heard[n] = '\0';
}

static void message_goes_through_the_guests_line(void **state)
{
	(void)state;
	say_through(hear);
	say("%d bytes lost", 7);
	say_through(NULL);
	assert_string_equal(heard, "kvmshim: 7 bytes lost\n");
}

/* What say() puts on fd 1 while that is FD. */
static void with_stdout(int fd, const char *message)
{
	int kept = dup(STDOUT_FILENO);

	dup2(fd, STDOUT_FILENO);
	say("%s", message);
	dup2(kept, STDOUT_FILENO);
	close(kept);
}

static void pipe_gets_plain_newlines(void **state)
{
	char got[64];
	int fds[2];
	ssize_t n;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	with_stdout(fds[1], "hello");
	n = read(fds[0], got, sizeof(got));
	assert_int_equal(n, 15);
	assert_memory_equal(got, "kvmshim: hello\n", 15);
	close(fds[0]);
	close(fds[1]);
}

static void raw_terminal_gets_carriage_returns(void **state)
{
	int outer = posix_openpt(O_RDWR | O_NOCTTY), inner;
	struct termios t;
	char got[64];
	ssize_t some;

	(void)state;
	assert_true(outer >= 0);
	assert_int_equal(grantpt(outer) | unlockpt(outer), 0);
	inner = open(ptsname(outer), O_RDWR | O_NOCTTY);
	assert_true(inner >= 0);
	tcgetattr(inner, &t);
	cfmakeraw(&t);
	tcsetattr(inner, TCSANOW, &t);
	with_stdout(inner, "hello");
	/* The line hands bytes on as they come. */
	for (size_t n = 0; n < 16; n += (size_t)some) {
		some = read(outer, got + n, sizeof(got) - n);
		assert_true(some > 0 && n + (size_t)some <= 16);
	}
	assert_memory_equal(got, "kvmshim: hello\r\n", 16);
	close(inner);
	close(outer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_message_is_one_line),
		cmocka_unit_test(message_keeps_gaps_between_words),
		cmocka_unit_test(newline_in_message_is_kept),
		cmocka_unit_test(no_line_is_longer_than_80),
		cmocka_unit_test(line_that_just_fits_is_not_wrapped),
		cmocka_unit_test(word_longer_than_a_line_stands_alone),
		cmocka_unit_test(wrap_stays_within_its_buffer),
		cmocka_unit_test(page_is_cut_where_it_is_full),
		cmocka_unit_test(message_goes_through_the_guests_line),
		cmocka_unit_test(pipe_gets_plain_newlines),
		cmocka_unit_test(raw_terminal_gets_carriage_returns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
