// SPDX-License-Identifier: BSD-2-Clause
// Windows, registers and what is known of them.
#include "board/stub.h"

#include <stddef.h>

#include "board/stub_poll.h"

#define SLOTS_LOG 14
#define HASH_MAGIC 0x9e3779b97f4a7c15u /* Knuth: 2^64 by the golden ratio; neighbours lie apart */

/* --- windows ----------------------------------------------------------------------------------- */

struct stub_window *stub_window_add(struct stub *s, uint64_t base, uint64_t size, const char *name)
{
	struct stub_window *w = &s->window[s->windows];

	if (!size || base + (size - 1) < base)
		return NULL;
	if (s->windows == STUB_WINDOWS_MAX) {
		s->dropped++;
		return NULL;
	}
	*w = (struct stub_window){ .base = base, .size = size, .origin = base, .name = name };
	s->windows++;
	return w;
}

/* Ascending; the larger one first; a part of another's behind that one. */
static bool precedes(const struct stub_window *v, const struct stub_window *w)
{
	if (v->base != w->base)
		return v->base < w->base;
	return v->size != w->size ? v->size > w->size : v->hiword < w->hiword;
}

/* Shell's sort with Sedgewick's gaps: near linear for trees, which are mostly in order. */
static void sort(struct stub *s)
{
	static const uint16_t gaps[] = { 1073, 281, 77, 23, 8, 1 };

	for (unsigned g = 0; g < sizeof(gaps) / sizeof(*gaps); g++)
		for (unsigned i = gaps[g]; i < s->windows; i++) {
			const struct stub_window w = s->window[i];
			unsigned at = i;

			for (; at >= gaps[g] && precedes(&w, &s->window[at - gaps[g]]);
			     at -= gaps[g])
				s->window[at] = s->window[at - gaps[g]];
			s->window[at] = w;
		}
}

static bool has(const struct stub_window *w, uint64_t gpa)
{
	return gpa - w->base < w->size;
}

/* Of nested windows each knows the one around it: all that hold an address are one chain. */
static void nest(struct stub *s)
{
	unsigned open = STUB_NONE;

	for (unsigned i = 0; i < s->windows; i++) {
		while (open != STUB_NONE && !has(&s->window[open], s->window[i].base))
			open = s->window[open].up;
		s->window[i].up = (uint16_t)open;
		open = i;
	}
}

static unsigned window_of(const struct stub *s, uint64_t gpa)
{
	const struct stub_window *w = s->window;
	unsigned left = s->windows, at;

	if (!left)
		return STUB_NONE;
	while (left > 1) {
		const unsigned half = left / 2;

		if (w[half].base <= gpa)
			w += half;
		left -= half;
	}
	at = (unsigned)(w - s->window);
	while (at != STUB_NONE && !has(&s->window[at], gpa))
		at = s->window[at].up;
	return at;
}

struct stub_window *stub_find(struct stub *s, uint64_t gpa)
{
	const unsigned at = window_of(s, gpa);

	return at == STUB_NONE ? NULL : &s->window[at];
}

/* --- registers --------------------------------------------------------------------------------- */

_Static_assert(sizeof(((struct stub *)0)->hash) == 2u << SLOTS_LOG &&
		       2 * STUB_REGISTERS_MAX == 1 << SLOTS_LOG,
	       "as many slots as the hash has values, half of them free");

static uint16_t *slot_of(struct stub *s, uint64_t gpa)
{
	unsigned at = (unsigned)((gpa >> 2) * HASH_MAGIC >> (64 - SLOTS_LOG));

	while (s->hash[at] && s->reg[s->hash[at] - 1].gpa != gpa)
		at = (at + 1) % (1u << SLOTS_LOG);
	return &s->hash[at];
}

static struct stub_register *register_add(struct stub *s, uint16_t *slot, uint64_t gpa,
					  unsigned window)
{
	struct stub_register *r = &s->reg[s->registers];

	if (s->registers == STUB_REGISTERS_MAX) {
		s->dropped++;
		return NULL;
	}
	*r = (struct stub_register){
		.gpa = gpa, .window = (uint16_t)window, .rule = STUB_NONE, .site = STUB_NONE
	};
	*slot = (uint16_t)++s->registers;
	return r;
}

/* The register at GPA, which comes into being when it is first touched. NULL: nothing is there. */
static struct stub_register *register_at(struct stub *s, uint64_t gpa)
{
	uint16_t *slot = slot_of(s, gpa);
	unsigned window;

	if (*slot)
		return &s->reg[*slot - 1];
	window = window_of(s, gpa);
	return window == STUB_NONE ? NULL : register_add(s, slot, gpa, window);
}

bool stub_rule_set(struct stub *s, uint64_t gpa, enum stub_rule_kind kind, uint32_t value)
{
	uint16_t *slot = slot_of(s, gpa);
	struct stub_register *r =
		*slot ? &s->reg[*slot - 1] : register_add(s, slot, gpa, STUB_NONE);

	if (r && r->rule == STUB_NONE && s->rules < STUB_RULES_MAX)
		r->rule = (uint16_t)s->rules++;
	if (!r || r->rule == STUB_NONE) {
		s->dropped++;
		return false;
	}
	s->rule[r->rule][kind] |= value;
	return true;
}

