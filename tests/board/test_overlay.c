// SPDX-License-Identifier: BSD-2-Clause
// Overlays: what they do to a tree, in order, and every reason to refuse one.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "board/overlay.h"
#include "tests/board/treetool.h"

static struct blob base, dtbo, out;
static struct tree_error err;

static int setup(void **state)
{
	(void)state;
	blob_compile(&base, "",
		     "/ { a: a { v = <1>; }; b { w = <1>; old; c { }; }; p: pic { }; };");
	assert_int_equal(overlay_begin(out.bytes, sizeof(out.bytes), base.bytes, base.size, &err),
			 0);
	return 0;
}

static int apply(const char *text)
{
	blob_compile(&dtbo, "", text);
	err = (struct tree_error){ .node = 5 };
	return overlay_apply(out.bytes, dtbo.bytes, dtbo.size, &err);
}

static void end(void)
{
	out.size = overlay_end(out.bytes);
	assert_int_equal(out.size, fdt_totalsize(out.bytes));
	assert_int_equal(fdt_check_full(out.bytes, out.size), 0);
}

static void assert_u32(const char *path, const char *name, uint32_t want)
{
	int len;
	const fdt32_t *p = fdt_getprop(out.bytes, fdt_path_offset(out.bytes, path), name, &len);

	assert_non_null(p);
	assert_int_equal(len, 4);
	assert_int_equal(fdt32_to_cpu(*p), want);
}

static void assert_refused(int ret, int code, const char *what)
{
	assert_int_equal(ret, -code);
	assert_string_equal(err.what, what);
	assert_int_equal(err.node, -1);
}

static void test_by_label_and_by_path(void **state)
{
	(void)state;
	assert_int_equal(apply("/plugin/; &a { v = <2>; n { m = <&p>; }; };"), 0);
	assert_int_equal(apply("/plugin/; &{/b} { w = <3>; };"), 0);
	end();
	assert_u32("/a", "v", 2);
	assert_u32("/b", "w", 3);
	const int pic = fdt_path_offset(out.bytes, "/pic");
	assert_u32("/a/n", "m", fdt_get_phandle(out.bytes, pic));
}

static void test_later_ones_stand_on_earlier_ones(void **state)
{
	(void)state;
	assert_int_equal(apply("/plugin/; &a { v = <7>; fresh: n { m = <1>; }; };"), 0);
	assert_int_equal(apply("/plugin/; &fresh { m = <2>; };"), 0);
	assert_int_equal(apply("/plugin/; &a { v = <8>; };"), 0);
	end();
	assert_u32("/a/n", "m", 2);
	assert_u32("/a", "v", 8);
}

static void test_the_source_stays_as_it_was(void **state)
{
	static struct blob before;

	(void)state;
	before = base;
	assert_int_equal(apply("/plugin/; &a { v = <2>; };"), 0);
	end();
	assert_memory_equal(before.bytes, base.bytes, base.size);
}

static void test_nothing_applied_gives_the_tree_back(void **state)
{
	(void)state;
	end();
	assert_u32("/b", "w", 1);
	assert_true(out.size <= base.size);
}

static void test_unknown_label(void **state)
{
	(void)state;
	assert_refused(apply("/plugin/; &nowhere { v = <2>; };"), EINVAL,
		       "names a node or label that the tree does not have");
	assert_non_null(strstr(err.remedy, "__symbols__"));
}

static void test_unknown_path(void **state)
{
	(void)state;
	assert_refused(apply("/plugin/; &{/z/y} { v = <2>; };"), EINVAL,
		       "names a node or label that the tree does not have");
}

static void test_tree_without_labels(void **state)
{
	(void)state;
	fdt_del_node(base.bytes, fdt_path_offset(base.bytes, "/__symbols__"));
	overlay_begin(out.bytes, sizeof(out.bytes), base.bytes, base.size, &err);
	assert_refused(apply("/plugin/; &a { v = <2>; };"), EINVAL,
		       "names a node or label that the tree does not have");
}

static void test_not_a_device_tree(void **state)
{
	(void)state;
	memset(dtbo.bytes, 'x', 100);
	assert_refused(overlay_apply(out.bytes, dtbo.bytes, 100, &err), EINVAL,
		       "is not a device tree");
	assert_refused(overlay_apply(out.bytes, dtbo.bytes, 0, &err), EINVAL, "ends too early");
}

/* Cut anywhere: refused, whatever libfdt calls it, and the bytes behind the end are not touched. */
static void test_cut_short(void **state)
{
	(void)state;
	blob_compile(&dtbo, "", "/plugin/; &a { v = <2>; };");
	for (size_t size = 0; size < dtbo.size; size++) {
		void *exact = malloc(size ? size : 1);
		memcpy(exact, dtbo.bytes, size);
		assert_int_equal(overlay_apply(out.bytes, exact, size, &err), -EINVAL);
		assert_string_not_equal(err.what, "libfdt has failed");
		free(exact);
	}
	end();
	assert_u32("/a", "v", 1); /* nothing of it has come in */
}

static void test_base_cut_short(void **state)
{
	(void)state;
	assert_refused(overlay_begin(out.bytes, sizeof(out.bytes), base.bytes, base.size - 1, &err),
		       EINVAL, "ends too early");
}

static void test_a_plain_tree_is_no_overlay(void **state)
{
	(void)state;
	assert_refused(apply("/ { a { v = <2>; }; };"), EINVAL, "is not an overlay");
}

/* Names of nodes are written otherwise there. */
static void test_before_version_16(void **state)
{
	(void)state;
	blob_compile(&dtbo, "", "/plugin/; &a { v = <2>; };");
	fdt_set_version(dtbo.bytes, 8);
	fdt_set_last_comp_version(dtbo.bytes, 8);
	assert_int_equal(overlay_begin(out.bytes, sizeof(out.bytes), base.bytes, base.size, &err),
			 0);
	assert_refused(overlay_apply(out.bytes, dtbo.bytes, dtbo.size, &err), EINVAL,
		       "has a version that is not known");
}

static void test_no_room(void **state)
{
	static _Alignas(8) uint8_t small[0x1000];
	char text[600] = "/plugin/; &a { v = \"";

	(void)state;
	assert_refused(overlay_begin(small, base.size - 1, base.bytes, base.size, &err), ENOSPC,
		       "there is no room left for it");
	assert_int_equal(overlay_begin(small, base.size + 100, base.bytes, base.size, &err), 0);
	memset(text + strlen(text), 'x', 300);
	strcat(text, "\"; };");
	blob_compile(&dtbo, "", text);
	assert_refused(overlay_apply(small, dtbo.bytes, dtbo.size, &err), ENOSPC,
		       "there is no room left for it");
}

#define T(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_by_label_and_by_path),
		T(test_later_ones_stand_on_earlier_ones),
		T(test_the_source_stays_as_it_was),
		T(test_nothing_applied_gives_the_tree_back),
		T(test_unknown_label),
		T(test_unknown_path),
		T(test_tree_without_labels),
		T(test_not_a_device_tree),
		T(test_cut_short),
		T(test_base_cut_short),
		T(test_a_plain_tree_is_no_overlay),
		T(test_before_version_16),
		T(test_no_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
