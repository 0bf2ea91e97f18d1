// SPDX-License-Identifier: BSD-2-Clause
// Trees of keys as mkimage makes them: what is taken from them, and what is no key.
#include "tests/boot/vboot.h"

#include <libfdt.h>

#define RSA_KEY "key-dev2048"

static struct verify_keys keys;
static uint8_t *tree;
static const size_t room = 0x4000;

/* A copy of a tree of keys, to be changed. */
static void begin(const char *name)
{
	struct vboot_file file = vboot_read(name);

	free(tree);
	tree = calloc(1, room);
	assert_non_null(tree);
	assert_int_equal(fdt_open_into(file.bytes, tree, (int)room), 0);
	free(file.bytes);
}

static int key(const char *name)
{
	char path[64];
	int at;

	snprintf(path, sizeof(path), "/signature/%s", name);
	at = fdt_path_offset(tree, path);
	assert_true(at >= 0);
	return at;
}

static int add(void)
{
	vboot_failure = (struct failure){ .text = "" };
	memset(&keys, 0, sizeof(keys));
	return verify_keys_add(&keys, VERIFY_FILE, "k.dtb", tree, room, &vboot_failure);
}

static void refused(const char *code, const char *words)
{
	assert_int_equal(vboot_failure.outcome, OUTCOME_BAD_CONFIG);
	assert_string_equal(vboot_failure.code, code);
	if (!strstr(vboot_failure.text, words))
		fail_msg("no \"%s\" in: %s", words, vboot_failure.text);
}

static void rsa_key_is_read(void **state)
{
	int len;

	(void)state;
	begin("base.dtb");
	assert_int_equal(add(), 0);
	assert_int_equal(keys.count, 1);
	assert_int_equal(keys.key[0].kind, VERIFY_RSA);
	assert_int_equal(keys.key[0].from, VERIFY_FILE);
	assert_string_equal(keys.key[0].name, "dev2048");
	assert_int_equal(keys.key[0].size, 256);
	assert_memory_equal(keys.key[0].number,
			    fdt_getprop(tree, key(RSA_KEY), "rsa,modulus", &len), 256);
	assert_memory_equal(keys.key[0].exponent, "\0\0\0\0\0\1\0\1", 8);
	/* The exponent everybody has is left out by some. */
	assert_int_equal(fdt_delprop(tree, key(RSA_KEY), "rsa,exponent"), 0);
	assert_int_equal(add(), 0);
	assert_memory_equal(keys.key[0].exponent, "\0\0\0\0\0\1\0\1", 8);
}

static void ecdsa_key_is_read(void **state)
{
	int len;

	(void)state;
	begin("sha256,ecdsa256.dtb");
	assert_int_equal(add(), 0);
	assert_int_equal(keys.count, 1);
	assert_int_equal(keys.key[0].kind, VERIFY_ECDSA);
	assert_string_equal(keys.key[0].name, "ec");
	assert_int_equal(keys.key[0].size, 65);
	assert_int_equal(keys.key[0].number[0], 4);
	assert_memory_equal(keys.key[0].number + 1,
			    fdt_getprop(tree, key("ec"), "ecdsa,x-point", &len), 32);
	assert_memory_equal(keys.key[0].number + 33,
			    fdt_getprop(tree, key("ec"), "ecdsa,y-point", &len), 32);
}

/* A tree of keys that demands nothing is a mistake, not a wish. */
static void key_that_is_not_required(void **state)
{
	(void)state;
	begin("bare.dtb");
	assert_int_equal(add(), -1);
	refused("E-NOKEY", "no key that is required");
	begin("board.dtb");
	assert_int_equal(add(), -1);
	refused("E-NOKEY", "mkimage -k FOLDER -K k.dtb -r");
	begin("base.dtb");
	assert_int_equal(fdt_setprop_string(tree, key(RSA_KEY), "required", "image"), 0);
	assert_int_equal(add(), -1);
	refused("E-BADKEY", "required must be conf");
	assert_int_equal(fdt_setprop(tree, key(RSA_KEY), "required", NULL, 0), 0);
	assert_int_equal(add(), -1);
	refused("E-BADKEY", "required must be conf");
	/* Beside a required one it is passed over. */
	begin("both.dtb");
	assert_int_equal(fdt_delprop(tree, key("key-other"), "required"), 0);
	assert_int_equal(add(), 0);
	assert_int_equal(keys.count, 1);
	assert_string_equal(keys.key[0].name, "dev2048");
}

