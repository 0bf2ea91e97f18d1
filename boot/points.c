// SPDX-License-Identifier: BSD-2-Clause
// The table of points, and their words in memory.
#include "boot/points.h"

#include <errno.h>
#include <string.h>

#include "boot/guestmem.h"
#include "boot/memory.h"
#include "boot/shim.h"

#define CPSR_T (1u << 5)
#define PSTATE_NRW (1u << 4)
#define INSN_BRK 0xd4200000u /* BRK #0, BKPT #0 */
#define INSN_BKPT_A32 0xe1200070u
#define INSN_BKPT_T32 0xbe00u

static _Alignas(4096) struct point points[POINTS_MAX];

static bool watches(const struct point *p)
{
	return p->kind >= POINT_WRITE;
}

static unsigned access_of(enum point_kind kind)
{
	return kind == POINT_WRITE  ? GUESTDEBUG_WRITE
	       : kind == POINT_READ ? GUESTDEBUG_READ
				    : GUESTDEBUG_READ | GUESTDEBUG_WRITE;
}

/* Of the host's registers for KIND, how many are free; negative: it has none at all. */
static int left(const struct shim *s, enum point_kind kind)
{
	const bool watch = kind != POINT_HARD;
	const int all =
		vm_cap(&s->vm, watch ? KVM_CAP_GUEST_DEBUG_HW_WPS : KVM_CAP_GUEST_DEBUG_HW_BPS);
	int used = 0;

	if (all <= 0)
		return -1;
	for (unsigned i = 0; i < POINTS_MAX; i++)
		used += points[i].used && points[i].kind != POINT_SOFT &&
			watches(&points[i]) == watch;
	return all - used;
}

/* Bytes of the instruction: what LEN says, or the vCPU's state. */
static unsigned size_of(struct guestmem *g, uint64_t va, uint64_t len)
{
	const uint64_t pstate = insn_get(&g->regs.cpu, INSN_PSTATE);

	if (len == 2 || len == 3)
		return 2;
	if (len || !(pstate & PSTATE_NRW))
		return 4;
	return pstate & CPSR_T || va & 2 ? 2 : 4;
}

static uint32_t word_of(struct guestmem *g, unsigned size)
{
	if (size == 2)
		return INSN_BKPT_T32;
	return insn_get(&g->regs.cpu, INSN_PSTATE) & PSTATE_NRW ? INSN_BKPT_A32 : INSN_BRK;
}

static struct point *find(enum point_kind kind, uint64_t va, uint64_t len)
{
	for (unsigned i = 0; i < POINTS_MAX; i++) {
		struct point *p = &points[i];

		if (p->used && p->kind == kind && p->va == va &&
		    (!watches(p) || !len || p->len == len))
			return p;
	}
	return NULL;
}

int points_add(struct shim *s, struct guestmem *g, enum point_kind kind, uint64_t va, uint64_t len)
{
	struct point new = { .used = true, .kind = (uint8_t)kind, .va = va, .len = len };
	struct guestdebug_points trial = { 0 };
	struct walk_fault fault;
	unsigned i = 0;
	int free;

	if (kind < POINT_WRITE) {
		new.size = (uint8_t)size_of(g, va, len);
		new.va = va & ~(uint64_t)(new.size - 1);
	}
	if (find(kind, new.va, len))
		return -EEXIST;
	if (kind == POINT_SOFT) {
		if (guestmem_translate(g, new.va, &new.gpa, &fault) || !memory_at(s, new.gpa, true))
			return -EFAULT;
		if (points_soft_at(new.gpa))
			return -EEXIST;
		new.word = word_of(g, new.size);
	} else {
		free = left(s, kind);
		if (free < 0 ||
		    (kind == POINT_HARD ? guestdebug_break_add(&trial, new.va, new.size)
					: guestdebug_watch_add(&trial, va, len, access_of(kind))))
			return -ENOTSUP;
		if (!free)
			return -ENOSPC;
	}
	while (i < POINTS_MAX && points[i].used)
		i++;
	if (i == POINTS_MAX)
		return -ENOSPC;
	points[i] = new;
	return (int)i;
}

