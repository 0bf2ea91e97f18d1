// SPDX-License-Identifier: BSD-2-Clause
// The reader of FITs.
#include "boot/image/fit.h"

#define READER fit_read
#include "tests/fuzz/reader.h"
