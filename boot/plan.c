// SPDX-License-Identifier: BSD-2-Clause
// Board, host, settings, firmware, entropy -> plan. Nothing here touches more than its input.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "board/mirror.h"
#include "boot/cause.h"
#include "boot/plan_firmware.h"
#include "boot/plan_memory.h"
#include "boot/plan_place.h"
#include "boot/trees.h"
#include "generated/config.h"
#include "kvm/hostcpu.h"

#define MIB ((uint64_t)1 << 20)
#define AFFINITY_MASK UINT64_C(0xff00ffffff) /* of MPIDR */
#define IRQS_DEFAULT 256 /* INTIDs of a vGIC that is told nothing */
#define TREE_SLACK 4096 /* room for a firmware that edits the tree in place */

/* --- interrupt controller and vCPUs ----------------------------------------------------------- */

/* The vGIC without a device: its number of INTIDs is KVM's default, and nothing can reset it. */
static int irqchip_settle(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const struct machine *m = &p->machine;
	char path[72];

	p->irqs = 0;
	if (p->on_reset == ACTION_RESTART)
		p->on_reset = ACTION_EXIT; /* what supervises this run starts it anew */
	for (unsigned i = 0; i < m->devices; i++)
		for (unsigned j = 0; j < m->device[i].traits.lines; j++)
			if (m->device[i].intid[j] >= IRQS_DEFAULT)
				return fail(f, OUTCOME_REFUSED, "E-GICVERSION",
					    "node %s has SPI %u, but the vGIC that KVM makes by "
					    "its old interface ends at SPI %u: leave gic=auto, or "
					    "give the node another",
					    tree_path(in->guest, (unsigned)m->device[i].node, path,
						      sizeof(path)),
					    m->device[i].intid[j] - 32, IRQS_DEFAULT - 33);
	return 0;
}

/* The node, and the kernel's own line. Returns -1. */
static int vgic_proof(const struct plan_inputs *in, const char *line, struct failure *f)
{
	const struct board *b = in->board;
	char path[72];

	if (b->gic.version != GIC_NONE)
		fail_proof(f, "board's tree, node %s: %s",
			   tree_path(in->board_tree, (unsigned)b->gic.node, path, sizeof(path)),
			   !b->gic.frames	      ? "reg has no third and fourth entry"
			   : !b->gic.virt	      ? "no interrupts, or not the GIC's"
			   : b->gic.version == GIC_V3 ? "a GICv3 with its interrupt"
						      : "GICH, GICV and the interrupt");
	return line[0] ? fail_proof(f, "%s", line) : -1;
}

/* KVM makes a vGIC of what the board's tree tells of its GIC: what it does not tell. */
static int vgic_missing(const struct plan_inputs *in, struct failure *f)
{
	const struct board *b = in->board;
	const bool none = b->gic.version == GIC_NONE;
	const char *line = CONFIG_CAUSES && in->host->vgic_line ? in->host->vgic_line : "";

	if (CONFIG_CAUSES && strstr(line, CAUSE_PROTECTED)) {
		fail(f, OUTCOME_NO_KVM, "E-PKVM", CAUSE_PROTECTED_TEXT);
		return fail_proof(f, "%s", line);
	}
	fail(f, OUTCOME_NO_KVM, "E-NOVGIC",
	     "this host offers no vGIC: %s: correct board tree %s, or use another board",
	     none	      ? "the board's tree has no GIC that is enabled"
	     : !b->gic.frames ? "the board's GICv2 has no registers for guests, GICH and GICV, "
				"or its tree does not tell of them"
	     : !b->gic.virt   ? "the tree gives the board's GIC no maintenance interrupt"
			      : "KVM cannot use the board's GIC, although its tree tells of all",
	     in->settings->raw[SET_BOARD_DTB].text);
	return CONFIG_CAUSES ? vgic_proof(in, line, f) : -1;
}

