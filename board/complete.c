// SPDX-License-Identifier: BSD-2-Clause
// Completes the guest's tree: what the plan has settled, written into what the machine was read from.
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "board/machine.h"
#include "board/mirror.h"
#include "board/write.h"

#define CPU_EDITS 6
#define CPU_BYTES 64

static const char psci_compatible[] = "arm,psci-1.0\0arm,psci-0.2";

/* "cpu@" and 0x100 become "cpu@100" in BUF, which holds 16 digits more than PREFIX. */
static const char *unit_name(char *buf, const char *prefix, uint64_t unit)
{
	char *p = stpcpy(buf, prefix);
	unsigned shift = 60;

	while (shift && !(unit >> shift))
		shift -= 4;
	for (;; shift -= 4) {
		*p++ = "0123456789abcdef"[unit >> shift & 15];
		if (!shift)
			break;
	}
	*p = '\0';
	return buf;
}

/* VALUE as COUNT cells at CELL. Returns how many those are; *FITS becomes false where they are too few. */
static unsigned cells_put(uint32_t *cell, uint64_t value, unsigned count, bool *fits)
{
	if (count < 1 || count > 2 || (count == 1 && value >> 32)) {
		*fits = false;
		return 0;
	}
	if (count == 2)
		*cell++ = (uint32_t)(value >> 32);
	*cell = (uint32_t)value;
	return count;
}

static bool ram_complete(struct edits *e, const struct machine *m, const struct tree *tree,
			 const struct completion *with)
{
	const int node = m->rams ? m->ram_node[0] : -1;
	uint32_t cell[4 * MACHINE_RAM_MAX];
	unsigned address = tree_prop_u32(tree, 0, TREE_ADDRESS_CELLS, 2);
	unsigned size = tree_prop_u32(tree, 0, TREE_SIZE_CELLS, 1), n = 0;
	uint64_t base, none;
	bool fits = true;
	char name[32];

	if (node >= 0)
		tree_reg_cells(tree, (unsigned)node, &address, &size);
	for (unsigned i = 0; i < with->rams; i++) {
		n += cells_put(cell + n, with->ram[i].base, address, &fits);
		n += cells_put(cell + n, with->ram[i].size, size, &fits);
	}
	unit_name(name, "memory@", with->ram[0].base);
	if (node < 0) {
		edit_add_node(e, 0, name);
		edit_set_string(e, -1, "device_type", "memory");
	} else if (!tree_reg(tree, (unsigned)node, 0, &base, &none) && base != with->ram[0].base) {
		edit_name(e, node, name);
	}
	edit_set_cells(e, node, "reg", cell, n);
	if (node >= 0 && !tree->node[node].prop[TREE_DEVICE_TYPE])
		edit_set_string(e, node, "device_type", "memory");
	if (node < 0)
		edit_end_node(e);
	for (unsigned i = 1; i < m->rams; i++)
		if (m->ram_node[i] != m->ram_node[i - 1])
			edit_drop_node(e, m->ram_node[i]);
	return fits;
}

static bool mpidr_among(uint64_t mpidr, const uint64_t *all, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (all[i] == mpidr)
			return true;
	return false;
}

static void cpu_reg_set(struct edits *e, int node, uint64_t mpidr, unsigned cells)
{
	const uint32_t cell[2] = { (uint32_t)(mpidr >> 32), (uint32_t)mpidr };

	edit_set_cells(e, node, "reg", cell + (2 - cells), cells);
}

/* The CPUs the tree has: those that stay, and those that go with the map that names them. */
static void cpus_keep(struct edits *e, const struct machine *m, const struct tree *tree,
		      const struct completion *with, bool widened)
{
	const unsigned cpus = (unsigned)m->cpus_node;
	bool dropped = false;

	for (unsigned i = 0; i < m->cpus; i++) {
		if (!mpidr_among(m->mpidr[i], with->mpidr, with->cpus)) {
			edit_drop_node(e, m->cpu_node[i]);
			dropped = true;
			continue;
		}
		edit_set_string(e, m->cpu_node[i], "enable-method", "psci");
		edit_drop(e, m->cpu_node[i], "cpu-release-addr");
		if (widened)
			cpu_reg_set(e, m->cpu_node[i], m->mpidr[i], 2);
	}
	for (unsigned n = cpus + 1; dropped && n < tree->node[cpus].next; n = tree->node[n].next)
		if (!strcmp(tree_name(tree, n), "cpu-map"))
			edit_drop_node(e, (int)n);
}

