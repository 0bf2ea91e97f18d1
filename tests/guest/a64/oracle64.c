// SPDX-License-Identifier: BSD-2-Clause
// Runs each case twice, on memory and on a device that behaves like memory, at the same addresses,
// and compares all registers and bytes.
#include "case64.h"

#define WORDS (WINDOW_SIZE / 8)
#define SLOT 0x80 /* of the page of code */
#define WHOLE_EVERY 512 /* cases between two looks at all of the device */
#define TOLD_MOST 12
#define SAMPLE 16 /* each of so many cases, in all ways to map but the first */
#define PSTATE_DAIF 0x3c0
#define NONE 255
#define CLASS(esr) ((u32)(esr) >> 26)
#define CLASS_SVC 0x15

static u64 memory, device; /* guest physical, and mapped to themselves */
static u64 changed[WORDS]; /* numbers of words that a store has changed */
static unsigned changes;

static u64 mixed(u64 v)
{
	v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9ull;
	v = (v ^ v >> 27) * 0x94d049bb133111ebull;
	return v ^ v >> 31;
}

static u64 word_get(u64 base, u64 word)
{
	u64 v;

	__asm__ volatile("ldr %0, [%1]" : "=r"(v) : "r"(base + word * 8) : "memory");
	return v;
}

static void word_put(u64 base, u64 word, u64 v)
{
	__asm__ volatile("str %0, [%1]" ::"r"(v), "r"(base + word * 8) : "memory");
}

static void context_fill(struct context *c, const struct test_case *t)
{
	u64 *word = (u64 *)c;

	for (u64 i = 0; i < sizeof(*c) / 8; i++)
		word[i] = mixed(0x10000 + i);
	c->pstate = PSTATE_DAIF | t->mode | (mixed(t->at) & 15) << 28;
	c->pc = code_va + SLOT;
	c->sp &= ~15ull;
	if (t->index != NONE)
		c->x[t->index] = t->index_value;
	if (t->base != NONE)
		word[t->base] = window_va + (u64)(s64)t->at;
}

static void code_place(const struct test_case *t)
{
	u8 code[CASE_CODE + 4];
	static const u8 svc[4] = { 0x21, 0, 0, 0xd4 };

	for (unsigned i = 0; i < t->length; i++)
		code[i] = t->code[i];
	for (unsigned i = 0; i < 4; i++)
		code[t->length + i] = svc[i];
	code_put(SLOT, code, t->length + 4u);
}

/* The words that memory's run has changed, and those to both sides, are the same on the device. */
static bool memory_equal(void)
{
	bool good = true;

	changes = 0;
	for (u64 i = 0; i < WORDS; i++)
		if (word_get(memory, i) != mixed(i))
			changed[changes++] = i;
	for (unsigned n = 0; n < changes; n++) {
		u64 i = changed[n];

		good &= word_get(device, i) == word_get(memory, i);
		if (i)
			good &= word_get(device, i - 1) == word_get(memory, i - 1);
		if (i + 1 < WORDS)
			good &= word_get(device, i + 1) == word_get(memory, i + 1);
	}
	for (unsigned n = 0; n < changes; n++) {
		word_put(memory, changed[n], mixed(changed[n]));
		word_put(device, changed[n], mixed(changed[n]));
	}
	return good;
}

/* The number of the first word that differs, or -1. A base is as far from its window in both. */
static int difference(const struct test_case *t, const struct context *on_memory,
		      const struct context *on_device, u64 distance)
{
	const u64 *a = (const u64 *)on_memory, *b = (const u64 *)on_device;
	/* Where an access faults half-way, what was loaded by then may be in SIMD registers or not. */
	unsigned end = t->flags & CASE_FAULT ? CTX_HOST / 8 : CTX_SIZE / 8;

	for (unsigned i = 0; i < end; i++) {
		if (i >= CTX_HOST / 8 && i < CTX_V / 8)
			continue;
		if (a[i] != b[i] && !(i == t->base && b[i] - a[i] == distance))
			return (int)i;
	}
	return -1;
}

static bool case_compare(unsigned way, unsigned number)
{
	static struct context on_memory, on_device;
	const struct test_case *t = &cases[number];
	u64 begin;
	bool fault;
	int word;

	code_place(t);
	window_map(false);
	begin = window_va;
	context_fill(&on_memory, t);
	case_run(&on_memory);
	window_map(true);
	context_fill(&on_device, t);
	case_run(&on_device);

	word = difference(t, &on_memory, &on_device, window_va - begin);
	fault = CLASS(on_memory.esr) != CLASS_SVC;
	if (memory_equal() && word < 0 && fault == (t->flags & CASE_FAULT))
		return true;
	print("DIFFERS case %d %s: word %d memory 0x%lx device 0x%lx, esr 0x%lx 0x%lx\n", number,
	      way_name(way), word, word < 0 ? 0 : ((u64 *)&on_memory)[word],
	      word < 0 ? 0 : ((u64 *)&on_device)[word], on_memory.esr, on_device.esr);
	return false;
}

static unsigned whole_compare(void)
{
	unsigned wrong = 0;

	for (u64 i = 0; i < WORDS; i++)
		wrong += word_get(device, i) != mixed(i);
	return wrong;
}

/* What this CPU or this way to map has not. */
static u32 missing(unsigned way)
{
	u64 isar0 = sysreg_read(id_aa64isar0_el1), rcpc = sysreg_read(id_aa64isar1_el1) >> 20 & 15;

	return (way_has_end(way) ? 0u : CASE_FAULT) | (way_is_near(way) ? 0u : CASE_LITERAL) |
	       ((isar0 >> 20 & 15) >= 2 ? 0u : CASE_LSE) | (rcpc >= 1 ? 0u : CASE_RCPC) |
	       (rcpc >= 2 ? 0u : CASE_RCPC2);
}

static void way_run(unsigned way, unsigned every)
{
	unsigned ran = 0, differ = 0, all = (unsigned)(cases_end - cases);
	u32 without = missing(way);

	way_begin(way, memory, device);
	for (unsigned i = way % every; i < all && differ < TOLD_MOST; i += every) {
		if (cases[i].flags & without)
			continue;
		differ += !case_compare(way, i);
		if (++ran % WHOLE_EVERY == 0)
			differ += whole_compare();
	}
	differ += whole_compare();
	way_end();
	print("ran %d cases: %s\n", ran, way_name(way));
	check(way_name(way), !differ && ran);
}

void guest_main(void)
{
	struct fdt_node node;
	u64 size;

	if (!fdt_find("kvmshim,scratch", 0, &node) || !fdt_reg(&node, 0, &device, &size)) {
		fail("device", "no kvmshim,scratch in the tree");
		return;
	}
	/* As far into its GiB as the device, so that blocks of all sizes can hold either. */
	memory = (machine.ram_base & -(1ull << 30)) + (device & ((1ull << 30) - 1));
	if (memory + size > machine.ram_base + machine.ram_size) {
		fail("memory", "too little of it");
		return;
	}
	sysreg_write(cpacr_el1, 3 << 20);
	sysreg_write(sctlr_el1, sysreg_read(sctlr_el1) | 1 << 14); /* DC ZVA at EL0 */
	for (u64 i = 0; i < WORDS; i++) {
		word_put(memory, i, mixed(i));
		word_put(device, i, mixed(i));
	}
	for (unsigned way = 0; way_name(way); way++) {
		if (way_offered(way))
			way_run(way, way ? SAMPLE : 1);
		else
			print("not offered: %s\n", way_name(way));
	}
}
