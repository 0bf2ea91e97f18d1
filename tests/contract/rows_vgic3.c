// SPDX-License-Identifier: BSD-2-Clause
// The GICv3: addresses, redistributor regions, order of init, registers.
#include "tests/contract/contract.h"

#define V3 KVM_DEV_TYPE_ARM_VGIC_V3
#define A_DIST KVM_VGIC_V3_ADDR_TYPE_DIST
#define A_REDIST KVM_VGIC_V3_ADDR_TYPE_REDIST
#define A_REGION KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION
#define REGION(base, count, index) ((uint64_t)(count) << 52 | (base) | (index))
#define REDIST KVM_DEV_ARM_VGIC_GRP_REDIST_REGS
#define SYSREG KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS
#define LEVEL KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO
#define CPU(affinity) ((uint64_t)(affinity) << KVM_DEV_ARM_VGIC_V3_MPIDR_SHIFT)
#define ICC(crn, crm, op2) (3u << 14 | (crn) << 7 | (crm) << 3 | (op2))
#define DIST_AT 0x8000000ull
#define REDIST_AT 0x80a0000ull

static void dist(void)
{
	int vm = vm_make(), gic = device_make(vm, V3);

	expect("unaligned", attr_set(gic, GRP_ADDR, A_DIST, 0x8001000), -EINVAL);
	expect("beyond", attr_set(gic, GRP_ADDR, A_DIST, 1ull << ipa_bits()), -E2BIG);
	expect("told", attr_set(gic, GRP_ADDR, A_DIST, DIST_AT), 0);
	expect("again", attr_set(gic, GRP_ADDR, A_DIST, DIST_AT), -EEXIST);
	expect("a GICv2's", attr_set(gic, GRP_ADDR, KVM_VGIC_V2_ADDR_TYPE_CPU, 0x8010000), -ENXIO);
	expect("an ITS's", attr_set(gic, GRP_ADDR, KVM_VGIC_ITS_ADDR_TYPE, 0x8080000), -ENXIO);
}

static void has(void)
{
	int vm = vm_make(), gic = device_make(vm, V3);

	vcpu_make(vm, 0);
	expect("dist", attr_has(gic, GRP_ADDR, A_DIST), 0);
	expect("region", attr_has(gic, GRP_ADDR, A_REGION), 0);
	expect("a GICv2's", attr_has(gic, GRP_ADDR, KVM_VGIC_V2_ADDR_TYPE_DIST), -ENXIO);
	expect("save pending", attr_has(gic, GRP_CTRL, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES), 0);
	expect("GICD_CTLR", attr_has(gic, GRP_DIST, 0), 0);
	expect("GICR_CTLR", attr_has(gic, REDIST, 0), 0);
	expect("GICR_CTLR of nobody", attr_has(gic, REDIST, CPU(5)), -EINVAL);
	expect("ICC_PMR_EL1", attr_has(gic, SYSREG, ICC(4, 6, 0)), 0);
	expect("no ICC", attr_has(gic, SYSREG, ICC(1, 0, 0)), -ENXIO);
	expect("levels", attr_has(gic, LEVEL, 32), 0);
	expect("group unknown", attr_has(gic, 99, 0), -ENXIO);
	expect("GICC", attr_has(gic, KVM_DEV_ARM_VGIC_GRP_CPU_REGS, 0), -ENXIO);
}

static void irqs(void)
{
	int vm = vm_make(), gic = device_make(vm, V3);

	expect("32", attr_set(gic, GRP_IRQS, 0, 32), -EINVAL);
	expect("100", attr_set(gic, GRP_IRQS, 0, 100), -EINVAL);
	expect("1024", attr_set(gic, GRP_IRQS, 0, 1024), -EINVAL);
	expect("992", attr_set(gic, GRP_IRQS, 0, 992), 0);
	expect("twice", attr_set(gic, GRP_IRQS, 0, 64), -EBUSY);
}

static void irqs_after_init(void)
{
	int vm = vm_make(), gic = device_make(vm, V3);

	vcpu_make(vm, 0);
	expect("init", attr_set(gic, GRP_CTRL, INIT_NOW, 0), 0);
	expect("init again", attr_set(gic, GRP_CTRL, INIT_NOW, 0), 0);
	expect("irqs", attr_set(gic, GRP_IRQS, 0, 128), -EBUSY);
	expect("a vCPU", vcpu_make(vm, 1), -EBUSY);
}

static void second(void)
{
	int vm = vm_make();

	expect("first", device_make(vm, V3) < 0, 0);
	expect("second", device_make(vm, V3), -EEXIST);
}

