/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The target for one reader of boot/image: READER is its name. The input is read twice, as a file of
 * its own and between other bytes of a larger file, and the reader must find the same in both: it
 * may not look beyond its span.
 */
#ifndef TESTS_FUZZ_READER_H
#define TESTS_FUZZ_READER_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#define LEAD 4616 /* not on a page, but a tree may lie there */
#define TRAIL 4096
#define FILLER 0xa5

struct reading {
	struct image image;
	struct failure f;
	int result;
};

static void reading_make(struct reading *r, const char *path, uint64_t at, uint64_t size)
{
	struct span span = { open(path, O_RDONLY | O_CLOEXEC), at, size };

	FUZZ_HOLDS(span.fd >= 0);
	memset(&r->image, 0, sizeof(r->image));
	r->f = (struct failure){ .text = "" };
	r->image.path = "FILE";
	r->image.most = FUZZ_MOST;
	r->image.ramdisk = r->image.tree = r->image.symbols = r->image.strings = SPAN_NONE;
	image_own(&r->image, span.fd);
	r->result = READER(&r->image, &span, &r->f);
	if (r->result)
		fuzz_refused(&r->f);
	else
		fuzz_image(&r->image);
}

/* Equal in place and bytes, where the input lies LEAD further back in B's file. */
static void span_same(const struct reading *ra, const struct span *a, const struct reading *rb,
		      const struct span *b)
{
	uint8_t bytes_a[4096], bytes_b[4096];

	FUZZ_HOLDS((a->fd < 0) == (b->fd < 0));
	if (a->fd < 0)
		return;
	FUZZ_HOLDS(a->size == b->size);
	FUZZ_HOLDS((a->fd == ra->image.owned[0]) == (b->fd == rb->image.owned[0]));
	FUZZ_HOLDS(a->at + (a->fd == ra->image.owned[0] ? LEAD : 0) == b->at);
	for (uint64_t at = 0; at < a->size; at += sizeof(bytes_a)) {
		size_t n =
			a->size - at < sizeof(bytes_a) ? (size_t)(a->size - at) : sizeof(bytes_a);

		FUZZ_HOLDS(!span_read(a, at, bytes_a, n) && !span_read(b, at, bytes_b, n));
		FUZZ_HOLDS(!memcmp(bytes_a, bytes_b, n));
	}
}

static void reading_same(const struct reading *a, const struct reading *b)
{
	const struct image *x = &a->image, *y = &b->image;

	if (a->result != b->result || strcmp(a->f.text, b->f.text))
		fuzz_bad("another place, another sentence:\n%s\n%s", a->f.text, b->f.text);
	if (a->result)
		return;
	FUZZ_HOLDS(!strcmp(x->kind, y->kind) && !strcmp(x->note, y->note));
	FUZZ_HOLDS(!strcmp(x->bootargs, y->bootargs));
	FUZZ_HOLDS(x->arch == y->arch && x->parts == y->parts && x->overlays == y->overlays);
	FUZZ_HOLDS(x->entry_given == y->entry_given && x->entry == y->entry);
	FUZZ_HOLDS(x->linked == y->linked && x->link_gpa == y->link_gpa);
	FUZZ_HOLDS(x->offset_known == y->offset_known && x->text_offset == y->text_offset);
	for (unsigned i = 0; i < x->parts; i++) {
		const struct image_part *p = &x->part[i], *q = &y->part[i];

		FUZZ_HOLDS(p->placed == q->placed && p->gpa == q->gpa);
		FUZZ_HOLDS(p->footprint == q->footprint && !strcmp(p->name, q->name));
		span_same(a, &p->bytes, b, &q->bytes);
	}
	for (unsigned i = 0; i < x->overlays; i++)
		span_same(a, &x->overlay[i], b, &y->overlay[i]);
	span_same(a, &x->ramdisk, b, &y->ramdisk);
	span_same(a, &x->tree, b, &y->tree);
	span_same(a, &x->symbols, b, &y->symbols);
	span_same(a, &x->strings, b, &y->strings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct reading alone, between;
	uint8_t *larger = malloc(LEAD + size + TRAIL);
	const char *path, *larger_path;

	FUZZ_HOLDS(larger);
	memset(larger, FILLER, LEAD + size + TRAIL);
	memcpy(larger + LEAD, data, size);
	path = fuzz_file(data, size);
	larger_path = fuzz_file(larger, LEAD + size + TRAIL);
	free(larger);
	fuzz_begin();
	reading_make(&alone, path, 0, size);
	reading_make(&between, larger_path, LEAD, size);
	reading_same(&alone, &between);
	image_close(&alone.image);
	image_close(&between.image);
	fuzz_end();
	return 0;
}

#endif
