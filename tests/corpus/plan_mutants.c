// SPDX-License-Identifier: BSD-2-Clause
// Plans for damaged boards and damaged guests, in one process: no crash, no hang, no bad line.
//
// usage: plan_mutants SEED N FIRMWARE FILE...    N variants of each tree

#include "boot/prepare.h"
#include "boot/trees.h"
#include "kvm/hostcpu.h"

int board_dump_main(int argc, char **argv);
#define main board_dump_main
#include "tests/corpus/board_dump.c"
#undef main

#include <fcntl.h>
#include <sys/mman.h>

static struct prepared prepared;
static unsigned long plans, refusals;

/* A file that holds the variant, for the functions that read one by its name. */
static char file_path[64];

static void file_make(const uint8_t *bytes, size_t size)
{
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("mutant", 0);
		snprintf(file_path, sizeof(file_path), "/proc/self/fd/%d", fd);
	}
	if (ftruncate(fd, 0) || pwrite(fd, bytes, size, 0) != (ssize_t)size)
		exit(1);
}

/* A sentence that is not cut, with a code, a remedy behind a colon, and no byte but text. */
static void failure_check(const struct failure *f)
{
	refusals++;
	for (const char *c = f->text; *c; c++)
		if (*c < ' ' || *c > '~') {
			fprintf(stderr, "a byte that is no text in: %s\n", f->text);
			exit(1);
		}
	if (f->code && f->text[0] && strlen(f->text) < sizeof(f->text) && strstr(f->text, ": "))
		return;
	fprintf(stderr, "no good refusal: %s\n", f->text);
	exit(1);
}

static void page_check(const struct prepared *p)
{
	static char text[64 << 10];
	struct page page = { text, 0, sizeof(text) };
	unsigned column = 0;

	plan_print(&p->plan, &p->inputs, &page);
	for (size_t i = 0; i < page.used; i++) {
		column = text[i] == '\n' ? 0 : column + 1;
		if (column > SAY_COLUMNS || (text[i] != '\n' && (text[i] < ' ' || text[i] > '~'))) {
			fprintf(stderr, "no good page at byte %zu:\n%.*s\n", i, (int)page.used,
				text);
			exit(1);
		}
	}
	plans++;
}

/* The plan for the board in BOARD_DTB with the guest MACHINE. */
static void plan(const char *board_dtb, const char *machine, const char *memory,
		 const char *firmware)
{
	static char option[4][4200];
	char *argv[] = { "kvmshim", "plan", option[0], option[1], option[2], option[3], NULL };
	struct prepared *p = &prepared;
	struct failure f = { .text = "" };

	snprintf(option[0], sizeof(option[0]), "--board-dtb=%s", board_dtb);
	snprintf(option[1], sizeof(option[1]), "--machine=%s", machine);
	snprintf(option[2], sizeof(option[2]), "--memory=%s", memory);
	snprintf(option[3], sizeof(option[3]), "--firmware=%s", firmware);
	alarm(SECONDS_MAX);
	if (settings_begin(&p->settings, 6, argv, false, NULL, &f) || prepare_board(p, &f)) {
		failure_check(&f);
		return;
	}
	host_assume(&p->host, &p->board);
	if (machine == file_path) /* what the guest asks for is to be there */
		p->host.gic_v2 = p->host.gic_v3 = p->host.its = true;
	if (prepare_images(p, &f) || prepare_plan(p, &f))
		failure_check(&f);
	else
		page_check(p);
	image_close(&p->firmware);
}

int main(int argc, char **argv)
{
	const char *firmware = argc > 4 ? argv[3] : "";

	if (argc < 5)
		return 64;
	seed = strtoull(argv[1], NULL, 0);
	for (char **file = argv + 4; *file; file++) {
		static struct tree_node own[NODES_MAX];
		struct tree_error err;
		struct tree tree;
		size_t size, new_size;
		uint8_t *blob = file_read(*file, &size);

		if (tree_index(&tree, blob, size, own, NODES_MAX, &err))
			return 1;
		for (unsigned i = 0; i < (unsigned)strtoul(argv[2], NULL, 0); i++) {
			uint8_t *m = mutant_make(&tree, size, &new_size);

			file_make(m, new_size);
			plan(file_path, "virt", i % 2 ? "64M" : "", firmware);
			plan(file_path, "mirror", i % 2 ? "64M" : "", firmware);
			plan(*file, file_path, i % 2 ? "64M@0x2000000000" : "64M", firmware);
			free(m);
		}
		free(blob);
	}
	fprintf(stderr, "%lu plans, %lu refusals\n", plans, refusals);
	return 0;
}
