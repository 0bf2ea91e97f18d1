// SPDX-License-Identifier: BSD-2-Clause
// Vendors' flash images: over the SPL to what it would load.
#include <string.h>

#include "boot/image/spl.h"

#define KIB 1024u
#define A64_BRANCH 0x14 /* top six bits of B */
#define BARE_LEAST (16 * KIB)
#define BARE_MOST (256 * KIB) /* what fits into a chip's own RAM */
#define EGON_LENGTH 16 /* where an eGON header has its length */
#define TOC0_LENGTH 28
#define SUNXI_UBOOT (32 * KIB) /* U-Boot lies there, or behind a larger SPL */

/* CONFIG_SPL_PAD_TO for SD and eMMC, then what CONFIG_SYS_SPI_U_BOOT_OFFS is on boards. */
static const uint32_t rockchip_uboot[] = { 8160 * KIB, 384 * KIB, 896 * KIB, 1024 * KIB };

/* A FIT or a uImage from byte AT of SPAN on. */
static bool uboot_at(const struct span *span, uint64_t at, struct span *uboot)
{
	uint8_t magic[4];

	return span_read(span, at, magic, sizeof(magic)) == 0 &&
	       (!memcmp(magic, "\xd0\x0d\xfe\xed", 4) || !memcmp(magic, "\x27\x05\x19\x56", 4)) &&
	       span_part(uboot, span, at, span->size - at);
}

static int sunxi_read(struct image *image, const struct span *span, unsigned length_at,
		      struct failure *f)
{
	struct span uboot;
	uint8_t length[4];
	uint32_t at;

	image_kind_add(image, "Allwinner SPL");
	if (span_read(span, length_at, length, sizeof(length)))
		return image_damaged(image, "SPL", span->size, f,
				     "it ends within its header: copy it again");
	at = span_le32(length);
	if (!uboot_at(span, at > SUNXI_UBOOT ? at : SUNXI_UBOOT, &uboot))
		return image_unfit(image, f,
				   "has no U-Boot behind its SPL, which only sets up a "
				   "board's RAM: give u-boot.bin or u-boot-sunxi-with-spl.bin");
	return image_read(image, &uboot, f);
}

int spl_read_egon(struct image *image, const struct span *span, struct failure *f)
{
	return sunxi_read(image, span, EGON_LENGTH, f);
}

int spl_read_toc0(struct image *image, const struct span *span, struct failure *f)
{
	return sunxi_read(image, span, TOC0_LENGTH, f);
}

int spl_read_rockchip(struct image *image, const struct span *span, struct failure *f)
{
	struct span uboot;

	image_kind_add(image, "Rockchip SPL");
	for (unsigned i = 0; i < sizeof(rockchip_uboot) / sizeof(rockchip_uboot[0]); i++)
		if (uboot_at(span, rockchip_uboot[i], &uboot))
			return image_read(image, &uboot, f);
	return image_unfit(image, f,
			   "has no U-Boot behind its SPL, which only sets up a board's "
			   "RAM: give u-boot.itb, u-boot.bin or u-boot-rockchip.bin");
}

bool spl_is_bare(const struct span *span, const uint8_t *head)
{
	const uint8_t *bytes;
	bool bare;

	if ((head[3] & 0xfc) != A64_BRANCH || span->size < BARE_LEAST || span->size > BARE_MOST ||
	    span_map(span, &bytes))
		return false;
	bare = memmem(bytes, span->size, "U-Boot SPL 20", 13) ||
	       memmem(bytes, span->size, "U-Boot TPL 20", 13);
	span_unmap(span, bytes);
	return bare;
}
