/* SPDX-License-Identifier: BSD-2-Clause */
/* The checksum of a store's journal. */
#ifndef BOOT_IO_CRC32_H
#define BOOT_IO_CRC32_H

#include <stddef.h>
#include <stdint.h>

/*
 * The CRC-32 of what SUM is of, and of the N bytes behind it; SUM is 0 in front of the first byte.
 * Small, not fast: 10 instructions a byte. Source: ITU-T V.42, 8.1.1.6.2, least bit first.
 */
uint32_t crc32_add(uint32_t sum, const void *bytes, size_t n);

#endif
