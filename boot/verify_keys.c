// SPDX-License-Identifier: BSD-2-Clause
// Public keys as mkimage -K writes them into a tree.
#include "boot/verify_keys.h"

#include <errno.h>
#include <string.h>

#include "board/tree.h"
#include "boot/trees.h"
#include "generated/config.h"

#define NODES 256

extern const uint8_t dts_verify_key_begin[], dts_verify_key_end[];

static _Alignas(4096) uint8_t blob[(size_t)CONFIG_TREE_SIZE << 10];
static _Alignas(4096) struct tree_node nodes[NODES];

/* Where a key is read from, for sentences. */
struct source {
	const struct tree *tree;
	unsigned node;
	const char *path;
};

static int refuse(const struct source *s, struct failure *f, const char *why)
{
	return fail(f, OUTCOME_BAD_CONFIG, "E-BADKEY",
		    "key tree %s, node %.64s: %s: make it with mkimage -k FOLDER -K %s -r", s->path,
		    tree_name(s->tree, s->node), why, s->path);
}

static bool text_is(const struct source *s, const char *name, const char *text)
{
	uint32_t len;
	const char *value = tree_prop_named(s->tree, s->node, name, &len);

	return value && len == strlen(text) + 1 && !memcmp(value, text, len);
}

static int rsa_read(struct verify_key *key, const struct source *s, struct failure *f)
{
	uint32_t bits_len, len = 0, e_len = 0;
	const uint8_t *bits = tree_prop_named(s->tree, s->node, "rsa,num-bits", &bits_len),
		      *modulus = tree_prop_named(s->tree, s->node, "rsa,modulus", &len),
		      *exponent = tree_prop_named(s->tree, s->node, "rsa,exponent", &e_len);
	static const uint8_t usual[8] = { 0, 0, 0, 0, 0, 1, 0, 1 };

	if (!bits || bits_len != 4 || !modulus || len * 8 != tree_u32(bits))
		return refuse(s, f, "rsa,num-bits is not the length of rsa,modulus");
	if (len != 256 && len != 384 && len != 512)
		return refuse(s, f, "an RSA key has 2048, 3072 or 4096 bits");
	if (!(modulus[0] & 0x80) || !(modulus[len - 1] & 1))
		return refuse(s, f, "rsa,modulus is none: it begins with a 0 or is even");
	memcpy(key->number, modulus, len);
	memcpy(key->exponent, usual, sizeof(usual));
	if (exponent && e_len == sizeof(key->exponent))
		memcpy(key->exponent, exponent, e_len);
	else if (exponent)
		return refuse(s, f, "rsa,exponent is not 64 bits long");
	if (!(key->exponent[7] & 1) || tree_cells(key->exponent, 2) < 3)
		return refuse(s, f, "rsa,exponent is none: it is 1 or even");
	key->kind = VERIFY_RSA;
	key->size = len;
	return 0;
}

static int ecdsa_read(struct verify_key *key, const struct source *s, struct failure *f)
{
	uint32_t x_len = 0, y_len = 0;
	const uint8_t *x = tree_prop_named(s->tree, s->node, "ecdsa,x-point", &x_len),
		      *y = tree_prop_named(s->tree, s->node, "ecdsa,y-point", &y_len);

	if (!text_is(s, "ecdsa,curve", "prime256v1"))
		return refuse(s, f, "ecdsa,curve is not prime256v1");
	if (!x || !y || x_len != 32 || y_len != 32)
		return refuse(s, f, "ecdsa,x-point and ecdsa,y-point are not 32 bytes each");
	key->number[0] = 4; /* a point with both coordinates: SEC 1, 2.3.3 */
	memcpy(key->number + 1, x, 32);
	memcpy(key->number + 33, y, 32);
	key->kind = VERIFY_ECDSA;
	key->size = 65;
	return 0;
}

static int key_read(struct verify_keys *keys, enum verify_tree from, const struct source *s,
		    struct failure *f)
{
	const char *name = tree_name(s->tree, s->node);
	struct verify_key *key = &keys->key[keys->count];
	uint32_t len;

	if (!text_is(s, "required", "conf"))
		return refuse(s, f,
			      "signatures of images alone leave open which of them belong "
			      "together; required must be conf");
	if (keys->count == VERIFY_KEYS_MAX)
		return refuse(s, f, "there are more than 16 required keys");
	key->from = from;
	name += !strncmp(name, "key-", 4) ? 4 : 0;
	strncpy(key->name, name, sizeof(key->name) - 1);
	keys->count++;
	return tree_prop_named(s->tree, s->node, "ecdsa,curve", &len) ? ecdsa_read(key, s, f)
								      : rsa_read(key, s, f);
}

int verify_keys_add(struct verify_keys *keys, enum verify_tree from, const char *path,
		    const void *dtb, size_t size, struct failure *f)
{
	struct tree_error e = { .node = -1 };
	const unsigned before = keys->count;
	struct tree tree;
	struct source s = { .tree = &tree, .path = path };
	int signature;

	int error = tree_index(&tree, dtb, size, nodes, NODES, &e);

	if (error == -ENOSPC)
		return fail(
			f, OUTCOME_BAD_CONFIG, "E-BADKEY",
			"key tree %s has more than %u nodes, so it is no tree of keys: give one "
			"as mkimage -K writes it",
			path, NODES);
	if (error)
		return trees_refuse("E-BADKEY", "key", path, NULL, &e, f);
	signature = tree_by_path(&tree, "/signature");
	if (signature >= 0) {
		const unsigned end = tree.node[signature].next;

		s.node = (unsigned)signature;
		keys->any[from] = text_is(&s, "required-mode", "any");
		for (s.node++; s.node < end; s.node = tree.node[s.node].next) {
			uint32_t len;

			if (tree_prop_named(&tree, s.node, "required", &len) &&
			    key_read(keys, from, &s, f))
				return -1;
		}
	}
	if (keys->count > before)
		return 0;
	return fail(f, OUTCOME_BAD_CONFIG, "E-NOKEY",
		    "key tree %s has no key that is required, so it would demand nothing: make it "
		    "with mkimage -k FOLDER -K %s -r, or mark its key (fdtput -t s %s "
		    "/signature/KEY required conf)",
		    path, path, path);
}

int verify_keys_load(struct verify_keys *keys, const char *path, struct failure *f)
{
	const size_t built_in = (size_t)(dts_verify_key_end - dts_verify_key_begin);
	long n;

	if (built_in &&
	    verify_keys_add(keys, VERIFY_BUILT_IN, "(built in)", dts_verify_key_begin, built_in, f))
		return -1;
	if (!path)
		return 0;
	n = trees_read_file(path, "key", blob, sizeof(blob), f);
	return n < 0 ? -1 : verify_keys_add(keys, VERIFY_FILE, path, blob, (size_t)n, f);
}
