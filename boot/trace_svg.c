// SPDX-License-Identifier: BSD-2-Clause
// A trace as a picture.
#include "boot/trace_svg.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* Pixels. */
#define LEFT 210u /* in front of the lanes: their names */
#define COLUMNS 1000u
#define RIGHT 30u
#define TOP 76u
#define LANE 34u
#define MIDDLE 15u /* of a lane, from its top */
#define TICK 12u /* the highest */
#define BAR 29u /* of interrupts */
#define BOTTOM 14u

enum what { READS, STORES, OTHERS, HIGH, WHATS };

static const struct {
	const char *name, *colour;
} whats[WHATS] = {
	[READS] = { "reads", "#1f6fc4" },
	[STORES] = { "stores", "#c8501e" },
	[OTHERS] = { "calls, emulated instructions, resets", "#7446b8" },
	[HIGH] = { "interrupt high", "#4c8a3c" },
};

struct picture {
	FILE *out;
	const struct trace_data *data;
	const struct trace_lanes *lanes;
	uint64_t span; /* ns, at least 1 */
	uint32_t (*count)[WHATS][COLUMNS]; /* of each lane */
};

static void text_write(FILE *out, const char *text)
{
	for (; *text; text++) {
		const unsigned char c = (unsigned char)*text;

		if (c == '<' || c == '>' || c == '&' || c == '"' || c > '~')
			fprintf(out, "&#%u;", c);
		else
			putc(c < ' ' ? '?' : c, out);
	}
}

static unsigned column(const struct picture *p, uint64_t ns)
{
	const uint64_t from = ns > p->data->first_ns ? ns - p->data->first_ns : 0;
	const unsigned at = (unsigned)((unsigned __int128)from * COLUMNS / p->span);

	return at < COLUMNS ? at : COLUMNS - 1;
}

static enum what what_of(const struct trace_event *e)
{
	if (e->kind == TRACE_MMIO)
		return e->flags & TRACE_WRITE ? STORES : READS;
	return OTHERS;
}

/* The line of the node has changed: it is high since *SINCE, 0: low, else 1 + the column. */
static void level_note(struct picture *p, unsigned lane, unsigned at, bool high, unsigned *since)
{
	for (unsigned i = *since; i && i - 1 <= at; i++)
		p->count[lane][HIGH][i - 1] = 1;
	*since = high ? at + 1 : 0;
}

static void count(struct picture *p)
{
	static unsigned since[TRACE_LANES_MAX];
	struct trace_event e;

	for (unsigned i = 0; i < p->lanes->count; i++)
		since[i] = 0;
	for (size_t at = 0; trace_read_next(p->data, &at, &e);) {
		const unsigned x = column(p, e.ns);
		const unsigned lane[] = { trace_lanes_vcpu(p->lanes, &e),
					  trace_lanes_node(p->lanes, p->data, &e) };

		if (e.kind == TRACE_IRQ) {
			if (lane[1] != TRACE_NO_LANE)
				level_note(p, lane[1], x, e.flags & TRACE_HIGH, &since[lane[1]]);
			continue;
		}
		for (unsigned i = 0; i < 2; i++)
			if (lane[i] != TRACE_NO_LANE)
				p->count[lane[i]][what_of(&e)][x]++;
	}
	for (unsigned i = 0; i < p->lanes->count; i++)
		level_note(p, i, COLUMNS - 1, false, &since[i]);
}

/* Higher with each doubling. */
static unsigned height(uint32_t n)
{
	unsigned h = 4;

	for (; n > 1 && h < TICK; n >>= 1)
		h++;
	return h;
}

static void ticks_write(const struct picture *p, unsigned lane, enum what what)
{
	const unsigned top = TOP + lane * LANE;
	bool any = false;

	for (unsigned x = 0; x < COLUMNS; x++) {
		const uint32_t n = p->count[lane][what][x];
		const unsigned h = n ? height(n) : 0;

		if (!n)
			continue;
		if (!any)
			fprintf(p->out, "<path stroke=\"%s\" d=\"", whats[what].colour);
		any = true;
		if (what == HIGH)
			fprintf(p->out, "M%u.5 %uv3", LEFT + x, top + BAR - 1);
		else
			fprintf(p->out, "M%u.5 %uv%u", LEFT + x,
				top + MIDDLE - (what == STORES ? 0 : h),
				what == OTHERS ? 2 * h : h);
	}
	if (any)
		fputs("\"/>\n", p->out);
}

