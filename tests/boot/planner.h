/* SPDX-License-Identifier: BSD-2-Clause */
/* A plan and all that goes into it, for tests: a host and a firmware that tests then change. */
#ifndef TESTS_BOOT_PLANNER_H
#define TESTS_BOOT_PLANNER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* Before cmocka's: both have a fail(). */
#include "board/dev.h"
#include "board/overlay.h"
#include "boot/plan.h"
#include "boot/trees.h"
#include "kvm/hostcpu.h"

#include <cmocka.h>

#include "tests/board/treetool.h"

#define MIB ((uint64_t)1 << 20)

extern const uint8_t dts_virt_gicv2_begin[], dts_virt_gicv2_end[];
extern const uint8_t dts_virt_gicv3_begin[], dts_virt_gicv3_end[];

struct planner {
	struct settings settings;
	struct board board;
	struct host host;
	struct image firmware;
	struct span initrd;
	struct blob board_blob, blob;
	struct tree board_tree, guest;
	uint8_t entropy[40];
	struct plan_inputs in;
	struct plan plan;
	struct failure f;
	struct tree made; /* the guest's tree as planned */
	_Alignas(8) uint8_t dtb[64 << 10];
};

static struct planner p;

/* Give settings as on the command line; a later call starts anew. */
static inline void planner_set(char *const *arg)
{
	static char *argv[16];
	int argc = 0;

	argv[argc++] = (char *)"kvmshim";
	argv[argc++] = (char *)"plan";
	while (*arg)
		argv[argc++] = *arg++;
	argv[argc] = NULL;
	if (settings_begin(&p.settings, argc, argv, false, NULL, &p.f))
		fail_msg("%s", p.f.text);
}
#define SET(...) planner_set((char *[]){ __VA_ARGS__, NULL })

/* The guest is a machine built in. */
static inline void planner_virt(int gic)
{
	if (gic == 2)
		blob_copy(&p.blob, dts_virt_gicv2_begin, dts_virt_gicv2_end);
	else
		blob_copy(&p.blob, dts_virt_gicv3_begin, dts_virt_gicv3_end);
}

/* Change the guest by an overlay: its source behind the /plugin/ line. */
static inline void planner_overlay(const char *text)
{
	static struct blob overlay;
	static _Alignas(8) uint8_t merged[TREETOOL_SIZE];
	static char source[0x4000] = "/plugin/;\n";
	struct tree_error e = { .node = -1 };

	assert_true(strlen(text) < sizeof(source) - 10);
	strcpy(source + 10, text);
	blob_compile(&overlay, "", source);
	if (overlay_begin(merged, sizeof(merged), p.blob.bytes, p.blob.size, &e) ||
	    overlay_apply(merged, overlay.bytes, overlay.size, &e))
		fail_msg("overlay %s", e.what);
	blob_copy(&p.blob, merged, merged + overlay_end(merged));
}

/* The board's tree has nodes of its own: a plan looks at it beside the guest's. */
static inline void planner_board_index(void)
{
	static struct tree_node nodes[TREETOOL_NODES];
	struct tree_error e = { .node = -1 };

	assert_int_equal(tree_index(&p.board_tree, p.board_blob.bytes, p.board_blob.size, nodes,
				    TREETOOL_NODES, &e),
			 0);
}

static inline int planner_begin(void **state)
{
	struct tree_error e = { .node = -1 };

	(void)state;
	memset(&p, 0, sizeof(p));
	p.host = (struct host){ .ipa_bits = 44,
				.vcpus_max = 512,
				.gic_v2 = true,
				.gic_v3 = true,
				.its = true,
				.features =
					HOSTCPU_AARCH32 | HOSTCPU_PMU | HOSTCPU_SVE | HOSTCPU_PAUTH,
				.page = 4096,
				.memory_free = 1024 * MIB,
				.memory_total = 2048 * MIB };
	p.firmware = (struct image){ .path = "u-boot.bin",
				     .part[0] = { .bytes = { 3, 0, MIB }, .footprint = MIB },
				     .parts = 1,
				     .tree = SPAN_NONE,
				     .uboot_tree = SPAN_NONE };
	p.initrd = SPAN_NONE;
	SET("--memory=64M");
	FILE *f = fopen("tests/boot/board.dts", "r");
	assert_non_null(f);
	static char text[0x4000];
	const size_t n = fread(text, 1, sizeof(text), f);
	fclose(f);
	blob_through(&p.board_blob, text, n, "dtc -q -I dts -O dtb -o out in");
	planner_board_index();
	if (board_collect(&p.board, &p.board_tree, &e))
		return -1;
	planner_virt(3);
	return 0;
}

/* Make the plan. 0 or -1, the failure in p.f. */
static inline int planner_make(void)
{
	static struct tree_node nodes[TREETOOL_NODES];
	struct tree_error e = { .node = -1 };

	p.f = (struct failure){ .text = "" };
	blob_index(&p.guest, &p.blob);
	p.in = (struct plan_inputs){ .settings = &p.settings,
				     .board = &p.board,
				     .board_tree = &p.board_tree,
				     .host = &p.host,
				     .firmware = &p.firmware,
				     .initrd = &p.initrd,
				     .initrd_path = "initrd.gz",
				     .guest = &p.guest,
				     .guest_path = p.settings.raw[SET_MACHINE].text,
				     .socs = trees_socs(),
				     .models = dev_models,
				     .entropy = p.entropy };
	if (plan_make(&p.plan, &p.in, p.dtb, sizeof(p.dtb), &p.f))
		return -1;
	assert_int_equal(
		tree_index(&p.made, p.dtb, (size_t)p.plan.tree.size, nodes, TREETOOL_NODES, &e), 0);
	return 0;
}

static inline void planner_good(void)
{
	if (planner_make())
		fail_msg("%s (%s)", p.f.text, p.f.code);
}

/* The plan is refused so, with WORDS in the sentence; which must have room left for a remedy behind a colon. */
static inline void planner_refused(enum outcome outcome, const char *code, const char *words)
{
	if (!planner_make())
		fail_msg("planned, in the place of %s", code);
	if (p.f.outcome != outcome || strcmp(p.f.code, code) || !strstr(p.f.text, words))
		fail_msg("%s, %s: %s\nin the place of %s: %s", outcome_name(p.f.outcome), p.f.code,
			 p.f.text, code, words);
	assert_non_null(strstr(p.f.text, ": "));
	assert_true(strlen(p.f.text) < sizeof(p.f.text) - 1);
}

/* What proves the refusal, WORDS among it. */
static inline void planner_proved(const char *words)
{
	if (!strstr(p.f.proof, words))
		fail_msg("proof: %s\nin the place of: %s", p.f.proof, words);
	assert_true(strlen(p.f.proof) < sizeof(p.f.proof) - 1);
}

/* Change the board's tree as a user does. */
static inline void planner_board_put(const char *options, const char *arguments)
{
	struct tree_error e = { .node = -1 };

	blob_fdtput(&p.board_blob, options, arguments);
	planner_board_index();
	assert_int_equal(board_collect(&p.board, &p.board_tree, &e), 0);
}

#endif
