// SPDX-License-Identifier: BSD-2-Clause
// Prints what the board reader finds in device trees, and feeds it damaged ones.
//
// usage: board_dump FILE...                    facts as text: what board_collect() found, then
// every
//                                              reg and interrupt of every node
//        board_dump --mutants SEED N FILE...   N variants of each, truncated or with bytes flipped
//        board_dump --altered SEED DIR FILE... one of each that is a good tree, but lies, in DIR/N.dtb

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "board/board.h"

#define NODES_MAX 8192
#define FILE_MAX (1u << 20)
#define SECONDS_MAX 5 /* for one tree; the largest takes milliseconds */

static struct tree_node nodes[NODES_MAX];
static struct board board;
static char path_buf[4096];

static const char *path_of(const struct tree *tree, int node)
{
	return node < 0 ? "-" : tree_path(tree, (unsigned)node, path_buf, sizeof(path_buf));
}

static void region_print(const char *what, const struct region *r)
{
	printf("%s %" PRIx64 " %" PRIx64 "\n", what, r->base, r->size);
}

static void board_print(const struct tree *tree, const struct board *b)
{
	static const char *const methods[] = { "none", "hvc", "smc" };

	printf("model %s\ncompatible %s\n", b->model, b->compatible);
	for (unsigned i = 0; i < b->memories; i++)
		region_print("memory", &b->memory[i]);
	printf("memory_total %" PRIx64 "\n", b->memory_total);
	for (unsigned i = 0; i < b->reserveds; i++)
		region_print("reserved", &b->reserved[i]);
	for (unsigned i = 0; i < b->cpus; i++)
		printf("cpu %" PRIx64 " %s\n", b->cpu[i].mpidr, b->kind[b->cpu[i].kind].compatible);
	for (unsigned i = 0; i < b->kinds; i++)
		printf("kind %s %u\n", b->kind[i].compatible, b->kind[i].cpus);
	printf("gic %d %s\n", b->gic.version ? (int)b->gic.version + 1 : 0,
	       path_of(tree, b->gic.node));
	if (b->gic.version) {
		region_print("gic_dist", &b->gic.dist);
		region_print("gic_cpu", &b->gic.cpu);
		for (unsigned i = 0; i < b->gic.redists; i++)
			region_print("gic_redist", &b->gic.redist[i]);
		printf("gic_stride %" PRIx64 "\ngic_virt %d\ngic_its %d\n", b->gic.stride,
		       b->gic.virt, b->gic.its);
	}
	printf("timer %s %u\n", path_of(tree, b->timer.node), b->timer.virt_ppi);
	printf("psci %s\n", methods[b->psci]);
	printf("console %s\n", path_of(tree, b->console.node));
	printf("console_compatible %s\n", b->console.compatible);
	region_print("console_reg", &b->console.reg);
	printf("console_intid %u\n", b->console.intid);
	printf("console_stdout %s\n", b->console.stdout_path ? b->console.stdout_path : "-");
	printf("options %s\n", path_of(tree, b->options));
}

static const char *error_name(int ret)
{
	return ret == -ENXIO ? "ENXIO" : ret == -EINVAL ? "EINVAL" : "?";
}

/* Every reg and every interrupt of NODE, to the first that is not there or not right. */
static void node_print(const struct tree *tree, unsigned node)
{
	const char *path = path_of(tree, (int)node);
	int ret = 0;

	for (unsigned i = 0; ret != -ENOENT && ret != -EINVAL; i++) {
		uint64_t gpa, size;

		ret = tree_reg(tree, node, i, &gpa, &size);
		if (!ret)
			printf("reg %s %u %" PRIx64 " %" PRIx64 "\n", path, i, gpa, size);
		else if (ret != -ENOENT)
			printf("reg %s %u %s\n", path, i, error_name(ret));
	}
	for (unsigned i = 0;; i++) {
		struct tree_irq irq;

		ret = tree_irq(tree, node, i, &irq);
		if (ret == -ENOENT)
			return;
		if (ret) {
			printf("irq %s %u %s\n", path, i, error_name(ret));
			return;
		}
		printf("irq %s %u", path, i);
		for (unsigned k = 0; k < irq.cells; k++)
			printf(" %x", irq.cell[k]);
		printf(" %s\n", path_of(tree, irq.controller));
		path = path_of(tree, (int)node);
	}
}

static void tree_print(const uint8_t *blob, size_t size)
{
	struct tree tree;
	struct tree_error err;
	int ret = tree_index(&tree, blob, size, nodes, NODES_MAX, &err);

	if (ret) {
		printf("refused - %s\n", err.what);
		return;
	}
	printf("nodes %u\n", tree.count);
	ret = board_collect(&board, &tree, &err);
	if (ret)
		printf("refused %s %s\n", path_of(&tree, err.node), err.what);
	else
		board_print(&tree, &board);
	for (unsigned n = 0; n < tree.count; n++)
		node_print(&tree, n);
}

static uint8_t *file_read(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	uint8_t *blob = aligned_alloc(8, FILE_MAX);

	if (!f || !blob) {
		perror(path);
		exit(1);
	}
	*size = fread(blob, 1, FILE_MAX, f);
	fclose(f);
	return blob;
}

/* --- damage ------------------------------------------------------------------------------------
 */

static uint64_t seed;

