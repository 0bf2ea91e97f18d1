// SPDX-License-Identifier: BSD-2-Clause
// Firmware packed by xz.
#include "boot/image/unpack.h"

static int packed_read(struct image *image, const struct span *span, struct failure *f)
{
	return unpack_read(image, span, UNPACK_XZ, f);
}

#define READER packed_read
#include "tests/fuzz/reader.h"
