// SPDX-License-Identifier: BSD-2-Clause
// Firmware packed by lzma "alone".
#include "boot/image/unpack.h"

static int packed_read(struct image *image, const struct span *span, struct failure *f)
{
	return unpack_read(image, span, UNPACK_LZMA, f);
}

#define READER packed_read
#include "tests/fuzz/reader.h"
