// SPDX-License-Identifier: BSD-2-Clause
// The tree reader: what it accepts, what it refuses, how it finds things.

#include <endian.h>
#include <errno.h>

#include "tests/board/dtc.h"

static struct dtc d;

static const char sample[] =
	"/memreserve/ 0x1000 0x2000; /memreserve/ 0x8000 0x1;\n"
	"/ { #address-cells = <2>; #size-cells = <1>; model = \"Sample\"; compatible = \"a,b\", "
	"\"c,d\";\n"
	" aliases { serial0 = &uart; bus0 = \"/soc\"; bad = <1>; };\n"
	" soc { #address-cells = <1>; #size-cells = <1>; ranges = <0 0x1 0x0 0x1000>;\n"
	"  uart: serial@100 { reg = <0x100 0x10>; compatible = \"ns16550a\", \"u,v\"; status = "
	"\"okay\"; };\n"
	"  serial@200 { reg = <0x200 0x10>; status = \"disabled\"; sub { x = <1>; }; };\n"
	"  i2c@300 { reg = <0x300 0x10>; odd-one = [01 02 03]; status = \"ok\"; };\n"
	" }; };";

static const uint32_t nasty[] = { 0,  1,  2,	  3,	      4,	  7,	      9,
				  36, 41, 0x1000, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff };

static int teardown(void **state)
{
	(void)state;
	dtc_free(&d);
	return 0;
}

static void word_set(size_t at, uint32_t word)
{
	word = htobe32(word);
	memcpy(d.blob + at, &word, 4);
}

static int reindex(void)
{
	return tree_index(&d.tree, d.blob, d.size, d.node, DTC_NODES_MAX, &d.err);
}

/* --- the index ---------------------------------------------------------------------------------- */

static void test_index_structure(void **state)
{
	(void)state;
	dtc_index(&d, sample);
	assert_int_equal(d.tree.count, 7);
	assert_string_equal(tree_name(&d.tree, 0), "");
	assert_string_equal(tree_name(&d.tree, 3), "serial@100");
	assert_int_equal(d.node[0].parent, -1);
	assert_int_equal(d.node[0].next, 7);
	assert_int_equal(d.node[2].next, 7);
	assert_int_equal(d.node[4].next, 6);
	assert_int_equal(d.node[5].parent, 4);
	assert_string_equal(tree_prop_string(&d.tree, 0, TREE_MODEL), "Sample");
	assert_int_equal(d.node[1].prop[TREE_REG], 0);
	/* the names of indexed properties, for whoever writes trees */
	assert_string_equal((char *)d.blob + d.tree.strings_at + d.tree.name_at[TREE_RANGES],
			    "ranges");
	assert_int_equal(d.tree.name_at[TREE_INTERRUPT_MAP], UINT32_MAX);
}

static void test_index_versions(void **state)
{
	(void)state;
	dtc_compile(&d, "-V 16", sample);
	assert_int_equal(reindex(), 0);
	assert_int_equal(d.tree.count, 7);
	dtc_compile(&d, "-V 3", sample);
	assert_int_equal(reindex(), -EINVAL);
	assert_non_null(strstr(d.err.what, "version"));
}

static void test_index_padded(void **state)
{
	(void)state;
	dtc_compile(&d, "-S 60000", sample);
	assert_int_equal(d.size, 60000);
	d.size = tree_used(d.blob, 40);
	assert_in_range(d.size, 100, 2000);
	/* what is in use is enough, one byte less is not */
	d.blob = realloc(d.blob, d.size);
	assert_int_equal(reindex(), 0);
	d.size--;
	assert_int_equal(reindex(), -EINVAL);
	assert_int_equal(d.err.value, d.size + 1);
	assert_int_equal(tree_used(d.blob, 39), 0);
	assert_int_equal(tree_used("no tree at all, only some forty letters.", 40), 0);
}

static void test_index_truncated(void **state)
{
	(void)state;
	dtc_compile(&d, "", sample);
	for (size_t size = 0; size < d.size; size++) {
		uint8_t *cut =
			malloc(size ? size : 1); /* its own, so that a byte too far is seen */

		memcpy(cut, d.blob, size);
		d.err.what = NULL;
		assert_int_equal(tree_index(&d.tree, cut, size, d.node, DTC_NODES_MAX, &d.err),
				 -EINVAL);
		assert_non_null(d.err.what);
		assert_non_null(d.err.remedy);
		free(cut);
	}
	assert_int_equal(reindex(), 0);
}

