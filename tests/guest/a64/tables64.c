// SPDX-License-Identifier: BSD-2-Clause
// The address space in the ways that AArch64 has: granules, sizes, pages and blocks, both halves, tags.
#include "case64.h"

#define GIB(n) ((u64)(n) << 30)
#define MIB(n) ((u64)(n) << 20)
#define TABLES 8
#define TABLE_SIZE 65536
#define TAG (0x5aull << 56)

#define DESC_TABLE 3ull
#define DESC_BLOCK 1ull
#define DESC_NORMAL (1ull << 2) /* attribute 1; 0 is device */
#define DESC_USER (1ull << 6)
#define DESC_READ_ONLY (1ull << 7)
#define DESC_SHARED (3ull << 8)
#define DESC_AF (1ull << 10)

enum end { END_OPEN, END_UNMAPPED, END_NO_ACCESS_FLAG }; /* what is behind the window */

static const struct way {
	const char *name;
	unsigned page; /* log2; 0: the MMU is off */
	unsigned size; /* T0SZ or T1SZ */
	int leaf; /* level of the window's descriptor */
	bool high; /* by TTBR1 */
	bool tagged;
	enum end end;
} ways[] = {
	{ "4k", 12, 25, 3, false, false, END_UNMAPPED },
	{ "off", 0, 0, 0, false, false, END_OPEN },
	{ "4k-high", 12, 25, 3, true, false, END_NO_ACCESS_FLAG },
	{ "4k-high-48-bits", 12, 16, 3, true, false, END_UNMAPPED },
	{ "4k-high-25-bits", 12, 39, 3, true, false, END_UNMAPPED },
	{ "4k-2m", 12, 25, 2, false, false, END_OPEN },
	{ "4k-1g-high", 12, 25, 1, true, false, END_OPEN },
	{ "4k-tagged", 12, 25, 3, false, true, END_UNMAPPED },
	{ "4k-tagged-high", 12, 25, 3, true, true, END_UNMAPPED },
	{ "16k", 14, 28, 3, false, false, END_OPEN },
	{ "16k-high-47-bits", 14, 17, 3, true, false, END_OPEN },
	{ "16k-32m", 14, 28, 2, false, false, END_OPEN },
	{ "64k", 16, 22, 3, false, false, END_OPEN },
	{ "64k-high-48-bits", 16, 16, 3, true, false, END_OPEN },
	{ "64k-512m-high", 16, 22, 2, true, false, END_OPEN },
};

u64 window_va, code_va;

static const struct way *way;
static u64 memory_gpa, device_gpa;
static u64 *leaf; /* the window's descriptor */

static u64 tables[TABLES][TABLE_SIZE / 8] __attribute__((aligned(TABLE_SIZE)));
static unsigned tables_used;
static u8 code_page[TABLE_SIZE] __attribute__((aligned(TABLE_SIZE)));

/* A root and how it is walked. */
struct half {
	u64 *root;
	unsigned page, bits;
	int level;
};

const char *way_name(unsigned n)
{
	return n < sizeof(ways) / sizeof(*ways) ? ways[n].name : NULL;
}

bool way_offered(unsigned n)
{
	u64 id = sysreg_read(id_aa64mmfr0_el1);

	switch (ways[n].page) {
	case 12: return (id >> 28 & 15) != 15;
	case 14: return (id >> 20 & 15) != 0;
	case 16: return (id >> 24 & 15) != 15;
	}
	return true;
}

bool way_has_end(unsigned n)
{
	return ways[n].end != END_OPEN;
}

bool way_is_near(unsigned n)
{
	return ways[n].leaf == 3;
}

static u64 *table_new(void)
{
	u64 *table = tables[tables_used++];

	for (unsigned i = 0; i < TABLE_SIZE / 8; i++)
		table[i] = 0;
	return table;
}

static struct half half_new(unsigned page, unsigned size)
{
	unsigned stride = page - 3, bits = 64 - size;

	return (struct half){ table_new(), page, bits,
			      4 - (int)((bits - page + stride - 1) / stride) };
}

static unsigned shift_of(const struct half *h, int level)
{
	return h->page + (h->page - 3) * (unsigned)(3 - level);
}

static u64 *map(const struct half *h, u64 va, u64 gpa, int level, u64 attributes)
{
	u64 *table = h->root, *entry;

	va &= (1ull << h->bits) - 1;
	for (int l = h->level;; l++) {
		entry = &table[va >> shift_of(h, l) & ((1u << (h->page - 3)) - 1)];
		if (l == level)
			break;
		if (!*entry)
			*entry = (u64)table_new() | DESC_TABLE;
		table = (u64 *)(*entry & ~0xfffull & ((1ull << 48) - 1));
	}
	gpa &= ~((1ull << shift_of(h, level)) - 1);
	*entry = gpa | attributes | (level == 3 ? DESC_TABLE : DESC_BLOCK);
	return entry;
}

