// SPDX-License-Identifier: BSD-2-Clause
// What lies where: RAM, flash, devices apart from each other; firmware, initrd, tree in them.
#include <inttypes.h>
#include <stdio.h>

#include "boot/plan_place.h"

#define MIB ((uint64_t)1 << 20)
#define PATH_MAX_SHOWN 72
#define PLACES_MAX (MACHINE_FLASH_MAX + MACHINE_DEVICES_MAX + BOARD_REDISTS_MAX + 3)

/* A Linux Image wants its base at a multiple of this, and KVM maps such blocks in one entry. */
#define BLOCK (2 * MIB)
#define TREE_ALIGN (64u << 10) /* a page, whatever the host's are */
/* What every 32-bit kernel maps of RAM from the start: 760 MiB as they are built commonly, less. */
#define LOW_MEMORY (512 * MIB)

static uint64_t align_up(uint64_t v, uint64_t to)
{
	return (v + to - 1) & ~(to - 1);
}

static bool overlap(const struct region *a, const struct region *b)
{
	return a->size && b->size && (a->base - b->base < b->size || b->base - a->base < a->size);
}

static bool inside(const struct region *inner, const struct region *outer)
{
	return inner->base >= outer->base && inner->size <= outer->size &&
	       inner->base - outer->base <= outer->size - inner->size;
}

static uint64_t end_of(const struct region *r)
{
	return r->base + r->size;
}

static bool holds(const struct region *r, uint64_t gpa)
{
	return gpa - r->base < r->size;
}

/* --- what the tree has ------------------------------------------------------------------------ */

struct place {
	struct region region;
	int node;
};

/* All that is neither RAM nor left out. */
static unsigned places_list(const struct plan *p, struct place place[PLACES_MAX])
{
	const struct machine *m = &p->machine;
	unsigned n = 0;

	for (unsigned i = 0; i < m->flashes; i++)
		place[n++] = (struct place){ m->flash[i], m->flash_node[i] };
	for (unsigned i = 0; i < m->devices; i++)
		place[n++] = (struct place){ m->device[i].reg, m->device[i].node };
	for (unsigned i = 0; i < m->gic.redists; i++)
		if (p->redist_count[i])
			place[n++] = (struct place){ m->gic.redist[i], m->gic.node };
	place[n++] = (struct place){ m->gic.dist, m->gic.node };
	if (m->gic.version == GIC_V2)
		place[n++] = (struct place){ m->gic.cpu, m->gic.node };
	if (m->gic.has_its)
		place[n++] = (struct place){ m->gic.its, m->gic.node };
	return n;
}

uint64_t plan_place_room(const struct plan *p, const struct plan_inputs *in, uint64_t base)
{
	uint64_t end = 1ull << in->host->ipa_bits;
	struct place place[PLACES_MAX];
	unsigned n = places_list(p, place);

	for (unsigned i = 0; i < n; i++)
		if (place[i].region.base >= base && place[i].region.base < end)
			end = place[i].region.base;
	return end > base ? end - base : 0;
}

static const char *path_of(const struct plan_inputs *in, int node, char buf[PATH_MAX_SHOWN])
{
	return tree_path(in->guest, (unsigned)node, buf, PATH_MAX_SHOWN);
}

static int ram_check(const struct plan *p, const struct plan_inputs *in, const struct region *ram,
		     struct failure *f)
{
	const struct host *h = in->host;
	struct place place[PLACES_MAX];
	char buf[PATH_MAX_SHOWN];
	unsigned n = places_list(p, place);

	if (!inside(ram, &(struct region){ 0, 1ull << h->ipa_bits }))
		return fail(f, OUTCOME_REFUSED, "E-IPA",
			    "RAM of %" PRIu64 " MiB at 0x%" PRIx64
			    " ends beyond the guest physical addresses this host has (%u bits): "
			    "give less "
			    "memory or a lower base",
			    ram->size / MIB, ram->base, h->ipa_bits);
	for (unsigned i = 0; i < n; i++)
		if (overlap(ram, &place[i].region))
			return fail(f, OUTCOME_BAD_CONFIG, "E-OVERLAP",
				    "RAM 0x%" PRIx64 "..0x%" PRIx64 " covers node %s at 0x%" PRIx64
				    ": give less memory, or another base (memory=SIZE@BASE)",
				    ram->base, ram->base + ram->size,
				    path_of(in, place[i].node, buf), place[i].region.base);
	return 0;
}

