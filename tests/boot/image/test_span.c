// SPDX-License-Identifier: BSD-2-Clause
// Runs of bytes: bounds, files that end early, placing by mapping and by reading.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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

static void placed_so(uint64_t at, uint64_t size, size_t shift, bool copied)
{
	struct span part;

	memset(room, 0xee, 2 * SIZE);
	assert_true(span_part(&part, &whole, at, size));
	assert_int_equal(span_place(&part, room + shift, copied), 0);
	assert_memory_equal(room + shift, bytes + at, size);
	/* Not one byte more, whether it was mapped or read. */
	assert_int_equal(room[shift + size], 0xee);
	if (shift)
		assert_int_equal(room[shift - 1], 0xee);
	room[shift] ^= 1; /* what the guest writes is its own */
	assert_int_equal(span_place(&part, room + shift, copied), 0);
	assert_memory_equal(room + shift, bytes + at, size);
}

static void placed(uint64_t at, uint64_t size, size_t shift)
{
	placed_so(at, size, shift, false);
	placed_so(at, size, shift, true);
}

/* Is the page at P one of a file's? */
static bool is_mapped_file(const uint8_t *p)
{
	char line[512];
	unsigned long from, to;
	bool file = false;
	FILE *maps = fopen("/proc/self/maps", "r");

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx", &from, &to) == 2 && (uintptr_t)p - from < to - from)
			file = strstr(line, "memfd:test");
	fclose(maps);
	return file;
}

/* What lies on pages costs nothing for each byte, unless it is asked for. */
static void a_large_one_is_mapped_a_small_one_read(void **state)
{
	(void)state;
	placed_so(0, SIZE, 0, true);
	assert_false(is_mapped_file(room));
	placed_so(0, SIZE, 0, false);
	assert_true(is_mapped_file(room));
	placed_so(0, 5000, SIZE, false);
	assert_false(is_mapped_file(room + SIZE));
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
	assert_int_equal(span_place(&part, room, false), -EIO);
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

static void sealed_copy_stays_as_it_is(void **state)
{
	struct span part, sealed;
	uint8_t b[16];

	(void)state;
	assert_true(span_part(&part, &whole, 1001, SIZE - 1001));
	assert_int_equal(span_seal(&part, &sealed), 0);
	assert_int_equal(sealed.at, 0);
	assert_int_equal(sealed.size, SIZE - 1001);
	/* Nobody changes it, neither the file it came from nor whoever has the fd. */
	assert_int_equal(pwrite(whole.fd, "changed", 7, 1001), 7);
	assert_int_equal(span_read(&sealed, 0, b, sizeof(b)), 0);
	assert_memory_equal(b, bytes + 1001, sizeof(b));
	assert_int_equal(pwrite(whole.fd, bytes + 1001, 7, 1001), 7);
	assert_int_equal(pwrite(sealed.fd, "x", 1, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(sealed.fd, 1), -1);
	assert_ptr_equal(mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, sealed.fd, 0), MAP_FAILED);
	/* It is placed as any other. */
	assert_int_equal(span_place(&sealed, room, false), 0);
	assert_memory_equal(room, bytes + 1001, SIZE - 1001);
	close(sealed.fd);
	assert_true(span_part(&part, &whole, 8, 0));
	assert_int_equal(span_seal(&part, &sealed), 0);
	close(sealed.fd);
	part = (struct span){ whole.fd, SIZE - 4, 8 };
	assert_int_equal(span_seal(&part, &sealed), -EIO);
	part.fd = -1;
	assert_int_equal(span_seal(&part, &sealed), -EBADF);
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
		cmocka_unit_test(a_large_one_is_mapped_a_small_one_read),
		cmocka_unit_test(placed_by_mapping_and_by_reading),
		cmocka_unit_test(mapped_for_reading),
		cmocka_unit_test(sealed_copy_stays_as_it_is),
		cmocka_unit_test(a_file_that_shrinks_is_an_error),
	};

	return cmocka_run_group_tests(tests, file_make, file_remove);
}
