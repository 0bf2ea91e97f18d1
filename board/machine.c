// SPDX-License-Identifier: BSD-2-Clause
// Reads the guest's machine from its tree.
#include <errno.h>
#include <string.h>

#include "board/dev.h"
#include "board/machine_reader.h"

#define LAYOUT_SHIFT_MOST 4

static int timer_read(struct reader *r, unsigned node)
{
	uint32_t len;

	if (machine_mirrored(r->m)) {
		if (tree_prop_named(r->tree, node, "clock-frequency", &len))
			machine_change(r->m, (int)node, CHANGE_FREQUENCY);
		/* In an idle state Linux leaves its CPU's wake-up to a timer of the board: a stub. */
		if (!tree_prop_named(r->tree, node, "always-on", &len))
			machine_change(r->m, (int)node, CHANGE_ALWAYS_ON);
	}
	r->m->timer.node = (int)node;
	return 0;
}

static int pmu_read(struct reader *r, unsigned node)
{
	r->m->pmu_node = (int)node;
	return 0;
}

static int psci_read(struct reader *r, unsigned node)
{
	const char *method = tree_prop_string(r->tree, node, TREE_METHOD);

	r->m->psci_node = (int)node;
	r->m->psci = !method		      ? PSCI_NONE
		     : !strcmp(method, "hvc") ? PSCI_HVC
		     : !strcmp(method, "smc") ? PSCI_SMC
					      : PSCI_NONE;
	return 0;
}

/* What is not a device model's: KVM's part of the machine, and flash. */
static const struct {
	const char *compatible;
	int (*read)(struct reader *r, unsigned node);
} kinds[] = {
	{ "arm,armv8-timer", timer_read },
	{ "arm,armv7-timer", timer_read },
	{ "arm,armv8-pmuv3", pmu_read },
	{ "arm,psci-1.0", psci_read },
	{ "arm,psci-0.2", psci_read },
	{ "arm,psci", psci_read },
	{ "arm,gic-v3-its", machine_gic_its_read },
	{ "cfi-flash", machine_memory_flash_read },
	{ "mmio-sram", machine_memory_sram_read },
};

/* A bit for how a compatible string begins: most in a tree are of vendors that nothing here is of. */
static uint64_t vendor_bit(const char *compatible)
{
	return 1ull << ((compatible[0] ? compatible[0] * 5 + compatible[1] : 0) & 63);
}

static uint64_t vendors_of(const struct model *const *models)
{
	uint64_t vendors = 0;

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		vendors |= vendor_bit(kinds[i].compatible);
	for (; *models; models++)
		for (const char *const *c = (*models)->compatible; *c; c++)
			vendors |= vendor_bit(*c);
	return vendors;
}

static const struct model *model_find(const struct model *const *models, const char *compatible,
				      unsigned *kind)
{
	for (; *models; models++)
		for (unsigned i = 0; (*models)->compatible[i]; i++)
			if (tree_same((*models)->compatible[i], compatible)) {
				*kind = i;
				return *models;
			}
	return NULL;
}

static unsigned layout_cell(const struct tree *tree, unsigned node, const char *name,
			    unsigned otherwise)
{
	uint32_t len;
	const void *p = tree_prop_named(tree, node, name, &len);

	return p && len == 4 ? tree_u32(p) : otherwise;
}

/* Where the device's registers are. */
static int layout_read(struct reader *r, unsigned node, const uint8_t *shifts,
		       struct dev_traits *traits)
{
	const unsigned usual = shifts ? shifts[traits->kind] : 0;

	traits->reg_shift = layout_cell(r->tree, node, "reg-shift", usual);
	traits->reg_width = layout_cell(r->tree, node, "reg-io-width", 0);
	if (traits->reg_shift > LAYOUT_SHIFT_MOST)
		return tree_error_set(r->err, EINVAL, (int)node, "reg-shift is too large",
				      "make it the log2 of the bytes between registers, 0 to 4",
				      traits->reg_shift);
	if (traits->reg_width & ~7u || traits->reg_width & (traits->reg_width - 1))
		return tree_error_set(r->err, EINVAL, (int)node, "reg-io-width is no access's",
				      "make it 1, 2 or 4 bytes", traits->reg_width);
	return 0;
}

