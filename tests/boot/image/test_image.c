// SPDX-License-Identifier: BSD-2-Clause
// Firmware and ramdisk files: what their first bytes say, what cannot be booted, how they get to their place.
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/image/image.h"

#include <cmocka.h>

#define SIZE 8192
#define MOST (1 << 20)

static char path[] = "/tmp/kvmshim-image-XXXXXX";
static uint8_t bytes[SIZE];
static struct image image;
static struct span ramdisk;
static struct failure failure;

static void le64_put(unsigned at, uint64_t v)
{
	for (unsigned i = 0; i < 8; i++)
		bytes[at + i] = (uint8_t)(v >> 8 * i);
}

static int open_bytes(size_t size)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
	image_close(&image);
	failure = (struct failure){ .text = "" };
	return image_open(&image, path, NULL, MOST, &failure);
}

static void refused(const char *code, const char *words)
{
	assert_int_equal(failure.outcome, OUTCOME_BAD_FIRMWARE);
	assert_string_equal(failure.code, code);
	if (!strstr(failure.text, words))
		fail_msg("no \"%s\" in: %s", words, failure.text);
}

static void raw_file_has_no_header(void **state)
{
	(void)state;
	memset(bytes, 0x5a, sizeof(bytes));
	assert_int_equal(open_bytes(SIZE), 0);
	assert_int_equal(image.part[0].bytes.size, SIZE);
	assert_int_equal(image.part[0].footprint, SIZE);
	assert_false(image.linked || image.offset_known);
	assert_int_equal(open_bytes(5), 0); /* shorter than any header */
	assert_int_equal(image.part[0].footprint, 5);
}

static void linux_header(void **state)
{
	(void)state;
	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes + 56, "ARM\x64", 4);
	le64_put(8, 0x80000);
	le64_put(16, 0x12345000);
	assert_int_equal(open_bytes(SIZE), 0);
	assert_true(image.offset_known);
	assert_false(image.linked);
	assert_int_equal(image.text_offset, 0x80000);
	assert_int_equal(image.part[0].footprint, 0x12345000);
	le64_put(8, 0);
	assert_int_equal(open_bytes(SIZE), 0);
	assert_int_equal(image.text_offset, 0);
	le64_put(16, 0); /* before Linux 3.17: no size, and text_offset may not be believed */
	assert_int_equal(open_bytes(SIZE), 0);
	assert_int_equal(image.text_offset, 0x80000);
	assert_int_equal(image.part[0].footprint, SIZE);
	assert_int_equal(open_bytes(59), 0); /* cut inside the magic */
	assert_false(image.offset_known);
}

/* A branch, _TEXT_BASE, _end_ofs, _bss_start_ofs, _bss_end_ofs. */
static void uboot_make(uint64_t base, uint64_t end, uint64_t bss_start, uint64_t bss_end)
{
	memset(bytes, 0, sizeof(bytes));
	bytes[0] = 0x0a;
	bytes[3] = 0x14;
	le64_put(8, base);
	le64_put(16, end);
	le64_put(24, bss_start);
	le64_put(32, bss_end);
}

static void uboot_header(void **state)
{
	(void)state;
	uboot_make(0x4a000000, SIZE, SIZE - 100, 0x20000);
	assert_int_equal(open_bytes(SIZE), 0);
	assert_true(image.linked);
	assert_int_equal(image.link_gpa, 0x4a000000);
	assert_int_equal(image.part[0].footprint, 0x20000); /* with its bss */
	uboot_make(0, SIZE, 0x1000, 0x1800); /* the bss lies over the relocations */
	assert_int_equal(open_bytes(SIZE), 0);
	assert_true(image.linked);
	assert_int_equal(image.part[0].footprint, SIZE);
}

