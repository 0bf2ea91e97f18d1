// SPDX-License-Identifier: BSD-2-Clause
// How much RAM the guest has, and where.
#include <inttypes.h>

#include "board/soc.h"
#include "boot/plan_memory.h"
#include "boot/plan_place.h"
#include "boot/trees.h"

#define MIB ((uint64_t)1 << 20)
#define RAM_ALIGN (2 * MIB) /* KVM maps a block where guest and host addresses agree modulo 2 MiB */
#define RAM_LEAST MIB

/* Where RAM is that the board's tree tells of and its kernel has not got. Returns -1. */
static int ram_taken_tell(const struct plan_inputs *in, struct failure *f)
{
	const struct tree *tree = in->board_tree;
	const uint64_t told = in->board->memory_total, has = in->host->memory_total;
	const int reserved = tree_by_path(tree, "/reserved-memory");
	uint64_t base, size, most = 0;
	unsigned largest = 0;
	char path[72];

	if (!CONFIG_CAUSES || told < has + has / 8) /* what the kernel itself takes */
		return -1;
	fail_proof(f,
		   "the board's tree tells of %" PRIu64 " MiB, its kernel has %" PRIu64
		   ": the rest is reserved, or cut off by mem= on its command line",
		   told / MIB, has / MIB);
	for (unsigned n = 1; reserved >= 0 && n < tree->count; n++)
		if (tree->node[n].parent == reserved && tree_enabled(tree, n) &&
		    tree_reg(tree, n, 0, &base, &size) == 0 && size > most)
			largest = n, most = size;
	if (most)
		fail_proof(f, "the largest reservation: %" PRIu64 " MiB, node %s", most / MIB,
			   tree_path(tree, largest, path, sizeof(path)));
	return -1;
}

/* Half of what is free, as far as the guest's addresses have room for it. */
static int ram_default(struct plan *p, const struct plan_inputs *in, struct region *ram,
		       struct failure *f)
{
	const struct host *h = in->host;
	uint64_t room = plan_place_room(p, in, ram->base);

	if (!h->memory_free && h->assumed)
		return fail(f, OUTCOME_BAD_CONFIG, "E-NOMEMORY",
			    "board tree %s does not tell how much memory the board has (its "
			    "firmware adds "
			    "that): give memory=SIZE",
			    in->settings->raw[SET_BOARD_DTB].text);
	if (h->memory_free / 2 < RAM_ALIGN) {
		fail(f, OUTCOME_REFUSED, "E-RAM",
		     "only %" PRIu64 " KiB of this host's memory are free, and a guest gets half "
		     "of it: give memory=SIZE, or stop what uses it",
		     h->memory_free >> 10);
		return ram_taken_tell(in, f);
	}
	if ((p->aarch32 || tree_prop_u32(in->guest, 0, TREE_ADDRESS_CELLS, 2) == 1) &&
	    ram->base < PLAN_AARCH32_END && room > PLAN_AARCH32_END - ram->base)
		room = PLAN_AARCH32_END - ram->base;
	if (tree_prop_u32(in->guest, 0, TREE_SIZE_CELLS, 1) == 1 && room >= PLAN_AARCH32_END)
		room = PLAN_AARCH32_END - RAM_ALIGN;
	ram->size = (h->memory_free / 2 < room ? h->memory_free / 2 : room) & ~(RAM_ALIGN - 1);
	return 0;
}

/* What becomes of a mirrored board's banks: told at its first memory node, which gets all of them. */
static void banks_change(struct plan *p, enum machine_change_kind kind)
{
	const int node = p->machine.ram_node[0];

	if (!machine_has_change(&p->machine, node, kind))
		machine_change(&p->machine, node, kind);
}

/* KVM's memory is whole pages: a mirrored board's bank begins and ends within its own. */
static struct region bank_whole(struct plan *p, struct region bank, uint64_t page)
{
	const uint64_t base = region_align(bank.base, page), end = region_end(&bank) & ~(page - 1);

	if (!machine_mirrored(&p->machine) || !((bank.base | bank.size) % page))
		return bank;
	banks_change(p, CHANGE_PAGES);
	return (struct region){ base, end > base ? end - base : 0 };
}

/*
 * The tree's banks, ascending: an overlay's come first in it, and the lowest is where firmware
 * looks for RAM.
 */
static void ram_sort(struct plan *p, uint64_t page)
{
	const struct machine *m = &p->machine;

	for (unsigned i = 0; i < m->rams; i++) {
		const struct region bank = bank_whole(p, m->ram[i], page);
		unsigned at = i;

		for (; at && p->ram[at - 1].base > bank.base; at--)
			p->ram[at] = p->ram[at - 1];
		p->ram[at] = bank;
	}
	p->rams = m->rams;
}

/* Where a mirrored board's RAM begins, if its tree leaves that open. */
static int base_assume(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	p->ram_assumed = true;
	if ((p->rams && p->machine.ram_base != RAM_OPEN) ||
	    soc_ram_base(in->socs, in->guest, &p->ram[0].base))
		return 0;
	return fail(f, OUTCOME_BAD_CONFIG, "E-NOMEMORY",
		    "the board's tree does not tell where RAM begins (its firmware adds that), and "
		    "nothing is known of SoC %.72s: give memory=SIZE@BASE",
		    soc_name(in->guest));
}

