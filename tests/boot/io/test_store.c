// SPDX-License-Identifier: BSD-2-Clause
// Stores and power cuts: a disk that records what is asked of it, cut off at every point of a long run.
//
// In place of boot/io/disk.c. What was flushed is there after a cut; of what was not, any sectors of 512 bytes may be, in any
// order, and a file's new length may be or not.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/io/store.h"

#define SECTOR 512u
#define BLOCK 2048u
#define BLOCKS 20u
#define IMAGE ((size_t)BLOCKS * BLOCK)
#define DISK_MOST (IMAGE + 4096 + STORE_JOURNAL_BLOCKS * BLOCK + 8192)
#define COMMITS 100
#define TRIALS 5

/* --- the disk ----------------------------------------------------------------------------------- */

struct medium {
	uint8_t data[DISK_MOST];
	uint64_t size;
};

enum kind { WRITE, FLUSH, RESIZE };

struct action {
	enum kind kind;
	uint64_t at; /* of a RESIZE: the new size */
	size_t n;
	uint8_t *data;
	unsigned returned, begun; /* commits, when this was asked for */
};

static struct medium medium; /* as programs see it */
static struct action *actions;
static unsigned recorded, commits_returned, commits_begun;
static unsigned fail_in,
	writes; /* the fail_in-th call of write or flush from now fails, for ever if FAIL_ON */
static bool fail_on;

static void record(enum kind kind, uint64_t at, const void *data, size_t n)
{
	struct action *a;

	actions = realloc(actions, (recorded + 1) * sizeof(*actions));
	assert_non_null(actions);
	a = &actions[recorded++];
	*a = (struct action){ kind, at, n, NULL, commits_returned, commits_begun };
	if (n) {
		a->data = malloc(n);
		assert_non_null(a->data);
		memcpy(a->data, data, n);
	}
}

static void forget(unsigned from)
{
	while (recorded > from)
		free(actions[--recorded].data);
}

static bool fails(void)
{
	writes++;
	if (!fail_in || --fail_in)
		return false;
	fail_in = fail_on;
	return true;
}

int disk_find(const char *name, const char *folder, char *path)
{
	(void)name, (void)folder, (void)path;
	return -ENOENT;
}

int disk_open(struct disk *disk, const char *path, bool create)
{
	(void)disk, (void)path, (void)create;
	return -ENOENT;
}

int disk_read(const struct disk *disk, uint64_t at, void *buf, size_t n)
{
	(void)disk;
	if (at + n > medium.size)
		return -EIO;
	memcpy(buf, medium.data + at, n);
	return 0;
}

int disk_write(const struct disk *disk, uint64_t at, const void *buf, size_t n)
{
	if (fails())
		return -EIO;
	assert_int_equal(at % SECTOR, 0);
	assert_int_equal(n % SECTOR, 0);
	assert_true(at + n <= DISK_MOST);
	if (at + n > medium.size) {
		assert_false(disk->device);
		medium.size = at + n;
	}
	memcpy(medium.data + at, buf, n);
	record(WRITE, at, buf, n);
	return 0;
}

int disk_flush(const struct disk *disk)
{
	(void)disk;
	if (fails())
		return -EIO;
	record(FLUSH, 0, NULL, 0);
	return 0;
}

int disk_resize(struct disk *disk, uint64_t size)
{
	if (disk->device)
		return 0;
	if (size > medium.size)
		memset(medium.data + medium.size, 0, size - medium.size);
	medium.size = disk->size = size;
	record(RESIZE, size, NULL, 0);
	return 0;
}

void disk_close(struct disk *disk)
{
	disk->fd = -1;
}

/* --- cuts --------------------------------------------------------------------------------------- */

static uint64_t random_state;

static uint32_t any(uint32_t below)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % below;
}

static void apply(struct medium *m, const struct action *a, unsigned odds)
{
	if (a->kind == RESIZE && any(8) < odds) {
		if (a->at > m->size)
			memset(m->data + m->size, 0, a->at - m->size);
		m->size = a->at;
	}
	for (size_t done = 0; a->kind == WRITE && done < a->n; done += SECTOR)
		if (any(8) < odds && a->at + done + SECTOR <= m->size)
			memcpy(m->data + a->at + done, a->data + done, SECTOR);
}

/* What may be there after a cut before action END, when DURABLE holds all up to FLUSHED. */
static void cut(struct medium *m, const struct medium *durable, unsigned flushed, unsigned end)
{
	const unsigned odds = any(9); /* of 8: none to all of it */

	*m = *durable;
	for (unsigned i = flushed; i < end; i++)
		apply(m, &actions[i], odds);
}

/* --- the run ------------------------------------------------------------------------------------ */

static uint8_t states[COMMITS + 1][IMAGE]; /* after each commit */

static void image_check(const struct store *s, unsigned returned, unsigned begun)
{
	static uint8_t image[IMAGE];

	assert_int_equal(store_read(s, 0, image, sizeof(image)), 0);
	for (unsigned i = returned; i <= begun; i++)
		if (!memcmp(image, states[i], IMAGE))
			return;
	fail_msg("after a cut in commit %u the image is no state of it", begun);
}

