// SPDX-License-Identifier: BSD-2-Clause
// The board's tree and the guest's, brought in from files: padded, cut off at every length, or none at all.
#include <fcntl.h>
#include <sys/stat.h>

#include "boot/trees.h"
#include "tests/boot/planner.h"

static char path[] = "/tmp/kvmshim-trees-XXXXXX";
static struct tree tree;
static struct board board;
static const char *guest_path;

static void file_put(const void *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
}

static int board_read(const void *bytes, size_t size)
{
	file_put(bytes, size);
	p.f = (struct failure){ .text = "" };
	return trees_board_read(path, &tree, &board, &p.f);
}

static int guest_read(void)
{
	p.f = (struct failure){ .text = "" };
	return trees_guest_read(&p.settings, &p.host, &p.firmware, &p.board, &p.board_tree, &tree,
				&guest_path, &p.f);
}

static void refused(const char *code, const char *words)
{
	assert_int_equal(p.f.outcome, OUTCOME_BAD_CONFIG);
	assert_string_equal(p.f.code, code);
	if (!strstr(p.f.text, words))
		fail_msg("no \"%s\" in: %s", words, p.f.text);
}

static void board_padded_to_a_megabyte(void **state)
{
	static uint8_t padded[1 << 20];

	(void)state;
	memcpy(padded, p.board_blob.bytes, p.board_blob.size);
	padded[4] = 0, padded[5] = 0x10, padded[6] = padded[7] = 0; /* totalsize, as QEMU does it */
	assert_int_equal(board_read(padded, sizeof(padded)), 0);
	assert_string_equal(board.model, "A small board");
	assert_int_equal(board.memory_total, 4096 * MIB);
	assert_true(tree.used < 8192);
}

static void board_cut_off_at_any_length(void **state)
{
	(void)state;
	for (size_t size = 0; size < p.board_blob.size; size += size < 100 ? 1 : 13) {
		assert_int_equal(board_read(p.board_blob.bytes, size), -1);
		refused(size < 40 ? "E-NOTREE" : "E-TRUNCATED", path);
		assert_non_null(strstr(p.f.text, size < 40 ? "give a .dtb file" : "copy it again"));
	}
}

static void guest_cut_off_at_any_length(void **state)
{
	char machine[64];

	(void)state;
	snprintf(machine, sizeof(machine), "--machine=%s", path);
	SET(machine);
	for (size_t size = 0; size < p.blob.size; size += size < 100 ? 1 : 29) {
		file_put(p.blob.bytes, size);
		assert_int_equal(guest_read(), -1);
		refused(size < 40 ? "E-NOTREE" : "E-TRUNCATED", path);
	}
	file_put(p.blob.bytes, p.blob.size);
	assert_int_equal(guest_read(), 0);
}

static void header_that_lies(void **state)
{
	static struct blob blob;

	(void)state;
	for (unsigned at = 4; at < 40; at++) {
		blob = p.board_blob;
		blob.bytes[at] ^= 0x81;
		if (board_read(blob.bytes, blob.size))
			assert_non_null(strstr(p.f.text, path));
	}
	blob = p.board_blob;
	blob.bytes[6] = 0, blob.bytes[7] = 8; /* a total size less than the header's own */
	assert_int_equal(board_read(blob.bytes, blob.size), -1);
	blob = p.board_blob;
	blob.bytes[4] = 0x7f; /* two gigabytes; and its blocks lie up there */
	blob.bytes[8] = 0x7e;
	assert_int_equal(board_read(blob.bytes, blob.size), -1);
}

static void bad_node_is_named(void **state)
{
	(void)state;
	blob_fdtput(&p.board_blob, "-t x",
		    "/interrupt-controller@8000000 reg 0 8000100 0 10000 0 80a0000 0 f60000");
	assert_int_equal(board_read(p.board_blob.bytes, p.board_blob.size), -1);
	refused("E-BADTREE", "node /interrupt-controller@8000000");
	assert_non_null(strstr(p.f.text, path));
}

