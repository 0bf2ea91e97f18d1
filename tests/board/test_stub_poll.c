// SPDX-License-Identifier: BSD-2-Clause
// Loops of firmware that wait for registers nobody serves: they end, and no other read is touched.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "board/stub.h"
#include "board/stub_poll.h"

#define BLOCK UINT64_C(0x10000)
#define STATUS (BLOCK + 0x10)
#define OTHER (BLOCK + 0x20)
#define READS_MOST 20000 /* nothing takes longer than that */

static struct stub s;
static struct core {
	struct stub_cpu stub;
	uint64_t pc;
	unsigned asked; /* for it */
} core, second;
static unsigned told;

static uint64_t clock_read(void)
{
	return 0;
}

static uint64_t pc_read(struct stub_cpu *cpu)
{
	((struct core *)cpu)->asked++;
	return ((struct core *)cpu)->pc;
}

static void helped(const struct stub *of, const struct stub_site *site,
		   const struct stub_answer *answer)
{
	assert_ptr_equal(of, &s);
	assert_true(site->answers);
	assert_int_equal(answer->bits & ~answer->mask, 0);
	told++;
}

static int setup(void **state)
{
	(void)state;
	memset(&s, 0, sizeof(s));
	core = second = (struct core){ .stub = { .pc = pc_read } };
	told = 0;
	s.now = clock_read;
	s.helped = helped;
	stub_window_add(&s, BLOCK, 0x1000, "block");
	stub_sort(&s);
	return 0;
}

static uint32_t get_on(struct core *c, uint64_t pc, uint64_t gpa)
{
	uint64_t value;

	c->pc = pc;
	assert_true(stub_read(&s, &c->stub, gpa, 4, &value));
	return (uint32_t)value;
}

static uint32_t get(uint64_t pc, uint64_t gpa)
{
	return get_on(&core, pc, gpa);
}

static void put(uint64_t gpa, uint32_t value)
{
	assert_true(stub_write(&s, &core.stub, gpa, 4, value));
}

/* Something happens between two loops. */
static void go_on(void)
{
	static uint32_t n;

	put(BLOCK + 0xff0, ++n);
}

/* while ((get(STATUS) & MASK) != WANT); returns how often it was read. */
static unsigned wait_for(uint64_t pc, uint32_t mask, uint32_t want)
{
	unsigned reads = 1;

	while ((get(pc, STATUS) & mask) != want)
		assert_true(++reads < READS_MOST);
	return reads;
}

static void any_bit_that_is_waited_for_comes(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 32; bit++) {
		const uint32_t mask = 1u << bit;

		assert_true(wait_for(0x1000 + 8 * bit, mask, mask) <= 12 + 3 * 32);
		go_on();
		put(STATUS, 0xa5a5a5a5); /* and in other surroundings it goes */
		assert_true(wait_for(0x1004 + 8 * bit, mask, 0) <= 12 + 3 * 32);
		go_on();
		put(STATUS, 0);
	}
	assert_int_equal(s.window[0].helped, told);
	assert_true(told >= 32);
}

