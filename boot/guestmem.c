// SPDX-License-Identifier: BSD-2-Clause
// Reads, writes and translates what the guest has in memory.
#include "boot/guestmem.h"

#include <string.h>

#include "boot/flash.h"
#include "boot/memory.h"
#include "boot/shim.h"
#include "kvm/dcache.h"

#define PAGE 4096 /* what memory_at() vouches for */

static void *at(struct insn_cpu *cpu, uint64_t gpa, bool write)
{
	void *hva = memory_at(((struct guestmem *)cpu)->shim, gpa, write);

	if (hva)
		dcache_flush(hva, sizeof(uint64_t)); /* tables may be written past the caches */
	return hva;
}

void guestmem_bind(struct guestmem *g, struct shim *s, const struct vcpu *vcpu)
{
	memset(g, 0, sizeof(*g));
	onereg_bind(&g->regs, vcpu);
	g->regs.cpu.memory = at;
	g->shim = s;
}

/* What of N bytes at ADDRESS lies before the next page. */
static size_t in_page(uint64_t address, size_t n)
{
	const size_t left = PAGE - address % PAGE;

	return n < left ? n : left;
}

size_t guestmem_read(struct shim *s, uint64_t gpa, void *buf, size_t n)
{
	size_t done = 0;

	while (done < n) {
		const size_t some = in_page(gpa + done, n - done);
		const void *hva = memory_at(s, gpa + done, false);

		if (!hva)
			hva = flash_stored_at(s, gpa + done);
		if (!hva)
			break;
		/* A guest without caches has written past ours. */
		dcache_flush(hva, some);
		memcpy((char *)buf + done, hva, some);
		done += some;
	}
	return done;
}

size_t guestmem_write(struct shim *s, uint64_t gpa, const void *buf, size_t n)
{
	size_t done = 0;

	while (done < n) {
		const size_t some = in_page(gpa + done, n - done);
		char *hva = memory_at(s, gpa + done, true);

		if (!hva)
			break;
		dcache_flush(hva, some);
		memcpy(hva, (const char *)buf + done, some);
		dcache_flush(hva, some);
		__builtin___clear_cache(hva, hva + some);
		done += some;
	}
	return done;
}

enum walk_kind guestmem_translate(struct guestmem *g, uint64_t va, uint64_t *gpa,
				  struct walk_fault *fault)
{
	return walk(&g->regs.cpu, va, WALK_LOOK, gpa, fault);
}

size_t guestmem_read_virtual(struct guestmem *g, uint64_t va, void *buf, size_t n)
{
	size_t done = 0;

	while (done < n) {
		const size_t some = in_page(va + done, n - done);
		struct walk_fault fault;
		uint64_t gpa;
		size_t got;

		if (guestmem_translate(g, va + done, &gpa, &fault))
			break;
		got = guestmem_read(g->shim, gpa, (char *)buf + done, some);
		done += got;
		if (got < some)
			break;
	}
	return done;
}

size_t guestmem_write_virtual(struct guestmem *g, uint64_t va, const void *buf, size_t n)
{
	size_t done = 0;

	while (done < n) {
		const size_t some = in_page(va + done, n - done);
		struct walk_fault fault;
		uint64_t gpa;
		size_t put;

		if (guestmem_translate(g, va + done, &gpa, &fault))
			break;
		put = guestmem_write(g->shim, gpa, (const char *)buf + done, some);
		done += put;
		if (put < some)
			break;
	}
	return done;
}
