// SPDX-License-Identifier: BSD-2-Clause
// kvmshim-trace, for a developer's machine: what kvmshim recorded, as pictures.
#include <stdio.h>
#include <string.h>

#include "boot/timeline_svg.h"

static int timeline(FILE *in, FILE *out)
{
	if (timeline_svg(in, out))
		return 0;
	fprintf(stderr,
		"kvmshim-trace: no line \"timeline US US WHAT\": what the monitor's command "
		"timeline dump prints is wanted\n");
	return 1;
}

static const struct {
	const char *name, *what;
	int (*run)(FILE *in, FILE *out);
} verbs[] = {
	{ "timeline", "what `timeline dump` printed, to SVG", timeline },
};

static int usage(void)
{
	fprintf(stderr, "usage: kvmshim-trace VERB [FILE] >OUT\n");
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		fprintf(stderr, "  %-10s %s\n", verbs[i].name, verbs[i].what);
	return 2;
}

int main(int argc, char **argv)
{
	FILE *in = stdin;

	if (argc < 2 || argc > 3)
		return usage();
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(argv[1], verbs[i].name))
			continue;
		if (argc == 3)
			in = fopen(argv[2], "r");
		if (!in) {
			perror(argv[2]);
			return 1;
		}
		return verbs[i].run(in, stdout);
	}
	return usage();
}