static int gic_settle(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const struct host *h = in->host;
	const int asked = in->settings->gic;
	const enum gic_version has = p->machine.gic.version;
	const char *offered = !h->gic_v3 ? "GICv2" : !h->gic_v2 ? "GICv3" : "GICv2 and GICv3";

	if (has == GIC_NONE && machine_mirrored(&p->machine)) {
		p->vgic = VGIC_NONE;
		return 0;
	}
	if (has == GIC_NONE)
		return fail(f, OUTCOME_BAD_CONFIG, "E-NOGIC",
			    "guest tree %s has no interrupt controller that KVM can be: add an "
			    "arm,gic-v3 "
			    "or arm,cortex-a15-gic node",
			    in->guest_path);
	if (!h->gic_v2 && !h->gic_v3)
		return vgic_missing(in, f);
	if (asked && (asked == 3) != (has == GIC_V3))
		return fail(f, OUTCOME_BAD_CONFIG, "E-GICVERSION",
			    "gic=%s, but guest tree %s has a GICv%d: leave gic=auto, or give "
			    "another machine",
			    in->settings->raw[SET_GIC].text, in->guest_path, has == GIC_V3 ? 3 : 2);
	if (asked && (has == GIC_V3 ? !h->gic_v3 : !h->gic_v2) &&
	    trees_virt(in->settings, in->firmware))
		return fail(f, OUTCOME_REFUSED, "E-GICVERSION",
			    "gic=%s, but this host offers %s and no GICv%d: leave gic=auto",
			    in->settings->raw[SET_GIC].text, offered, has == GIC_V3 ? 3 : 2);
	if (has == GIC_V3 ? !h->gic_v3 : !h->gic_v2)
		return fail(f, OUTCOME_REFUSED, "E-GICVERSION",
			    "the guest's tree asks for GICv%d, this host offers %s: use a machine "
			    "with that GIC",
			    has == GIC_V3 ? 3 : 2, offered);
	if (p->machine.gic.has_its && !h->its)
		return fail(f, OUTCOME_REFUSED, "E-NOITS",
			    "the guest's tree has an ITS, this host offers none: disable the node");
	p->vgic = has == GIC_V3			   ? VGIC_V3
		  : asked == -2 || h->irqchip_only ? VGIC_V2_IRQCHIP
						   : VGIC_V2;
	if (p->vgic == VGIC_V2_IRQCHIP)
		return irqchip_settle(p, in, f);
	/* KVM's own default is enough: leaving it alone saves a call. */
	p->irqs = p->machine.intid_max < IRQS_DEFAULT ? 0 : (p->machine.intid_max + 32) & ~31u;
	return 0;
}

/* MPIDR as KVM makes it from a vCPU's number: Aff0 four bits, Aff1 and Aff2 eight each. */
static uint64_t mpidr_default(unsigned id)
{
	return (id & 0xf) | (uint64_t)(id >> 4 & 0xff) << 8 | (uint64_t)(id >> 12 & 0xff) << 16;
}

static int mpidrs_settle(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const struct machine *m = &p->machine;
	char path[72];

	for (unsigned i = 0; i < p->cpus; i++) {
		bool good;

		p->mpidr[i] = p->mpidr_given ? m->mpidr[i] : mpidr_default(i);
		good = !(p->mpidr[i] & ~AFFINITY_MASK);
		for (unsigned j = 0; j < i && p->mpidr_given; j++)
			good = good && p->mpidr[j] != p->mpidr[i];
		if (!good)
			return fail(
				f, OUTCOME_BAD_CONFIG, "E-CPUS",
				"guest tree %s, node %s: reg 0x%" PRIx64
				" is no CPU's affinity or another one's: give each CPU its own",
				in->guest_path,
				tree_path(in->guest, (unsigned)m->cpu_node[i], path, sizeof(path)),
				p->mpidr[i]);
	}
	return 0;
}

static int redists_settle(struct plan *p, struct failure *f)
{
	const struct machine *m = &p->machine;
	unsigned left = p->cpus, room = 0;

	for (unsigned i = 0; i < m->gic.redists; i++) {
		uint64_t fits = m->gic.redist[i].size / MACHINE_REDIST_SIZE;

		p->redist_count[i] = left < fits ? left : (unsigned)fits;
		left -= p->redist_count[i];
		room += p->redist_count[i];
	}
	if (p->vgic == VGIC_V3 && left)
		return fail(f, OUTCOME_REFUSED, "E-REDIST",
			    "cpus=%u, but the redistributor regions of the guest's GIC have room "
			    "for %u: "
			    "give less, or larger ones",
			    p->cpus, room);
	return 0;
}

