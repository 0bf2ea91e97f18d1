// SPDX-License-Identifier: BSD-2-Clause
// vgic_reset(): whatever was left in the vGIC, every register is what it was at the first boot.
#include <stdio.h>
#include <string.h>

#include "kvm/devaddr.h"
#include "kvm/vcpu.h"
#include "kvm/vgic.h"
#include "kvm/vm.h"
#include "tests/contract/contract.h"

#define CPUS 3
#define VALUES 4096
#define RESETS 1000
#define DIRTY_EVERY 20
#define REDIST KVM_DEV_ARM_VGIC_GRP_REDIST_REGS
#define SYSREG KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS
#define GICC KVM_DEV_ARM_VGIC_GRP_CPU_REGS
#define LEVEL KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO
#define ITS KVM_DEV_ARM_VGIC_GRP_ITS_REGS
#define ICC(crn, crm, op2) (3u << 14 | (crn) << 7 | (crm) << 3 | (op2))

struct machine {
	struct vm vm;
	struct vcpu vcpu[CPUS];
	struct vgic vgic;
	struct devaddr_list list;
};

struct listing {
	unsigned count;
	uint64_t value[VALUES];
	char name[VALUES][32];
};

static int note(void *arg, const char *name, uint64_t value)
{
	struct listing *l = arg;

	if (l->count == VALUES)
		return -1;
	snprintf(l->name[l->count], sizeof(l->name[0]), "%s", name);
	l->value[l->count++] = value;
	return 0;
}

static void list(const struct machine *m, struct listing *l)
{
	l->count = 0;
	expect("vgic_registers_each", vgic_registers_each(&m->vgic, m->vcpu, CPUS, note, l), 0);
}

/* How many differ, ISPENDR and the like included. */
static unsigned compare(const struct listing *a, const struct listing *b, bool must_be_equal)
{
	unsigned differ = 0;

	expect("registers listed", b->count, a->count);
	for (unsigned i = 0; i < a->count && i < b->count; i++) {
		differ += a->value[i] != b->value[i];
		if (must_be_equal)
			expect(a->name[i], (long long)b->value[i], (long long)a->value[i]);
	}
	return differ;
}

static void machine_make(struct machine *m, enum vgic_kind kind, bool its)
{
	static const unsigned redists[] = { 2, 1 };
	struct kvm_vcpu_init how;
	const char *step = "";
	const struct devaddr *bad;

	memset(m, 0, sizeof(*m));
	expect("vm_open", vm_open(&m->vm, &step), 0);
	expect("vcpu_target_read", vcpu_target_read(&m->vm, &how), 0);
	for (unsigned i = 0; i < CPUS; i++)
		expect("vcpu_create", vcpu_create(&m->vcpu[i], &m->vm, i), 0);
	how.features[0] = PSCI;
	for (unsigned i = 0; i < CPUS; i++)
		expect("vcpu_init", vcpu_init(&m->vcpu[i], &how), 0);
	expect("vgic_create", vgic_create(&m->vgic, &m->vm, &m->list, kind, 128, redists, 2, its),
	       0);
	devaddr_map(&m->list, VGIC_REGION_DIST, 0x8000000);
	devaddr_map(&m->list, VGIC_REGION_CPU, 0x8010000);
	devaddr_map(&m->list, VGIC_REGION_ITS, 0x8080000);
	devaddr_map(&m->list, VGIC_REGION_REDIST, 0x80a0000);
	devaddr_map(&m->list, VGIC_REGION_REDIST + 1, 0x9000000);
	expect("devaddr_commit", devaddr_commit(&m->list, &m->vm, &bad), 0);
	expect("vgic_init", vgic_init(&m->vgic), 0);
}

/* Enter the guest's context once: KVM maps the timers, binary points settle. */
static void machine_run(const struct machine *m)
{
	for (unsigned i = 0; i < CPUS; i++)
		expect("run", run(m->vcpu[i].fd), -EINTR);
}

