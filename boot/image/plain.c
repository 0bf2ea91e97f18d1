// SPDX-License-Identifier: BSD-2-Clause
// Linux kernels by their headers; U-Boot, 64-bit and 32-bit, by its first words.
#include <inttypes.h>
#include <string.h>

#include "boot/image/plain.h"
#include "boot/image/spl.h"
#include "generated/config.h"

#define HEADER 64
#define TEXT_OFFSET_END (2u << 20) /* Documentation/arm64/booting.rst, before Linux 5.10 too */
#define TEXT_OFFSET_ALIGN 4096
#define PE_HEADER 24 /* signature and COFF header */
#define PE_SECTION 40 /* an entry of the section table */
#define IMAGE_BIG_ENDIAN 1 /* flags, bit 0 */
#define UEFI_BLOCK 4096 /* with the first jump, before the volume */
#define UEFI_HEADER 44 /* bytes of a volume's header up to its signature */
#define A64_FORWARD 0x0a /* top seven bits of B to a higher address */
#define FDT_MAGIC_BYTES "\xd0\x0d\xfe\xed"
#define UBOOT_BRANCH_END 40 /* it is one of the first ten instructions */
#define UBOOT_HEADER 32 /* bytes, behind the branch on a multiple of 8 */
#define UBOOT_ALIGN 2048 /* of _TEXT_BASE: that of its vectors */
#define UBOOT_MOST (64u << 20) /* bytes, of its file and of its bss */
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

/*
 * Bytes that a kernel's file must have by the section table of its EFI stub, at least a header's. Its
 * own header knows only what it takes in memory, bss included. Source: PE format, 3 and 4.
 */
static uint64_t linux_size(const struct span *span, const uint8_t h[HEADER])
{
	const uint64_t pe = span_le32(h + 60);
	uint64_t size = HEADER, at = pe + PE_HEADER;
	uint8_t b[PE_SECTION];

	if (span->size < HEADER || memcmp(h, "MZ", 2))
		return HEADER;
	if (span_read(span, pe, b, PE_HEADER))
		return at;
	if (memcmp(b, "PE\0\0", 4))
		return HEADER;
	at += span_le16(b + 20); /* the optional header */
	for (unsigned i = span_le16(b + 6); i; i--, at += PE_SECTION) {
		if (span_read(span, at, b, PE_SECTION))
			return at + PE_SECTION;
		if (size < (uint64_t)span_le32(b + 16) + span_le32(b + 20))
			size = (uint64_t)span_le32(b + 16) + span_le32(b + 20);
	}
	return size;
}

static int cut_off(const struct image *image, const char *format_name, const struct span *span,
		   uint64_t size, struct failure *f)
{
	return image_damaged(image, format_name, span->size, f,
			     "its header tells of %" PRIu64
			     " bytes, and the file ends here: copy it again, all of it",
			     size);
}

/* U-Boot by its own header: offsets into its file, and where it was linked for. */
struct uboot {
	uint64_t base, end, bss_end;
};

/*
 * Where the first branch behind START leads, which U-Boot's header ends at; 0: no such branch. Boards
 * that have a hook for their boot ROM begin with a few instructions of their own.
 */
static uint64_t uboot_header_end(const struct span *span, uint64_t start)
{
	uint8_t h[UBOOT_BRANCH_END] = { 0 };

	span_read(span, start, h, sizeof(h));
	for (unsigned at = 0; at < UBOOT_BRANCH_END; at += 4) {
		const uint32_t word = span_le32(h + at);

		if (word >> 25 == A64_FORWARD)
			return start + at + 4 * (uint64_t)(word & 0x1ffffff);
	}
	return 0;
}

/*
 * U-Boot, arch/arm/cpu/armv8/start.S: at START a branch, then before what it leads to _TEXT_BASE,
 * _end_ofs, _bss_start_ofs, _bss_end_ofs, all 64-bit. _end is the file's end but for padding and an
 * appended tree; the bss overlays relocations, so it may begin before.
 */
static bool uboot_at(const struct span *span, uint64_t start, struct uboot *u)
{
	const uint64_t header_end = uboot_header_end(span, start);
	uint64_t bss_start;
	uint8_t q[UBOOT_HEADER];

	if (header_end < start + 8 + sizeof(q) ||
	    span_read(span, header_end - sizeof(q), q, sizeof(q)))
		return false;
	u->base = span_le64(q), u->end = span_le64(q + 8);
	bss_start = span_le64(q + 16), u->bss_end = span_le64(q + 24);
	if (u->base % UBOOT_ALIGN || u->end < HEADER || u->end > UBOOT_MOST || bss_start < HEADER ||
	    bss_start > u->bss_end || u->bss_end > u->end + UBOOT_MOST)
		return false;
	u->end += start;
	u->bss_end += start;
	return true;
}

