// SPDX-License-Identifier: BSD-2-Clause
// FITs: the configuration, what of it runs, what comes along, what is left out.
#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "board/region.h"
#include "boot/image/fit.h"
#include "boot/image/fit_node.h"
#include "boot/verify.h"
#include "generated/config.h"

#define PICKS_MAX 24

/* How much an image wants to be what is run. */
enum rank { RANK_NEVER, RANK_LOADABLE, RANK_UBOOT, RANK_FIRMWARE, RANK_KERNEL };

struct pick {
	struct fit_node n;
	enum rank rank;
	const char *left_out; /* why; NULL: it is not */
};

struct picks {
	struct pick pick[PICKS_MAX];
	unsigned count;
	int main; /* what is run, -1: nothing */
};

/* The lists of a configuration that name what is loaded. */
static const struct {
	const char *list;
	enum rank rank;
} lists[] = {
	{ "kernel", RANK_KERNEL },	 { "firmware", RANK_FIRMWARE },
	{ "standalone", RANK_FIRMWARE }, { "loadables", RANK_LOADABLE },
	{ "fpga", RANK_NEVER },
};

/* Types that can be run, and their rank where there is no configuration. */
static const struct {
	const char *type;
	enum rank rank;
} types[] = {
	{ "kernel", RANK_KERNEL },
	{ "kernel_noload", RANK_KERNEL },
	{ "firmware", RANK_FIRMWARE },
	{ "standalone", RANK_LOADABLE },
};

static bool starts_with(const char *text, const char *with)
{
	return !strncasecmp(text, with, strlen(with));
}

static bool is_uboot(const struct fit_node *n)
{
	return !strcasecmp(n->os, "u-boot") ||
	       (!*n->os && (starts_with(n->name, "u-boot") || starts_with(n->name, "uboot")));
}

/* What a board's firmware puts where a guest has nothing. */
static const char *left_out(const struct fit_node *n)
{
	if (*n->arch && strcasecmp(n->arch, "arm") && strcasecmp(n->arch, "arm64"))
		return "for another processor";
	if (!strcasecmp(n->os, "arm-trusted-firmware") || !strcasecmp(n->type, "tfa-bl31"))
		return "TF-A";
	if (!strcasecmp(n->os, "tee") || !strcasecmp(n->type, "tee"))
		return "secure world";
	if (!strcasecmp(n->type, "fpga"))
		return "FPGA";
	return starts_with(n->name, "spl") ? "SPL" : NULL;
}

static enum rank type_rank(const char *type)
{
	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcasecmp(types[i].type, type))
			return types[i].rank;
	return RANK_NEVER;
}

static int pick_add(const struct fit *fit, struct picks *p, const struct fit_node *n,
		    enum rank rank, struct failure *f)
{
	struct pick *pick = &p->pick[p->count];

	for (unsigned i = 0; i < p->count; i++)
		if (p->pick[i].n.node == n->node)
			return 0; /* mkimage names U-Boot as firmware and as loadable */
	if (p->count == PICKS_MAX)
		return image_unfit(fit->image, f,
				   "has more than %d images in a configuration: "
				   "give one with less",
				   PICKS_MAX);
	*pick = (struct pick){ *n, rank, left_out(n) };
	if (pick->left_out || type_rank(n->type) == RANK_NEVER)
		pick->rank = RANK_NEVER;
	else if (rank == RANK_LOADABLE && is_uboot(n))
		pick->rank = RANK_UBOOT;
	if (pick->rank > (p->main < 0 ? RANK_NEVER : p->pick[p->main].rank))
		p->main = (int)p->count;
	p->count++;
	return 0;
}

static int picks_of_configuration(const struct fit *fit, int conf, struct picks *p,
				  struct failure *f)
{
	struct fit_node n;
	const char *name;

	for (unsigned list = 0; list < sizeof(lists) / sizeof(lists[0]); list++)
		for (int i = 0; (name = fit_node_text(fit, conf, lists[list].list, i)); i++)
			if (fit_node_find(fit, name, &n, f) ||
			    pick_add(fit, p, &n, lists[list].rank, f))
				return -1;
	return 0;
}

/* Without configurations: the image that was asked for, else all that could run. */
static int picks_of_images(const struct fit *fit, struct picks *p, struct failure *f)
{
	const char *wanted = fit->image->conf;
	struct fit_node n;
	int node;

	if (wanted)
		return fit_node_find(fit, wanted, &n, f) || pick_add(fit, p, &n, RANK_KERNEL, f)
			       ? -1
			       : 0;
	fdt_for_each_subnode(
		node, fit->tree,
		fit->images) if (fit_node_get(fit, node, &n, f) ||
				 (type_rank(n.type) != RANK_NEVER &&
				  pick_add(fit, p, &n, type_rank(n.type), f))) return -1;
	return 0;
}

/* --- what is run, and what is loaded beside it ------------------------------------------------ */

