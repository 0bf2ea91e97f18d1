/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Verified boot in U-Boot's format: a configuration of a FIT is good when the required keys have
 * signed it, and all it names carries a strong hash among what was signed.
 */
#ifndef BOOT_VERIFY_H
#define BOOT_VERIFY_H

#include "boot/verify_keys.h"

/*
 * Is configuration CONF (NULL: there is none) of the FIT whose tree lies at FIT, 8-byte aligned,
 * SIZE bytes known to be there, signed as KEYS demand? Of each key tree every required key must
 * have signed it, or any one where its required-mode says so. What was signed is worked out from
 * the configuration: `/`, the configuration, each image it names with its hash and cipher nodes,
 * all without data, data-size, data-offset and data-position; the FIT's own list, hashed-nodes, is
 * not asked. No two nodes or properties may have one name, no name an `@` or a `/`. Each of those
 * images has a hash by SHA-256 or better, which the reader must check against its data. PATH is for
 * the sentence. The tree must not change until its images are used. Returns 0, or fail()s with
 * refused: E-UNSIGNED (no signature by a key), E-SIGNATURE (one that does not hold, or a tree that
 * two readers could read in two ways). Source: U-Boot, doc/usage/fit/signature.rst,
 * boot/image-fit-sig.c, boot/fdt_region.c.
 */
int verify_fit(const struct verify_keys *keys, const void *fit, size_t size, const char *conf,
	       const char *path, struct failure *f);

#endif
