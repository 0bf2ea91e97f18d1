// SPDX-License-Identifier: BSD-2-Clause
// RAM and flash: reserved, filled, told to KVM; filled anew at a reset.
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>

#include "boot/engine.h"
#include "boot/memory.h"

#define BLOCK (2ull << 20)

/* Cut SIZE bytes off *P whose address equals GPA modulo 2 MiB, so that KVM can map blocks. */
static uint8_t *cut(uint8_t **p, uint64_t gpa, uint64_t size)
{
	uint8_t *hva = *p + ((gpa - (uintptr_t)*p) & (BLOCK - 1));

	*p += size + BLOCK;
	return hva;
}

/* Addresses for all RAM and flash, in one mapping. Nothing is touched. */
static int reserve(struct shim *s, struct failure *f)
{
	const struct plan *p = &s->p.plan;
	uint64_t size = 0;
	uint8_t *free;

	for (unsigned i = 0; i < p->banks; i++)
		size += p->ram[i].size + BLOCK;
	for (unsigned i = 0; i < p->machine.flashes; i++)
		size += p->machine.flash[i].size + BLOCK;
	free = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		    -1, 0);
	if (free == MAP_FAILED)
		return fail(f, OUTCOME_REFUSED, "E-RAM",
			    "%" PRIu64
			    " MiB of guest RAM and flash cannot be reserved: %s: give less memory",
			    size >> 20, strerror(errno));
	for (unsigned i = 0; i < p->banks; i++)
		s->ram[i] = cut(&free, p->ram[i].base, p->ram[i].size);
	for (unsigned i = 0; i < p->machine.flashes; i++)
		s->flash.bank[i].hva =
			cut(&free, p->machine.flash[i].base, p->machine.flash[i].size);
	return 0;
}

/*
 * A few bytes written where a huge page may be would fault one in, at a cost of 300 thousand
 * instructions.
 */
static void huge_pages_allow(bool allow)
{
	prctl(PR_SET_THP_DISABLE, !allow, 0, 0, 0);
}

/* Where R lies in this process, which is in one of the first BANKS, or NULL. */
static uint8_t *bank_at(const struct shim *s, unsigned banks, const struct region *r)
{
	const int i = region_among(r, s->p.plan.ram, banks);

	return i < 0 ? NULL : s->ram[i] + (r->base - s->p.plan.ram[i].base);
}

/* The plan has checked that R lies in one bank of RAM. */
static uint8_t *ram_at(const struct shim *s, const struct region *r)
{
	return bank_at(s, s->p.plan.rams, r);
}

void *memory_at(const struct shim *s, uint64_t gpa, bool write)
{
	const struct region byte = { gpa, 1 };
	uint8_t *hva = bank_at(s, s->p.plan.banks, &byte);

	return hva || write ? hva : flash_code_at(s, gpa);
}

void *memory_all_at(const struct shim *s, uint64_t gpa, uint64_t size)
{
	return bank_at(s, s->p.plan.banks, &(struct region){ gpa, size });
}

static struct region pages_of(const struct shim *s, uint64_t base, uint64_t size)
{
	uint64_t mask = s->p.host.page - 1, start = base & ~mask;

	return (struct region){ start, ((base + size + mask) & ~mask) - start };
}

static int unreadable(const char *path, int error, struct failure *f)
{
	return fail(f, OUTCOME_BAD_FIRMWARE, "E-FIRMWARE", "%s cannot be read: %s: copy it again",
		    path, strerror(-error));
}

/*
 * A kernel touches all of its image and, by and by, most of RAM. Copied into huge pages it costs a
 * fault for each 2 MiB; mapped, or beside small pages, one for each page.
 */
static bool kernel_is_large(const struct image *image)
{
	return image->offset_known && image->part[0].bytes.size >= BLOCK;
}

static int images_place(struct shim *s, struct failure *f)
{
	const struct plan *p = &s->p.plan;
	const struct image *image = &s->p.firmware;
	const bool copied = kernel_is_large(image);
	int error = 0;

	huge_pages_allow(copied);
	for (unsigned i = 0; i < p->parts && !error; i++) {
		struct region bytes = { p->part[i].region.base, image->part[i].bytes.size };

		if (p->part[i].flash < 0 && bytes.size)
			error = span_place(&image->part[i].bytes, ram_at(s, &bytes), copied);
	}
	if (error)
		return unreadable(image->path, error, f);
	if (p->initrd.size)
		error = span_place(&s->p.initrd, ram_at(s, &p->initrd), copied);
	if (error)
		return unreadable(s->p.inputs.initrd_path, error, f);
	memcpy(ram_at(s, &p->dtb), s->p.dtb, p->dtb.size);
	return 0;
}

