// SPDX-License-Identifier: BSD-2-Clause
// Packed firmware: each packer's output comes out as it went in; damage, bombs and leftovers are refused.
#include "tests/boot/image/packed.h"

static void each_packer_gives_back_what_was_packed(void **state)
{
	static const char *const what[] = { "small", "uboot" };

	(void)state;
	FOR_PACKERS(p)
	{
		for (unsigned i = 0; i < 2; i++) {
			packed_run("%s <%s >packed", p->command, what[i]);
			if (packed_open("packed", p->kind))
				fail_msg("%s: %s", p->command, packed_failure.text);
			assert_true(packed_is(what[i]));
			assert_true(strstr(packed_image.kind, p->name) == packed_image.kind);
			assert_int_equal(packed_image.linked, i == 1); /* and it was read on */
		}
	}
}

static void a_file_that_is_cut_off_is_refused(void **state)
{
	(void)state;
	FOR_PACKERS(p)
	{
		uint8_t *bytes;
		size_t size;

		packed_run("%s <small >packed", p->command);
		bytes = packed_load("packed", &size);
		for (size_t cut = 7; cut < size; cut += 3) {
			packed_store("cut", bytes, cut);
			if (!packed_open("cut", p->kind))
				fail_msg("%s is taken with %zu of %zu bytes", p->command, cut,
					 size);
			packed_refused("E-DAMAGED", ", byte ");
		}
		free(bytes);
	}
}

static void a_flipped_bit_is_found_where_there_is_a_checksum(void **state)
{
	(void)state;
	FOR_PACKERS(p)
	{
		uint8_t *bytes;
		size_t size;

		packed_run("%s <small >packed", p->command);
		bytes = packed_load("packed", &size);
		for (size_t at = 6; at < size; at += 3) {
			const uint8_t bit = (uint8_t)(1 << at % 8);

			bytes[at] ^= bit;
			packed_store("flipped", bytes, size);
			bytes[at] ^= bit;
			/* A time stamp or a name may change and harm nobody. */
			if (!packed_open("flipped", p->kind) && p->checked && !packed_is("small"))
				fail_msg("%s: bit %zu of byte %zu", p->command, at % 8, at);
		}
		free(bytes);
	}
}

static void damage_is_told_with_its_place(void **state)
{
	(void)state;
	packed_run("(gzip -n <small; gzip -n <small) >two; head -c $(gzip -n <small | wc -c) two "
		   ">one");
	packed_run("cp two packed; printf X | dd of=packed bs=1 seek=$(($(wc -c <one) + 100)) "
		   "conv=notrunc status=none");
	assert_int_equal(packed_open("packed", UNPACK_GZIP), -1);
	packed_refused("E-DAMAGED", "(gzip), byte ");
	packed_refused("E-DAMAGED", "from here on it is damaged or cut off");
	packed_run("zstd <small | head -c 200 >packed");
	assert_int_equal(packed_open("packed", UNPACK_ZSTD), -1);
	packed_refused("E-DAMAGED", "(zstd), byte 200 of the zstd: what is packed goes on");
	packed_run("lz4 <small | head -c 200 >packed");
	assert_int_equal(packed_open("packed", UNPACK_LZ4), -1);
	packed_refused("E-DAMAGED", "(lz4), byte 200 of the lz4: what is packed goes on");
	packed_run("xz <small | head -c 200 >packed");
	assert_int_equal(packed_open("packed", UNPACK_XZ), -1);
	packed_refused("E-DAMAGED", "(xz), byte 200 of the xz: what is packed goes on");
}

static void what_unpacks_to_too_much_is_refused(void **state)
{
	(void)state;
	packed_run("head -c %u /dev/zero >zeros; head -c %u zeros >most", PACKED_MOST + 1,
		   PACKED_MOST);
	FOR_PACKERS(p)
	{
		packed_run("%s <most >packed", p->command);
		assert_int_equal(packed_open("packed", p->kind), 0); /* the last byte fits */
		assert_true(packed_is("most"));
		assert_int_equal(packed_image.most, 0);
		packed_run("%s <zeros >packed", p->command);
		assert_int_equal(packed_open("packed", p->kind), -1);
		packed_refused("E-TOOLARGE", "unpacks to more than 1024 KiB");
		packed_refused("E-TOOLARGE", "memory=SIZE");
	}
}

static void what_is_packed_twice_counts_twice(void **state)
{
	(void)state;
	packed_run("head -c 600000 /dev/urandom >noise; gzip <noise | lz4 >packed");
	assert_int_equal(packed_open_most("packed", UNPACK_LZ4, 1300000), 0);
	assert_true(packed_is("noise"));
	assert_string_equal(packed_image.kind, "lz4, gzip");
	assert_int_equal(packed_open_most("packed", UNPACK_LZ4, 1100000), -1);
	packed_refused("E-TOOLARGE", "(lz4, gzip)");
	packed_run("gzip <small | gzip | gzip | gzip | gzip | gzip | gzip >packed");
	assert_int_equal(packed_open("packed", UNPACK_GZIP), -1);
	packed_refused("E-KIND", "more than 6 formats inside each other");
}

static void members_and_frames_follow_each_other(void **state)
{
	(void)state;
	packed_run("cat small uboot small >all");
	FOR_PACKERS(p)
	{
		if (p->kind == UNPACK_LZMA)
			continue;
		packed_run("(%s <small; %s <uboot; %s <small) >packed", p->command, p->command,
			   p->command);
		assert_int_equal(packed_open("packed", p->kind), 0);
		assert_true(packed_is("all"));
	}
}