static int device_add(struct reader *r, unsigned node, const struct model *model, unsigned kind)
{
	struct machine *m = r->m;
	struct machine_device *d = &m->device[m->devices];

	if (m->devices == MACHINE_DEVICES_MAX)
		return machine_reader_too_many(r, node, "too many devices", MACHINE_DEVICES_MAX);
	*d = (struct machine_device){ .model = model, .node = (int)node, .traits.kind = kind };
	if (model->layout && layout_read(r, node, model->reg_shifts, &d->traits))
		return -EINVAL;
	const int ret = machine_reader_region(r, node, 0, &d->reg);
	if (!ret && !d->reg.size)
		return tree_error_set(r->err, EINVAL, (int)node, "a device of size 0",
				      "give its reg a size", 0);
	m->devices += !ret;
	return ret;
}

static void unserved_add(struct machine *m, const struct tree *tree, unsigned node)
{
	struct machine_unserved *u = &m->unserved[m->unserveds];
	struct region reg;

	if (tree_reg(tree, node, 0, &reg.base, &reg.size) || !reg.size)
		return; /* on a bus of its own, such as I2C: nothing the CPU can touch */
	if (m->unserveds == MACHINE_UNSERVED_MAX) {
		m->unserveds_more++;
		return;
	}
	*u = (struct machine_unserved){ .node = (int)node, .reg = reg };
	m->unserveds++;
}

/* What cannot be a device of a board's is served as what nobody has a model for. */
static int device_read(struct reader *r, unsigned node, const struct model *model, unsigned kind)
{
	const int ret = device_add(r, node, model, kind);

	if (!ret || !machine_change(r->m, (int)node, CHANGE_DEVICE))
		return ret;
	unserved_add(r->m, r->tree, node);
	return 0;
}

