// SPDX-License-Identifier: BSD-2-Clause
// The line editor, as a terminal shows it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "boot/monitor/edit.h"

/* A terminal of one line that knows printable bytes, backspace and newline: what edit.c asks for. */
static struct {
	char text[200];
	size_t at, prompts, bells;
} screen;
static struct edit e;

static void show(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n') {
			memset(&screen.text, 0, sizeof(screen.text));
			screen.at = 0;
		} else if (text[i] == '\a') {
			screen.bells++;
		} else if (text[i] == '\b') {
			assert_true(screen.at > 0);
			screen.at--;
		} else {
			assert_true(text[i] >= ' ' && text[i] <= '~');
			screen.text[screen.at++] = text[i];
		}
	}
}

static const char *word(unsigned at)
{
	static const char *const words[] = { "info regs", "info gic", "reset", "x", NULL };

	return words[at];
}

static void prompt(void)
{
	screen.prompts++;
}

/* The terminal shows the line, blanks behind it, and the cursor is where the next byte goes. */
static void assert_shown(const char *line, size_t at)
{
	const size_t n = strlen(line);

	assert_string_equal(e.line, line);
	assert_memory_equal(screen.text, line, n);
	for (size_t i = n; screen.text[i]; i++)
		assert_int_equal(screen.text[i], ' ');
	assert_int_equal(screen.at, at);
	assert_int_equal(e.at, at);
}

static enum edit_result type(const char *keys)
{
	enum edit_result result = EDIT_MORE;

	for (; *keys; keys++)
		result = edit_byte(&e, (uint8_t)*keys);
	return result;
}

/* A whole line: typed, done, begun anew. */
static void line(const char *text)
{
	assert_int_equal(type(text), EDIT_MORE);
	assert_int_equal(type("\r"), EDIT_DONE);
	assert_string_equal(e.line, text);
	edit_begin(&e);
}

static int fresh(void **state)
{
	(void)state;
	memset(&screen, 0, sizeof(screen));
	e = (struct edit){ .show = show, .word = word, .prompt = prompt };
	edit_begin(&e);
	return 0;
}

static void bytes_go_in_anywhere(void **state)
{
	(void)state;
	type("ac");
	type("\x1b[D"
	     "b");
	assert_shown("abc", 2);
	type("\x01"
	     "0");
	assert_shown("0abc", 1);
	type("\x05"
	     "d");
	assert_shown("0abcd", 5);
	type("\x1bOH\x1bOC");
	assert_shown("0abcd", 1);
	type("\x1b[1~\x1b[4~");
	assert_shown("0abcd", 5);
	type("\x1b[C"); /* no further */
	assert_shown("0abcd", 5);
}

static void bytes_go_out_anywhere(void **state)
{
	(void)state;
	type("one two three\x7f\b");
	assert_shown("one two thr", 11);
	type("\x17");
	assert_shown("one two ", 8);
	type("\x17\x17\x17");
	assert_shown("", 0);
	type("abcdef\x1b[D\x1b[D\x0b");
	assert_shown("abcd", 4);
	type("\x1b[D\x15");
	assert_shown("d", 0);
	type("\x1b[3~");
	assert_shown("", 0);
	type("ab\x01\x04");
	assert_shown("b", 0);
	type("\x7f"); /* nothing in front */
	assert_shown("b", 0);
}

static void a_line_ends_once_whatever_ends_it(void **state)
{
	(void)state;
	type("one");
	assert_int_equal(type("\r"), EDIT_DONE);
	edit_begin(&e);
	assert_int_equal(type("\n"), EDIT_MORE);
	type("two");
	assert_int_equal(type("\n"), EDIT_DONE);
	assert_string_equal(e.line, "two");
	edit_begin(&e);
	assert_int_equal(type("\n"), EDIT_DONE);
	assert_string_equal(e.line, "");
	edit_begin(&e);
	type("three");
	assert_int_equal(type("\x03"), EDIT_CANCELLED);
	edit_begin(&e);
	assert_int_equal(type("\x04"), EDIT_END);
}

static void a_full_line_takes_no_more(void **state)
{
	(void)state;
	for (unsigned i = 0; i < EDIT_LINE + 10; i++)
		type("a");
	assert_int_equal(e.used, EDIT_LINE - 1);
	assert_int_equal(screen.bells, 11);
	assert_int_equal(screen.at, EDIT_LINE - 1);
}

static void history_goes_back_and_forth(void **state)
{
	(void)state;
	line("first");
	line("second");
	line("second"); /* twice is once */
	type("typed\x1b[A");
	assert_shown("second", 6);
	type("\x1b[A");
	assert_shown("first", 5);
	type("\x1b[A"); /* there is no more */
	assert_shown("first", 5);
	type("\x1b[B");
	assert_shown("second", 6);
	type("\x1b[B");
	assert_shown("", 0);
	for (unsigned i = 0; i < EDIT_HISTORY; i++) {
		char text[] = "line A";

		text[5] = (char)('A' + i);
		line(text);
	}
	for (unsigned i = 0; i < EDIT_HISTORY + 5; i++)
		type("\x10");
	assert_shown("line A", 6);
}

static void words_are_completed(void **state)
{
	(void)state;
	type("re\t");
	assert_shown("reset ", 6);
	type("\x15i\t");
	assert_shown("info ", 5);
	type("\t");
	assert_int_equal(screen.prompts, 1);
	assert_shown("info ", 5);
	type("g\t");
	assert_shown("info gic ", 9);
	type("\x15zz\t");
	assert_shown("zz", 2);
	assert_int_equal(screen.bells, 1);
}

static void strange_sequences_do_nothing(void **state)
{
	(void)state;
	type("ab\x1b[5~\x1b[200~\x1b[1;5C\x1bq\x1b[Z");
	type("c");
	assert_string_equal(e.line, "abc");
	for (unsigned i = 0; i < 256; i++)
		if (i != '\r' && i != '\n')
			edit_byte(&e, (uint8_t)i);
	assert_true(e.at <= e.used && e.used < EDIT_LINE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(bytes_go_in_anywhere, fresh),
		cmocka_unit_test_setup(bytes_go_out_anywhere, fresh),
		cmocka_unit_test_setup(a_line_ends_once_whatever_ends_it, fresh),
		cmocka_unit_test_setup(a_full_line_takes_no_more, fresh),
		cmocka_unit_test_setup(history_goes_back_and_forth, fresh),
		cmocka_unit_test_setup(words_are_completed, fresh),
		cmocka_unit_test_setup(strange_sequences_do_nothing, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
