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

static void le32_put(unsigned at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		bytes[at + i] = (unsigned char)(value >> (8 * i));
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

static void linux_header_that_lies(void **state)
{
	static const uint64_t offsets[] = { 1, 0x200000, UINT64_MAX - 0x3fffffff };

	(void)state;
	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes + 56, "ARM\x64", 4);
	le64_put(16, SIZE);
	for (unsigned i = 0; i < sizeof(offsets) / sizeof(*offsets); i++) {
		le64_put(8, offsets[i]);
		assert_int_equal(open_bytes(SIZE), -1);
		refused("E-DAMAGED", "byte 8 of the Linux Image: its text_offset");
	}
	le64_put(8, 0);
	le64_put(16, (1ull << 40) + 1);
	assert_int_equal(open_bytes(SIZE), -1);
	refused("E-DAMAGED", "byte 16 of the Linux Image: its image_size");
}

static void uefi_cut_off(void **state)
{
	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	le32_put(0, 0x14000400);
	le64_put(4096 + 32, SIZE - 4096);
	memcpy(bytes + 4096 + 40, "_FVH", 4);
	assert_int_equal(open_bytes(SIZE), 0);
	assert_string_equal(image.kind, "UEFI firmware");
	assert_int_equal(open_bytes(SIZE - 1), -1);
	refused("E-DAMAGED", "its header tells of 8192 bytes, and the file ends here");
	le64_put(4096 + 32, UINT64_MAX);
	assert_int_equal(open_bytes(SIZE), -1);
	refused("E-DAMAGED", "byte 4128 of the UEFI firmware: its volume is to have 0xffff");
}

static void uefi_is_told_by_its_volume(void **state)
{
	static const struct {
		unsigned at;
		bool uefi;
	} signature[] = { { 0, false },	   { 40, true },	{ 44, false },
			  { 4096, false }, { 4096 + 40, true }, { 4096 + 44, false } };

	(void)state;
	for (unsigned i = 0; i < sizeof(signature) / sizeof(*signature); i++) {
		memset(bytes, 0, sizeof(bytes));
		memcpy(bytes + signature[i].at, "_FVH", 4);
		assert_int_equal(open_bytes(SIZE), 0);
		assert_int_equal(image.uefi, signature[i].uefi);
		assert_string_equal(image.kind, signature[i].uefi ? "UEFI firmware" : "");
	}
	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes + 4096 + 40, "_FVH", 4);
	assert_int_equal(open_bytes(SIZE), 0);
	assert_int_equal(image.arch, ARCH_A64);
	le32_put(0, 0xea0003fe); /* B over the block, A32 */
	assert_int_equal(open_bytes(SIZE), 0);
	assert_int_equal(image.arch, ARCH_A32);
}

/* A kernel's own header tells its size in memory only; its EFI stub has a table of its sections. */
static void linux_cut_off(void **state)
{
	(void)state;
	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, "MZ", 2);
	memcpy(bytes + 56, "ARM\x64\x40", 5);
	memcpy(bytes + 0x40, "PE\0\0", 4);
	bytes[0x40 + 6] = 2; /* sections */
	bytes[0x40 + 20] = 160; /* the optional header's size */
	le32_put(0x40 + 24 + 160 + 16, 0x400);
	le32_put(0x40 + 24 + 160 + 20, 0x200);
	le32_put(0x40 + 24 + 200 + 16, SIZE - 0x700);
	le32_put(0x40 + 24 + 200 + 20, 0x600);
	assert_int_equal(open_bytes(SIZE - 0x100), 0);
	assert_true(image.offset_known);
	assert_int_equal(open_bytes(SIZE - 0x101), -1);
	refused("E-DAMAGED", "byte 7935 of the Linux Image: its header tells of 7936 bytes");
	assert_int_equal(open_bytes(0x40 + 24 + 220), -1); /* in the table */
	refused("E-DAMAGED", "the file ends here");
	assert_int_equal(open_bytes(0x41), -1); /* in the signature */
	refused("E-DAMAGED", "its header tells of 88 bytes");
	assert_int_equal(open_bytes(60), -1); /* behind the magic */
	refused("E-DAMAGED", "its header tells of 64 bytes");
	bytes[0x40] = 'p'; /* no PE: a kernel without a stub */
	assert_int_equal(open_bytes(0x100), 0);
}

