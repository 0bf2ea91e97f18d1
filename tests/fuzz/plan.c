// SPDX-License-Identifier: BSD-2-Clause
// What must hold of every plan, whatever it was made of.
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "boot/trees.h"
#include "kvm/hostcpu.h"
#include "tests/fuzz/fuzz.h"

#define MIB ((uint64_t)1 << 20)
#define THINGS_MAX 64

extern const uint8_t dts_virt_gicv3_begin[], dts_virt_gicv3_end[];

void fuzz_prepare(struct prepared *p)
{
	static char *argv[] = { (char *)"kvmshim", (char *)"plan", (char *)"--memory=64M", NULL };
	struct failure f;

	if (!p->settings.memory_size) { /* the first time */
		FUZZ_HOLDS(!settings_begin(&p->settings, 3, argv, false, NULL, &f));
		p->settings.raw[SET_BOARD_DTB].text = fuzz_file(
			dts_virt_gicv3_begin, (size_t)(dts_virt_gicv3_end - dts_virt_gicv3_begin));
		FUZZ_HOLDS(!prepare_board(p, &f));
	}
	p->host = (struct host){ .ipa_bits = 44,
				 .vcpus_max = 512,
				 .gic_v2 = true,
				 .gic_v3 = true,
				 .its = true,
				 .features = HOSTCPU_AARCH32 | HOSTCPU_PMU,
				 .page = 4096,
				 .memory_free = 2 * FUZZ_MOST,
				 .memory_total = 1024 * MIB };
	p->settings.memory_size = 64 * MIB;
}

/* --- where things lie ------------------------------------------------------------------------- */

struct things {
	struct region region[THINGS_MAX];
	unsigned count;
};

/* Add R, which must lie apart from all that is there, and within the host's addresses. */
static void apart(struct things *t, const struct region *r, unsigned ipa_bits)
{
	if (!r->size)
		return;
	FUZZ_HOLDS(r->base + r->size - 1 >= r->base && (r->base + r->size - 1) >> ipa_bits == 0);
	for (unsigned i = 0; i < t->count; i++)
		if (r->base < t->region[i].base + t->region[i].size &&
		    t->region[i].base < r->base + r->size)
			fuzz_bad("0x%llx, %llu bytes, and 0x%llx, %llu bytes, lie over each other",
				 (unsigned long long)r->base, (unsigned long long)r->size,
				 (unsigned long long)t->region[i].base,
				 (unsigned long long)t->region[i].size);
	FUZZ_HOLDS(t->count < THINGS_MAX);
	t->region[t->count++] = *r;
}

static bool within(const struct region *r, const struct region *bank, unsigned banks)
{
	for (unsigned i = 0; i < banks; i++)
		if (r->base >= bank[i].base && r->size <= bank[i].size &&
		    r->base - bank[i].base <= bank[i].size - r->size)
			return true;
	return false;
}

/* RAM, flash, GIC and devices. */
static void machine_apart(const struct prepared *p)
{
	const struct plan *plan = &p->plan;
	const struct machine *m = &plan->machine;
	const unsigned bits = p->host.ipa_bits;
	struct things t = { .count = 0 };

	FUZZ_HOLDS(plan->rams && plan->rams <= MACHINE_RAM_MAX);
	for (unsigned i = 0; i < plan->rams; i++) {
		FUZZ_HOLDS((plan->ram[i].base | plan->ram[i].size) % p->host.page == 0);
		apart(&t, &plan->ram[i], bits);
	}
	for (unsigned i = 0; i < m->flashes; i++)
		apart(&t, &m->flash[i], bits);
	apart(&t, &m->gic.dist, bits);
	if (m->gic.version == GIC_V2)
		apart(&t, &m->gic.cpu, bits);
	if (m->gic.has_its)
		apart(&t, &m->gic.its, bits);
	for (unsigned i = 0; i < m->gic.redists; i++)
		if (plan->redist_count[i])
			apart(&t, &m->gic.redist[i], bits);
	for (unsigned i = 0; i < m->devices; i++)
		apart(&t, &m->device[i].reg, bits);
}