/* 1: SPAN is U-Boot's, which may have the header of a Linux kernel in front. */
static int uboot_read(struct image *image, const struct span *span, struct uboot *u,
		      struct failure *f)
{
	uint8_t head[8];

	if (!uboot_at(span, 0, u) &&
	    (!CONFIG_MIRROR || !uboot_at(span, uboot_header_end(span, 0), u)))
		return 0;
	image_kind_add(image, "U-Boot");
	if (u->end > span->size)
		return cut_off(image, "U-Boot", span, u->end, f);
	image->arch = ARCH_A64;
	/* The tree that its build appends, CONFIG_OF_SEPARATE, lies where it ends. */
	if (CONFIG_MIRROR && span_read(span, u->end, head, sizeof(head)) == 0 &&
	    !memcmp(head, FDT_MAGIC_BYTES, 4))
		span_part(&image->uboot_tree, span, u->end, span_be32(head + 4));
	if (u->bss_end > image->part[0].footprint)
		image->part[0].footprint = u->bss_end;
	return 1;
}

int plain_read_linux(struct image *image, const struct span *span, struct failure *f)
{
	uint8_t h[HEADER];
	uint64_t size, stored;
	struct uboot u;

	image_kind_add(image, "Linux Image");
	head_read(span, h);
	size = span_le64(h + 16);
	stored = linux_size(span, h);
	if (span_le64(h + 24) & IMAGE_BIG_ENDIAN)
		return image_unfit(image, f,
				   "is a big-endian kernel, and the guest starts little-endian: "
				   "build one with CONFIG_CPU_LITTLE_ENDIAN");
	if (stored > span->size)
		return cut_off(image, "Linux Image", span, stored, f);
	if (size && (span_le64(h + 8) >= TEXT_OFFSET_END || span_le64(h + 8) % TEXT_OFFSET_ALIGN))
		return image_damaged(image, "Linux Image", 8, f,
				     "its text_offset is 0x%" PRIx64
				     ", no multiple of 4 KiB below 2 MiB: copy it again",
				     span_le64(h + 8));
	if (size > IMAGE_FOOTPRINT_MAX)
		return image_damaged(image, "Linux Image", 16, f,
				     "its image_size is 0x%" PRIx64 ": copy it again", size);
	image_raw(image, span);
	image->arch = ARCH_A64;
	image->offset_known = true;
	/* Without a size, before Linux 3.17, text_offset may not be believed. */
	image->text_offset = size ? span_le64(h + 8) : 0x80000;
	if (size > image->part[0].footprint)
		image->part[0].footprint = size;
	return CONFIG_MIRROR && uboot_read(image, span, &u, f) < 0 ? -1 : 0;
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
		return cut_off(image, "zImage", span, end - start, f);
	image_raw(image, span);
	image->arch = ARCH_A32;
	image->offset_known = image->unpacks = true;
	image->text_offset = ZIMAGE_OFFSET;
	image->part[0].footprint = span->size * ZIMAGE_ROOM;
	return 0;
}

/*
 * UEFI: a firmware volume, at the beginning or behind the block with the first jump that EDK2's
 * platforms for QEMU have. Source: UEFI PI 1.7, volume 3, 3.2.1.
 */
static int header_read_uefi(struct image *image, const struct span *span, const uint8_t *h,
			    struct failure *f)
{
	uint8_t volume[UEFI_HEADER];
	uint64_t size;

	for (uint64_t at = 0; at <= UEFI_BLOCK && !image->uefi; at += UEFI_BLOCK) {
		if (span_read(span, at, volume, sizeof(volume)) || memcmp(volume + 40, "_FVH", 4))
			continue;
		image_kind_add(image, "UEFI firmware");
		image->arch = h[3] == A32_BRANCH ? ARCH_A32 : ARCH_A64;
		image->uefi = true;
		size = span_le64(volume + 32);
		if (size > IMAGE_FOOTPRINT_MAX)
			return image_damaged(
				image, "UEFI firmware", at + 32, f,
				"its volume is to have %#" PRIx64 " bytes: copy it again", size);
		if (size > span->size - at)
			return cut_off(image, "UEFI firmware", span, at + size, f);
	}
	return 0;
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
	struct uboot u;

	head_read(span, h);
	image_raw(image, span);
	switch (uboot_read(image, span, &u, f)) {
	case 0: break;
	case 1:
		image->linked = true;
		image->link_gpa = u.base;
		break;
	default: return -1;
	}
	if (header_read_uefi(image, span, h, f))
		return -1;
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
