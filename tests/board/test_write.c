// SPDX-License-Identifier: BSD-2-Clause
// The writer: what it writes is read by libfdt, and is what libfdt's own edits would have made.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "board/write.h"
#include "tests/board/treetool.h"

static struct edit edit_room[4096];
static uint8_t bytes_room[0x10000];
static struct blob source, written;
static struct tree tree;
static struct edits edits;

static const char text[] = "/memreserve/ 0x1000 0x2000; /memreserve/ 0x800000000 0x100;\n"
			   "/ { #address-cells = <1>; #size-cells = <1>; model = \"m\";\n"
			   "  empty; odd = [01 02 03 04 05];\n"
			   "  a { reg = <1>; name-b = \"x\"; a1 { reg = <11>; a11 { deep; }; };\n"
			   "      a2 { reg = <12>; }; };\n"
			   "  b { }; c@100 { reg = <0x100>; c1 { }; }; d { last = \"yes\"; };\n"
			   "};\n";

static void begin_text(const char *options, const char *dts)
{
	blob_compile(&source, options, dts);
	blob_index(&tree, &source);
	edits = (struct edits){ .edit = edit_room,
				.max = sizeof(edit_room) / sizeof(*edit_room),
				.bytes = bytes_room,
				.size = sizeof(bytes_room) };
}

static int setup(void **state)
{
	(void)state;
	begin_text("", text);
	return 0;
}

static int at(const char *path)
{
	const int node = tree_by_path(&tree, path);

	assert_true(node >= 0);
	return node;
}

static void write_all(void)
{
	const long size = write_tree(&tree, &edits, written.bytes, sizeof(written.bytes), 0);

	assert_true(size > 0);
	written.size = (size_t)size;
	assert_int_equal(fdt_check_full(written.bytes, written.size), 0);
	assert_int_equal(fdt_totalsize(written.bytes), written.size);
	assert_int_equal(fdt_version(written.bytes), 17);
	assert_int_equal(fdt_last_comp_version(written.bytes), 16);
	blob_index(&(struct tree){ 0 }, &written); /* and our own reader likes it */
}

static const void *value(const char *path, const char *name, int *len)
{
	const int node = fdt_path_offset(written.bytes, path);

	assert_true(node >= 0);
	return fdt_getprop(written.bytes, node, name, len);
}

static void assert_value(const char *path, const char *name, const void *want, int size)
{
	int len;
	const void *p = value(path, name, &len);

	assert_non_null(p);
	assert_int_equal(len, size);
	assert_memory_equal(p, want, (size_t)size);
}

static void assert_gone(const char *path, const char *name)
{
	int len;

	assert_null(value(path, name, &len));
	assert_int_equal(len, -FDT_ERR_NOTFOUND);
}

static unsigned props(const void *fdt, int node)
{
	unsigned n = 0;
	int p;

	fdt_for_each_property_offset(p, fdt, node) n++;
	return n;
}

static unsigned children(const void *fdt, int node)
{
	unsigned n = 0;
	int c;

	fdt_for_each_subnode(c, fdt, node) n++;
	return n;
}

/* Do the two nodes hold the same, in whatever order? */
static void assert_same(const void *a, int na, const void *b, int nb)
{
	int p, c, la, lb;

	assert_int_equal(props(a, na), props(b, nb));
	assert_int_equal(children(a, na), children(b, nb));
	fdt_for_each_property_offset(p, a, na)
	{
		const char *name;
		const void *va = fdt_getprop_by_offset(a, p, &name, &la);
		const void *vb = fdt_getprop(b, nb, name, &lb);
		assert_non_null(vb);
		assert_int_equal(la, lb);
		if (la)
			assert_memory_equal(va, vb, (size_t)la);
	}
	fdt_for_each_subnode(c, a, na)
	{
		const int other = fdt_subnode_offset(b, nb, fdt_get_name(a, c, NULL));
		assert_true(other >= 0);
		assert_same(a, c, b, other);
	}
}

static void test_no_edits_no_change(void **state)
{
	(void)state;
	write_all();
	assert_same(source.bytes, 0, written.bytes, 0);
	assert_int_equal(fdt_size_dt_struct(source.bytes), fdt_size_dt_struct(written.bytes));
}

