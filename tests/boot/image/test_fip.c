// SPDX-License-Identifier: BSD-2-Clause
// FIPs made by fiptool: BL33 is what runs, the others are told.
#include "tests/boot/image/maker.h"

static void fip_make(void)
{
	sh("fiptool create --tb-fw $D/other --soc-fw $D/third --tos-fw $D/other --scp-fw $D/third "
	   "--nt-fw $D/kernel --hw-config $D/tree --nt-fw-config $D/tree $D/fip");
}

static void bl33_is_what_runs(void **state)
{
	(void)state;
	fip_make();
	opens("fip");
	assert_string_equal(image.kind, "FIP");
	assert_int_equal(image.parts, 1);
	holds_file(&image.part[0].bytes, "kernel");
	assert_false(image.part[0].placed);
	assert_string_equal(
		image.note,
		"BL2 is left out; SCP_BL2 is left out; BL31 is left out; BL32 is left out; "
		"2 more parts are left out");
	sh("fiptool create --align 4096 --nt-fw $D/kernel $D/fip");
	opens("fip");
	holds_file(&image.part[0].bytes, "kernel");
}

static void bl33_may_be_any_format(void **state)
{
	(void)state;
	sh("gzip -c $C/u-boot/qemu_arm64/u-boot.bin >$D/u.gz; fiptool create --nt-fw $D/u.gz "
	   "$D/fip");
	opens("fip");
	assert_string_equal(image.kind, "FIP, gzip, U-Boot");
	assert_true(image.linked);
}

static void fip_without_bl33(void **state)
{
	(void)state;
	sh("fiptool create --tb-fw $D/other $D/fip");
	is_refused("fip", "E-KIND", "has no BL33");
	sh("fiptool create $D/fip");
	is_refused("fip", "E-KIND", "has no BL33");
}

static void damaged_fip(void **state)
{
	(void)state;
	fip_make();
	cut_is_refused("fip", 0, 41);
	load("fip");
	memset(bytes + 16 + 40 * 4 + 16, 0xff, 8); /* the fifth part's offset */
	store("bad");
	is_refused("bad", "E-DAMAGED", "byte 176 of the FIP: part 4 has");
	load("fip");
	memset(bytes + 16 + 40 * 4 + 24, 0xff, 8); /* its size */
	store("bad");
	is_refused("bad", "E-DAMAGED", "part 4 has 18446744073709551615 bytes");
	load("fip");
	memset(bytes + 16 + 40 * 7, 1, size - 16 - 40 * 7); /* no end of the list */
	for (size_t at = 16 + 40 * 7; at + 40 <= size; at += 40)
		memset(bytes + at + 16, 0, 16);
	store("bad");
	is_refused("bad", "E-DAMAGED", "its list of parts does not end");
	any_byte_may_change("fip", 0, 16 + 40 * 8, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bl33_is_what_runs),
		cmocka_unit_test(bl33_may_be_any_format),
		cmocka_unit_test(fip_without_bl33),
		cmocka_unit_test(damaged_fip),
	};

	return cmocka_run_group_tests(tests, maker_begin, maker_end);
}
