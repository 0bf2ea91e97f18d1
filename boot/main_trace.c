// SPDX-License-Identifier: BSD-2-Clause
// kvmshim-trace, for a developer's machine: what kvmshim recorded, as text and pictures.
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "boot/timeline_svg.h"
#include "boot/trace_tool.h"

static int usage(void)
{
	fputs("usage: kvmshim-trace FILE [--json=FILE] [--svg=FILE]\n"
	      "       kvmshim-trace timeline [FILE] >SVG\n\n"
	      "Tells what a file of trace-file= holds, one line for each event; or\n"
	      "  --json=FILE  for Perfetto (ui.perfetto.dev) and chrome://tracing\n"
	      "  --svg=FILE   a picture\n"
	      "timeline makes a picture of what the monitor's \"timeline dump\" printed.\n"
	      "- is standard input or output.\n",
	      stderr);
	return 2;
}

static int timeline(const char *path)
{
	FILE *in = path ? fopen(path, "r") : stdin;

	if (!in) {
		perror(path);
		return 1;
	}
	if (timeline_svg(in, stdout))
		return 0;
	fprintf(stderr,
		"kvmshim-trace: no line \"timeline US US WHAT\": what the monitor's command "
		"timeline dump prints is wanted\n");
	return 1;
}

int main(int argc, char **argv)
{
	const char *path = NULL, *json = NULL, *svg = NULL;

	if (argc > 1 && argc < 4 && !strcmp(argv[1], "timeline"))
		return timeline(argv[2]);
	for (int i = 1; i < argc; i++) {
		if (!strncmp(argv[i], "--json=", 7))
			json = argv[i] + 7;
		else if (!strncmp(argv[i], "--svg=", 6))
			svg = argv[i] + 6;
		else if (!path && (argv[i][0] != '-' || !argv[i][1]))
			path = argv[i];
		else
			return usage();
	}
	return path ? trace_tool(path, json, svg) : usage();
}
