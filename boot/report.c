// SPDX-License-Identifier: BSD-2-Clause
// The plan as a page of 80 columns: the board, the guest, each setting, what lies where.
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "board/dev.h"
#include "boot/plan.h"
#include "boot/trees.h"
#include "kvm/hostcpu.h"

#define WIDTH 79
#define LABEL 10 /* columns of the labels */
#define PATH_SHOWN 26 /* of a file's name: the rest of its line fits then */

/* "496 MiB": whole units only, so that nothing is rounded. */
static const char *size_format(uint64_t size, char buf[24])
{
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB" };
	unsigned u = 0;

	while (u < 3 && size && size % 1024 == 0)
		size >>= 10, u++;
	snprintf(buf, 24, "%" PRIu64 " %s", size, unit[u]);
	return buf;
}

/* --- paragraphs ------------------------------------------------------------------------------- */

/* Text with a hanging indent that is broken between words; a word longer than a line anywhere. */
struct flow {
	struct page *page;
	unsigned indent, column;
};

static void put(struct page *page, char c)
{
	if (page->used < page->size)
		page->text[page->used++] = c;
}

static void flow_break(struct flow *flow)
{
	put(flow->page, '\n');
	for (flow->column = 0; flow->column < flow->indent; flow->column++)
		put(flow->page, ' ');
}

/*
 * Add words, apart from what stands there. Names come from trees and files: no byte of theirs may
 * steer the terminal.
 */
static void flow_words(struct flow *flow, const char *text)
{
	while (*(text += strspn(text, " "))) {
		unsigned length = (unsigned)strcspn(text, " ");

		if (flow->column > flow->indent && flow->column + 1 + length > WIDTH)
			flow_break(flow);
		else if (flow->column > flow->indent)
			put(flow->page, ' '), flow->column++;
		for (; length; length--, text++) {
			if (flow->column == WIDTH)
				flow_break(flow);
			put(flow->page, *text > ' ' && *text <= '~' ? *text : '?');
			flow->column++;
		}
	}
}

static struct flow flow_begin(struct page *page, const char *label)
{
	struct flow flow = { page, LABEL, LABEL };

	page_add(page, "%-*s", LABEL, label);
	return flow;
}

static void flow_end(struct flow *flow)
{
	put(flow->page, '\n');
}

/* The name of a file, with the front of a long path left out. */
static const char *path_tail(const char *path, char buf[PATH_SHOWN + 1])
{
	size_t n = strlen(path);

	if (n <= PATH_SHOWN)
		return path;
	memcpy(buf, "...", 3);
	memcpy(buf + 3, path + n - (PATH_SHOWN - 3), PATH_SHOWN - 2);
	return buf;
}

/* --- board, host, guest, settings ------------------------------------------------------------- */

static void board_print(const struct plan_inputs *in, struct page *page)
{
	static const char *const gic[] = { "no GIC,", "GICv2,", "GICv3," };
	static const char *const psci[] = { "no PSCI", "PSCI by hvc", "PSCI by smc" };
	const struct board *b = in->board;
	struct flow flow = flow_begin(page, "board");
	char text[64], size[24];

	flow_words(&flow, b->model[0] ? b->model : b->compatible[0] ? b->compatible : "(no name)");
	flow_break(&flow);
	for (unsigned i = 0; i < b->kinds; i++) {
		snprintf(text, sizeof(text), "%u x %.40s,", b->kind[i].cpus, b->kind[i].compatible);
		flow_words(&flow, text);
	}
	if (b->memory_total) {
		snprintf(text, sizeof(text), "%s,", size_format(b->memory_total, size));
		flow_words(&flow, text);
	} else {
		flow_words(&flow, "RAM not told,");
	}
	flow_words(&flow, gic[b->gic.version]);
	flow_words(&flow, psci[b->psci]);
	if (b->console.node >= 0) {
		snprintf(text, sizeof(text), "console %.30s at 0x%" PRIx64, b->console.compatible,
			 b->console.reg.base);
		flow_break(&flow);
		flow_words(&flow, text);
	}
	flow_end(&flow);
}

