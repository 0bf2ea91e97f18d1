// SPDX-License-Identifier: BSD-2-Clause
// CRC-32 by halves of bytes: its table has 64 bytes, libdeflate's have 13 KB.
#include "boot/io/crc32.h"

#define POLYNOMIAL 0xedb88320
#define ONE(x) ((x) >> 1 ^ ((x)&1 ? POLYNOMIAL : 0))
#define FOUR(x) ONE(ONE(ONE(ONE((uint32_t)(x)))))

uint32_t crc32_add(uint32_t sum, const void *bytes, size_t n)
{
	static const uint32_t table[16] = {
		FOUR(0), FOUR(1), FOUR(2),  FOUR(3),  FOUR(4),	FOUR(5),  FOUR(6),  FOUR(7),
		FOUR(8), FOUR(9), FOUR(10), FOUR(11), FOUR(12), FOUR(13), FOUR(14), FOUR(15),
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
