/* SPDX-License-Identifier: BSD-2-Clause */
/* Data caches between this process and a guest whose own are off. */
#ifndef KVM_DCACHE_H
#define KVM_DCACHE_H

#include <stddef.h>

/*
 * Clean and invalidate SIZE bytes at P to the point of coherency: what was stored here is then in
 * memory, and what a guest stores past the caches is read anew. Linux allows it to processes (it
 * sets SCTLR_EL1.UCI). Source: Arm ARM, DC CIVAC.
 */
void dcache_flush(const void *p, size_t size);

#endif