static void host_print(const struct host *h, struct page *page)
{
	struct flow flow = flow_begin(page, "host");
	char text[128];

	snprintf(text, sizeof(text), "%s %u-bit addresses,%s%s%s%s%s%s%s",
		 h->assumed ? "assumed from the tree:" : "KVM,", h->ipa_bits,
		 h->gic_v2 ? " GICv2" : "", h->gic_v3 ? " GICv3" : "", h->its ? " ITS" : "",
		 h->features & HOSTCPU_PMU ? " PMU" : "", h->features & HOSTCPU_SVE ? " SVE" : "",
		 h->features & HOSTCPU_PAUTH ? " PAuth" : "",
		 h->features & HOSTCPU_AARCH32 ? " AArch32" : "");
	flow_words(&flow, text);
	if (h->pinned_cpus) {
		snprintf(text, sizeof(text), "(pinned to %u CPUs with MIDR 0x%08" PRIx64 ")",
			 h->pinned_cpus, h->pinned_midr);
		flow_words(&flow, text);
	}
	flow_end(&flow);
}

static void guest_print(const struct plan *p, const struct plan_inputs *in, struct page *page)
{
	struct flow flow = flow_begin(page, "guest");
	char text[128], name[PATH_SHOWN + 1];

	snprintf(text, sizeof(text), "%s: %u CPU%s%s%s%s%s, GICv%d",
		 path_tail(trees_guest_path(in->settings, in->firmware), name), p->cpus,
		 p->cpus > 1 ? "s" : "", p->aarch32 ? ", AArch32" : "",
		 p->cpu_features & HOSTCPU_PMU ? ", PMU" : "",
		 p->cpu_features & HOSTCPU_SVE ? ", SVE" : "",
		 p->cpu_features & HOSTCPU_PAUTH ? ", PAuth" : "", p->vgic == VGIC_V3 ? 3 : 2);
	flow_words(&flow, text);
	flow_end(&flow);
}

/* What the file turned out to be. */
static void firmware_print(const struct image *image, struct page *page)
{
	struct flow flow = flow_begin(page, "firmware");

	flow_words(&flow, image->kind[0] ? image->kind : "raw");
	if (image->note[0]) {
		flow_break(&flow);
		flow_words(&flow, image->note);
	}
	flow_end(&flow);
}

/* Every setting that has a value, under the place it comes from. */
static void settings_print(const struct settings *s, struct page *page)
{
	static const char *const label[ORIGINS] = { "default", "tree", "cmdline", "argument" };

	for (unsigned origin = 0; origin < ORIGINS; origin++) {
		struct flow flow = { .page = NULL };

		for (unsigned key = 0; key < SETTINGS; key++) {
			const char *value = s->raw[key].text, *name = settings_key_name(key);
			char word[SETTINGS_PATH_MAX + 24];
			size_t n = strlen(name);

			if (!value || !value[0] || s->raw[key].origin != origin)
				continue;
			if (!flow.page)
				flow = flow_begin(page, label[origin]);
			/*
			 * The first word of the value stands beside the key, however long the rest
			 * is.
			 */
			memcpy(word, name, n);
			word[n++] = '=';
			while (*value && *value != ' ' && n < sizeof(word) - 1)
				word[n++] = *value++;
			word[n] = '\0';
			flow_words(&flow, word);
			flow_words(&flow, value);
		}
		if (flow.page)
			flow_end(&flow);
	}
}

/* --- the map ---------------------------------------------------------------------------------- */

/* One line of it: address, size, what. */
struct row {
	struct region region;
	char what[80];
};