static void zimage_header(void **state)
{
	(void)state;
	memset(bytes, 0, sizeof(bytes));
	le32_put(36, 0x016f2818);
	le32_put(44, SIZE);
	le32_put(48, 0x04030201);
	assert_int_equal(open_bytes(SIZE), 0);
	assert_int_equal(image.arch, ARCH_A32);
	assert_true(image.offset_known && image.unpacks);
	assert_int_equal(image.text_offset, 32 << 20);
	assert_true(image.part[0].footprint >= 4 * SIZE);
	le32_put(48, 0x01020304);
	assert_int_equal(open_bytes(SIZE), -1);
	refused("E-KIND", "big-endian");
	le32_put(48, 0x04030201);
	le32_put(44, SIZE + 1);
	assert_int_equal(open_bytes(SIZE), -1);
	refused("E-DAMAGED", "the file ends here");
	le32_put(40, SIZE + 1);
	assert_int_equal(open_bytes(SIZE), -1);
	refused("E-DAMAGED", "before it begins");
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
	assert_int_equal(open_bytes(SIZE - 1), -1);
	refused("E-DAMAGED", "of the U-Boot: its header tells of 8192 bytes");
}

/* Allwinner's boot ROM and others want something of their own before it. */
static void uboot_header_behind_a_hook(void **state)
{
	static const unsigned branch[] = { 4, 36 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		memset(bytes, 0, sizeof(bytes));
		le32_put(0, 0xea00001f); /* of the other instruction set */
		le32_put(branch[i], 0x14000000 | (0x108 - branch[i]) / 4);
		le64_put(0xe8, 0x4a000000);
		le64_put(0xf0, SIZE);
		le64_put(0xf8, SIZE);
		le64_put(0x100, SIZE + 100);
		assert_int_equal(open_bytes(SIZE), 0);
		assert_string_equal(image.kind, "U-Boot");
		assert_int_equal(image.link_gpa, 0x4a000000);
	}
	le32_put(36, 0);
	le32_put(40, 0x14000000 | (0x108 - 40) / 4); /* too late for a first branch */
	assert_int_equal(open_bytes(SIZE), 0);
	assert_false(image.linked);
}

static void what_only_looks_like_uboot(void **state)
{
	(void)state;
	uboot_make(0x4a000000, (64 << 20) + 1, 0x1000, 0x1800);
	assert_int_equal(open_bytes(SIZE), 0);
	assert_false(image.linked);
	uboot_make(0x4a000004, SIZE, 0x1000, 0x1800);
	assert_int_equal(open_bytes(SIZE), 0);
	assert_false(image.linked);
	uboot_make(0x4a000000, SIZE, 0, 0x1800);
	assert_int_equal(open_bytes(SIZE), 0);
	assert_false(image.linked);
	uboot_make(0x4a000000, 63, 0x1000, 0x1800);
	assert_int_equal(open_bytes(SIZE), 0);
	assert_false(image.linked);
	uboot_make(0x4a000000, SIZE, 200, 100);
	assert_int_equal(open_bytes(SIZE), 0);
	assert_false(image.linked);
	uboot_make(0x4a000000, SIZE, 0x1000, UINT64_MAX);
	assert_int_equal(open_bytes(SIZE), 0);
	assert_false(image.linked);
	uboot_make(0x4a000000, SIZE, 0x1000, 0x1800);
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
		{ "VNDRBOOT", 8, 0, "give the boot.img" },
		{ "@AML", 4, 16, "Amlogic" },
		{ "XNLX", 4, 36, "Xilinx" },
		{ "\x02\xb0\x05\xb1", 4, 0, "Marvell" },
		{ "\xd1\x00\x20\x40", 4, 0, "i.MX" },
		{ "BZh9", 4, 0, "bzip2" },
		{ "\x89LZO", 4, 0, "lzo" },
		{ "PK\x03\x04", 4, 0, "zip archive" },
		{ "MZ", 2, 0, "EFI program" },
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
		assert_non_null(strstr(failure.text, size == 0	 ? "is empty: copy"
						     : size == 3 ? "has only 3 bytes: copy"
								 : "has only"));
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
		cmocka_unit_test(linux_cut_off),
		cmocka_unit_test(linux_header_that_lies),
		cmocka_unit_test(uefi_cut_off),
		cmocka_unit_test(uefi_is_told_by_its_volume),
		cmocka_unit_test(zimage_header),
		cmocka_unit_test(uboot_header),
		cmocka_unit_test(uboot_header_behind_a_hook),
		cmocka_unit_test(what_only_looks_like_uboot),
		cmocka_unit_test(what_cannot_run_as_it_is),
		cmocka_unit_test(files_that_are_none),
	};

	return cmocka_run_group_tests(tests, file_make, file_remove);
}
