// SPDX-License-Identifier: BSD-2-Clause
// The reader of what Rockchip's boot ROM loads.
#include "boot/image/spl.h"

#define READER spl_read_rockchip
#include "tests/fuzz/reader.h"
