// SPDX-License-Identifier: BSD-2-Clause
// What is flashed: SPLs of Debian's boards and what lies behind them, put together as U-Boot's build does.
#include "tests/boot/image/maker.h"

#define SUNXI "$C/boards/sunxi/pine64_plus"
#define RK "$C/boards/rockchip/rock64-rk3328"
#define RK3399 "$C/boards/rockchip/rockpro64-rk3399"

/* u-boot-sunxi-with-spl.bin: the SPL, at least 32 KiB, then the FIT or uImage. */
static void allwinner(void **state)
{
	(void)state;
	sh("cat " SUNXI "/sunxi-spl.bin " SUNXI "/u-boot-sunxi-with-spl.fit.itb >$D/flash");
	opens("flash");
	assert_string_equal(image.kind, "Allwinner SPL, FIT, U-Boot");
	assert_int_equal(image.parts, 2);
	sh("cp " SUNXI "/u-boot-nodtb.bin $D/nodtb; cp " SUNXI
	   "/sun50i-a64-pine64-plus.dtb $D/dtb");
	assert_int_equal(image.part[0].gpa, 0x4a000000);
	holds_file(&image.part[0].bytes, "nodtb");
	assert_int_equal(image.part[1].gpa, 0x4a000000 + (size + 7) / 8 * 8);
	load("flash");
	cut_is_refused("flash", 12, 30011);
	sh("cat " SUNXI
	   "/sunxi-spl.bin $D/u >$D/flash || mkimage -A arm -O u-boot -T firmware -C none -a "
	   "4a000000 -e 4a000000 -d $D/kernel $D/u; cat " SUNXI "/sunxi-spl.bin $D/u >$D/flash");
	opens("flash");
	assert_string_equal(image.kind, "Allwinner SPL, uImage");
	holds_file(&image.part[0].bytes, "kernel");
}

/* An SPL of more than 32 KiB: U-Boot follows where its header's length ends. */
static void allwinner_with_a_large_spl(void **state)
{
	(void)state;
	sh("head -c 40000 /dev/zero >$D/spl; mkimage -T sunxi_egon -d $D/spl $D/egon; "
	   "mkimage -A arm -O u-boot -T firmware -C none -a 4a000000 -e 4a000000 -d $D/kernel "
	   "$D/u; "
	   "cat $D/egon $D/u >$D/flash");
	opens("flash");
	holds_file(&image.part[0].bytes, "kernel");
	/* A small one: U-Boot lies at 32 KiB all the same. */
	sh("head -c 9000 /dev/zero >$D/spl; mkimage -T sunxi_egon -d $D/spl $D/egon; truncate -s "
	   "32K "
	   "$D/egon; cat $D/egon $D/u >$D/flash");
	opens("flash");
	holds_file(&image.part[0].bytes, "kernel");
	sh("openssl genrsa -out $D/root_key.pem 2048; head -c 40000 /dev/zero >$D/spl; "
	   "cd $D; mkimage -T sunxi_toc0 -A arm64 -a 0x20060 -k $D -d spl toc0; cat toc0 u >flash");
	opens("flash");
	assert_string_equal(image.kind, "Allwinner SPL, uImage");
	holds_file(&image.part[0].bytes, "kernel");
}

/* u-boot-rockchip.bin: idbloader.img, and u-boot.itb at CONFIG_SPL_PAD_TO or, in SPI flash, elsewhere. */
static void rockchip(void **state)
{
	static const char *const at[] = { "0x7f8000", "0x60000", "0xe0000", "0x100000" };

	(void)state;
	for (unsigned i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		sh("cp " RK "/idbloader.img $D/flash; truncate -s $((%s)) $D/flash; cat " RK
		   "/u-boot.itb >>$D/flash; cp " RK "/u-boot-nodtb.bin $D/nodtb; cp " RK
		   "/rk3328-rock64.dtb $D/dtb",
		   at[i]);
		opens("flash");
		assert_string_equal(image.kind, "Rockchip SPL, FIT, U-Boot");
		assert_int_equal(image.parts, 2);
		assert_int_equal(image.part[0].gpa, 0x200000);
		holds_file(&image.part[0].bytes, "nodtb");
		assert_int_equal(image.part[1].gpa, 0x200000 + (size + 7) / 8 * 8);
		holds_file(&image.part[1].bytes, "dtb");
	}
	/* The newer header, of RK35xx. */
	sh("mkimage -n rk3568 -T rksd -d " RK "/u-boot-tpl.bin $D/flash; head -c 4 $D/flash | grep "
	   "RKNS; truncate -s $((0x7f8000)) $D/flash; cat " RK3399 "/u-boot.itb >>$D/flash");
	opens("flash");
	assert_string_equal(image.kind, "Rockchip SPL, FIT, U-Boot");
}

static void spl_alone(void **state)
{
	(void)state;
	sh("cp " SUNXI "/sunxi-spl.bin $D/spl");
	is_refused("spl", "E-KIND", "has no U-Boot behind its SPL");
	assert_non_null(strstr(failure.text, "u-boot-sunxi-with-spl.bin"));
	sh("cp " RK "/idbloader.img $D/spl");
	is_refused("spl", "E-KIND", "give u-boot.itb, u-boot.bin or u-boot-rockchip.bin");
	sh("cp " RK "/u-boot-spl.bin $D/spl");
	is_refused("spl", "E-KIND", "is an SPL or TPL, which only sets up a board's RAM");
	sh("cp " RK "/u-boot-tpl.bin $D/spl");
	is_refused("spl", "E-KIND", "is an SPL or TPL");
	sh("cp " RK "/idbloader.img $D/spl; truncate -s 9M $D/spl");
	is_refused("spl", "E-KIND", "has no U-Boot behind its SPL");
	load("spl");
	store_first("cut", 5);
	is_refused("cut", "E-KIND", "Rockchip SPL");
	sh("head -c 17 " SUNXI "/sunxi-spl.bin >$D/cut");
	is_refused("cut", "E-DAMAGED", "ends within its header");
}

static void uboot_is_no_spl(void **state)
{
	(void)state;
	sh("cp $C/boards/rockchip/rock64-rk3328/u-boot.bin $D/u");
	opens("u");
	assert_string_equal(image.kind, "U-Boot");
}

/* Boot images of others, made by mkimage: told by name. */
static void other_vendors(void **state)
{
	(void)state;
	sh("mkimage -T zynqmpimage -d $D/kernel $D/boot");
	is_refused("boot", "E-KIND", "AMD/Xilinx boot image");
	sh("printf 'IMAGE_VERSION 2\\nBOOT_FROM sd\\nDATA 4 0x1 0x2\\n' >$D/cfg; mkimage -n $D/cfg "
	   "-T "
	   "imximage -e 0x1000 -d $D/kernel $D/boot");
	is_refused("boot", "E-KIND", "i.MX boot image");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allwinner),	   cmocka_unit_test(allwinner_with_a_large_spl),
		cmocka_unit_test(rockchip),	   cmocka_unit_test(spl_alone),
		cmocka_unit_test(uboot_is_no_spl), cmocka_unit_test(other_vendors),
	};

	return cmocka_run_group_tests(tests, maker_begin, maker_end);
}
