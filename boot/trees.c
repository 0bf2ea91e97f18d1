// SPDX-License-Identifier: BSD-2-Clause
// Trees from files and from the binary itself.
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "board/overlay.h"
#include "boot/trees.h"
#include "generated/config.h"

#define HEADER 40 /* bytes of an FDT header */
#define ROOM ((size_t)CONFIG_TREE_SIZE << 10)
#define TREES_SOCS 1024 /* nodes of the tree that tells of SoCs */

extern const uint8_t dts_virt_gicv2_begin[], dts_virt_gicv2_end[];
extern const uint8_t dts_virt_gicv3_begin[], dts_virt_gicv3_end[];
extern const uint8_t dts_uefi_begin[], dts_uefi_end[];
extern const uint8_t dts_socs_begin[], dts_socs_end[];

static _Alignas(4096) uint8_t board_blob[ROOM], guest_blob[ROOM], merged_blob[ROOM];
static _Alignas(4096) struct tree_node board_nodes[TREES_NODES], guest_nodes[TREES_NODES];

/* sysfs hands out a page at a time. */
static ssize_t read_at(int fd, uint8_t *buf, size_t size)
{
	size_t done = 0;
	ssize_t n = 1;

	while (done < size && n > 0) {
		n = pread(fd, buf + done, size - done, (off_t)done);
		done += n > 0 ? (size_t)n : 0;
	}
	return n < 0 ? n : (ssize_t)done;
}

/* What makes a file of that kind. */
static const char *made_by(const char *whose)
{
	return !strcmp(whose, "overlay") ? ".dtbo file, as dtc makes it"
	       : !strcmp(whose, "key")	 ? ".dtb file, as mkimage -K writes it"
					 : ".dtb file, as dtc makes it";
}

long trees_read_file(const char *path, const char *whose, uint8_t *blob, size_t size,
		     struct failure *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO is not waited for */
	ssize_t n = fd < 0 ? -1 : pread(fd, blob, HEADER, 0);
	uint32_t used = n == HEADER ? tree_used(blob, HEADER) : 0;
	int error;

	if (used >= HEADER && used <= size)
		n = read_at(fd, blob, used);
	if (n == (ssize_t)used)
		fdt_set_totalsize(blob, used); /* padding is left out */
	error = errno;
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return fail(f, OUTCOME_BAD_CONFIG, "E-NOTREE",
			    "%s tree %s cannot be read: %s: give the path of a %s", whose, path,
			    strerror(error), made_by(whose));
	if (!used)
		return fail(f, OUTCOME_BAD_CONFIG, "E-NOTREE",
			    "%s tree %s is not a flattened device tree (%zd bytes read): give a "
			    "%s",
			    whose, path, n, made_by(whose));
	if (used > size)
		return fail(f, OUTCOME_REFUSED, "E-TREESIZE",
			    "%s tree %s has %u KiB, this build takes %zu: raise TREE_SIZE in the "
			    "configuration",
			    whose, path, used >> 10, size >> 10);
	if ((size_t)n < used)
		return fail(f, OUTCOME_BAD_CONFIG, "E-TRUNCATED",
			    "%s tree %s is cut off: its header tells of %u bytes, the file has "
			    "%zd: copy it again",
			    whose, path, used, n);
	return n;
}

int trees_refuse(const char *code, const char *whose, const char *path, const struct tree *tree,
		 const struct tree_error *e, struct failure *f)
{
	char node[100] = "", value[32] = "", place[32] = "", buf[72];

	if (tree && e->node >= 0)
		snprintf(node, sizeof(node), ", node %s",
			 tree_path(tree, (unsigned)e->node, buf, sizeof(buf)));
	if (e->value)
		snprintf(value, sizeof(value), " (%#" PRIx64 ")", e->value);
	if (e->offset)
		snprintf(place, sizeof(place), " at byte %zu", e->offset);
	return fail(f, OUTCOME_BAD_CONFIG, code, "%s tree %s%s: %s%s%s: %s", whose, path, node,
		    e->what, value, place,
		    e->remedy ? e->remedy : "make it again with dtc, and look at its warnings");
}

int trees_board_read(const char *path, struct tree *tree, struct board *board, struct failure *f)
{
	struct tree_error e = { .node = -1 };
	long n = trees_read_file(path, "board", board_blob, ROOM, f);

	if (n < 0)
		return -1;
	if (tree_index(tree, board_blob, (size_t)n, board_nodes, TREES_NODES, &e) ||
	    board_collect(board, tree, &e))
		return trees_refuse("E-BADTREE", "board", path, tree, &e, f);
	return 0;
}

/* The tree of virt. */
static const uint8_t *built_in(const struct settings *s, const struct host *host, size_t *size)
{
	bool v3 = s->gic ? s->gic == 3 : host->gic_v3;

	*size = (size_t)(v3 ? dts_virt_gicv3_end - dts_virt_gicv3_begin
			    : dts_virt_gicv2_end - dts_virt_gicv2_begin);
	return v3 ? dts_virt_gicv3_begin : dts_virt_gicv2_begin;
}

bool trees_from_firmware(const struct settings *s, const struct image *firmware)
{
	return firmware->tree.fd >= 0 && s->raw[SET_MACHINE].origin == ORIGIN_DEFAULT;
}

bool trees_virt(const struct settings *s, const struct image *firmware)
{
	return !trees_from_firmware(s, firmware) && !strcmp(s->raw[SET_MACHINE].text, "virt");
}

/* A tree inside the firmware's file into BLOB. Bytes read, or -1 and failed. */
static long inner_read(const struct image *firmware, const char *whose, const struct span *span,
		       uint8_t *blob, struct failure *f)
{
	int error = span->size > ROOM ? -EFBIG : span_read(span, 0, blob, (size_t)span->size);

	if (error)
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-NOTREE",
			    "the %s tree in firmware %s (%" PRIu64
			    " bytes) cannot be read: %s: pack it again",
			    whose, firmware->path, span->size, strerror(-error));
	return (long)span->size;
}