/* Eight bytes of content that both decoders are to pass over. */
#define SKIPPABLE "printf '\\123\\052\\115\\030\\010\\0\\0\\0skip me!'"

static void skippable_frames_are_passed_over(void **state)
{
	static const char *const command[] = { "lz4", "zstd" };

	(void)state;
	packed_run("cat small uboot >all");
	for (unsigned i = 0; i < 2; i++) {
		packed_run("(%s <small; " SKIPPABLE "; %s <uboot; " SKIPPABLE ") >packed",
			   command[i], command[i]);
		assert_int_equal(packed_open("packed", unpack_kind_of(command[i])), 0);
		assert_true(packed_is("all"));
	}
}

static void padding_is_passed_over_and_nothing_else(void **state)
{
	(void)state;
	FOR_PACKERS(p)
	{
		packed_run("(%s <small; head -c 5001 /dev/zero) >packed", p->command);
		assert_int_equal(packed_open("packed", p->kind), 0);
		assert_true(packed_is("small"));
		packed_run("(%s <small; head -c 777 /dev/zero | tr '\\0' '\\377') >packed",
			   p->command);
		assert_int_equal(packed_open("packed", p->kind), 0);
		assert_true(packed_is("small"));
		packed_run("(%s <small; printf '\\0\\0\\0\\0not packed') >packed", p->command);
		assert_int_equal(packed_open("packed", p->kind), -1);
		packed_refused("E-DAMAGED", "something else lies behind it: cut it off there");
	}
}

static void nothing_packed_is_no_firmware(void **state)
{
	(void)state;
	FOR_PACKERS(p)
	{
		packed_run("%s </dev/null >packed", p->command);
		assert_int_equal(packed_open("packed", p->kind), -1);
		packed_refused("E-EMPTY", "unpacks to nothing");
	}
}

static void any_window_will_do(void **state)
{
	uint8_t *bytes;
	size_t size;

	(void)state;
	/* From a pipe, whose length is unknown, the window is what was asked for: 2 GiB. */
	packed_run("cat uboot | zstd -1 --long=31 >packed");
	assert_int_equal(packed_open("packed", UNPACK_ZSTD), 0);
	assert_true(packed_is("uboot"));
	packed_run("lzma <uboot >packed");
	bytes = packed_load("packed", &size);
	memset(bytes + 1, 0, 3);
	bytes[4] = 0x80; /* a dictionary of 2 GiB, of which no more is touched than comes out */
	packed_store("packed", bytes, size);
	free(bytes);
	assert_int_equal(packed_open("packed", UNPACK_LZMA), 0);
	assert_true(packed_is("uboot"));
}

static void kinds_have_the_names_of_fits_and_kernels(void **state)
{
	(void)state;
	FOR_PACKERS(p)
	assert_int_equal(unpack_kind_of(p->name), p->kind);
	assert_int_equal(unpack_kind_of("none"), UNPACK_NONE);
	assert_int_equal(unpack_kind_of("xzkern"), UNPACK_XZ);
	assert_int_equal(unpack_kind_of("zstd22"), UNPACK_ZSTD);
	assert_int_equal(unpack_kind_of("bzip2"), UNPACK_BZIP2);
	assert_int_equal(unpack_kind_of("lzo"), UNPACK_LZO);
	assert_int_equal(unpack_kind_of("gzip2"), UNPACK_KINDS);
	assert_int_equal(unpack_kind_of(""), UNPACK_KINDS);
}

static void what_nobody_unpacks_here_is_refused_by_name(void **state)
{
	struct span in = { 0, 0, 100 }, out;

	(void)state;
	packed_run("bzip2 <small >packed");
	assert_int_equal(packed_open("packed", UNPACK_BZIP2), -1);
	packed_refused("E-KIND", "is packed by bzip2, which is not unpacked here: pack it by gzip");
	packed_image.path = packed_path;
	assert_int_equal(unpack_span(&packed_image, &in, UNPACK_LZO, &out, &packed_failure), -1);
	packed_refused("E-KIND", "packed by lzo");
	assert_int_equal(unpack_span(&packed_image, &in, UNPACK_KINDS, &out, &packed_failure), -1);
	packed_refused("E-KIND", "packed by an unknown program");
	assert_int_equal(unpack_span(&packed_image, &in, UNPACK_NONE, &out, &packed_failure), 0);
	assert_memory_equal(&in, &out, sizeof(in));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_packer_gives_back_what_was_packed),
		cmocka_unit_test(a_file_that_is_cut_off_is_refused),
		cmocka_unit_test(a_flipped_bit_is_found_where_there_is_a_checksum),
		cmocka_unit_test(damage_is_told_with_its_place),
		cmocka_unit_test(what_unpacks_to_too_much_is_refused),
		cmocka_unit_test(what_is_packed_twice_counts_twice),
		cmocka_unit_test(members_and_frames_follow_each_other),
		cmocka_unit_test(skippable_frames_are_passed_over),
		cmocka_unit_test(padding_is_passed_over_and_nothing_else),
		cmocka_unit_test(nothing_packed_is_no_firmware),
		cmocka_unit_test(any_window_will_do),
		cmocka_unit_test(kinds_have_the_names_of_fits_and_kernels),
		cmocka_unit_test(what_nobody_unpacks_here_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, packed_begin, packed_end);
}
