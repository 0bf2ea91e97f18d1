// SPDX-License-Identifier: BSD-2-Clause
// Legacy uImages made by mkimage: programs, several files in one, checksums, what does not run.
#include "tests/boot/image/maker.h"

static void program_is_read(void **state)
{
	(void)state;
	sh("mkimage -A arm64 -O u-boot -T firmware -C none -a 40200000 -e 40200010 -d $D/kernel "
	   "$D/u");
	opens("u");
	assert_string_equal(image.kind, "uImage");
	assert_int_equal(image.parts, 1);
	holds_file(&image.part[0].bytes, "kernel");
	assert_true(image.part[0].placed && image.part[0].loaded && image.entry_given);
	assert_int_equal(image.part[0].gpa, 0x40200000);
	assert_int_equal(image.entry, 0x40200010);
	assert_int_equal(image.arch, ARCH_A64);
	sh("mkimage -A arm -O linux -T standalone -C none -a 8000 -e 8000 -d $D/kernel $D/u");
	opens("u");
	assert_int_equal(image.arch, ARCH_A32);
	assert_int_equal(image.entry, 0x8000);
	sh("mkimage -A arm64 -O linux -T kernel_noload -C none -a 0 -e 0 -d $D/kernel $D/u");
	opens("u");
	assert_false(image.part[0].placed);
}

static void packed_program_is_unpacked(void **state)
{
	static const char *const packers[] = { "gzip -c", "lz4 -c", "zstd -c" };
	static const char *const kinds[] = { "gzip", "lz4", "zstd" };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		sh("%s $D/kernel >$D/packed; mkimage -A arm64 -O linux -T kernel -C %s -a 40200000 "
		   "-e "
		   "40200000 -d $D/packed $D/u",
		   packers[i], kinds[i]);
		opens("u");
		holds_file(&image.part[0].bytes, "kernel");
	}
	sh("mkimage -A arm64 -O linux -T kernel -C lzo -a 0 -e 0 -d $D/kernel $D/u");
	is_refused("u", "E-KIND", "lzo");
}

static void several_files_in_one(void **state)
{
	(void)state;
	sh("mkimage -A arm64 -O linux -T multi -C none -a 40200000 -e 40200000 -d "
	   "$D/kernel:$D/ramdisk:$D/tree $D/u");
	opens("u");
	assert_int_equal(image.parts, 1);
	holds_file(&image.part[0].bytes, "kernel");
	holds_file(&image.ramdisk, "ramdisk");
	holds_file(&image.tree, "tree");
	sh("mkimage -A arm64 -O linux -T multi -C none -a 40200000 -e 40200000 -d "
	   "$D/kernel:$D/ramdisk "
	   "$D/u");
	opens("u");
	assert_int_equal(image.tree.fd, -1);
	sh("mkimage -A arm64 -O linux -T multi -C none -a 40200000 -e 40200000 -d "
	   "$D/kernel:$D/ramdisk:$D/tree:$D/other:$D/third $D/u");
	opens("u");
	assert_string_equal(image.note, "2 more files are left out");
}

/* Both checksums made good again after a change: what is behind them is reached. */
static void sums_renew(void)
{
	sh("python3 -c \"import sys,zlib,struct; b=bytearray(open('$D/u','rb').read()); "
	   "b[24:28]=struct.pack('>I',zlib.crc32(b[64:])); b[4:8]=bytes(4); "
	   "b[4:8]=struct.pack('>I',zlib.crc32(b[:64])); open('$D/u','wb').write(b)\"");
}

static void put32(unsigned at, uint32_t v)
{
	load("u");
	for (unsigned i = 0; i < 4; i++)
		bytes[at + i] = (uint8_t)(v >> (24 - 8 * i));
	store("u");
	sums_renew();
}

static void list_of_files_that_lies(void **state)
{
	(void)state;
	sh("mkimage -A arm64 -O linux -T multi -C none -a 40200000 -e 40200000 -d "
	   "$D/kernel:$D/ramdisk:$D/tree $D/u; cp $D/u $D/good");
	put32(68, 0xffffffff);
	is_refused("u", "E-DAMAGED", "file 1 has 4294967295 bytes");
	put32(64, 0xfffffffc);
	is_refused("u", "E-DAMAGED", "byte 64 of the uImage: file 0 has 4294967292 bytes");
	put32(64, 0);
	is_refused("u", "E-DAMAGED", "it has no files");
	sh("cp $D/good $D/u");
	put32(76, 1); /* the list goes on into the kernel's text */
	is_refused("u", "E-DAMAGED", "its list of files does not end");
}

static void checksums_are_checked(void **state)
{
	(void)state;
	sh("mkimage -A arm64 -O linux -T kernel -C none -a 40200000 -e 40200000 -d $D/kernel $D/u");
	for (unsigned at = 4; at < 64; at++) {
		load("u");
		bytes[at] ^= 0x10;
		store("bad");
		is_refused("bad", "E-DAMAGED", "the header does not match its checksum");
	}
	for (size_t at = 64; at < 6000; at += 501) {
		load("u");
		bytes[at] ^= 0x10;
		store("bad");
		is_refused("bad", "E-DAMAGED", "the data does not match its checksum");
	}
	cut_is_refused("u", 0, 97);
	any_byte_may_change("u", 0, 64, 1);
}

static void what_does_not_run(void **state)
{
	static const struct {
		const char *options, *code, *words;
	} rows[] = {
		{ "-A arm64 -T ramdisk", "E-KIND", "is a ramdisk: give it as initrd=" },
		{ "-A arm64 -T filesystem", "E-KIND", "is a filesystem" },
		{ "-A arm64 -T script", "E-KIND", "is a script" },
		{ "-A mips -T kernel", "E-KIND", "for another processor (5)" },
		{ "-A arm64 -T kernel -a 1000 -e 9000", "E-DAMAGED",
		  "the entry 0x9000 lies outside" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sh("mkimage %s -O linux -C none -d $D/kernel $D/u", rows[i].options);
		is_refused("u", rows[i].code, rows[i].words);
	}
	sh("mkimage -A arm64 -T kernel -O linux -C none -d $D/kernel $D/u");
	load("u");
	bytes[30] = 8; /* mkimage wants a tree for it */
	store("u");
	sums_renew();
	is_refused("u", "E-KIND", "is a device tree: give it as machine=");
	load("u");
	bytes[30] = 200;
	store("u");
	sums_renew();
	is_refused("u", "E-KIND", "is of type 200, which does not run");
	load("u");
	bytes[30] = 2;
	bytes[31] = 9;
	store("u");
	sums_renew();
	is_refused("u", "E-DAMAGED", "compression 9 is not known");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_is_read),
		cmocka_unit_test(packed_program_is_unpacked),
		cmocka_unit_test(several_files_in_one),
		cmocka_unit_test(list_of_files_that_lies),
		cmocka_unit_test(checksums_are_checked),
		cmocka_unit_test(what_does_not_run),
	};

	return cmocka_run_group_tests(tests, maker_begin, maker_end);
}
