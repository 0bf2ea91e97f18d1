// SPDX-License-Identifier: BSD-2-Clause
// The guest's own translation tables: one address step by step, and all of them as ranges.
#include <inttypes.h>
#include <stdio.h>

#include "boot/guestmem.h"
#include "boot/monitor/monitor.h"
#include "boot/monitor/views.h"
#include "boot/monitor/words.h"
#include "boot/place.h"
#include "boot/shim.h"
#include "kvm/insn/mapping.h"
#include "kvm/sysfield.h"

#define ROWS 100 /* that are printed at once */
#define LOOKS (1u << 19) /* at once: tables may lead round in circles */
#define LOOKS_A_BREATH 4096 /* between looks for a Ctrl-C */

static struct guestmem mem; /* the loop's thread is the only one that looks */

const char *view_fault(enum walk_kind kind)
{
	static const char *const causes[] = {
		[WALK_OK] = "no memory is there",
		[WALK_TRANSLATION] = "not mapped",
		[WALK_ADDRESS_SIZE] = "more address bits than there are",
		[WALK_ACCESS_FLAG] = "the access flag is not set",
		[WALK_PERMISSION] = "not permitted",
		[WALK_DOMAIN] = "its domain gives no access",
		[WALK_TABLE] = "a table is where no memory is",
	};

	return kind < sizeof(causes) / sizeof(causes[0]) && causes[kind] ? causes[kind] : "fault";
}

/* What the CPU calls it in ESR_EL1. */
static const char *fault_name(enum walk_kind kind)
{
	return kind == WALK_ADDRESS_SIZE ? "address size fault"
	       : kind == WALK_TABLE	 ? "external abort on a table"
					 : "translation fault";
}

static const char *rights(uint8_t right, char buf[4])
{
	buf[0] = right & MAPPING_READ ? 'r' : '-';
	buf[1] = right & MAPPING_WRITE ? 'w' : '-';
	buf[2] = right & MAPPING_EXECUTE ? 'x' : '-';
	buf[3] = '\0';
	return buf;
}

/* 2^BITS bytes. */
static const char *size_text(unsigned bits, char buf[12])
{
	static const char unit[] = "KMGTP";

	snprintf(buf, 12, "%u %ciB", 1u << (bits - 10) % 10, unit[(bits - 10) / 10]);
	return buf;
}

static bool mmu_is_on(void)
{
	return insn_get(&mem.regs.cpu, INSN_SCTLR) & 1;
}

/* False: that half has none. */
static bool table_print(bool high)
{
	const struct walk_half half = walk_half(&mem.regs.cpu, high);
	const uint64_t ttbr = insn_get(&mem.regs.cpu, high ? INSN_TTBR1 : INSN_TTBR0);
	char page[12];

	if (half.bits)
		monitor_print("  TTBR%d_EL1 %016" PRIx64 ": %u address bits, pages of %s\n", high,
			      ttbr, half.bits, size_text(half.page, page));
	else
		monitor_print("  TTBR%d_EL1 is switched off, by TCR_EL1.EPD%d\n", high, high);
	return half.bits;
}

/* AArch32: both of them, whatever TTBCR makes of them. */
static void tables32_print(void)
{
	const uint64_t ttbcr = insn_get(&mem.regs.cpu, INSN_TCR);

	monitor_print("  TTBR0 %" PRIx64 ", TTBR1 %" PRIx64 ", TTBCR %08" PRIx32
		      ": %s descriptors\n",
		      insn_get(&mem.regs.cpu, INSN_TTBR0), insn_get(&mem.regs.cpu, INSN_TTBR1),
		      (uint32_t)ttbcr, ttbcr >> 31 & 1 ? "long" : "short");
}

/*
 * --- one address ---------------------------------------------------------------------------------
 */

static void step_print(const struct walk_step *step)
{
	static const char *const whats[] = { "invalid", "a table", "a block of ", "a page of " };
	const enum mapping_what what = mapping_what(step);
	char size[12] = "";

	if (what >= MAPPING_BLOCK)
		size_text(step->span, size);
	monitor_print("  level %2d at %012" PRIx64 ": %0*" PRIx64 "  %s%s\n", step->level,
		      step->gpa, step->size * 2, step->value, whats[what], size);
}

static void target_print(const struct shim *s, uint64_t va, const struct mapping *m)
{
	const bool aarch32 = mem.regs.cpu.aarch32;
	char memory[SYSFIELD_MEMORY], el1[4], el0[4], place[PLACE_SIZE];
	struct place found;

	monitor_print("%#" PRIx64 " is at physical %#" PRIx64 "\n", va, m->gpa);
	if (m->trail.steps)
		monitor_print("  %s %s, %s %s, %s%s\n", aarch32 ? "PL1" : "EL1",
			      rights(m->el1, el1), aarch32 ? "PL0" : "EL0", rights(m->el0, el0),
			      sysfield_memory(m->memory, memory),
			      m->accessed ? "" : "; the access flag is clear");
	if (place_find(s, m->gpa, &found))
		monitor_print("  %s\n", place_text(s, m->gpa, place));
}

int view_translate(struct shim *s, int argc, char **argv)
{
	struct mapping m;
	uint64_t va;

	if (argc < 2) {
		monitor_print("translate ADDR: which address\n");
		return -1;
	}
	if (!words_address(s, argv[1], &va))
		return -1;
	guestmem_bind(&mem, s, monitor_vcpu(s));
	if (!mmu_is_on())
		monitor_print("  the MMU is off: addresses are physical\n");
	else if (mem.regs.cpu.aarch32)
		tables32_print();
	else
		table_print(va >> 55 & 1);
	mapping_find(&mem.regs.cpu, va, &m);
	for (unsigned i = 0; i < m.trail.steps; i++)
		step_print(&m.trail.step[i]);
	if (m.fault.kind) {
		monitor_print("%#" PRIx64 ": %s (%s, level %d)\n", va, view_fault(m.fault.kind),
			      fault_name(m.fault.kind), m.fault.level);
		return -1;
	}
	target_print(s, va, &m);
	return 0;
}

