// SPDX-License-Identifier: BSD-2-Clause
// The plan as the person on the serial line sees it: 80 columns, what the board is, what the guest will be, what lies where.
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "board/dev.h"
#include "boot/plan.h"
#include "kvm/hostcpu.h"

#define WIDTH 79
#define PATH_SHOWN 26 /* of a file's name in the map: the rest of its line fits then */

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

/* Words that follow one another in a paragraph with the hanging indent of the labels. */
static void word_add(struct page *page, unsigned *column, const char *word)
{
	unsigned length = (unsigned)strlen(word);

	if (*column + 1 + length > WIDTH && *column > 10) {
		page_add(page, "\n%10s", "");
		*column = 10;
	}
	page_add(page, "%s%s", *column > 10 ? " " : "", word);
	*column += length + (*column > 10);
}

static void settings_print(const struct settings *s, struct page *page)
{
	for (unsigned origin = 0; origin < ORIGINS; origin++) {
		unsigned column = 0;
		char word[SETTINGS_PATH_MAX + 24];

		for (unsigned key = 0; key < SETTINGS; key++) {
			if (!s->raw[key].text || !s->raw[key].text[0] || s->raw[key].origin != origin)
				continue;
			if (!column) {
				page_add(page, "%-10s", settings_origin_name(origin));
				column = 10;
			}
			snprintf(word, sizeof(word), "%s=%s", settings_key_name(key), s->raw[key].text);
			word_add(page, &column, word);
		}
		if (column)
			page_add(page, "\n");
	}
}

static void board_print(const struct plan_inputs *in, struct page *page)
{
	static const char *const gic[] = { "no GIC", "GICv2", "GICv3" }, *const psci[] = { "no PSCI", "PSCI by hvc", "PSCI by smc" };
	const struct board *b = in->board;
	const struct host *h = in->host;
	unsigned column = 10;
	char size[24], word[64];

	page_add(page, "board     %.68s\n", b->model[0] ? b->model : b->compatible[0] ? b->compatible : "(no name)");
	page_add(page, "          ");
	for (unsigned i = 0; i < b->kinds; i++) {
		snprintf(word, sizeof(word), "%u x %.24s%s,", b->kind[i].cpus, b->kind[i].compatible,
			 b->kinds > 1 && i == host_kind_choose(b) ? " (used)" : "");
		word_add(page, &column, word);
	}
	snprintf(word, sizeof(word), "%s,", b->memory_total ? size_format(b->memory_total, size) : "RAM not told");
	word_add(page, &column, word);
	snprintf(word, sizeof(word), "%s,", gic[b->gic.version]);
	word_add(page, &column, word);
	word_add(page, &column, psci[b->psci]);
	page_add(page, "\n");
	if (b->console.node >= 0)
		page_add(page, "          console %.24s at %#" PRIx64 "\n", b->console.compatible, b->console.reg.base);
	page_add(page, "host      %s%u-bit addresses, %s%s%s%s%s%s%s\n", h->assumed ? "assumed from the tree: " : "KVM, ", h->ipa_bits,
		 h->gic_v2 ? "GICv2 " : "", h->gic_v3 ? "GICv3 " : "", h->its ? "ITS " : "",
		 h->features & HOSTCPU_PMU ? "PMU " : "", h->features & HOSTCPU_SVE ? "SVE " : "",
		 h->features & HOSTCPU_PAUTH ? "PAuth " : "", h->features & HOSTCPU_AARCH32 ? "AArch32" : "");
}

/* One line of the map: address, size, what. */
struct row {
	struct region region;
	char what[56];
};

