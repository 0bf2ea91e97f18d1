// SPDX-License-Identifier: BSD-2-Clause
// The reader of Linux Images.
#include "boot/image/plain.h"

#define READER plain_read_linux
#include "tests/fuzz/reader.h"
