// SPDX-License-Identifier: BSD-2-Clause
// The journal's checksum against libdeflate's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libdeflate.h>

#include "boot/io/crc32.h"

static void is_the_check_value(void **state)
{
	(void)state;
	assert_int_equal(crc32_add(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(crc32_add(0, "", 0), 0);
}

static void is_what_others_make_of_it_in_any_pieces(void **state)
{
	uint8_t bytes[1000];

	(void)state;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * i * 31 + i);
	for (size_t cut = 0; cut <= sizeof(bytes); cut++)
		assert_int_equal(
			crc32_add(crc32_add(0, bytes, cut), bytes + cut, sizeof(bytes) - cut),
			libdeflate_crc32(0, bytes, sizeof(bytes)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_the_check_value),
		cmocka_unit_test(is_what_others_make_of_it_in_any_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
