// SPDX-License-Identifier: BSD-2-Clause
// The plan, its map, its devices.
#include <inttypes.h>

#include "board/dev/rxfifo.h"
#include "boot/exits.h"
#include "boot/monitor/monitor.h"
#include "boot/monitor/views.h"
#include "boot/report_map.h"
#include "boot/shim.h"

#define PAGE 8192

static _Alignas(4096) char text[PAGE];

static void page_print(const struct page *page)
{
	/* In pieces, since monitor_print() has room for a few lines. */
	for (size_t at = 0; at < page->used; at += 256)
		monitor_print("%.*s", (int)(page->used - at < 256 ? page->used - at : 256),
			      page->text + at);
}

int view_plan(struct shim *s, int argc, char **argv)
{
	struct page page = { text, 0, sizeof(text) };

	(void)argc;
	(void)argv;
	plan_print(&s->p.plan, &s->p.inputs, &page);
	page_print(&page);
	return 0;
}

int view_map(struct shim *s, int argc, char **argv)
{
	struct page page = { text, 0, sizeof(text) };

	(void)argc;
	(void)argv;
	report_map(&s->p.plan, &s->p.inputs, &page);
	page_print(&page);
	return 0;
}

/* Its lines, and what waits in it for the guest; no thread but this one runs. */
static void device_print(const struct guest_device *d)
{
	const char *between = "  ";

	for (unsigned k = 0; k < d->dev.traits.lines; k++, between = ", ")
		monitor_print("%s%s %u %s", between, d->is->intid[k] < 32 ? "PPI" : "SPI",
			      d->is->intid[k] - (d->is->intid[k] < 32 ? 16 : 32),
			      d->dev.levels >> k & 1 ? "high" : "low");
	if (d->dev.model->rxfifo) {
		const struct rxfifo *rx = model_rxfifo(&d->dev);

		monitor_print("%sreceive FIFO %u of %u bytes%s", between, rx->count, rx->depth,
			      rx->refused ? ", more wait" : "");
		between = ", ";
	}
	if (*between == ',')
		monitor_print("\n");
}

int view_devices(struct shim *s, int argc, char **argv)
{
	const struct machine *m = &s->p.plan.machine;

	(void)argc;
	(void)argv;
	exit_stores_drain(s);
	for (unsigned i = 0; i < m->devices; i++) {
		const struct machine_device *d = &m->device[i];

		monitor_print("%-31.31s 0x%-12" PRIx64 " %s\n",
			      tree_name(&s->p.guest_tree, (unsigned)d->node), d->reg.base,
			      d->model->name);
		device_print(&s->device[i]);
		if ((int)i == m->console)
			monitor_print("  console: %u bytes to the line wait%s, %u from it\n",
				      ring_count(&s->io.console.tx),
				      s->io.console.flow ? " (held)" : "",
				      ring_count(&s->io.console.rx));
	}
	if (!m->devices)
		monitor_print("the guest has no device that a model serves\n");
	return 0;
}
