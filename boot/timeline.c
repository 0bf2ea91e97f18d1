// SPDX-License-Identifier: BSD-2-Clause
// When what happened: the marks, U-Boot's and the kernel's beside them, as spans and as a chart.
#include "boot/timeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "board/tree.h"

#define BAR 30 /* columns of the longest line's bar */

static uint64_t frequency(void)
{
#ifdef __aarch64__
	uint64_t hz;

	__asm__("mrs %0, cntfrq_el0" : "=r"(hz));
	return hz;
#else
	return 1000000000;
#endif
}

/* --- marks of the guest --------------------------------------------------------------------------- */

static volatile uint64_t *mark_at(enum timeline_step step)
{
	return &init_pulse->mark[step];
}

void timeline_quiet(unsigned ms)
{
	if (!*mark_at(TIMELINE_PROMPT) && *mark_at(TIMELINE_BYTE))
		*mark_at(TIMELINE_QUIET) = timeline_now() - frequency() / 1000 * ms;
}

void timeline_reset(void)
{
	for (int step = TIMELINE_BYTE; step < TIMELINE_STEPS; step++)
		*mark_at((enum timeline_step)step) = 0;
}

void timeline_take(struct timeline *t, const struct tree *board, bool pid1)
{
	struct timespec up;

	*t = (struct timeline){
		.mark = init_pulse->mark,
		.frequency = frequency(),
		.now = timeline_now(),
		.pid1 = pid1,
		.board = board,
	};
	clock_gettime(CLOCK_BOOTTIME, &up);
	t->kernel = t->now - (uint64_t)up.tv_sec * t->frequency -
		    (uint64_t)up.tv_nsec * t->frequency / 1000000000;
}

/* --- spans ---------------------------------------------------------------------------------------- */

/* What begins at a mark. Those of the guest's first start, in their order. */
static const struct span_begin {
	enum timeline_step step;
	const char *what;
} first[] = {
	{ TIMELINE_BOARD, "board's tree and settings" },
	{ TIMELINE_HOST, "KVM opened and asked" },
	{ TIMELINE_PLAN, "firmware read" },
	{ TIMELINE_IMAGES, "plan made" },
	{ TIMELINE_PRINT, "plan printed" },
	{ TIMELINE_BUILD, "guest built" },
	{ TIMELINE_RUN, "guest to its first byte" },
	{ TIMELINE_BYTE, "guest to its prompt" },
	{ TIMELINE_PROMPT, "prompt" },
}, again[] = {
	{ TIMELINE_RESET, "guest reset" },
	{ TIMELINE_GUEST, "guest to its first byte" },
	{ TIMELINE_BYTE, "guest to its prompt" },
	{ TIMELINE_PROMPT, "prompt" },
};

struct rows {
	struct timeline_row *row;
	unsigned used;
};

