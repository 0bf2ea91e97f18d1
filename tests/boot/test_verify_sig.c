// SPDX-License-Identifier: BSD-2-Clause
// One signature, by openssl: good ones of each padding, and blocks that only look like one.
#include "boot/verify_sig.h"
#include "tests/boot/vboot.h"

#define N 256 /* bytes of an RSA key here */
#define H 32

static struct verify_key rsa, ec;
static const struct verify_hash *sha256;
static uint8_t digest[H], sig[N];

static size_t run(const char *command, const void *in, size_t n)
{
	char line[512];
	FILE *f = fopen(vboot_path("in"), "w");
	size_t size;

	assert_non_null(f);
	assert_int_equal(fwrite(in, 1, n, f), n);
	fclose(f);
	snprintf(line, sizeof(line), "cd %s && openssl %s >out 2>log", vboot_folder, command);
	if (system(line))
		fail_msg("openssl %s", command);
	f = fopen(vboot_path("out"), "r");
	assert_non_null(f);
	size = fread(sig, 1, sizeof(sig), f);
	fclose(f);
	return size;
}

static bool holds(const char *padding)
{
	return verify_sig_holds(&rsa, sha256, digest, padding, sig, N);
}

/* Is BLOCK, as the private key makes a signature of it, taken? */
static bool block_holds(const uint8_t block[N], const char *padding)
{
	assert_int_equal(run("rsautl -sign -raw -inkey keys/dev2048.key -in in", block, N), N);
	return holds(padding);
}

static void algorithms_are_those_of_the_key(void **state)
{
	(void)state;
	assert_ptr_equal(verify_sig_algorithm("sha256,rsa2048", &rsa), sha256);
	assert_int_equal(verify_sig_algorithm("sha512,rsa2048", &rsa)->size, 64);
	assert_int_equal(verify_sig_algorithm("sha384,ecdsa256", &ec)->size, 48);
	assert_null(verify_sig_algorithm("sha256,rsa4096", &rsa));
	assert_null(verify_sig_algorithm("sha256,rsa2048", &ec));
	assert_null(verify_sig_algorithm("sha256,ecdsa256", &rsa));
	assert_null(verify_sig_algorithm("sha1,rsa2048", &rsa));
	assert_null(verify_sig_algorithm("sha256", &rsa));
	assert_null(verify_sig_algorithm("sha256,", &rsa));
	assert_null(verify_sig_algorithm("", &rsa));
	assert_null(verify_sig_hash("sha2567", 7));
	assert_null(verify_sig_hash("sha25", 5));
}

/* EMSA-PKCS1-v1_5 of the digest: 0 1 ff.. 0 DigestInfo. */
static void pkcs_block(uint8_t block[N])
{
	static const uint8_t info[] = { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
					0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20 };

	memset(block, 0xff, N);
	block[0] = 0;
	block[1] = 1;
	block[N - H - sizeof(info) - 1] = 0;
	memcpy(block + N - H - sizeof(info), info, sizeof(info));
	memcpy(block + N - H, digest, H);
}

static void pkcs_padding(void **state)
{
	uint8_t block[N], good[N];

	(void)state;
	pkcs_block(good);
	assert_true(block_holds(good, NULL));
	assert_true(holds("pkcs-1.5"));
	assert_false(holds("pss") || holds("") || holds("none"));
	for (size_t i = 0; i < N; i += i < 8 || i > 190 ? 1 : 31) { /* each byte of it matters */
		if (i == 0)
			continue; /* larger than the modulus */
		memcpy(block, good, N);
		block[i] ^= 0x10;
		if (block_holds(block, NULL))
			fail_msg("byte %zu of the block may be changed", i);
	}
	/* Bleichenbacher's: a short padding, and rubbish behind the digest. */
	memset(block, 0x5a, N);
	memcpy(block, good, 10);
	memcpy(block + 10, good + N - H - 20, H + 20);
	assert_false(block_holds(block, NULL));
	memset(block, 0, N);
	memcpy(block + N - H, digest, H);
	assert_false(block_holds(block, NULL));
}

static void pss_salts_of_any_length(void **state)
{
	static const char *const lengths[] = { "digest", "max", "0", "1", "20" };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		char command[200];

		snprintf(command, sizeof(command),
			 "pkeyutl -sign -inkey keys/dev2048.key -in in -pkeyopt digest:sha256 "
			 "-pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:%s",
			 lengths[i]);
		assert_int_equal(run(command, digest, H), N);
		assert_true(holds("pss"));
		assert_false(holds(NULL));
		digest[0] ^= 1;
		assert_false(holds("pss"));
		digest[0] ^= 1;
	}
}

