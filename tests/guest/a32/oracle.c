// SPDX-License-Identifier: BSD-2-Clause
// Runs each case twice, on memory and on a device that behaves like memory, at the same addresses,
// and compares all registers and bytes.
#include "case.h"

#define MIB (1u << 20)
#define WORDS (WINDOW_SIZE / 4)
#define SLOT 0xf80 /* of the page of code; literals reach the window from here */
#define ARM_EXIT 0xfe0
#define THUMB_EXIT 0xff0
#define BRANCH_SPAN 128 /* bytes to both sides of the base that hold where to go to */
#define WHOLE_EVERY 2048 /* cases between two looks at all of the device */
#define TOLD_MOST 12
#define SAMPLE 16 /* each of so many cases, by large pages and blocks */

#define CPSR_BASE 0x1c0u /* A, I, F masked */
#define CPSR_T 0x20u
#define CPSR_E 0x200u

extern const u8 end_a32[], end_t32[];

static u32 memory, device; /* guest physical, and mapped to themselves */
static u32 changed[WORDS]; /* numbers of words, and what a store made of them */
static unsigned changes;

static u32 mixed(u32 v)
{
	v = (v ^ v >> 15) * 0x2c1b3c6d;
	v = (v ^ v >> 12) * 0x297a2d39;
	return v ^ v >> 15;
}

/* What a word of the window holds before a case. */
static u32 pattern(const struct test_case *t, u32 word)
{
	u32 base = (u32)t->base_at & ~3u, at = word * 4;

	if (t->flags & CASE_BRANCH && at + BRANCH_SPAN >= base && at < base + BRANCH_SPAN)
		return code_va + (word & 1 ? THUMB_EXIT | 1 : ARM_EXIT);
	return mixed(word + 1);
}

static void word_put(u32 base, u32 word, u32 value)
{
	mmio_write(base + word * 4, value);
}

static void branches_put(const struct test_case *t, const struct test_case *as)
{
	u32 first = ((u32)t->base_at - BRANCH_SPAN) / 4;

	if (!(t->flags & CASE_BRANCH))
		return;
	for (u32 i = first; i < WORDS && i < first + 2 * BRANCH_SPAN / 4; i++) {
		word_put(memory, i, pattern(as, i));
		word_put(device, i, pattern(as, i));
	}
}

static u32 *reg_of(struct context *c, unsigned reg)
{
	unsigned mode = c->cpsr & 0x1f;

	if (mode == 0x11 && reg >= 8)
		return &c->fiq[reg - 8];
	if (mode == 0x12 && reg >= 13)
		return &c->irq[reg - 13];
	if (mode == 0x13 && reg >= 13)
		return &c->svc[reg - 13];
	return &c->r[reg];
}

static void context_fill(struct context *c, const struct test_case *t)
{
	u32 *word = (u32 *)c;

	for (u32 i = 0; i < sizeof(*c) / 4; i++)
		word[i] = mixed(0x1000 + i);
	c->fpscr = c->dfsr = c->dfar = c->spsr_abt = 0;
	c->cpsr = CPSR_BASE | (t->mode & 0x1f) | (t->mode >> 6 & 3u) << 29;
	if (t->flags & CASE_T32)
		c->cpsr |= CPSR_T;
	if (t->flags & CASE_BIG)
		c->cpsr |= CPSR_E;
	c->pc = code_va + SLOT;
	if (t->index != 15)
		*reg_of(c, t->index) = (u32)t->index_value;
	if (t->base != 15)
		*reg_of(c, t->base) = window_va + (u32)t->base_at;
}

static void code_place(const struct test_case *t)
{
	u8 code[CASE_CODE + 4];
	const u8 *end = t->flags & CASE_T32 ? end_t32 : end_a32;

	for (u32 i = 0; i < t->length; i++)
		code[i] = t->code[i];
	for (u32 i = 0; i < 4; i++)
		code[t->length + i] = end[i];
	code_put(SLOT, code, t->length + 4u);
}

static void changes_find(const struct test_case *t)
{
	changes = 0;
	for (u32 i = 0; i < WORDS; i++)
		if (((volatile u32 *)memory)[i] != pattern(t, i))
			changed[changes++] = i;
}

/* An address in the window is another one on the device where no MMU makes them equal. */
static bool same(u32 on_memory, u32 on_device)
{
	return on_device - on_memory == 0 || on_device - on_memory == mapping_apart();
}

static bool word_equal(u32 word)
{
	return same(mmio_read(memory + word * 4), mmio_read(device + word * 4));
}