/* Everything at its own address, for this program itself. */
static void map_identity(const struct half *h)
{
	int level = h->page == 12 ? 1 : 2;
	u64 block = 1ull << shift_of(h, level), end = machine.ram_base + machine.ram_size;

	for (u64 gpa = 0; gpa < end; gpa += block)
		map(h, gpa, gpa, level,
		    DESC_AF | DESC_SHARED | (gpa + block > machine.ram_base ? DESC_NORMAL : 0));
}

static void flush(void)
{
	__asm__ volatile("dsb sy; tlbi vmalle1; ic iallu; dsb sy; isb" ::: "memory");
}

static void map_case(const struct half *h)
{
	const u64 window = DESC_AF | DESC_SHARED | DESC_NORMAL | DESC_USER,
		  code = window | DESC_READ_ONLY;
	u64 size = 1ull << shift_of(h, way->leaf), base = h->bits > 34 ? GIB(8) : MIB(16);

	if (way->high)
		base += -1ull << h->bits;
	window_va = base + size + (device_gpa & (size - 1));
	code_va = base + ((u64)code_page & (size - 1));
	map(h, code_va, (u64)code_page, way->leaf, code);
	leaf = map(h, window_va, memory_gpa, way->leaf, window);
	if (way->end == END_NO_ACCESS_FLAG)
		map(h, window_va + size, memory_gpa + size, way->leaf, window & ~DESC_AF);
	if (way->tagged)
		window_va ^= TAG;
}

static u64 tcr_of(const struct half *low, const struct half *high)
{
	static const u8 low_page[] = { [12] = 0, [16] = 1, [14] = 2 },
			high_page[] = { [14] = 1, [12] = 2, [16] = 3 };
	u64 tcr = 2ull << 32; /* 40 bits of physical address */

	tcr |= (64 - low->bits) | 0x3500 | (u64)low_page[low->page] << 14;
	tcr |= (u64)way->tagged << 37 | (u64)way->tagged << 38;
	if (!high)
		return tcr | 1 << 23;
	return tcr | (u64)(64 - high->bits) << 16 | (u64)0x3500 << 16 |
	       (u64)high_page[high->page] << 30;
}

void way_begin(unsigned n, u64 memory, u64 device)
{
	struct half low, high;

	way = &ways[n];
	memory_gpa = memory;
	device_gpa = device;
	window_va = memory;
	code_va = (u64)code_page;
	tables_used = 0;
	if (!way->page)
		return;
	low = half_new(way->high ? 12 : way->page, way->high ? 25 : way->size);
	map_identity(&low);
	if (way->high)
		high = half_new(way->page, way->size);
	map_case(way->high ? &high : &low);
	sysreg_write(mair_el1, 0xff00);
	sysreg_write(tcr_el1, tcr_of(&low, way->high ? &high : NULL));
	sysreg_write(ttbr0_el1, low.root);
	/* A root that is smaller than a page still lies at the begin of one. */
	sysreg_write(ttbr1_el1, way->high ? high.root : 0);
	flush();
	sysreg_write(sctlr_el1, sysreg_read(sctlr_el1) | 1 << 12 | 1 << 2 | 1);
}

void way_end(void)
{
	sysreg_write(sctlr_el1, sysreg_read(sctlr_el1) & ~(1ull << 12 | 1 << 2 | 1));
	flush();
}

void window_map(bool device)
{
	u64 size;

	if (!way->page) {
		window_va = device ? device_gpa : memory_gpa;
		return;
	}
	size = 1ull << (way->page + (way->page - 3) * (unsigned)(3 - way->leaf));
	*leaf = ((device ? device_gpa : memory_gpa) & ~(size - 1)) | (*leaf & 0xfff);
	/* This address alone: to forget all costs an emulated CPU far more. */
	__asm__ volatile("dsb sy; tlbi vaae1, %0; dsb sy; isb" ::"r"(window_va << 8 >> 20)
			 : "memory");
}

void code_put(u64 at, const void *code, unsigned size)
{
	const u8 *from = code;

	for (unsigned i = 0; i < size; i++)
		code_page[at + i] = from[i];
	for (u64 line = (u64)code_page + (at & ~15ull); line < (u64)code_page + at + size;
	     line += 16)
		__asm__ volatile("dc cvau, %0" ::"r"(line) : "memory");
	__asm__ volatile("dsb sy; ic iallu; dsb sy; isb" ::: "memory");
}
