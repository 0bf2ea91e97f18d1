// SPDX-License-Identifier: BSD-2-Clause
// Signatures by RSA and ECDSA, on BearSSL.
#include "boot/verify_sig.h"

#include <bearssl/bearssl_ec.h>
#include <bearssl/bearssl_rsa.h>
#include <string.h>

static const struct verify_hash hashes[] = {
	{ "sha256", &br_sha256_vtable, br_sha256_SIZE, BR_HASH_OID_SHA256 },
	{ "sha384", &br_sha384_vtable, br_sha384_SIZE, BR_HASH_OID_SHA384 },
	{ "sha512", &br_sha512_vtable, br_sha512_SIZE, BR_HASH_OID_SHA512 },
};

static const struct {
	const char *name;
	enum verify_kind kind;
	size_t size; /* of the key's number */
} ciphers[] = {
	{ "rsa2048", VERIFY_RSA, 256 },
	{ "rsa3072", VERIFY_RSA, 384 },
	{ "rsa4096", VERIFY_RSA, 512 },
	{ "ecdsa256", VERIFY_ECDSA, 65 },
};

const struct verify_hash *verify_sig_hash(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		if (strlen(hashes[i].name) == n && !memcmp(hashes[i].name, name, n))
			return &hashes[i];
	return NULL;
}

const struct verify_hash *verify_sig_algorithm(const char *algorithm, const struct verify_key *key)
{
	const size_t n = strcspn(algorithm, ",");

	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]) && algorithm[n]; i++)
		if (ciphers[i].kind == key->kind && ciphers[i].size == key->size &&
		    !strcmp(ciphers[i].name, algorithm + n + 1))
			return verify_sig_hash(algorithm, n);
	return NULL;
}

/* XOR the N bytes at TO with the mask that SEED, as long as a digest, grows into: RFC 8017, B.2.1. */
static void mask(const struct verify_hash *hash, const uint8_t *seed, uint8_t *to, size_t n)
{
	br_hash_compat_context context;
	uint8_t digest[VERIFY_HASH_MAX];

	for (uint32_t counter = 0; n; counter++) {
		const uint8_t count[] = { 0, 0, 0, (uint8_t)counter };
		const size_t part = n < hash->size ? n : hash->size;

		hash->class->init(&context.vtable);
		hash->class->update(&context.vtable, seed, hash->size);
		hash->class->update(&context.vtable, count, sizeof(count));
		hash->class->out(&context.vtable, digest);
		for (size_t i = 0; i < part; i++)
			*to++ ^= digest[i];
		n -= part;
	}
}

/* EM, the N bytes that the signature stands for: masked padding and salt, a digest of it, 0xbc. */
static bool pss_holds(const struct verify_hash *hash, const uint8_t *digest, uint8_t *em, size_t n)
{
	static const uint8_t zeros[8];
	const size_t padded = n - hash->size - 1;
	br_hash_compat_context context;
	uint8_t again[VERIFY_HASH_MAX];
	size_t salt = 0;

	if (em[n - 1] != 0xbc || em[0] & 0x80)
		return false;
	mask(hash, em + padded, em, padded);
	em[0] &= 0x7f;
	while (salt < padded && em[salt] == 0)
		salt++;
	if (salt == padded || em[salt++] != 1)
		return false;
	hash->class->init(&context.vtable);
	hash->class->update(&context.vtable, zeros, sizeof(zeros));
	hash->class->update(&context.vtable, digest, hash->size);
	hash->class->update(&context.vtable, em + salt, padded - salt);
	hash->class->out(&context.vtable, again);
	return !memcmp(again, em + padded, hash->size);
}

static bool rsa_holds(const struct verify_key *key, const struct verify_hash *hash,
		      const uint8_t *digest, const char *padding, const uint8_t *sig, size_t size)
{
	uint8_t n[VERIFY_RSA_MAX], e[sizeof(key->exponent)], em[VERIFY_RSA_MAX];
	br_rsa_public_key public = { n, key->size, e, sizeof(e) };

	if (size != key->size)
		return false;
	memcpy(n, key->number, key->size); /* BearSSL's struct is not const */
	memcpy(e, key->exponent, sizeof(e));
	/* Zeros in front cost as much as other bytes. */
	for (; public.elen > 1 && !*public.e; public.elen--)
	public.e++;
	if (!padding || !strcmp(padding, "pkcs-1.5"))
		return br_rsa_i62_pkcs1_vrfy(sig, size, hash->oid, hash->size, &public, em) &&
		       !memcmp(em, digest, hash->size);
	if (strcmp(padding, "pss"))
		return false;
	memcpy(em, sig, size);
	return br_rsa_i62_public(em, size, &public) && pss_holds(hash, digest, em, size);
}

static bool ecdsa_holds(const struct verify_key *key, const struct verify_hash *hash,
			const uint8_t *digest, const uint8_t *sig, size_t size)
{
	uint8_t point[65];
	const br_ec_public_key public = { BR_EC_secp256r1, point, sizeof(point) };

	if (size != 64)
		return false;
	memcpy(point, key->number, sizeof(point));
	return br_ecdsa_i31_vrfy_raw(&br_ec_p256_m31, digest, hash->size, &public, sig, size);
}

bool verify_sig_holds(const struct verify_key *key, const struct verify_hash *hash,
		      const uint8_t *digest, const char *padding, const uint8_t *sig, size_t size)
{
	return key->kind == VERIFY_RSA ? rsa_holds(key, hash, digest, padding, sig, size)
				       : ecdsa_holds(key, hash, digest, sig, size);
}