static void machine_end(struct machine *m)
{
	vgic_destroy(&m->vgic);
	for (unsigned i = 0; i < CPUS; i++)
		vcpu_destroy(&m->vcpu[i]);
	vm_close(&m->vm);
}

static void put(const struct machine *m, uint32_t group, uint64_t attr, uint64_t value)
{
	expect("leave untidy",
	       attr_set(group == ITS ? m->vgic.its_fd : m->vgic.fd, group, attr, value), 0);
}

static void banks_dirty(const struct machine *m, uint32_t group, uint64_t at, unsigned from,
			unsigned to)
{
	bool private = !from;

	for (unsigned w = from / 32; w < to / 32; w++) {
		put(m, group, at + 0x180 + 4 * w,
		    private ? 0x0000f00f : 0); /* SGIs can be turned off too */
		put(m, group, at + 0x100 + 4 * w, 0x5a5a0000);
		put(m, group, at + 0x200 + 4 * w, 0x33cc33cc);
		put(m, group, at + 0x300 + 4 * w, 0x0ff00ff0);
		put(m, group, at + 0x080 + 4 * w, 0x12345678);
	}
	for (unsigned w = from / 4; w < to / 4; w++)
		put(m, group, at + 0x400 + 4 * w, 0xa0b0c0d8);
	for (unsigned w = from / 16; w < to / 16; w++)
		put(m, group, at + 0xc00 + 4 * w, 0x08080808);
}

static void dirty_v2(const struct machine *m)
{
	put(m, GRP_DIST, 8, 0x4b00343b); /* groups may be written */
	put(m, GRP_DIST, 0, 1);
	banks_dirty(m, GRP_DIST, 0, 32, 128);
	for (unsigned w = 8; w < 32; w++)
		put(m, GRP_DIST, 0x800 + 4 * w, 0x01020407);
	for (uint64_t c = 0; c < CPUS; c++) {
		uint64_t cpu = c << KVM_DEV_ARM_VGIC_CPUID_SHIFT;

		banks_dirty(m, GRP_DIST, cpu, 0, 32);
		put(m, GRP_DIST, cpu | 0xf20, 0x07010203);
		put(m, GRP_DIST, cpu | 0xf2c, 0x01000004);
		put(m, GICC, cpu | 0x00, 0x21f);
		put(m, GICC, cpu | 0x04, 0x1e);
		put(m, GICC, cpu | 0x08, 5);
		put(m, GICC, cpu | 0x1c, 6);
		put(m, GICC, cpu | 0xd0, 0x14);
	}
}

static void dirty_v3(const struct machine *m)
{
	uint64_t ctlr = 0;

	put(m, GRP_DIST, 0, 2);
	banks_dirty(m, GRP_DIST, 0, 32, 128);
	for (unsigned i = 32; i < 128; i++)
		put(m, GRP_DIST, 0x6000 + 8 * i, i % CPUS);
	put(m, LEVEL, 32, 0x00ff00ff);
	put(m, LEVEL, 96, 0xf0000000);
	for (uint64_t c = 0; c < CPUS; c++) {
		uint64_t cpu = c << KVM_DEV_ARM_VGIC_V3_MPIDR_SHIFT;

		banks_dirty(m, REDIST, cpu | 0x10000, 0, 32);
		put(m, LEVEL, cpu, 0x0a500000);
		if (m->vgic.its_fd >= 0) {
			put(m, REDIST, cpu | 0x70, 0x4010000f);
			put(m, REDIST, cpu | 0x78,
			    (uint32_t)(0x40080000u + 0x10000u * (uint32_t)c));
			put(m, REDIST, cpu | 0, 1);
		}
		expect("ICC_CTLR_EL1", attr_get(m->vgic.fd, SYSREG, cpu | ICC(12, 12, 4), &ctlr),
		       0);
		put(m, SYSREG, cpu | ICC(12, 8, 3), 5);
		put(m, SYSREG, cpu | ICC(12, 12, 3), 6);
		put(m, SYSREG, cpu | ICC(12, 12, 4), ctlr | 3);
		put(m, SYSREG, cpu | ICC(4, 6, 0), 0xf0);
		put(m, SYSREG, cpu | ICC(12, 12, 6), 1);
		put(m, SYSREG, cpu | ICC(12, 12, 7), 1);
		put(m, SYSREG, cpu | ICC(12, 8, 4), 0x10);
		put(m, SYSREG, cpu | ICC(12, 9, 0), 0x5);
	}
	if (m->vgic.its_fd < 0)
		return;
	put(m, ITS, 0x100, 0xc000000040200007); /* indirect, 8 pages */
	put(m, ITS, 0x108, 0x8000000040300001);
	put(m, ITS, 0x80, 0x8000000040400000);
	put(m, ITS, 0, 1);
}

