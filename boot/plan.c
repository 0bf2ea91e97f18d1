// SPDX-License-Identifier: BSD-2-Clause
// Board + host + settings + firmware + entropy -> plan. Nothing here touches anything but its arguments.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boot/plan.h"
#include "generated/config.h"
#include "kvm/hostcpu.h"

#define MIB ((uint64_t)1 << 20)
#define RAM_ALIGN (2 * MIB) /* KVM maps a 2 MiB block where guest and host addresses agree modulo 2 MiB */
#define RAM_LEAST (2 * MIB)
#define REDIST_STRIDE (128u << 10) /* of one vCPU: the RD and the SGI frame */
#define TREE_SLACK 4096 /* room for a firmware that edits the tree in place */

static uint64_t align_up(uint64_t v, uint64_t to)
{
	return (v + to - 1) & ~(to - 1);
}

static bool overlap(const struct region *a, const struct region *b)
{
	return a->size && b->size && a->base < b->base + b->size && b->base < a->base + a->size;
}

static bool inside(const struct region *inner, const struct region *outer)
{
	return inner->base >= outer->base && inner->size <= outer->size &&
	       inner->base - outer->base <= outer->size - inner->size;
}

/* The sentence for something that is wrong with the guest's tree. */
static int tree_refused(const struct plan_inputs *in, const struct tree_error *e, struct failure *f)
{
	char node[96] = "", place[40] = "", remedy[160];

	if (e->node >= 0)
		snprintf(node, sizeof(node), ", node %s", tree_path(in->guest, (unsigned)e->node, (char[72]){ 0 }, 72));
	if (e->value)
		snprintf(place, sizeof(place), " (%#" PRIx64 ")", e->value);
	snprintf(remedy, sizeof(remedy), "%s", e->remedy ? e->remedy : "correct the node, or the overlay that made it");
	return fail(f, OUTCOME_BAD_CONFIG, "E-GUESTTREE", "guest tree %s%s: %s%s: %s",
		    in->settings->raw[SET_MACHINE].text, node, e->what, place, remedy);
}

/* --- memory ---------------------------------------------------------------------------------------------------------- */

static int ram_settle(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const struct settings *s = in->settings;
	const struct host *h = in->host;
	uint64_t total = 0, space = 1ull << h->ipa_bits;

	p->rams = p->machine.rams;
	memcpy(p->ram, p->machine.ram, sizeof(p->ram));
	if (!p->rams && !s->memory_placed)
		return fail(f, OUTCOME_BAD_CONFIG, "E-NOMEMORY",
			    "guest tree %s has no memory node, so nobody knows where RAM begins: give memory=SIZE@BASE",
			    s->raw[SET_MACHINE].text);
	if (s->memory_placed || s->memory_size || !p->ram[0].size) {
		p->rams = 1;
		if (s->memory_placed)
			p->ram[0].base = s->memory_base;
		p->ram[0].size = s->memory_size;
		if (!s->memory_size && !h->memory_free)
			return fail(f, OUTCOME_BAD_CONFIG, "E-NOMEMORY",
				    "the board's tree does not tell how much RAM the board has (its firmware adds that): give memory=SIZE");
		if (!s->memory_size)
			p->ram[0].size = h->memory_free / 2 & ~(RAM_ALIGN - 1);
	}
	for (unsigned i = 0; i < p->rams; i++) {
		const struct region *r = &p->ram[i];

		if (r->size < RAM_LEAST || (r->size | r->base) % h->page)
			return fail(f, OUTCOME_BAD_CONFIG, "E-MEMORY",
				    "memory=%#" PRIx64 "@%#" PRIx64 ": RAM must be whole pages of %u bytes, and at least 2M",
				    r->size, r->base, h->page);
		if (r->size > space || r->base > space - r->size)
			return fail(f, OUTCOME_REFUSED, "E-IPA",
				    "RAM of %" PRIu64 " MiB at %#" PRIx64 " ends beyond the guest physical addresses this host has "
				    "(%u bits): give less memory or a lower base",
				    r->size / MIB, r->base, h->ipa_bits);
		total += r->size;
	}
	if (h->memory_total && total > h->memory_total)
		return fail(f, OUTCOME_REFUSED, "E-RAM",
			    "the guest is to have %" PRIu64 " MiB of RAM, the board has %" PRIu64 " MiB (%" PRIu64
			    " free): give memory=%" PRIu64 "M or less",
			    total / MIB, h->memory_total / MIB, h->memory_free / MIB, h->memory_free / MIB / 2);
	return 0;
}

