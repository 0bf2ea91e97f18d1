// SPDX-License-Identifier: BSD-2-Clause
// A timeline as a picture.
#include "boot/timeline_svg.h"

#include <inttypes.h>
#include <string.h>

#include "boot/timeline.h"

/* Pixels. */
#define LABEL 200 /* where bars begin */
#define BARS 560
#define NUMBERS 130 /* behind them */
#define ROW 22
#define TOP 34

static unsigned rows_read(FILE *in, struct timeline_row row[TIMELINE_ROWS])
{
	char line[512];
	unsigned rows = 0;

	while (fgets(line, sizeof(line), in)) {
		struct timeline_row r = { 0 };
		int at = 0;

		line[strcspn(line, "\r\n")] = '\0';
		if (sscanf(line, "timeline %" SCNu64 " %" SCNu64 " %n", &r.at, &r.takes, &at) !=
			    2 ||
		    !at)
			continue;
		snprintf(r.what, sizeof(r.what), "%.*s", (int)sizeof(r.what) - 1, line + at);
		if (rows && r.at < row[rows - 1].at)
			rows = 0; /* a later one */
		if (rows < TIMELINE_ROWS)
			row[rows++] = r;
	}
	return rows;
}

static void text_put(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&': fputs("&amp;", out); break;
		case '<': fputs("&lt;", out); break;
		case '>': fputs("&gt;", out); break;
		default: fputc(*text < ' ' || *text > '~' ? '?' : *text, out);
		}
	}
}

/* Who has the machine: before Linux, Linux, kvmshim, the guest. */
static const char *colour(const struct timeline_row *row)
{
	return !strncmp(row->what, "firmware b", 10) || !strncmp(row->what, "U-Boot:", 7)
		       ? "#8da0cb"
	       : !strcmp(row->what, "Linux")					    ? "#fc8d62"
	       : !strncmp(row->what, "guest to", 8) || !strcmp(row->what, "prompt") ? "#e78ac3"
										    : "#66c2a5";
}

/* A line every so many us, ten at most: 1, 2, 5, 10, 20, 50 ... */
static uint64_t step_of(uint64_t all)
{
	uint64_t ten = 1;

	while (all / ten >= 100)
		ten *= 10;
	return all / ten > 50	? 10 * ten
	       : all / ten > 20 ? 5 * ten
	       : all / ten > 10 ? 2 * ten
				: ten;
}

unsigned timeline_svg(FILE *in, FILE *out)
{
	struct timeline_row row[TIMELINE_ROWS];
	const unsigned rows = rows_read(in, row);
	const uint64_t begin = rows ? row[0].at : 0;
	uint64_t all, step;

	if (!rows)
		return 0;
	all = row[rows - 1].at + row[rows - 1].takes - begin;
	all = all ? all : 1;
	step = step_of(all);
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%u\" "
		"font-family=\"sans-serif\" font-size=\"12\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
		LABEL + BARS + NUMBERS, TOP + rows * ROW + 10);
	for (uint64_t us = 0; us <= all; us += step) {
		const uint64_t x = LABEL + us * BARS / all;

		fprintf(out,
			"<path d=\"M%" PRIu64 " %dV%u\" stroke=\"#ddd\"/>"
			"<text x=\"%" PRIu64 "\" y=\"18\" text-anchor=\"middle\" fill=\"#666\">"
			"%" PRIu64 ".%03u s</text>\n",
			x, TOP - 8, TOP + rows * ROW, x, (begin + us) / 1000000,
			(unsigned)((begin + us) / 1000 % 1000));
	}
	for (unsigned i = 0; i < rows; i++) {
		const uint64_t x = LABEL + (row[i].at - begin) * BARS / all,
			       width = row[i].takes * BARS / all;
		const unsigned y = TOP + i * ROW;

		fprintf(out, "<text x=\"8\" y=\"%u\">", y + 14);
		text_put(out, row[i].what);
		fprintf(out,
			"</text><rect x=\"%" PRIu64 "\" y=\"%u\" width=\"%" PRIu64
			"\" height=\"%d\" fill=\"%s\"/><text x=\"%" PRIu64 "\" y=\"%u\" "
			"fill=\"#444\">%" PRIu64 ".%03u ms</text>\n",
			x, y + 2, width ? width : 1, ROW - 6, colour(&row[i]),
			x + (width ? width : 1) + 4, y + 14, row[i].takes / 1000,
			(unsigned)(row[i].takes % 1000));
	}
	fprintf(out, "</svg>\n");
	return rows;
}
