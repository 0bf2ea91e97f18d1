// SPDX-License-Identifier: BSD-2-Clause
// Checksums by libdeflate, hashes by BearSSL.
#include <bearssl.h>
#include <errno.h>
#include <libdeflate.h>
#include <string.h>

#include "boot/image/digest.h"
#include "generated/config.h"

#define CRC32_SIZE 4

static const struct {
	const char *name;
	const br_hash_class *hash;
} algos[] = {
	{ "md5", CONFIG_VERIFY ? &br_md5_vtable : NULL },
	{ "sha1", CONFIG_VERIFY ? &br_sha1_vtable : NULL },
	{ "sha256", CONFIG_VERIFY ? &br_sha256_vtable : NULL },
	{ "sha384", CONFIG_VERIFY ? &br_sha384_vtable : NULL },
	{ "sha512", CONFIG_VERIFY ? &br_sha512_vtable : NULL },
};

uint32_t digest_crc32(const void *bytes, size_t n)
{
	return libdeflate_crc32(0, bytes, n);
}

static const br_hash_class *hash_of(const char *algo)
{
	for (unsigned i = 0; i < sizeof(algos) / sizeof(algos[0]); i++)
		if (!strcmp(algos[i].name, algo))
			return algos[i].hash;
	return NULL;
}

int digest_check(const struct span *span, const char *algo, const uint8_t *value, size_t size)
{
	const bool crc = !strcmp(algo, "crc32");
	const br_hash_class *hash = hash_of(algo);
	br_hash_compat_context context;
	uint8_t made[64];
	const uint8_t *bytes;
	int error;

	if (!crc && !hash)
		return -ENOTSUP;
	if (size != (crc ? CRC32_SIZE : hash->desc >> BR_HASHDESC_OUT_OFF & BR_HASHDESC_OUT_MASK))
		return -EMSGSIZE;
	error = span_map(span, &bytes);
	if (error)
		return error;
	if (crc) {
		error = digest_crc32(bytes, span->size) == span_be32(value) ? 0 : -EBADMSG;
	} else {
		hash->init(&context.vtable);
		hash->update(&context.vtable, bytes, span->size);
		hash->out(&context.vtable, made);
		error = memcmp(made, value, size) ? -EBADMSG : 0;
	}
	span_unmap(span, bytes);
	return error;
}