/* RAM whose size or place the plan chose must not cover what the tree has elsewhere. */
static int ram_check(const struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const struct machine *m = &p->machine;
	struct { const struct region *r; int node; } other[MACHINE_FLASH_MAX + MACHINE_DEVICES_MAX + BOARD_REDISTS_MAX + 3];
	unsigned n = 0;

	for (unsigned i = 0; i < m->flashes; i++)
		other[n].r = &m->flash[i], other[n++].node = m->flash_node[i];
	for (unsigned i = 0; i < m->devices; i++)
		other[n].r = &m->device[i].reg, other[n++].node = m->device[i].node;
	for (unsigned i = 0; i < m->gic.redists; i++)
		other[n].r = &m->gic.redist[i], other[n++].node = m->gic.node;
	other[n].r = &m->gic.dist, other[n++].node = m->gic.node;
	other[n].r = &m->gic.cpu, other[n++].node = m->gic.node;
	other[n].r = &m->gic.its, other[n++].node = m->gic.node;
	for (unsigned i = 0; i < p->rams; i++)
		for (unsigned j = 0; j < n; j++)
			if (overlap(&p->ram[i], other[j].r))
				return fail(f, OUTCOME_BAD_CONFIG, "E-OVERLAP",
					    "RAM %#" PRIx64 "..%#" PRIx64 " covers node %s at %#" PRIx64
					    ": give less memory, or another base (memory=SIZE@BASE)",
					    p->ram[i].base, p->ram[i].base + p->ram[i].size,
					    tree_path(in->guest, (unsigned)other[j].node, (char[72]){ 0 }, 72), other[j].r->base);
	return 0;
}

/* --- interrupt controller and vCPUs ------------------------------------------------------------------------------------ */

static int gic_settle(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const struct host *h = in->host;
	enum gic_version want = p->machine.gic.version;
	const char *offered = h->gic_v3 ? (h->gic_v2 ? "GICv2 and GICv3" : "GICv3") : h->gic_v2 ? "GICv2" : "no GIC at all";

	if (want == GIC_NONE)
		return fail(f, OUTCOME_BAD_CONFIG, "E-NOGIC",
			    "guest tree %s has no interrupt controller that KVM can be: add an arm,gic-v3 or "
			    "arm,cortex-a15-gic node", in->settings->raw[SET_MACHINE].text);
	if (!h->gic_v2 && !h->gic_v3)
		return fail(f, OUTCOME_NO_KVM, "E-NOVGIC",
			    "this host offers no vGIC: the board's interrupt controller lacks what KVM needs (GICH and GICV, or "
			    "GICv3), or its tree does not describe it");
	if ((want == GIC_V2 && !h->gic_v2) || (want == GIC_V3 && !h->gic_v3))
		return fail(f, OUTCOME_REFUSED, "E-GICVERSION",
			    "the guest's tree asks for GICv%d, this host offers %s: use a machine with that GIC, or leave gic=auto",
			    want == GIC_V2 ? 2 : 3, offered);
	if (p->machine.gic.has_its && !h->its)
		return fail(f, OUTCOME_REFUSED, "E-NOITS", "the guest's tree has an ITS, this host offers none: disable the node");
	p->vgic = want == GIC_V3 ? VGIC_V3 : in->settings->gic == -2 ? VGIC_V2_IRQCHIP : VGIC_V2;
	/* KVM's own default is 256 INTIDs: leaving it alone saves a call. */
	p->irqs = p->machine.intid_max < 256 ? 0 : (unsigned)align_up(p->machine.intid_max + 1, 32);
	return 0;
}

/* MPIDR as KVM makes it from a vCPU's number: Aff0 four bits, Aff1 and Aff2 eight each. */
static uint64_t mpidr_default(unsigned id)
{
	return (id & 0xf) | (uint64_t)(id >> 4 & 0xff) << 8 | (uint64_t)(id >> 12 & 0xff) << 16;
}

