// SPDX-License-Identifier: BSD-2-Clause
// Loops that wait for a register: noticed, helped, remembered.
#include "board/stub_poll.h"

#include <string.h>

struct stub_answer stub_poll_candidate(unsigned n, uint32_t value)
{
	const uint32_t all = UINT32_MAX, pair = 3u << ((n - 34) & 31);

	if (n < 32)
		return (struct stub_answer){ 1u << n, ~value & 1u << n };
	if (n < 34)
		return (struct stub_answer){ all, n == 32 ? 0 : all };
	if (n < STUB_POLL_CANDIDATES - 1)
		return (struct stub_answer){ pair, ~value & pair };
	return (struct stub_answer){ 0, 0 };
}

/* Counting goes by ones, as fields want it, and then in strides that grow, as timers do. */
static uint32_t counted(unsigned reads)
{
	const uint32_t ones = STUB_POLL_ONES;

	return reads <= ones ? reads : ones << ((reads - ones) & 31);
}

static uint32_t applied(const struct stub_answer *a, uint32_t value, unsigned reads)
{
	return a->mask ? (value & ~a->mask) | a->bits : value + counted(reads);
}

/* How many reads A is given for, where LEAST would do for other than counting. */
static unsigned hold(const struct stub_answer *a, unsigned least)
{
	return a->mask ? least : STUB_POLL_ONES + 23;
}

/* Does the answer make a difference to who reads LANES of VALUE? */
static bool differs(const struct stub_answer *a, uint32_t value, uint32_t lanes)
{
	return !a->mask || (applied(a, value, 0) ^ value) & lanes;
}

static void helped(struct stub *s, struct stub_cpu *cpu, struct stub_site *site,
		   const struct stub_answer *a)
{
	const unsigned window = s->reg[site->reg].window;

	site->epoch = cpu->epoch;
	site->helped++;
	if (window != STUB_NONE)
		s->window[window].helped++;
	if (s->helped)
		s->helped(s, site, a);
}

/* The loop that a candidate was tried for has ended: by the candidate, or it gave up. */
static void conclude(struct stub *s, struct stub_cpu *cpu)
{
	struct stub_site *site = &s->site[cpu->site - 1];

	cpu->site = 0;
	if (site->given >= hold(&site->tried, STUB_POLL_HOLD))
		return;
	if (site->answers < STUB_ANSWERS)
		site->answers++;
	memmove(&site->answer[1], &site->answer[0], (site->answers - 1u) * sizeof(site->answer[0]));
	site->answer[0] = site->tried;
	helped(s, cpu, site, &site->tried);
}

static void epoch_begin(struct stub *s, struct stub_cpu *cpu)
{
	if (cpu->site)
		conclude(s, cpu);
	cpu->epoch = ++s->epoch;
	memset(cpu->seen, 0, sizeof(cpu->seen));
}

void stub_poll_progress(struct stub *s, struct stub_cpu *cpu)
{
	epoch_begin(s, cpu);
	cpu->course = cpu->epoch;
	cpu->last = cpu->streak_of = 0;
}

/* --- sites ------------------------------------------------------------------------------------- */

static struct stub_site *site_find(struct stub *s, const struct stub_register *r, uint64_t pc)
{
	for (unsigned at = r->site; at != STUB_NONE; at = s->site[at].next)
		if (s->site[at].pc == pc)
			return &s->site[at];
	return NULL;
}

static struct stub_site *site_add(struct stub *s, struct stub_register *r, uint64_t pc)
{
	struct stub_site *site = &s->site[s->sites];

	if (s->sites == STUB_SITES_MAX) {
		s->dropped++;
		return NULL;
	}
	*site = (struct stub_site){ .pc = pc, .reg = (uint16_t)(r - s->reg), .next = r->site };
	r->site = (uint16_t)s->sites++;
	return site;
}

/* The answer that helped before, is not in doubt, and makes a difference; NULL: none. */
static struct stub_answer *known_find(struct stub_site *site, uint32_t value, uint32_t lanes)
{
	for (unsigned i = 0; i + site->doubted < site->answers; i++)
		if (differs(&site->answer[i], value, lanes))
			return &site->answer[i];
	return NULL;
}

/* The loop goes on in spite of A: another one is wanted. */
static void known_doubt(struct stub_cpu *cpu, struct stub_site *site, struct stub_answer *a)
{
	const struct stub_answer last = *a;
	struct stub_answer *const end = &site->answer[site->answers - 1];

	memmove(a, a + 1, (size_t)(end - a) * sizeof(*a));
	*end = last;
	site->doubted++;
	site->given = 0;
	cpu->row = 1;
}

static uint32_t known_give(struct stub *s, struct stub_cpu *cpu, struct stub_site *site,
			   const struct stub_answer *a, uint32_t value)
{
	site->given++;
	if (site->epoch != cpu->epoch)
		helped(s, cpu, site, a);
	return applied(a, value, site->given);
}

/* No candidate helped: what did before is tried again; with nothing of that the register rests. */
static uint32_t search_end(struct stub_cpu *cpu, struct stub_site *site, struct stub_seen *seen,
			   uint32_t value)
{
	cpu->site = 0;
	cpu->row = cpu->streak = 0;
	site->search = 0;
	site->doubted = 0;
	site->given = 0;
	site->rests = !site->answers;
	site->epoch = cpu->epoch;
	seen->reads = 0;
	return value;
}

