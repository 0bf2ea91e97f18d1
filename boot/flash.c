// SPDX-License-Identifier: BSD-2-Clause
// The guest's flash while it runs: slots for reads, the chips' model for all else, commits to the store.
#include "boot/flash.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "board/dev/cfi.h"
#include "boot/engine.h"
#include "boot/exits.h"
#include "boot/flash_store.h"
#include "boot/loop.h"
#include "boot/say.h"
#include "boot/shim.h"

#define NS_PER_MS 1000000ull
#define QUIET_MS 500 /* without a change: the guest is done with what it was about */
#define STUCK_MS 2000 /* the same in the middle of a command */
#define RETRY_MS 1000 /* after a commit that failed */
#define PATIENCE 16 /* reads between commands: a slot costs as much as so many exits */

enum flash_block { FILLED = 1, SLOT_LOW = 2, SLOT_HIGH = 4, CHANGED = 8 };

static unsigned index_of(const struct dev *dev)
{
	const struct guest_device *d = dev->owner;

	return (unsigned)(d - d->shim->flash_device);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 * NS_PER_MS + (uint64_t)t.tv_nsec;
}

/* --- slots -------------------------------------------------------------------------------------- */

/* What has a slot of its own in block N: all of it but code, below (LOW) or above that. Offsets. */
static struct region piece_of(const struct shim *s, unsigned i, unsigned n, bool low)
{
	const uint64_t block = s->p.plan.machine.flash_storage[i].block;
	const struct region *code = &s->flash.bank[i].code;
	uint64_t from = n * block, to = from + block;

	if (!code->size)
		return (struct region){ from, low ? block : 0 };
	if (low && to > code->base)
		to = code->base;
	if (!low && from < code->base + code->size)
		from = code->base + code->size;
	return (struct region){ from, to > from ? to - from : 0 };
}

/* Give block N its content. Returns 0 or -errno. */
static int block_fill(struct shim *s, unsigned i, unsigned n)
{
	struct flash_bank *b = &s->flash.bank[i];
	int error = 0;

	for (unsigned low = 0; low < 2 && !error; low++) {
		const struct region r = piece_of(s, i, n, low);

		if (!r.size)
			continue;
		/* A huge page would take more memory than the block. */
		madvise(b->hva + r.base, r.size, MADV_NOHUGEPAGE);
		if (s->flash.stored && (int)i == s->p.plan.flash_vars)
			error = store_read(&s->flash.store, r.base, b->hva + r.base, r.size);
		else
			memset(b->hva + r.base, 0xff, r.size);
	}
	if (!error)
		b->block[n] |= FILLED;
	return error;
}

/* Let reads of block N at OFFSET find memory. Without, they go on to exit. */
static bool slot_give(struct shim *s, unsigned i, unsigned n, uint64_t offset)
{
	struct flash_bank *b = &s->flash.bank[i];
	const bool low = !b->code.size || offset < b->code.base;
	const struct region r = piece_of(s, i, n, low);
	const uint8_t flag = low ? SLOT_LOW : SLOT_HIGH;

	if (offset - r.base >= r.size)
		return !b->command; /* code */
	if (!(b->block[n] & flag) &&
	    vm_memory_put(&s->vm, b->slot + 2 * n + !low, s->p.plan.machine.flash[i].base + r.base,
			  r.size, b->hva + r.base, true) == 0)
		b->block[n] |= flag;
	return b->block[n] & flag;
}

/* A slot that stays would give reads the wrong thing, as one that cannot come back would. */
static void slot_trouble(struct shim *s, int error)
{
	if (error)
		exit_stop(s, NULL, OUTCOME_INTERNAL, "E-KVM",
			  "KVM refused to change the flash's memory slots: %s", strerror(-error));
}

static void slots_drop(struct shim *s, unsigned i)
{
	const struct dev_storage *is = &s->p.plan.machine.flash_storage[i];
	struct flash_bank *b = &s->flash.bank[i];

	for (unsigned n = 0; n < is->size / is->block; n++)
		for (unsigned high = 0; high < 2; high++) {
			const uint8_t flag = high ? SLOT_HIGH : SLOT_LOW;

			if (b->block[n] & flag)
				slot_trouble(s, vm_memory_drop(&s->vm, b->slot + 2 * n + high));
			b->block[n] &= (uint8_t)~flag;
		}
	if (b->code.size)
		slot_trouble(s, vm_memory_drop(&s->vm, b->code_slot));
}

/* --- commits ------------------------------------------------------------------------------------ */

