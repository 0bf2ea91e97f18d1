// SPDX-License-Identifier: BSD-2-Clause
// Android's boot.img: a header page, then the parts, each from a page on.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "board/region.h"
#include "boot/image/android.h"

#define HEADER_SIZE 1660 /* the largest that is looked at: version 2 */
#define V3_PAGE 4096
#define V3_HEADER_SIZE 1580
#define DEFAULT_KERNEL_ID 0x10008000u /* where mkbootimg puts a kernel that nobody placed */
#define PAGE_LEAST 2048u
#define PAGE_MOST 65536u

/* Where the headers have what; numbers are little-endian. 0: not in that version. */
enum { AT_VERSION = 40 };
static const struct layout {
	unsigned header, kernel, ramdisk, second, dtbo, dtb, address, page, cmdline, cmdline_size;
	unsigned extra;
} layouts[] = {
	{ 1632, 8, 16, 24, 0, 0, 12, 36, 64, 512, 608 },
	{ 1648, 8, 16, 24, 1632, 0, 12, 36, 64, 512, 608 },
	{ 1660, 8, 16, 24, 1632, 1648, 12, 36, 64, 512, 608 },
	{ V3_HEADER_SIZE, 8, 12, 0, 0, 0, 0, 0, 44, 1536, 0 },
	{ 1584, 8, 12, 0, 0, 0, 0, 0, 44, 1536, 0 },
};

/* A part of the file: its size stands at FIELD; *AT moves behind it, to the next page. */
static int part_get(const struct image *image, const struct span *span, const uint8_t *h,
		    unsigned field, uint32_t page, uint64_t *at, struct span *part,
		    struct failure *f)
{
	const uint32_t size = field ? span_le32(h + field) : 0;

	*part = SPAN_NONE;
	if (!size)
		return 0;
	if (!span_part(part, span, *at, size))
		return image_damaged(image, "boot.img", field, f,
				     "a part of %" PRIu32 " bytes begins at byte %" PRIu64
				     ", the file ends at %" PRIu64 ": copy it again",
				     size, *at, span->size);
	*at += region_align(size, page);
	return 0;
}

static void cmdline_read(struct image *image, const uint8_t *h, const struct layout *l)
{
	int n = snprintf(image->bootargs, sizeof(image->bootargs), "%.*s", (int)l->cmdline_size,
			 (const char *)h + l->cmdline);

	/* The rest of a line that did not fit: one text, cut anywhere. */
	if (l->extra)
		snprintf(image->bootargs + n, sizeof(image->bootargs) - (size_t)n, "%.*s", 1024,
			 (const char *)h + l->extra);
}

/* DTB, a part of SPAN, is one tree, several ones behind each other, or a table. */
static int tree_read(struct image *image, const struct span *span, const struct span *dtb,
		     struct failure *f)
{
	uint8_t head[8];

	if (dtb->fd < 0)
		return 0;
	if (span_read(dtb, 0, head, sizeof(head)) || memcmp(head, "\xd0\x0d\xfe\xed", 4)) {
		image_note_add(image, "its tree is left out (no plain device tree)");
		return 0;
	}
	if (!span_part(&image->tree, dtb, 0, span_be32(head + 4)))
		return image_damaged(image, "boot.img", dtb->at - span->at, f,
				     "its tree has %" PRIu32 " bytes, and there are %" PRIu64
				     ": copy it again",
				     span_be32(head + 4), dtb->size);
	if (image->tree.size < dtb->size)
		image_note_add(image, "the first of its trees is taken");
	return 0;
}

int android_read(struct image *image, const struct span *span, struct failure *f)
{
	uint8_t h[HEADER_SIZE] = { 0 };
	const struct layout *l;
	struct span kernel, ramdisk, second, dtbo, dtb;
	uint32_t version, page;
	uint64_t at;

	image_kind_add(image, "Android boot.img");
	if (span_read(span, 0, h, span->size < HEADER_SIZE ? (size_t)span->size : HEADER_SIZE) ||
	    span->size < V3_HEADER_SIZE)
		return image_damaged(image, "boot.img", span->size, f,
				     "it ends within its header: copy it again");
	/* Before there were versions, Qualcomm's had the size of a table of trees there. */
	version = span_le32(h + AT_VERSION);
	l = &layouts[version < sizeof(layouts) / sizeof(layouts[0]) ? version : 0];
	page = l->page ? span_le32(h + l->page) : V3_PAGE;
	if (page < PAGE_LEAST || page > PAGE_MOST || page & (page - 1))
		return image_damaged(image, "boot.img", l->page, f,
				     "pages of %" PRIu32 " bytes cannot be: copy it again", page);
	at = page;
	if (part_get(image, span, h, l->kernel, page, &at, &kernel, f) ||
	    part_get(image, span, h, l->ramdisk, page, &at, &ramdisk, f) ||
	    part_get(image, span, h, l->second, page, &at, &second, f) ||
	    part_get(image, span, h, l->dtbo, page, &at, &dtbo, f) ||
	    part_get(image, span, h, l->dtb, page, &at, &dtb, f))
		return -1;
	if (kernel.fd < 0)
		return image_unfit(image, f,
				   "has no kernel (an init_boot or recovery ramdisk): "
				   "give the boot.img");
	if (second.fd >= 0)
		image_note_add(image, "its second stage is left out");
	if (dtbo.fd >= 0)
		image_note_add(image, "its recovery overlays are left out");
	if (image_read(image, &kernel, f) || tree_read(image, span, &dtb, f))
		return -1;
	image->ramdisk = ramdisk;
	cmdline_read(image, h, l);
	if (!l->address || span_le32(h + l->address) == DEFAULT_KERNEL_ID)
		return 0;
	return image_load_at(image, span_le32(h + l->address), 0, "boot.img", l->address, f);
}
