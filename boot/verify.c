// SPDX-License-Identifier: BSD-2-Clause
// What of a FIT a signature covers, and whether those that are demanded are there.
#include "boot/verify.h"

#include <libfdt.h>
#include <string.h>

#include "board/tree.h"
#include "boot/verify_sig.h"

#define NODES 2048
#define PROPS 64 /* of one node */
#define SIGNATURES 16 /* of one configuration */

/* How much of a node is signed; its subnodes have one less, unless they are signed themselves. */
enum cover { COVER_NONE, COVER_NAME, COVER_ALL };

static _Alignas(4096) struct tree_node nodes[NODES];
static uint8_t cover[NODES];

struct fit {
	struct tree tree;
	unsigned images, conf;
	const char *path, *conf_name;
};

static int unsound(const struct fit *fit, struct failure *f, const char *node, const char *why)
{
	return fail(f, OUTCOME_REFUSED, "E-SIGNATURE",
		    "firmware %s is not booted beside a required key: node %.48s of the FIT %s: "
		    "make and sign it again with mkimage",
		    fit->path, node[0] ? node : "/", why);
}

/* --- one reading only ------------------------------------------------------------------------- */

static const char *prop_twice(const struct tree *tree, unsigned node)
{
	const char *name[PROPS], *next;
	uint32_t at = 0, len;

	for (unsigned n = 0; tree_prop_next(tree, node, &at, &next, &len); n++) {
		if (n == PROPS)
			return "has more than 64 properties";
		for (unsigned i = 0; i < n; i++)
			if (!strcmp(name[i], next))
				return "has a property twice";
		name[n] = next;
	}
	return NULL;
}

static const char *name_twice(const struct tree *tree, unsigned node)
{
	const unsigned end = node ? tree->node[tree->node[node].parent].next : 0;

	for (unsigned n = tree->node[node].next; n < end; n = tree->node[n].next)
		if (!strcmp(tree_name(tree, n), tree_name(tree, node)))
			return "is there twice";
	return NULL;
}

/* Readers that look names up in another way must find the same: no doubles, no unit addresses. */
static int soundness_check(const struct fit *fit, struct failure *f)
{
	const struct tree *tree = &fit->tree;

	for (unsigned n = 0; n < tree->count; n++) {
		const char *name = tree_name(tree, n), *why = NULL;

		if (n ? !*name || strpbrk(name, "@/") : *name)
			why = "has a name that is not to be there";
		if (!why)
			why = prop_twice(tree, n);
		if (!why)
			why = name_twice(tree, n);
		if (why)
			return unsound(fit, f, name, why);
	}
	return 0;
}

/* --- what is signed --------------------------------------------------------------------------- */

static int child(const struct tree *tree, unsigned node, const char *name)
{
	for (unsigned n = node + 1; n < tree->node[node].next; n = tree->node[n].next)
		if (!strcmp(tree_name(tree, n), name))
			return (int)n;
	return -1;
}

static bool begins(const char *name, const char *with)
{
	return !strncmp(name, with, strlen(with));
}

/* A string property that ends within its value, else NULL. */
static const char *text(const struct tree *tree, unsigned node, const char *name)
{
	uint32_t len;
	const char *value = tree_prop_named(tree, node, name, &len);

	return value && len && !value[len - 1] ? value : NULL;
}

/* Does the hash node bind its image's data? */
static bool is_strong(const struct tree *tree, unsigned node)
{
	const char *algorithm = text(tree, node, "algo");
	const struct verify_hash *hash =
		algorithm ? verify_sig_hash(algorithm, strlen(algorithm)) : NULL;
	uint32_t len;

	return hash && tree_prop_named(tree, node, "value", &len) && len == hash->size;
}

static int image_cover(const struct fit *fit, unsigned image, struct failure *f)
{
	const struct tree *tree = &fit->tree;
	const unsigned end = tree->node[image].next;
	bool strong = false;

	cover[image] = COVER_ALL;
	for (unsigned n = image + 1; n < end; n = tree->node[n].next) {
		const char *name = tree_name(tree, n);
		const bool is_hash = begins(name, "hash");

		if (is_hash || !strcmp(name, "cipher"))
			cover[n] = COVER_ALL;
		strong |= is_hash && is_strong(tree, n);
	}
	if (!strong)
		return unsound(fit, f, tree_name(tree, image),
			       "has no hash by sha256, sha384 or sha512");
	return 0;
}

