// SPDX-License-Identifier: BSD-2-Clause
// Images of a FIT: properties, data, hashes.
#include <errno.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boot/image/digest.h"
#include "boot/image/fit_node.h"
#include "generated/config.h"

int fit_node_damaged(const struct fit *fit, int node, struct failure *f, const char *format, ...)
{
	const char *name = fdt_get_name(fit->tree, node, NULL);
	char text[240];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return image_damaged(fit->image, "FIT", fdt_off_dt_struct(fit->tree) + (uint64_t)node, f,
			     "node %.40s: %s", name ? name : "?", text);
}

const char *fit_node_text(const struct fit *fit, int node, const char *name, int i)
{
	return fdt_stringlist_get(fit->tree, node, name, i, NULL);
}

static const char *text_or_none(const struct fit *fit, int node, const char *name)
{
	const char *text = fit_node_text(fit, node, name, 0);

	return text ? text : "";
}

/* An address of one cell or two. */
static int address_get(const struct fit *fit, int node, const char *name, bool *there,
		       uint64_t *address, struct failure *f)
{
	int size;
	const uint8_t *cells = fdt_getprop(fit->tree, node, name, &size);

	*there = cells != NULL;
	if (!cells)
		return 0;
	if (size != 4 && size != 8)
		return fit_node_damaged(fit, node, f,
					"%s has %d bytes and not 4 or 8: correct the .its", name,
					size);
	*address = span_be32(cells + size - 4);
	if (size == 8)
		*address |= (uint64_t)span_be32(cells) << 32;
	return 0;
}

int fit_node_get(const struct fit *fit, int node, struct fit_node *n, struct failure *f)
{
	const char *packed = text_or_none(fit, node, "compression");

	*n = (struct fit_node){
		.node = node,
		.name = fdt_get_name(fit->tree, node, NULL),
		.type = text_or_none(fit, node, "type"),
		.os = text_or_none(fit, node, "os"),
		.arch = text_or_none(fit, node, "arch"),
		.packed = *packed ? unpack_kind_of(packed) : UNPACK_NONE,
	};
	if (n->packed == UNPACK_KINDS)
		return fit_node_damaged(fit, node, f,
					"compression \"%.30s\" is not known: pack it by gzip, lz4 "
					"or zstd",
					packed);
	return address_get(fit, node, "load", &n->loaded, &n->load, f) ||
			       address_get(fit, node, "entry", &n->entered, &n->entry, f)
		       ? -1
		       : 0;
}

int fit_node_find(const struct fit *fit, const char *name, struct fit_node *n, struct failure *f)
{
	int node = fdt_subnode_offset(fit->tree, fit->images, name);

	if (node < 0)
		return fit_node_damaged(fit, fit->images, f,
					"there is no image \"%.60s\", which the configuration "
					"names: correct the .its",
					name);
	return fit_node_get(fit, node, n, f);
}

/* A cell that says where external data is; false: none. */
static int cell_get(const struct fit *fit, int node, const char *name, bool *there, uint32_t *cell,
		    struct failure *f)
{
	int size;
	const uint8_t *p = fdt_getprop(fit->tree, node, name, &size);

	*there = p != NULL;
	if (p && size != 4)
		return fit_node_damaged(fit, node, f,
					"%s has %d bytes and not 4: pack it again with mkimage",
					name, size);
	*cell = p ? span_be32(p) : 0;
	return 0;
}

/* As U-Boot's fit_image_get_data(): data-position, else data-offset, else data. */
static int bytes_find(const struct fit *fit, const struct fit_node *n, struct span *bytes,
		      struct failure *f)
{
	bool placed, behind, sized;
	uint32_t position, offset, size;
	int embedded_size;
	const uint8_t *embedded = fdt_getprop(fit->tree, n->node, "data", &embedded_size);
	uint64_t at;

	if (cell_get(fit, n->node, "data-position", &placed, &position, f) ||
	    cell_get(fit, n->node, "data-offset", &behind, &offset, f) ||
	    cell_get(fit, n->node, "data-size", &sized, &size, f))
		return -1;
	if (!placed && !behind) {
		if (!embedded)
			return fit_node_damaged(fit, n->node, f,
						"it has no data: pack it again with mkimage");
		at = (uint64_t)(embedded - (const uint8_t *)fit->tree);
		size = (uint32_t)embedded_size;
	} else {
		if (!sized)
			return fit_node_damaged(fit, n->node, f,
						"it has external data without data-size: pack it "
						"again with mkimage");
		at = placed ? position : ((fdt_totalsize(fit->tree) + 3ull) & ~3ull) + offset;
	}
	if (!size)
		return fit_node_damaged(fit, n->node, f,
					"its data is empty: pack it again with mkimage");
	if (!span_part(bytes, fit->span, at, size))
		return fit_node_damaged(fit, n->node, f,
					"its data ends at byte %" PRIu64 ", the file at %" PRIu64
					": copy it again",
					at + size, fit->span->size);
	return 0;
}

static int hash_check(const struct fit *fit, const struct fit_node *n, int node,
		      const struct span *bytes, struct failure *f)
{
	const char *algo = fit_node_text(fit, node, "algo", 0);
	int size, error;
	const uint8_t *value = fdt_getprop(fit->tree, node, "value", &size);

	if (!algo || !value)
		return fit_node_damaged(fit, node, f,
					"a hash without %s: pack it again with mkimage",
					algo ? "value" : "algo");
	error = digest_check(bytes, algo, value, (size_t)size);
	if (error == -ENOTSUP)
		return fit_node_damaged(fit, node, f,
					"hash algorithm \"%.30s\" is not built in: use %s", algo,
					CONFIG_VERIFY ? "sha256 or crc32" : "crc32");
	if (error == -EBADMSG || error == -EMSGSIZE)
		return fit_node_damaged(fit, node, f,
					"the %s of image %.40s does not match its data: copy the "
					"file again, or pack it again with mkimage",
					algo, n->name);
	return error ? fit_node_damaged(fit, node, f, "the data cannot be read: %s: copy it again",
					strerror(-error))
		     : 0;
}

int fit_node_data(const struct fit *fit, const struct fit_node *n, struct span *data,
		  struct failure *f)
{
	struct span bytes;
	int node;

	if (fdt_subnode_offset(fit->tree, n->node, "cipher") >= 0)
		return image_unfit(fit->image, f,
				   "has an encrypted image (%.40s), and no key is here: give it "
				   "unencrypted",
				   n->name);
	if (bytes_find(fit, n, &bytes, f))
		return -1;
	fdt_for_each_subnode(
		node, fit->tree,
		n->node) if (!strncmp(fdt_get_name(fit->tree, node, NULL), "hash", 4) &&
			     hash_check(fit, n, node, &bytes, f)) return -1;
	return unpack_span(fit->image, &bytes, n->packed, data, f);
}
