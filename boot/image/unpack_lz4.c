// SPDX-License-Identifier: BSD-2-Clause
// lz4, by liblz4: frames, and the legacy format that kernels are packed in.
#include <errno.h>
#define LZ4F_STATIC_LINKING_ONLY
#include <lz4.h>
#include <lz4frame.h>
#include <lz4frame_static.h>

#include "boot/image/span.h"
#include "boot/image/unpack_flow.h"

#define HEADER_LEAST 7 /* the shortest header of a frame */
#define LEGACY_MAGIC 0x184c2102
#define LEGACY_BLOCK UNPACK_SLACK /* what a block unpacks to, but for the last one */

/* Blocks with their packed sizes in front; nothing marks the end but what cannot be a size. */
static int legacy(struct unpack_flow *flow)
{
	int n;

	for (flow->at += 4; flow->size - flow->at >= 4; flow->at += (uint64_t)n) {
		const uint32_t size = span_le32(flow->in + flow->at);

		if (!size || size > LZ4_COMPRESSBOUND(LEGACY_BLOCK))
			return 0;
		flow->at += 4;
		n = (int)unpack_flow_slice(flow, size);
		if ((uint32_t)n < size)
			return -ENODATA;
		const int out = LZ4_decompress_safe((const char *)flow->in + flow->at,
						    (char *)flow->out + flow->used, n,
						    LEGACY_BLOCK);

		if (out < 0)
			return -EBADMSG;
		flow->used += (uint64_t)out;
		if (flow->used > flow->room)
			return -EFBIG;
	}
	return 0;
}

static int error_of(size_t result)
{
	switch (LZ4F_getErrorCode(result)) {
	case LZ4F_ERROR_allocation_failed: return -ENOMEM;
	default: return -EBADMSG;
	}
}

int unpack_lz4(struct unpack_flow *flow)
{
	/* What came out stays where it is, so that blocks can refer to it. */
	static const LZ4F_decompressOptions_t options = { .stableDst = 1 };
	size_t want = HEADER_LEAST;
	LZ4F_dctx *lz4;
	int error = 0;

	if (flow->size - flow->at >= 4 && span_le32(flow->in + flow->at) == LEGACY_MAGIC)
		return legacy(flow);
	if (LZ4F_isError(LZ4F_createDecompressionContext(&lz4, LZ4F_VERSION)))
		return -ENOMEM;
	while (want && !error) {
		size_t n = unpack_flow_slice(flow, want), room = flow->room - flow->used;

		if (!n) {
			error = -ENODATA;
			break;
		}
		want = LZ4F_decompress(lz4, flow->out + flow->used, &room, flow->in + flow->at, &n,
				       &options);
		if (LZ4F_isError(want)) {
			error = error_of(want);
			break;
		}
		flow->at += n;
		flow->used += room;
		if (!n && !room)
			error = -EFBIG;
	}
	LZ4F_freeDecompressionContext(lz4);
	return error;
}