static void damaged_rsa_keys(void **state)
{
	static const char even[256] = { [0] = '\xff' }, small[256] = { [255] = 1 };
	static const struct {
		const char *name, *value;
		int len;
		const char *words;
	} wrongs[] = {
		{ "rsa,num-bits", "\0\0\x10\0", 4, "not the length" },
		{ "rsa,num-bits", "\0\x8", 2, "not the length" },
		{ "rsa,num-bits", NULL, -1, "not the length" },
		{ "rsa,modulus", NULL, -1, "not the length" },
		{ "rsa,modulus", even, 255, "not the length" },
		{ "rsa,modulus", even, 256, "is none" },
		{ "rsa,modulus", small, 256, "is none" },
		{ "rsa,exponent", "\0\1\0\1", 4, "not 64 bits" },
		{ "rsa,exponent", "\0\0\0\0\0\0\0\1", 8, "is none" },
		{ "rsa,exponent", "\0\0\0\0\0\1\0\0", 8, "is none" },
		{ "ecdsa,curve", "prime256v1", 11, "not 32 bytes" },
		{ "ecdsa,curve", "secp384r1", 10, "not prime256v1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		begin("base.dtb");
		if (wrongs[i].len < 0)
			assert_int_equal(fdt_delprop(tree, key(RSA_KEY), wrongs[i].name), 0);
		else
			assert_int_equal(fdt_setprop(tree, key(RSA_KEY), wrongs[i].name,
						     wrongs[i].value, wrongs[i].len),
					 0);
		assert_int_equal(add(), -1);
		refused("E-BADKEY", wrongs[i].words);
	}
	/* A board's tree is no tree of keys. */
	begin("base.dtb");
	for (unsigned i = 0; i < 256; i++) {
		char name[8];

		snprintf(name, sizeof(name), "n%u", i);
		assert_true(fdt_add_subnode(tree, 0, name) > 0);
	}
	assert_int_equal(add(), -1);
	refused("E-BADKEY", "no tree of keys");
	/* 1024 bits are too few. */
	begin("base.dtb");
	assert_int_equal(fdt_setprop(tree, key(RSA_KEY), "rsa,modulus",
				     "\xff\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1", 16),
			 0);
	assert_int_equal(fdt_setprop_u32(tree, key(RSA_KEY), "rsa,num-bits", 128), 0);
	assert_int_equal(add(), -1);
	refused("E-BADKEY", "2048, 3072 or 4096");
}

static void damaged_ecdsa_keys(void **state)
{
	(void)state;
	begin("sha256,ecdsa256.dtb");
	assert_int_equal(fdt_setprop(tree, key("ec"), "ecdsa,x-point", "x", 1), 0);
	assert_int_equal(add(), -1);
	refused("E-BADKEY", "not 32 bytes");
	begin("sha256,ecdsa256.dtb");
	assert_int_equal(fdt_delprop(tree, key("ec"), "ecdsa,y-point"), 0);
	assert_int_equal(add(), -1);
	refused("E-BADKEY", "not 32 bytes");
}

static void more_keys_than_there_is_room_for(void **state)
{
	char name[16];

	(void)state;
	begin("base.dtb");
	for (unsigned i = 0; i < VERIFY_KEYS_MAX + 1; i++) {
		int at;

		snprintf(name, sizeof(name), "key-%u", i);
		at = fdt_add_subnode(tree, fdt_path_offset(tree, "/signature"), name);
		assert_int_equal(fdt_setprop_string(tree, at, "required", "conf"), 0);
		assert_int_equal(fdt_setprop_string(tree, at, "ecdsa,curve", "prime256v1"), 0);
		assert_int_equal(fdt_setprop(tree, at, "ecdsa,x-point", tree, 32), 0);
		assert_int_equal(fdt_setprop(tree, at, "ecdsa,y-point", tree, 32), 0);
	}
	assert_int_equal(add(), -1);
	refused("E-BADKEY", "more than 16");
}

static void key_file_missing_or_no_tree(void **state)
{
	(void)state;
	memset(&keys, 0, sizeof(keys));
	assert_int_equal(verify_keys_load(&keys, vboot_path("none.dtb"), &vboot_failure), -1);
	refused("E-NOTREE", "key tree");
	assert_int_equal(verify_keys_load(&keys, vboot_path("kernel.bin"), &vboot_failure), -1);
	refused("E-NOTREE", "not a flattened device tree");
	refused("E-NOTREE", "give a .dtb file, as mkimage -K writes it");
	begin("base.dtb");
	memset(tree + fdt_off_dt_struct(tree), 0xff, 4);
	assert_int_equal(add(), -1);
	refused("E-BADKEY", "key tree k.dtb");
	/* No file is no key, where none is built in. */
	memset(&keys, 0, sizeof(keys));
	assert_int_equal(verify_keys_load(&keys, NULL, &vboot_failure), 0);
}

static int setup(void **state)
{
	(void)state;
	return vboot_make(" sha256,ecdsa256");
}

static int teardown(void **state)
{
	free(tree);
	return vboot_remove(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rsa_key_is_read),
		cmocka_unit_test(ecdsa_key_is_read),
		cmocka_unit_test(key_that_is_not_required),
		cmocka_unit_test(damaged_rsa_keys),
		cmocka_unit_test(damaged_ecdsa_keys),
		cmocka_unit_test(more_keys_than_there_is_room_for),
		cmocka_unit_test(key_file_missing_or_no_tree),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
