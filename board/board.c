// SPDX-License-Identifier: BSD-2-Clause
// Collects what a board's device tree says about the board.

#include "board/board.h"

#include <errno.h>
#include <string.h>

#define FRAME_V2 0x1000u /* alignment of a GICv2's frames */
#define FRAME_V3 0x10000u /* of a GICv3's */
#define TIMER_VIRT 2 /* position of the virtual timer among the timer's interrupts */

static const char mend[] = "mend the board's tree";

static const struct {
	const char *compatible;
	enum gic_version version;
} gics[] = {
	/* those that Linux drives: drivers/irqchip/irq-gic.c, irq-gic-v3.c */
	{ "arm,gic-v3", GIC_V3 },	 { "arm,gic-400", GIC_V2 },
	{ "qcom,msm-qgic2", GIC_V2 },	 { "arm,cortex-a15-gic", GIC_V2 },
	{ "arm,cortex-a9-gic", GIC_V2 }, { "arm,cortex-a7-gic", GIC_V2 },
	{ "arm,pl390", GIC_V2 },	 { "qcom,msm-8660-qgic", GIC_V2 },
};

/* Nodes that are known by name, below the root. */
enum place { CHOSEN, CPUS, RESERVED_MEMORY, OPTIONS, PLACES };

static const char *const place_names[PLACES] = { "chosen", "cpus", "reserved-memory", "options" };

struct collector {
	const struct tree *tree;
	struct board *board;
	struct tree_error *err;
	int place[PLACES];
};

static int refuse(const struct collector *c, unsigned node, int ret, const char *what,
		  uint64_t value)
{
	*c->err = (struct tree_error){
		.what = what,
		.remedy = ret == -E2BIG
				  ? "remove what the guest does not need from the board's tree"
				  : mend,
		.node = (int)node,
		.offset = c->tree->node[node].at,
		.value = value,
	};
	return ret;
}

static const char *string_or_empty(const struct tree *tree, unsigned node, enum tree_prop prop)
{
	const char *s = tree_prop_string(tree, node, prop);

	return s ? s : "";
}

static bool string_is(const struct tree *tree, unsigned node, enum tree_prop prop, const char *want)
{
	return !strcmp(string_or_empty(tree, node, prop), want);
}

/* Every entry of NODE's reg that has a size and can be reached, behind the COUNT that REGION holds
 * already. */
static int regions_add(const struct collector *c, unsigned node, struct region *region,
		       unsigned *count, unsigned max)
{
	struct region r;

	for (unsigned i = 0;; i++) {
		const int ret = tree_reg(c->tree, node, i, &r.base, &r.size);

		if (ret == -ENOENT)
			return 0;
		if (ret == -EINVAL)
			return refuse(c, node, ret, "has a reg of a wrong length or beyond 64 bits",
				      0);
		if (ret || !r.size)
			continue;
		if (*count == max)
			return refuse(c, node, -E2BIG, "is one memory region too many", max);
		region[(*count)++] = r;
	}
}

static int memory_add(const struct collector *c, unsigned node)
{
	struct board *b = c->board;
	unsigned i = b->memories;
	const int ret = regions_add(c, node, b->memory, &b->memories, BOARD_MEMORY_MAX);

	for (; !ret && i < b->memories; i++) {
		if (__builtin_add_overflow(b->memory_total, b->memory[i].size, &b->memory_total))
			return refuse(c, node, -EINVAL, "makes more memory than 64 bits can count",
				      0);
	}
	return ret;
}

static int cpu_add(const struct collector *c, unsigned node)
{
	struct board *b = c->board;
	const char *compatible = string_or_empty(c->tree, node, TREE_COMPATIBLE);
	unsigned cells, size_cells, kind;
	uint32_t len;
	const void *reg = tree_prop(c->tree, node, TREE_REG, &len);

	tree_reg_cells(c->tree, node, &cells, &size_cells);
	if (!reg || cells < 1 || cells > 2 || size_cells > 2 || !len ||
	    len % (4 * (cells + size_cells)))
		return refuse(c, node, -EINVAL, "is a CPU with no reg, or one of a wrong length",
			      0);
	for (kind = 0; kind < b->kinds && strcmp(b->kind[kind].compatible, compatible); kind++)
		;
	if (kind == BOARD_KINDS_MAX)
		return refuse(c, node, -E2BIG, "is one kind of CPU core too many", BOARD_KINDS_MAX);
	if (b->cpus == BOARD_CPUS_MAX)
		return refuse(c, node, -E2BIG, "is one CPU too many", BOARD_CPUS_MAX);
	if (kind == b->kinds) {
		b->kind[kind].compatible = compatible;
		b->kind[kind].cpus = 0;
		b->kinds++;
	}
	b->kind[kind].cpus++;
	b->cpu[b->cpus++] =
		(struct board_cpu){ .mpidr = tree_cells(reg, cells), .kind = (uint8_t)kind };
	return 0;
}

