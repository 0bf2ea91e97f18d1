// SPDX-License-Identifier: BSD-2-Clause
// TF-A's firmware image packages: a header, entries by UUID up to one of zeros, the parts.
#include <inttypes.h>
#include <string.h>

#include "boot/image/fip.h"

#define HEADER 16
#define ENTRY 40 /* UUID, offset, size, flags: 16, 8, 8, 8 bytes */
#define UUID 16
#define ENTRIES_MAX 64

static const struct {
	const char *name; /* NULL: this is BL33 */
	uint8_t uuid[UUID];
} known[] = {
	{ NULL,
	  { 0xd6, 0xd0, 0xee, 0xa7, 0xfc, 0xea, 0xd5, 0x4b, 0x97, 0x82, 0x99, 0x34, 0xf2, 0x34,
	    0xb6, 0xe4 } },
	{ "BL2",
	  { 0x5f, 0xf9, 0xec, 0x0b, 0x4d, 0x22, 0x3e, 0x4d, 0xa5, 0x44, 0xc3, 0x9d, 0x81, 0xc7,
	    0x3f, 0x0a } },
	{ "SCP_BL2",
	  { 0x97, 0x66, 0xfd, 0x3d, 0x89, 0xbe, 0xe8, 0x49, 0xae, 0x5d, 0x78, 0xa1, 0x40, 0x60,
	    0x82, 0x13 } },
	{ "BL31",
	  { 0x47, 0xd4, 0x08, 0x6d, 0x4c, 0xfe, 0x98, 0x46, 0x9b, 0x95, 0x29, 0x50, 0xcb, 0xbd,
	    0x5a, 0x00 } },
	{ "BL32",
	  { 0x05, 0xd0, 0xe1, 0x89, 0x53, 0xdc, 0x13, 0x47, 0x8d, 0x2b, 0x50, 0x0a, 0x4b, 0x7a,
	    0x3e, 0x38 } },
};

static unsigned known_of(const uint8_t *uuid)
{
	unsigned i = 0;

	while (i < sizeof(known) / sizeof(known[0]) && memcmp(known[i].uuid, uuid, UUID))
		i++;
	return i;
}

int fip_read(struct image *image, const struct span *span, struct failure *f)
{
	static const uint8_t end[UUID];
	struct span bl33 = SPAN_NONE, part;
	uint8_t e[ENTRY];
	unsigned more = 0;

	image_kind_add(image, "FIP");
	for (unsigned i = 0;; i++) {
		const uint64_t at = HEADER + (uint64_t)ENTRY * i;
		unsigned which;

		if (i == ENTRIES_MAX || span_read(span, at, e, ENTRY))
			return image_damaged(image, "FIP", at, f,
					     "its list of parts does not end: copy it again");
		if (!memcmp(e, end, UUID))
			break;
		if (!span_part(&part, span, span_le64(e + 16), span_le64(e + 24)))
			return image_damaged(image, "FIP", at, f,
					     "part %u has %" PRIu64 " bytes from byte %" PRIu64
					     ", the file ends at %" PRIu64 ": copy it again",
					     i, span_le64(e + 24), span_le64(e + 16), span->size);
		which = known_of(e);
		if (which == sizeof(known) / sizeof(known[0]))
			more++;
		else if (known[which].name)
			image_note_add(image, "%s is left out", known[which].name);
		else if (bl33.fd < 0)
			bl33 = part;
	}
	if (more)
		image_note_add(image, "%u more part%s left out", more, more > 1 ? "s are" : " is");
	if (bl33.fd < 0 || !bl33.size)
		return image_unfit(image, f,
				   "has no BL33, which is what runs in a guest: give one "
				   "with it (fiptool update --nt-fw FILE), or u-boot.bin");
	return image_read(image, &bl33, f);
}
