// SPDX-License-Identifier: BSD-2-Clause
// Runs of bytes: bounds, files that end early, placing by mapping and by reading.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "boot/image/span.h"

#include <cmocka.h>

#define SIZE (128u << 10)

static uint8_t bytes[SIZE];
static struct span whole;
static uint8_t *room;

static void bounds_are_kept(void **state)
{
	struct span part = { 7, 8, 9 };
	uint8_t b[4];

	(void)state;
	assert_int_equal(span_read(&whole, SIZE - 4, b, 4), 0);
	assert_memory_equal(b, bytes + SIZE - 4, 4);
	assert_int_equal(span_read(&whole, SIZE - 3, b, 4), -ENODATA);
	assert_int_equal(span_read(&whole, UINT64_MAX, b, 4), -ENODATA);
	assert_false(span_part(&part, &whole, SIZE - 3, 4));
	assert_false(span_part(&part, &whole, 4, UINT64_MAX));
	assert_int_equal(part.at, 8);
	assert_true(span_part(&part, &whole, 100, 50));
	assert_true(span_part(&part, &part, 10, 40));
	assert_int_equal(part.at, 110);
	assert_int_equal(span_read(&part, 38, b, 2), 0);
	assert_memory_equal(b, bytes + 148, 2);
	assert_int_equal(span_read(&part, 38, b, 3), -ENODATA);
}

static void placed(uint64_t at, uint64_t size, size_t shift)
{
	struct span part;

	memset(room, 0xee, 2 * SIZE);
	assert_true(span_part(&part, &whole, at, size));
	assert_int_equal(span_place(&part, room + shift), 0);
	assert_memory_equal(room + shift, bytes + at, size);
	/* Not one byte more, whether it was mapped or read. */
	assert_int_equal(room[shift + size], 0xee);
	if (shift)
		assert_int_equal(room[shift - 1], 0xee);
	room[shift] ^= 1; /* what the guest writes is its own */
	assert_int_equal(span_place(&part, room + shift), 0);
	assert_memory_equal(room + shift, bytes + at, size);
}

static void placed_by_mapping_and_by_reading(void **state)
{
	(void)state;
	placed(0, SIZE, 0);
	placed(0, SIZE - 100, 0);
	placed(4096, SIZE - 4096 - 1, 4096);
	placed(5, SIZE - 100, 0);
	placed(0, SIZE - 100, 12);
	placed(0, 100, 0);
	placed(0, 0, 0);
}

static void mapped_for_reading(void **state)
{
	const uint8_t *p;
	struct span part;

	(void)state;
	assert_true(span_part(&part, &whole, 5000, 3000));
	assert_int_equal(span_map(&part, &p), 0);
	assert_memory_equal(p, bytes + 5000, 3000);
	span_unmap(&part, p);
	part.fd = -1;
	assert_int_equal(span_map(&part, &p), -EBADF);
}

static void a_file_that_shrinks_is_an_error(void **state)
{
	struct span part;

	(void)state;
	assert_true(span_part(&part, &whole, 0, 5000));
	assert_int_equal(ftruncate(whole.fd, 100), 0);
	assert_int_equal(span_place(&part, room), -EIO);
}

static int file_make(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SIZE; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	whole = (struct span){ memfd_create("test", 0), 0, SIZE };
	room = mmap(NULL, 2 * SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return write(whole.fd, bytes, SIZE) == SIZE && room != MAP_FAILED ? 0 : -1;
}

static int file_remove(void **state)
{
	(void)state;
	munmap(room, 2 * SIZE);
	return close(whole.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds_are_kept),
		cmocka_unit_test(placed_by_mapping_and_by_reading),
		cmocka_unit_test(mapped_for_reading),
		cmocka_unit_test(a_file_that_shrinks_is_an_error),
	};

	return cmocka_run_group_tests(tests, file_make, file_remove);
}