/* Entry INDEX of the GIC's reg. An entry that is not there is REGION with size 0. */
static int gic_frame(const struct collector *c, unsigned node, unsigned index, uint64_t align,
		     struct region *region)
{
	const int ret = tree_reg(c->tree, node, index, &region->base, &region->size);

	if (ret == -ENOENT)
		*region = (struct region){ 0 };
	else if (ret)
		return refuse(c, node, -EINVAL,
			      "is an interrupt controller whose reg leads nowhere", index);
	else if (region->base % align)
		return refuse(c, node, -EINVAL,
			      "is an interrupt controller at an unaligned address", region->base);
	return 0;
}

static int gic_v2_add(const struct collector *c, unsigned node)
{
	struct board *b = c->board;
	struct region virt_control, virt_cpu;

	if (gic_frame(c, node, 0, FRAME_V2, &b->gic.dist) ||
	    gic_frame(c, node, 1, FRAME_V2, &b->gic.cpu) ||
	    gic_frame(c, node, 2, FRAME_V2, &virt_control) ||
	    gic_frame(c, node, 3, FRAME_V2, &virt_cpu))
		return -EINVAL;
	if (!b->gic.dist.size || !b->gic.cpu.size)
		return refuse(c, node, -EINVAL,
			      "is a GICv2 without a distributor or a CPU interface", 0);
	b->gic.frames = virt_control.size && virt_cpu.size;
	return 0;
}

static int gic_v3_add(const struct collector *c, unsigned node)
{
	struct board *b = c->board;
	const uint32_t redists = tree_prop_u32(c->tree, node, TREE_REDISTRIBUTOR_REGIONS, 1);
	uint32_t len;
	const void *stride = tree_prop(c->tree, node, TREE_REDISTRIBUTOR_STRIDE, &len);

	if (redists > BOARD_REDISTS_MAX)
		return refuse(c, node, -E2BIG, "has too many redistributor regions", redists);
	if (gic_frame(c, node, 0, FRAME_V3, &b->gic.dist))
		return -EINVAL;
	for (unsigned i = 0; i < redists; i++) {
		if (gic_frame(c, node, 1 + i, FRAME_V3, &b->gic.redist[i]))
			return -EINVAL;
		if (!b->gic.redist[i].size)
			return refuse(c, node, -EINVAL,
				      "is a GICv3 with a redistributor region missing", i);
	}
	if (!redists || !b->gic.dist.size)
		return refuse(c, node, -EINVAL,
			      "is a GICv3 without a distributor or redistributors", 0);
	if (stride && len != 4 && len != 8)
		return refuse(c, node, -EINVAL, "has a redistributor-stride of a wrong length",
			      len);
	b->gic.redists = redists;
	b->gic.stride = stride ? tree_cells(stride, len / 4) : 0;
	b->gic.frames = true;
	return 0;
}

enum gic_version board_gic_version(const char *compatible)
{
	for (unsigned i = 0; i < sizeof(gics) / sizeof(gics[0]); i++)
		if (tree_same(gics[i].compatible, compatible))
			return gics[i].version;
	return GIC_NONE;
}

static int gic_add(const struct collector *c, unsigned node)
{
	struct board *b = c->board;

	for (unsigned i = 0; i < sizeof(gics) / sizeof(gics[0]); i++) {
		if (!tree_compatible(c->tree, node, gics[i].compatible))
			continue;
		if (b->gic.version || !tree_enabled(c->tree, node))
			return 0;
		b->gic.version = gics[i].version;
		b->gic.node = (int)node;
		return gics[i].version == GIC_V2 ? gic_v2_add(c, node) : gic_v3_add(c, node);
	}
	return 0;
}

static void psci_add(const struct collector *c, unsigned node)
{
	struct board *b = c->board;

	if (b->psci || !tree_enabled(c->tree, node))
		return;
	if (!tree_compatible(c->tree, node, "arm,psci-1.0") &&
	    !tree_compatible(c->tree, node, "arm,psci-0.2") &&
	    !tree_compatible(c->tree, node, "arm,psci"))
		return;
	if (string_is(c->tree, node, TREE_METHOD, "smc"))
		b->psci = PSCI_SMC;
	else if (string_is(c->tree, node, TREE_METHOD, "hvc"))
		b->psci = PSCI_HVC;
}

/* What a node that is known by its properties says. Cheap tests first: most nodes are none of
 * these. */
static int device_add(const struct collector *c, unsigned node)
{
	struct board *b = c->board;
	const uint32_t *prop = c->tree->node[node].prop;

	if (!prop[TREE_COMPATIBLE])
		return 0;
	if (prop[TREE_INTERRUPT_CONTROLLER])
		return gic_add(c, node);
	if (b->gic.version == GIC_V3 && c->tree->node[node].parent == b->gic.node) {
		b->gic.its |= tree_compatible(c->tree, node, "arm,gic-v3-its") &&
			      tree_enabled(c->tree, node);
	} else if (prop[TREE_METHOD]) {
		psci_add(c, node);
	} else if ((prop[TREE_INTERRUPTS] || prop[TREE_INTERRUPTS_EXTENDED]) && !prop[TREE_REG]) {
		if (b->timer.node < 0 && tree_enabled(c->tree, node) &&
		    (tree_compatible(c->tree, node, "arm,armv8-timer") ||
		     tree_compatible(c->tree, node, "arm,armv7-timer")))
			b->timer.node = (int)node;
	}
	return 0;
}

