// SPDX-License-Identifier: BSD-2-Clause
// The little of the flattened device tree format that a guest needs to find its devices.
#include "guest.h"
#include "text.h"

enum { TOKEN_BEGIN = 1, TOKEN_END = 2, TOKEN_PROP = 3, TOKEN_NOP = 4 };

static const u8 *blob;

u32 fdt_u32(const void *p)
{
	const u8 *b = p;

	return (u32)b[0] << 24 | (u32)b[1] << 16 | (u32)b[2] << 8 | b[3];
}

static u64 cells_read(const u8 *p, u32 cells)
{
	u64 v = 0;

	for (; cells; cells--, p += 4)
		v = v << 32 | fdt_u32(p);
	return v;
}

static const u8 *padded(const u8 *p, u32 size)
{
	return p + ((size + 3) & ~3u);
}

u32 fdt_totalsize(void)
{
	return fdt_u32(blob + 4);
}

bool fdt_begin(const void *dtb, struct fdt_node *root)
{
	blob = dtb;
	if (fdt_u32(blob) != 0xd00dfeed)
		return false;
	root->depth = 0;
	root->name = "";
	root->at[0] = blob + fdt_u32(blob + 8) +
		      8; /* the root's name is empty: 4 bytes of token, 4 of name */
	return true;
}

bool fdt_next(struct fdt_node *node)
{
	const u8 *p = node->at[node->depth];

	for (;;) {
		switch (fdt_u32(p)) {
		case TOKEN_BEGIN:
			if (++node->depth == FDT_DEPTH_MAX)
				return false;
			node->name = (const char *)p + 4;
			p = padded(p + 4, (u32)text_length(node->name) + 1);
			node->at[node->depth] = p;
			return true;
		case TOKEN_END:
			if (--node->depth < 0)
				return false;
			p += 4;
			break;
		case TOKEN_PROP: p = padded(p + 12, fdt_u32(p + 4)); break;
		case TOKEN_NOP: p += 4; break;
		default: return false;
		}
	}
}

static const void *prop_at(const u8 *p, const char *name, u32 *size)
{
	const char *strings = (const char *)blob + fdt_u32(blob + 12);

	for (;;) {
		u32 token = fdt_u32(p);

		if (token == TOKEN_NOP) {
			p += 4;
			continue;
		}
		if (token != TOKEN_PROP)
			return NULL;
		if (text_equal(strings + fdt_u32(p + 8), name)) {
			if (size)
				*size = fdt_u32(p + 4);
			return p + 12;
		}
		p = padded(p + 12, fdt_u32(p + 4));
	}
}

const void *fdt_prop(const struct fdt_node *node, const char *name, u32 *size)
{
	return prop_at(node->at[node->depth], name, size);
}

static bool enabled(const struct fdt_node *node)
{
	const char *status = fdt_prop(node, "status", NULL);

	return !status || text_equal(status, "okay") || text_equal(status, "ok");
}

bool fdt_find(const char *compatible, unsigned n, struct fdt_node *node)
{
	fdt_begin(blob, node);
	while (fdt_next(node)) {
		u32 size = 0;
		const char *list = fdt_prop(node, "compatible", &size);
		const char *end = list + size;

		while (list && list < end && !text_equal(list, compatible))
			list += text_length(list) + 1;
		if (list && list < end && enabled(node) && n-- == 0)
			return true;
	}
	return false;
}

bool fdt_path(const char *name, struct fdt_node *node)
{
	fdt_begin(blob, node);
	while (fdt_next(node)) {
		if (node->depth == 1 && text_equal(node->name, name))
			return true;
	}
	return false;
}

static u32 cells_at(const u8 *at, const char *name, u32 otherwise)
{
	const void *p = prop_at(at, name, NULL);

	return p ? fdt_u32(p) : otherwise;
}

bool fdt_reg(const struct fdt_node *node, unsigned n, u64 *address, u64 *size)
{
	u32 have, child = cells_at(node->at[node->depth - 1], "#address-cells", 2);
	u32 sizes = cells_at(node->at[node->depth - 1], "#size-cells", 1);
	const u8 *reg = fdt_prop(node, "reg", &have);
	u32 entry = (child + sizes) * 4;

	if (!reg || (n + 1) * entry > have)
		return false;
	*address = cells_read(reg + n * entry, child);
	*size = cells_read(reg + n * entry + child * 4, sizes);

	for (int d = node->depth - 1; d > 0; d--) {
		u32 length, up = cells_at(node->at[d - 1], "#address-cells", 2);
		const u8 *r = prop_at(node->at[d], "ranges", &length);
		const u8 *end = r + length;

		child = cells_at(node->at[d], "#address-cells", 2);
		sizes = cells_at(node->at[d], "#size-cells", 1);
		if (!r)
			return false;
		if (!length)
			continue;
		for (; r < end; r += (child + up + sizes) * 4) {
			u64 from = cells_read(r, child);

			if (*address >= from &&
			    *address - from < cells_read(r + (child + up) * 4, sizes)) {
				*address = *address - from + cells_read(r + child * 4, up);
				break;
			}
		}
		if (r >= end)
			return false;
	}
	return true;
}

u32 fdt_intid(const struct fdt_node *node, unsigned n)
{
	u32 size, entry = 12;
	const u8 *p = fdt_prop(node, "interrupts", &size);

	if (!p) {
		p = fdt_prop(node, "interrupts-extended", &size);
		if (!p)
			return 0;
		p += 4;
		entry = 16;
	}
	if ((n + 1) * entry > size + (entry - 12))
		return 0;
	p += n * entry;
	return fdt_u32(p + 4) + (fdt_u32(p) ? 16 : 32);
}
