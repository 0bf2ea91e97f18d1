// SPDX-License-Identifier: BSD-2-Clause
// What lies where: RAM, flash, devices apart from each other; firmware, initrd, tree in them.
#include <inttypes.h>
#include <stdio.h>

#include "board/soc.h"
#include "boot/plan_place.h"
#include "boot/size.h"
#include "generated/config.h"

#define MIB ((uint64_t)1 << 20)
#define PATH_MAX_SHOWN 72
#define PLACES_MAX                                                                                 \
	(MACHINE_FLASH_MAX + MACHINE_PASSES_MAX + MACHINE_DEVICES_MAX + BOARD_REDISTS_MAX + 3)

#define PAGE_LEAST 4096 /* of arm64: what trees are written for */
#define BLOCK (2 * MIB) /* KVM maps such blocks in one entry */
#define TREE_ALIGN (64u << 10) /* a page, whatever the host's are */
/* What every 32-bit kernel maps of RAM from the start: 760 MiB as they are built commonly, less. */
#define LOW_MEMORY (512 * MIB)
/* Documentation/arm64/booting.rst: with the kernel in 32 GiB that begin at a multiple of 1 GiB. */
#define INITRD_END (31 * 1024 * MIB)

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
	for (unsigned i = 0; i < m->passes; i++)
		place[n++] = (struct place){ m->pass[i], m->pass_node[i] };
	for (unsigned i = 0; i < m->devices; i++)
		place[n++] = (struct place){ m->device[i].reg, m->device[i].node };
	for (unsigned i = 0; i < m->gic.redists; i++)
		if (p->redist_count[i])
			place[n++] = (struct place){ m->gic.redist[i], m->gic.node };
	if (m->gic.version != GIC_NONE)
		place[n++] = (struct place){ m->gic.dist, m->gic.node };
	if (m->gic.version == GIC_V2)
		place[n++] = (struct place){ m->gic.cpu, m->gic.node };
	if (m->gic.has_its)
		place[n++] = (struct place){ m->gic.its, m->gic.node };
	return n;
}

/* A part of on-chip memory: RAM serves as well. Source: the binding sram.yaml. */
static bool in_sram(const struct tree *tree, int node)
{
	return tree_compatible(tree, (unsigned)tree->node[node].parent, "mmio-sram");
}

uint64_t plan_place_room(const struct plan *p, const struct plan_inputs *in, uint64_t base)
{
	const struct machine *m = &p->machine;
	uint64_t end = 1ull << in->host->ipa_bits;
	struct place place[PLACES_MAX];
	unsigned n = places_list(p, place);

	for (unsigned i = 0; i < n; i++)
		if (place[i].region.base >= base && place[i].region.base < end)
			end = place[i].region.base;
	for (unsigned i = 0; machine_mirrored(m) && i < m->unserveds; i++)
		if (m->unserved[i].reg.base >= base && m->unserved[i].reg.base < end &&
		    !in_sram(in->guest, m->unserved[i].node))
			end = m->unserved[i].reg.base;
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

	if (!region_inside(ram, &(struct region){ 0, 1ull << h->ipa_bits }))
		return fail(f, OUTCOME_REFUSED, "E-IPA",
			    "RAM of %" PRIu64 " MiB at 0x%" PRIx64
			    " ends beyond the guest physical addresses this host has (%u bits): "
			    "give less "
			    "memory or a lower base",
			    ram->size / MIB, ram->base, h->ipa_bits);
	for (unsigned i = 0; i < n; i++)
		if (region_overlaps(ram, &place[i].region))
			return fail(f, OUTCOME_BAD_CONFIG, "E-OVERLAP",
				    "RAM 0x%" PRIx64 "..0x%" PRIx64 " covers node %s at 0x%" PRIx64
				    ": give less memory, or another base (memory=SIZE@BASE)",
				    ram->base, region_end(ram), path_of(in, place[i].node, buf),
				    place[i].region.base);
	return 0;
}