static void test_index_header(void **state)
{
	uint8_t good[40];

	(void)state;
	dtc_compile(&d, "", sample);
	memcpy(good, d.blob, sizeof(good));
	for (unsigned field = 0; field < 10; field++) {
		for (unsigned i = 0; i < sizeof(nasty) / sizeof(nasty[0]); i++) {
			/* boot CPU: says nothing; compatible with older, newer than 17, padded: good */
			const bool good_word = field == 7 || (field == 6 && nasty[i] <= 17) ||
					       (field == 5 && nasty[i] >= 17) ||
					       (field == 1 && nasty[i] > d.size);

			memcpy(d.blob, good, sizeof(good));
			word_set(4 * field, nasty[i]);
			assert_int_equal(reindex(), good_word ? 0 : -EINVAL);
		}
	}
}

static void test_index_words(void **state)
{
	(void)state;
	dtc_compile(&d, "", sample);
	for (size_t at = 40; at + 4 <= d.size; at += 4) {
		uint8_t old[4];

		memcpy(old, d.blob + at, 4);
		for (unsigned i = 0; i < sizeof(nasty) / sizeof(nasty[0]); i++) {
			char buf[16];

			word_set(at, nasty[i]);
			if (reindex())
				continue;
			for (unsigned n = 0; n < d.tree.count; n++) {
				struct tree_irq irq;
				uint64_t gpa, size;
				uint32_t len;

				tree_path(&d.tree, n, buf, sizeof(buf));
				tree_reg(&d.tree, n, 0, &gpa, &size);
				tree_irq(&d.tree, n, 0, &irq);
				tree_prop_named(&d.tree, n, "odd-one", &len);
				tree_enabled(&d.tree, n);
				tree_compatible(&d.tree, n, "u,v");
			}
		}
		memcpy(d.blob + at, old, 4);
	}
}

static void test_index_alignment(void **state)
{
	uint8_t *moved;

	(void)state;
	dtc_compile(&d, "", sample);
	moved = malloc(d.size + 4);
	memcpy(moved + 4, d.blob, d.size);
	assert_int_equal(tree_index(&d.tree, moved + 4, d.size, d.node, DTC_NODES_MAX, &d.err),
			 -EINVAL);
	assert_non_null(strstr(d.err.what, "multiple of 8"));
	free(moved);
}

static void test_index_room(void **state)
{
	(void)state;
	dtc_compile(&d, "", sample);
	assert_int_equal(tree_index(&d.tree, d.blob, d.size, d.node, 7, &d.err), 0);
	assert_int_equal(tree_index(&d.tree, d.blob, d.size, d.node, 6, &d.err), -ENOSPC);
	assert_int_equal(d.err.value, 6);
}

static void test_index_depth(void **state)
{
	for (unsigned depth = 63; depth <= 64; depth++) {
		char text[2048] = "/ {";

		(void)state;
		for (unsigned i = 0; i < depth; i++)
			strcat(text, " n {");
		for (unsigned i = 0; i < depth; i++)
			strcat(text, " };");
		strcat(text, " };");
		dtc_compile(&d, "", text);
		assert_int_equal(reindex(), depth == 63 ? 0 : -EINVAL);
	}
}

static void test_index_order(void **state)
{
	uint32_t root;

	(void)state;
	dtc_index(&d, "/ { a; b; n { }; };");
	root = d.node[0].at;
	/* END_NODE of n, then root's, become NOPs: the tree ends inside a node */
	word_set(d.node[1].at + 8, 4);
	assert_int_equal(reindex(), -EINVAL);
	word_set(d.node[1].at + 8, 2);
	assert_int_equal(reindex(), 0);
	/* a node before the first property: the property is behind a subnode */
	word_set(root + 8, 1);
	word_set(root + 12, 0);
	word_set(root + 16, 2);
	assert_int_equal(reindex(), -EINVAL);
	assert_non_null(strstr(d.err.what, "behind a subnode"));
	assert_int_equal(d.err.offset, root + 20);
}

static void test_index_second_root(void **state)
{
	size_t at;

	(void)state;
	dtc_index(&d, "/ { n { }; x { }; };");
	/* the root ends behind n, so that x is another root */
	at = d.node[2].at;
	memmove(d.blob + at + 4, d.blob + at, 12);
	word_set(at, 2);
	assert_int_equal(reindex(), -EINVAL);
	assert_non_null(strstr(d.err.what, "second root"));
}

