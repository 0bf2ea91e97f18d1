// SPDX-License-Identifier: BSD-2-Clause
// gzip, by zlib.
#include <errno.h>
#include <zlib.h>

#include "boot/image/unpack_flow.h"

#define WRAPPED 16 /* zlib reads gzip's header and checks its checksum and length */

static int step(struct unpack_flow *flow, z_stream *z)
{
	const uint64_t room = flow->room - flow->used;
	int result;

	z->next_in = (Bytef *)(uintptr_t)(flow->in + flow->at);
	z->avail_in = (uInt)unpack_flow_slice(flow, UNPACK_SLICE);
	if (!z->avail_in)
		return -ENODATA;
	z->next_out = flow->out + flow->used;
	z->avail_out = room < UINT32_MAX ? (uInt)room : UINT32_MAX;
	result = inflate(z, Z_NO_FLUSH);
	flow->at = (uint64_t)(z->next_in - flow->in);
	flow->used = (uint64_t)(z->next_out - flow->out);
	switch (result) {
	case Z_OK: return z->avail_in && flow->used == flow->room ? -EFBIG : -EAGAIN;
	case Z_STREAM_END: return 0;
	case Z_BUF_ERROR: return -EFBIG;
	case Z_MEM_ERROR: return -ENOMEM;
	default: return -EBADMSG;
	}
}

int unpack_gzip(struct unpack_flow *flow)
{
	z_stream z = { 0 };
	int error = inflateInit2(&z, WRAPPED + MAX_WBITS) == Z_OK ? -EAGAIN : -ENOMEM;

	while (error == -EAGAIN)
		error = step(flow, &z);
	inflateEnd(&z);
	return error;
}
