// SPDX-License-Identifier: BSD-2-Clause
// What commands print, and who gets it.
#include "boot/monitor/print.h"

#include <stdarg.h>
#include <stdio.h>

#include "boot/io/console.h"
#include "boot/monitor/monitor.h"

static struct {
	struct console *line;
	void (*out)(void *arg, const char *text, size_t n);
	void *arg;
} to;

static void line_out(void *arg, const char *text, size_t n)
{
	console_say(arg, text, n);
}

void monitor_output_to(void (*out)(void *arg, const char *text, size_t n), void *arg)
{
	to.out = out ? out : line_out;
	to.arg = out ? arg : to.line;
}

void monitor_print(const char *format, ...)
{
	char text[512];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	to.out(to.arg, text, n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

void print_begin(struct console *c)
{
	to.line = c;
	monitor_output_to(NULL, NULL);
}
