// SPDX-License-Identifier: BSD-2-Clause
// The reader of raw binaries, U-Boot among them.
#include "boot/image/plain.h"

#define READER plain_read_raw
#include "tests/fuzz/reader.h"
