/* SPDX-License-Identifier: BSD-2-Clause */
/* The public keys of verified boot: those that are built in, and those that key= adds. */
#ifndef BOOT_VERIFY_KEYS_H
#define BOOT_VERIFY_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/outcome.h"

#define VERIFY_KEYS_MAX 16
#define VERIFY_RSA_MAX 512 /* bytes of a modulus */

enum verify_kind { VERIFY_RSA, VERIFY_ECDSA };
enum verify_tree { VERIFY_BUILT_IN, VERIFY_FILE, VERIFY_TREES };

struct verify_key {
	enum verify_kind kind;
	enum verify_tree from;
	char name[64]; /* without "key-" in front */
	/* RSA: the modulus, without zeros in front. ECDSA on P-256: 4, x, y. Big-endian. */
	uint8_t number[VERIFY_RSA_MAX];
	size_t size;
	uint8_t exponent[8];
};

struct verify_keys {
	unsigned count; /* 0: nothing is demanded */
	bool any[VERIFY_TREES]; /* one of that tree's keys is enough */
	struct verify_key key[VERIFY_KEYS_MAX]; /* the required ones, no others */
};

/*
 * Add the required keys of the tree that is built in, if there is one, and those of the file PATH
 * (NULL: none) to KEYS, which is all zeros. Nothing takes one away again. Returns 0, or fail()s with
 * bad-config: a file that cannot be read, is no tree, or has no key that is required; a key that is
 * damaged, of another kind than RSA (2048, 3072, 4096 bits) and ECDSA on P-256, or required for
 * images only; too many keys. Source: U-Boot, lib/rsa/rsa-sign.c, lib/ecdsa/ecdsa-libcrypto.c.
 */
int verify_keys_load(struct verify_keys *keys, const char *path, struct failure *f);

/* Add those of the tree of SIZE bytes at DTB, 8-byte aligned. Returns 0 or fail()s likewise. */
int verify_keys_add(struct verify_keys *keys, enum verify_tree from, const char *path,
		    const void *dtb, size_t size, struct failure *f);

#endif
