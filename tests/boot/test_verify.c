// SPDX-License-Identifier: BSD-2-Clause
// FITs that mkimage signed: in every algorithm, by the keys that are demanded, over all that is used.
#include "tests/boot/vboot.h"

#include <unistd.h>

#define EACH(X) X("sha256") X("sha384") X("sha512")
#define RSA(hash, bits) " " hash ",rsa" bits " " hash ",rsa" bits ",pss"
#define ALGORITHMS_OF(hash)                                                                        \
	RSA(hash, "2048") RSA(hash, "3072") RSA(hash, "4096") " " hash ",ecdsa256"

static const char algorithms[] = EACH(ALGORITHMS_OF);
static struct verify_keys keys;

static const char *verify(const char *name, const char *conf)
{
	struct vboot_file fit = vboot_read(name);
	const char *code = vboot_verify(&keys, fit.bytes, fit.size, conf);

	free(fit.bytes);
	return code;
}

static void every_algorithm_verifies(void **state)
{
	static const char *const ends[] = { ".itb", "-external.itb" };
	char words[sizeof(algorithms)];
	unsigned count = 0;

	(void)state;
	memcpy(words, algorithms, sizeof(words));
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
		char file[64];

		snprintf(file, sizeof(file), "%s.dtb", word);
		vboot_keys(&keys, file);
		assert_int_equal(keys.count, 1);
		for (unsigned i = 0; i < 2; i++) {
			snprintf(file, sizeof(file), "%s%s", word, ends[i]);
			vboot_good(verify(file, "conf-1"));
			vboot_good(verify(file, "conf-2"));
			count += 2;
		}
		vboot_keys(&keys, "other.dtb");
		vboot_refused(verify(file, "conf-1"), "E-SIGNATURE", "required key other");
	}
	assert_int_equal(count, 84);
}

static void without_a_key_nothing_is_demanded(void **state)
{
	(void)state;
	memset(&keys, 0, sizeof(keys));
	vboot_good(verify("unsigned.itb", "conf-1"));
	vboot_good(verify("kernel.bin", NULL));
}

static void unsigned_is_refused(void **state)
{
	(void)state;
	vboot_keys(&keys, "base.dtb");
	vboot_refused(verify("base.itb", "conf-open"), "E-UNSIGNED", "conf-open of firmware fit");
	vboot_refused(verify("unsigned.itb", "conf-1"), "E-SIGNATURE", "required key dev2048");
	vboot_refused(verify("base.itb", "conf-9"), "E-UNSIGNED", "no configuration conf-9");
	vboot_refused(verify("base.itb", NULL), "E-UNSIGNED", "no configuration at all");
	vboot_refused(verify("board.dtb", "conf-1"), "E-UNSIGNED", "no configuration conf-1");
	vboot_refused(verify("kernel.bin", "conf-1"), "E-SIGNATURE", "not a device tree");
	vboot_refused(verify("base.itb", "signature-1"), "E-UNSIGNED", "no configuration");
}

/* The signer chose to sign less than the configuration uses. */
static void all_that_is_used_must_be_signed(void **state)
{
	(void)state;
	vboot_keys(&keys, "base.dtb");
	vboot_refused(verify("base.itb", "conf-part"), "E-SIGNATURE", "sign-images");
	vboot_refused(verify("base.itb", "conf-weak"), "E-SIGNATURE", "has no hash by sha256");
}

static void each_required_key_must_have_signed(void **state)
{
	(void)state;
	vboot_keys(&keys, "both.dtb");
	assert_int_equal(keys.count, 2);
	vboot_good(verify("both.itb", "conf-1"));
	vboot_refused(verify("base.itb", "conf-1"), "E-SIGNATURE", "required key other");
	vboot_refused(verify("other.itb", "conf-1"), "E-SIGNATURE", "required key dev2048");
	/* One of several signatures is enough for one key. */
	vboot_keys(&keys, "base.dtb");
	vboot_good(verify("both.itb", "conf-1"));
	vboot_keys(&keys, "other.dtb");
	vboot_good(verify("both.itb", "conf-2"));
}

static void any_required_key_where_the_tree_says_so(void **state)
{
	char command[256];

	(void)state;
	snprintf(command, sizeof(command), "fdtput -t s %s /signature required-mode any",
		 vboot_path("both.dtb"));
	assert_int_equal(system(command), 0);
	vboot_keys(&keys, "both.dtb");
	assert_true(keys.any[VERIFY_FILE] && !keys.any[VERIFY_BUILT_IN]);
	vboot_good(verify("base.itb", "conf-1"));
	vboot_good(verify("other.itb", "conf-1"));
	vboot_good(verify("both.itb", "conf-1"));
	vboot_refused(verify("base.itb", "conf-part"), "E-SIGNATURE", "required key");
	snprintf(command, sizeof(command), "fdtput -d %s /signature required-mode",
		 vboot_path("both.dtb"));
	assert_int_equal(system(command), 0);
}

/* A second tree of keys only ever adds: neither its keys nor its required-mode help one out. */
static void keys_are_only_added(void **state)
{
	struct vboot_file built_in = vboot_read("base.dtb");

	(void)state;
	memset(&keys, 0, sizeof(keys));
	assert_int_equal(verify_keys_add(&keys, VERIFY_BUILT_IN, "(built in)", built_in.bytes,
					 built_in.size, &vboot_failure),
			 0);
	assert_int_equal(verify_keys_load(&keys, vboot_path("other.dtb"), &vboot_failure), 0);
	keys.any[VERIFY_FILE] = true;
	assert_int_equal(keys.count, 2);
	vboot_good(verify("both.itb", "conf-1"));
	vboot_refused(verify("base.itb", "conf-1"), "E-SIGNATURE", "required key other");
	vboot_refused(verify("other.itb", "conf-1"), "E-SIGNATURE", "required key dev2048");
	free(built_in.bytes);
}

static int setup(void **state)
{
	(void)state;
	return vboot_make(algorithms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_algorithm_verifies),
		cmocka_unit_test(without_a_key_nothing_is_demanded),
		cmocka_unit_test(unsigned_is_refused),
		cmocka_unit_test(all_that_is_used_must_be_signed),
		cmocka_unit_test(each_required_key_must_have_signed),
		cmocka_unit_test(any_required_key_where_the_tree_says_so),
		cmocka_unit_test(keys_are_only_added),
	};

	return cmocka_run_group_tests(tests, setup, vboot_remove);
}
