// SPDX-License-Identifier: BSD-2-Clause
// Signed FITs that were changed afterwards: by single bytes, and in the ways that have fooled others.
#include "tests/boot/forge.h"

/* --- bytes ------------------------------------------------------------------------------------ */

/* What nobody signs in the node at PATH: by an independent reading of U-Boot's documentation. */
static bool prop_is_free(const char *path, const char *name)
{
	static const char *const ours[] = {
		"",
		"/images/kernel-1",
		"/images/kernel-1/hash-1",
		"/images/fdt-1",
		"/images/fdt-1/hash-1",
		"/images/fdt-1/hash-2",
		"/images/ramdisk-1",
		"/images/ramdisk-1/hash-1",
		CONF,
	};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (!strcmp(path, ours[i]))
			return !strncmp(name, "data", 4);
	return true;
}

static bool node_is_free(const char *path)
{
	static const char *const free_ones[] = {
		"/images/kernel-2",	     "/images/weak-1",
		"/configurations/conf-2",    "/configurations/conf-part",
		"/configurations/conf-weak", "/configurations/conf-open"
	};

	for (size_t i = 0; i < sizeof(free_ones) / sizeof(free_ones[0]); i++)
		if (!strncmp(path, free_ones[i], strlen(free_ones[i])))
			return true;
	return false;
}

/* Mark each byte of the structure block that is signed. Returns how many there are. */
static unsigned signed_bytes(uint8_t *is_signed)
{
	char path[256] = "";
	unsigned count = 0;
	int at, next = 0;

	do {
		uint32_t tag;
		const char *name;
		bool bound;

		at = next;
		tag = fdt_next_tag(fit, at, &next);
		if (tag == FDT_BEGIN_NODE && at) {
			strcat(path, "/");
			strcat(path, fdt_get_name(fit, at, NULL));
		}
		if (tag == FDT_PROP)
			fdt_getprop_by_offset(fit, at, &name, NULL);
		bound = tag == FDT_PROP ? !prop_is_free(path, name) : !node_is_free(path);
		if (tag == FDT_END_NODE && path[0])
			*strrchr(path, '/') = '\0';
		memset(is_signed + at, bound, (size_t)(next - at));
		count += bound ? (unsigned)(next - at) : 0;
		if (tag == FDT_END)
			return count;
	} while (true);
}

static void each_signed_byte_counts(void **state)
{
	static uint8_t is_signed[0x10000];
	static const uint8_t flips[] = { 0x01, 0x80, 0xff };
	unsigned counted, refused = 0;
	uint8_t *block;

	(void)state;
	forge_begin();
	assert_true(fdt_size_dt_struct(fit) < sizeof(is_signed));
	counted = signed_bytes(is_signed);
	assert_true(counted > 800);
	block = fit + fdt_off_dt_struct(fit);
	vboot_good(verify("conf-1"));
	for (uint32_t i = 0; i < fdt_size_dt_struct(fit); i++) {
		for (unsigned j = 0; is_signed[i] && j < sizeof(flips); j++) {
			block[i] ^= flips[j];
			if (!verify("conf-1"))
				fail_msg("byte %#x of the structure may be changed", i);
			block[i] ^= flips[j];
			refused++;
		}
	}
	assert_int_equal(refused, counted * sizeof(flips));
	vboot_good(verify("conf-1"));
}

static void each_byte_of_the_names_counts(void **state)
{
	int len;
	const uint32_t *strings;
	uint8_t *block;

	(void)state;
	forge_begin();
	strings = fdt_getprop(fit, node(SIGNATURE), "hashed-strings", &len);
	assert_true(strings && len == 8);
	block = fit + fdt_off_dt_strings(fit);
	for (uint32_t i = 0; i < fdt32_to_cpu(strings[1]); i++) {
		block[i] ^= 0x20;
		if (!verify("conf-1"))
			fail_msg("byte %#x of the names may be changed", i);
		block[i] ^= 0x20;
	}
}

/* At any length; and with each header field wrong, which must not lead anybody out of the file. */
static void cut_off_anywhere(void **state)
{
	const size_t whole =
		fdt_off_dt_strings(forge_base.bytes) + fdt_size_dt_strings(forge_base.bytes);

	(void)state;
	assert_true(fdt_off_dt_strings(forge_base.bytes) > fdt_off_dt_struct(forge_base.bytes));
	for (size_t n = 0; n < whole; n += n < 64 || n > whole - 64 ? 1 : 13) {
		uint8_t *cut = malloc(n ? n : 1);

		memcpy(cut, forge_base.bytes, n);
		vboot_refused(vboot_verify(&keys, cut, n, "conf-1"), "E-SIGNATURE", "the FIT");
		free(cut);
	}
	vboot_good(vboot_verify(&keys, forge_base.bytes, whole, "conf-1"));
	for (unsigned i = 0; i < 40; i++) {
		forge_base.bytes[i] ^= 0x41;
		vboot_verify(&keys, forge_base.bytes, forge_base.size, "conf-1");
		forge_base.bytes[i] ^= 0x41;
	}
}

/* --- tricks ----------------------------------------------------------------------------------- */