static uint32_t candidate_give(struct stub *s, struct stub_cpu *cpu, struct stub_site *site,
			       struct stub_seen *seen, uint32_t lanes)
{
	const uint32_t value = s->reg[site->reg].value;

	if (!cpu->site || site->given >= hold(&site->tried, STUB_POLL_HOLD)) {
		do {
			if (site->search == STUB_POLL_CANDIDATES)
				return search_end(cpu, site, seen, value);
			site->tried = stub_poll_candidate(site->search++, value);
		} while (!differs(&site->tried, value, lanes));
		site->given = 0;
	}
	cpu->site = (uint16_t)(site - s->site + 1);
	cpu->apart = 0;
	site->given++;
	return applied(&site->tried, value, site->given);
}

static bool is_polled(const struct stub_cpu *cpu, const struct stub_seen *seen)
{
	return seen->reads >= STUB_POLL_READS || cpu->streak >= STUB_POLL_STREAK;
}

/* How often CPU read at this one in a row. */
static void row_count(struct stub_cpu *cpu, uint16_t site)
{
	if (cpu->last != site)
		cpu->row = 0;
	cpu->last = site;
	if (cpu->row < UINT16_MAX)
		cpu->row++;
}

/* Nothing helped, and nothing has happened since. */
static bool is_resting(const struct stub_cpu *cpu, const struct stub_site *site,
		       const struct stub_seen *seen)
{
	return site->rests && site->epoch == cpu->epoch && seen->reads < STUB_POLL_REST;
}

/* A PC is dear: while R's only loop rests, one read in so many looks whether it is another one's. */
static bool is_worth_pc(const struct stub *s, const struct stub_cpu *cpu,
			const struct stub_register *r, const struct stub_seen *seen)
{
	const struct stub_site *site = r->site == STUB_NONE ? NULL : &s->site[r->site];

	if (!site)
		return is_polled(cpu, seen);
	return site->next != STUB_NONE || !is_resting(cpu, site, seen) ||
	       !(seen->reads % STUB_POLL_LOOK);
}

/* SITE's register is read for the SEEN'th time, and polled, or was before. */
static uint32_t help(struct stub *s, struct stub_cpu *cpu, struct stub_site *site,
		     struct stub_seen *seen, uint32_t lanes)
{
	const uint32_t value = s->reg[site->reg].value;
	const bool goes_on = site->search && !site->answers && seen->reads >= STUB_POLL_AGAIN;
	const uint16_t me = (uint16_t)(site - s->site + 1);
	struct stub_answer *known;

	row_count(cpu, me);
	if (is_resting(cpu, site, seen))
		return value;
	site->rests = false;
	if (site->course != cpu->course) {
		site->course = cpu->course;
		site->doubted = 0;
		site->given = 0;
	}
	known = known_find(site, value, lanes);
	if (known && (cpu->row > hold(known, STUB_POLL_ROW) || site->given >= STUB_POLL_GIVEN)) {
		known_doubt(cpu, site, known);
		known = known_find(site, value, lanes);
	}
	if (known)
		return known_give(s, cpu, site, known, value);
	/* One at a time: what the others wait for may be the same. */
	if (cpu->site ? cpu->site != me : !goes_on && !is_polled(cpu, seen))
		return value;
	return candidate_give(s, cpu, site, seen, lanes);
}

/* How often CPU has read this register in its epoch, and last in a row. */
static struct stub_seen *seen_count(struct stub *s, struct stub_cpu *cpu, uint16_t reg)
{
	unsigned i = 0;

	while (i < STUB_SEEN && cpu->seen[i].reg && cpu->seen[i].reg != reg)
		i++;
	if (i == STUB_SEEN || (cpu->site && !cpu->seen[i].reg)) {
		epoch_begin(s, cpu);
		i = 0;
	}
	cpu->streak = cpu->streak_of == reg ? cpu->streak : 0;
	cpu->streak_of = reg;
	if (cpu->streak < UINT16_MAX)
		cpu->streak++;
	cpu->seen[i].reg = reg;
	if (cpu->seen[i].reads < UINT16_MAX)
		cpu->seen[i].reads++;
	return &cpu->seen[i];
}

uint32_t stub_poll_read(struct stub *s, struct stub_cpu *cpu, struct stub_register *r,
			uint32_t lanes)
{
	const uint16_t reg = (uint16_t)(r - s->reg + 1);
	struct stub_seen *seen;
	struct stub_site *site = NULL;

	if (cpu->device_stores != s->device_stores || !cpu->epoch) {
		cpu->device_stores = s->device_stores;
		stub_poll_progress(s, cpu);
	}
	if (cpu->site && s->site[cpu->site - 1].reg != reg - 1 && ++cpu->apart > STUB_POLL_APART)
		epoch_begin(s, cpu);
	seen = seen_count(s, cpu, reg);
	if (is_worth_pc(s, cpu, r, seen)) {
		const uint64_t pc = cpu->pc(cpu);

		site = site_find(s, r, pc);
		site = site || !is_polled(cpu, seen) ? site : site_add(s, r, pc);
	}
	if (site)
		return help(s, cpu, site, seen, lanes);
	cpu->last = 0;
	return r->value;
}