static void test_index_reservations(void **state)
{
	(void)state;
	dtc_compile(&d, "", sample);
	word_set(16, tree_u32(d.blob + 16) + 4);
	assert_int_equal(reindex(), -EINVAL);
	assert_int_equal(d.err.offset, 16);
	word_set(16, tree_u32(d.blob + 16) - 4);
	assert_int_equal(reindex(), 0);
	/* no end: the last entry is not zero any more */
	word_set(d.tree.struct_at - 4, 1);
	assert_int_equal(reindex(), -EINVAL);
	assert_int_equal(d.err.offset, d.tree.reserve_at);
}

static void test_index_shared_names(void **state)
{
	uint32_t at;

	(void)state;
	/* "reg" as the tail of "x-reg": writers share strings so */
	dtc_index(&d, "/ { n { x-reg = <1>; reg = <7>; }; };");
	at = d.node[1].prop[TREE_REG];
	assert_int_equal(tree_u32(d.blob + at + 12), 7);
	word_set(at + 8, tree_u32(d.blob + at - 16 + 8) + 2);
	assert_int_equal(reindex(), 0);
	assert_int_equal(d.node[1].prop[TREE_REG], at);
}

/* --- look-ups ----------------------------------------------------------------------------------- */

static void test_lookup_props(void **state)
{
	uint32_t len = 99;
	unsigned node;

	(void)state;
	dtc_index(&d, sample);
	node = dtc_node(&d, "/soc/i2c@300");
	assert_memory_equal(tree_prop_named(&d.tree, node, "odd-one", &len), "\1\2\3", 3);
	assert_int_equal(len, 3);
	assert_null(tree_prop_named(&d.tree, node, "odd", &len));
	assert_null(tree_prop_named(&d.tree, node, "odd-one-more", &len));
	assert_null(tree_prop(&d.tree, node, TREE_RANGES, &len));
	assert_int_equal(tree_prop_u32(&d.tree, 0, TREE_ADDRESS_CELLS, 9), 2);
	assert_int_equal(tree_prop_u32(&d.tree, 0, TREE_INTERRUPT_CELLS, 9), 9);
	assert_int_equal(tree_prop_u32(&d.tree, node, TREE_REG, 9), 9); /* 8 bytes */
	assert_null(tree_prop_string(&d.tree, node, TREE_MODEL));
	assert_true(tree_compatible(&d.tree, 0, "a,b"));
	assert_true(tree_compatible(&d.tree, 0, "c,d"));
	assert_false(tree_compatible(&d.tree, 0, "c"));
	assert_false(tree_compatible(&d.tree, 0, "b"));
	assert_false(tree_compatible(&d.tree, node, "a,b"));
}

static void test_lookup_enabled(void **state)
{
	(void)state;
	dtc_index(&d, sample);
	assert_true(tree_enabled(&d.tree, dtc_node(&d, "/soc")));
	assert_true(tree_enabled(&d.tree, dtc_node(&d, "/soc/serial@100")));
	assert_true(tree_enabled(&d.tree, dtc_node(&d, "/soc/i2c")));
	assert_false(tree_enabled(&d.tree, dtc_node(&d, "/soc/serial@200")));
	assert_false(tree_enabled(&d.tree, dtc_node(&d, "/soc/serial@200/sub")));
}

static void test_lookup_memory(void **state)
{
	static const char *const no[] = {
		"/memory-controller@4", "/memory@5", "/memory@6", "/memory@7",
		"/soc/memory@1",	"/soc"
	};

	(void)state;
	dtc_index(&d, "/ { #address-cells = <1>; #size-cells = <1>;\n"
		      "bank@1 { device_type = \"memory\"; reg = <1 1>; };\n"
		      "memory { reg = <2 1>; }; memory@3 { reg = <3 1>; };\n"
		      "memory-controller@4 { reg = <4 1>; };\n"
		      "memory@5 { compatible = \"some,sram\"; reg = <5 1>; };\n"
		      "memory@6 { device_type = \"other\"; reg = <6 1>; }; memory@7 { };\n"
		      "soc { memory@1 { reg = <1 1>; }; }; };");
	assert_true(tree_is_memory(&d.tree, dtc_node(&d, "/bank@1")));
	assert_true(tree_is_memory(&d.tree, dtc_node(&d, "/memory")));
	assert_true(tree_is_memory(&d.tree, dtc_node(&d, "/memory@3")));
	for (unsigned i = 0; i < sizeof(no) / sizeof(*no); i++)
		assert_false(tree_is_memory(&d.tree, dtc_node(&d, no[i])));
}

