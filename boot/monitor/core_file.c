// SPDX-License-Identifier: BSD-2-Clause
// Headers and memory of a core.
#include "boot/monitor/core_file.h"

#include <elf.h>
#include <string.h>

#include "boot/memory.h"
#include "boot/shim.h"
#include "kvm/dcache.h"

#define PAGE 4096
#define RUNS_MOST 65000 /* e_phnum has 16 bits */

enum stage { HEADER, SEGMENTS, NOTES, MEMORY };
enum content { ABSENT, ZERO, FILLED };

/*
 * --- what is where -------------------------------------------------------------------------------
 */

/* The page at ADDRESS in this process; NULL: there is none. */
static const uint8_t *page_at(struct core_file *c, uint64_t address)
{
	struct walk_fault fault;
	uint64_t gpa = address;
	const uint8_t *page;

	if (!c->physical && guestmem_translate(&c->mem, address, &gpa, &fault))
		return NULL;
	page = memory_at(c->shim, gpa, false);
	if (page)
		dcache_flush(page, PAGE); /* a guest without caches has written past ours */
	return page;
}

static enum content content(struct core_file *c, uint64_t address, uint64_t size)
{
	enum content found = ABSENT;

	for (uint64_t end = address + size; address != end; address += PAGE) {
		const uint64_t *page = (const uint64_t *)page_at(c, address);

		for (size_t i = 0; page && i < PAGE / sizeof(*page); i++)
			if (page[i])
				return FILLED;
		found = page ? ZERO : found;
	}
	return found;
}

/* The grain that is next, and what it has. False: there are no more. */
static bool grain_next(struct core_file *c, uint64_t *address, uint64_t *size, enum content *has)
{
	uint64_t left;

	while (c->in < c->areas && c->at == c->area[c->in].size) {
		c->in++;
		c->at = 0;
	}
	if (c->in == c->areas)
		return false;
	left = c->area[c->in].size - c->at;
	*address = c->area[c->in].base + c->at;
	*size = left < c->grain ? left : c->grain;
	*has = content(c, *address, *size);
	return true;
}

static void rewind_areas(struct core_file *c)
{
	c->in = 0;
	c->at = 0;
}

/* The next run: grains that are filled, then zeros. False: there are no more. */
static bool run_next(struct core_file *c)
{
	struct core_run *r = &c->run;
	uint64_t address, size;
	enum content has;

	memset(r, 0, sizeof(*r));
	c->run_done = 0;
	while (grain_next(c, &address, &size, &has)) {
		const bool goes_on = r->size && address == r->base + r->size;

		if (r->size &&
		    (!goes_on || has == ABSENT || (has == FILLED && r->filled < r->size)))
			return true;
		c->at += size;
		if (has == ABSENT)
			continue;
		if (!r->size)
			r->base = address;
		r->size += size;
		if (has == FILLED)
			r->filled = r->size;
	}
	return r->size;
}

/* Bytes of the file that are memory; how many runs there are. */
static uint64_t runs_count(struct core_file *c)
{
	uint64_t bytes = 0;

	c->runs = 0;
	rewind_areas(c);
	while (run_next(c)) {
		c->runs++;
		bytes += c->run.filled;
	}
	return bytes;
}

/*
 * --- the file, piece by piece --------------------------------------------------------------------
 */

static size_t header_size(const struct core_file *c)
{
	return c->aarch32 ? sizeof(Elf32_Ehdr) : sizeof(Elf64_Ehdr);
}

static size_t segment_size(const struct core_file *c)
{
	return c->aarch32 ? sizeof(Elf32_Phdr) : sizeof(Elf64_Phdr);
}

static void piece_set(struct core_file *c, const void *bytes, size_t size)
{
	memcpy(c->piece, bytes, size);
	c->piece_size = size;
}

/* Both classes have the same members, and ELF headers of both begin alike. */
#define HEADER_OF(kind, machine, c)                                                                 \
	{                                                                                           \
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, (kind), ELFDATA2LSB, EV_CURRENT }, \
		.e_type = ET_CORE, .e_machine = (machine), .e_version = EV_CURRENT,                 \
		.e_phoff = (uint32_t)header_size(c), .e_ehsize = (uint16_t)header_size(c),          \
		.e_phentsize = (uint16_t)segment_size(c), .e_phnum = (uint16_t)((c)->runs + 1),     \
	}

static void header_piece(struct core_file *c)
{
	const Elf64_Ehdr wide = HEADER_OF(ELFCLASS64, EM_AARCH64, c);
	const Elf32_Ehdr narrow = HEADER_OF(ELFCLASS32, EM_ARM, c);

	if (c->aarch32)
		piece_set(c, &narrow, sizeof(narrow));
	else
		piece_set(c, &wide, sizeof(wide));
}