static void test_reservations_and_boot_cpu_stay(void **state)
{
	uint64_t base, size;

	(void)state;
	fdt_set_boot_cpuid_phys(source.bytes, 7);
	write_all();
	assert_int_equal(fdt_num_mem_rsv(written.bytes), 2);
	assert_int_equal(fdt_get_mem_rsv(written.bytes, 1, &base, &size), 0);
	assert_int_equal(base, 0x800000000);
	assert_int_equal(size, 0x100);
	assert_int_equal(fdt_boot_cpuid_phys(written.bytes), 7);
}

static void test_set_replaces(void **state)
{
	(void)state;
	edit_set_string(&edits, 0, "model", "n"); /* same length */
	edit_set_string(&edits, at("/d"), "last", "a good deal longer than it was");
	edit_set(&edits, 0, "odd", "\1", 1);
	edit_set(&edits, at("/a"), "name-b", NULL, 0);
	edit_set_cells(&edits, at("/a/a1"), "reg", (uint32_t[]){ 0x11223344, 5 }, 2);
	write_all();
	assert_value("/", "model", "n", 2);
	assert_value("/d", "last", "a good deal longer than it was", 31);
	assert_value("/", "odd", "\1", 1);
	assert_value("/a", "name-b", "", 0);
	assert_value("/a/a1", "reg", "\x11\x22\x33\x44\0\0\0\5", 8);
	assert_int_equal(props(written.bytes, 0), props(source.bytes, 0));
	assert_int_equal(fdt_size_dt_strings(written.bytes), fdt_size_dt_strings(source.bytes));
}

static void test_set_adds(void **state)
{
	(void)state;
	edit_set_u32(&edits, at("/b"), "new-one", 1);
	edit_set_u32(&edits, at("/a/a1/a11"), "new-one", 2);
	edit_set_u32(&edits, 0, "new-two", 3);
	write_all();
	assert_value("/b", "new-one", "\0\0\0\1", 4);
	assert_value("/a/a1/a11", "new-one", "\0\0\0\2", 4);
	assert_value("/a/a1/a11", "deep", "", 0);
	assert_value("/", "new-two", "\0\0\0\3", 4);
	/* each new name stands there once */
	assert_int_equal(fdt_size_dt_strings(written.bytes),
			 fdt_size_dt_strings(source.bytes) + 2 * sizeof("new-one"));
}

static void test_drop(void **state)
{
	(void)state;
	edit_drop(&edits, 0, "empty");
	edit_drop(&edits, at("/a/a2"), "reg");
	edit_drop(&edits, at("/b"), "was never there");
	write_all();
	assert_gone("/", "empty");
	assert_gone("/a/a2", "reg");
	assert_value("/a/a1", "reg", "\0\0\0\xb", 4);
	assert_int_equal(props(written.bytes, 0), props(source.bytes, 0) - 1);
}

static void test_last_edit_holds(void **state)
{
	(void)state;
	edit_set_u32(&edits, 0, "model", 1);
	edit_set_u32(&edits, 0, "model", 2);
	edit_drop(&edits, 0, "odd");
	edit_set_u32(&edits, 0, "odd", 3);
	edit_set_u32(&edits, 0, "empty", 4);
	edit_drop(&edits, 0, "empty");
	edit_set_u32(&edits, 0, "fresh", 5);
	edit_set_u32(&edits, 0, "fresh", 6);
	edit_set_u32(&edits, 0, "never", 7);
	edit_drop(&edits, 0, "never");
	write_all();
	assert_value("/", "model", "\0\0\0\2", 4);
	assert_value("/", "odd", "\0\0\0\3", 4);
	assert_gone("/", "empty");
	assert_value("/", "fresh", "\0\0\0\6", 4);
	assert_gone("/", "never");
	assert_int_equal(props(written.bytes, 0), props(source.bytes, 0));
}

static void test_drop_node(void **state)
{
	(void)state;
	edit_drop_node(&edits, at("/a/a1"));
	edit_set_u32(&edits, at("/a/a1/a11"), "gone with it", 1);
	edit_drop_node(&edits, at("/d")); /* the last one of all */
	write_all();
	assert_int_equal(fdt_path_offset(written.bytes, "/a/a1"), -FDT_ERR_NOTFOUND);
	assert_int_equal(fdt_path_offset(written.bytes, "/d"), -FDT_ERR_NOTFOUND);
	assert_value("/a/a2", "reg", "\0\0\0\xc", 4);
	assert_true(fdt_path_offset(written.bytes, "/c@100/c1") > 0);
}

