// SPDX-License-Identifier: BSD-2-Clause
// The escape key: whose bytes are whose.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "boot/monitor/keys.h"

#define A "\x01"

static struct keys keys;
static uint8_t out[64];
static size_t kept;
static enum key_action action;

static size_t take(const char *text)
{
	return keys_take(&keys, (const uint8_t *)text, strlen(text), out, &kept, &action);
}

static int fresh(void **state)
{
	(void)state;
	keys = (struct keys){ .escape = 1 };
	return 0;
}

static void all_bytes_but_the_key_are_the_guests(void **state)
{
	uint8_t in[256];
	uint8_t to[256];

	(void)state;
	for (unsigned i = 0; i < 256; i++)
		in[i] = (uint8_t)i;
	keys.escape = KEYS_NONE;
	assert_int_equal(keys_take(&keys, in, 256, to, &kept, &action), 256);
	assert_int_equal(kept, 256);
	assert_memory_equal(in, to, 256);
	assert_int_equal(action, KEY_NOTHING);
	keys.escape = 0x1d;
	assert_int_equal(keys_take(&keys, in, 256, to, &kept, &action), 0x1f);
	assert_int_equal(kept, 0x1d);
}

static void each_key_has_its_action(void **state)
{
	static const struct {
		const char *typed;
		enum key_action action;
	} rows[] = {
		{ A "h", KEY_HELP },	   { A "c", KEY_MONITOR }, { A "x", KEY_STOP },
		{ A "r", KEY_RESET },	   { A "b", KEY_BREAK },   { A "t", KEY_STAMPS },
		{ A "d", KEY_DUMP },	   { A "g", KEY_GDB },	   { A "z", KEY_UNKNOWN },
		{ A "\x03", KEY_MONITOR }, /* Ctrl still held down */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(take(rows[i].typed), 2);
		assert_int_equal(action, rows[i].action);
		assert_int_equal(kept, 0);
	}
	for (unsigned i = 0; i < 8; i++) {
		char key = 0;

		assert_non_null(keys_help(i, &key));
		assert_int_equal(key, rows[i].typed[1]);
	}
	assert_null(keys_help(8, NULL));
}

static void the_key_twice_is_one_for_the_guest(void **state)
{
	(void)state;
	assert_int_equal(take("a" A A "b"), 4);
	assert_int_equal(kept, 3);
	assert_memory_equal(out, "a" A "b", 3);
	assert_int_equal(action, KEY_NOTHING);
}

static void the_key_and_its_second_may_come_apart(void **state)
{
	(void)state;
	assert_int_equal(take("x" A), 2);
	assert_int_equal(kept, 1);
	assert_int_equal(action, KEY_NOTHING);
	assert_int_equal(take("c"
			      "rest"),
			 1);
	assert_int_equal(action, KEY_MONITOR);
	assert_int_equal(take("rest"), 4);
	assert_memory_equal(out, "rest", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(all_bytes_but_the_key_are_the_guests, fresh),
		cmocka_unit_test_setup(each_key_has_its_action, fresh),
		cmocka_unit_test_setup(the_key_twice_is_one_for_the_guest, fresh),
		cmocka_unit_test_setup(the_key_and_its_second_may_come_apart, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
