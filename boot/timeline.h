/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When what happened, from power-on to the guest's prompt: marks of the architected counter, in the
 * page that PID 1 and the shim share. A mark is a read of the counter and a store.
 */
#ifndef BOOT_TIMELINE_H
#define BOOT_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "boot/init.h"
#include "boot/say.h"
#include "generated/config.h"

struct shim;
struct tree;

#define TIMELINE_ROWS 40
#define TIMELINE_SILENCE_S 2 /* of a guest that has nothing more to say before it is asked */

/* The counter as EL0 reads it. Where this runs natively, nanoseconds. */
static inline uint64_t timeline_now(void)
{
	uint64_t ticks;
#ifdef __aarch64__
	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
#else
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	ticks = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
#endif
	return ticks;
}

static inline void timeline_mark(enum timeline_step step)
{
	if (CONFIG_TIMELINE)
		init_pulse->mark[step] = timeline_now();
}

/* The guest sends after it was quiet: its first byte. By any thread. */
static inline void timeline_byte(void)
{
	if (CONFIG_TIMELINE && !init_pulse->mark[TIMELINE_BYTE])
		timeline_mark(TIMELINE_BYTE);
}

/* The guest gets a byte: what it has waited for it with was its prompt. */
static inline void timeline_input(void)
{
	if (CONFIG_TIMELINE && !init_pulse->mark[TIMELINE_PROMPT])
		init_pulse->mark[TIMELINE_PROMPT] = init_pulse->mark[TIMELINE_QUIET];
}

/* The guest has sent nothing for MS ms. */
void timeline_quiet(unsigned ms);

/* The guest begins anew: its marks are forgotten. */
void timeline_reset(void);

/* One span; times in us, from where the counter was 0: power-on, on most boards. */
struct timeline_row {
	uint64_t at, takes;
	char what[32];
};

/* What a timeline is made of. */
struct timeline {
	const volatile uint64_t *mark; /* ticks, 0: not reached */
	uint64_t frequency; /* of the counter, Hz */
	uint64_t now; /* ticks */
	uint64_t kernel; /* ticks, when the kernel's clock began */
	bool pid1;
	const struct tree *board; /* U-Boot's marks are in /bootstage */
};

/* Fill T with the marks of this run, in the child of PID 1 or not, and with the time it is now. */
void timeline_take(struct timeline *t, const struct tree *board, bool pid1);

/*
 * The spans in order, each up to the next one's begin, the last one up to what was reached last; after
 * a reset in place those since it. Returns their number, TIMELINE_ROWS at most.
 */
unsigned timeline_rows(const struct timeline *t, struct timeline_row row[TIMELINE_ROWS]);

/* A chart of them, 80 columns; or one line `timeline US US WHAT` for each, for kvmshim-trace. */
void timeline_chart(const struct timeline_row *row, unsigned rows, struct page *page);
void timeline_dump(const struct timeline_row *row, unsigned rows, struct page *page);

#endif