static void files_that_are_none(void **state)
{
	(void)state;
	assert_int_equal(trees_board_read("/nonexistent/b.dtb", &tree, &board, &p.f), -1);
	refused("E-NOTREE", "board tree /nonexistent/b.dtb cannot be read: No such file");
	assert_int_equal(trees_board_read("/", &tree, &board, &p.f), -1);
	refused("E-NOTREE", "Is a directory");
	SET("--machine=/nonexistent/g.dtb");
	assert_int_equal(guest_read(), -1);
	refused("E-NOTREE", "guest tree /nonexistent/g.dtb");
	SET("--overlay=/nonexistent/o.dtbo");
	assert_int_equal(guest_read(), -1);
	refused("E-NOTREE", "overlay tree /nonexistent/o.dtbo");
	assert_non_null(strstr(p.f.text, "give the path of a .dtbo file, as dtc makes it"));
}

/* What U-Boot has behind it: the tree of the board that it was built for. */
static void uboot_tree_of(const char *compatible)
{
	static struct blob blob;
	char text[128];

	snprintf(text, sizeof(text), "/ { compatible = \"%s\"; model = \"U-Boot's\"; };",
		 compatible);
	blob_compile(&blob, "", text);
	file_put(blob.bytes, blob.size);
	p.firmware.uboot_tree = (struct span){ open(path, O_RDONLY), 0, blob.size };
	p.firmware.path = "u-boot-x.bin";
}

static const char *model_mirrored(void)
{
	assert_int_equal(guest_read(), 0);
	return tree_prop_string(&tree, 0, TREE_MODEL);
}

static void mirror_is_the_board_or_the_one_uboot_is_for(void **state)
{
	static char damaged[4096];

	(void)state;
	SET("--machine=mirror", "--board-dtb=/b.dtb");
	assert_string_equal(model_mirrored(), "A small board");
	assert_string_equal(guest_path, "/b.dtb");
	uboot_tree_of("acme,another");
	assert_string_equal(model_mirrored(), "U-Boot's");
	assert_string_equal(guest_path, "u-boot-x.bin");
	uboot_tree_of(p.board.compatible);
	assert_string_equal(model_mirrored(), "A small board");
	assert_string_equal(guest_path, "/b.dtb");
	file_put(memset(damaged, 'x', sizeof(damaged)), sizeof(damaged));
	assert_int_equal(guest_read(), -1);
	assert_string_equal(p.f.code, "E-BADTREE");
}

static bool has_gicv3(void)
{
	return tree_compatible(&tree, (unsigned)tree_by_path(&tree, "/interrupt-controller"),
			       "arm,gic-v3");
}

static void virt_has_the_gic_asked_for_or_the_newest(void **state)
{
	(void)state;
	SET("--memory=64M");
	assert_int_equal(guest_read(), 0);
	assert_true(has_gicv3());
	p.host.gic_v3 = false;
	assert_int_equal(guest_read(), 0);
	assert_false(has_gicv3());
	SET("--gic=3");
	assert_int_equal(guest_read(), 0);
	assert_true(has_gicv3());
	p.host.gic_v3 = true;
	SET("--gic=2");
	assert_int_equal(guest_read(), 0);
	assert_false(has_gicv3());
}

static bool has_fw_cfg(void)
{
	return tree_by_path(&tree, "/fw-cfg@9020000") >= 0;
}

static void virt_has_fw_cfg_for_uefi_only(void **state)
{
	char machine[128];

	(void)state;
	SET("--memory=64M");
	assert_int_equal(guest_read(), 0);
	assert_false(has_fw_cfg());
	p.firmware.uefi = true;
	for (unsigned v3 = 0; v3 < 2; v3++) {
		p.host.gic_v3 = v3;
		assert_int_equal(guest_read(), 0);
		assert_true(has_fw_cfg());
	}
	/* A tree that was given is the machine as it is. */
	file_put(dts_virt_gicv3_begin, (size_t)(dts_virt_gicv3_end - dts_virt_gicv3_begin));
	snprintf(machine, sizeof(machine), "--machine=%s", path);
	SET(machine);
	assert_int_equal(guest_read(), 0);
	assert_false(has_fw_cfg());
	p.firmware.uefi = false;
}

