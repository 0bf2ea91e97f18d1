// SPDX-License-Identifier: BSD-2-Clause
// EFI zboot kernels, put together as Linux's zboot-header.S and Makefile.zboot say: Debian ships none.
#include "tests/boot/image/packed.h"

#define PAYLOAD 4096

static uint8_t file[64 << 10];
static size_t file_size;

static void le32_put(size_t at, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		file[at + i] = (uint8_t)(v >> 8 * i);
}

/* A kernel of which COMMAND made TYPE; all but gzip carry its size behind them, which does not count. */
static void zboot_make(const char *command, const char *type)
{
	uint8_t *packed;
	size_t size;

	packed_run("%s <kernel >packed", command);
	packed = packed_load("packed", &size);
	memset(file, 0, sizeof(file));
	memcpy(file, "MZ\0\0zimg", 8);
	le32_put(8, PAYLOAD);
	le32_put(12, (uint32_t)size);
	memcpy(file + 24, type, strlen(type));
	le32_put(56, 0x818223cd);
	memcpy(file + PAYLOAD, packed, size);
	file_size = PAYLOAD + size;
	if (strcmp(type, "gzip")) {
		le32_put(file_size, 20000);
		file_size += 4;
	}
	free(packed);
}

static int zboot_open(void)
{
	packed_store("zboot", file, file_size);
	return packed_open("zboot", UNPACK_NONE);
}

static void kernels_are_unpacked(void **state)
{
	static const struct {
		const char *command, *type, *kind;
	} ways[] = {
		{ "gzip -n9", "gzip", "EFI zboot, gzip, Linux Image" },
		{ "lz4 -q -l -9", "lz4", "EFI zboot, lz4, Linux Image" },
		{ "lzma -9", "lzma", "EFI zboot, lzma, Linux Image" },
		{ "xz --check=crc32 --arm64 --lzma2=dict=32MiB", "xzkern",
		  "EFI zboot, xz, Linux Image" },
		{ "zstd -22 --ultra", "zstd22", "EFI zboot, zstd, Linux Image" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		zboot_make(ways[i].command, ways[i].type);
		if (zboot_open())
			fail_msg("%s: %s", ways[i].type, packed_failure.text);
		assert_true(packed_is("kernel"));
		assert_string_equal(packed_image.kind, ways[i].kind);
		assert_true(packed_image.offset_known);
	}
}

static void what_it_cannot_unpack_is_refused(void **state)
{
	(void)state;
	zboot_make("cat", "lzo");
	assert_int_equal(zboot_open(), -1);
	packed_refused("E-KIND", "(EFI zboot) is packed by lzo");
	zboot_make("cat", "rot13");
	assert_int_equal(zboot_open(), -1);
	packed_refused("E-DAMAGED", "byte 24 of the EFI zboot: its kernel is packed by \"rot13\"");
	zboot_make("cat", "none");
	assert_int_equal(zboot_open(), -1);
	packed_refused("E-DAMAGED", "byte 24 of the EFI zboot");
	memset(file + 24, 'x', 32); /* a name that does not end */
	assert_int_equal(zboot_open(), -1);
	packed_refused("E-DAMAGED", "byte 24 of the EFI zboot");
}

static void other_efi_programs_are_refused(void **state)
{
	(void)state;
	zboot_make("gzip", "gzip");
	memcpy(file + 4, "zimh", 4);
	assert_int_equal(zboot_open(), -1);
	packed_refused("E-KIND", "is an EFI program, which cannot run as it is: give firmware");
	zboot_make("gzip", "gzip");
	file_size = 55; /* it ends within the header */
	assert_int_equal(zboot_open(), -1);
	packed_refused("E-KIND", "is an EFI program");
}

static void offsets_and_sizes_that_lie(void **state)
{
	static const struct {
		uint32_t offset, size;
	} lies[] = { { 55, 100 },
		     { 0, 5000 },
		     { PAYLOAD, 0x10000000 },
		     { 0xffffffff, 100 },
		     { PAYLOAD, UINT32_MAX },
		     { UINT32_MAX, UINT32_MAX } };

	(void)state;
	for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		zboot_make("gzip", "gzip");
		le32_put(8, lies[i].offset);
		le32_put(12, lies[i].size);
		assert_int_equal(zboot_open(), -1);
		packed_refused("E-DAMAGED", "byte 8 of the EFI zboot: its kernel lies at byte");
	}
	zboot_make("gzip", "gzip");
	le32_put(12, 0);
	assert_int_equal(zboot_open(), -1);
	packed_refused("E-DAMAGED", "byte 0 of the gzip: what is packed goes on");
	/* One that is nested in itself is no gzip there. */
	zboot_make("gzip", "gzip");
	le32_put(8, 56);
	le32_put(12, 1000);
	assert_int_equal(zboot_open(), -1);
	packed_refused("E-DAMAGED", "byte 0 of the gzip");
}

static void a_file_cut_off_anywhere_is_refused(void **state)
{
	(void)state;
	zboot_make("gzip", "gzip");
	for (size_t whole = file_size; --file_size >= 8; file_size -= file_size > 64 ? 61 : 0)
		if (!zboot_open())
			fail_msg("taken with %zu of %zu bytes", file_size, whole);
}

static int kernel_make(void **state)
{
	if (packed_begin(state))
		return -1;
	/* An arm64 Image: magic, text_offset 0, image_size 20000; for text U-Boot's. */
	packed_run("(head -c 16 /dev/zero; printf '\\040\\116\\0\\0\\0\\0\\0\\0'; head -c 32 "
		   "/dev/zero; "
		   "printf 'ARM\\144'; head -c 19940 uboot) >kernel");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernels_are_unpacked),
		cmocka_unit_test(what_it_cannot_unpack_is_refused),
		cmocka_unit_test(other_efi_programs_are_refused),
		cmocka_unit_test(offsets_and_sizes_that_lie),
		cmocka_unit_test(a_file_cut_off_anywhere_is_refused),
	};

	return cmocka_run_group_tests(tests, kernel_make, packed_end);
}
