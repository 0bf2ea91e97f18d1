// SPDX-License-Identifier: BSD-2-Clause
// Look-ups in an indexed device tree: properties, names, paths, phandles.

#include "board/tree.h"

#include <endian.h>
#include <string.h>

int tree_error_set(struct tree_error *err, int code, int node, const char *what, const char *remedy,
		   uint64_t value)
{
	*err = (struct tree_error){ .what = what, .remedy = remedy, .node = node, .value = value };
	return -code;
}

uint32_t tree_u32(const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

uint64_t tree_cells(const void *p, unsigned count)
{
	const uint8_t *low = (const uint8_t *)p + 4 * (count - 1);

	return (uint64_t)(count > 1 ? tree_u32(low - 4) : 0) << 32 | tree_u32(low);
}

const char *tree_name(const struct tree *tree, unsigned node)
{
	return (const char *)tree->fdt + tree->node[node].at + 4;
}

const char *tree_path(const struct tree *tree, unsigned node, char *buf, size_t size)
{
	size_t at = size - 1;

	buf[at] = '\0';
	if (!node && at)
		buf[--at] = '/';
	for (int32_t n = (int32_t)node; n > 0; n = tree->node[n].parent) {
		const char *name = tree_name(tree, (unsigned)n);
		const size_t len = strlen(name);

		if (len + 1 > at) {
			const size_t part = len < at ? len : at;

			memcpy(buf, name + len - part, part);
			memset(buf, '.', size > 4 ? 3 : 0);
			return buf;
		}
		at -= len;
		memcpy(buf + at, name, len);
		buf[--at] = '/';
	}
	return memmove(buf, buf + at, size - at);
}

const void *tree_prop(const struct tree *tree, unsigned node, enum tree_prop prop, uint32_t *len)
{
	const uint32_t at = tree->node[node].prop[prop];

	if (!at)
		return NULL;
	*len = tree_u32(tree->fdt + at + 4);
	return tree->fdt + at + 12;
}

static const void *prop_find(const struct tree *tree, unsigned node, const char *name,
			     size_t name_len, uint32_t *len)
{
	uint32_t at = 0, size;
	const void *value;
	const char *s;

	while ((value = tree_prop_next(tree, node, &at, &s, &size))) {
		if (!strncmp(s, name, name_len) && !s[name_len]) {
			*len = size;
			return value;
		}
	}
	return NULL;
}

const void *tree_prop_named(const struct tree *tree, unsigned node, const char *name, uint32_t *len)
{
	return prop_find(tree, node, name, strlen(name), len);
}

uint32_t tree_prop_u32(const struct tree *tree, unsigned node, enum tree_prop prop,
		       uint32_t fallback)
{
	uint32_t len;
	const void *p = tree_prop(tree, node, prop, &len);

	return p && len == 4 ? tree_u32(p) : fallback;
}

const char *tree_prop_string(const struct tree *tree, unsigned node, enum tree_prop prop)
{
	uint32_t len;
	const char *p = tree_prop(tree, node, prop, &len);

	return p && memchr(p, 0, len) ? p : NULL;
}

bool tree_compatible(const struct tree *tree, unsigned node, const char *name)
{
	const size_t want = strlen(name) + 1;
	uint32_t len;
	const char *p = tree_prop(tree, node, TREE_COMPATIBLE, &len), *end = p ? p + len : NULL;

	while (p && (size_t)(end - p) >= want) {
		if (!memcmp(p, name, want))
			return true;
		p = memchr(p, 0, (size_t)(end - p));
		p = p ? p + 1 : NULL;
	}
	return false;
}

bool tree_is_memory(const struct tree *tree, unsigned node)
{
	const struct tree_node *n = &tree->node[node];
	const char *text;

	if (n->prop[TREE_DEVICE_TYPE]) {
		text = tree_prop_string(tree, node, TREE_DEVICE_TYPE);
		return text && !strcmp(text, "memory");
	}
	if (n->parent || !n->prop[TREE_REG] || n->prop[TREE_COMPATIBLE])
		return false;
	text = tree_name(tree, node);
	return !strncmp(text, "memory", 6) && (!text[6] || text[6] == '@');
}

bool tree_enabled(const struct tree *tree, unsigned node)
{
	for (int32_t n = (int32_t)node; n >= 0; n = tree->node[n].parent) {
		if (!tree->node[n].prop[TREE_STATUS])
			continue;
		const char *status = tree_prop_string(tree, (unsigned)n, TREE_STATUS);

		if (!status || (strcmp(status, "okay") && strcmp(status, "ok")))
			return false;
	}
	return true;
}

static int child_find(const struct tree *tree, unsigned node, const char *name, size_t len)
{
	const bool any_unit = !memchr(name, '@', len);

	for (unsigned n = node + 1; n < tree->node[node].next; n = tree->node[n].next) {
		const char *s = tree_name(tree, n);

		if (!strncmp(s, name, len) && (!s[len] || (any_unit && s[len] == '@')))
			return (int)n;
	}
	return -1;
}

/* PATH of LEN bytes, below NODE. */
static int path_find(const struct tree *tree, int node, const char *path, size_t len)
{
	const char *const end = path + len;

	while (node >= 0 && path < end) {
		const char *slash = memchr(path, '/', (size_t)(end - path));

		slash = slash ? slash : end;
		if (slash > path)
			node = child_find(tree, (unsigned)node, path, (size_t)(slash - path));
		path = slash < end ? slash + 1 : end;
	}
	return node;
}

int tree_by_path(const struct tree *tree, const char *path)
{
	const size_t len = strcspn(path, ":"), head = strcspn(path, "/:");
	uint32_t size;

	if (!len)
		return -1;
	if (*path == '/')
		return path_find(tree, 0, path, len);

	const int aliases = child_find(tree, 0, "aliases", 7);
	const char *target =
		aliases < 0 ? NULL : prop_find(tree, (unsigned)aliases, path, head, &size);

	if (!target || *target != '/' || !memchr(target, 0, size))
		return -1;
	return path_find(tree, path_find(tree, 0, target, strlen(target)), path + head, len - head);
}

int tree_by_phandle(const struct tree *tree, uint32_t phandle)
{
	if (!phandle || phandle == UINT32_MAX)
		return -1;
	const uint32_t bearer = tree->node[phandle % tree->count].bearer;

	if (bearer && tree_prop_u32(tree, bearer - 1, TREE_PHANDLE, 0) == phandle)
		return (int)bearer - 1;
	if (phandle < tree->count)
		return -1;
	for (unsigned n = 0; n < tree->count; n++) {
		if (tree->node[n].prop[TREE_PHANDLE] &&
		    tree_prop_u32(tree, n, TREE_PHANDLE, 0) == phandle)
			return (int)n;
	}
	return -1;
}

bool tree_reservation(const struct tree *tree, unsigned index, uint64_t *address, uint64_t *size)
{
	const uint8_t *p = tree->fdt + tree->reserve_at;

	for (;; p += 16, index--) {
		*address = tree_cells(p, 2);
		*size = tree_cells(p + 8, 2);
		if (!*address && !*size)
			return false;
		if (!index)
			return true;
	}
}
