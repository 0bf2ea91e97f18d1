/* SPDX-License-Identifier: BSD-2-Clause */
/* Sizes and addresses as people, and sysfs, write them. */
#ifndef BOOT_SIZE_H
#define BOOT_SIZE_H

#include <stdint.h>

/*
 * Decimal or 0x, with K, M, G (powers of 1024) behind it; *END is what follows. Returns 0, -EINVAL
 * (no number), -ERANGE.
 */
int size_parse(const char *text, uint64_t *size, const char **end);

/* KiB to show: what is begun counts as one. */
static inline uint64_t size_kib(uint64_t bytes)
{
	return (bytes + 1023) >> 10;
}

#endif
