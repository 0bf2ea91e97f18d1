/* SPDX-License-Identifier: BSD-2-Clause */
/* The images of a FIT: what their nodes say, and their bytes. */
#ifndef BOOT_IMAGE_FIT_NODE_H
#define BOOT_IMAGE_FIT_NODE_H

#include "boot/image/image.h"
#include "boot/image/unpack.h"

/* A FIT that is being read. */
struct fit {
	struct image *image;
	const struct span *span; /* all of it, external data too */
	const void *tree; /* checked by fdt_check_full() */
	int images; /* offset of /images in it */
};

/* An image's node. Texts lie in the tree; "" where there is none. */
struct fit_node {
	int node;
	const char *name, *type, *os, *arch;
	enum unpack_kind packed;
	bool loaded, entered; /* has a load address, an entry */
	uint64_t load, entry;
};

/* What the image at NODE says. Returns 0 or fail()s: a property that cannot be. */
int fit_node_get(const struct fit *fit, int node, struct fit_node *n, struct failure *f);

/* The same for the image called NAME. Fails also where there is none. */
int fit_node_find(const struct fit *fit, const char *name, struct fit_node *n, struct failure *f);

/*
 * Its bytes: embedded, or behind the tree; all hashes checked, then unpacked. Returns 0 or fail()s:
 * beyond the file's end, a hash that does not match or is of an unknown kind, encrypted.
 */
int fit_node_data(const struct fit *fit, const struct fit_node *n, struct span *data,
		  struct failure *f);

/* image_damaged() with the place of NODE. Returns -1. */
int fit_node_damaged(const struct fit *fit, int node, struct failure *f, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The I-th text of property NAME of NODE, NULL: there is none, or it does not end. */
const char *fit_node_text(const struct fit *fit, int node, const char *name, int i);

#endif