static void test_add_nodes(void **state)
{
	char name[16] = "made-up";

	(void)state;
	edit_add_node(&edits, 0, name);
	edit_set_u32(&edits, -1, "x", 1);
	edit_set_u32(&edits, at("/a/a2"), "between", 9);
	edit_add_node(&edits, -1, "in");
	edit_set_u32(&edits, -1, "x", 2);
	edit_add_node(&edits, -1, "deeper");
	edit_set_u32(&edits, -1, "reg", 3);
	edit_end_node(&edits);
	edit_end_node(&edits);
	edit_add_node(&edits, -1, "second");
	edit_end_node(&edits);
	edit_end_node(&edits);
	memset(name, 0, sizeof(name)); /* it was copied */
	edit_add_node(&edits, at("/a/a1/a11"), "leaf");
	edit_end_node(&edits);
	edit_add_node(&edits, at("/a"), "a3");
	edit_end_node(&edits);
	edit_add_node(&edits, at("/a"), "a4");
	edit_end_node(&edits);
	edit_add_node(&edits, at("/c@100"), "c2");
	edit_end_node(&edits);
	write_all();
	assert_value("/made-up", "x", "\0\0\0\1", 4);
	assert_value("/made-up/in", "x", "\0\0\0\2", 4);
	assert_value("/made-up/in/deeper", "reg", "\0\0\0\3", 4);
	assert_true(fdt_path_offset(written.bytes, "/made-up/second") > 0);
	assert_true(fdt_path_offset(written.bytes, "/a/a1/a11/leaf") > 0);
	assert_true(fdt_path_offset(written.bytes, "/a/a3") >
		    fdt_path_offset(written.bytes, "/a/a2"));
	assert_true(fdt_path_offset(written.bytes, "/a/a4") >
		    fdt_path_offset(written.bytes, "/a/a3"));
	assert_true(fdt_path_offset(written.bytes, "/c@100/c2") > 0);
	assert_value("/a/a2", "between", "\0\0\0\x9", 4);
	assert_int_equal(children(written.bytes, 0), children(source.bytes, 0) + 1);
}

static void test_name(void **state)
{
	(void)state;
	edit_name(&edits, at("/c@100"), "c@123456789");
	edit_set_u32(&edits, at("/c@100"), "reg", 5);
	edit_name(&edits, at("/a/a1"), "q");
	write_all();
	assert_value("/c@123456789", "reg", "\0\0\0\5", 4);
	assert_true(fdt_path_offset(written.bytes, "/c@123456789/c1") > 0);
	assert_value("/a/q/a11", "deep", "", 0);
	assert_int_equal(fdt_path_offset(written.bytes, "/a/a1"), -FDT_ERR_NOTFOUND);
}

static void test_nops_are_read_over(void **state)
{
	(void)state;
	assert_int_equal(fdt_nop_property(source.bytes, 0, "empty"), 0);
	assert_int_equal(fdt_nop_node(source.bytes, fdt_path_offset(source.bytes, "/a/a1/a11")), 0);
	assert_int_equal(fdt_nop_node(source.bytes, fdt_path_offset(source.bytes, "/a/a2")), 0);
	assert_int_equal(fdt_nop_node(source.bytes, fdt_path_offset(source.bytes, "/d")), 0);
	blob_index(&tree, &source);
	edit_set_u32(&edits, 0, "odd", 1);
	edit_add_node(&edits, at("/a/a1"), "x");
	edit_end_node(&edits);
	edit_add_node(&edits, at("/a"), "y");
	edit_end_node(&edits);
	edit_add_node(&edits, 0, "z");
	edit_end_node(&edits);
	edit_drop_node(&edits, at("/c@100"));
	write_all();
	assert_value("/", "odd", "\0\0\0\1", 4);
	assert_true(fdt_path_offset(written.bytes, "/a/a1/x") > 0);
	assert_true(fdt_path_offset(written.bytes, "/a/y") > 0);
	assert_true(fdt_path_offset(written.bytes, "/z") > 0);
	assert_int_equal(children(written.bytes, 0), 3); /* a, b, z */
}

static void test_version_16_is_read(void **state)
{
	(void)state;
	begin_text("-V 16", text);
	edit_add_node(&edits, 0, "z");
	edit_end_node(&edits);
	edit_drop_node(&edits, at("/d"));
	write_all();
	assert_true(fdt_path_offset(written.bytes, "/z") > 0);
	assert_int_equal(fdt_path_offset(written.bytes, "/d"), -FDT_ERR_NOTFOUND);
}