static void test_lookup_paths(void **state)
{
	static const struct {
		const char *path;
		int node;
	} rows[] = {
		{ "/", 0 },
		{ "/soc", 2 },
		{ "/soc/serial@100", 3 },
		{ "/soc/serial@100:115200n8", 3 },
		{ "serial0", 3 },
		{ "serial0:115200", 3 },
		{ "bus0/serial@200", 4 },
		{ "bus0/serial@200/sub:x", 5 },
		{ "/soc/serial", 3 },
		{ "/soc/i2c", 6 },
		{ "/soc/serial@10", -1 },
		{ "/so", -1 },
		{ "/soc/serial@100/x", -1 },
		{ "serial1", -1 },
		{ "", -1 },
		{ ":115200", -1 },
		{ "bad", -1 },
		{ "bus", -1 },
	};

	(void)state;
	dtc_index(&d, sample);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(tree_by_path(&d.tree, rows[i].path), rows[i].node);
}

static void test_lookup_path_of(void **state)
{
	char buf[16], two[2];

	(void)state;
	dtc_index(&d, sample);
	assert_string_equal(tree_path(&d.tree, 0, buf, sizeof(buf)), "/");
	assert_string_equal(tree_path(&d.tree, 2, buf, sizeof(buf)), "/soc");
	assert_string_equal(tree_path(&d.tree, 3, buf, sizeof(buf)), "/soc/serial@100");
	assert_string_equal(tree_path(&d.tree, 5, buf, sizeof(buf)), "...rial@200/sub");
	assert_int_equal(strlen(tree_path(&d.tree, 5, two, sizeof(two))), 1);
}

static void test_lookup_phandle(void **state)
{
	(void)state;
	dtc_index(&d, "/ { a { phandle = <1>; }; b { linux,phandle = <2>; }; c { phandle = <0>; };"
		      " e { phandle = <0xffffffff>; }; f { phandle = [00 01]; }; };");
	assert_int_equal(tree_by_phandle(&d.tree, 1), 1);
	assert_int_equal(tree_by_phandle(&d.tree, 2), 2);
	assert_int_equal(tree_by_phandle(&d.tree, 0), -1);
	assert_int_equal(tree_by_phandle(&d.tree, UINT32_MAX), -1);
	assert_int_equal(tree_by_phandle(&d.tree, 3), -1);
	/* Less than the number of nodes or not; of two that bear one, the first. */
	dtc_index(&d, "/ { a { phandle = <3>; }; b { phandle = <0x1000>; }; c { phandle = <3>; };"
		      " e { phandle = <0x1000>; }; };");
	assert_int_equal(tree_by_phandle(&d.tree, 3), 1);
	assert_int_equal(tree_by_phandle(&d.tree, 0x1000), 2);
	assert_int_equal(tree_by_phandle(&d.tree, 4), -1);
	assert_int_equal(tree_by_phandle(&d.tree, 5), -1);
}

static void test_lookup_reservations(void **state)
{
	uint64_t address, size;

	(void)state;
	dtc_index(&d, sample);
	assert_true(tree_reservation(&d.tree, 0, &address, &size));
	assert_int_equal(address, 0x1000);
	assert_int_equal(size, 0x2000);
	assert_true(tree_reservation(&d.tree, 1, &address, &size));
	assert_int_equal(address, 0x8000);
	assert_false(tree_reservation(&d.tree, 2, &address, &size));
}

#define ROW(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_index_structure),     ROW(test_index_versions),
		ROW(test_index_padded),	       ROW(test_index_truncated),
		ROW(test_index_header),	       ROW(test_index_words),
		ROW(test_index_alignment),     ROW(test_index_room),
		ROW(test_index_depth),	       ROW(test_index_order),
		ROW(test_index_second_root),   ROW(test_index_reservations),
		ROW(test_index_shared_names),  ROW(test_lookup_props),
		ROW(test_lookup_enabled),      ROW(test_lookup_paths),
		ROW(test_lookup_path_of),      ROW(test_lookup_phandle),
		ROW(test_lookup_reservations), ROW(test_lookup_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