static int node_add(struct collector *c, unsigned node)
{
	const struct tree *tree = c->tree;
	const int parent = tree->node[node].parent;

	if (!parent) {
		const char *name = tree_name(tree, node);

		for (unsigned i = 0; i < PLACES; i++) {
			if (*name == *place_names[i] && !strcmp(name, place_names[i])) {
				c->place[i] = (int)node;
				return 0;
			}
		}
		if (string_is(tree, node, TREE_DEVICE_TYPE, "memory"))
			return tree_enabled(tree, node) ? memory_add(c, node) : 0;
	} else if (parent == c->place[CPUS]) {
		if (string_is(tree, node, TREE_DEVICE_TYPE, "cpu") && tree_enabled(tree, node))
			return cpu_add(c, node);
		return 0;
	} else if (parent == c->place[RESERVED_MEMORY]) {
		if (!tree_enabled(tree, node))
			return 0;
		return regions_add(c, node, c->board->reserved, &c->board->reserveds,
				   BOARD_RESERVED_MAX);
	} else if (parent == c->place[OPTIONS]) {
		if (!strcmp(tree_name(tree, node), "kvmshim"))
			c->board->options = (int)node;
		return 0;
	}
	return device_add(c, node);
}

static int reservations_add(const struct collector *c)
{
	struct board *b = c->board;
	struct region r;

	for (unsigned i = 0; tree_reservation(c->tree, i, &r.base, &r.size); i++) {
		if (b->reserveds == BOARD_RESERVED_MAX)
			return refuse(c, 0, -E2BIG, "has too many memory reservations",
				      BOARD_RESERVED_MAX);
		b->reserved[b->reserveds++] = r;
	}
	return 0;
}

/* INTID of NODE's interrupt INDEX, 0 if it has none or another controller than the GIC takes it. */
static uint32_t intid_of(const struct collector *c, unsigned node, unsigned index)
{
	struct tree_irq irq;
	uint32_t intid;
	bool edge;

	if (!c->board->gic.version || tree_irq(c->tree, node, index, &irq) ||
	    irq.controller != c->board->gic.node || tree_irq_intid(&irq, &intid, &edge))
		return 0;
	return intid;
}

static void console_find(const struct collector *c)
{
	const struct tree *tree = c->tree;
	struct board *b = c->board;

	if (c->place[CHOSEN] >= 0)
		b->console.stdout_path =
			tree_prop_string(tree, (unsigned)c->place[CHOSEN], TREE_STDOUT_PATH);
	if (b->console.stdout_path)
		b->console.node = tree_by_path(tree, b->console.stdout_path);
	if (b->console.node < 0)
		b->console.node = tree_by_path(tree, "serial0");
	if (b->console.node < 0)
		return;

	const unsigned node = (unsigned)b->console.node;

	b->console.compatible = string_or_empty(tree, node, TREE_COMPATIBLE);
	if (tree_reg(tree, node, 0, &b->console.reg.base, &b->console.reg.size))
		b->console.reg = (struct region){ 0 };
	b->console.intid = intid_of(c, node, 0);
}

int board_collect(struct board *board, const struct tree *tree, struct tree_error *err)
{
	struct collector c = {
		.tree = tree, .board = board, .err = err, .place = { -1, -1, -1, -1 }
	};
	int ret = 0;

	/* The arrays stay as they are: their counts say what is in them. */
	board->model = string_or_empty(tree, 0, TREE_MODEL);
	board->compatible = string_or_empty(tree, 0, TREE_COMPATIBLE);
	board->memories = board->reserveds = board->cpus = board->kinds = 0;
	board->memory_total = 0;
	memset(&board->gic, 0, sizeof(board->gic));
	memset(&board->timer, 0, sizeof(board->timer));
	memset(&board->console, 0, sizeof(board->console));
	board->gic.node = board->timer.node = board->console.node = board->options = -1;
	board->console.compatible = "";
	board->psci = PSCI_NONE;

	for (unsigned n = 1; n < tree->count && !ret; n++)
		ret = node_add(&c, n);
	if (!ret)
		ret = reservations_add(&c);
	if (ret)
		return ret;

	if (board->timer.node >= 0) {
		const unsigned node = (unsigned)board->timer.node;
		const uint32_t intid =
			intid_of(&c, node, tree_irq_index(tree, node, "virt", TIMER_VIRT));

		board->timer.virt_ppi = intid < 32 ? intid : 0;
	}
	/* KVM makes no vGIC without the maintenance interrupt: gic_of_setup_kvm_info() in both
	 * drivers. */
	board->gic.virt = board->gic.frames && intid_of(&c, (unsigned)board->gic.node, 0);
	console_find(&c);
	return 0;
}
