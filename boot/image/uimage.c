// SPDX-License-Identifier: BSD-2-Clause
// Legacy uImages.
#include <inttypes.h>
#include <string.h>

#include "boot/image/digest.h"
#include "boot/image/uimage.h"
#include "boot/image/unpack.h"

#define HEADER 64
#define FILES_MAX 8 /* of a multi-file image: kernel, ramdisk and tree count */

/* Where the header has what; numbers are big-endian. */
enum field {
	AT_HEADER_CRC = 4,
	AT_SIZE = 12,
	AT_LOAD = 16,
	AT_ENTRY = 20,
	AT_CRC = 24,
	AT_ARCH = 29,
	AT_TYPE = 30,
	AT_PACKED = 31
};

enum { IH_ARM = 2, IH_ARM64 = 22 };
enum { IH_STANDALONE = 1, IH_KERNEL = 2, IH_MULTI = 4, IH_FIRMWARE = 5, IH_NOLOAD = 14 };

static const struct {
	uint8_t type;
	const char *is;
} no_program[] = {
	{ 3, "a ramdisk: give it as initrd=" },
	{ 6, "a script: give a kernel or firmware" },
	{ 7, "a filesystem: give a kernel or firmware" },
	{ 8, "a device tree: give it as machine=" },
};

static int type_check(const struct image *image, const uint8_t *h, struct failure *f)
{
	switch (h[AT_TYPE]) {
	case IH_STANDALONE:
	case IH_KERNEL:
	case IH_MULTI:
	case IH_FIRMWARE:
	case IH_NOLOAD: return 0;
	}
	for (unsigned i = 0; i < sizeof(no_program) / sizeof(no_program[0]); i++)
		if (no_program[i].type == h[AT_TYPE])
			return image_unfit(image, f, "is %s", no_program[i].is);
	return image_unfit(image, f, "is of type %u, which does not run: give a kernel or firmware",
			   h[AT_TYPE]);
}

/* Both checksums, and that all the header tells of is there: DATA. */
static int whole_check(const struct image *image, const struct span *span, const uint8_t *h,
		       struct span *data, struct failure *f)
{
	uint8_t blank[HEADER], crc[4];

	memcpy(blank, h, HEADER);
	memset(blank + AT_HEADER_CRC, 0, 4);
	if (digest_crc32(blank, HEADER) != span_be32(h + AT_HEADER_CRC))
		return image_damaged(image, "uImage", AT_HEADER_CRC, f,
				     "the header does not match its checksum: copy it again");
	if (!span_part(data, span, HEADER, span_be32(h + AT_SIZE)) || !data->size)
		return image_damaged(image, "uImage", AT_SIZE, f,
				     "the header tells of %" PRIu32 " bytes, and %" PRIu64
				     " follow: copy it again",
				     span_be32(h + AT_SIZE), span->size - HEADER);
	memcpy(crc, h + AT_CRC, sizeof(crc));
	if (digest_check(data, "crc32", crc, sizeof(crc)))
		return image_damaged(image, "uImage", AT_CRC, f,
				     "the data does not match its checksum: copy it again");
	return 0;
}

/* A multi-file image: sizes, ended by 0, then the files, each filled up to four bytes. */
static int files_find(struct image *image, const struct span *data, struct span *program,
		      struct failure *f)
{
	struct span file[FILES_MAX];
	uint8_t cell[4];
	uint64_t at = 0;
	unsigned n = 0;

	for (;; n++) {
		if (n == FILES_MAX || span_read(data, 4 * n, cell, sizeof(cell)))
			return image_damaged(image, "uImage", HEADER + 4 * n, f,
					     "its list of files does not end, or has more than %d: "
					     "pack it again",
					     FILES_MAX);
		file[n].size = span_be32(cell);
		if (!file[n].size)
			break;
	}
	at = 4 * (n + 1);
	for (unsigned i = 0; i < n; i++) {
		if (!span_part(&file[i], data, at, file[i].size))
			return image_damaged(image, "uImage", HEADER + 4 * i, f,
					     "file %u has %" PRIu64
					     " bytes, which is beyond the end: pack it again",
					     i, file[i].size);
		at += (file[i].size + 3) & ~(uint64_t)3;
	}
	if (!n)
		return image_damaged(image, "uImage", HEADER, f, "it has no files: pack it again");
	*program = file[0];
	if (n > 1)
		image->ramdisk = file[1];
	if (n > 2)
		image->tree = file[2];
	if (n > 3)
		image_note_add(image, "%u more files are left out", n - 3);
	return 0;
}

int uimage_read(struct image *image, const struct span *span, struct failure *f)
{
	uint8_t h[HEADER];
	struct span data, program;

	image_kind_add(image, "uImage");
	if (span_read(span, 0, h, HEADER))
		return image_damaged(image, "uImage", span->size, f,
				     "it ends within its header: copy it again");
	if (whole_check(image, span, h, &data, f) || type_check(image, h, f))
		return -1;
	if (h[AT_ARCH] != IH_ARM && h[AT_ARCH] != IH_ARM64)
		return image_unfit(image, f,
				   "is for another processor (%u): give one for arm64 or arm",
				   h[AT_ARCH]);
	if (h[AT_PACKED] > UNPACK_ZSTD)
		return image_damaged(image, "uImage", AT_PACKED, f,
				     "compression %u is not known: pack it by gzip, lz4 or zstd",
				     h[AT_PACKED]);
	if (h[AT_TYPE] == IH_MULTI && files_find(image, &data, &data, f))
		return -1;
	if (unpack_span(image, &data, h[AT_PACKED], &program, f) || image_read(image, &program, f))
		return -1;
	image_arch_told(image, h[AT_ARCH] == IH_ARM ? ARCH_A32 : ARCH_A64);
	if (h[AT_TYPE] == IH_NOLOAD)
		return 0;
	return image_load_at(image, span_be32(h + AT_LOAD), span_be32(h + AT_ENTRY), "uImage",
			     AT_ENTRY, f);
}