static void trouble_tell(struct shim *s, const char *what, int error)
{
	if (!s->flash.told_trouble)
		say("%s flash=%s: %s; what the guest changes may be lost", what,
		    s->p.settings.raw[SET_FLASH].text, strerror(-error));
	s->flash.told_trouble = true;
}

/*
 * All blocks that were changed go to the store, if there is one. They may be executed from now on,
 * which does not exit: they get their slots back. Under the bank's lock. Returns 0 or -errno.
 */
static int commit(struct shim *s)
{
	const int i = s->p.plan.flash_vars;
	const uint32_t size = s->p.plan.machine.flash_storage[i].block;
	struct flash *fl = &s->flash;
	struct flash_bank *b = &fl->bank[i];
	uint16_t number[MACHINE_FLASH_BLOCKS];
	unsigned count = 0;
	int error = 0;

	for (unsigned n = 0; count < fl->changed; n++)
		if (b->block[n] & CHANGED)
			number[count++] = (uint16_t)n;
	if (fl->stored && count)
		error = store_commit(&fl->store, b->hva, number, count);
	if (error) {
		trouble_tell(s, "cannot write to", error);
		return error;
	}
	for (unsigned n = 0; n < count; n++) {
		b->block[number[n]] &= (uint8_t)~CHANGED;
		if (!b->command)
			slot_give(s, (unsigned)i, number[n], (uint64_t)number[n] * size);
	}
	fl->changed = 0;
	return 0;
}

/* Block N of the variables is about to change. Returns 0 or -errno: it must not. */
static int change_note(struct shim *s, struct flash_bank *b, unsigned n)
{
	struct flash *fl = &s->flash;
	const bool idle = !fl->due;
	int error = 0;

	/* One journal takes all that changed, so that the store never shows a mixture. */
	if (fl->stored && !(b->block[n] & CHANGED) && fl->changed == fl->store.room)
		error = commit(s);
	if (error)
		return error;
	if (!fl->stored && !fl->told_volatile)
		say("the guest changes its flash, which is kept while this runs only; flash=FILE "
		    "keeps "
		    "it for good");
	fl->told_volatile = true;
	fl->changed += !(b->block[n] & CHANGED);
	b->block[n] |= CHANGED;
	fl->changed_at = now_ns();
	fl->due = fl->changed_at + QUIET_MS * NS_PER_MS;
	if (idle)
		loop_wake(s);
	return 0;
}

int flash_serve(struct shim *s)
{
	const int i = s->p.plan.flash_vars;
	uint64_t due = s->flash.due, now;

	if (!due)
		return -1;
	now = now_ns();
	if (due <= now) {
		pthread_mutex_lock(&s->flash_device[i].lock);
		due = s->flash.due;
		if (due <= now) {
			if (s->flash.bank[i].command &&
			    now < s->flash.changed_at + STUCK_MS * NS_PER_MS)
				due = now + QUIET_MS * NS_PER_MS;
			else
				due = commit(s) ? now + RETRY_MS * NS_PER_MS : 0;
			s->flash.due = due;
		}
		pthread_mutex_unlock(&s->flash_device[i].lock);
	}
	return !due ? -1 : due <= now ? 0 : (int)((due - now) / NS_PER_MS) + 1;
}

void flash_settle(struct shim *s)
{
	for (unsigned i = 0; i < s->p.plan.machine.flashes; i++) {
		const unsigned long refused = atomic_exchange(&s->flash.bank[i].refused, 0);

		if (refused)
			say("%lu programs and erases of flash %u were refused: it is read-only",
			    refused, i);
	}
	if (!s->flash.stored)
		return;
	pthread_mutex_lock(&s->flash_device[s->p.plan.flash_vars].lock);
	commit(s);
	s->flash.due = 0;
	pthread_mutex_unlock(&s->flash_device[s->p.plan.flash_vars].lock);
}

/* --- what the model sees ------------------------------------------------------------------------ */

uint8_t *flash_storage(struct dev *dev, uint64_t offset, bool change)
{
	const struct guest_device *d = dev->owner;
	struct shim *s = d->shim;
	const unsigned i = index_of(dev), n = (unsigned)(offset / dev->storage->block);
	struct flash_bank *b = &s->flash.bank[i];
	int error = 0;

	if (change && dev->storage->locked) {
		b->refused++;
		return NULL;
	}
	if (!(b->block[n] & FILLED)) {
		error = block_fill(s, i, n);
		if (error)
			trouble_tell(s, "cannot read", error);
	}
	if (!error && change)
		error = change_note(s, b, n);
	else if (!error && b->patience)
		b->patience--;
	else if (!error)
		slot_give(s, i, n, offset);
	return error ? NULL : b->hva + offset;
}

