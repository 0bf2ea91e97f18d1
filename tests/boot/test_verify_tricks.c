// SPDX-License-Identifier: BSD-2-Clause
// Signed FITs that two readers would read in two ways, and additions to signed ones.
#include "tests/boot/forge.h"

/* CVE-2021-27138: libfdt finds kernel-1@evil by the name kernel-1. */
static void unit_addresses_are_refused(void **state)
{
	static const char *const nodes[] = { "/images/kernel-1", "/images/kernel-1/hash-1", CONF,
					     SIGNATURE, "/configurations" };

	(void)state;
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		char name[64];

		forge_begin();
		snprintf(name, sizeof(name), "%s@evil", strrchr(nodes[i], '/') + 1);
		graft(node(nodes[i]), node(nodes[i]), name);
		vboot_refused(verify("conf-1"), "E-SIGNATURE", "@evil of the FIT has a name");
	}
}

/* CVE-2021-27097: the real tree behind, or inside, a root of the forger's. */
static void second_roots_are_refused(void **state)
{
	static const char *const names[] = { "", "f@keroot", "fakeroot" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		forge_begin();
		graft(0, 0, names[i]);
		vboot_refused(verify("conf-1"), "E-SIGNATURE", "second root");
		forge_begin();
		graft(0, behind(0), names[i]);
		vboot_refused(verify("conf-1"), "E-SIGNATURE", "second root");
		forge_begin();
		graft(node("/images"), node("/images"), i ? names[i] : "images/kernel-1");
		assert_non_null(verify("conf-1"));
	}
	forge_begin();
	memcpy(fit + fdt_off_dt_struct(fit) + 4, "evil",
	       4); /* its NUL is the next tag's first byte */
	assert_non_null(verify("conf-1"));
}

/* A name with a slash looks like a path to whoever compares paths. */
static void slashes_are_refused(void **state)
{
	(void)state;
	forge_begin();
	graft(node("/images/kernel-2"), node("/images"), "images/kernel-1");
	vboot_refused(verify("conf-1"), "E-SIGNATURE", "has a name");
	forge_begin();
	graft(node("/images/kernel-2/hash-1"), node("/images/kernel-2/hash-1"), "a/b");
	vboot_refused(verify("conf-1"), "E-SIGNATURE", "has a name");
}

static void doubles_are_refused(void **state)
{
	static const char *const nodes[] = {
		"/images/kernel-1", "/images/kernel-1/hash-1", CONF, SIGNATURE, "/configurations",
		"/images",	    "/images/kernel-2"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		const char *name = strrchr(nodes[i], '/') + 1;

		forge_begin();
		graft(node(nodes[i]), node(nodes[i]), name);
		vboot_refused(verify("conf-1"), "E-SIGNATURE", "is there twice");
		forge_begin();
		graft(node(nodes[i]), behind(node(nodes[i])), name);
		vboot_refused(verify("conf-1"), "E-SIGNATURE", "is there twice");
	}
}

/* Properties that stand there twice: the second, or the first, is the forger's. */
static void double_properties_are_refused(void **state)
{
	static const struct {
		const char *path, *name;
	} props[] = { { "/images/kernel-1", "load" },
		      { "/images/kernel-1", "data" }, /* not signed by itself */
		      { "/images/kernel-1/hash-1", "value" },
		      { "/configurations", "default" }, /* nor is this */
		      { CONF, "kernel" },
		      { SIGNATURE, "value" } };

	(void)state;
	for (size_t i = 0; i < sizeof(props) / sizeof(props[0]); i++) {
		static uint8_t copy[0x2000];
		int at, next;

		forge_begin();
		at = fdt_first_property_offset(fit, node(props[i].path));
		for (const char *name; at >= 0; at = fdt_next_property_offset(fit, at)) {
			fdt_getprop_by_offset(fit, at, &name, NULL);
			if (!strcmp(name, props[i].name))
				break;
		}
		assert_true(at >= 0);
		fdt_next_tag(fit, at, &next);
		assert_true((size_t)(next - at) <= sizeof(copy));
		memcpy(copy, fit + fdt_off_dt_struct(fit) + at, (size_t)(next - at));
		copy[12] ^= 1;
		insert(at, copy, next - at);
		vboot_refused(verify("conf-1"), "E-SIGNATURE", "has a property twice");
	}
}

/* What is added to signed nodes, beside them, and above them. */
static void additions(void **state)
{
	static const char *const covered[] = { "/", "/images/kernel-1", "/images/kernel-1/hash-1",
					       CONF, SIGNATURE };
	static const uint32_t nop = 0x04000000; /* as it lies there */
	char name[8];

	(void)state;
	for (size_t i = 0; i < sizeof(covered) / sizeof(covered[0]); i++) {
		const bool own =
			i == 4; /* a signature node does not sign itself, but what is in CONF */

		forge_begin();
		assert_true(fdt_add_subnode(fit, node(covered[i]), "added") >= 0);
		assert_int_equal(verify("conf-1") == NULL, own);
		forge_begin();
		set_text(covered[i], "added", "x");
		assert_int_equal(verify("conf-1") == NULL, own);
		forge_begin();
		insert(node(covered[i]) + 4 +
			       (i ? (int)(strlen(strrchr(covered[i], '/')) + 3) / 4 * 4 : 4),
		       &nop, 4);
		assert_int_equal(verify("conf-1") == NULL, own);
	}
	/* An image that nothing signed names does no harm. */
	forge_begin();
	graft(node("/images/kernel-2"), node("/images/kernel-1"), "kernel-3");
	vboot_good(verify("conf-1"));
	/* Nor does a hash that the image's signer did not know, for it is not let in. */
	forge_begin();
	graft(node("/images/kernel-1/hash-1"), node("/images/kernel-1/hash-1"), "hash-9");
	assert_non_null(verify("conf-1"));
	forge_begin();
	for (unsigned i = 0; i < 16; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		set_text("/configurations", name, "");
	}
	vboot_good(verify("conf-1"));
	for (unsigned i = 16; i < 80; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		set_text("/configurations", name, "");
	}
	vboot_refused(verify("conf-1"), "E-SIGNATURE", "more than 64 properties");
	forge_begin();
	for (unsigned i = 0; i < 16; i++) {
		char signature[] = "signature-a";

		signature[10] = (char)('a' + i);
		graft(node(SIGNATURE), node(SIGNATURE), signature);
	}
	vboot_refused(verify("conf-1"), "E-SIGNATURE", "more than 16 signatures");
}

/* The hash is what binds the data: it must be a strong one, and of its own length. */
static void hashes_are_strong(void **state)
{
	static const char path[] = "/images/kernel-1/hash-1";

	(void)state;
	forge_begin();
	set_text(path, "algo", "crc32");
	vboot_refused(verify("conf-1"), "E-SIGNATURE", "has no hash by sha256");
	forge_begin();
	assert_int_equal(fdt_setprop(fit, node(path), "value", "short", 5), 0);
	vboot_refused(verify("conf-1"), "E-SIGNATURE", "has no hash by sha256");
	forge_begin();
	assert_int_equal(fdt_del_node(fit, node(path)), 0);
	vboot_refused(verify("conf-1"), "E-SIGNATURE", "has no hash by sha256");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unit_addresses_are_refused),
		cmocka_unit_test(second_roots_are_refused),
		cmocka_unit_test(slashes_are_refused),
		cmocka_unit_test(doubles_are_refused),
		cmocka_unit_test(double_properties_are_refused),
		cmocka_unit_test(additions),
		cmocka_unit_test(hashes_are_strong),
	};

	return cmocka_run_group_tests(tests, forge_setup, forge_remove);
}