static int cpus_settle(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const struct machine *m = &p->machine;
	unsigned left, most = in->host->vcpus_max, room = 0;

	p->cpus = in->settings->cpus ? in->settings->cpus : m->cpus ? m->cpus : 1;
	p->mpidr_given = m->cpus != 0;
	if (p->mpidr_given && p->cpus > m->cpus)
		return fail(f, OUTCOME_BAD_CONFIG, "E-CPUS", "cpus=%u, but the guest's tree names %u: give less, or add cpu nodes",
			    p->cpus, m->cpus);
	if (p->vgic != VGIC_V3 && p->cpus > 8)
		return fail(f, OUTCOME_REFUSED, "E-CPUS",
			    "cpus=%u, but a GICv2 serves at most 8 CPUs: give cpus=8 or less, or a machine with a GICv3", p->cpus);
	if (most > CONFIG_MAX_VCPUS)
		most = CONFIG_MAX_VCPUS;
	if (p->cpus > most)
		return fail(f, OUTCOME_REFUSED, "E-CPUS", "cpus=%u, but %s at most %u: give cpus=%u or less", p->cpus,
			    most == CONFIG_MAX_VCPUS ? "this build serves" : "this host offers", most, most);
	for (unsigned i = 0; i < p->cpus; i++)
		p->mpidr[i] = p->mpidr_given ? m->mpidr[i] : mpidr_default(i);

	left = p->cpus;
	for (unsigned i = 0; i < m->gic.redists; i++) {
		unsigned fits = (unsigned)(m->gic.redist[i].size / REDIST_STRIDE);

		room += fits;
		p->redist_count[i] = left < fits ? left : fits;
		left -= p->redist_count[i];
	}
	if (p->vgic == VGIC_V3 && left)
		return fail(f, OUTCOME_REFUSED, "E-REDIST",
			    "cpus=%u, but the redistributor regions of the guest's GIC have room for %u: give less, or larger ones",
			    p->cpus, room);
	return 0;
}

static int features_settle(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	unsigned options = in->settings->cpu_options;

	p->aarch32 = options & CPU_AARCH32;
	if (p->aarch32 && !(in->host->features & HOSTCPU_AARCH32))
		return fail(f, OUTCOME_REFUSED, "E-AARCH32", "cpu=host,aarch32, but this host's cores run AArch64 only at EL1");
	p->cpu_features = in->host->features;
	if (!p->aarch32)
		p->cpu_features &= ~(uint32_t)HOSTCPU_AARCH32;
	if (options & CPU_NO_SVE || p->aarch32)
		p->cpu_features &= ~(uint32_t)HOSTCPU_SVE;
	if (options & CPU_NO_PAUTH || p->aarch32)
		p->cpu_features &= ~(uint32_t)HOSTCPU_PAUTH;
	if (options & CPU_NO_PMU || !p->machine.pmu_ppi)
		p->cpu_features &= ~(uint32_t)HOSTCPU_PMU;
	return 0;
}

/* --- what lies where --------------------------------------------------------------------------------------------------- */

static int ram_bank_of(const struct plan *p, const struct region *r)
{
	for (unsigned i = 0; i < p->rams; i++)
		if (inside(r, &p->ram[i]))
			return (int)i;
	return -1;
}

static int flash_bank_of(const struct plan *p, const struct region *r)
{
	for (unsigned i = 0; i < p->machine.flashes; i++)
		if (inside(r, &p->machine.flash[i]))
			return (int)i;
	return -1;
}

/* A linked address counts only where there is something for it; else the bytes there were no header. */
static bool firmware_linked(const struct plan *p, const struct image *image)
{
	struct region first = { image->link_gpa, 64 };

	return image->linked && (ram_bank_of(p, &first) >= 0 || flash_bank_of(p, &first) >= 0);
}

static int firmware_settle(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const struct image *image = in->firmware;
	struct region file, *r = &p->firmware;
	int bank;

	r->size = image->footprint;
	if (in->settings->firmware.placed) {
		p->place = PLACE_GIVEN;
		r->base = in->settings->firmware.gpa;
	} else if (image->offset_known) {
		p->place = PLACE_HEADER;
		r->base = align_up(p->ram[0].base, RAM_ALIGN) + image->text_offset;
	} else if (firmware_linked(p, image)) {
		p->place = PLACE_HEADER;
		r->base = image->link_gpa;
	} else if (p->machine.flashes) {
		p->place = PLACE_FLASH;
		r->base = p->machine.flash[0].base;
	} else {
		p->place = PLACE_RAM;
		r->base = p->ram[0].base;
	}
	p->entry = r->base;

	file = (struct region){ r->base, image->size };
	p->firmware_flash = flash_bank_of(p, &file);
	if (p->firmware_flash >= 0) {
		r->size = image->size; /* its bss is in RAM, where it likes */
		if (file.base % in->host->page)
			return fail(f, OUTCOME_BAD_CONFIG, "E-PLACE",
				    "firmware=%s@%#" PRIx64 ": in flash it must begin on a page of %u bytes", image->path, r->base,
				    in->host->page);
		return 0;
	}
	bank = ram_bank_of(p, r);
	if (bank >= 0)
		return 0;
	for (unsigned i = 0; i < p->rams; i++)
		if (r->base >= p->ram[i].base && r->base < p->ram[i].base + p->ram[i].size)
			return fail(f, OUTCOME_BAD_FIRMWARE, "E-TOOLARGE",
				    "%s needs %" PRIu64 " KiB at %#" PRIx64 ", but RAM ends at %#" PRIx64 ": give more memory",
				    image->path, r->size >> 10, r->base, p->ram[i].base + p->ram[i].size);
	for (unsigned i = 0; i < p->machine.flashes; i++)
		if (r->base >= p->machine.flash[i].base && r->base < p->machine.flash[i].base + p->machine.flash[i].size)
			return fail(f, OUTCOME_BAD_FIRMWARE, "E-TOOLARGE",
				    "%s has %" PRIu64 " KiB, but its flash bank has %" PRIu64 ": give a smaller file, or place it in "
				    "RAM (firmware=%s@ADDR)",
				    image->path, image->size >> 10, p->machine.flash[i].size >> 10, image->path);
	return fail(f, OUTCOME_BAD_CONFIG, "E-PLACE",
		    "firmware=%s: there is neither RAM nor flash at %#" PRIx64 "; RAM begins at %#" PRIx64, image->path, r->base,
		    p->ram[0].base);
}