void flash_direct(struct dev *dev, bool direct)
{
	const struct guest_device *d = dev->owner;
	struct shim *s = d->shim;
	const unsigned i = index_of(dev);
	struct flash_bank *b = &s->flash.bank[i];

	b->command = !direct;
	b->patience = PATIENCE;
	if (!direct)
		slots_drop(s, i);
	else if (b->code.size) /* it may be executed, which does not exit */
		slot_trouble(s, vm_memory_put(&s->vm, b->code_slot,
					      s->p.plan.machine.flash[i].base + b->code.base,
					      b->code.size, b->hva + b->code.base, true));
}

bool flash_back(struct shim *s, uint64_t gpa)
{
	const struct bus_window *w = bus_find(&s->bus, gpa, 1);
	const uint64_t offset = w ? gpa - w->gpa : 0;
	bool there = false;
	unsigned i, n;

	if (!w || w->dev->model != &cfi_model)
		return false;
	i = index_of(w->dev);
	n = (unsigned)(offset / w->dev->storage->block);
	pthread_mutex_lock(w->lock);
	if (!s->flash.bank[i].command &&
	    (s->flash.bank[i].block[n] & FILLED || block_fill(s, i, n) == 0))
		there = slot_give(s, i, n, offset);
	pthread_mutex_unlock(w->lock);
	return there;
}

uint8_t *flash_code_at(const struct shim *s, uint64_t gpa)
{
	for (unsigned i = 0; i < s->p.plan.machine.flashes; i++) {
		const struct flash_bank *b = &s->flash.bank[i];
		const uint64_t offset = gpa - s->p.plan.machine.flash[i].base;

		if (!b->command && offset - b->code.base < b->code.size)
			return b->hva + offset;
	}
	return NULL;
}

const uint8_t *flash_stored_at(struct shim *s, uint64_t gpa)
{
	const uint8_t *at = NULL;

	for (unsigned i = 0; i < s->p.plan.machine.flashes && !at; i++) {
		struct flash_bank *b = &s->flash.bank[i];
		const uint64_t offset = gpa - s->p.plan.machine.flash[i].base;
		const unsigned n = (unsigned)(offset / s->p.plan.machine.flash_storage[i].block);

		if (offset >= s->p.plan.machine.flash[i].size)
			continue;
		pthread_mutex_lock(&s->flash_device[i].lock);
		if (b->block[n] & FILLED || block_fill(s, i, n) == 0)
			at = b->hva + offset;
		pthread_mutex_unlock(&s->flash_device[i].lock);
	}
	return at;
}

/* --- beginning and end -------------------------------------------------------------------------- */

int flash_open(struct shim *s, const struct dev_env *env, struct failure *f)
{
	static const struct machine_device no_lines;
	const struct machine *m = &s->p.plan.machine;
	const int vars = s->p.plan.flash_vars;

	for (unsigned i = 0; i < m->flashes; i++) {
		const struct dev_storage *is = &m->flash_storage[i];
		struct guest_device *d = &s->flash_device[i];

		d->dev = (struct dev){ .model = &cfi_model,
				       .state = engine_state_take(s, cfi_model.state_size),
				       .env = env,
				       .owner = d,
				       .storage = is };
		d->is = &no_lines;
		d->shim = s;
		pthread_mutex_init(&d->lock, NULL);
		s->flash.bank[i].slot =
			vm_slots_reserve(&s->vm, 2 * (uint32_t)(is->size / is->block));
		if (!d->dev.state ||
		    bus_add(&s->bus, m->flash[i].base, m->flash[i].size, &d->dev, &d->lock))
			return fail(f, OUTCOME_REFUSED, "E-DEVICES",
				    "flash bank %u has no room on the bus: take devices out of the "
				    "guest's tree",
				    i);
		cfi_model.reset(&d->dev);
	}
	s->flash.store.disk.fd = -1;
	if (vars < 0 || !s->p.settings.raw[SET_FLASH].text)
		return 0;
	s->flash.stored = true;
	return flash_store_open(&s->flash.store, &s->p.plan, &s->p.inputs, s->flash.bank[vars].hva,
				f);
}

void flash_close(struct shim *s)
{
	if (s->flash.stored)
		store_close(&s->flash.store);
	s->flash.stored = false;
}
