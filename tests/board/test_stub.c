// SPDX-License-Identifier: BSD-2-Clause
// What stands in the place of blocks: windows that nest, registers that remember, what data says of them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "board/stub.h"

#define SECOND UINT64_C(1000000000)

static struct stub s;
static struct stub_cpu cpu;
static uint64_t now;

static uint64_t clock_read(void)
{
	return now;
}

static uint64_t pc_none(struct stub_cpu *of)
{
	(void)of;
	return 0;
}

static int setup(void **state)
{
	(void)state;
	memset(&s, 0, sizeof(s));
	cpu = (struct stub_cpu){ .pc = pc_none };
	now = 1700000000 * SECOND;
	s.now = clock_read;
	return 0;
}

static uint64_t get(uint64_t gpa, unsigned size)
{
	uint64_t value = ~0ull;

	assert_true(stub_read(&s, &cpu, gpa, size, &value));
	return value;
}

static void put(uint64_t gpa, unsigned size, uint64_t value)
{
	assert_true(stub_write(&s, &cpu, gpa, size, value));
}

static const char *name_at(uint64_t gpa)
{
	const struct stub_window *w = stub_find(&s, gpa);

	return w ? w->name : "";
}

/* In any order, nested, overlapping and the same twice: the innermost names an address. */
static void innermost_window_names_an_address(void **state)
{
	static const struct {
		uint64_t base, size;
		const char *name;
	} rows[] = {
		{ 0x5000, 0x1000, "second" }, { 0x1000, 0x100, "inner" },
		{ 0x1000, 0x1000, "outer" },  { 0x1040, 0x10, "inmost" },
		{ 0x1f00, 0x200, "over" },    { 0x0, 0x10000, "bus" },
		{ 0x1080, 0x10, "inmost2" },  { UINT64_MAX - 15, 16, "end" },
	};
	static const struct {
		uint64_t gpa;
		const char *name;
	} at[] = {
		{ 0x0, "bus" },	       { 0xfff, "bus" },      { 0x1000, "inner" },
		{ 0x103f, "inner" },   { 0x1040, "inmost" },  { 0x104f, "inmost" },
		{ 0x1050, "inner" },   { 0x1085, "inmost2" }, { 0x1090, "inner" },
		{ 0x10ff, "inner" },   { 0x1100, "outer" },   { 0x1eff, "outer" },
		{ 0x1f00, "over" },    { 0x20ff, "over" },    { 0x2100, "bus" },
		{ 0x5000, "second" },  { 0x5fff, "second" },  { 0x6000, "bus" },
		{ 0xffff, "bus" },     { 0x10000, "" },	      { UINT64_MAX - 16, "" },
		{ UINT64_MAX, "end" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_non_null(stub_window_add(&s, rows[i].base, rows[i].size, rows[i].name));
	stub_sort(&s);
	for (unsigned i = 0; i < sizeof(at) / sizeof(*at); i++)
		assert_string_equal(name_at(at[i].gpa), at[i].name);
}

static void impossible_windows_are_none(void **state)
{
	(void)state;
	assert_null(stub_window_add(&s, 0x1000, 0, "empty"));
	assert_null(stub_window_add(&s, UINT64_MAX - 3, 5, "wraps"));
	stub_sort(&s);
	assert_int_equal(s.windows, 0);
	assert_null(stub_find(&s, 0x1000));
}

/* Firmware that sizes RAM by what it can write and read back finds none there. */
static void only_windows_remember(void **state)
{
	uint64_t value = 1;

	(void)state;
	stub_window_add(&s, 0x1000, 0x1000, "block");
	stub_sort(&s);
	put(0x1ffc, 4, 0x12345678);
	assert_int_equal(get(0x1ffc, 4), 0x12345678);
	for (uint64_t gpa = 0x2000; gpa; gpa <<= 1) {
		assert_false(stub_write(&s, &cpu, gpa, 4, 0x55aa55aa));
		assert_false(stub_read(&s, &cpu, gpa, 4, &value));
		assert_int_equal(value, 0);
	}
	/* An access across the end: its part within remembers. */
	put(0x1ffc, 8, 0x1122334455667788);
	assert_int_equal(get(0x1ffc, 8), 0x55667788);
	assert_int_equal(s.registers, 1);
}

/* All sizes at all alignments are the same bytes as in memory. */
static void any_size_and_alignment(void **state)
{
	uint8_t model[40] = { 0 };
	uint64_t value = 0x0123456789abcdef, want;

	(void)state;
	stub_window_add(&s, 0x1000, sizeof(model), "block");
	stub_sort(&s);
	for (unsigned round = 0; round < 4000; round++) {
		const unsigned size = 1u << (round & 3), at = round * 7 % 25;

		value = value * 6364136223846793005u + 1442695040888963407u;
		put(0x1000 + at, size, value & UINT64_MAX >> (64 - 8 * size));
		memcpy(model + at, &value, size);
		for (unsigned width = 1; width <= 8; width <<= 1) {
			want = 0;
			memcpy(&want, model + (at ^ 3), width);
			assert_int_equal(get(0x1000 + (at ^ 3), width), want);
		}
	}
}

static void rule(uint64_t gpa, enum stub_rule_kind kind, uint32_t value)
{
	assert_true(stub_rule_set(&s, gpa, kind, value));
}

static void what_is_known_of_a_register_holds(void **state)
{
	(void)state;
	stub_window_add(&s, 0x1000, 0x1000, "block");
	rule(0x1000, STUB_RESET, 0xcafe0000);
	rule(0x1000, STUB_READ_ONLY, 0xffff0000);
	rule(0x1004, STUB_RESET, 0xff);
	rule(0x1004, STUB_WRITE_ONE_CLEARS, 0x0f);
	rule(0x1008, STUB_SELF_CLEARING, 1u << 31);
	rule(0x100c, STUB_TOGGLING, 1);
	stub_sort(&s);

	assert_int_equal(get(0x1000, 4), 0xcafe0000);
	put(0x1000, 4, 0x12345678);
	assert_int_equal(get(0x1000, 4), 0xcafe5678);
	put(0x1003, 1, 0x11);
	assert_int_equal(get(0x1000, 4), 0xcafe5678);

	put(0x1004, 4, 0x35); /* clears 5 of the low four, stores 3 above them */
	assert_int_equal(get(0x1004, 4), 0x3a);

	put(0x1008, 4, 0x80000007);
	assert_int_equal(get(0x1008, 4), 7);

	put(0x100c, 4, 0x10);
	assert_int_equal(get(0x100c, 4), 0x11);
	assert_int_equal(get(0x100c, 4), 0x10);
	assert_int_equal(get(0x100c, 4), 0x11);
}

static void upper_half_enables_bits_of_the_lower(void **state)
{
	struct stub_window *w;

	(void)state;
	stub_window_add(&s, 0x1000, 0x1000, "cru")->hiword = true;
	stub_window_add(&s, 0x3000, 0x1000, "grf");
	w = stub_window_add(&s, 0x3100, 0x100, "grf");
	w->hiword = true;
	w->origin = 0x3000;
	stub_sort(&s);

	put(0x1010, 4, 0xffff1234);
	assert_int_equal(get(0x1010, 4), 0x1234);
	put(0x1010, 4, 0x00f0ffff);
	assert_int_equal(get(0x1010, 4), 0x12f4);
	put(0x1010, 4, 0x0000ffff);
	assert_int_equal(get(0x1010, 4), 0x12f4);
	put(0x1010, 8, 0x000f000100010000); /* two at once */
	assert_int_equal(get(0x1010, 8), 0x00000001000012f4);

	put(0x30fc, 4, 0xffff1234);
	assert_int_equal(get(0x30fc, 4), 0xffff1234);
	put(0x3100, 4, 0xffff1234);
	assert_int_equal(get(0x3100, 4), 0x1234);
	assert_int_equal(stub_find(&s, 0x3104)->origin, 0x3000);
	assert_string_equal(name_at(0x3200), "grf");
}

static void counters_count(void **state)
{
	(void)state;
	stub_window_add(&s, 0x1000, 0x1000, "timer");
	rule(0x1000, STUB_COUNTER, 24000000);
	rule(0x1004, STUB_COUNTER_HIGH, 24000000);
	stub_sort(&s);
	assert_int_equal(get(0x1000, 8), 0);
	now += SECOND / 2;
	assert_int_equal(get(0x1000, 4), 12000000);
	now += 1000000 * SECOND; /* does not overflow on the way */
	assert_int_equal(get(0x1000, 8), 24000000000000 + 12000000);
	put(0x1000, 4, 5);
	assert_int_equal(get(0x1000, 4), (uint32_t)(24000000000000 + 12000000));
}

static void reset_brings_reset_values_back(void **state)
{
	(void)state;
	stub_window_add(&s, 0x1000, 0x1000, "block");
	rule(0x1000, STUB_RESET, 0x1000);
	rule(0x1000, STUB_RESET, 0x0005); /* bits add up */
	stub_sort(&s);
	put(0x1000, 4, 1);
	put(0x1008, 4, 2);
	stub_cpu_reset(&s, &cpu);
	stub_reset(&s);
	assert_int_equal(get(0x1000, 4), 0x1005);
	assert_int_equal(get(0x1008, 4), 0);
}

static void full_tables_say_so_and_do_no_harm(void **state)
{
	uint64_t value;

	(void)state;
	for (unsigned i = 0; i < STUB_WINDOWS_MAX; i++)
		assert_non_null(stub_window_add(&s, (uint64_t)i << 20, 0x10000, "block"));
	assert_null(stub_window_add(&s, 0, 1, "one too many"));
	assert_int_equal(s.dropped, 1);
	for (unsigned i = 0; i < STUB_RULES_MAX; i++)
		rule(4 * i, STUB_RESET, i);
	assert_false(stub_rule_set(&s, 4 * STUB_RULES_MAX, STUB_RESET, 1));
	stub_sort(&s);
	for (unsigned i = 1; s.registers < STUB_REGISTERS_MAX; i++)
		put((uint64_t)(i & 2047) << 20 | (4 * (i >> 11)), 4, i);
	assert_false(stub_write(&s, &cpu, 0xfffc, 4, 1));
	assert_false(stub_read(&s, &cpu, 0xfffc, 4, &value));
	assert_int_equal(value, 0);
	assert_int_equal(get(2047ull << 20 | 8, 4), (2 << 11 | 2047));
	assert_int_equal(get(5ull << 20, 4), 5);
	assert_true(s.dropped == 4);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(innermost_window_names_an_address),
		TEST(impossible_windows_are_none),
		TEST(only_windows_remember),
		TEST(any_size_and_alignment),
		TEST(what_is_known_of_a_register_holds),
		TEST(upper_half_enables_bits_of_the_lower),
		TEST(counters_count),
		TEST(reset_brings_reset_values_back),
		TEST(full_tables_say_so_and_do_no_harm),
	};

	return cmocka_run_group_tests_name("board/stub", tests, NULL, NULL);
}