static void all_kinds_of_conditions_come(void **state)
{
	static const struct {
		uint32_t stable, mask, want;
	} rows[] = {
		{ 0x1234, UINT32_MAX, 0 }, { 0, UINT32_MAX, UINT32_MAX },
		{ 0, 0xff00, 0xff00 },	   { 0xf0, 0xf0, 0 },
		{ 0, 0x3, 0x3 },	   { 0, 0xc0000000, 0xc0000000 },
		{ 0x100, 0x300, 0x200 },   { 0, 0xff, 17 },
		{ 5, UINT32_MAX, 40 },	   { 0, 0x80000000, 0x80000000 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		put(STATUS, rows[i].stable);
		assert_true(wait_for(0x1000 + i, rows[i].mask, rows[i].want) < 600);
		go_on();
		put(STATUS, rows[i].stable);
		assert_true(wait_for(0x1000 + i, rows[i].mask, rows[i].want) < 60);
		go_on();
	}
}

static void what_helped_is_given_at_once(void **state)
{
	(void)state;
	assert_int_equal(wait_for(0x1000, 0x20, 0x20), 12 + 5 * 3);
	go_on();
	assert_int_equal(told, 1);
	assert_int_equal(wait_for(0x1000, 0x20, 0x20), 1);
	put(STATUS, 0x80); /* whatever else the register holds */
	assert_int_equal(wait_for(0x1000, 0x20, 0x20), 1);
	put(STATUS, 0x20); /* what was set is not flipped back */
	assert_int_equal(wait_for(0x1000, 0x20, 0x20), 1);
	/* Another load of that register sees what is there. */
	assert_int_equal(get(0x2000, STATUS), 0x20);
}

static void reset_does_not_wait_again(void **state)
{
	(void)state;
	wait_for(0x1000, 0x20, 0x20);
	put(STATUS, 7);
	stub_cpu_reset(&s, &core.stub);
	stub_reset(&s);
	assert_int_equal(wait_for(0x1000, 0x20, 0x20), 1);
	assert_int_equal(get(0x1004, STATUS), 0);
}

/* A command register: each command another value, the same bit goes when it is done. */
static void busy_bit_of_a_command_goes_whatever_the_command(void **state)
{
	unsigned reads;

	(void)state;
	for (uint32_t command = 1; command < 2000; command++) {
		put(STATUS, command << 8 | 1);
		reads = wait_for(0x1000, 1, 0);
		assert_true(command == 1 || reads == 1);
	}
	assert_int_equal(s.sites, 1);
	assert_int_equal(s.dropped, 0);
}

/* One load that waits now for this, now for that: wait_for_bit() and its like. */
static void load_with_several_answers(void **state)
{
	unsigned reads = 0;

	(void)state;
	for (unsigned round = 0; round < 40; round++) {
		put(STATUS, 0x80000000 | round << 8);
		reads += wait_for(0x1000, 0x80000000, 0);
		put(STATUS, round << 8);
		reads += wait_for(0x1000, 0x4, 0x4);
	}
	assert_true(reads < 40 * 2 * 10 + 400);
}

/* The loop looks at other registers, too, and stores what is there already. */
static void loops_of_several_registers(void **state)
{
	unsigned reads = 0;

	(void)state;
	put(BLOCK + 0x40, 0x76);
	while (!(get(0x1000, STATUS) & 0x10)) {
		get(0x1008, OTHER);
		get(0x1010, OTHER + 4);
		get(0x1018, OTHER + 8);
		put(BLOCK + 0x40, 0x76); /* a watchdog */
		assert_true(++reads < 4 * 300);
	}
	go_on();
	assert_int_equal(told, 1);
	reads = 0;
	while (!(get(0x1000, STATUS) & 0x10) || !(get(0x1008, OTHER) & 0x8000))
		assert_true(++reads < 300);
	go_on();
	reads = 0;
	while (!(get(0x1000, STATUS) & 0x10) || !(get(0x1008, OTHER) & 0x8000))
		assert_true(++reads < 3);
}

/* A loop that gives up proves nothing: the search goes on where it was, and an answer that only seemed
 * to help is left. */
static void loops_that_give_up(void **state)
{
	unsigned rounds = 0, tries = 0;

	(void)state;
	do {
		for (tries = 0; tries < 40 && !(get(0x1000, STATUS) & 1u << 30); tries++)
			continue;
		go_on();
		assert_true(++rounds < 20);
	} while (tries == 40);
	for (unsigned i = 0; i < 5; i++) {
		assert_true(get(0x1000, STATUS) & 1u << 30);
		go_on();
	}
}

/* Data is read, word by word, behind a flag that is looked at each time. */
static void fifo_behind_a_flag(void **state)
{
	unsigned reads = 0;

	(void)state;
	for (unsigned word = 0; word < 500; word++) {
		reads += wait_for(0x1000, 1, 1);
		get(0x1010, OTHER);
	}
	assert_int_equal(reads, 11 + 500);
	/* That it goes on and on looks as if the answer were none; but the loop gets on. */
	for (unsigned word = 0; word < 5000; word++) {
		reads += wait_for(0x1000, 1, 1);
		get(0x1010, OTHER);
	}
	assert_true(reads < 3 * 5000);
	go_on();
	reads = 0;
	for (uint32_t word = 1; word < 5000; word++) {
		reads += wait_for(0x1000, 1, 1);
		put(OTHER, word);
	}
	assert_int_equal(reads, 4999);
}

/* What reads a register often, but does other things in between, is no loop. */
static void no_poll_is_no_poll(void **state)
{
	(void)state;
	put(STATUS, 0x1234);
	/* The rate of a clock is asked for, among others. */
	for (unsigned i = 0; i < 1000; i++) {
		for (unsigned reg = 0; reg < 6; reg++)
			assert_int_equal(get(0x1000 + reg, STATUS + 4 * reg), reg ? 0 : 0x1234);
		if (i % 3 == 0)
			get(0x1000, STATUS);
	}
	/* A table is programmed, with a look at the same register each time. */
	for (unsigned i = 1; i < 1000; i++) {
		put(OTHER, i);
		assert_int_equal(get(0x1000, STATUS), 0x1234);
	}
	/* Something is printed in between. */
	for (unsigned i = 0; i < 1000; i++) {
		s.device_stores++;
		assert_int_equal(get(0x1000, STATUS), 0x1234);
	}
	/* 11 times in a row are not enough, nor are 31 among others. */
	go_on();
	for (unsigned i = 0; i < 11; i++)
		assert_int_equal(get(0x1000, STATUS), 0x1234);
	go_on();
	for (unsigned i = 0; i < 31; i++) {
		assert_int_equal(get(0x1000, STATUS), 0x1234);
		assert_int_equal(get(0x1000, OTHER), 999);
	}
	go_on();
	assert_int_equal(get(0x1000, STATUS), 0x1234);
	assert_int_equal(s.sites, 0);
	assert_int_equal(core.asked, 0); /* for its PC, which costs */
}

/* Where nothing helps, the register is left alone until there is progress, or for a long time. */
static void what_cannot_be_helped_is_left_alone(void **state)
{
	unsigned others = 0, reads = 0;

	(void)state;
	put(STATUS, 0x55);
	for (; reads < 2000; reads++)
		others += get(0x1000, STATUS) != 0x55;
	assert_int_equal(others, 65 * 3 + 256 + 23);
	assert_int_equal(told, 0);
	assert_int_equal(get(0x1000, STATUS), 0x55);
	go_on();
	for (reads = 0; reads < 11; reads++)
		assert_int_equal(get(0x1000, STATUS), 0x55);
	assert_true(wait_for(0x1000, 0x80, 0x80) < 100);
}

/* An access of a byte is not tried with bits that it does not see. */
static void only_bits_that_are_read_are_tried(void **state)
{
	uint64_t value;
	unsigned reads = 0;

	(void)state;
	core.pc = 0x1000;
	do {
		assert_true(stub_read(&s, &core.stub, STATUS + 3, 1, &value));
		assert_true(++reads < 12 + 3 * 8);
	} while (!(value & 0x80));
}

static void registers_that_move_by_themselves_are_no_poll(void **state)
{
	(void)state;
	setup(NULL);
	s.windows = 0;
	stub_window_add(&s, BLOCK, 0x1000, "block");
	stub_rule_set(&s, STATUS, STUB_TOGGLING, 1);
	stub_sort(&s);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(get(0x1000, STATUS), (i & 1) ^ 1);
	assert_int_equal(s.sites, 0);
}

/* Two vCPUs that wait for the same register at the same time, and one that works meanwhile. */
static void vcpus_wait_apart(void **state)
{
	bool first = false, other = false;
	unsigned reads = 0;

	(void)state;
	while (!first || !other) {
		first = first || get_on(&core, 0x1000, STATUS) & 0x40;
		other = other || get_on(&second, 0x2000, STATUS) & 0x2;
		assert_true(++reads < 300);
	}
	setup(NULL);
	for (reads = 0; !(get_on(&core, 0x1000, STATUS) & 0x40); reads++) {
		second.pc = 0x2000;
		stub_write(&s, &second.stub, OTHER, 4, reads);
		assert_true(reads < 300);
	}
}

static void full_table_of_loops(void **state)
{
	(void)state;
	for (unsigned i = 0; i < STUB_SITES_MAX; i++) {
		assert_true(wait_for(0x1000 + 4 * i, 1, 1) <= 13);
		go_on();
	}
	assert_int_equal(s.dropped, 0);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(get(0x9000, STATUS), 0);
	assert_true(s.dropped > 0);
	assert_int_equal(wait_for(0x1000, 1, 1), 1);
}

/* The same firmware sees the same, every time. */
static void order_is_always_the_same(void **state)
{
	static uint32_t seen[2][400];

	for (unsigned run = 0; run < 2; run++) {
		setup(state);
		for (unsigned i = 0; i < 400; i++)
			seen[run][i] = get(0x1000, STATUS);
	}
	assert_memory_equal(seen[0], seen[1], sizeof(seen[0]));
	/* As documented: 11 reads as they are, then each candidate three times. */
	for (unsigned i = 0; i < 11; i++)
		assert_int_equal(seen[0][i], 0);
	for (unsigned i = 0; i < 32 * 3; i++)
		assert_int_equal(seen[0][11 + i], 1u << i / 3);
	assert_int_equal(seen[0][11 + 32 * 3], UINT32_MAX); /* all zeros are there already */
	assert_int_equal(seen[0][11 + 33 * 3], 3);
}

/* While the loop of one PC rests its reads are as cheap as others, and another PC's loop is noticed all the same. */
static void a_register_that_rests_seldom_asks_for_the_pc(void **state)
{
	unsigned reads = 0;

	(void)state;
	while (!s.sites || !s.site[0].rests) {
		get(0x100, STATUS);
		assert_true(++reads < READS_MOST);
	}
	core.asked = 0;
	for (unsigned i = 0; i < 80; i++)
		assert_int_equal(get(0x100, STATUS), 0);
	assert_int_equal(core.asked, 80 / STUB_POLL_LOOK);
	for (reads = 0; !get(0x200, STATUS); reads++)
		assert_true(reads < 2 * STUB_POLL_LOOK);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_register_that_rests_seldom_asks_for_the_pc),
		TEST(any_bit_that_is_waited_for_comes),
		TEST(all_kinds_of_conditions_come),
		TEST(what_helped_is_given_at_once),
		TEST(reset_does_not_wait_again),
		TEST(busy_bit_of_a_command_goes_whatever_the_command),
		TEST(load_with_several_answers),
		TEST(loops_of_several_registers),
		TEST(loops_that_give_up),
		TEST(fifo_behind_a_flag),
		TEST(no_poll_is_no_poll),
		TEST(what_cannot_be_helped_is_left_alone),
		TEST(only_bits_that_are_read_are_tried),
		TEST(registers_that_move_by_themselves_are_no_poll),
		TEST(vcpus_wait_apart),
		TEST(full_table_of_loops),
		TEST(order_is_always_the_same),
	};

	return cmocka_run_group_tests_name("board/stub_poll", tests, NULL, NULL);
}
