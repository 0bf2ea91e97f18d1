// SPDX-License-Identifier: BSD-2-Clause
// The reader of EFI programs with a kernel packed in them.
#include "boot/image/zboot.h"

#define READER zboot_read
#include "tests/fuzz/reader.h"
