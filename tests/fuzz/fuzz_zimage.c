// SPDX-License-Identifier: BSD-2-Clause
// The reader of 32-bit zImages.
#include "boot/image/plain.h"

#define READER plain_read_zimage
#include "tests/fuzz/reader.h"