static void no_v2(void)
{
	int vm = vm_make();

	expect("GICv2", device_make(vm, KVM_DEV_TYPE_ARM_VGIC_V2), -ENODEV);
	expect("legacy", call(vm, KVM_CREATE_IRQCHIP, NULL), -ENODEV);
}

static void redist_old_form(void)
{
	int vm = vm_make(), gic;
	uint64_t v;

	vcpu_make(vm, 0);
	vcpu_make(vm, 1);
	gic = device_make(vm, V3);
	expect("unaligned", attr_set(gic, GRP_ADDR, A_REDIST, REDIST_AT + 0x1000), -EINVAL);
	expect("beyond", attr_set(gic, GRP_ADDR, A_REDIST, 1ull << ipa_bits()), -E2BIG);
	expect("told", attr_set(gic, GRP_ADDR, A_REDIST, REDIST_AT), 0);
	expect("again", attr_set(gic, GRP_ADDR, A_REDIST, REDIST_AT), -EEXIST);
	expect("get", attr_get(gic, GRP_ADDR, A_REDIST, &v), 0);
	expect("is", (long long)v, (long long)REDIST_AT);
	expect("mixed with a region", attr_set(gic, GRP_ADDR, A_REGION, REGION(0x9000000ull, 2, 0)),
	       -EINVAL);
}

static void region_values(void)
{
	int vm = vm_make(), gic = device_make(vm, V3);

	expect("count 0", attr_set(gic, GRP_ADDR, A_REGION, REGION(REDIST_AT, 0, 0)), -EINVAL);
	expect("flags", attr_set(gic, GRP_ADDR, A_REGION, REGION(REDIST_AT | 0x1000, 1, 0)),
	       -EINVAL);
	expect("index 1 first", attr_set(gic, GRP_ADDR, A_REGION, REGION(REDIST_AT, 1, 1)),
	       -EINVAL);
	expect("beyond",
	       attr_set(gic, GRP_ADDR, A_REGION, REGION((1ull << ipa_bits()) - 0x20000, 2, 0)),
	       -E2BIG);
	expect("index 0", attr_set(gic, GRP_ADDR, A_REGION, REGION(REDIST_AT, 2, 0)), 0);
}

static void regions(void)
{
	int vm = vm_make(), gic = device_make(vm, V3);
	uint64_t v = 0;
	struct kvm_device_attr get = { .group = GRP_ADDR, .attr = A_REGION, .addr = (uintptr_t)&v };

	expect("index 0", attr_set(gic, GRP_ADDR, A_REGION, REGION(REDIST_AT, 2, 0)), 0);
	expect("index 0 again", attr_set(gic, GRP_ADDR, A_REGION, REGION(0x9000000ull, 2, 0)),
	       -EINVAL);
	expect("index 2", attr_set(gic, GRP_ADDR, A_REGION, REGION(0x9000000ull, 2, 2)), -EINVAL);
	expect("over the first",
	       attr_set(gic, GRP_ADDR, A_REGION, REGION(REDIST_AT + 0x20000, 1, 1)), -EINVAL);
	expect("index 1", attr_set(gic, GRP_ADDR, A_REGION, REGION(0x9000000ull, 2, 1)), 0);
	expect("old form", attr_set(gic, GRP_ADDR, A_REDIST, 0xa000000), -EINVAL);
	v = 1;
	expect("get 1", call(gic, KVM_GET_DEVICE_ATTR, &get), 0);
	expect("is", (long long)v, (long long)REGION(0x9000000ull, 2, 1));
	v = 2;
	expect("get 2", call(gic, KVM_GET_DEVICE_ATTR, &get), -ENOENT);
}

static void region_over_dist(void)
{
	int vm = vm_make(), gic;

	vcpu_make(vm, 0);
	gic = device_make(vm, V3);
	expect("dist", attr_set(gic, GRP_ADDR, A_DIST, DIST_AT), 0);
	expect("a region over it", attr_set(gic, GRP_ADDR, A_REGION, REGION(DIST_AT, 1, 0)),
	       -EINVAL);
	expect("old form over it", attr_set(gic, GRP_ADDR, A_REDIST, DIST_AT), -EINVAL);
	expect("beside it", attr_set(gic, GRP_ADDR, A_REGION, REGION(REDIST_AT, 1, 0)), 0);
}