int plan_place_check(const struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const struct machine *m = &p->machine;
	const struct host *h = in->host;
	struct place place[PLACES_MAX];
	char buf[PATH_MAX_SHOWN];
	unsigned n = places_list(p, place);

	for (unsigned i = 0; i < p->rams; i++) {
		if (ram_check(p, in, &p->ram[i], f))
			return -1;
		for (unsigned j = 0; j < i; j++)
			if (overlap(&p->ram[i], &p->ram[j]))
				return fail(f, OUTCOME_BAD_CONFIG, "E-OVERLAP",
					    "two banks of RAM overlap at 0x%" PRIx64
					    ": give the whole size by memory=SIZE, or correct the "
					    "guest's tree",
					    p->ram[i].base > p->ram[j].base ? p->ram[i].base
									    : p->ram[j].base);
	}
	for (unsigned i = 0; i < n; i++)
		if (!inside(&place[i].region, &(struct region){ 0, 1ull << h->ipa_bits }))
			return fail(
				f, OUTCOME_REFUSED, "E-IPA",
				"node %s at 0x%" PRIx64 " ends beyond the guest physical addresses "
				"this host has (%u bits): move it to a lower address in the "
				"guest's tree",
				path_of(in, place[i].node, buf), place[i].region.base, h->ipa_bits);
	for (unsigned i = 0; i < m->flashes; i++)
		if ((m->flash[i].base | m->flash[i].size) % h->page)
			return fail(
				f, OUTCOME_BAD_CONFIG, "E-PLACE",
				"node %s: a flash bank at 0x%" PRIx64 " of 0x%" PRIx64
				" bytes is not whole pages of %u bytes: move or resize it in the "
				"guest's tree",
				path_of(in, m->flash_node[i], buf), m->flash[i].base,
				m->flash[i].size, h->page);
	return 0;
}

/* --- firmware --------------------------------------------------------------------------------- */

static int bank_of(const struct region *bank, unsigned count, const struct region *r)
{
	for (unsigned i = 0; i < count; i++)
		if (inside(r, &bank[i]))
			return (int)i;
	return -1;
}

static uint64_t base_choose(struct plan *p, const struct plan_inputs *in)
{
	const struct image *image = in->firmware;
	const struct image_part *part = &image->part[0];

	if (in->settings->firmware.placed) {
		p->place = PLACE_GIVEN;
		return in->settings->firmware.gpa;
	}
	/* An arm64 Linux runs anywhere: a load address of another machine's does not count. */
	if (part->placed &&
	    (!image->offset_known ||
	     bank_of(p->ram, p->rams, &(struct region){ part->gpa, part->footprint }) >= 0)) {
		p->place = PLACE_FORMAT;
		return part->gpa;
	}
	if (image->offset_known) {
		p->place = PLACE_HEADER;
		return align_up(p->ram[0].base, BLOCK) + image->text_offset;
	}
	if (image->linked) {
		p->place = PLACE_HEADER;
		return image->link_gpa;
	}
	p->place = p->machine.flashes ? PLACE_FLASH : PLACE_RAM;
	return p->machine.flashes ? p->machine.flash[0].base : p->ram[0].base;
}

/* What a sentence calls part I: the firmware, or "segment 2 of firmware". */
static const char *part_title(const struct image *image, unsigned i, char buf[64])
{
	if (image->parts == 1 || !image->part[i].name[0])
		return "firmware";
	snprintf(buf, 64, "%s of firmware", image->part[i].name);
	return buf;
}

static uint64_t kib(uint64_t bytes)
{
	return (bytes + 1023) >> 10;
}

/* Why part I lies in no bank at BASE. */
static int no_room(const struct plan *p, const struct plan_inputs *in, unsigned i, uint64_t base,
		   struct failure *f)
{
	const struct image *image = in->firmware;
	const struct machine *m = &p->machine;
	char buf[64];
	const char *what = part_title(image, i, buf);