/* splitmix64: the same variants everywhere. */
static uint64_t random_next(void)
{
	uint64_t z = seed += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static const uint32_t nasty[] = {
	0, 1, 2, 3, 4, 9, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff
};

static uint32_t word_any(void)
{
	const uint64_t r = random_next();

	return r % 2 ? nasty[(r >> 1) % (sizeof(nasty) / sizeof(nasty[0]))] : (uint32_t)(r >> 32);
}

static void word_put(uint8_t *m, size_t size, size_t at, uint32_t word)
{
	word = htobe32(word);
	if (at + 4 <= size)
		memcpy(m + at, &word, 4);
}

/* Change one word of one indexed property of TREE, the blob M was copied from: its length (sometimes) or its value. */
static void value_change(const struct tree *tree, uint8_t *m, size_t size, bool lengths)
{
	for (unsigned tries = 0; tries < 100; tries++) {
		const uint64_t r = random_next();
		const struct tree_node *n = &tree->node[r % tree->count];
		const uint32_t at = n->prop[(r >> 32) % TREE_PROPS];
		const uint32_t words = at ? tree_u32(tree->fdt + at + 4) / 4 : 0;

		if (!words)
			continue;
		if (lengths && r >> 60 == 0) /* shorter, in the room of as many words */
			word_put(m, size, at + 4, words * 4 - (uint32_t)(r >> 16) % 4);
		else
			word_put(m, size, at + 12 + 4 * ((uint32_t)(r >> 40) % words), word_any());
		return;
	}
}

/*
 * A variant of TREE's blob in a buffer of exactly its size, so that the sanitizer sees every byte too far: cut short; words
 * of the header changed; a few bytes changed anywhere; words of properties changed, so that it stays a tree but lies.
 */
static uint8_t *mutant_make(const struct tree *tree, size_t size, size_t *new_size)
{
	const uint64_t kind = random_next() % 5;
	uint8_t *m;

	*new_size = kind ? size : random_next() % size;
	m = malloc(*new_size ? *new_size : 1);
	if (!m)
		exit(1);
	memcpy(m, tree->fdt, *new_size);
	for (uint64_t i = kind ? 1 + random_next() % 4 : 0; i; i--) {
		if (kind == 1)
			word_put(m, size, random_next() % 10 * 4, word_any());
		else if (kind == 2)
			m[random_next() % size] = (uint8_t)random_next();
		else
			value_change(tree, m, size, true);
	}
	return m;
}

/* Everything a reader of a tree does, on a tree that may lie. */
static bool mutant_read(const uint8_t *blob, size_t size)
{
	struct tree tree;
	struct tree_error err;

	if (size >= 40)
		tree_used(blob, size);
	if (tree_index(&tree, blob, size, nodes, NODES_MAX, &err))
		return false;
	board_collect(&board, &tree, &err);
	for (unsigned n = 0; n < tree.count; n++)
		node_print(&tree, n);
	tree_by_path(&tree, "/soc/serial:115200");
	tree_by_path(&tree, "serial1/child");
	return true;
}

static int mutants_run(unsigned count, char **files)
{
	static struct tree_node own[NODES_MAX];
	unsigned long made = 0, accepted = 0;

	for (; *files; files++) {
		struct tree_error err;
		struct tree tree;
		size_t size, new_size;
		uint8_t *blob = file_read(*files, &size);

		if (tree_index(&tree, blob, size, own, NODES_MAX, &err)) {
			fprintf(stderr, "%s %s\n", *files, err.what);
			return 1;
		}
		for (unsigned i = 0; i < count; i++) {
			uint8_t *m = mutant_make(&tree, size, &new_size);

			alarm(SECONDS_MAX); /* a hang is a death by SIGALRM */
			accepted += mutant_read(m, new_size);
			made++;
			free(m);
		}
		free(blob);
	}
	fprintf(stderr, "%lu variants, %lu of them still trees\n", made, accepted);
	return 0;
}

/* Eight values changed in each tree; the blob stays well formed. */
static int altered_write(const char *dir, char **files)
{
	for (unsigned number = 0; files[number]; number++) {
		struct tree_error err;
		struct tree tree;
		char path[4096];
		size_t size;
		uint8_t *blob = file_read(files[number], &size), *m = malloc(size);
		FILE *f;

		snprintf(path, sizeof(path), "%s/%u.dtb", dir, number);
		f = fopen(path, "wb");
		if (!f || !m || tree_index(&tree, blob, size, nodes, NODES_MAX, &err))
			return 1;
		memcpy(m, blob, size);
		for (unsigned i = 0; i < 8; i++)
			value_change(&tree, m, size, false);
		fwrite(m, 1, size, f);
		if (fclose(f))
			return 1;
		free(m);
		free(blob);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 4 && !strcmp(argv[1], "--mutants")) {
		seed = strtoull(argv[2], NULL, 0);
		if (!freopen("/dev/null", "w", stdout))
			return 1;
		return mutants_run((unsigned)strtoul(argv[3], NULL, 0), argv + 4);
	}
	if (argc > 4 && !strcmp(argv[1], "--altered")) {
		seed = strtoull(argv[2], NULL, 0);
		return altered_write(argv[3], argv + 4);
	}
	for (int i = 1; i < argc; i++) {
		size_t size;
		uint8_t *blob = file_read(argv[i], &size);

		printf("file %s\n", argv[i]);
		tree_print(blob, size);
		free(blob);
	}
	return 0;
}
