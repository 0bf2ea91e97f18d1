// SPDX-License-Identifier: BSD-2-Clause
// The reader of legacy uImages. Most inputs get good checksums, or none would pass the first one.
#include "boot/image/digest.h"
#include "boot/image/uimage.h"

#define READER uimage_read
#include "tests/fuzz/reader.h"

#define HEADER 64

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

static void be32_put(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	size = LLVMFuzzerMutate(data, size, max_size);
	if (size < HEADER || seed % 8 == 0)
		return size;
	be32_put(data + 12, (uint32_t)(size - HEADER)); /* ih_size */
	be32_put(data + 24, digest_crc32(data + HEADER, size - HEADER)); /* ih_dcrc */
	be32_put(data + 4, 0); /* ih_hcrc, of the header without it */
	be32_put(data + 4, digest_crc32(data, HEADER));
	return size;
}