static void segment_piece(struct core_file *c, uint32_t type, const struct core_run *r)
{
	const Elf64_Phdr wide = {
		.p_type = type,
		.p_flags = type == PT_LOAD ? PF_R | PF_W | PF_X : 0,
		.p_offset = c->offset,
		.p_vaddr = r->base,
		.p_paddr = c->physical ? r->base : 0,
		.p_filesz = r->filled,
		.p_memsz = type == PT_LOAD ? r->size : 0,
		.p_align = type == PT_LOAD ? 1 : 4,
	};
	const Elf32_Phdr narrow = {
		.p_type = wide.p_type,
		.p_offset = (Elf32_Off)wide.p_offset,
		.p_vaddr = (Elf32_Addr)wide.p_vaddr,
		.p_paddr = (Elf32_Addr)wide.p_paddr,
		.p_filesz = (Elf32_Word)wide.p_filesz,
		.p_memsz = (Elf32_Word)wide.p_memsz,
		.p_flags = wide.p_flags,
		.p_align = (Elf32_Word)wide.p_align,
	};

	if (c->aarch32)
		piece_set(c, &narrow, sizeof(narrow));
	else
		piece_set(c, &wide, sizeof(wide));
	c->offset += r->filled;
}

/* The first segment is the notes. */
static bool segments_piece(struct core_file *c)
{
	const struct core_run notes = { .filled = c->notes };

	if (!c->index++) {
		c->offset = header_size(c) + (c->runs + 1) * segment_size(c);
		segment_piece(c, PT_NOTE, &notes);
		rewind_areas(c);
		return true;
	}
	if (!run_next(c))
		return false;
	segment_piece(c, PT_LOAD, &c->run);
	return true;
}

static bool notes_piece(struct core_file *c)
{
	c->piece_size = core_note(c->shim, c->aarch32, c->first, c->index++, c->piece);
	return c->piece_size;
}

/* The next piece of headers or notes. False: memory follows. */
static bool piece_next(struct core_file *c)
{
	bool more = false;

	c->piece_done = 0;
	while (!more && c->stage < MEMORY) {
		switch (c->stage) {
		case HEADER:
			more = c->index++ == 0;
			if (more)
				header_piece(c);
			break;
		case SEGMENTS: more = segments_piece(c); break;
		default: more = notes_piece(c); break;
		}
		if (!more) {
			c->stage++;
			c->index = 0;
			rewind_areas(c);
			memset(&c->run, 0, sizeof(c->run));
			c->run_done = 0;
		}
	}
	return more;
}

/* The next bytes of memory, N at most; how many. */
static size_t memory_read(struct core_file *c, uint8_t *buf, size_t n)
{
	const uint8_t *page;
	uint64_t address;
	size_t left;

	while (c->run_done == c->run.filled)
		if (!run_next(c))
			return 0;
	address = c->run.base + c->run_done;
	left = PAGE - address % PAGE;
	if (left > n)
		left = n;
	page = page_at(c, address & ~(uint64_t)(PAGE - 1));
	if (page)
		memcpy(buf, page + address % PAGE, left);
	else
		memset(buf, 0, left); /* within a grain */
	c->run_done += left;
	return left;
}

void core_file_read(struct core_file *c, uint8_t *buf, size_t n)
{
	while (n) {
		size_t some = c->piece_size - c->piece_done;

		if (some) {
			some = some < n ? some : n;
			memcpy(buf, c->piece + c->piece_done, some);
			c->piece_done += some;
		} else if (c->stage < MEMORY && piece_next(c)) {
			continue;
		} else {
			c->piece_size = c->piece_done = 0;
			some = memory_read(c, buf, n);
			if (!some)
				memset(buf, 0, some = n);
		}
		buf += some;
		n -= some;
	}
}

uint64_t core_file_make(struct core_file *c, struct shim *s, const struct vcpu *vcpu,
			const struct region *part, bool physical)
{
	uint64_t bytes, size;

	memset(c, 0, sizeof(*c));
	c->shim = s;
	c->first = vcpu->id;
	c->physical = physical || !part;
	c->aarch32 = s->p.plan.aarch32;
	guestmem_bind(&c->mem, s, vcpu);
	for (unsigned i = 0; !part && i < s->p.plan.banks; i++)
		c->area[c->areas++] = s->p.plan.ram[i];
	if (part && part->size) {
		const uint64_t base = part->base & ~(uint64_t)(PAGE - 1);

		size = (part->base - base + part->size + PAGE - 1) & ~(uint64_t)(PAGE - 1);
		c->area[c->areas++] = (struct region){ base, size };
	}
	c->grain = PAGE;
	while (bytes = runs_count(c), c->runs > RUNS_MOST)
		c->grain *= 4;
	for (unsigned i = 0; (size = core_note(s, c->aarch32, c->first, i, c->piece)); i++)
		c->notes += size;
	rewind_areas(c);
	return c->runs ? header_size(c) + (c->runs + 1) * segment_size(c) + c->notes + bytes : 0;
}