static void pss_padding(void **state)
{
	uint8_t good[N], block[N];

	(void)state;
	run("pkeyutl -sign -inkey keys/dev2048.key -in in -pkeyopt digest:sha256 -pkeyopt "
	    "rsa_padding_mode:pss",
	    digest, H);
	/* What the signature stands for. */
	assert_int_equal(run("rsautl -verify -raw -inkey keys/dev2048.key -in in", sig, N), N);
	memcpy(good, sig, N);
	assert_true(block_holds(good, "pss"));
	for (size_t i = 0; i < N; i += i < 4 || i > 218 ? 1 : 31) {
		memcpy(block, good, N);
		block[i] ^= i ? 0x10 : 0x01;
		if (block_holds(block, "pss"))
			fail_msg("byte %zu of the block may be changed", i);
	}
	memset(block, 0, N);
	block[N - 1] = 0xbc;
	assert_false(block_holds(block, "pss"));
}

static void each_byte_of_a_signature_counts(void **state)
{
	uint8_t block[N];

	(void)state;
	pkcs_block(block);
	assert_true(block_holds(block, NULL));
	for (size_t i = 0; i < N; i++) {
		sig[i] ^= 1;
		assert_false(holds(NULL));
		sig[i] ^= 1;
	}
	for (size_t n = 0; n < N; n++)
		assert_false(verify_sig_holds(&rsa, sha256, digest, NULL, sig, n));
	memset(sig, 0, N);
	assert_false(holds(NULL) || holds("pss"));
	memset(sig, 0xff, N); /* no residue */
	assert_false(holds(NULL) || holds("pss"));
	memcpy(sig, rsa.number, N); /* the modulus: 0 */
	assert_false(holds(NULL) || holds("pss"));
}

/* ASN.1's two numbers, as openssl writes them, as 64 bytes. */
static void ecdsa_raw(uint8_t raw[64])
{
	const uint8_t *p = sig + 2;

	for (unsigned i = 0; i < 2; i++, p += 2 + p[1]) {
		const unsigned len = p[1];

		assert_true(p[0] == 2 && len <= 33);
		memset(raw + 32 * i, 0, 32);
		if (len > 32)
			memcpy(raw + 32 * i, p + 2 + len - 32, 32);
		else
			memcpy(raw + 32 * i + 32 - len, p + 2, len);
	}
}

static void ecdsa_signatures(void **state)
{
	static const uint8_t order[] = { 0xff, 0xff, 0xff, 0xff, 0,    0,    0,	   0,
					 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84,
					 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51 };
	uint8_t raw[64], swapped[64];

	(void)state;
	run("pkeyutl -sign -inkey keys/ec.pem -in in", digest, H);
	ecdsa_raw(raw);
	assert_true(verify_sig_holds(&ec, sha256, digest, NULL, raw, 64));
	for (unsigned i = 0; i < 64; i++) {
		raw[i] ^= 1;
		assert_false(verify_sig_holds(&ec, sha256, digest, NULL, raw, 64));
		raw[i] ^= 1;
		assert_false(verify_sig_holds(&ec, sha256, digest, NULL, raw, i));
	}
	digest[5] ^= 1;
	assert_false(verify_sig_holds(&ec, sha256, digest, NULL, raw, 64));
	digest[5] ^= 1;
	memcpy(swapped, raw + 32, 32);
	memcpy(swapped + 32, raw, 32);
	assert_false(verify_sig_holds(&ec, sha256, digest, NULL, swapped, 64));
	/* Zeros, and the order of the curve, which is as good as zero. */
	memset(swapped, 0, 64);
	assert_false(verify_sig_holds(&ec, sha256, digest, NULL, swapped, 64));
	memcpy(swapped, order, 32);
	memcpy(swapped + 32, order, 32);
	assert_false(verify_sig_holds(&ec, sha256, digest, NULL, swapped, 64));
	/* A key that is no point of the curve. */
	ec.number[10] ^= 1;
	assert_false(verify_sig_holds(&ec, sha256, digest, NULL, raw, 64));
	ec.number[10] ^= 1;
}

static int setup(void **state)
{
	struct verify_keys keys;

	(void)state;
	if (vboot_make(" sha256,ecdsa256"))
		return -1;
	vboot_keys(&keys, "base.dtb");
	rsa = keys.key[0];
	vboot_keys(&keys, "sha256,ecdsa256.dtb");
	ec = keys.key[0];
	sha256 = verify_sig_hash("sha256", 6);
	for (unsigned i = 0; i < H; i++)
		digest[i] = (uint8_t)(i * 37 + 11);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(algorithms_are_those_of_the_key),
		cmocka_unit_test(pkcs_padding),
		cmocka_unit_test(pss_salts_of_any_length),
		cmocka_unit_test(pss_padding),
		cmocka_unit_test(each_byte_of_a_signature_counts),
		cmocka_unit_test(ecdsa_signatures),
	};

	return cmocka_run_group_tests(tests, setup, vboot_remove);
}
