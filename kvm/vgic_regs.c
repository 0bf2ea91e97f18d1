// SPDX-License-Identifier: BSD-2-Clause
// The vGIC's registers as KVM's attributes show them: put back to reset, and listed.
#include <errno.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <stdio.h>

#include "kvm/sys.h"
#include "kvm/vcpu.h"
#include "kvm/vgic.h"

/* Which GIC has it; for which interrupts; what is done with it. */
enum { V2 = 1, V3 = 2, PRIVATE = 4, SHARED = 8, GET = 16, SET = 32, WIDE = 64 };

/* A register per so many interrupts, in the order of writing: off, then quiet, then the rest. */
static const struct bank {
	const char *name;
	uint32_t reset; /* each word */
	uint16_t offset;
	uint8_t bits; /* of one interrupt */
	uint8_t how;
} banks[] = {
	{ "ICENABLER", ~0u, 0x180, 1, V2 | V3 | PRIVATE | SHARED | SET },
	{ "ISENABLER", 0xffff, 0x100, 1,
	  V2 | V3 | PRIVATE | GET | SET }, /* SGIs are born enabled */
	{ "ISENABLER", 0, 0x100, 1, V2 | V3 | SHARED | GET },
	{ "ICPENDR", ~0u, 0x280, 1, V2 | PRIVATE | SHARED | SET },
	{ "ISPENDR", 0, 0x200, 1, V2 | PRIVATE | SHARED | GET },
	{ "ISPENDR", 0, 0x200, 1, V3 | PRIVATE | SHARED | GET | SET }, /* GICv3: the latch itself */
	{ "ICACTIVER", ~0u, 0x380, 1, V2 | V3 | PRIVATE | SHARED | SET },
	{ "ISACTIVER", 0, 0x300, 1, V2 | V3 | PRIVATE | SHARED | GET },
	{ "IGROUPR", 0, 0x080, 1, V2 | PRIVATE | SHARED | GET | SET },
	{ "IGROUPR", ~0u, 0x080, 1, V3 | PRIVATE | SHARED | GET | SET },
	{ "IPRIORITYR", 0, 0x400, 8, V2 | V3 | PRIVATE | SHARED | GET | SET },
	{ "ITARGETSR", 0, 0x800, 8, V2 | PRIVATE | GET },
	{ "ITARGETSR", 0, 0x800, 8, V2 | SHARED | GET | SET },
	{ "ICFGR", 0, 0xc00, 2, V2 | V3 | PRIVATE | GET },
	{ "ICFGR", 0xaaaaaaaa, 0xc00, 2,
	  V2 | V3 | SHARED | GET | SET }, /* KVM's SPIs are born edge */
};

#define IROUTER 0x6000
#define SGI_FRAME 0x10000
#define IIDR 0x8

/* One register. */
struct single {
	const char *name;
	uint64_t reset;
	uint32_t group;
	uint16_t offset; /* an ICC register: op0, op1, CRn, CRm, op2 */
	uint8_t how;
};

#define DIST KVM_DEV_ARM_VGIC_GRP_DIST_REGS
#define REDIST KVM_DEV_ARM_VGIC_GRP_REDIST_REGS
#define GICC KVM_DEV_ARM_VGIC_GRP_CPU_REGS
#define SYSREG KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS
#define ITS KVM_DEV_ARM_VGIC_GRP_ITS_REGS
#define ICC(crn, crm, op2) (3 << 14 | (crn) << 7 | (crm) << 3 | (op2))
#define ICC_CTLR ICC(12, 12, 4)
#define ICC_CTLR_WRITABLE 3u /* EOImode, CBPR; the rest says what the CPU is */
#define BASER_WB_IS (3u << 7 | 1u << 10) /* inner write-back, inner shareable */

static const struct single dist[] = {
	{ "GICD_CTLR", 0, DIST, 0, V2 | V3 | GET | SET },
	{ "GICD_TYPER", 0, DIST, 4, V2 | V3 | GET },
	{ "GICD_IIDR", 0, DIST, IIDR, V2 | V3 | GET },
	{ "GICD_TYPER2", 0, DIST, 0xc, V3 | GET },
};