int plan_place_pages_blame(const struct host *host, uint64_t bits, struct failure *f)
{
	if (!CONFIG_CAUSES || bits % PAGE_LEAST)
		return -1;
	f->code = "E-PAGESIZE";
	return fail_proof(f,
			  "this host's kernel has pages of %u bytes: boot one with pages of %u "
			  "(CONFIG_ARM64_4K_PAGES=y), and it is good as it is",
			  host->page, PAGE_LEAST);
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
			if (region_overlaps(&p->ram[i], &p->ram[j]))
				return fail(f, OUTCOME_BAD_CONFIG, "E-OVERLAP",
					    "two banks of RAM overlap at 0x%" PRIx64
					    ": give the whole size by memory=SIZE, or correct the "
					    "guest's tree",
					    p->ram[i].base > p->ram[j].base ? p->ram[i].base
									    : p->ram[j].base);
	}
	for (unsigned i = 0; i < n; i++)
		if (!region_inside(&place[i].region, &(struct region){ 0, 1ull << h->ipa_bits }))
			return fail(
				f, OUTCOME_REFUSED, "E-IPA",
				"node %s at 0x%" PRIx64 " ends beyond the guest physical addresses "
				"this host has (%u bits): move it to a lower address in the "
				"guest's tree",
				path_of(in, place[i].node, buf), place[i].region.base, h->ipa_bits);
	for (unsigned i = 0; i < m->flashes; i++)
		if ((m->flash[i].base | m->flash[i].size) % h->page) {
			fail(f, OUTCOME_BAD_CONFIG, "E-PLACE",
			     "node %s: a flash bank at 0x%" PRIx64 " of 0x%" PRIx64
			     " bytes is not whole pages of %u bytes: move or resize it in the "
			     "guest's tree",
			     path_of(in, m->flash_node[i], buf), m->flash[i].base, m->flash[i].size,
			     h->page);
			return plan_place_pages_blame(h, m->flash[i].base | m->flash[i].size, f);
		}
	for (unsigned i = 0; i < m->passes; i++) {
		if (!CONFIG_PASSTHROUGH)
			return fail(f, OUTCOME_BAD_CONFIG, "E-NOT-BUILT-IN",
				    "node %s has passthrough, which is not built in: build with "
				    "CONFIG_PASSTHROUGH=y",
				    path_of(in, m->pass_node[i], buf));
		if ((m->pass[i].base | m->pass[i].size) % h->page) {
			fail(f, OUTCOME_BAD_CONFIG, "E-PASSTHROUGH",
			     "node %s: 0x%" PRIx64 " bytes at 0x%" PRIx64
			     " are not whole pages of %u bytes, and the guest would get what "
			     "else lies in them: widen reg in the guest's tree if that is "
			     "meant, or take passthrough out",
			     path_of(in, m->pass_node[i], buf), m->pass[i].size, m->pass[i].base,
			     h->page);
			return plan_place_pages_blame(h, m->pass[i].base | m->pass[i].size, f);
		}
	}
	return 0;
}

/* All of R that is whole pages, apart from PLACEs and from the banks there are. */
static void bank_add(struct plan *p, const struct plan_inputs *in, const struct region *r,
		     const struct place *place, unsigned places)
{
	const uint64_t page = in->host->page, end = region_end(r) & ~(page - 1);
	struct region *bank = &p->ram[p->banks];

	bank->base = region_align(r->base, page);
	bank->size = end > bank->base ? end - bank->base : 0;
	if (!bank->size || !region_inside(bank, &(struct region){ 0, 1ull << in->host->ipa_bits }))
		return;
	for (unsigned i = 0; i < places; i++)
		if (region_overlaps(bank, &place[i].region))
			return;
	for (unsigned i = 0; i < p->banks; i++)
		if (region_overlaps(bank, &p->ram[i]))
			return;
	p->banks++;
}

