// SPDX-License-Identifier: BSD-2-Clause
// zstd, by libzstd.
#include <errno.h>
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

#include "boot/image/unpack_flow.h"

#define HEADER_LEAST 5

static int error_of(size_t result)
{
	switch (ZSTD_getErrorCode(result)) {
	case ZSTD_error_dstSize_tooSmall:
	case ZSTD_error_noForwardProgress_destFull: return -EFBIG;
	case ZSTD_error_memory_allocation: return -ENOMEM;
	case ZSTD_error_frameParameter_unsupported:
	case ZSTD_error_frameParameter_windowTooLarge:
	case ZSTD_error_dictionary_wrong: return -EOPNOTSUPP;
	default: return -EBADMSG;
	}
}

/* What came out stays where it is and is the window, however long: there is no other. */
static int frame(struct unpack_flow *flow, ZSTD_DCtx *zstd)
{
	ZSTD_outBuffer out = { flow->out, flow->room, flow->used };
	size_t want = HEADER_LEAST;

	ZSTD_DCtx_setParameter(zstd, ZSTD_d_stableOutBuffer, 1);
	ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, ZSTD_WINDOWLOG_MAX);
	while (want) {
		ZSTD_inBuffer in = { flow->in + flow->at, unpack_flow_most(flow, want), 0 };

		if (!in.size)
			return -ENODATA;
		want = ZSTD_decompressStream(zstd, &out, &in);
		if (ZSTD_isError(want))
			return error_of(want);
		flow->at += in.pos;
		flow->used = out.pos;
	}
	return 0;
}

int unpack_zstd(struct unpack_flow *flow)
{
	ZSTD_DCtx *zstd = ZSTD_createDCtx();
	int error = zstd ? frame(flow, zstd) : -ENOMEM;

	ZSTD_freeDCtx(zstd);
	return error;
}