/* Of each vCPU. LPIs go off first: KVM takes no new PROPBASER and PENDBASER while they are on. */
static const struct single percpu[] = {
	{ "GICR_CTLR", 0, REDIST, 0, V3 | GET | SET },
	{ "GICR_IIDR", 0, REDIST, 4, V3 | GET },
	{ "GICR_TYPER", 0, REDIST, 8, V3 | GET | WIDE },
	{ "GICR_WAKER", 0, REDIST, 0x14, V3 | GET },
	{ "GICR_PROPBASER", BASER_WB_IS, REDIST, 0x70, V3 | GET | WIDE },
	{ "GICR_PENDBASER", BASER_WB_IS, REDIST, 0x78, V3 | GET | SET | WIDE },
	{ "GICD_CPENDSGIR0", ~0u, DIST, 0xf10, V2 | SET },
	{ "GICD_CPENDSGIR1", ~0u, DIST, 0xf14, V2 | SET },
	{ "GICD_CPENDSGIR2", ~0u, DIST, 0xf18, V2 | SET },
	{ "GICD_CPENDSGIR3", ~0u, DIST, 0xf1c, V2 | SET },
	{ "GICD_SPENDSGIR0", 0, DIST, 0xf20, V2 | GET },
	{ "GICD_SPENDSGIR1", 0, DIST, 0xf24, V2 | GET },
	{ "GICD_SPENDSGIR2", 0, DIST, 0xf28, V2 | GET },
	{ "GICD_SPENDSGIR3", 0, DIST, 0xf2c, V2 | GET },
	{ "GICC_CTLR", 0, GICC, 0, V2 | GET | SET },
	{ "GICC_PMR", 0, GICC, 4, V2 | GET | SET },
	{ "GICC_BPR", 0, GICC, 8, V2 | GET | SET },
	{ "GICC_ABPR", 0, GICC, 0x1c, V2 | GET | SET },
	{ "GICC_APR0", 0, GICC, 0xd0, V2 | GET | SET },
	{ "GICC_APR1", 0, GICC, 0xd4, V2 | GET | SET },
	{ "GICC_APR2", 0, GICC, 0xd8, V2 | GET | SET },
	{ "GICC_APR3", 0, GICC, 0xdc, V2 | GET | SET },
	{ "GICC_IIDR", 0, GICC, 0xfc, V2 | GET },
	{ "ICC_CTLR_EL1", 0, SYSREG, ICC_CTLR, V3 | GET | SET }, /* first: CBPR locks BPR1 */
	{ "ICC_SRE_EL1", 0, SYSREG, ICC(12, 12, 5), V3 | GET },
	{ "ICC_IGRPEN0_EL1", 0, SYSREG, ICC(12, 12, 6), V3 | GET | SET },
	{ "ICC_IGRPEN1_EL1", 0, SYSREG, ICC(12, 12, 7), V3 | GET | SET },
	{ "ICC_PMR_EL1", 0, SYSREG, ICC(4, 6, 0), V3 | GET | SET },
	{ "ICC_BPR0_EL1", 0, SYSREG, ICC(12, 8, 3), V3 | GET | SET },
	{ "ICC_BPR1_EL1", 0, SYSREG, ICC(12, 12, 3), V3 | GET | SET },
};

/* Active priorities: AP0Rn and AP1Rn, 1, 2 or 4 of each by the bits of a priority. */
static const struct single active[] = {
	{ "ICC_AP0R0_EL1", 0, SYSREG, ICC(12, 8, 4), V3 | GET | SET },
	{ "ICC_AP1R0_EL1", 0, SYSREG, ICC(12, 9, 0), V3 | GET | SET },
	{ "ICC_AP0R1_EL1", 0, SYSREG, ICC(12, 8, 5), V3 | GET | SET },
	{ "ICC_AP1R1_EL1", 0, SYSREG, ICC(12, 9, 1), V3 | GET | SET },
	{ "ICC_AP0R2_EL1", 0, SYSREG, ICC(12, 8, 6), V3 | GET | SET },
	{ "ICC_AP1R2_EL1", 0, SYSREG, ICC(12, 9, 2), V3 | GET | SET },
	{ "ICC_AP0R3_EL1", 0, SYSREG, ICC(12, 8, 7), V3 | GET | SET },
	{ "ICC_AP1R3_EL1", 0, SYSREG, ICC(12, 9, 3), V3 | GET | SET },
};

