// SPDX-License-Identifier: BSD-2-Clause
// The reader of what Allwinner's boot ROM loads.
#include "boot/image/spl.h"

#define READER spl_read_egon
#include "tests/fuzz/reader.h"
