// SPDX-License-Identifier: BSD-2-Clause
// strtoul() of the target binary, linked in front of the C library's.
//
// libfdt alone calls it, for the offsets in an overlay's fixups; the C library's would bring 3 KB of
// streams. Decimal only, and no sign: base is not looked at.
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

unsigned long strtoul(const char *text, char **end, int base)
{
	unsigned long value = 0;

	(void)base;
	while (*text >= '0' && *text <= '9') {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (unsigned long)(*text - '0'), &value)) {
			value = ULONG_MAX;
			errno = ERANGE;
			break;
		}
		text++;
	}
	if (end)
		*end = (char *)text;
	return value;
}