static int main_add(const struct fit *fit, const struct fit_node *n, struct failure *f)
{
	struct image *image = fit->image;
	const uint64_t at = fdt_off_dt_struct(fit->tree) + (uint64_t)n->node;
	struct span data;

	if (fit_node_data(fit, n, &data, f) || image_read(image, &data, f))
		return -1;
	image_part_name(&image->part[0], n->name);
	if (*n->arch)
		image_arch_told(image, strcasecmp(n->arch, "arm") ? ARCH_A64 : ARCH_A32);
	if (!strcasecmp(n->type, "kernel_noload") || !n->loaded)
		return 0;
	return image_load_at(image, n->load, n->entered ? n->entry : 0, "FIT", at, f);
}

static int part_add(const struct fit *fit, const struct fit_node *n, uint64_t gpa,
		    struct failure *f)
{
	struct image_part *part;
	struct span data;

	if (fit_node_data(fit, n, &data, f))
		return -1;
	part = image_part_add(fit->image, n->name, &data, gpa);
	if (!part)
		return image_unfit(fit->image, f, "has more than %d parts: give one with less",
				   IMAGE_PARTS_MAX);
	part->loaded = true;
	return 0;
}

static int loadables_add(const struct fit *fit, const struct picks *p, struct failure *f)
{
	for (unsigned i = 0; i < p->count; i++) {
		const struct pick *pick = &p->pick[i];

		if ((int)i == p->main)
			continue;
		if (pick->left_out)
			image_note_add(fit->image, "%s is left out (%s)", pick->n.name,
				       pick->left_out);
		else if (!pick->n.loaded)
			image_note_add(fit->image, "%s is left out (no load address)",
				       pick->n.name);
		else if (part_add(fit, &pick->n, pick->n.load, f))
			return -1;
	}
	return 0;
}

/* --- trees and ramdisk ------------------------------------------------------------------------ */

/* U-Boot's tree: where it is told, else 8-aligned behind U-Boot, as SPL's spl_fit_append_fdt(). */
static int uboot_tree_add(const struct fit *fit, const struct fit_node *tree, struct failure *f)
{
	struct image *image = fit->image;
	const uint64_t end = image->part[0].gpa + image->part[0].bytes.size;

	if (!tree->loaded && !image->part[0].placed) {
		image_note_add(image, "%s is left out (no load address)", tree->name);
		return 0;
	}
	if (part_add(fit, tree, tree->loaded ? tree->load : region_align(end, 8), f))
		return -1;
	image->uboot_tree = image->part[image->parts - 1].bytes;
	return 0;
}

/* The I-th tree that is named: the first one is the tree, the others are overlays. */
static int tree_add(const struct fit *fit, const struct fit_node *n, int i, bool uboot,
		    struct failure *f)
{
	struct image *image = fit->image;

	if (uboot && i) {
		image_note_add(image, "overlay %s is left out", n->name);
		return 0;
	}
	if (uboot)
		return uboot_tree_add(fit, n, f);
	if (!i)
		return fit_node_data(fit, n, &image->tree, f);
	if (image->overlays == IMAGE_OVERLAYS_MAX)
		return image_unfit(image, f, "has more than %d overlays: give one with less",
				   IMAGE_OVERLAYS_MAX);
	return fit_node_data(fit, n, &image->overlay[image->overlays++], f);
}

static int extras_of_configuration(const struct fit *fit, int conf, bool uboot, struct failure *f)
{
	struct fit_node n;
	const char *name = fit_node_text(fit, conf, "ramdisk", 0);

	if (name &&
	    (fit_node_find(fit, name, &n, f) || fit_node_data(fit, &n, &fit->image->ramdisk, f)))
		return -1;
	for (int i = 0; (name = fit_node_text(fit, conf, "fdt", i)); i++)
		if (fit_node_find(fit, name, &n, f) || tree_add(fit, &n, i, uboot, f))
			return -1;
	return 0;
}

/* Without configurations: the first of each kind. */
static int extras_of_images(const struct fit *fit, bool uboot, struct failure *f)
{
	bool tree = false;
	struct fit_node n;
	int node;

	fdt_for_each_subnode(node, fit->tree, fit->images)
	{
		if (fit_node_get(fit, node, &n, f))
			return -1;
		if (!strcasecmp(n.type, "ramdisk") && fit->image->ramdisk.fd < 0 &&
		    fit_node_data(fit, &n, &fit->image->ramdisk, f))
			return -1;
		if (!strcasecmp(n.type, "flat_dt") && !tree && tree_add(fit, &n, 0, uboot, f))
			return -1;
		tree |= !strcasecmp(n.type, "flat_dt");
	}
	return 0;
}

/* --- configurations --------------------------------------------------------------------------- */

/* The names below NODE, for a sentence. */
static const char *names_list(const struct fit *fit, int parent, char *buf, size_t size)
{
	size_t n = 0;
	int node;

	buf[0] = '\0';
	fdt_for_each_subnode(node, fit->tree, parent) if (n < size) n += (size_t)snprintf(
		buf + n, size - n, "%s%s", n ? ", " : "", fdt_get_name(fit->tree, node, NULL));
	return buf;
}

