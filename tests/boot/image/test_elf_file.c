// SPDX-License-Identifier: BSD-2-Clause
// ELF files linked by the cross tools: segments, bss, the entry, symbols; damaged headers.
#include <elf.h>

#include "boot/image/elf_file.h"
#include "tests/boot/image/maker.h"

#define LINK                                                                                       \
	"cd $D; $CC -nostdlib -static -no-pie -Wl,--build-id=none,-z,noseparate-code,-T,x.lds,-e," \
	"start -o elf x.S"

/* Code and data at two places, 64 KiB of bss behind the data; runs at VMA, lies at LMA. */
static void elf_make(const char *cc, const char *code, const char *data, const char *lma)
{
	sh("cat >$D/x.S <<'END'\n"
	   ".text\n.globl start, helper\n.type start, %%function\n.type helper, %%function\n"
	   ".4byte 0x11223344\nstart: .4byte 0x55667788, 0\nhelper: .4byte 1, 2, 3, 4\n"
	   ".data\n.globl table\ntable: .ascii \"data that is loaded\"\n"
	   ".bss\n.space 65536\n"
	   "END\n"
	   "printf 'SECTIONS { . = %s; .text : AT(%s) { *(.text) } . = %s; .data : { *(.data) } "
	   ".bss : { "
	   "*(.bss) } /DISCARD/ : { *(.note*) *(.ARM.attributes) } }' >$D/x.lds; CC='%s'; " LINK,
	   code, lma, data, cc);
}

#define A64 "aarch64-linux-gnu-gcc"
#define A32 "arm-linux-gnueabihf-gcc"

/* Write a field of the header or of program header I. */
#define PUT(type, at, field, value)                                                                \
	do {                                                                                       \
		type header;                                                                       \
                                                                                                   \
		load("elf");                                                                       \
		memcpy(&header, bytes + (at), sizeof(header));                                     \
		header.field = value;                                                              \
		memcpy(bytes + (at), &header, sizeof(header));                                     \
		store("bad");                                                                      \
	} while (0)
#define EHDR(field, value) PUT(Elf64_Ehdr, 0, field, value)
#define PHDR(i, field, value) PUT(Elf64_Phdr, 64 + 56 * (i), field, value)

static void segments_are_parts(void **state)
{
	(void)state;
	elf_make(A64, "0x40200000", "0x48000000", "0x40200000");
	opens("elf");
	assert_string_equal(image.kind, "ELF");
	assert_int_equal(image.arch, ARCH_A64);
	assert_int_equal(image.parts, 2);
	assert_int_equal(image.part[0].gpa, 0x40200000);
	assert_true(image.part[0].placed);
	assert_true(image.entry_given);
	assert_int_equal(image.entry, 0x40200004);
	assert_int_equal(image.part[1].gpa, 0x48000000);
	assert_int_equal(image.part[1].bytes.size, 19);
	assert_true(image.part[1].written && !image.part[0].written);
	assert_in_range(image.part[1].footprint, 19 + 65536, 19 + 65536 + 64); /* with its bss */
	sh("printf 'data that is loaded' >$D/data");
	holds_file(&image.part[1].bytes, "data");
}

static void the_one_with_the_entry_is_first(void **state)
{
	(void)state;
	elf_make(A64, "0x48000000", "0x40200000", "0x48000000");
	opens("elf");
	assert_int_equal(image.part[0].gpa, 0x48000000);
	assert_int_equal(image.part[1].gpa, 0x40200000);
	assert_int_equal(image.entry, 0x48000004);
}

static void entry_is_where_its_segment_is_loaded(void **state)
{
	(void)state;
	elf_make(A64, "0xffff000040200000", "0xffff000048000000", "0x40200000");
	opens("elf");
	assert_int_equal(image.part[0].gpa, 0x40200000);
	assert_int_equal(image.entry, 0x40200004);
}

static void thirty_two_bits(void **state)
{
	(void)state;
	elf_make(A32, "0x40008000", "0x48000000", "0x40008000");
	opens("elf");
	assert_int_equal(image.arch, ARCH_A32);
	assert_int_equal(image.parts, 2);
	assert_int_equal(image.entry, 0x40008004);
}

static void what_is_no_executable_for_the_guest(void **state)
{
	(void)state;
	sh("cd $D; echo 'int x;' >x.c; " A64 " -c -o elf x.c");
	is_refused("elf", "E-KIND", "an ELF that is not linked");
	sh("cp /bin/true $D/elf");
	is_refused("elf", "E-KIND", "an ELF for another kind of CPU");
	elf_make(A64 " -mbig-endian", "0x40200000", "0x48000000", "0x40200000");
	is_refused("elf", "E-KIND", "a big-endian ELF");
	elf_make(A64, "0x40200000", "0x48000000", "0x40200000");
	load("elf");
	bytes[EI_CLASS] = 3;
	store("bad");
	is_refused("bad", "E-DAMAGED", "class 3 is neither 32 nor 64 bits");
	EHDR(e_phnum, 0);
	is_refused("bad", "E-DAMAGED", "no segment to be loaded has bytes at the entry 0x40200004");
}

