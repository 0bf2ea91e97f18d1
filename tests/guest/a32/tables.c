// SPDX-License-Identifier: BSD-2-Clause
// The address space in all ways that AArch32 has: short and long descriptors, pages and blocks, both halves.
#include "case.h"

#define KIB(n) ((u32)(n) << 10)
#define MIB(n) ((u32)(n) << 20)
#define ROOT 0xc0000000u /* a GiB that no RAM, no device and no image lies in */

u32 window_va, code_va;

enum size { OFF, PAGE, LARGE_PAGE, SECTION, SUPERSECTION, LONG_PAGE, LONG_BLOCK };

static const struct way {
	const char *name;
	enum size size;
	bool upper; /* by TTBR1 */
	bool afe; /* AP[0] is the access flag */
} ways[] = {
	{ "page", PAGE, false, false },
	{ "long-page", LONG_PAGE, false, false },
	{ "large-page", LARGE_PAGE, false, false },
	{ "section", SECTION, false, false },
	{ "supersection", SUPERSECTION, false, false },
	{ "page-ttbr1-af", PAGE, true, true },
	{ "long-block", LONG_BLOCK, false, false },
	{ "long-page-ttbr1", LONG_PAGE, true, false },
	{ "off", OFF, false, false },
};

static const struct way *way;
static u32 memory_gpa, device_gpa;

static u32 first[4096] __attribute__((aligned(16384))),
	low_half[4096] __attribute__((aligned(16384)));
static u32 second[2][256] __attribute__((aligned(1024)));
static u64 long_first[4] __attribute__((aligned(32)));
static u64 long_second[512] __attribute__((aligned(4096))),
	long_third[2][512] __attribute__((aligned(4096)));
static u8 code_page[4096] __attribute__((aligned(4096)));

const char *mapping_name(unsigned n)
{
	return n < sizeof(ways) / sizeof(ways[0]) ? ways[n].name : NULL;
}

#define CP15_WRITE(what, v) __asm__ volatile("mcr p15, " what "; isb" ::"r"((u32)(v)) : "memory")
static u32 sctlr_read(void)
{
	u32 v;

	__asm__ volatile("mrc p15, 0, %0, c1, c0, 0" : "=r"(v));
	return v;
}
#define SCTLR_SET(v) CP15_WRITE("0, %0, c1, c0, 0", v)

static bool is_ram(u64 gpa)
{
	return gpa - (machine.ram_base & ~(u64)(MIB(1) - 1)) < machine.ram_size;
}

/* Normal write-back memory, everybody may read and write. */
#define SHORT_AP(shift) (3u << (shift))
#define SHORT_NORMAL(tex) (1u << (tex) | 3u << 2)
#define SHORT_DEVICE (1u << 2)
#define WINDOW_DOMAIN 5u

static u32 section(u32 gpa, bool normal)
{
	return gpa | SHORT_AP(10) | (normal ? SHORT_NORMAL(12) : SHORT_DEVICE) | 2;
}

static u32 small_page(u32 gpa)
{
	return gpa | SHORT_AP(4) | SHORT_NORMAL(6) | 2;
}

static void short_tables_fill(void)
{
	for (u32 i = 0; i < 4096; i++)
		first[i] = i < ROOT >> 20 ? section(i << 20, is_ram((u64)i << 20)) : 0;
	for (u32 i = 0; i < 256; i++)
		second[0][i] = second[1][i] = 0;
	for (u32 i = 0; i < 2; i++)
		first[(code_va >> 20) + i] = (u32)second[i] | WINDOW_DOMAIN << 5 | 1;
	second[0][code_va >> 12 & 0xff] = small_page((u32)code_page);
	for (u32 i = 0; i < 2048; i++)
		low_half[i] = first[i];
}

#define LONG_NORMAL (1ull << 10 | 3u << 8 | 1u << 6 | 1u << 2)
#define LONG_DEVICE (1ull << 10 | 1u << 6)

static void long_tables_fill(void)
{
	for (u64 i = 0; i < 4; i++)
		long_first[i] = i << 30 | 1 | (is_ram(i << 30) ? LONG_NORMAL : LONG_DEVICE);
	for (u32 i = 0; i < 512; i++)
		long_second[i] = long_third[0][i] = long_third[1][i] = 0;
	for (u32 i = 0; i < 2; i++)
		long_second[(code_va >> 21 & 511) + i] = (u32)long_third[i] | 3;
	long_third[0][code_va >> 12 & 511] = (u32)code_page | LONG_NORMAL | 3;
	long_first[ROOT >> 30] = (u32)long_second | 3;
}