static void take(struct shim *s, struct point *p)
{
	uint32_t now = 0;

	if (!p->in)
		return;
	p->in = false;
	guestmem_read(s, p->gpa, &now, p->size);
	/* What the guest has put in its place stays. */
	if ((now & (p->size == 2 ? UINT16_MAX : UINT32_MAX)) == p->word)
		guestmem_write(s, p->gpa, &p->saved, p->size);
}

int points_remove(struct shim *s, enum point_kind kind, uint64_t va, uint64_t len)
{
	struct point *p = find(kind, va, len);

	if (!p)
		return -ENOENT;
	take(s, p);
	memset(p, 0, sizeof(*p));
	return 0;
}

unsigned points_place(const struct point *p)
{
	return (unsigned)(p - points);
}

const struct point *points_get(unsigned i)
{
	return i < POINTS_MAX && points[i].used ? &points[i] : NULL;
}

bool points_any(void)
{
	for (unsigned i = 0; i < POINTS_MAX; i++)
		if (points[i].used)
			return true;
	return false;
}

void points_put(struct shim *s)
{
	for (unsigned i = 0; i < POINTS_MAX; i++) {
		struct point *p = &points[i];

		if (!p->used || p->kind != POINT_SOFT || p->in || p->lifted)
			continue;
		p->saved = 0;
		p->in = guestmem_read(s, p->gpa, &p->saved, p->size) == p->size &&
			guestmem_write(s, p->gpa, &p->word, p->size) == p->size;
	}
}

void points_take(struct shim *s)
{
	for (unsigned i = 0; i < POINTS_MAX; i++)
		take(s, &points[i]);
}

void points_gather(struct guestdebug_points *gathered)
{
	*gathered = (struct guestdebug_points){ 0 };
	for (unsigned i = 0; i < POINTS_MAX; i++) {
		const struct point *p = &points[i];

		if (!p->used)
			continue;
		if (p->kind == POINT_SOFT)
			gathered->soft = true;
		else if (p->kind == POINT_HARD)
			guestdebug_break_add(gathered, p->va, p->size);
		else
			guestdebug_watch_add(gathered, p->va, p->len, access_of(p->kind));
	}
}

const struct point *points_soft_at(uint64_t gpa)
{
	for (unsigned i = 0; i < POINTS_MAX; i++)
		if (points[i].used && points[i].kind == POINT_SOFT && points[i].gpa == gpa)
			return &points[i];
	return NULL;
}

const struct point *points_hard_at(uint64_t va)
{
	return find(POINT_HARD, va, 0);
}

/* How far ADDRESS is from what P watches; KVM may tell one beside it. */
static uint64_t away_from(const struct point *p, uint64_t address)
{
	if (address < p->va)
		return p->va - address;
	return address - p->va < p->len ? 0 : address - p->va - p->len + 1;
}

const struct point *points_watch_at(uint64_t address, bool write)
{
	const unsigned access = write ? GUESTDEBUG_WRITE : GUESTDEBUG_READ;
	const struct point *nearest = NULL;

	for (unsigned i = 0; i < POINTS_MAX; i++) {
		const struct point *p = &points[i];

		if (p->used && watches(p) && access_of(p->kind) & access &&
		    (!nearest || away_from(p, address) < away_from(nearest, address)))
			nearest = p;
	}
	return nearest;
}

bool points_lift(uint64_t va, uint64_t gpa)
{
	bool any = false;

	for (unsigned i = 0; i < POINTS_MAX; i++) {
		struct point *p = &points[i];

		if (!p->used || watches(p) || (p->kind == POINT_SOFT ? p->gpa != gpa : p->va != va))
			continue;
		p->lifted = any = true;
	}
	return any;
}

void points_drop(void)
{
	for (unsigned i = 0; i < POINTS_MAX; i++)
		points[i].lifted = false;
}
