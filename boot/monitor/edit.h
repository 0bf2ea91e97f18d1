/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A line that a person types on any terminal: history, completion, no more asked of the terminal
 * than backspace.
 */
#ifndef BOOT_MONITOR_EDIT_H
#define BOOT_MONITOR_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EDIT_LINE 72 /* bytes of a line, its NUL among them: with the prompt it fits a screen */
#define EDIT_HISTORY 16 /* lines that are remembered */

enum edit_result {
	EDIT_MORE, /* the line goes on */
	EDIT_DONE, /* it stands in line[] */
	EDIT_CANCELLED, /* Ctrl-C: dropped */
	EDIT_END, /* Ctrl-D on an empty line */
};

struct edit {
	/* Shows text, N bytes: the echo. */
	void (*show)(const char *text, size_t n);
	/*
	 * The AT-th word that could stand where TEXT, N bytes, begins a line; NULL: there are no
	 * more.
	 */
	const char *(*word)(unsigned at);
	/* The prompt again, after words were listed. */
	void (*prompt)(void);
	char line[EDIT_LINE];
	uint8_t used, at;
	uint8_t escape; /* bytes of an escape sequence that have come */
	uint8_t digit; /* of that sequence: ESC [ 3 ~ */
	bool was_return; /* the LF of CR LF is no line */
	char history[EDIT_HISTORY][EDIT_LINE]; /* history[next - 1] is the last one */
	uint8_t next, back; /* back: how far up the person has gone */
};

/* A new line begins; the history stays. */
void edit_begin(struct edit *e);

/* One byte of the person's. Returns what has become of the line. */
enum edit_result edit_byte(struct edit *e, uint8_t byte);

/* Show the line as it stands, behind a prompt that was shown anew. */
void edit_show(const struct edit *e);

#endif
