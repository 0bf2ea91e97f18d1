// SPDX-License-Identifier: BSD-2-Clause
// Runs of bytes of a file: read, mapped, placed.
#include <errno.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include "boot/image/span.h"

#define MAPPED_LEAST (64u << 10) /* less is read: a mapping more costs as much as copying that */

int span_read(const struct span *span, uint64_t at, void *buf, size_t n)
{
	if (at > span->size || n > span->size - at)
		return -ENODATA;
	for (size_t done = 0; done < n;) {
		ssize_t got = pread(span->fd, (char *)buf + done, n - done,
				    (off_t)(span->at + at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : -EIO;
		done += (size_t)got;
	}
	return 0;
}

bool span_part(struct span *part, const struct span *span, uint64_t at, uint64_t size)
{
	if (at > span->size || size > span->size - at)
		return false;
	*part = (struct span){ span->fd, span->at + at, size };
	return true;
}

int span_place(const struct span *span, void *hva)
{
	const uint64_t inside = getauxval(AT_PAGESZ) - 1;
	struct span rest = *span;

	/* Whole pages only: what lies behind the last byte is somebody else's. */
	if ((((uintptr_t)hva | span->at) & inside) == 0 && span->size >= MAPPED_LEAST) {
		const uint64_t whole = span->size & ~inside;

		if (mmap(hva, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, span->fd,
			 (off_t)span->at) == MAP_FAILED)
			return -errno;
		span_part(&rest, span, whole, span->size - whole);
	}
	return span_read(&rest, 0, (char *)hva + (span->size - rest.size), rest.size);
}

/* What a mapping has in front of the span's first byte. */
static size_t lead(const struct span *span)
{
	return (size_t)(span->at & (getauxval(AT_PAGESZ) - 1));
}

int span_map(const struct span *span, const uint8_t **bytes)
{
	uint8_t *p = mmap(NULL, span->size + lead(span), PROT_READ, MAP_PRIVATE, span->fd,
			  (off_t)(span->at - lead(span)));

	if (p == MAP_FAILED)
		return -errno;
	*bytes = p + lead(span);
	return 0;
}

void span_unmap(const struct span *span, const uint8_t *bytes)
{
	munmap((void *)(uintptr_t)(bytes - lead(span)), span->size + lead(span));
}

uint16_t span_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

uint32_t span_le32(const uint8_t *p)
{
	return span_le16(p) | (uint32_t)span_le16(p + 2) << 16;
}

uint64_t span_le64(const uint8_t *p)
{
	return span_le32(p) | (uint64_t)span_le32(p + 4) << 32;
}

uint32_t span_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}
