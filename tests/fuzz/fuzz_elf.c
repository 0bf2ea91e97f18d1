// SPDX-License-Identifier: BSD-2-Clause
// The reader of ELF files.
#include "boot/image/elf_file.h"

#define READER elf_file_read
#include "tests/fuzz/reader.h"
