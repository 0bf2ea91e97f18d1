// SPDX-License-Identifier: BSD-2-Clause
// Linux kernels by their headers; U-Boot, 64-bit and 32-bit, by its first words.
#include <inttypes.h>
#include <string.h>

#include "boot/image/plain.h"
#include "boot/image/spl.h"
#include "generated/config.h"

#define HEADER 64
#define IMAGE_BIG_ENDIAN 1 /* flags, bit 0 */
#define A32_BRANCH 0xea /* top byte of B, condition always */
#define A32_VECTOR 0xe59f /* top half of LDR PC, [PC, #n] */
#define ZIMAGE_ORDER_MAGIC 0x04030201 /* as it reads in a little-endian kernel */
#define ZIMAGE_OFFSET (32u << 20) /* from RAM base: it unpacks there, and need not move first */
#define ZIMAGE_ROOM 4 /* a packed kernel unpacks to some three times its size */

static void head_read(const struct span *span, uint8_t head[HEADER])
{
	memset(head, 0, HEADER);
	span_read(span, 0, head, span->size < HEADER ? (size_t)span->size : HEADER);
}

int plain_read_linux(struct image *image, const struct span *span, struct failure *f)
{
	uint8_t h[HEADER];
	uint64_t size;

	image_kind_add(image, "Linux Image");
	head_read(span, h);
	size = span_le64(h + 16);
	if (span_le64(h + 24) & IMAGE_BIG_ENDIAN)
		return image_unfit(image, f,
				   "is a big-endian kernel, and the guest starts little-endian: "
				   "build one with CONFIG_CPU_LITTLE_ENDIAN");
	image_raw(image, span);
	image->arch = ARCH_A64;
	image->offset_known = true;
	/* Without a size, before Linux 3.17, text_offset may not be believed. */
	image->text_offset = size ? span_le64(h + 8) : 0x80000;
	if (size > image->part[0].footprint)
		image->part[0].footprint = size;
	return 0;
}

int plain_read_zimage(struct image *image, const struct span *span, struct failure *f)
{
	uint8_t h[HEADER];
	uint32_t start, end;

	image_kind_add(image, "zImage");
	head_read(span, h);
	start = span_le32(h + 40);
	end = span_le32(h + 44);
	if (span_le32(h + 48) != ZIMAGE_ORDER_MAGIC && span_le32(h + 48))
		return image_unfit(image, f,
				   "is a big-endian kernel, and the guest starts little-endian: "
				   "build one with CONFIG_CPU_LITTLE_ENDIAN");
	if (end <= start)
		return image_damaged(image, "zImage", 40, f,
				     "it ends at 0x%" PRIx32 ", before it begins: copy it again",
				     end);
	if (end - start > span->size)
		return image_damaged(image, "zImage", span->size, f,
				     "its header tells of %" PRIu32
				     " bytes, and the file ends here: copy it again",
				     end - start);
	image_raw(image, span);
	image->arch = ARCH_A32;
	image->offset_known = image->unpacks = true;
	image->text_offset = ZIMAGE_OFFSET;
	image->part[0].footprint = span->size * ZIMAGE_ROOM;
	return 0;
}

/*
 * U-Boot, arch/arm/cpu/armv8/start.S: a branch, then at byte 8 _TEXT_BASE, _end_ofs,
 * _bss_start_ofs, _bss_end_ofs, all 64-bit.
 */
static void header_read_uboot(struct image *image, const uint8_t *h)
{
	uint64_t end = span_le64(h + 16), bss_start = span_le64(h + 24),
		 bss_end = span_le64(h + 32), size = image->part[0].bytes.size;
	bool branch = (h[3] & 0xfc) == 0x14;

	/*
	 * _end is the file's end but for padding and an appended tree; the bss overlays
	 * relocations, so it may begin before.
	 */
	if (!branch || end < HEADER || end > size + 4096 || bss_end < bss_start ||
	    bss_end > end + (64u << 20))
		return;
	image_kind_add(image, "U-Boot");
	image->arch = ARCH_A64;
	image->linked = true;
	image->link_gpa = span_le64(h + 8);
	if (bss_end > image->part[0].footprint)
		image->part[0].footprint = bss_end;
}

/* Vectors of 32-bit code: a branch to reset, then seven loads of the PC. */
static bool is_a32(const uint8_t *h)
{
	if (h[3] != A32_BRANCH)
		return false;
	for (unsigned i = 1; i < 8; i++)
		if (span_le32(h + 4 * i) >> 16 != A32_VECTOR)
			return false;
	return true;
}

int plain_read_raw(struct image *image, const struct span *span, struct failure *f)
{
	uint8_t h[HEADER];

	head_read(span, h);
	image_raw(image, span);
	header_read_uboot(image, h);
	if (CONFIG_CONTAINERS && spl_is_bare(span, h))
		return image_unfit(image, f,
				   "is an SPL or TPL, which only sets up a board's RAM: "
				   "give u-boot.bin or u-boot.itb");
	if (is_a32(h)) {
		image_kind_add(image, "32-bit");
		image->arch = ARCH_A32;
	}
	return 0;
}