static void row_add(struct row *rows, unsigned *count, unsigned max, uint64_t base, uint64_t size, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

static void row_add(struct row *rows, unsigned *count, unsigned max, uint64_t base, uint64_t size, const char *format, ...)
{
	unsigned at = *count;
	va_list args;

	if (*count == max)
		return;
	while (at && rows[at - 1].region.base > base) {
		rows[at] = rows[at - 1];
		at--;
	}
	rows[at].region = (struct region){ base, size };
	va_start(args, format);
	vsnprintf(rows[at].what, sizeof(rows[at].what), format, args);
	va_end(args);
	(*count)++;
}

#define ROWS (MACHINE_RAM_MAX + MACHINE_FLASH_MAX + MACHINE_DEVICES_MAX + MACHINE_UNSERVED_MAX + BOARD_REDISTS_MAX + 8)
static struct row rows[ROWS];

/* The file's name, with the front of a long path left out. */
static const char *path_tail(const char *path, char buf[PATH_SHOWN + 1])
{
	size_t n = strlen(path);

	snprintf(buf, PATH_SHOWN + 1, "%s%s", n > PATH_SHOWN ? "..." : "", n > PATH_SHOWN ? path + n - (PATH_SHOWN - 3) : path);
	return buf;
}

static void map_print(const struct plan *p, const struct plan_inputs *in, struct page *page)
{
	static const char *const place[] = { "placed by @", "by its header", "to flash 0", "to RAM base" };
	static const char *const policy[] = { "reads 0", "reads 0, told", "aborts" };
	const struct machine *m = &p->machine;
	unsigned n = 0;
	char size[24], name[PATH_SHOWN + 1];

	for (unsigned i = 0; i < m->flashes; i++)
		row_add(rows, &n, ROWS, m->flash[i].base, m->flash[i].size, "flash %u, read-only", i);
	for (unsigned i = 0; i < p->rams; i++)
		row_add(rows, &n, ROWS, p->ram[i].base, p->ram[i].size, "RAM");
	row_add(rows, &n, ROWS, p->firmware.base, in->firmware->size, "  firmware %s, %s", path_tail(in->firmware->path, name), place[p->place]);
	row_add(rows, &n, ROWS, p->dtb.base, p->dtb.size, "  device tree");
	if (p->initrd.size)
		row_add(rows, &n, ROWS, p->initrd.base, p->initrd.size, "  initrd %s", path_tail(in->initrd->path, name));
	row_add(rows, &n, ROWS, m->gic.dist.base, m->gic.dist.size, "%s distributor", p->vgic == VGIC_V3 ? "GICv3" : "GICv2");
	if (m->gic.version == GIC_V2)
		row_add(rows, &n, ROWS, m->gic.cpu.base, m->gic.cpu.size, "GICv2 CPU interface");
	for (unsigned i = 0; i < m->gic.redists; i++)
		if (p->redist_count[i])
			row_add(rows, &n, ROWS, m->gic.redist[i].base, m->gic.redist[i].size, "GICv3 redistributors, for %u",
				p->redist_count[i]);
	if (m->gic.has_its)
		row_add(rows, &n, ROWS, m->gic.its.base, m->gic.its.size, "GICv3 ITS");
	for (unsigned i = 0; i < m->devices; i++) {
		const struct machine_device *d = &m->device[i];
		char irq[16] = "";

		if (d->lines)
			snprintf(irq, sizeof(irq), ", SPI %u", d->intid[0] - 32);
		row_add(rows, &n, ROWS, d->reg.base, d->reg.size, "%s%s%s", d->model->name, irq,
			(int)i == m->console ? ", console" : d->model->input ? ", not shown" : "");
	}
	for (unsigned i = 0; i < m->unserveds; i++)
		row_add(rows, &n, ROWS, m->unserved[i].reg.base, m->unserved[i].reg.size, "%.30s: no model, %s",
			tree_name(in->guest, (unsigned)m->unserved[i].node), policy[p->unmodelled]);
	for (unsigned i = 0; i < n; i++)
		page_add(page, "  0x%010" PRIx64 " %10s  %s\n", rows[i].region.base, size_format(rows[i].region.size, size), rows[i].what);
}

void plan_print(const struct plan *p, const struct plan_inputs *in, struct page *page)
{
	const struct settings *s = in->settings;
	char name[PATH_SHOWN + 1];

	board_print(in, page);
	page_add(page, "guest     %s: %u CPU%s%s%s%s%s, GICv%d\n", path_tail(s->raw[SET_MACHINE].text, name), p->cpus, p->cpus > 1 ? "s" : "",
		 p->aarch32 ? ", AArch32" : "", p->cpu_features & HOSTCPU_PMU ? ", PMU" : "",
		 p->cpu_features & HOSTCPU_SVE ? ", SVE" : "", p->cpu_features & HOSTCPU_PAUTH ? ", PAuth" : "",
		 p->vgic == VGIC_V3 ? 3 : 2);
	settings_print(s, page);
	map_print(p, in, page);
	if (p->machine.console < 0)
		page_add(page, "warning: the guest's tree has no console that a model serves: nothing will be seen\n");
	if (!in->entropy && (s->rng_seed || s->kaslr_seed))
		page_add(page, "warning: no entropy yet: the guest's tree has no rng-seed and no kaslr-seed\n");
}
