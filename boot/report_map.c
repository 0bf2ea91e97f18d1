// SPDX-License-Identifier: BSD-2-Clause
// The plan's map: what lies at which address of the guest's.
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boot/flow.h"
#include "boot/report_map.h"

/* One line of it: address, size, what. */
struct row {
	struct region region;
	char what[80];
};

#define ROWS                                                                                       \
	(MACHINE_BANKS_MAX + MACHINE_FLASH_MAX + MACHINE_PASSES_MAX + MACHINE_DEVICES_MAX +        \
	 MACHINE_UNSERVED_MAX + BOARD_REDISTS_MAX + IMAGE_PARTS_MAX + 8)
static _Alignas(4096) struct row rows[ROWS];

static void row_add(unsigned *count, uint64_t base, uint64_t size, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* What is added later stands behind what begins at the same address. */
static void row_add(unsigned *count, uint64_t base, uint64_t size, const char *format, ...)
{
	unsigned at = *count;
	va_list args;

	if (*count == ROWS)
		return;
	for (; at && rows[at - 1].region.base > base; at--)
		rows[at] = rows[at - 1];
	rows[at].region = (struct region){ base, size };
	va_start(args, format);
	vsnprintf(rows[at].what, sizeof(rows[at].what), format, args);
	va_end(args);
	(*count)++;
}

static void memory_rows(const struct plan *p, const struct plan_inputs *in, unsigned *n)
{
	static const char *const place[] = { "placed by @", "where it says", "by its header",
					     "to flash 0", "to RAM base" };
	const char *store = in->settings->raw[SET_FLASH].text;
	const struct machine *m = &p->machine;
	char name[FLOW_PATH + 1];

	for (unsigned i = 0; i < m->flashes; i++)
		row_add(n, m->flash[i].base, m->flash[i].size, "flash %u, %s", i,
			(int)i != p->flash_vars ? "read-only"
			: !store		? "kept while this runs"
						: flow_path(store, name));
	for (unsigned i = 0; i < p->rams; i++)
		row_add(n, p->ram[i].base, p->ram[i].size, "RAM%s",
			p->ram_assumed ? ", base assumed" : "");
	for (unsigned i = p->rams; i < p->banks; i++)
		row_add(n, p->ram[i].base, p->ram[i].size, "SRAM");
	row_add(n, p->part[0].region.base, in->firmware->part[0].bytes.size, "  firmware %s, %s",
		flow_path(in->firmware->path, name), place[p->place]);
	for (unsigned i = 1; i < p->parts; i++)
		row_add(n, p->part[i].region.base, in->firmware->part[i].bytes.size, "  %s",
			in->firmware->part[i].name);
	if (p->scratch.size)
		row_add(n, p->scratch.base, p->scratch.size, "  room for it to unpack to");
	row_add(n, p->dtb.base, p->dtb.size, "  device tree");
	if (p->initrd.size)
		row_add(n, p->initrd.base, p->initrd.size, "  initrd %s",
			flow_path(in->initrd_path, name));
}

static void gic_rows(const struct plan *p, unsigned *n)
{
	const struct machine *m = &p->machine;

	if (p->vgic == VGIC_NONE)
		return;
	row_add(n, m->gic.dist.base, m->gic.dist.size, "GICv%d distributor",
		p->vgic == VGIC_V3 ? 3 : 2);
	if (m->gic.version == GIC_V2)
		row_add(n, m->gic.cpu.base, m->gic.cpu.size, "GICv2 CPU interface");
	for (unsigned i = 0; i < m->gic.redists; i++)
		if (p->redist_count[i])
			row_add(n, m->gic.redist[i].base,
				(uint64_t)p->redist_count[i] * MACHINE_REDIST_SIZE,
				"GICv3 redistributors of %u CPU%s", p->redist_count[i],
				p->redist_count[i] > 1 ? "s" : "");
	if (m->gic.has_its)
		row_add(n, m->gic.its.base, m->gic.its.size, "GICv3 ITS");
}

bool report_explains(const struct plan *p, const struct plan_inputs *in)
{
	return !machine_mirrored(&p->machine) || in->settings->verb == VERB_PLAN;
}

static void device_rows(const struct plan *p, const struct plan_inputs *in, unsigned *n)
{
	static const char *const policy[] = { "stub", "stub, traced", "aborts" };
	const struct machine *m = &p->machine;

	for (unsigned i = 0; i < m->devices; i++) {
		const struct machine_device *d = &m->device[i];
		char irq[24] = "";

		if (d->traits.lines)
			snprintf(irq, sizeof(irq), ", %s %u", d->intid[0] < 32 ? "PPI" : "SPI",
				 d->intid[0] - (d->intid[0] < 32 ? 16 : 32));
		row_add(n, d->reg.base, d->reg.size, "%s%s%s", d->model->name, irq,
			(int)i == m->console ? ", console"
			: d->model->input    ? ", not shown"
					     : "");
	}
	for (unsigned i = 0; i < m->passes; i++)
		row_add(n, m->pass[i].base, m->pass[i].size, "%.40s: passed through, no interrupts",
			tree_name(in->guest, (unsigned)m->pass_node[i]));
	for (unsigned i = 0; i < m->unserveds && report_explains(p, in); i++)
		row_add(n, m->unserved[i].reg.base, m->unserved[i].reg.size,
			machine_mirrored(&p->machine) ? "%.40s: %s" : "%.40s: no model, %s",
			tree_name(in->guest, (unsigned)m->unserved[i].node), policy[p->unmodelled]);
}

void report_map(const struct plan *p, const struct plan_inputs *in, struct page *page)
{
	unsigned n = 0, digits = 10, width = 10;
	char size[24];

	memory_rows(p, in, &n);
	gic_rows(p, &n);
	device_rows(p, in, &n);
	for (unsigned i = 0; i < n; i++) {
		while (digits < 16 && rows[i].region.base >> (4 * digits))
			digits++;
		if (rows[i].region.size >> 30 &&
		    strlen(flow_size(rows[i].region.size, size)) > width)
			width = (unsigned)strlen(size);
	}
	for (unsigned i = 0; i < n; i++) {
		const unsigned indent = 2 + 2 + digits + 1 + width + 2;
		struct flow flow = { page, indent, indent };
		const char *what = rows[i].what;

		page_add(page, "  0x%0*" PRIx64 " %*s  ", (int)digits, rows[i].region.base,
			 (int)width, flow_size(rows[i].region.size, size));
		for (; *what == ' '; what++)
			flow_indent(&flow);
		flow_words(&flow, what);
		flow_end(&flow);
	}
}