static void entry_outside_of_all_segments(void **state)
{
	(void)state;
	elf_make(A64, "0x40200000", "0x48000000", "0x40200000");
	EHDR(e_entry, 0x40300000);
	is_refused("bad", "E-DAMAGED", "no segment to be loaded has bytes at the entry 0x40300000");
	EHDR(e_entry, 0x401ffffc);
	is_refused("bad", "E-DAMAGED", "bytes at the entry 0x401ffffc");
}

static void segments_that_lie(void **state)
{
	(void)state;
	elf_make(A64, "0x40200000", "0x48000000", "0x40200000");
	PHDR(1, p_filesz, 1 << 20);
	is_refused("bad", "E-DAMAGED",
		   "byte 120 of the ELF: a segment has 1048576 bytes in the file");
	PHDR(1, p_offset, UINT64_MAX);
	is_refused("bad", "E-DAMAGED", "a segment ends at byte");
	PHDR(1, p_offset, (uint64_t)1 << 40);
	is_refused("bad", "E-DAMAGED", "a segment ends at byte");
	EHDR(e_phoff, UINT64_MAX - 8);
	is_refused("bad", "E-DAMAGED", "program header 0 of 2 lies at byte");
	EHDR(e_phentsize,
	     0); /* the same header over and over: parts of one place, the plan's affair */
	assert_int_equal(open_it("bad"), 0);
	assert_int_equal(image.parts, 2);
	PHDR(1, p_paddr, UINT64_MAX - 4); /* beyond all RAM: the plan says so */
	assert_int_equal(open_it("bad"), 0);
	assert_int_equal(image.part[1].gpa, UINT64_MAX - 4);
}

static void more_segments_than_there_is_room_for(void **state)
{
	(void)state;
	sh("cd $D; all=$(seq 0 16); for i in $all; do "
	   "echo \".section .s$i, \\\"ax\\\"; .globl s$i; s$i: .4byte 1\"; done >many.S; "
	   "{ echo 'PHDRS {'; for i in $all; do echo \"p$i PT_LOAD;\"; done; echo '} SECTIONS {'; "
	   "for i in $all; do echo \".s$i (0x40000000 + $i * 0x1000000) : { *(.s$i) } :p$i\"; "
	   "done; "
	   "echo '}'; } >many.lds; " A64
	   " -nostdlib -static -no-pie -Wl,--build-id=none,-T,many.lds,-e,s0 -o elf many.S");
	is_refused("elf", "E-DAMAGED", "more than 16 segments");
}

static void addresses_have_names(void **state)
{
	char name[40];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		elf_make(i ? A32 : A64, "0x40200000", "0x48000000", "0x40200000");
		opens("elf");
		assert_true(elf_file_symbol(&image, 0x40200004, name, sizeof(name)));
		assert_string_equal(name, "start+0x0");
		assert_true(elf_file_symbol(&image, 0x40200010, name, sizeof(name)));
		assert_string_equal(name, "helper+0x4");
		assert_true(elf_file_symbol(&image, 0x40200004, name,
					    5)); /* cut where there is no room */
		assert_string_equal(name, "star");
		assert_false(elf_file_symbol(&image, 0x401fffff, name, sizeof(name)));
	}
	sh("aarch64-linux-gnu-strip -o $D/stripped $C/u-boot/qemu_arm64/uboot.elf");
	opens("stripped");
	assert_false(elf_file_symbol(&image, image.entry, name, sizeof(name)));
}

static void cut_off_at_any_structure(void **state)
{
	size_t loaded = 0;

	(void)state;
	elf_make(A64, "0x40200000", "0x48000000", "0x40200000");
	opens("elf");
	for (unsigned i = 0; i < image.parts; i++)
		if (image.part[i].bytes.at + image.part[i].bytes.size > loaded)
			loaded = image.part[i].bytes.at + image.part[i].bytes.size;
	load("elf");
	for (size_t n = 4; n < loaded; n += n < 256 ? 1 : 101) {
		store_first("cut", n);
		is_refused("cut", "E-DAMAGED", "of the ELF:");
	}
	for (size_t n = loaded; n < size; n += 7) { /* symbols are not needed */
		char name[40];

		store_first("cut", n);
		opens("cut");
		elf_file_symbol(&image, image.entry, name, sizeof(name));
	}
}

static void damaged_anywhere(void **state)
{
	size_t headers;

	(void)state;
	elf_make(A64, "0x40200000", "0x48000000", "0x40200000");
	any_byte_may_change("elf", 0, 64 + 2 * 56, 1);
	headers = size;
	for (size_t at = headers - 9 * 64; at < headers;
	     at++) { /* sections: only symbols need them */
		char name[40];

		load("elf");
		bytes[at] ^= 0x80;
		store("changed");
		if (!open_it("changed"))
			elf_file_symbol(&image, image.entry, name, sizeof(name));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments_are_parts),
		cmocka_unit_test(the_one_with_the_entry_is_first),
		cmocka_unit_test(entry_is_where_its_segment_is_loaded),
		cmocka_unit_test(thirty_two_bits),
		cmocka_unit_test(what_is_no_executable_for_the_guest),
		cmocka_unit_test(entry_outside_of_all_segments),
		cmocka_unit_test(segments_that_lie),
		cmocka_unit_test(more_segments_than_there_is_room_for),
		cmocka_unit_test(addresses_have_names),
		cmocka_unit_test(cut_off_at_any_structure),
		cmocka_unit_test(damaged_anywhere),
	};

	return cmocka_run_group_tests(tests, maker_begin, maker_end);
}
