// SPDX-License-Identifier: BSD-2-Clause
// Lines for the person on the serial line.
#include "boot/say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static void (*through)(const char *text, size_t n);

void page_add(struct page *page, const char *format, ...)
{
	size_t room = page->size - page->used;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(page->text + page->used, room, format, ap);
	va_end(ap);
	if (n > 0)
		page->used += (size_t)n < room ? (size_t)n : room - (room > 0);
}

static void write_all(const char *text, size_t n)
{
	while (n > 0) {
		ssize_t done = write(STDOUT_FILENO, text, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		text += done;
		n -= (size_t)done;
	}
}

/* A terminal in raw mode, as the guest's console is, leaves the carriage where it stands. */
static bool wants_cr(void)
{
	struct termios t;

	if (tcgetattr(STDOUT_FILENO, &t) != 0)
		return false;
	return (t.c_oflag & (OPOST | ONLCR)) != (OPOST | ONLCR);
}

void say_write(const char *text, size_t n)
{
	const char *end = text + n;

	if (!wants_cr()) {
		write_all(text, n);
		return;
	}
	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));

		write_all(text, (size_t)((eol ? eol : end) - text));
		if (!eol)
			return;
		write_all("\r\n", 2);
		text = eol + 1;
	}
}

void page_write(struct page *page)
{
	say_write(page->text, page->used);
	page->used = 0;
}

static size_t put(char *out, size_t size, size_t used, const char *text, size_t n)
{
	for (; n > 0 && used + 2 <= size; n--)
		out[used++] = *text++;
	return used;
}

size_t say_wrap(char *out, size_t size, const char *text)
{
	static const char prefix[] = "kvmshim:";
	const size_t indent = sizeof(prefix);
	size_t used = put(out, size, 0, prefix, sizeof(prefix) - 1);
	size_t column = used;
	bool broken = false;

	while (*text) {
		size_t gap = strspn(text, " "), word;

		text += gap;
		if (*text == '\n') {
			broken = true;
			text++;
			continue;
		}
		word = strcspn(text, " \n");
		if (word == 0)
			break;
		if (column > indent && (broken || column + gap + word > SAY_COLUMNS)) {
			used = put(out, size, used, "\n", 1);
			column = 0;
		}
		broken = false;
		if (column <= indent)
			gap = indent - column;
		for (column += gap + word; gap > 0; gap--)
			used = put(out, size, used, " ", 1);
		used = put(out, size, used, text, word);
		text += word;
	}
	if (used < size)
		out[used++] = '\n';
	return used;
}

void say(const char *format, ...)
{
	char text[1024], lines[1280]; /* vCPU threads say things at the same time */
	va_list ap;
	size_t n;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	n = say_wrap(lines, sizeof(lines), text);
	if (through)
		through(lines, n);
	else
		say_write(lines, n);
}

void say_through(void (*out)(const char *text, size_t n))
{
	through = out;
}