/*
 * --- all -----------------------------------------------------------------------------------------
 */

/* Addresses that follow each other and are mapped alike, FIRST to LAST. */
struct range {
	uint64_t first, last;
	struct mapping m; /* of the first */
};

static void range_print(const struct range *r)
{
	const int digits = mem.regs.cpu.aarch32 ? 8 : 16;
	char memory[SYSFIELD_MEMORY], el1[4], el0[4];

	if (r->m.fault.kind)
		monitor_print("%0*" PRIx64 "-%0*" PRIx64 " %s\n", digits, r->first, digits, r->last,
			      view_fault(r->m.fault.kind));
	else
		monitor_print("%0*" PRIx64 "-%0*" PRIx64 " %012" PRIx64 " %s %s %s%s\n", digits,
			      r->first, digits, r->last, r->m.gpa, rights(r->m.el1, el1),
			      rights(r->m.el0, el0), sysfield_memory(r->m.memory, memory),
			      r->m.accessed ? "" : " AF=0");
}

static bool continues(const struct range *r, uint64_t va, const struct mapping *m)
{
	if (va != r->last + 1 || m->fault.kind != r->m.fault.kind)
		return false;
	return m->fault.kind ||
	       (m->gpa == r->m.gpa + (va - r->first) && m->el1 == r->m.el1 && m->el0 == r->m.el0 &&
		m->memory == r->m.memory && m->accessed == r->m.accessed);
}

/* One way through the tables. */
struct tour {
	struct range range;
	bool open; /* there is a range, which may still grow */
	unsigned rows, looks;
	bool stopped; /* by the person */
};

/* The range is over. False: enough is printed. */
static bool range_end(struct tour *t)
{
	if (!t->open)
		return true;
	range_print(&t->range);
	t->open = false;
	return ++t->rows < ROWS;
}

/* VA, and what goes with it up to LAST, is M. False: enough. */
static bool range_add(struct tour *t, uint64_t va, uint64_t last, const struct mapping *m)
{
	const bool mapped = m->fault.kind != WALK_TRANSLATION;

	if (t->open && mapped && continues(&t->range, va, m)) {
		t->range.last = last;
		return true;
	}
	if (!range_end(t))
		return false;
	if (mapped) {
		t->range = (struct range){ va, last, *m };
		t->open = true;
	}
	return true;
}

/* FROM to TO, or *NEXT: where it stopped. True: all. */
static bool tour_go(struct shim *s, struct tour *t, uint64_t from, uint64_t to, uint64_t *next)
{
	uint64_t va = from, last = 0;

	for (;; va = last + 1) {
		struct mapping m;

		*next = va;
		t->stopped = ++t->looks % LOOKS_A_BREATH == 0 && monitor_interrupted(s);
		if (t->stopped || t->looks > LOOKS)
			break;
		mapping_find(&mem.regs.cpu, va, &m);
		last = va | ((1ull << m.span) - 1);
		if (!range_add(t, va, last < to ? last : to, &m))
			return false;
		if (last >= to)
			break;
	}
	range_end(t);
	return last >= to;
}

/* One half of the address space from *FROM on, which becomes where it stopped; false: it did. */
static bool half_show(struct shim *s, struct tour *t, bool high, uint64_t *from)
{
	const struct walk_half half = walk_half(&mem.regs.cpu, high);
	const uint64_t size = half.bits ? 1ull << half.bits : 0;
	uint64_t first = high ? -size : 0, last = high ? UINT64_MAX : size - 1;

	if (mem.regs.cpu.aarch32) {
		first = 0;
		last = UINT32_MAX;
	} else if (!size) {
		return true;
	}
	if (*from > last)
		return true;
	return tour_go(s, t, *from > first ? *from : first, last, from);
}

int view_mmu(struct shim *s, int argc, char **argv)
{
	struct tour t = { 0 };
	uint64_t from = 0;
	bool all;

	if (argc > 1 && !words_address(s, argv[1], &from))
		return -1;
	guestmem_bind(&mem, s, monitor_vcpu(s));
	if (!mmu_is_on()) {
		monitor_print("vCPU %u: the MMU is off: addresses are physical\n",
			      monitor_vcpu(s)->id);
		return 0;
	}
	monitor_print("vCPU %u\n", monitor_vcpu(s)->id);
	if (mem.regs.cpu.aarch32) {
		tables32_print();
	} else {
		table_print(false);
		table_print(true);
	}
	monitor_print("%-*s %-12s %s\n", mem.regs.cpu.aarch32 ? 17 : 33, "addresses", "physical",
		      mem.regs.cpu.aarch32 ? "PL1 PL0 memory" : "EL1 EL0 memory");
	all = half_show(s, &t, false, &from) &&
	      (mem.regs.cpu.aarch32 || half_show(s, &t, true, &from));
	if (!all)
		monitor_print("%s: \"info mmu %#" PRIx64 "\" goes on\n",
			      t.stopped ? "stopped" : "there is more", from);
	else if (!t.rows)
		monitor_print("nothing is mapped%s\n", argc > 1 ? " from there on" : "");
	return 0;
}
