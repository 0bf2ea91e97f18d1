/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines for the person on the serial line. */
#ifndef BOOT_SAY_H
#define BOOT_SAY_H

#include <stddef.h>

/* A page of text put together and written in one go: a write costs as much as 400 characters do. */
struct page {
	char *text;
	size_t used, size;
};

/* Append to the page, cut where it is full. */
void page_add(struct page *page, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Write what is there to fd 1 and empty the page. On a terminal that does not do it itself a
 * newline becomes CR LF.
 */
void page_write(struct page *page);

#define SAY_COLUMNS 80

/* Write N characters to fd 1, newlines as page_write() does. Async-signal-safe. */
void say_write(const char *text, size_t n);

/*
 * Put a message into OUT as say() shows it: `kvmshim: ` in front, lines of at most SAY_COLUMNS,
 * later lines indented under the first word, a newline at the end; a word longer than a line stands
 * alone. Newlines in TEXT are kept. Returns the length, cut where SIZE is reached; no NUL is added.
 * Async-signal-safe.
 */
size_t say_wrap(char *out, size_t size, const char *text);

/*
 * One message, `kvmshim: ` in front, wrapped at 80 columns with the rest indented, written at once
 * to fd 1.
 */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * While the guest owns the line, say() goes through this instead of fd 1 (NULL: back to fd 1):
 * messages then start on a line of their own. OUT gets whole lines, each ended by '\n' alone, and
 * turns that into what its line wants.
 */
void say_through(void (*out)(const char *text, size_t n));

#endif
