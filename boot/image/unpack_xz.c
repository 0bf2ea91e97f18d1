// SPDX-License-Identifier: BSD-2-Clause
// xz and lzma, by liblzma.
#include <errno.h>
#include <libdeflate.h>
#include <lzma.h>

#include "boot/image/unpack_flow.h"

/* In the place of liblzma's own, whose table takes 8 KB: libdeflate's is there in any case. */
uint32_t lzma_crc32(const uint8_t *bytes, size_t n, uint32_t crc)
{
	return libdeflate_crc32(crc, bytes, n);
}

static int error_of(lzma_ret result)
{
	switch (result) {
	case LZMA_MEM_ERROR: return -ENOMEM;
	case LZMA_OPTIONS_ERROR:
	case LZMA_UNSUPPORTED_CHECK: return -EOPNOTSUPP;
	default: return -EBADMSG;
	}
}

static int decode(struct unpack_flow *flow, lzma_stream *lzma)
{
	lzma_ret result;

	lzma->next_in = flow->in + flow->at;
	lzma->avail_in = flow->size - flow->at;
	lzma->next_out = flow->out + flow->used;
	lzma->avail_out = flow->room - flow->used;
	do
		result = lzma_code(lzma, LZMA_RUN);
	while (result == LZMA_OK);
	flow->at = flow->size - lzma->avail_in;
	flow->used = flow->room - lzma->avail_out;
	if (result == LZMA_STREAM_END)
		return 0;
	/* It cannot go on: for want of packed bytes, or of room. */
	if (result == LZMA_BUF_ERROR)
		return lzma->avail_in ? -EFBIG : -ENODATA;
	return error_of(result);
}

/*
 * A header may ask for a dictionary of 4 GiB, but only as much of it is ever touched as comes out:
 * no limit is set, and what malloc() refuses is told.
 */
int unpack_xz(struct unpack_flow *flow)
{
	lzma_stream lzma = LZMA_STREAM_INIT;
	lzma_ret result = lzma_stream_decoder(&lzma, UINT64_MAX, LZMA_TELL_UNSUPPORTED_CHECK);
	int error = result == LZMA_OK ? decode(flow, &lzma) : error_of(result);

	lzma_end(&lzma);
	return error;
}

int unpack_xz_alone(struct unpack_flow *flow)
{
	lzma_stream lzma = LZMA_STREAM_INIT;
	lzma_ret result = lzma_alone_decoder(&lzma, UINT64_MAX);
	int error = result == LZMA_OK ? decode(flow, &lzma) : error_of(result);

	lzma_end(&lzma);
	return error;
}
