// SPDX-License-Identifier: BSD-2-Clause
// Where the firmware's parts lie: where its format or the person says, in flash, or in RAM.
#include <inttypes.h>
#include <stdio.h>

#include "boot/plan_firmware.h"
#include "boot/size.h"

#define BLOCK (2u << 20) /* a Linux Image wants its base at a multiple of this */

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
	     region_among(&(struct region){ part->gpa, part->footprint }, p->ram, p->rams) >= 0)) {
		p->place = PLACE_FORMAT;
		return part->gpa;
	}
	if (image->offset_known) {
		p->place = PLACE_HEADER;
		return region_align(p->ram[0].base, BLOCK) + image->text_offset;
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

/* Why part I lies in no bank at BASE. */
static int no_room(const struct plan *p, const struct plan_inputs *in, unsigned i, uint64_t base,
		   struct failure *f)
{
	const struct image *image = in->firmware;
	const struct machine *m = &p->machine;
	char buf[64];
	const char *what = part_title(image, i, buf);

	for (unsigned bank = 0; bank < p->rams; bank++)
		if (region_has(&p->ram[bank], base))
			return fail(f, OUTCOME_BAD_FIRMWARE, "E-TOOLARGE",
				    "%s %s needs %" PRIu64 " KiB at 0x%" PRIx64
				    ", but RAM ends at 0x%" PRIx64 ": give %s",
				    what, image->path, size_kib(image->part[i].footprint), base,
				    region_end(&p->ram[bank]),
				    p->place == PLACE_GIVEN ? "more memory, or a lower address"
							    : "more memory");
	if (image->offset_known && p->place == PLACE_HEADER)
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-TOOLARGE",
			    "%s %s goes to 0x%" PRIx64 " by its format, but RAM ends at 0x%" PRIx64
			    ": give more memory",
			    what, image->path, base, region_end(&p->ram[0]));
	for (unsigned bank = 0; bank < m->flashes && !image->part[i].loaded; bank++)
		if (region_has(&m->flash[bank], base))
			return fail(
				f, OUTCOME_BAD_FIRMWARE, "E-TOOLARGE",
				"%s %s has %" PRIu64 " KiB, but from 0x%" PRIx64
				" its flash bank has %" PRIu64
				": give a smaller file, or place it in RAM (firmware=FILE@ADDR)",
				what, image->path, size_kib(image->part[i].bytes.size), base,
				(region_end(&m->flash[bank]) - base) >> 10);
	return fail(f, OUTCOME_BAD_CONFIG, "E-PLACE",
		    "%s %s: there is %s at 0x%" PRIx64 "; RAM begins at 0x%" PRIx64 ": give %s",
		    what, image->path, image->part[i].loaded ? "no RAM" : "neither RAM nor flash",
		    base, p->ram[0].base,
		    image->part[i].placed || p->place == PLACE_HEADER
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
	p->part[i].flash =
		part->loaded ? -1 : region_among(&file, p->machine.flash, p->machine.flashes);
	if (p->part[i].flash < 0)
		return region_among(&p->part[i].region, p->ram, p->rams) < 0
			       ? no_room(p, in, i, base, f)
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

			if (region_overlaps(&x, &y))
				return fail(f, OUTCOME_BAD_FIRMWARE, "E-OVERLAP",
					    "%s %s lies over the %s at 0x%" PRIx64
					    ": give them other load addresses",
					    part_title(image, i, a), image->path,
					    part_title(image, j, b),
					    x.base > y.base ? x.base : y.base);
		}
	return 0;
}

int plan_firmware_place(struct plan *p, const struct plan_inputs *in, struct failure *f)
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