static int initrd_settle(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const struct region *ram = &p->ram[0];
	uint64_t size = in->initrd->size;

	if (in->initrd->fd < 0)
		return 0;
	p->initrd = (struct region){ (ram->base + ram->size - size) & ~(uint64_t)(in->host->page - 1), size };
	if (size > ram->size || !inside(&p->initrd, ram) || overlap(&p->initrd, &p->firmware))
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-TOOLARGE", "initrd %s (%" PRIu64 " KiB) does not fit into RAM beside the "
			    "firmware: give more memory", in->initrd->path, size >> 10);
	return 0;
}

/* RAM base is where U-Boot for QEMU and EDK2 look for the tree; x0 tells everybody else. */
static int dtb_settle(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const struct region *ram = &p->ram[0];

	p->dtb = (struct region){ ram->base, (uint64_t)p->tree.size };
	if (!overlap(&p->dtb, &p->firmware) && inside(&p->dtb, ram))
		return 0;
	p->dtb.base = align_up(p->firmware.base + p->firmware.size, RAM_ALIGN);
	if (inside(&p->dtb, ram) && !overlap(&p->dtb, &p->initrd))
		return 0;
	return fail(f, OUTCOME_BAD_FIRMWARE, "E-TOOLARGE",
		    "RAM of %" PRIu64 " MiB has no room for the device tree behind %s: give more memory, or place the firmware "
		    "elsewhere (firmware=%s@ADDR)",
		    ram->size / MIB, in->firmware->path, in->firmware->path);
}

static int tree_settle(struct plan *p, const struct plan_inputs *in, void *dtb, size_t size, struct failure *f)
{
	const struct settings *s = in->settings;
	struct completion with = {
		.rams = p->rams,
		.mpidr = p->mpidr,
		.cpus = p->cpus,
		.cpu_compatible = "arm,armv8",
		.pmu = p->cpu_features & HOSTCPU_PMU,
		.bootargs = s->raw[SET_BOOTARGS].text,
		.stdout_path = s->stdout_path,
		.initrd_start = p->initrd.base,
		.initrd_end = p->initrd.base + p->initrd.size,
		.rng_seed = s->rng_seed ? in->entropy : NULL,
		.kaslr = s->kaslr_seed && in->entropy,
		.slack = TREE_SLACK,
	};

	memcpy(with.ram, p->ram, sizeof(with.ram));
	memcpy(with.redist_count, p->redist_count, sizeof(with.redist_count));
	if (with.kaslr)
		memcpy(&with.kaslr_seed, in->entropy + 32, sizeof(with.kaslr_seed));
	if (machine_complete(&p->machine, in->guest, &with, dtb, size, &p->tree))
		return fail(f, OUTCOME_REFUSED, "E-TREESIZE",
			    "the guest's tree outgrows the %zu KiB this build has for it: raise TREE_SIZE in the configuration",
			    size >> 10);
	return 0;
}

int plan_make(struct plan *p, const struct plan_inputs *in, void *dtb, size_t size, struct failure *f)
{
	struct tree_error e = { .node = -1 };

	if (machine_read(&p->machine, in->guest, in->models, &e))
		return tree_refused(in, &e, f);
	p->unmodelled = in->settings->unmodelled_given ? in->settings->unmodelled : UNMODELLED_ABORT;
	p->on_poweroff = in->settings->on_poweroff;
	p->on_reset = in->settings->on_reset;
	p->on_crash = in->settings->on_crash;
	if (ram_settle(p, in, f) || ram_check(p, in, f) || gic_settle(p, in, f) || cpus_settle(p, in, f) ||
	    features_settle(p, in, f) || firmware_settle(p, in, f) || initrd_settle(p, in, f) ||
	    tree_settle(p, in, dtb, size, f) || dtb_settle(p, in, f))
		return -1;
	return 0;
}