static void row_add(struct rows *r, uint64_t us, const char *format, const char *what)
{
	struct timeline_row *row = &r->row[r->used];

	if (r->used == TIMELINE_ROWS)
		return;
	r->used++;
	row->at = us;
	snprintf(row->what, sizeof(row->what), format, what);
	for (char *c = row->what; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

static uint64_t us_of(const struct timeline *t, uint64_t ticks)
{
	return ticks / t->frequency * 1000000 + ticks % t->frequency * 1000000 / t->frequency;
}

/*
 * U-Boot's marks, last one first, in us of the same counter: CONFIG_BOOTSTAGE_FDT,
 * add_bootstages_devicetree() of common/bootstage.c. What is later than the kernel's START is of
 * another clock.
 */
static void bootstage_add(struct rows *r, const struct tree *tree, uint64_t start)
{
	const int node = tree_by_path(tree, "/bootstage");
	uint64_t from = 0, next;

	for (; node >= 0; from = next) {
		const char *name = NULL;

		next = start;
		for (unsigned n = (unsigned)node + 1; n < tree->node[node].next; n++) {
			uint32_t len, length = 0;
			const void *mark = tree_prop_named(tree, n, "mark", &len);
			const char *what = tree_prop_named(tree, n, "name", &length);

			if (!mark || len != 4 || tree_u32(mark) <= from || tree_u32(mark) >= next)
				continue;
			next = tree_u32(mark);
			name = length && !what[length - 1] ? what : "?";
		}
		if (!name)
			return;
		row_add(r, next, "U-Boot: %.23s", name);
	}
}

unsigned timeline_rows(const struct timeline *t, struct timeline_row row[TIMELINE_ROWS])
{
	const bool reset = t->mark[TIMELINE_RESET] != 0;
	const struct span_begin *begin = reset ? again : first;
	const unsigned begins =
		reset ? sizeof(again) / sizeof(again[0]) : sizeof(first) / sizeof(first[0]);
	const uint64_t quiet = t->mark[TIMELINE_QUIET];
	/* Its clock is ahead of a counter that was slow, or stood still with the machine. */
	const uint64_t kernel = t->kernel <= t->now ? us_of(t, t->kernel) : 0;
	/* While a person looks, the guest may stand still: that is no silence of its own. */
	const uint64_t until = t->mark[TIMELINE_KEY] > quiet ? t->mark[TIMELINE_KEY] : t->now;
	struct rows r = { row, 0 };

	if (!reset) {
		row_add(&r, 0, "%s", "firmware before Linux");
		bootstage_add(&r, t->board, kernel);
		row_add(&r, kernel, "%s", "Linux");
		row_add(&r, us_of(t, t->mark[TIMELINE_START]), "%s",
			t->pid1 ? "kvmshim as PID 1" : "kvmshim");
	}
	for (unsigned i = 0; i < begins; i++) {
		uint64_t at = t->mark[begin[i].step];

		if (begin[i].step == TIMELINE_PROMPT && !at && quiet &&
		    until - quiet >= TIMELINE_SILENCE_S * t->frequency)
			at = quiet;
		if (at)
			row_add(&r, us_of(t, at), "%s", begin[i].what);
	}
	for (unsigned i = 0; i < r.used; i++) {
		const uint64_t end = i + 1 < r.used ? row[i + 1].at : us_of(t, t->now);

		row[i].takes = end > row[i].at ? end - row[i].at : 0;
	}
	/* A prompt is a moment: how long it has been there says nothing. */
	if (r.used && !strcmp(row[r.used - 1].what, "prompt"))
		row[r.used - 1].takes = 0;
	return r.used;
}

/* --- text ----------------------------------------------------------------------------------------- */

/* Of US since the begin of ALL; clocks need not agree, and what is beyond is at the end. */
static uint64_t column(uint64_t us, uint64_t all)
{
	return us < all ? us * BAR / all : BAR;
}

void timeline_chart(const struct timeline_row *row, unsigned rows, struct page *page)
{
	const uint64_t begin = rows ? row[0].at : 0,
		       end = rows ? row[rows - 1].at + row[rows - 1].takes : 0,
		       all = end > begin ? end - begin : 1;

	page_add(page, "      at, s   takes, s\n");
	for (unsigned i = 0; i < rows; i++) {
		const uint64_t from = column(row[i].at - begin, all),
			       to = column(row[i].at - begin + row[i].takes, all);

		page_add(page, "%7" PRIu64 ".%03u %6" PRIu64 ".%03u  %-25.25s ",
			 row[i].at / 1000000, (unsigned)(row[i].at / 1000 % 1000),
			 row[i].takes / 1000000, (unsigned)(row[i].takes / 1000 % 1000),
			 row[i].what);
		page_add(page, "%*s", (int)(from < BAR ? from : BAR - 1), "");
		for (uint64_t c = from + 1; c < to; c++)
			page_add(page, "#");
		page_add(page, "%s\n", to > from ? "#" : "|");
	}
}

void timeline_dump(const struct timeline_row *row, unsigned rows, struct page *page)
{
	for (unsigned i = 0; i < rows; i++)
		page_add(page, "timeline %" PRIu64 " %" PRIu64 " %s\n", row[i].at, row[i].takes,
			 row[i].what);
}