static void run_uninitialised(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0), gic = device_make(vm, V3);

	expect("init", init(vm, vcpu, PSCI), 0);
	expect("dist", attr_set(gic, GRP_ADDR, A_DIST, DIST_AT), 0);
	expect("redist", attr_set(gic, GRP_ADDR, A_REGION, REGION(REDIST_AT, 1, 0)), 0);
	expect("run", run(vcpu), -EBUSY);
	expect("the VM is dead", run(vcpu), -EIO);
}

static void run_without_redist(void)
{
	int vm = vm_make(), a = vcpu_make(vm, 0), gic;

	vcpu_make(vm, 1);
	gic = device_make(vm, V3);
	expect("init", init(vm, a, PSCI), 0);
	expect("dist", attr_set(gic, GRP_ADDR, A_DIST, DIST_AT), 0);
	expect("room for one of two", attr_set(gic, GRP_ADDR, A_REGION, REGION(REDIST_AT, 1, 0)),
	       0);
	expect("GIC", attr_set(gic, GRP_CTRL, INIT_NOW, 0), 0);
	expect("run", run(a), -ENXIO);
}

static void run_without_dist(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0), gic = device_make(vm, V3);

	expect("init", init(vm, vcpu, PSCI), 0);
	expect("redist", attr_set(gic, GRP_ADDR, A_REGION, REGION(REDIST_AT, 1, 0)), 0);
	expect("GIC", attr_set(gic, GRP_CTRL, INIT_NOW, 0), 0);
	expect("run", run(vcpu), -ENXIO);
}

static void run_complete(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0), gic = device_make(vm, V3);

	expect("init", init(vm, vcpu, PSCI), 0);
	expect("GIC before its addresses", attr_set(gic, GRP_CTRL, INIT_NOW, 0), 0);
	expect("dist", attr_set(gic, GRP_ADDR, A_DIST, DIST_AT), 0);
	expect("redist", attr_set(gic, GRP_ADDR, A_REGION, REGION(REDIST_AT, 4, 0)), 0);
	expect("run", run(vcpu), -EINTR);
	expect("timer moved after a run", attr_set(vcpu, KVM_ARM_VCPU_TIMER_CTRL, 0, 26), -EBUSY);
}

static void access_before_init(void)
{
	int vm = vm_make(), gic;
	uint64_t v;

	vcpu_make(vm, 0);
	gic = device_make(vm, V3);
	expect("GICD", attr_get(gic, GRP_DIST, 0, &v), -EBUSY);
	expect("GICR", attr_get(gic, REDIST, 0, &v), -EBUSY);
	expect("ICC", attr_get(gic, SYSREG, ICC(4, 6, 0), &v), -EBUSY);
	expect("levels", attr_get(gic, LEVEL, 32, &v), -EBUSY);
	expect("a line", irq_line(vm, KVM_ARM_IRQ_TYPE_SPI, 0, 40, 1), -EBUSY);
}

static int ready(int vm)
{
	int vcpu = vcpu_make(vm, 0), gic = device_make(vm, V3);

	expect("init", init(vm, vcpu, PSCI), 0);
	expect("GIC", attr_set(gic, GRP_CTRL, INIT_NOW, 0), 0);
	return gic;
}

static void reset_values(void)
{
	int gic = ready(vm_make());
	uint64_t v;

	expect("GICD_CTLR", attr_get(gic, GRP_DIST, 0, &v), 0);
	expect("ARE, DS", (long long)v, 0x50);
	expect("GICD_IIDR", attr_get(gic, GRP_DIST, 8, &v), 0);
	expect("KVM's", (long long)v, 0x4b00343b);
	expect("GICD_IGROUPR1", attr_get(gic, GRP_DIST, 0x84, &v), 0);
	expect("group 1", (long long)v, 0xffffffff);
	expect("GICD_IGROUPR0", attr_get(gic, GRP_DIST, 0x80, &v), 0);
	expect("not here", (long long)v, 0);
	expect("GICR_IGROUPR0", attr_get(gic, REDIST, 0x10080, &v), 0);
	expect("but here", (long long)v, 0xffffffff);
	expect("GICR_ISENABLER0", attr_get(gic, REDIST, 0x10100, &v), 0);
	expect("SGIs on", (long long)v, 0xffff);
	expect("GICR_CTLR", attr_get(gic, REDIST, 0, &v), 0);
	expect("CES, IR", (long long)v, 6);
	expect("GICR_PENDBASER", attr_get(gic, REDIST, 0x78, &v), 0);
	expect("write-back, shareable", (long long)v, 0x580);
	expect("ICC_SRE_EL1", attr_get(gic, SYSREG, ICC(12, 12, 5), &v), 0);
	expect("SRE", (long long)v, 7);
}