#define ROWS                                                                                       \
	(MACHINE_RAM_MAX + MACHINE_FLASH_MAX + MACHINE_DEVICES_MAX + MACHINE_UNSERVED_MAX +        \
	 BOARD_REDISTS_MAX + IMAGE_PARTS_MAX + 8)
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
	char name[PATH_SHOWN + 1];

	for (unsigned i = 0; i < m->flashes; i++)
		row_add(n, m->flash[i].base, m->flash[i].size, "flash %u, %s", i,
			(int)i != p->flash_vars ? "read-only"
			: !store		? "kept while this runs"
						: path_tail(store, name));
	for (unsigned i = 0; i < p->rams; i++)
		row_add(n, p->ram[i].base, p->ram[i].size, "RAM");
	row_add(n, p->part[0].region.base, in->firmware->part[0].bytes.size, "  firmware %s, %s",
		path_tail(in->firmware->path, name), place[p->place]);
	for (unsigned i = 1; i < p->parts; i++)
		row_add(n, p->part[i].region.base, in->firmware->part[i].bytes.size, "  %s",
			in->firmware->part[i].name);
	if (p->scratch.size)
		row_add(n, p->scratch.base, p->scratch.size, "  room for it to unpack to");
	row_add(n, p->dtb.base, p->dtb.size, "  device tree");
	if (p->initrd.size)
		row_add(n, p->initrd.base, p->initrd.size, "  initrd %s",
			path_tail(in->initrd_path, name));
}

static void gic_rows(const struct plan *p, unsigned *n)
{
	const struct machine *m = &p->machine;

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

static void device_rows(const struct plan *p, const struct plan_inputs *in, unsigned *n)
{
	static const char *const policy[] = { "reads 0", "reads 0, told", "aborts" };
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
	for (unsigned i = 0; i < m->unserveds; i++)
		row_add(n, m->unserved[i].reg.base, m->unserved[i].reg.size, "%.40s: no model, %s",
			tree_name(in->guest, (unsigned)m->unserved[i].node), policy[p->unmodelled]);
}

static void map_print(const struct plan *p, const struct plan_inputs *in, struct page *page)
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
		    strlen(size_format(rows[i].region.size, size)) > width)
			width = (unsigned)strlen(size);
	}
	for (unsigned i = 0; i < n; i++) {
		const unsigned indent = 2 + 2 + digits + 1 + width + 2;
		struct flow flow = { page, indent, indent };
		const char *what = rows[i].what;

		page_add(page, "  0x%0*" PRIx64 " %*s  ", (int)digits, rows[i].region.base,
			 (int)width, size_format(rows[i].region.size, size));
		for (; *what == ' '; what++)
			put(page, ' '), flow.column++, flow.indent++;
		flow_words(&flow, what);
		flow_end(&flow);
	}
}

static void warn(struct page *page, const char *text)
{
	struct flow flow = flow_begin(page, "warning:");

	flow_words(&flow, text);
	flow_end(&flow);
}

static void warnings_print(const struct plan *p, const struct plan_inputs *in, struct page *page)
{
	const struct settings *s = in->settings;
	char text[200];

	if (p->machine.unserveds_more) {
		snprintf(text, sizeof(text),
			 "%u more nodes of the guest's tree have no model and are not shown",
			 p->machine.unserveds_more);
		warn(page, text);
	}
	if (p->machine.console < 0) {
		snprintf(text, sizeof(text),
			 "guest tree %s has no console that a model serves, so nothing of the "
			 "guest will be "
			 "seen: enable a UART in it (an arm,pl011 node)",
			 path_tail(trees_guest_path(s, in->firmware), (char[PATH_SHOWN + 1]){ 0 }));
		warn(page, text);
	}
	if (p->vgic == VGIC_V2_IRQCHIP)
		warn(page, "this vGIC cannot be reset in place: a reset ends the run with the "
			   "outcome reset, and PID 1 then goes by on-reset");
	if (!in->entropy && (s->rng_seed || s->kaslr_seed))
		warn(page, "no entropy yet: the guest's tree has no rng-seed and no kaslr-seed");
}

void plan_print(const struct plan *p, const struct plan_inputs *in, struct page *page)
{
	board_print(in, page);
	host_print(in->host, page);
	guest_print(p, in, page);
	firmware_print(in->firmware, page);
	settings_print(in->settings, page);
	map_print(p, in, page);
	warnings_print(p, in, page);
}
