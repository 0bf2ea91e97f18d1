// SPDX-License-Identifier: BSD-2-Clause
// Line editing by plain bytes and backspaces.
#include "boot/monitor/edit.h"

#include <string.h>

#define CTRL(c) ((c)&0x1f)
#define ESC 0x1b
#define DELETE 0x7f

static void show(const struct edit *e, const char *text)
{
	e->show(text, strlen(text));
}

static void show_many(const struct edit *e, char c, unsigned n)
{
	while (n--)
		e->show(&c, 1);
}

void edit_show(const struct edit *e)
{
	show(e, e->line);
	show_many(e, '\b', e->used - e->at);
}

void edit_begin(struct edit *e)
{
	e->used = e->at = e->escape = e->back = 0;
	e->line[0] = '\0';
}

/* What stands behind the cursor is shown anew; ERASED columns behind it become blank. */
static void rest_show(const struct edit *e, unsigned erased)
{
	show(e, e->line + e->at);
	show_many(e, ' ', erased);
	show_many(e, '\b', erased + e->used - e->at);
}

static void insert(struct edit *e, char c)
{
	if (e->used == EDIT_LINE - 1) {
		show(e, "\a");
		return;
	}
	memmove(e->line + e->at + 1, e->line + e->at, (size_t)(e->used - e->at) + 1);
	e->line[e->at++] = c;
	e->used++;
	e->show(&c, 1);
	if (e->at < e->used)
		rest_show(e, 0);
}

/* Take away N bytes in front of the cursor. */
static void erase(struct edit *e, unsigned n)
{
	memmove(e->line + e->at - n, e->line + e->at, (size_t)(e->used - e->at) + 1);
	e->used = (uint8_t)(e->used - n);
	e->at = (uint8_t)(e->at - n);
	show_many(e, '\b', n);
	rest_show(e, n);
}

static void left(struct edit *e, unsigned n)
{
	e->at = (uint8_t)(e->at - n);
	show_many(e, '\b', n);
}

static void right(struct edit *e, unsigned n)
{
	e->show(e->line + e->at, n);
	e->at = (uint8_t)(e->at + n);
}

static void replace(struct edit *e, const char *text)
{
	right(e, e->used - e->at);
	erase(e, e->used);
	while (*text)
		insert(e, *text++);
}

static unsigned word_before(const struct edit *e)
{
	unsigned n = 0;

	while (n < e->at && e->line[e->at - n - 1] == ' ')
		n++;
	while (n < e->at && e->line[e->at - n - 1] != ' ')
		n++;
	return n;
}

static void history_go(struct edit *e, int step)
{
	const int back = e->back + step;

	if (back < 0 || back > EDIT_HISTORY)
		return;
	if (back == 0) {
		replace(e, "");
	} else {
		const char *line =
			e->history[(e->next + EDIT_HISTORY - (unsigned)back) % EDIT_HISTORY];

		if (!line[0])
			return;
		replace(e, line);
	}
	e->back = (uint8_t)back;
}

static void remember(struct edit *e)
{
	const char *last = e->history[(e->next + EDIT_HISTORY - 1) % EDIT_HISTORY];

	if (!e->used || !strcmp(e->line, last))
		return;
	memcpy(e->history[e->next], e->line, (size_t)e->used + 1);
	e->next = (uint8_t)((e->next + 1) % EDIT_HISTORY);
}

static void words_list(const struct edit *e)
{
	const char *word;

	show(e, "\n");
	for (unsigned i = 0; (word = e->word(i)); i++)
		if (!strncmp(word, e->line, e->at)) {
			show(e, "  ");
			show(e, word);
		}
	show(e, "\n");
	e->prompt();
	edit_show(e);
}

/* What stands before the cursor is made longer as far as all words that it begins agree. */
static void complete(struct edit *e)
{
	const char *first = NULL, *word;
	size_t same = 0;
	unsigned n = 0;

	for (unsigned i = 0; (word = e->word(i)); i++) {
		size_t k = 0;

		if (strncmp(word, e->line, e->at))
			continue;
		if (n++ == 0) {
			first = word;
			same = strlen(word);
		}
		while (k < same && word[k] == first[k])
			k++;
		same = k;
	}
	if (!n) {
		show(e, "\a");
	} else if (same > e->at || n == 1) {
		for (size_t i = e->at; i < same; i++)
			insert(e, first[i]);
		if (n == 1)
			insert(e, ' ');
	} else {
		words_list(e);
	}
}

static void key_delete(struct edit *e)
{
	if (e->at < e->used) {
		right(e, 1);
		erase(e, 1);
	}
}

/* The last byte of ESC [ or ESC O: arrows, Home, End, Delete. */
static void sequence_end(struct edit *e, uint8_t byte)
{
	switch (byte == '~' ? e->digit : byte) {
	case 'A': history_go(e, 1); break;
	case 'B': history_go(e, -1); break;
	case 'C': right(e, e->at < e->used); break;
	case 'D': left(e, e->at > 0); break;
	case 'H':
	case '1': left(e, e->at); break;
	case 'F':
	case '4': right(e, e->used - e->at); break;
	case '3': key_delete(e); break;
	}
}

/* A byte within an escape sequence. */
static void sequence_byte(struct edit *e, uint8_t byte)
{
	if (e->escape == 1 && (byte == '[' || byte == 'O')) {
		e->escape = 2;
		e->digit = 0;
	} else if (e->escape == 2 && byte >= '0' && byte <= ';') {
		e->digit = byte; /* of several only the last one: none of ours has two */
	} else {
		if (e->escape == 2)
			sequence_end(e, byte);
		e->escape = 0;
	}
}

enum edit_result edit_byte(struct edit *e, uint8_t byte)
{
	const bool was_return = e->was_return;

	e->was_return = byte == '\r';
	if (e->escape) {
		sequence_byte(e, byte);
		return EDIT_MORE;
	}
	if (byte >= ' ' && byte < DELETE) {
		insert(e, (char)byte);
		return EDIT_MORE;
	}
	switch (byte) {
	case '\n':
		if (was_return)
			return EDIT_MORE;
		/* fallthrough */
	case '\r':
		show(e, "\n");
		remember(e);
		return EDIT_DONE;
	case CTRL('C'): show(e, "^C\n"); return EDIT_CANCELLED;
	case CTRL('D'):
		if (!e->used)
			return EDIT_END;
		key_delete(e);
		break;
	case '\b':
	case DELETE: erase(e, e->at > 0); break;
	case '\t': complete(e); break;
	case CTRL('A'): left(e, e->at); break;
	case CTRL('E'): right(e, e->used - e->at); break;
	case CTRL('B'): left(e, e->at > 0); break;
	case CTRL('F'): right(e, e->at < e->used); break;
	case CTRL('P'): history_go(e, 1); break;
	case CTRL('N'): history_go(e, -1); break;
	case CTRL('U'): erase(e, e->at); break;
	case CTRL('W'): erase(e, word_before(e)); break;
	case CTRL('K'):
		show_many(e, ' ', e->used - e->at);
		show_many(e, '\b', e->used - e->at);
		e->line[e->used = e->at] = '\0';
		break;
	case CTRL('L'):
		show(e, "\n");
		e->prompt();
		edit_show(e);
		break;
	case ESC: e->escape = 1; break;
	}
	return EDIT_MORE;
}
