// SPDX-License-Identifier: BSD-2-Clause
// EFI programs: a kernel packed in one is unpacked.
#include <inttypes.h>
#include <string.h>

#include "boot/image/unpack.h"
#include "boot/image/zboot.h"

#define PAYLOAD_OFFSET 8
#define PAYLOAD_SIZE 12
#define COMP_TYPE 24 /* a string, up to the next field at 56 */
#define HEADER 56

int zboot_read(struct image *image, const struct span *span, struct failure *f)
{
	uint8_t h[HEADER + 1] = { 0 };
	uint32_t offset, size;
	enum unpack_kind kind;
	struct span payload;

	if (span_read(span, 0, h, HEADER) || memcmp(h + 4, "zimg", 4))
		return image_unfit(image, f,
				   "is an EFI program, which cannot run as it is: give firmware "
				   "that starts it, such as EDK2");
	image_kind_add(image, "EFI zboot");
	offset = span_le32(h + PAYLOAD_OFFSET);
	size = span_le32(h + PAYLOAD_SIZE);
	kind = unpack_kind_of((const char *)h + COMP_TYPE);
	if (offset < HEADER || !span_part(&payload, span, offset, size))
		return image_damaged(image, "EFI zboot", PAYLOAD_OFFSET, f,
				     "its kernel lies at byte %" PRIu32 " and has %" PRIu32
				     ", the file has %" PRIu64 ": copy it again",
				     offset, size, span->size);
	if (kind == UNPACK_NONE || kind == UNPACK_KINDS)
		return image_damaged(image, "EFI zboot", COMP_TYPE, f,
				     "its kernel is packed by \"%.16s\", which is not known here: "
				     "give the Image it was made from",
				     (const char *)h + COMP_TYPE);
	return unpack_read(image, &payload, kind, f);
}
