/* SPDX-License-Identifier: BSD-2-Clause */
/* ELF files: PT_LOAD segments at their physical addresses, the entry, the symbols. */
#ifndef BOOT_IMAGE_ELF_FILE_H
#define BOOT_IMAGE_ELF_FILE_H

#include "boot/image/image.h"

/*
 * An executable ELF64 for AArch64 or ELF32 for Arm, little-endian; position-independent ones are
 * taken at the addresses they have. Each PT_LOAD with memory becomes a part; the one that holds the
 * entry is part[0]. Returns 0 or fail()s with the place in the file. Source: System V ABI, chapters
 * 4 and 5; ELF for the Arm 64-bit and 32-bit Architectures.
 */
int elf_file_read(struct image *image, const struct span *span, struct failure *f);

/*
 * The symbol that ADDRESS lies in, as "name+0x10" into BUF of SIZE bytes. False: no symbols, or
 * none there. Reads the file: not for a guest's fast path.
 */
bool elf_file_symbol(const struct image *image, uint64_t address, char *buf, size_t size);

/*
 * The value of the symbol NAME, of SIZE bytes, which is 64 at most; the first one counts. False: there
 * is none. Reads the file.
 */
bool elf_file_find(const struct image *image, const char *name, size_t size, uint64_t *value);

#endif
