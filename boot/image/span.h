/* SPDX-License-Identifier: BSD-2-Clause */
/* A run of bytes of a file: what the readers of firmware formats hand round. */
#ifndef BOOT_IMAGE_SPAN_H
#define BOOT_IMAGE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	int fd; /* -1: no file */
	uint64_t at, size;
};

#define SPAN_NONE ((struct span){ .fd = -1 })

/*
 * Read N bytes from byte AT of the span. Returns 0, -ENODATA (the span ends before), -EIO (the file
 * does, under our feet), or -errno of pread(2).
 */
int span_read(const struct span *span, uint64_t at, void *buf, size_t n);

/* The SIZE bytes from AT on of SPAN as PART. False: SPAN ends before, and PART is untouched. */
bool span_part(struct span *part, const struct span *span, uint64_t at, uint64_t size);

/*
 * Put the span's bytes at HVA: mapped, private to us, where HVA and the span lie on pages and it is
 * large enough to be worth it; else read. Returns 0 or -errno.
 */
int span_place(const struct span *span, void *hva);

/*
 * Make the bytes mappable for reading: *BYTES points at them until span_unmap(). Returns 0 or
 * -errno of mmap(2).
 */
int span_map(const struct span *span, const uint8_t **bytes);
void span_unmap(const struct span *span, const uint8_t *bytes);

/* Numbers as formats have them. */
uint16_t span_le16(const uint8_t *p);
uint32_t span_le32(const uint8_t *p);
uint64_t span_le64(const uint8_t *p);
uint32_t span_be32(const uint8_t *p);

#endif