static void pending_latch(void)
{
	int vm = vm_make(), gic = ready(vm);
	uint64_t v;

	expect("ISPENDR1", attr_set(gic, GRP_DIST, 0x204, 0xf0), 0);
	expect("ICPENDR1 is ignored", attr_set(gic, GRP_DIST, 0x284, 0xf0), 0);
	expect("get", attr_get(gic, GRP_DIST, 0x204, &v), 0);
	expect("still", (long long)v, 0xf0);
	expect("get ICPENDR1", attr_get(gic, GRP_DIST, 0x284, &v), 0);
	expect("reads as zero", (long long)v, 0);
	expect("0 to ISPENDR1", attr_set(gic, GRP_DIST, 0x204, 0), 0);
	expect("get", attr_get(gic, GRP_DIST, 0x204, &v), 0);
	expect("is the latch", (long long)v, 0);
	expect("ICFGR2, level", attr_set(gic, GRP_DIST, 0xc08, 0), 0);
	expect("a line", irq_line(vm, KVM_ARM_IRQ_TYPE_SPI, 0, 40, 1), 0);
	expect("get", attr_get(gic, GRP_DIST, 0x204, &v), 0);
	expect("is not in the latch", (long long)v, 0);
	expect("level", attr_get(gic, LEVEL, 32, &v), 0);
	expect("but here", (long long)v, 0x100);
	expect("level not of 32", attr_get(gic, LEVEL, 40, &v), -EINVAL);
	expect("level, other info", attr_get(gic, LEVEL, 1 << 10, &v), -EINVAL);
}

static void clear_by_ones(void)
{
	int gic = ready(vm_make());
	uint64_t v;

	expect("ISENABLER1", attr_set(gic, GRP_DIST, 0x104, 0xf0), 0);
	expect("0 to ICENABLER1", attr_set(gic, GRP_DIST, 0x184, 0), 0);
	expect("get", attr_get(gic, GRP_DIST, 0x104, &v), 0);
	expect("changes nothing", (long long)v, 0xf0);
	expect("ISACTIVER1", attr_set(gic, GRP_DIST, 0x304, 0x0f), 0);
	expect("0 to ICACTIVER1", attr_set(gic, GRP_DIST, 0x384, 0), 0);
	expect("get", attr_get(gic, GRP_DIST, 0x304, &v), 0);
	expect("changes nothing", (long long)v, 0x0f);
	expect("ones to ICACTIVER1", attr_set(gic, GRP_DIST, 0x384, UINT32_MAX), 0);
	expect("get", attr_get(gic, GRP_DIST, 0x304, &v), 0);
	expect("clears", (long long)v, 0);
}

static void icc(void)
{
	int gic = ready(vm_make());
	uint64_t ctlr, v;

	expect("CTLR", attr_get(gic, SYSREG, ICC(12, 12, 4), &ctlr), 0);
	expect("more priority bits", attr_set(gic, SYSREG, ICC(12, 12, 4), ctlr | 7 << 8), -EINVAL);
	expect("other A3V", attr_set(gic, SYSREG, ICC(12, 12, 4), ctlr ^ 1 << 15), -EINVAL);
	expect("EOImode, CBPR", attr_set(gic, SYSREG, ICC(12, 12, 4), ctlr | 3), 0);
	expect("get", attr_get(gic, SYSREG, ICC(12, 12, 4), &v), 0);
	expect("taken", (long long)v, (long long)(ctlr | 3));
	expect("BPR0", attr_set(gic, SYSREG, ICC(12, 8, 3), 4), 0);
	expect("BPR1", attr_get(gic, SYSREG, ICC(12, 12, 3), &v), 0);
	expect("follows BPR0 under CBPR", (long long)v, 5);
	expect("SRE off", attr_set(gic, SYSREG, ICC(12, 12, 5), 0), -EINVAL);
	expect("PMR", attr_set(gic, SYSREG, ICC(4, 6, 0), 0xf0), 0);
	expect("get", attr_get(gic, SYSREG, ICC(4, 6, 0), &v), 0);
	expect("is", (long long)v, 0xf0);
	expect("AP1R0", attr_set(gic, SYSREG, ICC(12, 9, 0), 5), 0);
	expect("AP1R1 with 5 bits", attr_set(gic, SYSREG, ICC(12, 9, 1), 5), -EINVAL);
	expect("not there", attr_get(gic, SYSREG, ICC(1, 0, 0), &v), -ENOENT);
	expect("of nobody", attr_get(gic, SYSREG, CPU(9) | ICC(4, 6, 0), &v), -EINVAL);
}