static void what_only_looks_like_uboot(void **state)
{
	(void)state;
	uboot_make(0x4a000000, SIZE + 4097, 0, 0);
	assert_int_equal(open_bytes(SIZE), 0);
	assert_false(image.linked);
	uboot_make(0x4a000000, 63, 0, 0);
	assert_int_equal(open_bytes(SIZE), 0);
	assert_false(image.linked);
	uboot_make(0x4a000000, SIZE, 200, 100);
	assert_int_equal(open_bytes(SIZE), 0);
	assert_false(image.linked);
	uboot_make(0x4a000000, SIZE, 0, UINT64_MAX);
	assert_int_equal(open_bytes(SIZE), 0);
	assert_false(image.linked);
	uboot_make(0x4a000000, SIZE, 0, 0);
	bytes[3] = 0x94; /* a call is no branch */
	assert_int_equal(open_bytes(SIZE), 0);
	assert_false(image.linked);
}

static void what_cannot_run_as_it_is(void **state)
{
	static const struct {
		const char *magic;
		size_t length, at;
		const char *is;
	} kinds[] = {
		{ "\x1f\x8b\x08", 3, 0, "gzip" },
		{ "\x28\xb5\x2f\xfd", 4, 0, "zstd" },
		{ "\x04\x22\x4d\x18", 4, 0, "lz4" },
		{ "\xfd"
		  "7zXZ",
		  5, 0, "xz" },
		{ "\xd0\x0d\xfe\xed", 4, 0, "FIT" },
		{ "\x27\x05\x19\x56", 4, 0, "uImage" },
		{ "\x01\x00\x64\xaa", 4, 0, "BL33" },
		{ "ANDROID!", 8, 0, "Android" },
		{ "eGON.BT0", 8, 4, "u-boot.bin" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		memset(bytes, 0, sizeof(bytes));
		memcpy(bytes + kinds[i].at, kinds[i].magic, kinds[i].length);
		assert_int_equal(open_bytes(SIZE), -1);
		refused("E-KIND", kinds[i].is);
		/* A ramdisk may be compressed: it is the guest that reads it. */
		assert_int_equal(image_open_ramdisk(&ramdisk, path, &failure), 0);
		assert_int_equal(ramdisk.size, SIZE);
		close(ramdisk.fd);
	}
}

static void files_that_are_none(void **state)
{
	(void)state;
	for (size_t size = 0; size < 4; size++) {
		assert_int_equal(open_bytes(size), -1);
		refused("E-EMPTY", path);
	}
	image_close(&image);
	assert_int_equal(image_open(&image, "/nonexistent/f", NULL, MOST, &failure), -1);
	refused("E-NOFIRMWARE", "make itb FIRMWARE=FILE BOARD=NAME");
	assert_non_null(strstr(failure.text, "cpio"));
	assert_int_equal(image_open_ramdisk(&ramdisk, "/nonexistent/i", &failure), -1);
	refused("E-FIRMWARE", "initrd /nonexistent/i cannot be read: No such file");
	assert_int_equal(image_open(&image, "/", NULL, MOST, &failure), -1);
	refused("E-FIRMWARE", "not a regular file");
	image_close(&image);
	assert_int_equal(image_open(&image, "/dev/zero", NULL, MOST, &failure), -1);
	refused("E-FIRMWARE", "not a regular file");
	image_close(&image);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(10); /* a FIFO without a writer is not waited for */
	assert_int_equal(image_open(&image, path, NULL, MOST, &failure), -1);
	alarm(0);
	refused("E-FIRMWARE", "not a regular file");
	image_close(&image);
	assert_int_equal(unlink(path), 0);
	close(open(path, O_CREAT | O_RDWR, 0600));
}

static int file_make(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int file_remove(void **state)
{
	(void)state;
	image_close(&image);
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raw_file_has_no_header),
		cmocka_unit_test(linux_header),
		cmocka_unit_test(uboot_header),
		cmocka_unit_test(what_only_looks_like_uboot),
		cmocka_unit_test(what_cannot_run_as_it_is),
		cmocka_unit_test(files_that_are_none),
	};

	return cmocka_run_group_tests(tests, file_make, file_remove);
}
