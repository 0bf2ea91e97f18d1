// SPDX-License-Identifier: BSD-2-Clause
// Applies overlays by libfdt, and says in words what it could not do.
#include "board/overlay.h"

#include <errno.h>
#include <libfdt.h>

/* libfdt's own texts are for programmers, and its table lacks some of its errors. */
static const struct {
	int error;
	const char *what, *remedy;
} reasons[] = {
	{ FDT_ERR_NOTFOUND, "names a node or label that the tree does not have",
	  "the tree needs /__symbols__ (dtc -@); see its labels and paths" },
	{ FDT_ERR_EXISTS, "adds what is there already", NULL },
	{ FDT_ERR_NOSPACE, "there is no room left for it", "make the overlays smaller" },
	{ FDT_ERR_BADPATH, "a target path or fixup is not written as it must be",
	  "compile it anew with dtc -@" },
	{ FDT_ERR_BADPHANDLE, "a target's phandle is not in the tree",
	  "name the target by label or path" },
	{ FDT_ERR_BADOVERLAY, "is not an overlay",
	  "it needs /plugin/ and fragments; compile it with dtc -@" },
	{ FDT_ERR_NOPHANDLES, "the tree has no phandles left", NULL },
	{ FDT_ERR_BADVALUE, "a property has a value of the wrong length", NULL },
	{ FDT_ERR_BADNCELLS, "has a bad #address-cells or #size-cells", NULL },
	{ FDT_ERR_TRUNCATED, "ends too early", "copy it again" },
	{ FDT_ERR_BADMAGIC, "is not a device tree", "give a .dtbo, as dtc makes it" },
	{ FDT_ERR_BADVERSION, "has a version that is not known", "compile it anew with dtc" },
	{ FDT_ERR_BADSTRUCTURE, "is damaged: its structure", "compile it anew with dtc" },
	{ FDT_ERR_BADLAYOUT, "is damaged: its blocks", "compile it anew with dtc" },
	{ FDT_ERR_ALIGNMENT, "does not lie at a multiple of 8", NULL },
	{ FDT_ERR_INTERNAL, "libfdt has failed", NULL }, /* last: whatever else it says */
};

/* Returns the errno of libfdt's error RET, with *ERR filled. */
static int refuse(int ret, struct tree_error *err)
{
	size_t i = 0;

	while (i < sizeof(reasons) / sizeof(*reasons) - 1 && reasons[i].error != -ret)
		i++;
	return tree_error_set(err, ret == -FDT_ERR_NOSPACE ? ENOSPC : EINVAL, -1, reasons[i].what,
			      reasons[i].remedy, 0);
}

/* libfdt's own check reads names of nodes where trees before version 16 have none. */
static int check(const void *fdt, size_t size)
{
	if (size >= sizeof(struct fdt_header) && fdt_magic(fdt) == FDT_MAGIC &&
	    fdt_version(fdt) < 16)
		return -FDT_ERR_BADVERSION;
	return fdt_check_full(fdt, size);
}

int overlay_begin(void *buf, size_t room, const void *fdt, size_t size, struct tree_error *err)
{
	int ret = check(fdt, size);

	if (!ret)
		ret = fdt_open_into(fdt, buf, room < INT32_MAX ? (int)room : INT32_MAX);
	return ret ? refuse(ret, err) : 0;
}

/* libfdt takes a tree without any for an overlay that does nothing. */
static bool has_fragment(const void *overlay)
{
	for (int node = fdt_first_subnode(overlay, 0); node >= 0;
	     node = fdt_next_subnode(overlay, node))
		if (fdt_subnode_offset(overlay, node, "__overlay__") >= 0)
			return true;
	return false;
}

int overlay_apply(void *buf, void *overlay, size_t size, struct tree_error *err)
{
	int ret = check(overlay, size);

	if (!ret && !has_fragment(overlay))
		ret = -FDT_ERR_BADOVERLAY;
	if (!ret)
		ret = fdt_overlay_apply(buf, overlay);
	return ret ? refuse(ret, err) : 0;
}

size_t overlay_end(void *buf)
{
	fdt_pack(buf);
	return fdt_totalsize(buf);
}
