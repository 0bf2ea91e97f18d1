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
	uint32_t size;

	for (flow->at += 4; unpack_flow_most(flow, 4) == 4; flow->at += 4 + size) {
		const char *block = (const char *)flow->in + flow->at + 4;
		int n;

		size = span_le32(flow->in + flow->at);
		if (!size || size > LZ4_COMPRESSBOUND(LEGACY_BLOCK))
			return 0;
		if (unpack_flow_most(flow, 4 + size) < 4 + size)
			return -ENODATA;
		n = LZ4_decompress_safe(block, (char *)flow->out + flow->used, (int)size,
					LEGACY_BLOCK);
		if (n < 0)
			return -EBADMSG;
		flow->used += (uint64_t)n;
		if (flow->used > flow->room)
			return -EFBIG;
	}
	return 0;
}

/* Takes as much as the decoder asks for, which is a block: then it copies nothing. */
static int frame(struct unpack_flow *flow, LZ4F_dctx *lz4)
{
	/* What came out stays where it is, so that blocks can refer to it. */
	static const LZ4F_decompressOptions_t options = { .stableDst = 1 };
	size_t want = HEADER_LEAST;

	while (want) {
		size_t n = unpack_flow_most(flow, want), out = flow->room - flow->used;

		if (!n)
			return -ENODATA;
		want = LZ4F_decompress(lz4, flow->out + flow->used, &out, flow->in + flow->at, &n,
				       &options);
		if (LZ4F_isError(want))
			return LZ4F_getErrorCode(want) == LZ4F_ERROR_allocation_failed ? -ENOMEM
										       : -EBADMSG;
		if (!n && !out)
			return -EFBIG;
		flow->at += n;
		flow->used += out;
	}
	return 0;
}

int unpack_lz4(struct unpack_flow *flow)
{
	LZ4F_dctx *lz4;
	int error;

	if (unpack_flow_most(flow, 4) == 4 && span_le32(flow->in + flow->at) == LEGACY_MAGIC)
		return legacy(flow);
	if (LZ4F_isError(LZ4F_createDecompressionContext(&lz4, LZ4F_VERSION)))
		return -ENOMEM;
	error = frame(flow, lz4);
	LZ4F_freeDecompressionContext(lz4);
	return error;
}
