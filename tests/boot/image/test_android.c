// SPDX-License-Identifier: BSD-2-Clause
// boot.img of all header versions, made by mkbootimg; version 4 from version 3 by its definition.
#include "tests/boot/image/maker.h"

#define MAKE "mkbootimg --kernel $D/kernel --ramdisk $D/ramdisk -o $D/boot.img "

static void versions_0_to_2(void **state)
{
	(void)state;
	for (unsigned version = 0; version < 3; version++)
		for (unsigned page = 2048; page <= 16384; page *= 2) {
			sh(MAKE "--header_version %u --pagesize %u %s --base 0x80000000 "
				"--kernel_offset 0x200000 --cmdline 'console=ttyAMA0 one'",
			   version, page, version == 2 ? "--dtb $D/tree" : "");
			opens("boot.img");
			assert_string_equal(image.kind, "Android boot.img");
			assert_int_equal(image.parts, 1);
			holds_file(&image.part[0].bytes, "kernel");
			holds_file(&image.ramdisk, "ramdisk");
			assert_true(image.part[0].placed && image.part[0].loaded);
			assert_int_equal(image.part[0].gpa, 0x80200000);
			assert_string_equal(image.bootargs, "console=ttyAMA0 one");
			if (version == 2)
				holds_file(&image.tree, "tree");
			else
				assert_int_equal(image.tree.fd, -1);
		}
}

static void versions_3_and_4(void **state)
{
	(void)state;
	sh(MAKE "--header_version 3 --cmdline 'quiet'");
	opens("boot.img");
	holds_file(&image.part[0].bytes, "kernel");
	holds_file(&image.ramdisk, "ramdisk");
	assert_false(image.part[0].placed);
	assert_string_equal(image.bootargs, "quiet");
	load("boot.img");
	bytes[40] = 4;
	store("boot4.img");
	opens("boot4.img");
	holds_file(&image.part[0].bytes, "kernel");
	holds_file(&image.ramdisk, "ramdisk");
}

static void long_command_line(void **state)
{
	char line[1500];

	(void)state;
	for (unsigned i = 0; i < sizeof(line) - 1; i++)
		line[i] = (char)('a' + i % 26);
	line[sizeof(line) - 1] = '\0';
	for (unsigned version = 0; version < 4; version += 3) {
		sh(MAKE "--header_version %u --cmdline %s", version, line);
		opens("boot.img");
		assert_string_equal(image.bootargs, line);
	}
}

static void kernel_that_nobody_placed(void **state)
{
	(void)state;
	sh(MAKE);
	opens("boot.img");
	assert_false(image.part[0].placed);
	/* Once Qualcomm had the size of a table of trees where the version is now. */
	load("boot.img");
	bytes[41] = 0x10;
	store("qcom.img");
	opens("qcom.img");
	holds_file(&image.part[0].bytes, "kernel");
}

static void what_is_left_out(void **state)
{
	(void)state;
	/* Debian's mkbootimg fails at --recovery_dtbo: the header's field and a page are put there. */
	sh(MAKE "--header_version 1 --second $D/other; head -c 2048 $D/kernel >>$D/boot.img");
	load("boot.img");
	bytes[1632] = 100;
	store("boot.img");
	opens("boot.img");
	assert_string_equal(image.note,
			    "its second stage is left out; its recovery overlays are left out");
	sh("cat $D/tree $D/tree >$D/trees; " MAKE "--header_version 2 --dtb $D/trees");
	opens("boot.img");
	holds_file(&image.tree, "tree");
	assert_string_equal(image.note, "the first of its trees is taken");
	sh(MAKE "--header_version 2 --dtb $D/other");
	opens("boot.img");
	assert_int_equal(image.tree.fd, -1);
	assert_string_equal(image.note, "its tree is left out (no plain device tree)");
	sh("head -c 40 $D/tree >$D/cut.dtb; " MAKE "--header_version 2 --dtb $D/cut.dtb");
	is_refused("boot.img", "E-DAMAGED", "its tree has");
}

static void what_has_no_kernel(void **state)
{
	(void)state;
	sh(": >$D/empty; mkbootimg --header_version 3 --kernel $D/empty --ramdisk $D/ramdisk -o "
	   "$D/boot.img");
	is_refused("boot.img", "E-KIND", "has no kernel");
	sh("mkbootimg --header_version 3 --vendor_ramdisk $D/ramdisk --dtb $D/tree --vendor_boot "
	   "$D/vendor.img");
	is_refused("vendor.img", "E-KIND", "vendor_boot image, which has no kernel");
}

static void damaged_boot_img(void **state)
{
	(void)state;
	sh(MAKE "--header_version 2 --dtb $D/tree");
	load("boot.img");
	for (size_t n = 8; n < size - 2048;
	     n += n < 1700 ? 1 : 97) { /* the last page is filled up */
		store_first("cut", n);
		if (!open_it("cut"))
			fail_msg("it is read though it is cut off at byte %zu of %zu", n, size);
	}
	bytes[36] = 1; /* pages of 2049 bytes */
	store("bad");
	is_refused("bad", "E-DAMAGED", "byte 36 of the boot.img: pages of 2049 bytes cannot be");
	memset(bytes + 36, 0, 4);
	store("bad");
	is_refused("bad", "E-DAMAGED", "pages of 0 bytes cannot be");
	load("boot.img");
	memset(bytes + 8, 0xff, 4);
	store("bad");
	is_refused("bad", "E-DAMAGED", "a part of 4294967295 bytes begins at byte 2048");
	any_byte_may_change("boot.img", 0, 1660, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_0_to_2),   cmocka_unit_test(versions_3_and_4),
		cmocka_unit_test(long_command_line), cmocka_unit_test(kernel_that_nobody_placed),
		cmocka_unit_test(what_is_left_out),  cmocka_unit_test(what_has_no_kernel),
		cmocka_unit_test(damaged_boot_img),
	};

	return cmocka_run_group_tests(tests, maker_begin, maker_end);
}
