/* SPDX-License-Identifier: BSD-2-Clause */
/* Between unpack.c and the decoders: packed bytes go in, unpacked ones come out. */
#ifndef BOOT_IMAGE_UNPACK_FLOW_H
#define BOOT_IMAGE_UNPACK_FLOW_H

#include <stddef.h>
#include <stdint.h>

/* Memory behind ROOM that may be written too: a block of lz4's legacy format. */
#define UNPACK_SLACK (8u << 20)

struct unpack_flow {
	const uint8_t *in; /* all of it is mapped */
	uint64_t size, at; /* bytes there, and taken */
	uint8_t *out;
	uint64_t room, used; /* bytes that may come out, and that have */
};

/*
 * Unpack the one member or frame that begins at AT, and leave AT behind it. All return 0, -ENODATA
 * (it ends too early), -EBADMSG (damaged: a checksum, or what cannot be), -EFBIG (no room),
 * -ENOMEM, -EOPNOTSUPP (a feature of the format that is not served: a dictionary). In an error AT
 * is what was read last: a block, for gzip a member, which may be cut off as well.
 */
int unpack_gzip(struct unpack_flow *flow); /* RFC 1952 */
int unpack_lz4(struct unpack_flow *flow); /* lz4_Frame_format.md, with the legacy frame */
int unpack_zstd(struct unpack_flow *flow); /* RFC 8878; any window: what came out serves as it */
int unpack_xz(struct unpack_flow *flow); /* xz-file-format.txt */
int unpack_xz_alone(struct unpack_flow *flow); /* lzma-file-format.txt */

/* As many of WANT bytes as there are behind AT. */
static inline size_t unpack_flow_most(const struct unpack_flow *flow, size_t want)
{
	return want < flow->size - flow->at ? want : (size_t)(flow->size - flow->at);
}

#endif