	for (unsigned bank = 0; bank < p->rams; bank++)
		if (holds(&p->ram[bank], base))
			return fail(f, OUTCOME_BAD_FIRMWARE, "E-TOOLARGE",
				    "%s %s needs %" PRIu64 " KiB at 0x%" PRIx64
				    ", but RAM ends at 0x%" PRIx64 ": give %s",
				    what, image->path, kib(image->part[i].footprint), base,
				    end_of(&p->ram[bank]),
				    p->place == PLACE_GIVEN ? "more memory, or a lower address"
							    : "more memory");
	if (image->offset_known && p->place == PLACE_HEADER)
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-TOOLARGE",
			    "%s %s goes to 0x%" PRIx64 " by its format, but RAM ends at 0x%" PRIx64
			    ": give more memory",
			    what, image->path, base, end_of(&p->ram[0]));
	for (unsigned bank = 0; bank < m->flashes && !image->part[i].loaded; bank++)
		if (holds(&m->flash[bank], base))
			return fail(
				f, OUTCOME_BAD_FIRMWARE, "E-TOOLARGE",
				"%s %s has %" PRIu64 " KiB, but from 0x%" PRIx64
				" its flash bank has %" PRIu64
				": give a smaller file, or place it in RAM (firmware=FILE@ADDR)",
				what, image->path, kib(image->part[i].bytes.size), base,
				(m->flash[bank].base + m->flash[bank].size - base) >> 10);
	return fail(f, OUTCOME_BAD_CONFIG, "E-PLACE",
		    "%s %s: there is %s at 0x%" PRIx64 "; RAM begins at 0x%" PRIx64 ": give %s",
		    what, image->path, image->part[i].loaded ? "no RAM" : "neither RAM nor flash",
		    base, p->ram[0].base,
		    image->part[i].placed
			    ? "a machine that has RAM there (machine=, memory=SIZE@BASE)"
			    : "another address (firmware=FILE@ADDR)");
}

static int part_place(struct plan *p, const struct plan_inputs *in, unsigned i, uint64_t base,
		      struct failure *f)
{
	const struct image_part *part = &in->firmware->part[i];
	struct region file = { base, part->bytes.size };
	char buf[64];

	p->part[i].region = (struct region){ base, part->footprint };
	p->part[i].flash = part->loaded ? -1 : bank_of(p->machine.flash, p->machine.flashes, &file);
	if (p->part[i].flash < 0)
		return bank_of(p->ram, p->rams, &p->part[i].region) < 0 ? no_room(p, in, i, base, f)
									: 0;
	p->part[i].region = file; /* its bss is in RAM, where it likes */
	if (i && p->part[i].flash != p->part[0].flash)
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-PLACE",
			    "%s %s lies in flash at 0x%" PRIx64 ", in another bank than its entry: "
			    "link it for one bank, or for RAM",
			    part_title(in->firmware, i, buf), in->firmware->path, base);
	/* At a bank's start it may be meant for flash: U-Boot moves to RAM before it writes. */
	if (!i && p->place != PLACE_GIVEN && (in->firmware->linked || part->written) &&
	    base != p->machine.flash[p->part[0].flash].base)
		return fail(
			f, OUTCOME_BAD_CONFIG, "E-PLACE",
			"firmware %s is linked for 0x%" PRIx64
			", RAM of another machine, where this guest has flash: give that machine's "
			"tree (machine=FILE), or firmware=FILE@ADDR if it runs anywhere",
			in->firmware->path, base);
	if (!i && base % in->host->page)
		return fail(f, OUTCOME_BAD_CONFIG, "E-PLACE",
			    "firmware %s at 0x%" PRIx64 ": in flash it must begin on a page of %u "
			    "bytes: give another address (firmware=FILE@ADDR)",
			    in->firmware->path, base, in->host->page);
	return 0;
}

/* Two parts of the firmware with bytes at the same place: which of them would run is anyone's guess. */
static int parts_check(const struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const struct image *image = in->firmware;
	char a[64], b[64];

	for (unsigned i = 1; i < p->parts; i++)
		for (unsigned j = 0; j < i; j++) {
			struct region x = { p->part[i].region.base, image->part[i].bytes.size },
				      y = { p->part[j].region.base, image->part[j].bytes.size };

			if (overlap(&x, &y))
				return fail(f, OUTCOME_BAD_FIRMWARE, "E-OVERLAP",
					    "%s %s lies over the %s at 0x%" PRIx64
					    ": give them other load addresses",
					    part_title(image, i, a), image->path,
					    part_title(image, j, b),
					    x.base > y.base ? x.base : y.base);
		}
	return 0;
}