void plan_place_srams(struct plan *p, const struct plan_inputs *in)
{
	const struct machine *m = &p->machine;
	struct region of_soc[MACHINE_SRAM_MAX];
	struct place place[PLACES_MAX];
	const unsigned n = places_list(p, place);
	const unsigned socs = CONFIG_MIRROR && in->socs
				      ? soc_memory(in->socs, in->guest, of_soc, MACHINE_SRAM_MAX)
				      : 0;

	p->banks = p->rams;
	for (unsigned i = 0; CONFIG_MIRROR && i < m->srams; i++)
		bank_add(p, in, &m->sram[i], place, n);
	for (unsigned i = 0; i < socs && p->banks < MACHINE_BANKS_MAX; i++)
		bank_add(p, in, &of_soc[i], place, n);
}

/* --- initrd and tree -------------------------------------------------------------------------- */

static bool over_firmware(const struct plan *p, const struct region *r)
{
	for (unsigned i = 0; i < p->parts; i++)
		if (region_overlaps(r, &p->part[i].region))
			return true;
	return region_overlaps(r, &p->scratch);
}

/* At the end of the bank that the firmware lies in, the first one for firmware in flash. */
int plan_place_initrd(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const int bank = region_among(&p->part[0].region, p->ram, p->rams);
	const struct region *ram = &p->ram[bank < 0 ? 0 : bank];
	const uint64_t size = in->initrd->size;
	const uint64_t most = in->firmware->unpacks ? LOW_MEMORY : INITRD_END;
	const uint64_t room = ram->size < most ? ram->size : most;

	p->initrd = (struct region){ 0 };
	if (in->initrd->fd < 0)
		return 0;
	if (size <= room) {
		p->initrd.base = (ram->base + room - size) & ~(uint64_t)(in->host->page - 1);
		p->initrd.size = size;
	}
	if (!p->initrd.size || over_firmware(p, &p->initrd))
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-TOOLARGE",
			    "initrd %s (%" PRIu64 " KiB) does not fit into RAM beside the "
			    "firmware: give more memory",
			    in->initrd_path, size_kib(size));
	return 0;
}

void plan_place_stack(struct plan *p)
{
	const int bank = region_among(&p->part[0].region, p->ram, p->rams);
	const struct region *ram = &p->ram[bank < 0 ? 0 : bank];
	const bool used = p->initrd.size && region_inside(&p->initrd, ram);

	p->stack = 0;
	if (machine_mirrored(&p->machine) && !p->aarch32)
		p->stack = used ? p->initrd.base : region_end(ram);
}

static bool dtb_try(struct plan *p, const struct region *ram, uint64_t base)
{
	p->dtb.base = base;
	return region_inside(&p->dtb, ram) && !over_firmware(p, &p->dtb) &&
	       !region_overlaps(&p->dtb, &p->initrd);
}

/* The end of the firmware's parts in RAM bank R; its base where none lies there. */
static uint64_t firmware_end(const struct plan *p, const struct region *ram)
{
	uint64_t end = ram->base;

	for (unsigned i = 0; i < p->parts; i++) {
		const struct region *r = &p->part[i].region;

		if (region_inside(r, ram) && region_end(r) > end)
			end = region_end(r);
	}
	return end;
}

/*
 * RAM base is where U-Boot for QEMU and EDK2 look for the tree; x0 tells everybody else, and nobody
 * takes 0 for an address.
 */
int plan_place_dtb(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	p->dtb.size = (uint64_t)p->tree.size;
	for (unsigned i = 0; i < p->rams; i++) {
		const uint64_t behind = firmware_end(p, &p->ram[i]);

		if (dtb_try(p, &p->ram[i], p->ram[i].base ? p->ram[i].base : TREE_ALIGN) ||
		    dtb_try(p, &p->ram[i], region_align(behind, BLOCK)) ||
		    dtb_try(p, &p->ram[i], region_align(behind, TREE_ALIGN)))
			return 0;
	}
	return fail(f, OUTCOME_BAD_FIRMWARE, "E-TOOLARGE",
		    "RAM of %" PRIu64 " MiB has no room for the device tree beside firmware %s: "
		    "give more memory, or place the firmware elsewhere (firmware=FILE@ADDR)",
		    p->ram[0].size / MIB, in->firmware->path);
}
