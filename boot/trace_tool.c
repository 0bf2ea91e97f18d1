// SPDX-License-Identifier: BSD-2-Clause
// kvmshim-trace: what a trace file holds, for people and their tools.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/timeline_svg.h"
#include "boot/trace_json.h"
#include "boot/trace_svg.h"

static const char usage[] =
	"usage: kvmshim-trace FILE [--json=FILE] [--svg=FILE]\n"
	"       kvmshim-trace timeline [FILE] >OUT.svg\n\n"
	"Tells what a trace file of kvmshim's holds; - is standard input or output.\n"
	"  --json=FILE   for Perfetto (ui.perfetto.dev) and chrome://tracing\n"
	"  --svg=FILE    a picture\n"
	"Without either one line for each event.\n"
	"timeline: what the monitor's command \"timeline dump\" printed, as a picture.\n";

/* All of IN; NULL: there is no memory, or it cannot be read. */
static char *all_read(FILE *in, size_t *size)
{
	size_t room = 1 << 16, n;
	char *bytes = malloc(room);

	*size = 0;
	while (bytes && (n = fread(bytes + *size, 1, room - *size, in)) > 0) {
		char *more = bytes;

		*size += n;
		if (*size == room)
			more = realloc(bytes, room *= 2);
		if (!more)
			free(bytes);
		bytes = more;
	}
	return ferror(in) ? NULL : bytes;
}

static void lines_write(FILE *out, const struct trace_data *data)
{
	char words[TRACE_WORDS_SIZE];
	struct trace_event e;

	for (size_t at = 0; trace_read_next(data, &at, &e);) {
		const struct trace_name *name = trace_read_name(data, &e);

		fprintf(out, "%" PRIu64 ".%09" PRIu64 " ", e.ns / 1000000000, e.ns % 1000000000);
		if (name)
			fprintf(out, "%s ", name->node);
		fputs(trace_lanes_words(data, &e, words), out);
		if (e.pc)
			fprintf(out, " (PC %#" PRIx64 ", vCPU %u)", e.pc, e.vcpu);
		putc('\n', out);
	}
	if (data->lost)
		fprintf(out, "%" PRIu64 " events were lost\n", data->lost);
}

static int failed(const char *path, const char *why)
{
	fprintf(stderr, "kvmshim-trace: %s: %s\n", path, why);
	return 1;
}

static FILE *out_open(const char *path)
{
	return strcmp(path, "-") ? fopen(path, "w") : stdout;
}

static int out_close(FILE *out, const char *path)
{
	const bool bad = ferror(out) != 0;

	if ((out == stdout ? fflush(out) : fclose(out)) || bad)
		return failed(path, "it cannot be written");
	return 0;
}

static int all_write(const struct trace_data *data, const char *json, const char *svg)
{
	static struct trace_lanes lanes;
	FILE *out;

	trace_lanes_make(&lanes, data);
	if (json) {
		out = out_open(json);
		if (!out)
			return failed(json, strerror(errno));
		trace_json_write(out, data, &lanes);
		if (out_close(out, json))
			return 1;
	}
	if (svg) {
		out = out_open(svg);
		if (!out)
			return failed(svg, strerror(errno));
		if (trace_svg_write(out, data, &lanes))
			return failed(svg, "there is not enough memory");
		if (out_close(out, svg))
			return 1;
	}
	if (!json && !svg)
		lines_write(stdout, data);
	return 0;
}

/* What the monitor's `timeline dump` printed, as a picture on standard output. */
static int timeline(const char *path)
{
	FILE *in = path ? fopen(path, "r") : stdin;

	if (!in)
		return failed(path, strerror(errno));
	if (timeline_svg(in, stdout))
		return 0;
	return failed(path ? path : "-",
		      "no line \"timeline US US WHAT\": what the monitor's command timeline dump "
		      "prints is wanted");
}

int main(int argc, char **argv)
{
	const char *path = NULL, *json = NULL, *svg = NULL, *why;
	struct trace_data data;
	size_t size;
	char *bytes;
	FILE *in;
	int ret;

	if (argc > 1 && !strcmp(argv[1], "timeline"))
		return timeline(argv[2]);
	for (int i = 1; i < argc; i++) {
		if (!strncmp(argv[i], "--json=", 7))
			json = argv[i] + 7;
		else if (!strncmp(argv[i], "--svg=", 6))
			svg = argv[i] + 6;
		else if (!path && (argv[i][0] != '-' || !argv[i][1]))
			path = argv[i];
		else
			return fputs(usage, !strcmp(argv[i], "--help") ? stdout : stderr),
			       strcmp(argv[i], "--help") != 0;
	}
	if (!path)
		return fputs(usage, stderr), 1;
	in = strcmp(path, "-") ? fopen(path, "rb") : stdin;
	if (!in)
		return failed(path, strerror(errno));
	bytes = all_read(in, &size);
	if (!bytes)
		return failed(path, "it cannot be read");
	if (trace_read_open(&data, bytes, size, &why))
		return failed(path, why);
	if (data.cut)
		fprintf(stderr, "kvmshim-trace: %s ends within a record: what is whole is shown\n",
			path);
	ret = all_write(&data, json, svg);
	trace_read_close(&data);
	free(bytes);
	return ret;
}