static void lane_write(const struct picture *p, unsigned i)
{
	const struct trace_lane *lane = &p->lanes->lane[i];
	const unsigned y = TOP + i * LANE;

	fprintf(p->out, "<path class=\"rule\" d=\"M%u %u.5h%u\"/>\n", LEFT, y + MIDDLE, COLUMNS);
	fprintf(p->out, "<text x=\"%u\" y=\"%u\" text-anchor=\"end\">", LEFT - 10, y + MIDDLE);
	if (lane->node)
		text_write(p->out, lane->node);
	else
		fprintf(p->out, "vCPU %u", lane->vcpu);
	fprintf(p->out,
		"</text>\n<text class=\"small\" x=\"%u\" y=\"%u\" text-anchor=\"end\">%" PRIu64
		" events</text>\n",
		LEFT - 10, y + MIDDLE + 12, lane->events);
	for (enum what w = 0; w < WHATS; w++)
		ticks_write(p, i, w);
}

/* "2.5 ms": NS in a unit that STEP fits. */
static void time_write(FILE *out, uint64_t ns, uint64_t step)
{
	static const struct {
		uint64_t ns;
		const char *name;
	} units[] = { { 1000000000, "s" }, { 1000000, "ms" }, { 1000, "us" }, { 1, "ns" } };
	unsigned u = 0;

	while (step < units[u].ns / 10)
		u++;
	fprintf(out, "%" PRIu64, ns / units[u].ns);
	if (step < units[u].ns)
		fprintf(out, ".%" PRIu64, ns % units[u].ns * 10 / units[u].ns);
	fprintf(out, " %s", units[u].name);
}

static void axis_write(const struct picture *p)
{
	const unsigned bottom = TOP + p->lanes->count * LANE;
	static const unsigned factor[] = { 2, 5, 10 };
	uint64_t scale = 1, step = 1;

	/* 1, 2 or 5 of a power of ten, so that at most ten of them fit. */
	for (unsigned i = 0; step < p->span / 10; i++) {
		step = scale * factor[i % 3];
		if (i % 3 == 2)
			scale *= 10;
	}
	for (uint64_t i = 0; i <= p->span / step; i++) {
		const uint64_t t = i * step;
		const unsigned x = LEFT + (unsigned)((unsigned __int128)t * COLUMNS / p->span);

		fprintf(p->out, "<path class=\"rule\" d=\"M%u.5 %uV%u\"/>\n", x, TOP - 8, bottom);
		fprintf(p->out, "<text class=\"small\" x=\"%u\" y=\"%u\" text-anchor=\"middle\">",
			x, TOP - 12);
		time_write(p->out, t, step);
		fputs("</text>\n", p->out);
	}
}

static void head_write(const struct picture *p)
{
	const unsigned width = LEFT + COLUMNS + RIGHT;
	const unsigned high = TOP + p->lanes->count * LANE + BOTTOM;
	unsigned x = LEFT;

	fprintf(p->out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" "
		"viewBox=\"0 0 %u %u\" font-family=\"sans-serif\" font-size=\"12\">\n"
		"<style>.rule{stroke:#d8d8d8;fill:none}.small{font-size:10px;fill:#666}"
		"path{stroke-width:1;fill:none}</style>\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
		width, high, width, high);
	fprintf(p->out, "<text x=\"10\" y=\"22\" font-size=\"14\">%" PRIu64 " events in ",
		p->data->events);
	time_write(p->out, p->data->last_ns - p->data->first_ns, p->span / 10);
	if (p->data->lost)
		fprintf(p->out, ", %" PRIu64 " more lost", p->data->lost);
	fputs("</text>\n", p->out);
	for (enum what w = 0; w < WHATS; w++) {
		fprintf(p->out,
			"<rect x=\"%u\" y=\"34\" width=\"10\" height=\"10\" fill=\"%s\"/>\n", x,
			whats[w].colour);
		fprintf(p->out, "<text class=\"small\" x=\"%u\" y=\"43\">%s</text>\n", x + 14,
			whats[w].name);
		x += w == OTHERS ? 220 : 80;
	}
}

int trace_svg_write(FILE *out, const struct trace_data *data, const struct trace_lanes *lanes)
{
	const uint64_t ns = data->last_ns - data->first_ns;
	struct picture p = { .out = out, .data = data, .lanes = lanes, .span = ns ? ns : 1 };

	p.count = calloc(lanes->count + 1u, sizeof(*p.count));
	if (!p.count)
		return -ENOMEM;
	count(&p);
	head_write(&p);
	axis_write(&p);
	for (unsigned i = 0; i < lanes->count; i++)
		lane_write(&p, i);
	fputs("</svg>\n", out);
	free(p.count);
	return 0;
}
