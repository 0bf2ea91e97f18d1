// SPDX-License-Identifier: BSD-2-Clause
// A FIT that has to be signed: what is accepted says what was signed, in every property that was.
//
// signed.itb has two configurations, one (kernel a, fdt t) and two (kernel b), signed by mkimage -F with a key of RSA 2048
// whose public part is signed-keys.dtb, required for configurations. Nobody has its private part any more.
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/verify.h"
#include "tests/fuzz/fuzz.h"

#define SIGNED_MAX 4096

static _Alignas(8) uint8_t original[SIGNED_MAX];
static struct verify_keys keys;

static void originals_load(void)
{
	FILE *f = fopen("tests/fuzz/signed.itb", "rb");
	struct failure failure;
	size_t size;

	FUZZ_HOLDS(f);
	size = fread(original, 1, sizeof(original), f);
	fclose(f);
	FUZZ_HOLDS(!fdt_check_header(original));
	FUZZ_HOLDS(!verify_keys_load(&keys, "tests/fuzz/signed-keys.dtb", &failure));
	FUZZ_HOLDS(keys.count == 1);
	FUZZ_HOLDS(!verify_fit(&keys, original, size, "one", "FILE", &failure));
	FUZZ_HOLDS(!verify_fit(&keys, original, size, "two", "FILE", &failure));
}

/* Each property of A's node, but where its data lies, is in B's too, and is the same. */
static void node_within(const void *a, int node_a, const void *b, int node_b)
{
	int at, len_a, len_b;

	fdt_for_each_property_offset(at, a, node_a)
	{
		const char *name;
		const void *value = fdt_getprop_by_offset(a, at, &name, &len_a), *other;

		if (!strcmp(name, "data") || !strncmp(name, "data-", 5))
			continue;
		other = fdt_getprop(b, node_b, name, &len_b);
		if (!value || !other || len_a != len_b || memcmp(value, other, (size_t)len_a))
			fuzz_bad("accepted with another %s in %s", name,
				 fdt_get_name(a, node_a, NULL));
	}
}

/* The node at PATH, with its children but signatures, is as it was signed. */
static void node_same(const void *fit, const char *path)
{
	int node = fdt_path_offset(fit, path), own = fdt_path_offset(original, path), child;

	if (node < 0 || own < 0)
		fuzz_bad("accepted with or without %s", path);
	node_within(fit, node, original, own);
	node_within(original, own, fit, node);
	fdt_for_each_subnode(child, original, own)
	{
		const char *name = fdt_get_name(original, child, NULL);
		int other = fdt_subnode_offset(fit, node, name);

		if (!strncmp(name, "signature", 9))
			continue;
		FUZZ_HOLDS(other >= 0);
		node_within(fit, other, original, child);
		node_within(original, child, fit, other);
	}
}

static void accepted_check(const uint8_t *fit, size_t size, const char *conf,
			   const char *const *paths)
{
	struct failure f = { .text = "" };

	if (verify_fit(&keys, fit, size, conf, "FILE", &f)) {
		fuzz_refused(&f);
		return;
	}
	if (fdt_check_full(fit, size)) /* its reader has refused it */
		return;
	for (; *paths; paths++)
		node_same(fit, *paths);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const one[] = { "/configurations/one", "/images/a", "/images/t", NULL };
	static const char *const two[] = { "/configurations/two", "/images/b", NULL };
	uint8_t *fit = fuzz_exact(data, size);

	if (!keys.count)
		originals_load();
	accepted_check(fit, size, "one", one);
	accepted_check(fit, size, "two", two);
	free(fit);
	return 0;
}
