/* SPDX-License-Identifier: BSD-2-Clause */
/* One signature over one digest. */
#ifndef BOOT_VERIFY_SIG_H
#define BOOT_VERIFY_SIG_H

#include <bearssl/bearssl_hash.h>

#include "boot/verify_keys.h"

/* The hashes that are strong enough: SHA-256, SHA-384, SHA-512. */
struct verify_hash {
	const char *name; /* "sha256" */
	const br_hash_class *class;
	size_t size;
	const uint8_t *oid; /* as BearSSL has it */
};
#define VERIFY_HASH_MAX 64 /* bytes */

/* By the N letters at NAME, or NULL: unknown or too weak. */
const struct verify_hash *verify_sig_hash(const char *name, size_t n);

/* "sha256,rsa2048": the hash; NULL where it, or what follows, is not what KEY can have made. */
const struct verify_hash *verify_sig_algorithm(const char *algorithm, const struct verify_key *key);

/*
 * Is SIG of SIZE bytes one of DIGEST, made by HASH, by KEY? PADDING is RSA's: NULL or "pkcs-1.5", or
 * "pss". False also where length, padding or kind are not the key's. Source: RFC 8017, 8.1.2, 8.2.2,
 * 9.1.2; FIPS 186-4, 6.4.
 */
bool verify_sig_holds(const struct verify_key *key, const struct verify_hash *hash,
		      const uint8_t *digest, const char *padding, const uint8_t *sig, size_t size);

#endif
