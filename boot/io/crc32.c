// SPDX-License-Identifier: BSD-2-Clause
// CRC-32 by halves of bytes: its table has 64 bytes, libdeflate's have 13 KB.
#include "boot/io/crc32.h"

uint32_t crc32_add(uint32_t sum, const void *bytes, size_t n)
{
	/* What four bits come to: the polynomial 0xedb88320 is in [8]. */
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	const uint8_t *p = bytes;

	sum = ~sum;
	while (n--) {
		sum ^= *p++;
		sum = table[sum & 15] ^ sum >> 4;
		sum = table[sum & 15] ^ sum >> 4;
	}
	return ~sum;
}