/* The first string of the node's compatible list that is known decides. */
static int compatible_read(struct reader *r, unsigned node, const struct model *const *models)
{
	uint32_t len;
	const char *s = tree_prop(r->tree, node, TREE_COMPATIBLE, &len);
	const char *const end = s + len;

	for (const char *next; s < end && (next = memchr(s, 0, (size_t)(end - s))); s = next + 1) {
		const enum gic_version gic = board_gic_version(s);
		if (gic != GIC_NONE)
			return machine_gic_read(r, node, gic);
		if (!(r->vendors & vendor_bit(s)))
			continue;
		for (unsigned i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
			if (tree_same(kinds[i].compatible, s))
				return kinds[i].read(r, node);
		unsigned kind;
		const struct model *model = model_find(models, s, &kind);
		if (model)
			return device_read(r, node, model, kind);
	}
	unserved_add(r->m, r->tree, node);
	return 0;
}

static bool device_type_is(const struct tree *tree, unsigned node, const char *type)
{
	const char *s = tree_prop_string(tree, node, TREE_DEVICE_TYPE);

	return s && !strcmp(s, type);
}

static bool node_disabled(const struct tree *tree, unsigned node)
{
	const char *s = tree->node[node].prop[TREE_STATUS]
				? tree_prop_string(tree, node, TREE_STATUS)
				: "okay";

	return !s || (strcmp(s, "okay") && strcmp(s, "ok"));
}

static int cpus_read(struct reader *r, unsigned cpus)
{
	struct machine *m = r->m;
	const struct tree *tree = r->tree;
	uint32_t len;

	m->cpus_node = (int)cpus;
	for (unsigned n = cpus + 1; n < tree->node[cpus].next; n = tree->node[n].next) {
		if (!device_type_is(tree, n, "cpu") || node_disabled(tree, n))
			continue;
		unsigned cells, none;
		const void *p = tree_prop(tree, n, TREE_REG, &len);
		tree_reg_cells(tree, n, &cells, &none);
		if (!p || cells < 1 || cells > 2 || len != cells * 4)
			return tree_error_set(r->err, EINVAL, (int)n, "a CPU without a good reg",
					      "give it the affinity fields of its MPIDR", 0);
		if (m->cpus == MACHINE_CPUS_MAX)
			return machine_reader_too_many(r, n, "too many CPUs", MACHINE_CPUS_MAX);
		m->mpidr[m->cpus] = tree_cells(p, cells);
		m->cpu_node[m->cpus++] = (int)n;
	}
	return 0;
}

/* One node; *NEXT is the node to go on with. */
static int node_read(struct reader *r, unsigned node, const struct model *const *models,
		     unsigned *next)
{
	const struct tree_node *n = &r->tree->node[node];

	*next = n->next;
	if (n->prop[TREE_STATUS] && node_disabled(r->tree, node))
		return 0;
	if (tree_is_memory(r->tree, node)) {
		*next = node + 1;
		return machine_memory_read(r, node);
	}
	if (!n->parent) {
		const char *name = tree_name(r->tree, node);
		if (!strcmp(name, "chosen"))
			return (void)(r->m->chosen_node = (int)node), 0;
		if (!strcmp(name, "aliases"))
			return (void)(r->m->aliases_node = (int)node), 0;
		if (!strcmp(name, "cpus"))
			return cpus_read(r, node);
		if (!strcmp(name, "reserved-memory"))
			return 0;
	}
	*next = node + 1;
	if (n->prop[TREE_PASSTHROUGH])
		return machine_memory_pass_read(r, node);
	return n->prop[TREE_COMPATIBLE] ? compatible_read(r, node, models) : 0;
}

static int console_find(const struct machine *m, const struct tree *tree)
{
	const char *path = m->chosen_node < 0 ? NULL
					      : tree_prop_string(tree, (unsigned)m->chosen_node,
								 TREE_STDOUT_PATH);
	const int node = path ? tree_by_path(tree, path) : -1;

	for (unsigned i = 0; node >= 0 && i < m->devices; i++)
		if (m->device[i].node == node && m->device[i].model->input)
			return (int)i;
	for (unsigned i = 0; i < m->devices; i++)
		if (m->device[i].model->input)
			return (int)i;
	return -1;
}

bool machine_change(struct machine *m, int node, enum machine_change_kind kind)
{
	if (!machine_mirrored(m) || m->changes == MACHINE_CHANGES_MAX)
		return false;
	m->change[m->changes++] = (struct machine_change){ node, kind };
	return true;
}

bool machine_has_change(const struct machine *m, int node, enum machine_change_kind kind)
{
	for (unsigned i = 0; i < m->changes; i++)
		if (m->change[i].node == node && m->change[i].kind == kind)
			return true;
	return false;
}

int machine_read(struct machine *machine, const struct tree *tree,
		 const struct model *const *models, bool mirrored, struct tree_error *err)
{
	struct reader r = { .vendors = vendors_of(models), .m = machine, .tree = tree, .err = err };
	int ret = 0;

	/* The long tables are left alone: what counts in them is what their counters say. */
	memset(machine, 0, offsetof(struct machine, device));
	machine->mirrored = mirrored;
	machine->gic.node = machine->timer.node = machine->pmu_node = -1;
	machine->cpus_node = machine->psci_node = machine->chosen_node = machine->aliases_node = -1;
	for (unsigned n = 1; n < tree->count && !ret;)
		ret = node_read(&r, n, models, &n);
	if (ret)
		return ret;
	if (machine->gic.has_its && machine->gic.version != GIC_V3)
		return tree_error_set(err, EINVAL, -1, "an ITS without a GICv3", "take it out", 0);
	ret = machine_check_interrupts(&r);
	if (ret)
		return ret;
	machine->console = console_find(machine, tree);
	return machine_check_regions(&r);
}
