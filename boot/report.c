// SPDX-License-Identifier: BSD-2-Clause
// The plan as a page of 80 columns: the board, the guest, each setting, what lies where.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "board/dev.h"
#include "boot/flow.h"
#include "boot/plan.h"
#include "boot/report_map.h"
#include "boot/report_mirror.h"
#include "boot/trees.h"
#include "kvm/hostcpu.h"

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
		snprintf(text, sizeof(text), "%s,", flow_size(b->memory_total, size));
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
	static const char *const gic[] = { [VGIC_NONE] = "no interrupt controller",
					   [VGIC_V2] = "GICv2",
					   [VGIC_V3] = "GICv3",
					   [VGIC_V2_IRQCHIP] = "GICv2" };
	struct flow flow = flow_begin(page, "guest");
	char text[128], name[FLOW_PATH + 1];

	if (machine_mirrored(&p->machine)) {
		const char *model = tree_prop_string(in->guest, 0, TREE_MODEL);

		flow_words(&flow, "mirror of");
		flow_words(&flow, model ? model : "a board without a name");
		flow_break(&flow);
	}
	snprintf(text, sizeof(text), "%s: %u CPU%s%s%s%s%s, %s", flow_path(in->guest_path, name),
		 p->cpus, p->cpus > 1 ? "s" : "", p->aarch32 ? ", AArch32" : "",
		 p->cpu_features & HOSTCPU_PMU ? ", PMU" : "",
		 p->cpu_features & HOSTCPU_SVE ? ", SVE" : "",
		 p->cpu_features & HOSTCPU_PAUTH ? ", PAuth" : "", gic[p->vgic]);
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
			 "seen: enable a UART in it",
			 flow_path(in->guest_path, (char[FLOW_PATH + 1]){ 0 }));
		warn(page, text);
	}
	if (p->vgic == VGIC_V2_IRQCHIP)
		warn(page, "this vGIC cannot be reset in place: a reset ends the run with the "
			   "outcome reset, and PID 1 then goes by on-reset");
	if (machine_mirrored(&p->machine) && !in->host->smc)
		warn(page,
		     "this kernel ignores SMC from a guest, and most boards' firmware makes its "
		     "PSCI calls by it: reset and power-off from such firmware cannot work "
		     "(kernel 6.4 and later serve them)");
	if (CONFIG_MIRROR && p->vgic == VGIC_NONE)
		warn(page, "the board has no GIC: the guest gets no interrupts");
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
	report_map(p, in, page);
	if (machine_mirrored(&p->machine))
		report_mirror(p, in, page);
	warnings_print(p, in, page);
}
