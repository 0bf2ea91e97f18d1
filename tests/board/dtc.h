/* SPDX-License-Identifier: BSD-2-Clause */
/* Trees for the tests of the readers: just as written, faults included, in memory of exactly their size. */
#ifndef TESTS_BOARD_DTC_H
#define TESTS_BOARD_DTC_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/board/treetool.h"

#define DTC_NODES_MAX 1024

struct dtc {
	uint8_t *blob; /* from malloc, so that the sanitizer sees every byte too far */
	size_t size;
	struct tree_node node[DTC_NODES_MAX];
	struct tree tree;
	struct tree_error err;
};

/* Compile TEXT with dtc's OPTIONS ("" or such as "-V 16"); what dtc thinks wrong is let through. */
static inline void dtc_compile(struct dtc *d, const char *options, const char *text)
{
	static struct blob blob;
	static char source[0x10000];
	char command[128];

	snprintf(source, sizeof(source), "/dts-v1/;\n%s\n", text);
	snprintf(command, sizeof(command), "dtc -q -f %s -I dts -O dtb -o out in 2>err", options);
	blob_through(&blob, source, strlen(source), command);
	free(d->blob);
	d->size = blob.size;
	d->blob = malloc(blob.size);
	assert_non_null(d->blob);
	memcpy(d->blob, blob.bytes, blob.size);
}

/* Compile and index TEXT, which must be good. */
static inline void dtc_index(struct dtc *d, const char *text)
{
	dtc_compile(d, "", text);
	if (tree_index(&d->tree, d->blob, d->size, d->node, DTC_NODES_MAX, &d->err))
		fail_msg("the tree %s", d->err.what);
}

/* The node at PATH, which must be there. */
static inline unsigned dtc_node(const struct dtc *d, const char *path)
{
	const int node = tree_by_path(&d->tree, path);

	if (node < 0)
		fail_msg("no node %s", path);
	return (unsigned)node;
}

/* For cmocka: after each test. */
static inline void dtc_free(struct dtc *d)
{
	free(d->blob);
	d->blob = NULL;
}

#endif