/* The words that memory's run has changed, and those to both sides, are the same on the device. */
static bool memory_equal(const struct test_case *t)
{
	bool good = true;

	for (unsigned i = 0; i < changes; i++) {
		u32 at = changed[i];

		good &= word_equal(at);
		if (at && (!i || changed[i - 1] + 1 < at))
			good &= word_equal(at - 1);
		if (at + 1 < WORDS && (i + 1 == changes || changed[i + 1] > at + 1))
			good &= word_equal(at + 1);
	}
	for (unsigned i = 0; i < changes; i++) {
		word_put(memory, changed[i], pattern(t, changed[i]));
		word_put(device, changed[i], pattern(t, changed[i]));
	}
	return good;
}

/*
 * Where a load faults half-way, what it has loaded by then may be in registers or not: cases of faults
 * do so with R0 to R7 and SIMD registers. And the emulated CPU keeps the old mode's SPSR when EL2
 * returns to another mode, so that an abort that is given from outside shows none.
 */
static bool is_compared(const struct test_case *t, u32 word)
{
	if (!(t->flags & CASE_FAULT))
		return true;
	return word >= 8 && word != CTX_CPSR / 4 && word != CTX_SPSR_ABT / 4 && word < CTX_D / 4;
}

static bool contexts_equal(const struct test_case *t, const struct context *a,
			   const struct context *b)
{
	const u32 *x = (const u32 *)a, *y = (const u32 *)b;

	for (u32 i = 0; i < CTX_SIZE / 4; i++)
		if (is_compared(t, i) && !same(x[i], y[i]))
			return false;
	return true;
}

static void difference_print(const struct context *a, const struct context *b)
{
	const u32 *x = (const u32 *)a, *y = (const u32 *)b;

	for (u32 i = 0; i < CTX_SIZE / 4; i++)
		if (x[i] != y[i])
			print("  word %d: memory 0x%x device 0x%x\n", i, x[i], y[i]);
}

static bool case_compare(unsigned way, unsigned number)
{
	static struct context on_memory, on_device;
	static const struct test_case none = { .base_at = 0 };
	const struct test_case *t = &cases[number];
	u32 want = t->flags & CASE_FAULT ? END_DATA_ABORT : END_UNDEFINED;
	const char *wrong = NULL;

	code_place(t);
	branches_put(t, t);
	window_map(false);
	context_fill(&on_memory, t);
	case_run(&on_memory);
	window_map(true);
	context_fill(&on_device, t);
	case_run(&on_device);

	changes_find(t);
	if (!contexts_equal(t, &on_memory, &on_device))
		wrong = "registers";
	if (!memory_equal(t))
		wrong = "memory";
	if (on_memory.end != want)
		wrong = "end";
	branches_put(t, &none);
	if (!wrong)
		return true;
	print("DIFFERS case %d %s: %s\n", number, mapping_name(way), wrong);
	difference_print(&on_memory, &on_device);
	return false;
}

static bool whole_equal(unsigned way)
{
	bool good = true;

	for (u32 i = 0; i < WORDS; i++) {
		u32 is = mmio_read(device + i * 4);

		if (is != mixed(i + 1)) {
			print("DIFFERS whole %s: word 0x%x of the device: 0x%x\n",
			      mapping_name(way), i * 4, is);
			good = false;
			word_put(device, i, mixed(i + 1));
		}
	}
	return good;
}

static void way_run(unsigned way, unsigned first_case, unsigned every)
{
	unsigned ran = 0, differ = 0, all = (unsigned)(cases_end - cases);

	mapping_begin(way, memory, device);
	for (unsigned i = first_case; i < all && differ < TOLD_MOST; i += every) {
		if (!mapping_suits(&cases[i]))
			continue;
		differ += !case_compare(way, i);
		if (++ran % WHOLE_EVERY == 0)
			differ += !whole_equal(way);
	}
	differ += !whole_equal(way);
	print("ran %d cases: %s\n", ran, mapping_name(way));
	check(mapping_name(way), !differ && ran);
}

void guest_main(void)
{
	struct fdt_node node;
	u64 gpa, size;

	if (!fdt_find("kvmshim,scratch", 0, &node) || !fdt_reg(&node, 0, &gpa, &size)) {
		fail("device", "no kvmshim,scratch in the tree");
		return;
	}
	device = (u32)gpa;
	memory = ((u32)(machine.ram_base + machine.ram_size) & ~(16 * MIB - 1)) - 16 * MIB +
		 (device & (16 * MIB - 1));
	for (u32 i = 0; i < WORDS; i++) {
		word_put(memory, i, mixed(i + 1));
		word_put(device, i, mixed(i + 1));
	}
	code_put(ARM_EXIT, end_a32, 4);
	code_put(THUMB_EXIT, end_t32, 4);
	/* All cases by pages, half of them of either format; some of them by everything else. */
	for (unsigned way = 0; mapping_name(way); way++)
		way_run(way, way, way < 2 ? 2 : SAMPLE);
}