/* The pages of a flash bank that the firmware's parts take, from the first to the last. */
static struct region flash_extent(const struct shim *s, unsigned bank)
{
	const struct plan *p = &s->p.plan;
	uint64_t start = UINT64_MAX, end = 0;

	for (unsigned i = 0; i < p->parts; i++) {
		const struct region *r = &p->part[i].region;

		if (p->part[i].flash != (int)bank || !r->size)
			continue;
		start = r->base < start ? r->base : start;
		end = r->base + r->size > end ? r->base + r->size : end;
	}
	return pages_of(s, start, end - start);
}

/* The firmware in its flash bank: the file itself, and what lies between and behind erased. */
static int flash_place(struct shim *s, struct failure *f)
{
	const struct plan *p = &s->p.plan;
	const struct image *image = &s->p.firmware;
	const int bank = p->part[0].flash;
	struct region extent = flash_extent(s, (unsigned)bank);
	struct flash_bank *b = &s->flash.bank[bank];
	const uint64_t base = p->machine.flash[bank].base;
	uint8_t *hva = b->hva + (extent.base - base);
	/* A part alone fills its whole pages. */
	uint64_t filled =
		p->parts > 1 ? 0 : p->part[0].region.size & ~(uint64_t)(s->p.host.page - 1);
	int error = 0;

	memset(hva + filled, 0xff, extent.size - filled);
	for (unsigned i = 0; i < p->parts && !error; i++)
		if (p->part[i].flash == bank)
			error = span_place(&image->part[i].bytes,
					   hva + (p->part[i].region.base - extent.base), false);
	if (error)
		return unreadable(image->path, error, f);
	b->code = (struct region){ extent.base - base, extent.size };
	b->code_slot = vm_slots_reserve(&s->vm, 1);
	error = vm_memory_put(&s->vm, b->code_slot, extent.base, extent.size, hva, true);
	return error ? engine_kvm_failed(f, "the flash's memory slot", error) : 0;
}

int memory_add(struct shim *s, struct failure *f)
{
	const struct plan *p = &s->p.plan;
	int error;

	if (reserve(s, f))
		return -1;
	for (unsigned i = 0; i < p->banks; i++) {
		error = vm_memory_add(&s->vm, p->ram[i].base, p->ram[i].size, s->ram[i], false);
		if (error)
			return engine_kvm_failed(f, "the RAM's memory slot", error);
	}
	huge_pages_allow(false);
	error = p->part[0].flash >= 0 && flash_place(s, f) ? -1 : images_place(s, f);
	huge_pages_allow(true);
	return error;
}

static void seeds_renew(struct shim *s)
{
	uint8_t fresh[40], *tree = ram_at(s, &s->p.plan.dtb);

	if (getrandom(fresh, sizeof(fresh), GRND_NONBLOCK) != sizeof(fresh))
		return;
	if (s->p.plan.tree.rng_seed_at)
		memcpy(tree + s->p.plan.tree.rng_seed_at, fresh, 32);
	if (s->p.plan.tree.kaslr_seed_at)
		memcpy(tree + s->p.plan.tree.kaslr_seed_at, fresh + 32, 8);
}

int memory_renew(struct shim *s, struct failure *f)
{
	int error;

	huge_pages_allow(false);
	error = images_place(s, f);
	huge_pages_allow(true);
	if (!error)
		seeds_renew(s);
	return error;
}

static void unreserve(uint8_t *hva, uint64_t size)
{
	/* What cut() skipped in front and behind was never touched. */
	if (hva)
		munmap(hva, size);
}

void memory_close(struct shim *s)
{
	const struct plan *p = &s->p.plan;

	for (unsigned i = 0; i < p->banks; i++)
		unreserve(s->ram[i], p->ram[i].size);
	for (unsigned i = 0; i < p->machine.flashes; i++)
		unreserve(s->flash.bank[i].hva, p->machine.flash[i].size);
}