void window_map(bool device)
{
	u32 gpa = device ? device_gpa : memory_gpa, va = window_va;

	switch (way->size) {
	case OFF: window_va = gpa; break;
	case PAGE: second[1][va >> 12 & 0xff] = small_page(gpa); break;
	case LARGE_PAGE:
		for (u32 i = 0; i < 16; i++)
			second[1][(va >> 12 & 0xf0) + i] =
				(gpa & ~(KIB(64) - 1)) | SHORT_AP(4) | SHORT_NORMAL(12) | 1;
		break;
	case SECTION: first[va >> 20] = section(gpa & ~(MIB(1) - 1), true); break;
	case SUPERSECTION:
		for (u32 i = 0; i < 16; i++)
			first[(va >> 20 & ~15u) + i] =
				section(gpa & ~(MIB(16) - 1), true) | 1u << 18;
		break;
	case LONG_PAGE: long_third[1][va >> 12 & 511] = gpa | LONG_NORMAL | 3; break;
	case LONG_BLOCK:
		long_second[va >> 21 & 511] = (gpa & ~(MIB(2) - 1)) | LONG_NORMAL | 1;
		break;
	}
	__asm__ volatile("dsb; mcr p15, 0, %0, c8, c7, 0; dsb; isb" ::"r"(0) : "memory");
}

#define TTBCR_EAE (1u << 31)
#define TTBCR_CACHED (3u << 12 | 1u << 10 | 1u << 8)

static void ttbr_long_write(u32 low, u32 high)
{
	__asm__ volatile("mcrr p15, 0, %0, %2, c2; mcrr p15, 1, %1, %2, c2; isb" ::"r"(low),
			 "r"(high), "r"(0));
}

void mapping_begin(unsigned n, u32 memory, u32 device)
{
	bool lpae;

	SCTLR_SET(sctlr_read() & ~(1u << 29 | 1u));
	way = &ways[n];
	lpae = way->size >= LONG_PAGE;
	/* The offset in the largest block is the same for all. */
	memory_gpa = memory;
	device_gpa = device;
	if (way->size == OFF) {
		code_va = (u32)code_page;
		return;
	}
	window_va = ROOT + MIB(16) + (device & (MIB(16) - 1));
	code_va = window_va - (u32)sizeof(code_page);
	if (lpae) {
		long_tables_fill();
		CP15_WRITE("0, %0, c10, c2, 0", 0xff00); /* MAIR0 */
		/* Upper half: one GiB, which begins with a table of the second level. */
		CP15_WRITE("0, %0, c2, c0, 2",
			   TTBCR_EAE | TTBCR_CACHED | (way->upper ? 1u | 2u << 16 : 0));
		ttbr_long_write((u32)long_first, way->upper ? (u32)long_second : 0);
		if (way->upper)
			long_first[ROOT >> 30] = 0;
	} else {
		short_tables_fill();
		CP15_WRITE("0, %0, c3, c0, 0", 1u << 2 * WINDOW_DOMAIN | 1u);
		CP15_WRITE("0, %0, c2, c0, 2", way->upper);
		CP15_WRITE("0, %0, c2, c0, 0", (u32)(way->upper ? low_half : first));
		CP15_WRITE("0, %0, c2, c0, 1", (u32)first);
	}
	window_map(false);
	SCTLR_SET(sctlr_read() | (way->afe ? 1u << 29 : 0) | 1u << 12 | 1u << 2 | 1u);
}

bool mapping_suits(const struct test_case *t)
{
	if (t->flags & CASE_FAULT)
		return way->size == PAGE || way->size == LONG_PAGE;
	/* Without MMU addresses are compared, which is not done with big-endian ones. */
	return way->size != OFF || (t->base != 15 && !(t->flags & CASE_BIG));
}

u32 mapping_apart(void)
{
	return way->size == OFF ? device_gpa - memory_gpa : 0;
}

void code_put(u32 at, const void *code, u32 size)
{
	const u8 *from = code;

	for (u32 i = 0; i < size; i++)
		code_page[at + i] = from[i];
	for (u32 i = 0; i < size + 32; i += 32)
		__asm__ volatile("mcr p15, 0, %0, c7, c11, 1" ::"r"(&code_page[at] + i) : "memory");
	__asm__ volatile("dsb; mcr p15, 0, %0, c7, c5, 0; dsb; isb" ::"r"(0) : "memory");
}