/* 8-byte entries, 64K pages, inner write-back, inner shareable; devices, then collections. */
static const struct single its[] = {
	{ "GITS_CTLR", 0, ITS, 0, V3 | GET },
	{ "GITS_IIDR", 0, ITS, 4, V3 | GET },
	{ "GITS_TYPER", 0, ITS, 8, V3 | GET },
	{ "GITS_CBASER", 0, ITS, 0x80, V3 | GET },
	{ "GITS_CWRITER", 0, ITS, 0x88, V3 | GET },
	{ "GITS_CREADR", 0, ITS, 0x90, V3 | GET },
	{ "GITS_BASER0", 0x1907000000000600, ITS, 0x100, V3 | GET | SET },
	{ "GITS_BASER1", 0x1c07000000000600, ITS, 0x108, V3 | GET | SET },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* One walk over a vGIC: whose turn it is, what became of it, who is told. */
struct walk {
	const struct vgic *vgic;
	unsigned kind; /* V2 or V3 */
	const struct vcpu *vcpu; /* NULL: what all share */
	uint64_t high; /* attribute bits that name the vCPU */
	int error; /* the first */
	int (*fn)(void *arg, const char *name, uint64_t value);
	void *arg;
	int stop; /* what FN said */
};

static int access(struct walk *w, unsigned long request, uint32_t group, uint64_t attr, void *value)
{
	struct kvm_device_attr a = { .group = group, .attr = attr, .addr = (uintptr_t)value };
	int fd = group == ITS ? w->vgic->its_fd : w->vgic->fd;
	int ret = sys_ioctl(fd, request, &a);

	if (ret < 0 && !w->error)
		w->error = ret;
	return ret < 0 ? ret : 0;
}

static uint64_t get(struct walk *w, uint32_t group, uint64_t attr)
{
	uint64_t value = 0; /* KVM fills the low half of a 32-bit register */

	access(w, KVM_GET_DEVICE_ATTR, group, attr, &value);
	return value;
}

static void set(struct walk *w, uint32_t group, uint64_t attr, uint64_t value)
{
	access(w, KVM_SET_DEVICE_ATTR, group, attr, &value);
}

static uint64_t get_wide(struct walk *w, uint32_t group, uint64_t attr)
{
	uint64_t low = get(w, group, attr);

	return low | get(w, group, attr + 4) << 32;
}

static void set_wide(struct walk *w, uint32_t group, uint64_t attr, uint64_t value)
{
	set(w, group, attr, value & UINT32_MAX);
	set(w, group, attr + 4, value >> 32);
}

static void tell(struct walk *w, const char *prefix, const char *name, int number, uint64_t value)
{
	char cpu[16] = "", digits[12] = "", full[64];

	if (w->stop)
		return;
	if (w->vcpu)
		snprintf(cpu, sizeof(cpu), "cpu%u ", w->vcpu->id);
	if (number >= 0)
		snprintf(digits, sizeof(digits), "%d", number);
	snprintf(full, sizeof(full), "%s%s%s%s", cpu, prefix, name, digits);
	w->stop = w->fn(w->arg, full, value);
}

static void single_reset(struct walk *w, const struct single *s)
{
	uint64_t attr = (s->group == ITS ? 0 : w->high) | s->offset;
	uint64_t value = s->reset;

	if (s->group == SYSREG && s->offset == ICC_CTLR)
		value = get(w, SYSREG, attr) & ~(uint64_t)ICC_CTLR_WRITABLE;
	if (s->how & WIDE)
		set_wide(w, s->group, attr, value);
	else
		set(w, s->group, attr, value);
}

static void singles_walk(struct walk *w, const struct single *s, size_t count)
{
	for (; count--; s++) {
		uint64_t attr = (s->group == ITS ? 0 : w->high) | s->offset;

		if (!(s->how & w->kind))
			continue;
		if (w->fn && s->how & GET)
			tell(w, "", s->name, -1,
			     s->how & WIDE ? get_wide(w, s->group, attr) : get(w, s->group, attr));
		else if (!w->fn && s->how & SET)
			single_reset(w, s);
	}
}

/* Private interrupts if there is a vCPU, else shared ones. */
static void banks_walk(struct walk *w)
{
	bool redist = w->vcpu && w->kind == V3;
	unsigned want = w->kind | (w->vcpu ? PRIVATE : SHARED) | (w->fn ? GET : SET);

	for (size_t i = 0; i < COUNT(banks); i++) {
		const struct bank *b = &banks[i];
		unsigned from = w->vcpu ? 0 : b->bits,
			 to = w->vcpu ? b->bits : w->vgic->irqs * b->bits / 32;

		if ((b->how & want) != want)
			continue;
		for (unsigned n = from; n < to; n++) {
			uint64_t attr = w->high | (b->offset + (redist ? SGI_FRAME : 0u) + 4 * n);

			if (w->fn)
				tell(w, redist ? "GICR_" : "GICD_", b->name, (int)n,
				     get(w, redist ? REDIST : DIST, attr));
			else
				set(w, redist ? REDIST : DIST, attr, b->reset);
		}
	}
}

/*
 * GICv3 alone: routes (the upper half is always zero) and line levels. A route that was not touched stays so: KVM sends it to vCPU 0
 * whatever its affinity, a written 0 only to affinity 0.
 */
static void lines_walk(struct walk *w)
{
	unsigned from = w->vcpu ? 0 : 32, to = w->vcpu ? 32 : w->vgic->irqs;

	if (w->kind != V3)
		return;
	for (unsigned n = from; n < to && !w->vcpu; n++) {
		uint64_t route = get(w, DIST, IROUTER + 8 * n);

		if (w->fn)
			tell(w, "", "GICD_IROUTER", (int)n, route);
		else if (route)
			set(w, DIST, IROUTER + 8 * n, 0);
	}
	for (unsigned n = from; n < to; n += 32) {
		uint64_t attr = w->high | n;

		if (w->fn)
			tell(w, "", "LINE_LEVEL", (int)n / 32,
			     get(w, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, attr));
		else
			set(w, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, attr, 0);
	}
}

/*
 * GICR_PROPBASER is the VM's. KVM's value without an ITS is 0, which cannot be written (KVM would make it write-back), so it is left
 * alone there: no LPI can be without an ITS.
 */
static void propbaser_reset(struct walk *w)
{
	if (w->vgic->its_fd >= 0 && get_wide(w, REDIST, w->high | 0x70) != BASER_WB_IS)
		set_wide(w, REDIST, w->high | 0x70, BASER_WB_IS);
}

static void vcpu_walk(struct walk *w, const struct vcpu *vcpu)
{
	unsigned priority_bits;
	uint64_t mpidr = 0;
	int ret;

	/* On GICv3 the affinity is the vCPU's name. */
	ret = vcpu_reg_get(vcpu, ARM64_SYS_REG(3, 0, 0, 0, 5), &mpidr);
	if (ret) {
		w->error = w->error ? w->error : ret;
		return;
	}
	w->vcpu = vcpu;
	w->high = (uint64_t)vcpu->id << KVM_DEV_ARM_VGIC_CPUID_SHIFT;
	if (w->kind == V3)
		w->high = ((mpidr >> 32 & 0xff) << 24 | (mpidr & 0xffffff))
			  << KVM_DEV_ARM_VGIC_V3_MPIDR_SHIFT;
	singles_walk(w, percpu, COUNT(percpu));
	banks_walk(w);
	lines_walk(w);
	if (w->kind == V3) {
		if (!w->fn)
			propbaser_reset(w);
		priority_bits = (get(w, SYSREG, w->high | ICC_CTLR) >> 8 & 7) + 1;
		singles_walk(w, active, priority_bits < 6 ? 2 : priority_bits == 6 ? 4 : 8);
	}
	w->vcpu = NULL;
	w->high = 0;
}

/* What all vCPUs share is at vCPU 0's place: its id is 0, and GICv3 does not look. */
static void walk(struct walk *w, const struct vcpu *vcpus, unsigned count)
{
	singles_walk(w, dist, COUNT(dist));
	if (w->vgic->its_fd >= 0)
		singles_walk(w, its, COUNT(its));
	for (unsigned i = 0; i < count && !w->stop; i++)
		vcpu_walk(w, &vcpus[i]);
	banks_walk(w);
	lines_walk(w);
}

int vgic_reset(const struct vgic *vgic, const struct vcpu *vcpus, unsigned count)
{
	struct walk w = { .vgic = vgic, .kind = vgic->kind == VGIC_V3 ? V3 : V2 };

	if (vgic->kind == VGIC_NONE)
		return 0;
	if (vgic->kind == VGIC_V2_IRQCHIP)
		return -ENOTSUP;
	/* KVM ignores the groups of a GICv2 until it sees that user space knows of GICD_IIDR. */
	if (w.kind == V2)
		set(&w, DIST, IIDR, get(&w, DIST, IIDR));
	/* Only this forgets an ITS's devices and lets its tables be told anew. */
	if (vgic->its_fd >= 0) {
		struct kvm_device_attr reset = { .group = KVM_DEV_ARM_VGIC_GRP_CTRL,
						 .attr = KVM_DEV_ARM_ITS_CTRL_RESET };

		w.error = sys_ioctl(vgic->its_fd, KVM_SET_DEVICE_ATTR, &reset);
	}
	walk(&w, vcpus, count);
	return w.error;
}

int vgic_registers_each(const struct vgic *vgic, const struct vcpu *vcpus, unsigned count,
			int (*fn)(void *arg, const char *name, uint64_t value), void *arg)
{
	struct walk w = {
		.vgic = vgic, .kind = vgic->kind == VGIC_V3 ? V3 : V2, .fn = fn, .arg = arg
	};

	if (vgic->kind == VGIC_NONE)
		return 0;
	if (vgic->kind == VGIC_V2_IRQCHIP)
		return -ENOTSUP;
	walk(&w, vcpus, count);
	return w.stop ? w.stop : w.error;
}