static struct disk disk_of(bool device)
{
	return (struct disk){ .fd = 3, .device = device, .size = medium.size };
}

/* Programs and erases, as the guest does them; returns how many blocks are in NUMBER. */
static unsigned image_change(uint8_t *image, unsigned room, uint16_t *number)
{
	unsigned count = 0;
	bool changed[BLOCKS] = { false };

	for (unsigned i = 1 + any(12); i; i--) {
		const unsigned block = any(BLOCKS);
		unsigned held = 0;

		for (unsigned b = 0; b < BLOCKS; b++)
			held += changed[b];
		if (held == room && !changed[block])
			continue;
		changed[block] = true;
		if (any(4) == 0)
			memset(image + (size_t)block * BLOCK, 0xff, BLOCK);
		else
			for (unsigned n = any(40); n; n--)
				image[(size_t)block * BLOCK + any(BLOCK)] &= (uint8_t)any(256);
	}
	for (unsigned b = 0; b < BLOCKS; b++)
		if (changed[b])
			number[count++] = (uint16_t)b;
	return count;
}

/* COMMITS of them, with an orderly end now and then. */
static void run(bool device, uint64_t size)
{
	static uint8_t image[IMAGE];
	uint16_t number[BLOCKS];
	struct store s;
	struct disk disk;

	forget(0);
	commits_returned = commits_begun = 0;
	memset(image, 0xff, sizeof(image));
	memset(&medium, 0x5a, sizeof(medium)); /* what was on the partition */
	medium.size = size;
	memcpy(medium.data, image, IMAGE);
	memcpy(states[0], image, IMAGE);
	disk = disk_of(device);
	assert_int_equal(store_open(&s, &disk, IMAGE, BLOCK), 0);
	for (unsigned i = 1; i <= COMMITS; i++) {
		const unsigned count = image_change(image, s.room, number);

		memcpy(states[i], image, IMAGE);
		commits_begun = i;
		assert_int_equal(store_commit(&s, image, number, count), 0);
		commits_returned = i;
		if (any(10))
			continue;
		store_close(&s);
		assert_true(device || medium.size == IMAGE);
		disk = disk_of(device);
		assert_int_equal(store_open(&s, &disk, IMAGE, BLOCK), 0);
		image_check(&s, i, i);
	}
	store_close(&s);
}

/* Open the store on MEDIUM, and cut the power again while it is opened. */
static void reopen(bool device, unsigned returned, unsigned begun)
{
	static struct medium before;
	const unsigned mark = recorded;
	struct disk disk = disk_of(device);
	struct store s;

	before = medium;
	assert_int_equal(store_open(&s, &disk, IMAGE, BLOCK), 0);
	image_check(&s, returned, begun);
	if (recorded > mark && any(2)) {
		unsigned flushed = mark;
		const unsigned end = mark + any(recorded - mark + 1);

		for (unsigned i = mark; i < end; i++)
			if (actions[i].kind == FLUSH) {
				while (flushed < i)
					apply(&before, &actions[flushed++], 8);
			}
		cut(&medium, &before, flushed, end);
		disk = disk_of(device);
		assert_int_equal(store_open(&s, &disk, IMAGE, BLOCK), 0);
		image_check(&s, returned, begun);
	}
	forget(mark);
}

static void power_cuts(bool device, uint64_t size)
{
	static struct medium durable;
	unsigned flushed = 0, cuts = 0;

	run(device, size);
	memset(&durable, 0x5a, sizeof(durable));
	durable.size = size;
	memcpy(durable.data, states[0], IMAGE);
	for (unsigned end = 0; end <= recorded; end++) {
		const struct action *a = end < recorded ? &actions[end] : NULL;
		const unsigned returned = a ? a->returned : COMMITS, begun = a ? a->begun : COMMITS;

		for (unsigned trial = 0; trial < TRIALS; trial++, cuts++) {
			cut(&medium, &durable, flushed, end);
			reopen(device, returned, begun);
		}
		for (; a && actions[end].kind == FLUSH && flushed < end; flushed++)
			apply(&durable, &actions[flushed], 8);
	}
	assert_true(cuts > COMMITS * TRIALS * 5);
	forget(0);
}

static void power_cuts_of_a_partition(void **state)
{
	(void)state;
	power_cuts(true, DISK_MOST);
}

static void power_cuts_of_a_partition_with_little_room(void **state)
{
	(void)state;
	power_cuts(true, IMAGE + 4096 + 2 * BLOCK + 512);
}

static void power_cuts_of_a_file(void **state)
{
	(void)state;
	power_cuts(false, IMAGE);
}

/* --- sizes and failures ------------------------------------------------------------------------- */

static int opened(bool device, uint64_t size, struct store *s)
{
	struct disk disk;

	forget(0);
	memset(&medium, 0xff, sizeof(medium));
	medium.size = size;
	disk = disk_of(device);
	return store_open(s, &disk, IMAGE, BLOCK);
}