uint64_t plan_memory_span(const struct plan *p)
{
	return p->rams ? region_end(&p->ram[p->rams - 1]) - p->ram[0].base : 0;
}

/* Where firmware is told the size of RAM by a register, it is a size that the register can tell. */
static int size_tellable(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const struct soc_ram *ram = in->socs ? soc_ram_encoding(in->socs, in->guest) : NULL;
	const uint64_t size = plan_memory_span(p);
	struct region *last = &p->ram[p->rams - 1];
	uint64_t fits;

	if (!ram)
		return 0;
	fits = soc_ram_fit(ram, size);
	if (fits == size || (!in->settings->memory_size && size - fits < last->size)) {
		last->size -= size - fits;
		return 0;
	}
	return fail(f, OUTCOME_BAD_CONFIG, "E-MEMORY",
		    "the SoC's register that tells firmware how much RAM there is (%s) cannot tell "
		    "%" PRIu64 " MiB: give memory=%" PRIu64 "M",
		    ram->name, size / MIB, (fits ? fits : ram->unit) / MIB);
}

/*
 * A board's banks, the lowest first, as far as there is memory for them. Where nobody said how much,
 * RAM ends where a device begins: some boards' trees cover theirs.
 */
static void banks_share(struct plan *p, const struct plan_inputs *in)
{
	const uint64_t asked = in->settings->memory_size;
	uint64_t left = asked ? asked : (in->host->memory_free / 2) & ~(RAM_ALIGN - 1);
	unsigned n = 0;

	for (unsigned i = 0; i < p->rams && left; i++) {
		struct region bank = p->ram[i];
		const uint64_t room = plan_place_room(p, in, bank.base);

		if (!asked && bank.size > room) {
			bank.size = room & ~(RAM_ALIGN - 1);
			banks_change(p, CHANGE_COVERS);
		}
		if (bank.size > left || (i == p->rams - 1 && asked))
			bank.size = left; /* more than the board has, if that was asked for */
		left -= bank.size;
		if (bank.size)
			p->ram[n++] = bank;
	}
	p->rams = n ? n : 1;
}

static int banks_shrink(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const struct settings *s = in->settings;
	uint64_t all = 0;

	for (unsigned i = 0; i < p->rams; i++)
		all |= p->ram[i].size;
	if (all && !s->memory_placed) {
		banks_share(p, in);
		return 0;
	}
	if (!s->memory_placed && base_assume(p, in, f))
		return -1;
	p->rams = 1;
	if (s->memory_placed)
		p->ram[0].base = s->memory_base;
	p->ram[0].size = s->memory_size;
	return s->memory_size ? 0 : ram_default(p, in, &p->ram[0], f);
}

/* The banks of a tree that was written for a guest. */
static int banks_take(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const struct settings *s = in->settings;

	if (!p->rams && !s->memory_placed)
		return fail(
			f, OUTCOME_BAD_CONFIG, "E-NOMEMORY",
			"guest tree %s has no memory node, so nobody knows where RAM begins: give "
			"memory=SIZE@BASE",
			in->guest_path);
	if (s->memory_size) {
		p->rams = 1;
		p->ram[0] = (struct region){ s->memory_placed ? s->memory_base : p->ram[0].base,
					     s->memory_size };
		return 0;
	}
	return p->rams == 1 && !p->ram[0].size ? ram_default(p, in, &p->ram[0], f) : 0;
}

int plan_memory_settle(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const struct host *h = in->host;
	uint64_t total = 0;

	p->ram_assumed = false;
	ram_sort(p, h->page);
	if (machine_mirrored(&p->machine) ? banks_shrink(p, in, f) || size_tellable(p, in, f)
					  : banks_take(p, in, f))
		return -1;
	for (unsigned i = 0; i < p->rams; i++) {
		const struct region *r = &p->ram[i];
		const uint64_t least = i && machine_mirrored(&p->machine) ? h->page : RAM_LEAST;

		if (r->size < least || (r->size | r->base) % h->page) {
			fail(f, OUTCOME_BAD_CONFIG, "E-MEMORY",
			     "RAM of 0x%" PRIx64 " bytes at 0x%" PRIx64
			     " is not whole pages of %u bytes, 1 MiB at least: give "
			     "memory=SIZE@BASE, or correct the memory node of guest tree %s",
			     r->size, r->base, h->page, in->guest_path);
			return r->size < least ? -1
					       : plan_place_pages_blame(h, r->size | r->base, f);
		}
		total = total + r->size < total ? UINT64_MAX : total + r->size;
	}
	if (h->memory_total && total > h->memory_total) {
		fail(f, OUTCOME_REFUSED, "E-RAM",
		     "the guest is to have %" PRIu64 " MiB of RAM, the board has %" PRIu64
		     " MiB (%" PRIu64 " free): give less, such as memory=%" PRIu64 "M",
		     total / MIB, h->memory_total / MIB, h->memory_free / MIB,
		     (h->memory_free / 2 < MIB ? h->memory_total : h->memory_free) / 2 / MIB);
		return ram_taken_tell(in, f);
	}
	return plan_place_check(p, in, f);
}