/* The configuration that is asked for, else the default. -1: there are none at all. */
static int configuration_find(const struct fit *fit, int *conf, struct failure *f)
{
	const int all = fdt_path_offset(fit->tree, "/configurations");
	const char *name = fit->image->conf;
	char names[160];

	*conf = -1;
	if (all < 0)
		return 0;
	if (!name)
		name = fit_node_text(fit, all, "default", 0);
	if (!name)
		return image_unfit(
			fit->image, f,
			"has no default configuration: name one of %s (firmware=FILE#NAME)",
			names_list(fit, all, names, sizeof(names)));
	*conf = fdt_subnode_offset(fit->tree, all, name);
	if (*conf < 0)
		return image_unfit(
			fit->image, f,
			"has no configuration %.60s: name one of %s (firmware=FILE#NAME)", name,
			names_list(fit, all, names, sizeof(names)));
	image_note_add(fit->image, "configuration %s", fdt_get_name(fit->tree, *conf, NULL));
	return 0;
}

/* What lies inside a verified FIT is signed with it. */
static int signature_check(const struct fit *fit, int conf, struct failure *f)
{
	struct image *image = fit->image;

	if (!CONFIG_VERIFY || !image->keys || image->layers > 1)
		return 0;
	if (verify_fit(image->keys, fit->tree, fdt_totalsize(fit->tree),
		       conf < 0 ? NULL : fdt_get_name(fit->tree, conf, NULL), image->path, f))
		return -1;
	image->verified = true;
	image_note_add(image, "signed");
	return 0;
}

static int images_read(const struct fit *fit, struct failure *f)
{
	struct picks picks = { .main = -1 };
	bool uboot;
	int conf;

	/* Nothing of the FIT is used before its signature has been checked. */
	if (configuration_find(fit, &conf, f) || signature_check(fit, conf, f) ||
	    (conf < 0 ? picks_of_images(fit, &picks, f)
		      : picks_of_configuration(fit, conf, &picks, f)))
		return -1;
	if (picks.main < 0) {
		return image_unfit(fit->image, f,
				   "holds nothing that can run in a guest (kernel, U-Boot, EDK2 "
				   "..) in %s: give the file with U-Boot in it, or u-boot.bin",
				   conf < 0 ? "its images" : fdt_get_name(fit->tree, conf, NULL));
	}
	fit->image->conf = NULL; /* a FIT inside has its own names */
	uboot = is_uboot(&picks.pick[picks.main].n);
	return main_add(fit, &picks.pick[picks.main].n, f) || loadables_add(fit, &picks, f) ||
			       (conf < 0 ? extras_of_images(fit, uboot, f)
					 : extras_of_configuration(fit, conf, uboot, f))
		       ? -1
		       : 0;
}

/* Every offset and name in TREE is checked here, once. */
static int tree_check(struct fit *fit, size_t size, struct failure *f)
{
	int error;

	if (fit->span->at % 8)
		return image_unfit(fit->image, f,
				   "has a FIT at byte %" PRIu64 " of what it lies in, and a tree "
				   "lies at a multiple of 8: give the FIT alone",
				   fit->span->at);
	/* libfdt's own check reads names of nodes where trees before version 16 have none. */
	error = fdt_version(fit->tree) < 16 ? -FDT_ERR_BADVERSION : fdt_check_full(fit->tree, size);
	if (error)
		return image_damaged(fit->image, "FIT", 0, f, "its tree is bad (%s): copy it again",
				     fdt_strerror(error));
	fit->images = fdt_path_offset(fit->tree, "/images");
	if (fit->images < 0)
		return image_unfit(fit->image, f,
				   "is a device tree and no FIT: give it as machine= "
				   "or board-dtb=, and a firmware as firmware=");
	image_kind_add(fit->image, "FIT");
	return 0;
}

int fit_read(struct image *image, const struct span *span, struct failure *f)
{
	struct fit fit = { .image = image, .span = span };
	uint8_t header[FDT_V17_SIZE];
	const uint8_t *tree;
	struct span blob;
	int error;

	if (span_read(span, 0, header, sizeof(header)))
		return image_damaged(image, "FIT", span->size, f,
				     "it ends within its header: copy it again");
	if (!span_part(&blob, span, 0, span_be32(header + 4)) || blob.size < FDT_V17_SIZE)
		return image_damaged(image, "FIT", 4, f,
				     "its tree has %" PRIu32 " bytes, the file %" PRIu64
				     ": copy it again",
				     span_be32(header + 4), span->size);
	error = span_map(&blob, &tree);
	if (error)
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-FIRMWARE",
			    "firmware %s cannot be mapped: %s: copy it again", image->path,
			    strerror(-error));
	fit.tree = tree;
	error = tree_check(&fit, blob.size, f) || images_read(&fit, f) ? -1 : 0;
	span_unmap(&blob, tree);
	return error;
}