/* The firmware's bytes, tree and ramdisk. */
static void contents_apart(const struct prepared *p)
{
	const struct plan *plan = &p->plan;
	const struct machine *m = &plan->machine;
	const unsigned bits = p->host.ipa_bits;
	struct things bytes = { .count = 0 }, rest;
	bool entered = false;

	FUZZ_HOLDS(plan->parts == p->firmware.parts);
	for (unsigned i = 0; i < plan->parts; i++) {
		const struct region *r = &plan->part[i].region,
				    file = { r->base, p->firmware.part[i].bytes.size };
		const int flash = plan->part[i].flash;

		FUZZ_HOLDS(flash < (int)m->flashes);
		FUZZ_HOLDS(within(r, flash < 0 ? plan->ram : &m->flash[flash],
				  flash < 0 ? plan->rams : 1));
		apart(&bytes, &file, bits);
		entered |= plan->entry - r->base < r->size;
	}
	FUZZ_HOLDS(entered && plan->entry % 4 == 0);
	FUZZ_HOLDS(within(&plan->dtb, plan->ram, plan->rams));
	FUZZ_HOLDS(!plan->initrd.size || within(&plan->initrd, plan->ram, plan->rams));
	FUZZ_HOLDS(plan->initrd.size == (p->initrd.fd < 0 ? 0 : p->initrd.size));
	for (unsigned i = 0; i < plan->parts; i++) { /* not even over its bss */
		rest = (struct things){ .region[0] = plan->part[i].region, .count = 1 };
		apart(&rest, &plan->dtb, bits);
		apart(&rest, &plan->initrd, bits);
	}
}

/* --- what was written ------------------------------------------------------------------------- */

static void tree_good(const struct prepared *p)
{
	static struct tree_node nodes[TREES_NODES];
	const size_t size = (size_t)p->plan.tree.size;
	struct tree_error e = { .node = -1 };
	struct tree tree;
	uint32_t len;
	int chosen;

	FUZZ_HOLDS(size == p->plan.dtb.size && size == fdt_totalsize(p->dtb));
	FUZZ_HOLDS(!tree_index(&tree, p->dtb, size, nodes, TREES_NODES, &e));
	FUZZ_HOLDS(!fdt_check_header(p->dtb));
	chosen = tree_by_path(&tree, "/chosen");
	FUZZ_HOLDS(chosen >= 0 && tree_by_path(&tree, "/cpus") >= 0);
	FUZZ_HOLDS(!p->plan.tree.rng_seed_at || p->plan.tree.rng_seed_at + 32 <= size);
	FUZZ_HOLDS(!p->plan.tree.kaslr_seed_at || p->plan.tree.kaslr_seed_at + 8 <= size);
	FUZZ_HOLDS(!p->plan.initrd.size ||
		   tree_prop_named(&tree, (unsigned)chosen, "linux,initrd-start", &len));
}

static void page_good(const struct prepared *p)
{
	static char text[64 << 10];
	struct page page = { text, 0, sizeof(text) };
	unsigned column = 0;

	plan_print(&p->plan, &p->inputs, &page);
	FUZZ_HOLDS(page.used < sizeof(text) - 1);
	fuzz_text(text, page.used);
	for (size_t i = 0; i < page.used; i++) {
		column = text[i] == '\n' ? 0 : column + 1;
		if (column > SAY_COLUMNS)
			fuzz_bad("a line beyond %d columns:\n%.*s", SAY_COLUMNS, (int)page.used,
				 text);
	}
}

/* Each part goes to its place, by the way it will, with the right last byte. */
static void parts_place(const struct prepared *p)
{
	for (unsigned i = 0; i < p->plan.parts; i++) {
		const struct span *bytes = &p->firmware.part[i].bytes;
		uint8_t *hva, last;

		if (!bytes->size)
			continue;
		hva = mmap(NULL, bytes->size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		FUZZ_HOLDS(hva != MAP_FAILED && !span_place(bytes, hva, i % 2));
		FUZZ_HOLDS(!span_read(bytes, bytes->size - 1, &last, 1));
		FUZZ_HOLDS(hva[bytes->size - 1] == last);
		munmap(hva, bytes->size);
	}
}

void fuzz_plan(const struct prepared *p)
{
	FUZZ_HOLDS(p->plan.cpus && p->plan.cpus <= p->host.vcpus_max);
	machine_apart(p);
	contents_apart(p);
	tree_good(p);
	page_good(p);
	parts_place(p);
}
