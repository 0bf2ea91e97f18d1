// SPDX-License-Identifier: BSD-2-Clause
// Cache maintenance by address.
#include "kvm/dcache.h"

#include <stdint.h>

void dcache_flush(const void *p, size_t size)
{
#if defined(__aarch64__)
	const uintptr_t end = (uintptr_t)p + size;
	uint64_t ctr;
	uintptr_t line;

	__asm__("mrs %0, ctr_el0" : "=r"(ctr));
	line = (uintptr_t)4 << (ctr >> 16 & 15); /* DminLine: log2 of words */
	for (uintptr_t at = (uintptr_t)p & ~(line - 1); at < end; at += line)
		__asm__ volatile("dc civac, %0" : : "r"(at) : "memory");
	__asm__ volatile("dsb sy" : : : "memory");
#else
	(void)p;
	(void)size;
#endif
}
