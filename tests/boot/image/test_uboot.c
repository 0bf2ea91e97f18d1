// SPDX-License-Identifier: BSD-2-Clause
// The board that a U-Boot was built for, by the tree behind it: Debian's builds, whatever their first words are.
#include <libfdt.h>

#include "tests/boot/image/maker.h"

static const struct {
	const char *path, *kind, *compatible;
	uint64_t gpa; /* 0: the Linux header says where */
} build[] = {
	{ "rockchip/rockpro64-rk3399", "U-Boot", "rockchip,rk3399", 0x200000 },
	{ "sunxi/pinephone", "U-Boot", "allwinner,sun50i-a64", 0x4a000000 },
	{ "amlogic/odroid-n2", "U-Boot", "amlogic,g12b", 0x1000000 },
	{ "mvebu/mvebu_espressobin-88f3720", "U-Boot", "marvell,armada3720", 0 },
	{ "qcom/dragonboard410c", "U-Boot", "qcom,dragonboard", 0x8f600000 },
	/* A Linux header in front, of which _start is a part and of which it is not. */
	{ "tegra/p2371-2180", "Linux Image, U-Boot", "nvidia,tegra210", 0 },
	{ "qcom/dragonboard820c", "Linux Image, U-Boot", "arrow,apq8096-db820c", 0 },
};

static void tree_behind_each_kind_of_uboot(void **state)
{
	static uint8_t tree[256 << 10];

	(void)state;
	for (unsigned i = 0; i < sizeof(build) / sizeof(*build); i++) {
		const char *compatible;
		int len;

		sh("cp $C/boards/%s/u-boot.bin $D/u-boot", build[i].path);
		opens("u-boot");
		assert_string_equal(image.kind, build[i].kind);
		assert_int_equal(image.arch, ARCH_A64);
		if (build[i].gpa)
			assert_int_equal(image.link_gpa, build[i].gpa);
		assert_true(image.uboot_tree.fd >= 0 && image.uboot_tree.size <= sizeof(tree));
		assert_int_equal(
			span_read(&image.uboot_tree, 0, tree, (size_t)image.uboot_tree.size), 0);
		assert_int_equal(fdt_check_full(tree, (size_t)image.uboot_tree.size), 0);
		compatible = fdt_getprop(tree, 0, "compatible", &len);
		if (!compatible || !fdt_stringlist_contains(compatible, len, build[i].compatible))
			fail_msg("%s: %s", build[i].path, compatible);
	}
}

static void without_a_tree_behind_it(void **state)
{
	(void)state;
	sh("cp $C/boards/rpi/rpi_4/u-boot.bin $D/u-boot");
	opens("u-boot");
	assert_string_equal(image.kind, "U-Boot");
	assert_int_equal(image.uboot_tree.fd, -1);
	sh("cp $C/boards/rockchip/rockpro64-rk3399/u-boot-nodtb.bin $D/u-boot");
	opens("u-boot");
	assert_int_equal(image.uboot_tree.fd, -1);
	/* A kernel is none, whatever its code branches to. */
	sh("cp $C/linux-6.1/Image $D/u-boot");
	opens("u-boot");
	assert_string_equal(image.kind, "Linux Image");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree_behind_each_kind_of_uboot),
		cmocka_unit_test(without_a_tree_behind_it),
	};

	return cmocka_run_group_tests(tests, maker_begin, maker_end);
}