static void signature_is_taken_away(void **state)
{
	(void)state;
	forge_begin();
	assert_int_equal(fdt_del_node(fit, node(SIGNATURE)), 0);
	vboot_refused(verify("conf-1"), "E-UNSIGNED", "is not signed");
	forge_begin();
	assert_int_equal(fdt_delprop(fit, node(SIGNATURE), "value"), 0);
	vboot_refused(verify("conf-1"), "E-SIGNATURE", "dev2048");
	forge_begin();
	assert_int_equal(fdt_delprop(fit, node(SIGNATURE), "hashed-strings"), 0);
	vboot_refused(verify("conf-1"), "E-SIGNATURE", "dev2048");
}

/* A signature of one configuration does not serve another, nor its images there. */
static void signature_of_another_configuration(void **state)
{
	static const char *const paths[] = { SIGNATURE, "/configurations/conf-2/signature-1" };
	static uint8_t value[256];
	int len;

	(void)state;
	forge_begin();
	memcpy(value, fdt_getprop(fit, node(paths[1]), "value", &len), sizeof(value));
	assert_int_equal(len, sizeof(value));
	assert_int_equal(fdt_setprop(fit, node(paths[0]), "value", value, len), 0);
	vboot_refused(verify("conf-1"), "E-SIGNATURE", "conf-1");
	vboot_good(verify("conf-2"));
	forge_begin();
	set_text(CONF, "kernel", "kernel-2");
	vboot_refused(verify("conf-1"), "E-SIGNATURE", "conf-1");
	forge_begin();
	set_text(CONF, "loadables", "kernel-2");
	vboot_refused(verify("conf-1"), "E-SIGNATURE", "conf-1");
	forge_begin();
	assert_int_equal(fdt_delprop(fit, node(CONF), "ramdisk"), 0);
	vboot_refused(verify("conf-1"), "E-SIGNATURE", "conf-1");
}

/* A configuration of one's own with the list of nodes and the signature of a good one. */
static void hashed_nodes_are_not_believed(void **state)
{
	static const char path[] = SIGNATURE;
	static char list[512];
	const char *nodes;
	int len;

	(void)state;
	forge_begin();
	nodes = fdt_getprop(fit, node(path), "hashed-nodes", &len);
	assert_true(nodes && len < 400);
	memcpy(list, nodes, (size_t)len);
	assert_int_equal(fdt_setprop(fit, node("/configurations/conf-open"), "kernel", "weak-1", 7),
			 0);
	graft(node(path), behind(node("/configurations/conf-open")) - 4, "signature-1");
	vboot_refused(verify("conf-open"), "E-SIGNATURE", "weak-1");
	set_text("/configurations/conf-open", "kernel", "kernel-2");
	vboot_refused(verify("conf-open"), "E-SIGNATURE", "conf-open");
	/* The list is not what is signed: any may stand there. */
	memcpy(list + len, "/images/weak-1", 15);
	assert_int_equal(fdt_setprop(fit, node(path), "hashed-nodes", list, len + 15), 0);
	vboot_good(verify("conf-1"));
	assert_int_equal(fdt_delprop(fit, node(path), "hashed-nodes"), 0);
	vboot_good(verify("conf-1"));
}

static void hints_and_algorithms_lie(void **state)
{
	static const char path[] = SIGNATURE;
	static const char *const algorithms[] = { "sha1,rsa2048",   "sha256,rsa4096",
						  "sha384,rsa2048", "sha256,ecdsa256",
						  "sha256",	    "crc32,rsa2048",
						  "sha256,rsa2048x" };

	(void)state;
	forge_begin();
	set_text(path, "key-name-hint", "other");
	vboot_good(verify("conf-1"));
	vboot_keys(&keys, "other.dtb");
	set_text(path, "key-name-hint", "other");
	vboot_refused(verify("conf-1"), "E-SIGNATURE", "required key other");
	vboot_keys(&keys, "base.dtb");
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		forge_begin();
		set_text(path, "algo", algorithms[i]);
		vboot_refused(verify("conf-1"), "E-SIGNATURE", "dev2048");
	}
	forge_begin();
	set_text(path, "padding", "pss");
	vboot_refused(verify("conf-1"), "E-SIGNATURE", "dev2048");
	set_text(path, "padding", "none");
	vboot_refused(verify("conf-1"), "E-SIGNATURE", "dev2048");
	assert_int_equal(fdt_setprop(fit, node(path), "padding", "pkcs", 4), 0);
	vboot_refused(verify("conf-1"), "E-SIGNATURE", "dev2048");
	set_text(path, "padding", "pkcs-1.5");
	vboot_good(verify("conf-1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_signed_byte_counts),
		cmocka_unit_test(each_byte_of_the_names_counts),
		cmocka_unit_test(cut_off_anywhere),
		cmocka_unit_test(signature_is_taken_away),
		cmocka_unit_test(signature_of_another_configuration),
		cmocka_unit_test(hashed_nodes_are_not_believed),
		cmocka_unit_test(hints_and_algorithms_lie),
	};

	return cmocka_run_group_tests(tests, forge_setup, forge_remove);
}
