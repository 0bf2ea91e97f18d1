/* SPDX-License-Identifier: BSD-2-Clause */
/* Trees for tests, made by the tools a user has: dtc and fdtput. Included once, after cmocka.h. */
#ifndef TESTS_BOARD_TREETOOL_H
#define TESTS_BOARD_TREETOOL_H

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "board/tree.h"

#define TREETOOL_SIZE 0x100000
#define TREETOOL_NODES 8192

struct blob {
	_Alignas(8) uint8_t bytes[TREETOOL_SIZE];
	size_t size;
};

static inline void blob_copy(struct blob *blob, const void *from, const void *end)
{
	blob->size = (size_t)((const uint8_t *)end - (const uint8_t *)from);
	assert_true(blob->size <= sizeof(blob->bytes));
	memcpy(blob->bytes, from, blob->size);
}

/* Put SIZE bytes in a file, run COMMAND there (it finds them as "in", leaves "out"), take what it left. */
static inline void blob_through(struct blob *blob, const void *in, size_t size, const char *command)
{
	char dir[] = "/tmp/kvmshim-test-XXXXXX", line[1024];

	assert_non_null(mkdtemp(dir));
	snprintf(line, sizeof(line), "%s/in", dir);
	FILE *f = fopen(line, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(in, 1, size, f), size);
	fclose(f);
	snprintf(line, sizeof(line), "cd %s && %s", dir, command);
	const int status = system(line);
	snprintf(line, sizeof(line), "%s/out", dir);
	f = fopen(line, "rb");
	blob->size = f ? fread(blob->bytes, 1, sizeof(blob->bytes), f) : 0;
	if (f)
		fclose(f);
	snprintf(line, sizeof(line), "rm -r %s", dir);
	assert_int_equal(system(line), 0);
	assert_int_equal(status, 0);
	assert_true(blob->size > 0);
}

/* Source text, "/dts-v1/;" in front of it, compiled with labels. OPTIONS are dtc's. */
static inline void blob_compile(struct blob *blob, const char *options, const char *text)
{
	static char source[0x10000];
	char command[256];

	snprintf(source, sizeof(source), "/dts-v1/;\n%s", text);
	snprintf(command, sizeof(command), "dtc -q -@ %s -I dts -O dtb -o out in", options);
	blob_through(blob, source, strlen(source), command);
}

/* Change the tree as a user does: fdtput with these arguments behind the file's name. */
static inline void blob_fdtput(struct blob *blob, const char *options, const char *arguments)
{
	static struct blob before;
	char command[512];

	before = *blob;
	snprintf(command, sizeof(command), "cp in out && fdtput %s out %s", options, arguments);
	blob_through(blob, before.bytes, before.size, command);
}

static inline void blob_index(struct tree *tree, const struct blob *blob)
{
	static struct tree_node nodes[2][TREETOOL_NODES];
	static unsigned turn;
	struct tree_error err = { 0 };

	turn = !turn; /* two trees can be looked at together */
	const int ret =
		tree_index(tree, blob->bytes, blob->size, nodes[turn], TREETOOL_NODES, &err);
	if (ret)
		print_message("tree_index: %s\n", err.what);
	assert_int_equal(ret, 0);
}

#endif
