// SPDX-License-Identifier: BSD-2-Clause
// Stubs under a guest that does anything: the input is windows and rules, then accesses, resets, time.
#include <string.h>

#include "board/stub.h"
#include "tests/fuzz/fuzz.h"

#define BASE UINT64_C(0xfe000000)
#define TOP (UINT64_MAX >> 12) /* no IPA lies above it */
#define CPUS 2

static struct stub stub;
static struct stub_cpu cpu[CPUS];
static uint64_t clock_ns, pc;
static unsigned helps;

static uint64_t now(void)
{
	return clock_ns;
}

static uint64_t pc_of(struct stub_cpu *of)
{
	FUZZ_HOLDS(of == &cpu[0] || of == &cpu[1]);
	return pc;
}

static void helped(const struct stub *s, const struct stub_site *site,
		   const struct stub_answer *answer)
{
	FUZZ_HOLDS(s == &stub && site >= s->site && site < s->site + s->sites);
	FUZZ_HOLDS(answer && site->reg < s->registers && site->answers <= STUB_ANSWERS);
	helps += s->reg[site->reg].window != STUB_NONE;
}

static uint64_t number(const uint8_t *p, unsigned n)
{
	uint64_t value = 0;

	memcpy(&value, p, n);
	return value;
}

/* Eight bytes each. */
static void made(const uint8_t *p)
{
	const uint64_t at = BASE + number(p + 1, 2);
	struct stub_window *w;

	if (p[0] & 0x80) {
		stub_rule_set(&stub, at & ~(uint64_t)3, p[0] % STUB_RULES,
			      (uint32_t)number(p + 3, 4));
		return;
	}
	w = stub_window_add(&stub, p[0] & 0x40 ? TOP - number(p + 1, 2) : at, number(p + 3, 4),
			    "block@0");
	if (w)
		w->hiword = p[7] & 1;
}

static void step(const uint8_t *p)
{
	const unsigned size = 1u << (p[0] >> 4 & 3);
	const uint64_t at = p[0] & 0x40 ? TOP - p[1] : BASE + number(p + 1, 2);
	struct stub_cpu *of = &cpu[p[0] >> 7];
	uint64_t value = number(p + 3, 4);

	switch (p[0] % 8) {
	case 0:
	case 1: stub_write(&stub, of, at, size, value); break;
	case 6: clock_ns += value << p[1] % 32; break;
	case 7:
		pc = value;
		if (p[1] % 64)
			break;
		stub_cpu_reset(&stub, &cpu[0]);
		stub_cpu_reset(&stub, &cpu[1]);
		stub_reset(&stub);
		break;
	default: /* a loop that waits */
		for (unsigned i = 0; i <= p[7]; i++) {
			stub_read(&stub, of, at, size, &value);
			FUZZ_HOLDS(value <= UINT64_MAX >> (64 - 8 * size));
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const unsigned head = size ? data[0] % 32 : 0;

	memset(&stub, 0, sizeof(stub));
	memset(cpu, 0, sizeof(cpu));
	cpu[0].pc = cpu[1].pc = pc_of;
	stub.now = now;
	stub.helped = helped;
	clock_ns = 1ull << 60;
	pc = helps = 0;
	if (!size)
		return 0;
	data++, size--;
	for (unsigned i = 0; i < head && size >= 8; i++, data += 8, size -= 8)
		made(data);
	stub_sort(&stub);
	for (; size >= 8; data += 8, size -= 8)
		step(data);
	/* Each help is counted by its window. */
	for (unsigned i = 0; i < stub.windows; i++)
		helps -= stub.window[i].helped;
	FUZZ_HOLDS(!helps);
	FUZZ_HOLDS(stub.sites <= STUB_SITES_MAX && stub.registers <= STUB_REGISTERS_MAX);
	return 0;
}
