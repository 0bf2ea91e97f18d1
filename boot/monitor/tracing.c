// SPDX-License-Identifier: BSD-2-Clause
// The command that traces: what, where to, and what there was.
#include "boot/monitor/tracing.h"

#include <inttypes.h>
#include <string.h>

#include "boot/monitor/monitor.h"
#include "boot/monitor/words.h"
#include "boot/trace.h"
#include "boot/trace_file.h"
#include "boot/trace_ring.h"

#define SHOWN 20 /* events, unless told otherwise */
#define WORDS 512 /* characters of all words of a line */

static void print_line(const char *text)
{
	monitor_print("%s\n", text);
}

static int state_show(struct shim *s)
{
	const char *path = trace_file_path();

	monitor_print("tracing is %s", trace_on(s) ? "on" : "off");
	monitor_print(trace_on(s) && !trace_rules()->line ? ", quiet; " : "; ");
	monitor_print("%" PRIu64 " events so far", trace_ring_count());
	monitor_print(path ? ", kept in %s\n" : "\n", path);
	return 0;
}

static int show(struct shim *s, const char *count)
{
	uint64_t n = SHOWN;

	if (count && !words_number(count, &n))
		return -1;
	trace_last(s, n < TRACE_RING ? (unsigned)n : TRACE_RING, print_line);
	return 0;
}

static int file_set(struct shim *s, const char *path)
{
	if (!path) {
		monitor_print("trace file PATH, or trace file off\n");
		return -1;
	}
	if (!strcmp(path, "off")) {
		trace_end(s);
		return 0;
	}
	if (trace_file_open(s, path) == 0)
		return 0;
	monitor_print("%s\n", trace_file_trouble());
	return -1;
}

static int rules_set(struct shim *s, char **argv)
{
	char text[WORDS] = "";
	struct trace_rules rules;
	const char *bad;
	size_t used = 0, n;

	for (; *argv; argv++) {
		n = strlen(*argv);
		if (used + n + 2 > sizeof(text))
			break;
		memcpy(text + used, *argv, n);
		used += n;
		text[used++] = ' ';
		text[used] = '\0';
	}
	if (*argv) {
		monitor_print("trace: that is too much at once\n");
		return -1;
	}
	if (trace_rules_read(&rules, text, &bad, &n)) {
		monitor_print(
			"trace: %.*s is none of off, on, mmio, calls, irq, nisv, reset, read,\n"
			"write, quiet, node=NAME, addr=BASE-LAST\n",
			(int)n, bad);
		return -1;
	}
	trace_set(s, &rules);
	return state_show(s);
}

int tracing(struct shim *s, int argc, char **argv)
{
	if (argc == 1)
		return state_show(s);
	if (!strcmp(argv[1], "show"))
		return show(s, argv[2]);
	if (!strcmp(argv[1], "file"))
		return file_set(s, argv[2]);
	return rules_set(s, argv + 1);
}