/* dtc -p and U-Boot's fdt resize leave room behind a tree: its totalsize says more than it uses. */
static void padded_machine_and_overlay(void **state)
{
	static uint8_t padded[1 << 16];
	static struct blob overlay;
	char machine[sizeof(path) + 2], option[128], which[128];
	uint32_t len;

	(void)state;
	snprintf(machine, sizeof(machine), "%s.2", path);
	memcpy(padded, dts_virt_gicv3_begin, (size_t)(dts_virt_gicv3_end - dts_virt_gicv3_begin));
	padded[4] = 0, padded[5] = 1, padded[6] = padded[7] = 0;
	int fd = open(machine, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, padded, sizeof(padded)), sizeof(padded));
	close(fd);
	blob_compile(&overlay, "", "/plugin/; &uart0 { order = \"only\"; };");
	memset(padded, 0, sizeof(padded));
	memcpy(padded, overlay.bytes, overlay.size);
	padded[4] = 0, padded[5] = 1, padded[6] = padded[7] = 0;
	file_put(padded, sizeof(padded));
	snprintf(option, sizeof(option), "--overlay=%s", path);
	snprintf(which, sizeof(which), "--machine=%s", machine);
	SET(option, which);
	assert_int_equal(guest_read(), 0);
	const unsigned uart = (unsigned)tree_by_path(&tree, "/serial@9000000");
	assert_string_equal(tree_prop_named(&tree, uart, "order", &len), "only");
	unlink(machine);
}

static void overlays_are_applied_in_order(void **state)
{
	static struct blob overlay;
	char second[sizeof(path) + 2], option[128];
	uint32_t len;

	(void)state;
	snprintf(second, sizeof(second), "%s.2", path);
	blob_compile(&overlay, "", "/plugin/; &uart0 { order = \"first\"; };");
	file_put(overlay.bytes, overlay.size);
	blob_compile(&overlay, "", "/plugin/; &uart0 { order = \"second\"; };");
	int fd = open(second, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, overlay.bytes, overlay.size), overlay.size);
	close(fd);
	snprintf(option, sizeof(option), "--overlay=%s,%s", path, second);
	SET(option);
	assert_int_equal(guest_read(), 0);
	const unsigned uart = (unsigned)tree_by_path(&tree, "/serial@9000000");
	assert_string_equal(tree_prop_named(&tree, uart, "order", &len), "second");
	assert_int_equal(truncate(second, 60), 0);
	assert_int_equal(guest_read(), -1);
	refused("E-TRUNCATED", second);
	blob_compile(&overlay, "", "/plugin/; &no_such_label { x; };");
	file_put(overlay.bytes, overlay.size);
	assert_int_equal(guest_read(), -1);
	refused("E-BADTREE", path);
	unlink(second);
}

static int begin(void **state)
{
	strcpy(path + sizeof(path) - 7, "XXXXXX");
	int fd = mkstemp(path);

	return fd < 0 || close(fd) ? -1 : planner_begin(state);
}

static int end(void **state)
{
	(void)state;
	return unlink(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(board_padded_to_a_megabyte),
		TEST(board_cut_off_at_any_length),
		TEST(guest_cut_off_at_any_length),
		TEST(header_that_lies),
		TEST(bad_node_is_named),
		TEST(files_that_are_none),
		TEST(virt_has_the_gic_asked_for_or_the_newest),
		TEST(mirror_is_the_board_or_the_one_uboot_is_for),
		TEST(virt_has_fw_cfg_for_uefi_only),
		TEST(padded_machine_and_overlay),
		TEST(overlays_are_applied_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
