// SPDX-License-Identifier: BSD-2-Clause
// Lists of symbols, a line each.
#include "boot/symbol_map.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LINE 160 /* bytes of a line that count */
#define LINES_TRIED 16 /* until it is no such file */
#define REACH 0x10000 /* the last symbol of all goes no farther */
#define NAME_SHOWN 64

struct reader {
	const struct span *file;
	uint64_t at; /* of what is in buf[] behind HAVE */
	size_t have, used;
	char buf[512];
	char line[LINE];
};

struct entry {
	uint64_t value;
	char type;
	const char *name;
	size_t n;
};

static bool fill(struct reader *r)
{
	const uint64_t left = r->file->size - r->at;

	r->used = 0;
	r->have = left < sizeof(r->buf) ? (size_t)left : sizeof(r->buf);
	if (!r->have || span_read(r->file, r->at, r->buf, r->have))
		return false;
	r->at += r->have;
	return true;
}

static bool line_read(struct reader *r)
{
	size_t n = 0;

	if (r->used == r->have && !fill(r))
		return false;
	do {
		const char c = r->buf[r->used++];

		if (c == '\n')
			break;
		if (n + 1 < LINE)
			r->line[n++] = c;
	} while (r->used < r->have || fill(r));
	r->line[n] = '\0';
	return true;
}

/* Hexadecimal digits at TEXT; what follows them. */
static const char *hex(const char *text, uint64_t *value)
{
	for (*value = 0; isxdigit((unsigned char)*text); text++)
		*value = *value << 4 |
			 (uint64_t)(*text <= '9' ? *text - '0' : (*text | ' ') - 'a' + 10);
	return text;
}

/* False: the line names nothing that has an address. */
static bool line_parse(const char *line, struct entry *e)
{
	const char *end = hex(line, &e->value);
	uint64_t size;

	if (end == line || *end != ' ')
		return false;
	if (end[1] && end[2] && end[2] != ' ') { /* nm -S */
		line = end + 1;
		end = hex(line, &size);
		if (end == line || *end != ' ')
			return false;
	}
	e->type = end[1];
	if (!e->type || end[2] != ' ')
		return false;
	e->name = end + 3;
	e->n = strcspn(e->name, " \t\r");
	return e->n && e->type != 'U';
}

static bool next(struct reader *r, struct entry *e)
{
	while (line_read(r))
		if (line_parse(r->line, e))
			return true;
	return false;
}

bool symbol_map_is(const struct span *file)
{
	struct reader r = { .file = file };
	struct entry e;

	for (unsigned i = 0; i < LINES_TRIED && line_read(&r); i++)
		if (line_parse(r.line, &e))
			return true;
	return false;
}

bool symbol_map_text(const struct span *file, uint64_t address, char *buf, size_t size)
{
	struct reader r = { .file = file };
	char name[NAME_SHOWN + 1];
	uint64_t best = 0;
	bool found = false;
	struct entry e;

	while (next(&r, &e)) {
		if (!strchr("tTwW", e.type) || e.name[0] == '$' || e.value > address ||
		    (found && e.value <= best))
			continue;
		found = true;
		best = e.value;
		snprintf(name, sizeof(name), "%.*s", (int)e.n, e.name);
	}
	if (!found || address - best >= REACH)
		return false;
	snprintf(buf, size, "%s+%#" PRIx64, name, address - best);
	return true;
}

bool symbol_map_find(const struct span *file, const char *name, size_t n, uint64_t *value)
{
	struct reader r = { .file = file };
	struct entry e;

	while (next(&r, &e))
		if (e.n == n && !memcmp(e.name, name, n)) {
			*value = e.value;
			return true;
		}
	return false;
}