/* All the images that a property of the configuration names. */
static int images_cover(const struct fit *fit, const char *names, uint32_t len, struct failure *f)
{
	const char *const end = names + len;

	for (const char *name = names, *nul; (nul = memchr(name, 0, (size_t)(end - name)));
	     name = nul + 1) {
		const int image = child(&fit->tree, fit->images, name);

		if (image >= 0 && image_cover(fit, (unsigned)image, f))
			return -1;
	}
	return 0;
}

static int covers_set(const struct fit *fit, struct failure *f)
{
	const struct tree *tree = &fit->tree;
	uint32_t at = 0, len = 0;
	const char *name, *value;

	memset(cover, COVER_NONE, tree->count);
	cover[0] = cover[fit->conf] = COVER_ALL;
	while ((value = tree_prop_next(tree, fit->conf, &at, &name, &len)))
		if (strcmp(name, "description") && strcmp(name, "compatible") &&
		    images_cover(fit, value, len, f))
			return -1;
	/* Parents come first. */
	for (unsigned n = 1; n < tree->count; n++)
		if (cover[n] != COVER_ALL && cover[tree->node[n].parent])
			cover[n] = (uint8_t)(cover[tree->node[n].parent] - 1);
	return 0;
}

/* Where and how large an image's data is: mkimage moves it out of the FIT after it has signed. */
static bool is_place(const struct tree *tree, uint32_t at)
{
	static const char *const names[] = { "data", "data-size", "data-position", "data-offset" };
	const char *name =
		(const char *)tree->fdt + tree->strings_at + tree_u32(tree->fdt + at + 8);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* The digest of all tags that are covered, then of the first STRINGS bytes of the names. */
static void fit_digest(const struct fit *fit, const struct verify_hash *hash, uint32_t strings,
		       uint8_t digest[VERIFY_HASH_MAX])
{
	const struct tree *tree = &fit->tree;
	br_hash_compat_context context;
	int32_t node = -1;
	uint32_t begun = 0, tag = FDT_NOP;
	int next = 0;

	hash->class->init(&context.vtable);
	while (tag != FDT_END) {
		const int at = next;
		bool signed_too;

		tag = fdt_next_tag(tree->fdt, at, &next);
		if (tag == FDT_BEGIN_NODE)
			node = (int32_t)begun++;
		signed_too = node < 0 || cover[node] == COVER_ALL ||
			     (cover[node] && (tag == FDT_BEGIN_NODE || tag == FDT_END_NODE));
		if (tag == FDT_PROP && is_place(tree, tree->struct_at + (uint32_t)at))
			signed_too = false;
		if (tag == FDT_END_NODE)
			node = tree->node[node].parent;
		if (signed_too)
			hash->class->update(&context.vtable, tree->fdt + tree->struct_at + at,
					    (size_t)(next - at));
	}
	hash->class->update(&context.vtable, tree->fdt + tree->strings_at, strings);
	hash->class->out(&context.vtable, digest);
}

/* --- the signatures --------------------------------------------------------------------------- */

/* Does signature NODE hold by KEY? */
static bool signature_holds(const struct fit *fit, unsigned node, const struct verify_key *key)
{
	const struct tree *tree = &fit->tree;
	uint32_t size = 0, strings_len = 0, len;
	const char *algorithm = text(tree, node, "algo"), *padding = text(tree, node, "padding");
	const uint8_t *value = tree_prop_named(tree, node, "value", &size),
		      *strings = tree_prop_named(tree, node, "hashed-strings", &strings_len);
	const struct verify_hash *hash = algorithm ? verify_sig_algorithm(algorithm, key) : NULL;
	uint8_t digest[VERIFY_HASH_MAX];

	if (!hash || !value || !strings || strings_len != 8 || tree_u32(strings) ||
	    tree_u32(strings + 4) > tree->strings_size ||
	    (!padding && tree_prop_named(tree, node, "padding", &len)))
		return false;
	fit_digest(fit, hash, tree_u32(strings + 4), digest);
	return verify_sig_holds(key, hash, digest, padding, value, size);
}

static bool signed_by(const struct fit *fit, const struct verify_key *key)
{
	const unsigned end = fit->tree.node[fit->conf].next;

	for (unsigned n = fit->conf + 1; n < end; n = fit->tree.node[n].next)
		if (begins(tree_name(&fit->tree, n), "signature") && signature_holds(fit, n, key))
			return true;
	return false;
}

static unsigned signatures(const struct fit *fit)
{
	const unsigned end = fit->tree.node[fit->conf].next;
	unsigned count = 0;

	for (unsigned n = fit->conf + 1; n < end; n = fit->tree.node[n].next)
		count += begins(tree_name(&fit->tree, n), "signature");
	return count;
}

static int keys_check(const struct fit *fit, const struct verify_keys *keys, struct failure *f)
{
	const struct verify_key *missing[VERIFY_TREES] = { NULL };
	bool found[VERIFY_TREES] = { false };

	for (unsigned i = 0; i < keys->count; i++) {
		const struct verify_key *key = &keys->key[i];

		if (found[key->from] && keys->any[key->from])
			continue;
		if (signed_by(fit, key))
			found[key->from] = true;
		else
			missing[key->from] = key;
	}
	for (unsigned i = 0; i < VERIFY_TREES; i++)
		if (missing[i] && !(keys->any[i] && found[i]))
			return fail(
				f, OUTCOME_REFUSED, "E-SIGNATURE",
				"configuration %.48s of firmware %s has no signature that holds "
				"by the required key %s: sign it with that key, and all images "
				"it names (sign-images), or name a configuration that is "
				"signed (firmware=FILE#NAME)",
				fit->conf_name, fit->path, missing[i]->name);
	return 0;
}

/* Find the nodes. */
static int fit_open(struct fit *fit, const void *blob, size_t size, struct failure *f)
{
	struct tree_error e = { .node = -1 };
	int images, configurations, conf;

	if (tree_index(&fit->tree, blob, size, nodes, NODES, &e))
		return fail(f, OUTCOME_REFUSED, "E-SIGNATURE",
			    "firmware %s is not booted beside a required key: the FIT %s at byte "
			    "%zu: make and sign it again with mkimage",
			    fit->path, e.what, e.offset);
	if (soundness_check(fit, f))
		return -1;
	images = child(&fit->tree, 0, "images");
	configurations = child(&fit->tree, 0, "configurations");
	conf = fit->conf_name && images >= 0 && configurations >= 0
		       ? child(&fit->tree, (unsigned)configurations, fit->conf_name)
		       : -1;
	if (conf < 0)
		return fail(f, OUTCOME_REFUSED, "E-UNSIGNED",
			    "firmware %s has no configuration %.48s, and with a key required only "
			    "a signed one is booted: put one into the FIT (mkimage -f)",
			    fit->path, fit->conf_name ? fit->conf_name : "at all");
	fit->images = (unsigned)images;
	fit->conf = (unsigned)conf;
	return 0;
}

int verify_fit(const struct verify_keys *keys, const void *blob, size_t size, const char *conf,
	       const char *path, struct failure *f)
{
	struct fit fit = { .path = path, .conf_name = conf };
	unsigned count;

	if (!keys->count)
		return 0;
	if (fit_open(&fit, blob, size, f))
		return -1;
	count = signatures(&fit);
	if (count > SIGNATURES)
		return unsound(&fit, f, conf, "has more than 16 signatures");
	if (!count)
		return fail(
			f, OUTCOME_REFUSED, "E-UNSIGNED",
			"configuration %.48s of firmware %s is not signed, and a key is "
			"required: give it a signature node in the .its and sign it (mkimage -f "
			"FILE.its -k FOLDER -r), or name one that is signed (firmware=FILE#NAME)",
			conf, path);
	return covers_set(&fit, f) ? -1 : keys_check(&fit, keys, f);
}
