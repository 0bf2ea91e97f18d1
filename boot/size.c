// SPDX-License-Identifier: BSD-2-Clause
// Sizes and addresses as people write them.
#include "boot/size.h"

#include <errno.h>
#include <string.h>

int size_parse(const char *text, uint64_t *size, const char **end)
{
	static const char digits[] = "0123456789abcdef", units[] = "KMG";
	const char *p = text, *digit, *unit;
	uint64_t value = 0;
	unsigned base = 10;

	if (p[0] == '0' && (p[1] | 0x20) == 'x') {
		base = 16;
		p += 2;
	}
	text = p;
	for (; *p; p++) {
		digit = memchr(digits, *p >= 'A' && *p <= 'F' ? *p | 0x20 : *p, base);
		if (!digit)
			break;
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(digit - digits), &value))
			return -ERANGE;
	}
	if (p == text)
		return -EINVAL;
	unit = memchr(units, *p & ~0x20, sizeof(units) - 1);
	if (unit) {
		if (__builtin_mul_overflow(value, 1ull << 10 * (unit - units + 1), &value))
			return -ERANGE;
		p++;
	}
	*size = value;
	*end = p;
	return 0;
}
