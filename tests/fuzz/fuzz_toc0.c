// SPDX-License-Identifier: BSD-2-Clause
// The reader of what it loads with secure boot.
#include "boot/image/spl.h"

#define READER spl_read_toc0
#include "tests/fuzz/reader.h"
