// SPDX-License-Identifier: BSD-2-Clause
// The device that is memory.
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "board/dev.h"

#define SIZE 4096

extern const struct model scratch_model;

static _Alignas(8) uint8_t store[SIZE];
static struct dev scratch;

static int setup(void **state)
{
	(void)state;
	assert_int_equal(scratch_model.state_size, sizeof(store));
	memset(store, 0xee, sizeof(store));
	scratch = (struct dev){ .model = &scratch_model, .state = store };
	scratch_model.reset(&scratch);
	return 0;
}

static void what_is_written_is_read(void **state)
{
	(void)state;
	for (unsigned size = 1; size <= 8; size *= 2) {
		uint64_t value = 0x8877665544332211ull & (UINT64_MAX >> (64 - 8 * size));

		for (unsigned at = 0; at + size <= SIZE; at += 13) {
			scratch_model.write(&scratch, at, size, value);
			assert_int_equal(scratch_model.read(&scratch, at, size), value);
			assert_int_equal(scratch_model.read(&scratch, at, 1), 0x11);
			scratch_model.write(&scratch, at, size, 0);
		}
	}
	for (unsigned at = 0; at < SIZE; at += 8)
		assert_int_equal(scratch_model.read(&scratch, at, 8), 0);
}

static void nothing_is_beyond_it(void **state)
{
	(void)state;
	scratch_model.write(&scratch, SIZE - 4, 8, UINT64_MAX);
	scratch_model.write(&scratch, SIZE, 1, UINT64_MAX);
	assert_int_equal(scratch_model.read(&scratch, SIZE - 4, 4), 0);
	assert_int_equal(scratch_model.read(&scratch, SIZE - 4, 8), 0);
	assert_int_equal(scratch_model.read(&scratch, UINT64_MAX, 1), 0);
}

static void reset_clears_it(void **state)
{
	(void)state;
	scratch_model.write(&scratch, 8, 8, 1);
	scratch_model.reset(&scratch);
	assert_int_equal(scratch_model.read(&scratch, 8, 8), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_written_is_read, setup),
		cmocka_unit_test_setup(nothing_is_beyond_it, setup),
		cmocka_unit_test_setup(reset_clears_it, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