/* As many of a board's CPUs as a guest can have. */
static unsigned cpus_of_board(const struct plan *p, unsigned most)
{
	unsigned cpus = p->cpus;

	if (p->vgic == VGIC_V2 && cpus > 8)
		cpus = 8;
	if (cpus > CONFIG_MAX_VCPUS)
		cpus = CONFIG_MAX_VCPUS;
	return cpus < most ? cpus : most;
}

static int cpus_settle(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const struct machine *m = &p->machine;
	unsigned most = in->host->vcpus_max;

	p->cpus = in->settings->cpus ? in->settings->cpus : m->cpus ? m->cpus : 1;
	p->mpidr_given = m->cpus != 0;
	if (p->mpidr_given && p->cpus > m->cpus)
		return fail(f, OUTCOME_BAD_CONFIG, "E-CPUS",
			    "cpus=%u, but the guest's tree names %u: give less, or add cpu nodes",
			    p->cpus, m->cpus);
	if (machine_mirrored(&p->machine) && !in->settings->cpus)
		p->cpus = cpus_of_board(p, most);
	if (p->vgic != VGIC_V3 && p->cpus > 8)
		return fail(f, OUTCOME_REFUSED, "E-CPUS",
			    "cpus=%u, but a GICv2 serves at most 8 CPUs: give cpus=8 or less, or a "
			    "machine "
			    "with a GICv3",
			    p->cpus);
	if (most > CONFIG_MAX_VCPUS)
		most = CONFIG_MAX_VCPUS;
	if (p->cpus > most)
		return fail(f, OUTCOME_REFUSED, "E-CPUS",
			    "cpus=%u, but %s at most %u: give cpus=%u or less", p->cpus,
			    most == CONFIG_MAX_VCPUS ? "this build serves" : "this host offers",
			    most, most);
	return mpidrs_settle(p, in, f) || redists_settle(p, f) ? -1 : 0;
}

static int features_settle(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	const unsigned options = in->settings->cpu_options;
	const struct image *image = in->firmware;

	if (options & CPU_AARCH32 && image->arch == ARCH_A64)
		return fail(f, OUTCOME_BAD_CONFIG, "E-AARCH32",
			    "cpu=host,aarch32, but firmware %s (%s) is 64-bit code: give cpu=host, "
			    "or a 32-bit firmware",
			    image->path, image->kind);
	p->aarch32 = options & CPU_AARCH32 || image->arch == ARCH_A32;
	if (p->aarch32 && !(in->host->features & HOSTCPU_AARCH32))
		return fail(f, OUTCOME_REFUSED, "E-AARCH32",
			    "%s is 32-bit code, but this host's cores run only AArch64 at EL1: "
			    "give cpu=host and a 64-bit firmware",
			    image->path);
	p->cpu_features = in->host->features;
	if (!p->aarch32)
		p->cpu_features &= ~(uint32_t)HOSTCPU_AARCH32;
	if (options & CPU_NO_SVE || p->aarch32)
		p->cpu_features &= ~(uint32_t)HOSTCPU_SVE;
	if (options & CPU_NO_PAUTH || p->aarch32)
		p->cpu_features &= ~(uint32_t)HOSTCPU_PAUTH;
	/* A vGIC that is initialised when the guest first runs is too late for a PMU. */
	if (options & CPU_NO_PMU || !p->machine.pmu_ppi || p->vgic == VGIC_V2_IRQCHIP ||
	    p->vgic == VGIC_NONE)
		p->cpu_features &= ~(uint32_t)HOSTCPU_PMU;
	return 0;
}

/* --- flash --------------------------------------------------------------------------------------- */

/*
 * The firmware's bank, the first one for firmware in RAM, is code; the next one holds its variables.
 */
static int variables_settle(struct plan *p, const struct plan_inputs *in, struct failure *f)
{
	struct machine *m = &p->machine;
	const int code = p->part[0].flash < 0 ? 0 : p->part[0].flash;
	const char *store = in->settings->raw[SET_FLASH].text;

	p->flash_vars = m->flashes < 2 ? -1 : code == 0 ? 1 : 0;
	for (unsigned i = 0; i < m->flashes; i++)
		m->flash_storage[i].locked = (int)i != p->flash_vars;
	if (p->flash_vars >= 0 || !store)
		return 0;
	return fail(f, OUTCOME_BAD_CONFIG, "E-FLASH",
		    "flash=%.200s, but guest tree %s has no second flash bank for variables: take "
		    "flash= out, or give reg of its cfi-flash node another entry",
		    store, in->guest_path);
}