static void test_values_are_found_again(void **state)
{
	(void)state;
	edit_set(&edits, at("/d"), "seed", "0123456789abcdef", 16);
	edit_set(&edits, at("/b"), "dropped later", "x", 1);
	edit_drop(&edits, at("/b"), "dropped later");
	edit_add_node(&edits, 0, "n");
	edit_set(&edits, -1, "seed", "FEDCBA9876543210", 16);
	edit_end_node(&edits);
	edit_set(&edits, 0, "odd", "abc", 3);
	write_all();
	assert_memory_equal(written.bytes + edits.edit[0].at, "0123456789abcdef", 16);
	assert_int_equal(edits.edit[1].at, 0);
	assert_memory_equal(written.bytes + edits.edit[4].at, "FEDCBA9876543210", 16);
	assert_memory_equal(written.bytes + edits.edit[6].at, "abc", 3);
	memset(written.bytes + edits.edit[0].at, 'z', 16); /* what a reset does */
	assert_value("/d", "seed", "zzzzzzzzzzzzzzzz", 16);
}

static void test_slack_is_zero_and_usable(void **state)
{
	(void)state;
	memset(written.bytes, 0xa5, sizeof(written.bytes));
	edit_set_u32(&edits, 0, "new", 1);
	const long tight = write_tree(&tree, &edits, written.bytes, sizeof(written.bytes), 0);
	const long size = write_tree(&tree, &edits, written.bytes, sizeof(written.bytes), 512);
	assert_int_equal(size, tight + 512);
	for (long i = tight; i < size; i++)
		assert_int_equal(written.bytes[i], 0);
	assert_int_equal(written.bytes[size], 0xa5);
	assert_int_equal(fdt_check_full(written.bytes, (size_t)size), 0);
	assert_int_equal(fdt_setprop_string(written.bytes, 0, "by", "a firmware, in place"), 0);
}

/* In memory of just that size, so that a byte too many is seen. */
static void test_too_small_is_refused(void **state)
{
	(void)state;
	edit_set_u32(&edits, 0, "new", 1);
	edit_add_node(&edits, at("/a"), "n");
	edit_set_string(&edits, -1, "s", "hello");
	edit_end_node(&edits);
	const long size = write_tree(&tree, &edits, written.bytes, sizeof(written.bytes), 16);
	assert_true(size > 0);
	for (size_t n = 0; n <= (size_t)size; n++) {
		void *exact = malloc(n ? n : 1);
		assert_int_equal(write_tree(&tree, &edits, exact, n, 16),
				 n < (size_t)size ? -ENOSPC : size);
		free(exact);
	}
}

static void test_full_edit_list_is_refused(void **state)
{
	(void)state;
	edits.max = 2;
	edit_set_u32(&edits, 0, "a", 1);
	edit_set_u32(&edits, 0, "b", 1);
	assert_false(edits.overflow);
	edit_set_u32(&edits, 0, "c", 1);
	assert_true(edits.overflow);
	assert_int_equal(write_tree(&tree, &edits, written.bytes, sizeof(written.bytes), 0),
			 -ENOSPC);

	setup(NULL);
	edits.size = 6;
	edit_set_u32(&edits, 0, "a", 1);
	assert_false(edits.overflow);
	edit_set_string(&edits, 0, "b", "ab");
	assert_true(edits.overflow);
	assert_int_equal(edits.used, 4);
}

static void test_bad_edits_are_refused(void **state)
{
	(void)state;
	edit_set_u32(&edits, (int)tree.count, "a", 1);
	assert_int_equal(write_tree(&tree, &edits, written.bytes, sizeof(written.bytes), 0),
			 -EINVAL);
	setup(NULL);
	edit_add_node(&edits, 0, "never ended");
	assert_int_equal(write_tree(&tree, &edits, written.bytes, sizeof(written.bytes), 0),
			 -EINVAL);
	setup(NULL);
	edit_add_node(&edits, 0, "a");
	edit_add_node(&edits, -1, "b");
	edit_end_node(&edits);
	edit_set_u32(&edits, -1, "too late", 1);
	edit_end_node(&edits);
	assert_int_equal(write_tree(&tree, &edits, written.bytes, sizeof(written.bytes), 0),
			 -EINVAL);
}