static void cpus_complete(struct edits *e, const struct machine *m, const struct tree *tree,
			  const struct completion *with)
{
	const int node = m->cpus_node;
	unsigned cells, want = 1;
	char name[24];

	for (unsigned i = 0; i < with->cpus; i++)
		if (with->mpidr[i] >> 32)
			want = 2;
	if (node < 0) {
		cells = want;
		edit_add_node(e, 0, "cpus");
		edit_set_u32(e, -1, "#address-cells", cells);
		edit_set_u32(e, -1, "#size-cells", 0);
	} else {
		const unsigned has = tree_prop_u32(tree, (unsigned)node, TREE_ADDRESS_CELLS, 2);

		cells = has == 2 ? 2 : want;
		if (cells != has)
			edit_set_u32(e, node, "#address-cells", cells);
		if (tree_prop_u32(tree, (unsigned)node, TREE_SIZE_CELLS, 1))
			edit_set_u32(e, node, "#size-cells", 0);
		cpus_keep(e, m, tree, with, cells != has);
	}
	for (unsigned i = 0; i < with->cpus; i++) {
		if (m->cpus && mpidr_among(with->mpidr[i], m->mpidr, m->cpus))
			continue;
		edit_add_node(e, node, unit_name(name, "cpu@", with->mpidr[i]));
		edit_set_string(e, -1, "device_type", "cpu");
		edit_set_string(e, -1, "compatible", with->cpu_compatible);
		cpu_reg_set(e, -1, with->mpidr[i], cells);
		edit_set_string(e, -1, "enable-method", "psci");
		edit_end_node(e);
	}
	if (node < 0)
		edit_end_node(e);
}

bool machine_psci_is_kvms(const struct machine *m, const struct tree *tree)
{
	const char *compatible;
	uint32_t len;

	if (m->psci != PSCI_HVC || m->psci_node < 0)
		return false;
	compatible = tree_prop(tree, (unsigned)m->psci_node, TREE_COMPATIBLE, &len);
	return len == sizeof(psci_compatible) && !memcmp(compatible, psci_compatible, len);
}

static void psci_complete(struct edits *e, const struct machine *m)
{
	if (m->psci_node < 0)
		edit_add_node(e, 0, "psci");
	edit_set(e, m->psci_node, "compatible", psci_compatible, sizeof(psci_compatible));
	edit_set_string(e, m->psci_node, "method", "hvc");
	if (m->psci_node < 0)
		edit_end_node(e);
}

/* The GICv3's reg with the redistributor regions that are used; addresses stay as the bus has them. */
static bool redists_complete(struct edits *e, const struct machine *m, const struct tree *tree,
			     const struct completion *with)
{
	uint32_t cell[4 * (1 + BOARD_REDISTS_MAX)], len;
	unsigned address, size, used = 0, n;
	bool fits = true;

	if (m->gic.version != GIC_V3)
		return true;
	const uint8_t *reg = tree_prop(tree, (unsigned)m->gic.node, TREE_REG, &len);
	tree_reg_cells(tree, (unsigned)m->gic.node, &address, &size);
	if (address + size > 4)
		return false;
	for (n = 0; n < address + size; n++)
		cell[n] = tree_u32(reg + 4 * n);
	for (unsigned i = 0; i < m->gic.redists; i++) {
		if (!with->redist_count[i])
			continue;
		const uint8_t *entry = reg + 4 * (address + size) * (i + 1);
		for (unsigned j = 0; j < address; j++)
			cell[n++] = tree_u32(entry + 4 * j);
		n += cells_put(cell + n, (uint64_t)with->redist_count[i] * MACHINE_REDIST_SIZE,
			       size, &fits);
		used++;
	}
	if (!used)
		return true;
	edit_set_cells(e, m->gic.node, "reg", cell, n);
	if (tree_prop_u32(tree, (unsigned)m->gic.node, TREE_REDISTRIBUTOR_REGIONS, 1) != used)
		edit_set_u32(e, m->gic.node, "#redistributor-regions", used);
	return fits;
}

static uint32_t phandle_free(const struct tree *tree)
{
	uint32_t phandle = 1;

	while (tree_by_phandle(tree, phandle) >= 0)
		phandle++;
	return phandle;
}

bool machine_adds_timer(const struct machine *m, const struct tree *tree)
{
	unsigned cells;

	if (m->timer.node >= 0 || m->gic.node < 0 || tree_by_path(tree, "/timer") >= 0)
		return false;
	cells = tree_prop_u32(tree, (unsigned)m->gic.node, TREE_INTERRUPT_CELLS, 0);
	return cells == 3 || cells == 4;
}