static uint32_t reset_value(const struct stub *s, const struct stub_register *r)
{
	return r->rule == STUB_NONE ? 0 : s->rule[r->rule][STUB_RESET];
}

void stub_sort(struct stub *s)
{
	sort(s);
	nest(s);
	for (unsigned i = 0; i < s->registers; i++) {
		s->reg[i].window = (uint16_t)window_of(s, s->reg[i].gpa);
		s->reg[i].value = reset_value(s, &s->reg[i]);
	}
	s->began = s->now();
}

/* --- accesses ---------------------------------------------------------------------------------- */

static uint64_t count_of(const struct stub *s, uint32_t hertz)
{
	const uint64_t second = 1000000000, ns = s->now() - s->began;

	return ns / second * hertz + ns % second * hertz / second;
}

static uint32_t word_read(struct stub *s, struct stub_cpu *cpu, struct stub_register *r,
			  uint32_t lanes)
{
	const uint32_t *rule;

	if (r->rule == STUB_NONE)
		return stub_poll_read(s, cpu, r, lanes);
	rule = s->rule[r->rule];
	if (rule[STUB_COUNTER])
		return (uint32_t)count_of(s, rule[STUB_COUNTER]);
	if (rule[STUB_COUNTER_HIGH])
		return (uint32_t)(count_of(s, rule[STUB_COUNTER_HIGH]) >> 32);
	if (rule[STUB_TOGGLING])
		return r->value ^= rule[STUB_TOGGLING];
	return stub_poll_read(s, cpu, r, lanes);
}

/* What the bits LANES of a store make of the register. */
static uint32_t stored(const struct stub *s, const struct stub_register *r, uint32_t value,
		       uint32_t lanes)
{
	static const uint32_t none[STUB_RULES];
	const uint32_t *rule = r->rule == STUB_NONE ? none : s->rule[r->rule];
	const uint32_t keep = rule[STUB_READ_ONLY] | rule[STUB_WRITE_ONE_CLEARS];
	const uint32_t clear = value & lanes & rule[STUB_WRITE_ONE_CLEARS];

	if (r->window != STUB_NONE && s->window[r->window].hiword)
		lanes = (value & lanes) >> 16;
	lanes &= ~keep;
	return ((r->value & ~lanes) | (value & lanes & ~rule[STUB_SELF_CLEARING])) & ~clear;
}

static bool resets(const uint32_t *rule, uint32_t value)
{
	return rule[STUB_RESETS_MASK] &&
	       (value & rule[STUB_RESETS_MASK]) == rule[STUB_RESETS_VALUE];
}

static void word_write(struct stub *s, struct stub_cpu *cpu, struct stub_register *r,
		       uint32_t value, uint32_t lanes)
{
	const uint32_t now = stored(s, r, value, lanes);

	if (r->rule != STUB_NONE && resets(s->rule[r->rule], value))
		s->resets = true;
	if (now == r->value)
		return;
	r->value = now;
	stub_poll_progress(s, cpu);
}

/* Which bits of the word at WORD an access of SIZE bytes at GPA takes. */
static uint32_t lanes_of(uint64_t word, uint64_t gpa, unsigned size)
{
	const uint64_t all = UINT64_MAX >> (64 - 8 * size);

	return (uint32_t)(word < gpa ? all << 8 * (gpa - word) : all >> 8 * (word - gpa));
}

bool stub_read(struct stub *s, struct stub_cpu *cpu, uint64_t gpa, unsigned size, uint64_t *value)
{
	bool there = false;

	*value = 0;
	for (uint64_t word = gpa & ~(uint64_t)3; word - gpa + 3 < size + 3; word += 4) {
		const uint32_t lanes = lanes_of(word, gpa, size);
		struct stub_register *r = register_at(s, word);
		const uint64_t bits = r ? word_read(s, cpu, r, lanes) & lanes : 0;

		*value |= word < gpa ? bits >> 8 * (gpa - word) : bits << 8 * (word - gpa);
		there = there || r;
	}
	return there;
}

bool stub_write(struct stub *s, struct stub_cpu *cpu, uint64_t gpa, unsigned size, uint64_t value)
{
	bool there = false;

	for (uint64_t word = gpa & ~(uint64_t)3; word - gpa + 3 < size + 3; word += 4) {
		struct stub_register *r = register_at(s, word);

		if (r)
			word_write(s, cpu, r,
				   (uint32_t)(word < gpa ? value << 8 * (gpa - word)
							 : value >> 8 * (word - gpa)),
				   lanes_of(word, gpa, size));
		there = there || r;
	}
	return there;
}

void stub_cpu_reset(struct stub *s, struct stub_cpu *cpu)
{
	stub_poll_progress(s, cpu);
}

void stub_reset(struct stub *s)
{
	s->resets = false;
	for (unsigned i = 0; i < s->registers; i++)
		s->reg[i].value = reset_value(s, &s->reg[i]);
}