/* --- the tree, and all together --------------------------------------------------------------- */

static int tree_settle(struct plan *p, const struct plan_inputs *in, void *dtb, size_t size,
		       struct failure *f)
{
	const struct settings *s = in->settings;
	struct completion with = {
		.rams = p->rams,
		.mpidr = p->mpidr,
		.cpus = p->cpus,
		.cpu_compatible = "arm,armv8",
		.pmu = p->cpu_features & HOSTCPU_PMU,
		.bootargs = s->raw[SET_BOOTARGS].text ? s->raw[SET_BOOTARGS].text
						      : in->firmware->bootargs,
		.stdout_path = s->stdout_path,
		.initrd_start = p->initrd.base,
		.initrd_end = region_end(&p->initrd),
		.rng_seed = s->rng_seed ? in->entropy : NULL,
		.kaslr = s->kaslr_seed && in->entropy,
		.slack = TREE_SLACK,
	};
	int error;

	if (machine_mirrored(&p->machine))
		mirror_fit(&p->machine, in->guest, p->ram, p->rams);
	memcpy(with.ram, p->ram, p->rams * sizeof(*with.ram));
	memcpy(with.redist_count, p->redist_count, sizeof(with.redist_count));
	if (with.kaslr)
		memcpy(&with.kaslr_seed, in->entropy + 32, sizeof(with.kaslr_seed));
	error = machine_complete(&p->machine, in->guest, &with, dtb, size, &p->tree);
	if (error == -ERANGE)
		return fail(f, OUTCOME_BAD_CONFIG, "E-CELLS",
			    "guest tree %s: RAM of %" PRIu64 " MiB at 0x%" PRIx64
			    " does not fit the root's #address-cells and #size-cells: make them 2, "
			    "or give less",
			    in->guest_path, p->ram[0].size / MIB, p->ram[0].base);
	if (error)
		return fail(f, OUTCOME_REFUSED, "E-TREESIZE",
			    "the guest's tree outgrows the %zu KiB this build has for it: raise "
			    "TREE_SIZE in the configuration",
			    size >> 10);
	return 0;
}

static int aarch32_check(const struct plan *p, struct failure *f)
{
	uint64_t end = region_end(&p->dtb);

	for (unsigned i = 0; i < p->parts; i++)
		if (region_end(&p->part[i].region) > end)
			end = region_end(&p->part[i].region);
	if (region_end(&p->initrd) > end)
		end = region_end(&p->initrd);
	if (!p->aarch32 || (end <= PLAN_AARCH32_END && p->entry < PLAN_AARCH32_END))
		return 0;
	return fail(f, OUTCOME_BAD_CONFIG, "E-AARCH32",
		    "a 32-bit guest, but firmware, initrd or device tree would reach up to "
		    "0x%" PRIx64
		    ", beyond 32 bits: give a lower base (memory=SIZE@BASE, firmware=FILE@ADDR)",
		    end);
}

int plan_make(struct plan *p, const struct plan_inputs *in, void *dtb, size_t size,
	      struct failure *f)
{
	struct tree_error e = { .node = -1 };

	if (machine_read(&p->machine, in->guest, in->models, settings_mirror(in->settings), &e))
		return trees_refuse("E-GUESTTREE", "guest", in->guest_path, in->guest, &e, f);
	p->unmodelled = in->settings->unmodelled_given	? in->settings->unmodelled
			: machine_mirrored(&p->machine) ? UNMODELLED_STUB
							: UNMODELLED_ABORT;
	p->on_poweroff = in->settings->on_poweroff;
	p->on_reset = in->settings->on_reset;
	p->on_crash = in->settings->on_crash;
	if (gic_settle(p, in, f) || cpus_settle(p, in, f) || features_settle(p, in, f) ||
	    plan_memory_settle(p, in, f) || plan_firmware_place(p, in, f) ||
	    variables_settle(p, in, f) || plan_place_initrd(p, in, f) ||
	    tree_settle(p, in, dtb, size, f) || plan_place_dtb(p, in, f))
		return -1;
	plan_place_srams(p, in);
	plan_place_stack(p);
	return aarch32_check(p, f);
}