static void by_affinity(void)
{
	int vm = vm_make(), a = vcpu_make(vm, 0), b = vcpu_make(vm, 16), gic = device_make(vm, V3);
	uint64_t v;

	expect("init", init(vm, a, PSCI), 0);
	expect("init", init(vm, b, PSCI | OFF), 0);
	expect("GIC", attr_set(gic, GRP_CTRL, INIT_NOW, 0), 0);
	expect("vCPU 16 by its id", attr_get(gic, REDIST, CPU(16), &v), -EINVAL);
	expect("by its affinity", attr_get(gic, REDIST, CPU(0x100) | 0xc, &v), 0);
	expect("TYPER's affinity", (long long)v, 0x100);
}

static void typer_last(void)
{
	int vm = vm_make(), gic;
	uint64_t v;

	expect("init", init(vm, vcpu_make(vm, 0), PSCI), 0);
	expect("init", init(vm, vcpu_make(vm, 1), PSCI | OFF), 0);
	gic = device_make(vm, V3);
	expect("redist", attr_set(gic, GRP_ADDR, A_REGION, REGION(REDIST_AT, 2, 0)), 0);
	expect("GIC", attr_set(gic, GRP_CTRL, INIT_NOW, 0), 0);
	expect("vCPU 0", attr_get(gic, REDIST, 8, &v), 0);
	expect("not the last", (long long)v, 0);
	expect("vCPU 1", attr_get(gic, REDIST, CPU(1) | 8, &v), 0);
	expect("last", (long long)v, 0x110);
}

static void lpis_need_its(void)
{
	int gic = ready(vm_make());
	uint64_t v;

	expect("EnableLPIs", attr_set(gic, REDIST, 0, 1), 0);
	expect("get", attr_get(gic, REDIST, 0, &v), 0);
	expect("ignored", (long long)v, 6);
}

static void many_vcpus(void)
{
	int vm = vm_make(), gic = device_make(vm, V3);

	for (unsigned long i = 0; i < 130; i++)
		vcpu_make(vm, i);
	expect("512", cap(vm, KVM_CAP_MAX_VCPUS), 512);
	expect("first region", attr_set(gic, GRP_ADDR, A_REGION, REGION(REDIST_AT, 123, 0)), 0);
	expect("second region", attr_set(gic, GRP_ADDR, A_REGION, REGION(0x4000000000ull, 7, 1)),
	       0);
	expect("GIC", attr_set(gic, GRP_CTRL, INIT_NOW, 0), 0);
}

const struct row rows_vgic3[] = {
	{ "gicv3-distributor-address", dist, ON_GIC3 },
	{ "gicv3-attributes", has, ON_GIC3 },
	{ "gicv3-irqs", irqs, ON_GIC3 },
	{ "gicv3-after-init", irqs_after_init, ON_GIC3 },
	{ "gicv3-second", second, ON_GIC3 },
	{ "gicv3-host-has-no-gicv2", no_v2, ON_GIC3 },
	{ "gicv3-redist-old-form", redist_old_form, ON_GIC3 },
	{ "gicv3-region-values", region_values, ON_GIC3 },
	{ "gicv3-regions", regions, ON_GIC3 },
	{ "gicv3-region-over-distributor", region_over_dist, ON_GIC3 },
	{ "gicv3-run-uninitialised", run_uninitialised, ON_GIC3 },
	{ "gicv3-run-without-redistributor", run_without_redist, ON_GIC3 },
	{ "gicv3-run-without-distributor", run_without_dist, ON_GIC3 },
	{ "gicv3-run-complete", run_complete, ON_GIC3 },
	{ "gicv3-access-before-init", access_before_init, ON_GIC3 },
	{ "gicv3-reset-values", reset_values, ON_GIC3 },
	{ "gicv3-pending-latch", pending_latch, ON_GIC3 },
	{ "gicv3-clear-by-ones", clear_by_ones, ON_GIC3 },
	{ "gicv3-icc-registers", icc, ON_GIC3 },
	{ "gicv3-by-affinity", by_affinity, ON_GIC3 },
	{ "gicv3-typer-last", typer_last, ON_GIC3 },
	{ "gicv3-lpis-need-its", lpis_need_its, ON_GIC3 },
	{ "gicv3-130-vcpus-two-regions", many_vcpus, ON_GIC3 },
	{ 0 },
};