static int overlay_add(const char *path, uint8_t *blob, long size, struct tree_error *e,
		       struct failure *f)
{
	if (size < 0)
		return -1;
	if (overlay_apply(merged_blob, blob, (size_t)size, e))
		return trees_refuse("E-BADTREE", "overlay", path, NULL, e, f);
	return 0;
}

/* The overlay that virt has for UEFI firmware. Its bytes; 0: none is wanted or built in. */
static long uefi_read(const struct settings *s, const struct image *firmware, uint8_t *blob)
{
	const size_t size = (size_t)(dts_uefi_end - dts_uefi_begin);

	if (!firmware->uefi || !trees_virt(s, firmware))
		return 0;
	memcpy(blob, dts_uefi_begin, size);
	return (long)size;
}

/* What virt has for UEFI, the firmware's own overlays, then those of the settings, onto *BLOB. */
static int overlays_apply(const struct settings *s, const struct image *firmware, const char *path,
			  const uint8_t **blob, size_t *size, struct failure *f)
{
	static _Alignas(4096) uint8_t overlay_blob[ROOM];
	const unsigned own = trees_from_firmware(s, firmware) ? firmware->overlays : 0;
	const long uefi = uefi_read(s, firmware, overlay_blob);
	struct tree_error e = { .node = -1 };

	if (!own && !s->overlays && !uefi)
		return 0;
	if (!CONFIG_TREE_OVERLAYS)
		return fail(f, OUTCOME_BAD_CONFIG, "E-NOT-BUILT-IN",
			    "overlays are not built in: give a tree that has them applied "
			    "(machine=FILE), or build with CONFIG_TREE_OVERLAYS=y");
	if (overlay_begin(merged_blob, ROOM, *blob, *size, &e))
		return trees_refuse("E-BADTREE", "guest", path, NULL, &e, f);
	if (uefi && overlay_add("for UEFI", overlay_blob, uefi, &e, f))
		return -1;
	for (unsigned i = 0; i < own; i++)
		if (overlay_add(
			    firmware->path, overlay_blob,
			    inner_read(firmware, "overlay", &firmware->overlay[i], overlay_blob, f),
			    &e, f))
			return -1;
	for (unsigned i = 0; i < s->overlays; i++)
		if (overlay_add(s->overlay[i], overlay_blob,
				trees_read_file(s->overlay[i], "overlay", overlay_blob, ROOM, f),
				&e, f))
			return -1;
	*size = overlay_end(merged_blob);
	*blob = merged_blob;
	return 0;
}

/* U-Boot's own tree, in BLOB, where it is for another board than the one we stand on. Bytes, 0: none. */
static long uboot_tree_read(const struct image *firmware, const struct board *board, uint8_t *blob,
			    struct failure *f)
{
	const char *compatible;
	int len;
	long n;

	if (firmware->uboot_tree.fd < 0)
		return 0;
	n = inner_read(firmware, "board", &firmware->uboot_tree, blob, f);
	if (n < 0)
		return -1;
	if (fdt_check_full(blob, (size_t)n))
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-BADTREE",
			    "U-Boot's tree in firmware %s is bad: copy it again", firmware->path);
	compatible = fdt_getprop(blob, 0, "compatible", &len);
	return compatible && fdt_stringlist_contains(compatible, len, board->compatible) ? 0 : n;
}

int trees_guest_read(const struct settings *s, const struct host *host,
		     const struct image *firmware, const struct board *board,
		     const struct tree *board_tree, struct tree *tree, const char **path,
		     struct failure *f)
{
	const bool inner = trees_from_firmware(s, firmware);
	struct tree_error e = { .node = -1 };
	size_t size = 0;
	const uint8_t *blob = trees_virt(s, firmware) ? built_in(s, host, &size) : NULL;
	long n;

	*path = inner ? firmware->path : s->raw[SET_MACHINE].text;
	if (!CONFIG_MIRROR && !strcmp(*path, "mirror"))
		return fail(f, OUTCOME_BAD_CONFIG, "E-NOT-BUILT-IN",
			    "machine=mirror is not built in: build with CONFIG_MIRROR=y");
	if (settings_mirror(s)) {
		n = uboot_tree_read(firmware, board, guest_blob, f);
		if (n < 0)
			return -1;
		*path = n ? firmware->path : s->raw[SET_BOARD_DTB].text;
		blob = n ? guest_blob : board_tree->fdt;
		size = n ? (size_t)n : board_tree->used;
		if (!n && !s->overlays) {
			*tree = *board_tree;
			return 0;
		}
	}
	if (!blob) {
		n = inner ? inner_read(firmware, "guest", &firmware->tree, guest_blob, f)
			  : trees_read_file(*path, "guest", guest_blob, ROOM, f);
		if (n < 0)
			return -1;
		blob = guest_blob;
		size = (size_t)n;
	}
	if (overlays_apply(s, firmware, *path, &blob, &size, f))
		return -1;
	if (tree_index(tree, blob, size, guest_nodes, TREES_NODES, &e))
		return trees_refuse("E-BADTREE", "guest", *path, tree, &e, f);
	return 0;
}

const struct tree *trees_socs(void)
{
	static struct tree_node nodes[TREES_SOCS];
	static struct tree socs;
	struct tree_error e;

	if (!socs.fdt && tree_index(&socs, dts_socs_begin, (size_t)(dts_socs_end - dts_socs_begin),
				    nodes, TREES_SOCS, &e))
		socs = (struct tree){ .fdt = NULL };
	return &socs;
}