static void sizes_that_do_not_fit_are_refused(void **state)
{
	const uint64_t in_use = store_size_in_use(IMAGE, BLOCK);
	struct store s;

	(void)state;
	assert_int_equal(opened(false, IMAGE, &s), 0);
	assert_int_equal(opened(false, in_use, &s), 0);
	assert_int_equal(opened(false, IMAGE - 1, &s), -EINVAL);
	assert_int_equal(opened(false, IMAGE + 1, &s), -EINVAL);
	assert_int_equal(opened(false, in_use - SECTOR, &s), -EINVAL);
	assert_int_equal(opened(false, 0, &s), -EINVAL);
	assert_int_equal(opened(true, IMAGE - BLOCK, &s), -EINVAL);
	assert_int_equal(opened(true, IMAGE, &s), -ENOSPC);
	assert_int_equal(opened(true, IMAGE + 4096 + BLOCK - 1, &s), -ENOSPC);
	assert_int_equal(opened(true, IMAGE + 4096 + BLOCK, &s), 0);
	assert_int_equal(s.room, 1);
	assert_int_equal(opened(true, in_use + BLOCK, &s), 0);
	assert_int_equal(s.room, STORE_JOURNAL_BLOCKS);
}

static void opening_and_closing_writes_nothing(void **state)
{
	struct store s;

	(void)state;
	assert_int_equal(opened(true, DISK_MOST, &s), 0);
	store_close(&s);
	assert_int_equal(opened(false, IMAGE, &s), 0);
	store_close(&s);
	assert_int_equal(recorded, 0);
}

/* Each call of a commit fails in turn: it says so, can be tried again, and no mixture is ever on the disk. */
static void writes_that_fail(void **state)
{
	static uint8_t image[IMAGE];
	const uint16_t number[] = { 3, 7 };
	unsigned broke = 0;

	(void)state;
	for (unsigned nth = 1;; nth++) {
		struct store s;
		struct disk disk;
		int error;

		memset(image, 0xff, sizeof(image));
		memcpy(states[0], image, IMAGE);
		assert_int_equal(opened(true, DISK_MOST, &s), 0);
		memset(image + 3 * BLOCK, 1, BLOCK);
		memset(image + 7 * BLOCK, 2, BLOCK);
		memcpy(states[1], image, IMAGE);
		fail_in = nth;
		error = store_commit(&s, image, number, 2);
		if (fail_in) {
			fail_in = 0;
			break; /* all of it was made to fail */
		}
		if (error && s.broken) {
			const unsigned before = recorded;

			/* Nothing is written over a journal that is still needed. */
			assert_int_equal(store_commit(&s, image, number, 2), -EIO);
			store_close(&s);
			assert_int_equal(recorded, before);
			broke++;
		} else if (error) {
			memset(image + 3 * BLOCK, 0, BLOCK);
			memcpy(states[1], image, IMAGE);
			assert_int_equal(store_commit(&s, image, number, 2), 0);
		}
		disk = disk_of(true);
		assert_int_equal(store_open(&s, &disk, IMAGE, BLOCK), 0);
		image_check(&s, 1, 1);
	}
	assert_int_equal(broke, 3); /* two blocks home, and the flush behind them */
	forget(0);
}

/* A journal that is not this image's is none. */
static void strange_journals_are_ignored(void **state)
{
	static uint8_t image[IMAGE];
	const uint16_t number[] = { 0 };
	struct store s;
	struct disk disk;
	struct medium kept;

	(void)state;
	memset(image, 0xff, sizeof(image));
	memcpy(states[0], image, IMAGE);
	assert_int_equal(opened(true, DISK_MOST, &s), 0);
	memset(image, 0, BLOCK);
	fail_on = true;
	fail_in = 4; /* block, header, flush, then home */
	assert_int_equal(store_commit(&s, image, number, 1), -EIO);
	fail_in = 0;
	fail_on = false;
	kept = medium;
	for (unsigned at = 0; at < 512; at += 3) { /* each part of the header counts */
		medium = kept;
		medium.data[IMAGE + at] ^= 0x10;
		disk = disk_of(true);
		assert_int_equal(store_open(&s, &disk, IMAGE, BLOCK), 0);
		image_check(&s, 0, 0);
	}
	medium = kept;
	medium.data[IMAGE + 4096 + 77] ^= 1;
	disk = disk_of(true);
	assert_int_equal(store_open(&s, &disk, IMAGE, BLOCK), 0);
	image_check(&s, 0, 0);
	medium = kept;
	memcpy(states[1], image, IMAGE);
	disk = disk_of(true);
	assert_int_equal(store_open(&s, &disk, IMAGE, BLOCK), 0);
	image_check(&s, 1, 1);
	forget(0);
	free(actions);
	actions = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(power_cuts_of_a_partition),
		cmocka_unit_test(power_cuts_of_a_partition_with_little_room),
		cmocka_unit_test(power_cuts_of_a_file),
		cmocka_unit_test(sizes_that_do_not_fit_are_refused),
		cmocka_unit_test(opening_and_closing_writes_nothing),
		cmocka_unit_test(writes_that_fail),
		cmocka_unit_test(strange_journals_are_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