/* Dirty in TIMES rounds, each reset as a restart does it: vCPUs first. */
static void reset_rounds(enum vgic_kind kind, bool its, unsigned times)
{
	static struct machine m;
	static struct listing first, now;

	machine_make(&m, kind, its);
	list(&m, &first);
	expect("many registers", first.count > 150, 1);
	machine_run(&m);
	for (unsigned i = 0; i < times; i++) {
		if (i % DIRTY_EVERY == 0) {
			if (kind == VGIC_V3)
				dirty_v3(&m);
			else
				dirty_v2(&m);
			machine_run(&m);
		}
		if (!i) {
			list(&m, &now);
			expect("most were changed", compare(&first, &now, false) > 90, 1);
		}
		for (unsigned c = 0; c < CPUS; c++) {
			struct kvm_vcpu_init how = m.vcpu[c].init;

			expect("vcpu_init again", vcpu_init(&m.vcpu[c], &how), 0);
		}
		expect("vgic_reset", vgic_reset(&m.vgic, m.vcpu, CPUS), 0);
	}
	list(&m, &now);
	compare(&first, &now, true);
	machine_end(&m);
}

static void v2_once(void)
{
	reset_rounds(VGIC_V2, false, 1);
}

static void v3_once(void)
{
	reset_rounds(VGIC_V3, false, 1);
}

static void its_once(void)
{
	reset_rounds(VGIC_V3, true, 1);
}

static void drift_v2(void)
{
	reset_rounds(VGIC_V2, false, RESETS);
}

static void drift_v3(void)
{
	reset_rounds(VGIC_V3, true, RESETS);
}

/* Nothing was touched: a reset changes nothing either. */
static void clean(void)
{
	static struct machine m;
	static struct listing first, now;

	machine_make(&m, on(ON_GIC3) ? VGIC_V3 : VGIC_V2, on(ON_GIC3));
	list(&m, &first);
	machine_run(&m);
	expect("vgic_reset", vgic_reset(&m.vgic, m.vcpu, CPUS), 0);
	list(&m, &now);
	compare(&first, &now, true);
	machine_end(&m);
}

static void irqchip_refuses(void)
{
	struct vm vm;
	struct vgic vgic;
	static struct devaddr_list notes;
	const char *step;

	notes.count = 0;
	expect("vm_open", vm_open(&vm, &step), 0);
	expect("vgic_create", vgic_create(&vgic, &vm, &notes, VGIC_V2_IRQCHIP, 0, NULL, 0, false),
	       0);
	expect("vgic_reset", vgic_reset(&vgic, NULL, 0), -ENOTSUP);
	vgic_destroy(&vgic);
	vm_close(&vm);
}

const struct row rows_reset[] = {
	{ "vgic-reset-gicv2", v2_once, ON_GIC2 },
	{ "vgic-reset-gicv3", v3_once, ON_GIC3 },
	{ "vgic-reset-its", its_once, ON_GIC3 },
	{ "vgic-reset-clean", clean, 0 },
	{ "vgic-reset-irqchip-refuses", irqchip_refuses, ON_GIC2 },
	{ "vgic-1000-resets-gicv2", drift_v2, ON_GIC2 },
	{ "vgic-1000-resets-gicv3-its", drift_v3, ON_GIC3 },
	{ 0 },
};
