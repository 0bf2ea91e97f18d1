// SPDX-License-Identifier: BSD-2-Clause
// Blocks written so that a power cut leaves them old or new.
#include "boot/io/store.h"

#include <errno.h>
#include <string.h>

#include "boot/io/crc32.h"

#define HEADER_ROOM 4096
#define CHUNK (64u << 10)

/* As it stands on disk, little-endian; one sector, so that it is written in one piece. */
struct header {
	char magic[8];
	uint64_t sequence;
	uint64_t size; /* of the image it belongs to */
	uint32_t block;
	uint32_t count;
	uint16_t number[STORE_JOURNAL_BLOCKS];
	uint8_t zero[440];
	uint32_t checksum; /* of this header, with 0 here, and of the blocks behind it */
	uint32_t end;
};
_Static_assert(sizeof(struct header) == 512, "");

static const char magic[8] = { 'k', 'v', 'm', 's', 'h', 'i', 'm', '1' };

uint64_t store_size_in_use(uint64_t size, uint32_t block)
{
	return size + HEADER_ROOM + (uint64_t)STORE_JOURNAL_BLOCKS * block;
}

static uint64_t journal_at(const struct store *s, unsigned index)
{
	return s->size + HEADER_ROOM + (uint64_t)index * s->block;
}

/* Go through the COUNT blocks of the journal: sum them up, or write them home. */
static int journal_walk(const struct store *s, const struct header *h, uint32_t *sum, bool home)
{
	static uint8_t chunk[CHUNK];
	int error = 0;

	for (unsigned i = 0; i < h->count; i++)
		for (uint32_t at = 0, n; at < s->block && !error; at += n) {
			n = s->block - at < CHUNK ? s->block - at : CHUNK;
			error = disk_read(&s->disk, journal_at(s, i) + at, chunk, n);
			*sum = crc32_add(*sum, chunk, n);
			if (!error && home)
				error = disk_write(&s->disk, (uint64_t)h->number[i] * s->block + at,
						   chunk, n);
		}
	return error;
}

static bool header_fits(const struct store *s, const struct header *h)
{
	if (memcmp(h->magic, magic, sizeof(magic)) || h->size != s->size || h->block != s->block ||
	    !h->count || h->count > s->room)
		return false;
	for (unsigned i = 0; i < h->count; i++)
		if (h->number[i] >= s->size / s->block)
			return false;
	return true;
}

/* No journal any more. It need not be flushed: carried out once more it changes nothing. */
static int journal_clear(const struct disk *disk, uint64_t size)
{
	static const uint8_t nothing[sizeof(struct header)];

	return disk_write(disk, size, nothing, sizeof(nothing));
}

int store_forget(const struct disk *disk, uint64_t size)
{
	int error = 0;

	if (disk->size >= size + sizeof(struct header))
		error = journal_clear(disk, size);
	return error ? error : disk_flush(disk);
}

static int journal_replay(struct store *s)
{
	struct header h;
	uint32_t was, sum;
	int error = disk_read(&s->disk, s->size, &h, sizeof(h));

	if (error || !header_fits(s, &h))
		return error;
	s->sequence = h.sequence;
	was = h.checksum;
	h.checksum = 0;
	sum = crc32_add(0, &h, sizeof(h));
	error = journal_walk(s, &h, &sum, false);
	if (error || sum != was)
		return error;
	error = journal_walk(s, &h, &sum, true);
	if (!error)
		error = disk_flush(&s->disk);
	return error ? error : journal_clear(&s->disk, s->size);
}

int store_open(struct store *s, const struct disk *disk, uint64_t size, uint32_t block)
{
	const uint64_t least = size + HEADER_ROOM + block;
	int error;

	/* Nothing is done to what is refused. */
	*s = (struct store){ .disk = *disk, .size = size, .block = block, .broken = true };
	if (disk->size < size)
		return -EINVAL;
	s->room = STORE_JOURNAL_BLOCKS;
	if (!disk->device && disk->size == size) {
		s->broken = false;
		return 0;
	}
	if (!disk->device && disk->size != store_size_in_use(size, block))
		return -EINVAL;
	if (disk->size < least)
		return -ENOSPC;
	if (disk->size < store_size_in_use(size, block))
		s->room = (unsigned)((disk->size - size - HEADER_ROOM) / block);
	error = journal_replay(s);
	s->broken = error;
	return error;
}

int store_read(const struct store *s, uint64_t at, void *buf, size_t n)
{
	return disk_read(&s->disk, at, buf, n);
}

static int journal_write(struct store *s, const uint8_t *image, const uint16_t *number,
			 unsigned count)
{
	const uint64_t in_use = store_size_in_use(s->size, s->block);
	struct header h = { .size = s->size, .block = s->block, .count = count };
	uint32_t sum;
	int error = s->disk.size < in_use ? disk_resize(&s->disk, in_use) : 0;

	memcpy(h.magic, magic, sizeof(magic));
	memcpy(h.number, number, count * sizeof(*number));
	h.sequence = ++s->sequence;
	sum = crc32_add(0, &h, sizeof(h));
	for (unsigned i = 0; i < count && !error; i++) {
		const uint8_t *data = image + (uint64_t)number[i] * s->block;

		sum = crc32_add(sum, data, s->block);
		error = disk_write(&s->disk, journal_at(s, i), data, s->block);
	}
	h.checksum = sum;
	if (!error)
		error = disk_write(&s->disk, s->size, &h, sizeof(h));
	return error ? error : disk_flush(&s->disk);
}

int store_commit(struct store *s, const uint8_t *image, const uint16_t *number, unsigned count)
{
	int error = s->broken ? -EIO : journal_write(s, image, number, count);

	if (error)
		return error;
	for (unsigned i = 0; i < count && !error; i++) {
		const uint64_t at = (uint64_t)number[i] * s->block;

		error = disk_write(&s->disk, at, image + at, s->block);
	}
	if (!error)
		error = disk_flush(&s->disk);
	/* Another journal must not take the place of this one before it is carried out. */
	s->broken = error;
	if (!error)
		journal_clear(&s->disk, s->size);
	return error;
}

void store_close(struct store *s)
{
	if (s->disk.fd >= 0 && !s->broken) {
		if (s->disk.device && s->sequence)
			journal_clear(&s->disk, s->size);
		else if (!s->disk.device && s->disk.size > s->size)
			disk_resize(&s->disk, s->size);
		if (s->sequence)
			disk_flush(&s->disk);
	}
	disk_close(&s->disk);
}
