// SPDX-License-Identifier: BSD-2-Clause
// What the words of trace= mean, and which events they want.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boot/trace_rules.h"

#define BIT(kind) (1u << (kind))

static struct trace_rules rules;

static void read_rules(const char *text)
{
	const char *bad = NULL;
	size_t n = 0;

	if (trace_rules_read(&rules, text, &bad, &n)) {
		print_error("%s: bad is %.*s\n", text, (int)n, bad);
		fail();
	}
}

static void refused(const char *text, const char *word)
{
	const struct trace_rules before = rules;
	const char *bad = NULL;
	size_t n = 0;

	assert_int_equal(trace_rules_read(&rules, text, &bad, &n), -EINVAL);
	assert_int_equal(n, strlen(word));
	assert_memory_equal(bad, word, n);
	assert_memory_equal(&rules, &before, sizeof(rules));
}

static bool wants(enum trace_kind kind, uint64_t at, unsigned flags, const char *node)
{
	const struct trace_event e = {
		.kind = (uint8_t)kind, .at = at, .size = 4, .flags = (uint8_t)flags
	};

	return trace_rules_want(&rules, &e, node);
}

static void words_are_separated_by_commas_or_blanks(void **state)
{
	(void)state;
	read_rules("mmio,irq");
	assert_int_equal(rules.kinds, BIT(TRACE_MMIO) | BIT(TRACE_IRQ));
	assert_true(rules.line && rules.reads && rules.writes);
	read_rules(" calls  reset,quiet ");
	assert_int_equal(rules.kinds, BIT(TRACE_CALL) | BIT(TRACE_RESET));
	assert_false(rules.line);
}

static void off_is_nothing_and_no_kind_is_all(void **state)
{
	(void)state;
	read_rules("off");
	assert_int_equal(rules.kinds, 0);
	for (unsigned i = 0; i < 3; i++) {
		static const char *const all[] = { "on", "all", "node=uart" };

		read_rules(all[i]);
		for (enum trace_kind k = TRACE_MMIO; k < TRACE_KINDS; k++)
			assert_true(rules.kinds >> k & 1);
	}
}

static void what_is_no_word_is_named(void **state)
{
	(void)state;
	read_rules("on");
	refused("mmio,pci", "pci");
	refused("mmio off", "off");
	refused("off mmio", "mmio");
	refused("node=", "node=");
	refused("addr=", "addr=");
	refused("addr=0x10-0x8", "addr=0x10-0x8");
	refused("addr=0x10+0", "addr=0x10+0");
	refused("addr=0x10-", "addr=0x10-");
	refused("addr=0x10+0xffffffffffffffff", "addr=0x10+0xffffffffffffffff");
	refused("addr=zero", "addr=zero");
	refused("node=0123456789012345678901234567890123456789012345678",
		"node=0123456789012345678901234567890123456789012345678");
	refused("addr=1,addr=2,addr=3,addr=4,addr=5,addr=6,addr=7,addr=8,addr=9", "addr=9");
	refused("node=1,node=2,node=3,node=4,node=5,node=6,node=7,node=8,node=9", "node=9");
}

static void a_direction_is_of_accesses_alone(void **state)
{
	(void)state;
	read_rules("all,write");
	assert_true(wants(TRACE_MMIO, 0, TRACE_WRITE, NULL));
	assert_false(wants(TRACE_MMIO, 0, 0, NULL));
	assert_false(wants(TRACE_NISV, 0, 0, NULL));
	assert_true(wants(TRACE_CALL, 0, 0, NULL));
	read_rules("read");
	assert_false(wants(TRACE_MMIO, 0, TRACE_WRITE, NULL));
	assert_true(wants(TRACE_MMIO, 0, 0, NULL));
}

static void a_node_is_named_with_or_without_its_address(void **state)
{
	(void)state;
	read_rules("node=pl011,node=clock@9000");
	assert_true(wants(TRACE_MMIO, 0, 0, "pl011@9000000"));
	assert_true(wants(TRACE_MMIO, 0, 0, "pl011"));
	assert_false(wants(TRACE_MMIO, 0, 0, "pl011x@9000000"));
	assert_false(wants(TRACE_MMIO, 0, 0, "pl01"));
	assert_true(wants(TRACE_MMIO, 0, 0, "clock@9000"));
	assert_false(wants(TRACE_MMIO, 0, 0, "clock@90000"));
	assert_false(wants(TRACE_MMIO, 0, 0, NULL));
	assert_true(wants(TRACE_IRQ, 0, 0, "pl011@9000000"));
	assert_false(wants(TRACE_IRQ, 0, 0, "pl031@9010000"));
	assert_true(wants(TRACE_RESET, 0, 0, NULL));
}

static void a_range_takes_what_touches_it(void **state)
{
	(void)state;
	read_rules("mmio,addr=0x100-0x1ff,addr=0x400+8,addr=0x500");
	assert_false(wants(TRACE_MMIO, 0xfc, 0, NULL));
	assert_true(wants(TRACE_MMIO, 0xfd, 0, NULL));
	assert_true(wants(TRACE_MMIO, 0x1ff, 0, NULL));
	assert_false(wants(TRACE_MMIO, 0x200, 0, NULL));
	assert_true(wants(TRACE_MMIO, 0x407, 0, NULL));
	assert_false(wants(TRACE_MMIO, 0x408, 0, NULL));
	assert_true(wants(TRACE_MMIO, 0x500, 0, NULL));
	assert_false(wants(TRACE_MMIO, 0x501, 0, NULL));
	assert_false(wants(TRACE_CALL, 0x100, 0, NULL));
}

static void a_place_is_a_node_or_a_range(void **state)
{
	(void)state;
	read_rules("node=a,addr=0x10");
	assert_true(wants(TRACE_MMIO, 0x10, 0, "b"));
	assert_true(wants(TRACE_MMIO, 0x20, 0, "a"));
	assert_false(wants(TRACE_MMIO, 0x20, 0, "b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_separated_by_commas_or_blanks),
		cmocka_unit_test(off_is_nothing_and_no_kind_is_all),
		cmocka_unit_test(what_is_no_word_is_named),
		cmocka_unit_test(a_direction_is_of_accesses_alone),
		cmocka_unit_test(a_node_is_named_with_or_without_its_address),
		cmocka_unit_test(a_range_takes_what_touches_it),
		cmocka_unit_test(a_place_is_a_node_or_a_range),
	};

	return cmocka_run_group_tests_name("boot/trace_rules", tests, NULL, NULL);
}
