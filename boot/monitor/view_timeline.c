// SPDX-License-Identifier: BSD-2-Clause
// When what happened, from power-on to the guest's prompt.
#include <string.h>

#include "boot/monitor/monitor.h"
#include "boot/monitor/views.h"
#include "boot/shim.h"
#include "boot/timeline.h"

int view_timeline(struct shim *s, int argc, char **argv)
{
	static _Alignas(4096) struct timeline_row row[TIMELINE_ROWS];
	static char text[4096];
	struct page page = { text, 0, sizeof(text) };
	struct timeline t;

	if (argc > 2 || (argc == 2 && strcmp(argv[1], "dump"))) {
		monitor_print("timeline, or timeline dump\n");
		return -1;
	}
	timeline_take(&t, &s->p.board_tree, s->p.settings.pid1);
	(argc == 2 ? timeline_dump : timeline_chart)(row, timeline_rows(&t, row), &page);
	for (const char *line = text, *end; line < text + page.used; line = end + 1) {
		end = memchr(line, '\n', (size_t)(text + page.used - line));
		if (!end)
			break;
		monitor_print("%.*s\n", (int)(end - line), line);
	}
	return 0;
}