static uint32_t seed;

static uint32_t random_below(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(seed >> 4) * n >> 28);
}

/* The same edit, by libfdt, on a copy. */
static void both_set(void *copy, const char *path, int node, const char *name)
{
	uint8_t v[40];
	const uint32_t len = random_below(sizeof(v));

	for (uint32_t i = 0; i < len; i++)
		v[i] = (uint8_t)random_below(256);
	edit_set(&edits, node, name, v, len);
	assert_int_equal(fdt_setprop(copy, fdt_path_offset(copy, path), name, v, (int)len), 0);
}

/* A tree of NODES nodes of random shape, EDITS edits of random kind; every result as libfdt has it. */
static void compare_with_libfdt(unsigned nodes, unsigned edit_count)
{
	static const char *const names[] = { "reg", "status", "p", "a-long-property-name", "q,r" };
	static uint8_t copy[TREETOOL_SIZE];
	int depth = 0;

	assert_int_equal(fdt_create(source.bytes, sizeof(source.bytes)), 0);
	fdt_finish_reservemap(source.bytes);
	fdt_begin_node(source.bytes, "");
	for (unsigned i = 0; i < nodes; i++) {
		char name[16];
		snprintf(name, sizeof(name), "n%x", i);
		fdt_begin_node(source.bytes, name);
		depth++;
		for (unsigned p = 0; p < 4; p++)
			if (random_below(2))
				fdt_property(source.bytes, names[p], name, (int)random_below(9));
		for (; depth && random_below(2 + (unsigned)depth / 3); depth--)
			fdt_end_node(source.bytes);
	}
	while (depth-- >= 0)
		fdt_end_node(source.bytes);
	assert_int_equal(fdt_finish(source.bytes), 0);
	source.size = fdt_totalsize(source.bytes);
	blob_index(&tree, &source);
	edits.count = 0;
	edits.used = 0;
	assert_int_equal(fdt_open_into(source.bytes, copy, sizeof(copy)), 0);

	for (unsigned i = 0; i < edit_count; i++) {
		const int node = (int)random_below(tree.count);
		char path[512], child[16];
		tree_path(&tree, (unsigned)node, path, sizeof(path));
		const int there = fdt_path_offset(copy, path);
		const char *name = names[random_below(5)];
		if (there < 0)
			continue; /* dropped already, or too deep */
		switch (random_below(8)) {
		case 0:
			edit_drop(&edits, node, name);
			fdt_delprop(copy, there, name);
			break;
		case 1:
			if (node && !random_below(4)) {
				edit_drop_node(&edits, node);
				assert_int_equal(fdt_del_node(copy, there), 0);
			}
			break;
		case 2:
			snprintf(child, sizeof(child), "added%x", i);
			edit_add_node(&edits, node, child);
			assert_true(fdt_add_subnode(copy, there, child) > 0);
			if (strlen(path) + strlen(child) + 2 < sizeof(path)) {
				if (node)
					strcat(path, "/");
				strcat(path, child);
				both_set(copy, path, -1, name);
			}
			edit_end_node(&edits);
			break;
		default: both_set(copy, path, node, name); break;
		}
	}
	write_all();
	assert_same(copy, 0, written.bytes, 0);
}

static void test_random_edits_are_as_libfdt_makes_them(void **state)
{
	(void)state;
	for (seed = 1; seed < 400; seed += 3)
		compare_with_libfdt(1 + seed / 8, seed / 4);
}

static void test_large_tree_many_edits(void **state)
{
	(void)state;
	seed = 4711;
	compare_with_libfdt(3000, 800); /* about what the largest boards have */
	assert_true(tree.count > 64 * 32); /* so that node numbers take two rounds of sorting */
}

#define T(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_no_edits_no_change),
		T(test_reservations_and_boot_cpu_stay),
		T(test_set_replaces),
		T(test_set_adds),
		T(test_drop),
		T(test_last_edit_holds),
		T(test_drop_node),
		T(test_add_nodes),
		T(test_name),
		T(test_nops_are_read_over),
		T(test_version_16_is_read),
		T(test_values_are_found_again),
		T(test_slack_is_zero_and_usable),
		T(test_too_small_is_refused),
		T(test_full_edit_list_is_refused),
		T(test_bad_edits_are_refused),
		T(test_random_edits_are_as_libfdt_makes_them),
		T(test_large_tree_many_edits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