int plan_place_firmware(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const struct image *image = in->firmware;
	uint64_t base = base_choose(p, in);

	if (image->part[0].placed && p->place == PLACE_GIVEN)
		return fail(f, OUTCOME_BAD_CONFIG, "E-PLACE",
			    "firmware %s says itself where it lies (%s): leave out @ADDR",
			    image->path, image->kind);
	p->parts = image->parts;
	for (unsigned i = 0; i < p->parts; i++)
		if (part_place(p, in, i, i ? image->part[i].gpa : base, f))
			return -1;
	p->scratch = (struct region){ 0 };
	if (image->unpacks && p->part[0].flash < 0 && p->ram[0].base < base)
		p->scratch = (struct region){ p->ram[0].base, base - p->ram[0].base };
	p->entry = image->entry_given && p->place == PLACE_FORMAT ? image->entry : base;
	if (p->entry % 4)
		return fail(f, OUTCOME_BAD_CONFIG, "E-PLACE",
			    "firmware %s at 0x%" PRIx64 ": a CPU runs code at multiples of 4 only: "
			    "give another address (firmware=FILE@ADDR)",
			    image->path, p->entry);
	return parts_check(p, in, f);
}

static bool over_firmware(const struct plan *p, const struct region *r)
{
	for (unsigned i = 0; i < p->parts; i++)
		if (overlap(r, &p->part[i].region))
			return true;
	return overlap(r, &p->scratch);
}

/* --- initrd and tree -------------------------------------------------------------------------- */

/* At the end of the bank that the firmware lies in, the first one for firmware in flash. */
int plan_place_initrd(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const int bank = bank_of(p->ram, p->rams, &p->part[0].region);
	const struct region *ram = &p->ram[bank < 0 ? 0 : bank];
	const uint64_t size = in->initrd->size;
	uint64_t room = ram->size;

	p->initrd = (struct region){ 0 };
	if (in->initrd->fd < 0)
		return 0;
	if (in->firmware->unpacks && room > LOW_MEMORY)
		room = LOW_MEMORY;
	if (size <= room) {
		p->initrd.base = (ram->base + room - size) & ~(uint64_t)(in->host->page - 1);
		p->initrd.size = size;
	}
	if (!p->initrd.size || over_firmware(p, &p->initrd))
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-TOOLARGE",
			    "initrd %s (%" PRIu64 " KiB) does not fit into RAM beside the "
			    "firmware: give more memory",
			    in->initrd_path, kib(size));
	return 0;
}

static bool dtb_try(struct plan *p, const struct region *ram, uint64_t base)
{
	p->dtb.base = base;
	return inside(&p->dtb, ram) && !over_firmware(p, &p->dtb) && !overlap(&p->dtb, &p->initrd);
}

/* The end of the firmware's parts in RAM bank R; its base where none lies there. */
static uint64_t firmware_end(const struct plan *p, const struct region *ram)
{
	uint64_t end = ram->base;

	for (unsigned i = 0; i < p->parts; i++) {
		const struct region *r = &p->part[i].region;

		if (inside(r, ram) && end_of(r) > end)
			end = end_of(r);
	}
	return end;
}

/* RAM base is where U-Boot for QEMU and EDK2 look for the tree; x0 tells everybody else. */
int plan_place_dtb(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	p->dtb.size = (uint64_t)p->tree.size;
	for (unsigned i = 0; i < p->rams; i++) {
		const uint64_t behind = firmware_end(p, &p->ram[i]);

		if (dtb_try(p, &p->ram[i], p->ram[i].base) ||
		    dtb_try(p, &p->ram[i], align_up(behind, BLOCK)) ||
		    dtb_try(p, &p->ram[i], align_up(behind, TREE_ALIGN)))
			return 0;
	}
	return fail(f, OUTCOME_BAD_FIRMWARE, "E-TOOLARGE",
		    "RAM of %" PRIu64 " MiB has no room for the device tree beside firmware %s: "
		    "give more memory, or place the firmware elsewhere (firmware=FILE@ADDR)",
		    p->ram[0].size / MIB, in->firmware->path);
}