/* KVM's timers are there whatever the tree says: a guest that is not told of them has no clock. */
static void timer_complete(struct edits *e, const struct machine *m, const struct tree *tree)
{
	static const uint32_t ppi[] = { 13, 14, 11, 10 }; /* of INTIDs 29, 30, 27, 26 */
	const bool rewrite =
		machine_mirrored(m) && machine_has_change(m, m->timer.node, CHANGE_TIMER);
	const int gic = m->gic.node, node = rewrite ? m->timer.node : -1;
	uint32_t cell[16] = { 0 }, phandle;
	unsigned cells;

	if (gic < 0 || (!rewrite && !machine_adds_timer(m, tree)))
		return;
	cells = tree_prop_u32(tree, (unsigned)gic, TREE_INTERRUPT_CELLS, 0);
	if (cells < 3 || cells > 4)
		return;
	phandle = tree_prop_u32(tree, (unsigned)gic, TREE_PHANDLE, 0);
	if (!phandle) {
		phandle = phandle_free(tree);
		edit_set_u32(e, gic, "phandle", phandle);
	}
	for (unsigned i = 0; i < 4; i++) {
		cell[i * cells] = 1; /* PPI */
		cell[i * cells + 1] = ppi[i];
		cell[i * cells + 2] = 4; /* active high */
	}
	if (!rewrite) {
		edit_add_node(e, 0, "timer");
		edit_set_string(e, -1, "compatible", "arm,armv8-timer");
		edit_set(e, -1, "always-on", "", 0);
	} else {
		edit_drop(e, node, "interrupts-extended");
		edit_drop(e, node, "interrupt-names");
	}
	edit_set_u32(e, node, "interrupt-parent", phandle);
	edit_set_cells(e, node, "interrupts", cell, 4 * cells);
	if (!rewrite)
		edit_end_node(e);
}

static void aliases_complete(struct edits *e, const struct machine *m, const struct tree *tree)
{
	const int node = m->aliases_node;
	uint32_t len;
	char path[256];

	if (m->console < 0 || (node >= 0 && tree_prop_named(tree, (unsigned)node, "serial0", &len)))
		return;
	tree_path(tree, (unsigned)m->device[m->console].node, path, sizeof(path));
	if (path[0] != '/')
		return; /* cut: no path that names it */
	if (node < 0)
		edit_add_node(e, 0, "aliases");
	edit_set_string(e, node, "serial0", path);
	if (node < 0)
		edit_end_node(e);
}

static void u64_set(struct edits *e, int node, const char *name, uint64_t value)
{
	edit_set_cells(e, node, name, (uint32_t[]){ (uint32_t)(value >> 32), (uint32_t)value }, 2);
}

/* Set a property that is there (HAVE), else see that none of that name is left. The edit, or NULL. */
static const struct edit *chosen_set(struct edits *e, int node, bool have, const char *name,
				     const void *value, size_t len)
{
	const unsigned at = e->count;

	if (have) {
		edit_set(e, node, name, value, len);
		return at < e->count ? &e->edit[at] : NULL;
	}
	if (node >= 0)
		edit_drop(e, node, name);
	return NULL;
}

int machine_complete(const struct machine *machine, const struct tree *tree,
		     const struct completion *with, void *out, size_t size, struct completed *done)
{
	static _Alignas(4096) struct edit edit[40 + CPU_EDITS * MACHINE_CPUS_MAX];
	static _Alignas(4096) uint8_t bytes[8192 + CPU_BYTES * MACHINE_CPUS_MAX];
	struct edits e = { .edit = edit,
			   .max = sizeof(edit) / sizeof(*edit),
			   .bytes = bytes,
			   .size = sizeof(bytes) };
	const uint64_t kaslr_seed = htobe64(with->kaslr_seed);
	const int chosen = machine->chosen_node;

	if (!with->rams || with->rams > MACHINE_RAM_MAX || !with->cpus ||
	    with->cpus > MACHINE_CPUS_MAX)
		return -EINVAL;
	if (!ram_complete(&e, machine, tree, with) || !redists_complete(&e, machine, tree, with))
		return -ERANGE;
	cpus_complete(&e, machine, tree, with);
	psci_complete(&e, machine);
	timer_complete(&e, machine, tree);
	if (machine->pmu_node >= 0 && !with->pmu)
		edit_drop_node(&e, machine->pmu_node);
	aliases_complete(&e, machine, tree);
	if (machine_mirrored(machine))
		mirror_complete(&e, machine, tree);

	if (chosen < 0)
		edit_add_node(&e, 0, "chosen");
	if (with->bootargs && *with->bootargs)
		edit_set_string(&e, chosen, "bootargs", with->bootargs);
	if (!with->stdout_path && chosen >= 0) {
		edit_drop(&e, chosen, "stdout-path");
		edit_drop(&e, chosen, "linux,stdout-path");
	}
	if (with->initrd_start) {
		u64_set(&e, chosen, "linux,initrd-start", with->initrd_start);
		u64_set(&e, chosen, "linux,initrd-end", with->initrd_end);
	} else if (chosen >= 0) {
		edit_drop(&e, chosen, "linux,initrd-start");
		edit_drop(&e, chosen, "linux,initrd-end");
	}
	const struct edit *rng =
		chosen_set(&e, chosen, with->rng_seed, "rng-seed", with->rng_seed, 32);
	const struct edit *kaslr =
		chosen_set(&e, chosen, with->kaslr, "kaslr-seed", &kaslr_seed, 8);
	if (chosen < 0)
		edit_end_node(&e);

	const long total = write_tree(tree, &e, out, size, with->slack);
	if (total < 0)
		return (int)total;
	*done = (struct completed){ .size = total,
				    .rng_seed_at = rng ? rng->at : 0,
				    .kaslr_seed_at = kaslr ? kaslr->at : 0 };
	return 0;
}
