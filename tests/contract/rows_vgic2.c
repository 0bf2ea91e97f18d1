// SPDX-License-Identifier: BSD-2-Clause
// The GICv2: by device and by KVM_CREATE_IRQCHIP.
#include "tests/contract/contract.h"

#define V2 KVM_DEV_TYPE_ARM_VGIC_V2
#define A_DIST KVM_VGIC_V2_ADDR_TYPE_DIST
#define A_CPU KVM_VGIC_V2_ADDR_TYPE_CPU
#define GICC KVM_DEV_ARM_VGIC_GRP_CPU_REGS
#define CPU(n) ((uint64_t)(n) << KVM_DEV_ARM_VGIC_CPUID_SHIFT)

static void addresses(void)
{
	int vm = vm_make(), gic = device_make(vm, V2);
	uint64_t v;

	expect("get, not told yet", attr_get(gic, GRP_ADDR, A_DIST, &v), 0);
	expect("is undefined", v == UINT64_MAX, 1);
	expect("dist, unaligned", attr_set(gic, GRP_ADDR, A_DIST, 0x8000800), -EINVAL);
	expect("cpu, unaligned", attr_set(gic, GRP_ADDR, A_CPU, 0x8010800), -EINVAL);
	expect("dist, beyond", attr_set(gic, GRP_ADDR, A_DIST, 1ull << ipa_bits()), -E2BIG);
	expect("cpu, across the end", attr_set(gic, GRP_ADDR, A_CPU, (1ull << ipa_bits()) - 0x1000),
	       -E2BIG);
	expect("wraps", attr_set(gic, GRP_ADDR, A_CPU, ~0xfffull), -EINVAL);
	expect("dist", attr_set(gic, GRP_ADDR, A_DIST, 0x8000000), 0);
	expect("dist again", attr_set(gic, GRP_ADDR, A_DIST, 0x8000000), -EEXIST);
	expect("cpu", attr_set(gic, GRP_ADDR, A_CPU, 0x8010000), 0);
	expect("get", attr_get(gic, GRP_ADDR, A_CPU, &v), 0);
	expect("is", (long long)v, 0x8010000);
	expect("a GICv3's", attr_set(gic, GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, 0x8100000), -ENXIO);
	expect("a redistributor's",
	       attr_set(gic, GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, 1ull << 52), -ENXIO);
	expect("unknown", attr_set(gic, GRP_ADDR, 99, 0), -ENXIO);
}

static void has(void)
{
	int vm = vm_make(), gic = device_make(vm, V2);

	expect("dist", attr_has(gic, GRP_ADDR, A_DIST), 0);
	expect("a GICv3's", attr_has(gic, GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST), -ENXIO);
	expect("NR_IRQS", attr_has(gic, GRP_IRQS, 0), 0);
	expect("INIT", attr_has(gic, GRP_CTRL, INIT_NOW), 0);
	expect("save pending", attr_has(gic, GRP_CTRL, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES),
	       -ENXIO);
	expect("register, no vCPU", attr_has(gic, GRP_DIST, 0), -EINVAL);
	vcpu_make(vm, 0);
	expect("GICD_CTLR", attr_has(gic, GRP_DIST, 0), 0);
	expect("unaligned", attr_has(gic, GRP_DIST, 2), -ENXIO);
	expect("GICC_PMR", attr_has(gic, GICC, 4), 0);
	expect("GICC, none there", attr_has(gic, GICC, 0x40), -ENXIO);
	expect("group unknown", attr_has(gic, 99, 0), -ENXIO);
	expect("redistributors", attr_has(gic, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, 0), -ENXIO);
}

static void irqs(void)
{
	int vm = vm_make(), gic = device_make(vm, V2);
	uint64_t v;

	expect("32", attr_set(gic, GRP_IRQS, 0, 32), -EINVAL);
	expect("65", attr_set(gic, GRP_IRQS, 0, 65), -EINVAL);
	expect("1024", attr_set(gic, GRP_IRQS, 0, 1024), -EINVAL);
	expect("96", attr_set(gic, GRP_IRQS, 0, 96), 0);
	expect("twice", attr_set(gic, GRP_IRQS, 0, 96), -EBUSY);
	expect("get", attr_get(gic, GRP_IRQS, 0, &v), 0);
	expect("is", (long long)v, 96);
}

static void irqs_after_init(void)
{
	int vm = vm_make(), gic = device_make(vm, V2);
	uint64_t v;

	vcpu_make(vm, 0);
	expect("init", attr_set(gic, GRP_CTRL, INIT_NOW, 0), 0);
	expect("init again", attr_set(gic, GRP_CTRL, INIT_NOW, 0), 0);
	expect("set", attr_set(gic, GRP_IRQS, 0, 128), -EBUSY);
	expect("get", attr_get(gic, GRP_IRQS, 0, &v), 0);
	expect("KVM's default", (long long)v, 256);
}

static void vcpus(void)
{
	int vm = vm_make(), gic;

	for (unsigned long i = 0; i < 8; i++)
		vcpu_make(vm, i);
	gic = device_make(vm, V2);
	expect("8 vCPUs", gic < 0 ? gic : 0, 0);
	expect("a 9th", vcpu_make(vm, 8), -EINVAL);
	expect("KVM_CAP_MAX_VCPUS", cap(vm, KVM_CAP_MAX_VCPUS), 8);
}

static void vcpu_after_init(void)
{
	int vm = vm_make(), gic = device_make(vm, V2);

	vcpu_make(vm, 0);
	expect("init", attr_set(gic, GRP_CTRL, INIT_NOW, 0), 0);
	expect("vCPU", vcpu_make(vm, 1), -EBUSY);
}

static void second(void)
{
	int vm = vm_make();

	expect("first", device_make(vm, V2) < 0, 0);
	expect("second", device_make(vm, V2), -EEXIST);
	expect("legacy", call(vm, KVM_CREATE_IRQCHIP, NULL), -EEXIST);
}

static void no_v3(void)
{
	int vm = vm_make();

	expect("GICv3", device_make(vm, KVM_DEV_TYPE_ARM_VGIC_V3), -ENODEV);
	expect("ITS", device_make(vm, KVM_DEV_TYPE_ARM_VGIC_ITS), -ENODEV);
}

/* A register access does what INIT would. */
static void lazy(void)
{
	int vm = vm_make(), gic = device_make(vm, V2);
	uint64_t v;

	vcpu_make(vm, 0);
	expect("read", attr_get(gic, GRP_DIST, 0, &v), 0);
	expect("then NR_IRQS", attr_set(gic, GRP_IRQS, 0, 128), -EBUSY);
	expect("then a vCPU", vcpu_make(vm, 1), -EBUSY);
}

static void run_without_addresses(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0), gic = device_make(vm, V2);

	expect("init", init(vm, vcpu, PSCI), 0);
	expect("dist", attr_set(gic, GRP_ADDR, A_DIST, 0x8000000), 0);
	expect("run", run(vcpu), -ENXIO);
	expect("the VM is dead", run(vcpu), -EIO);
	expect("all of it", cap(vm, KVM_CAP_ONE_REG), -EIO);
	expect("and its devices", attr_set(gic, GRP_ADDR, A_CPU, 0x8010000), -EIO);
}

static void run_overlap(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0), gic = device_make(vm, V2);

	expect("init", init(vm, vcpu, PSCI), 0);
	expect("dist", attr_set(gic, GRP_ADDR, A_DIST, 0x8001000), 0);
	expect("cpu over it", attr_set(gic, GRP_ADDR, A_CPU, 0x8000000), 0);
	expect("run", run(vcpu), -EINVAL);
}

static void run_lazily(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0), gic = device_make(vm, V2);

	expect("init", init(vm, vcpu, PSCI), 0);
	expect("dist", attr_set(gic, GRP_ADDR, A_DIST, 0x8000000), 0);
	expect("cpu", attr_set(gic, GRP_ADDR, A_CPU, 0x8010000), 0);
	expect("run without INIT", run(vcpu), -EINTR);
	expect("timer moved after a run", attr_set(vcpu, KVM_ARM_VCPU_TIMER_CTRL, 0, 26), -EBUSY);
}

static int legacy(int vm, uint64_t type, uint64_t addr)
{
	struct kvm_arm_device_addr a = {
		.id = (uint64_t)KVM_ARM_DEVICE_VGIC_V2 << KVM_ARM_DEVICE_ID_SHIFT | type,
		.addr = addr
	};

	return call(vm, KVM_ARM_SET_DEVICE_ADDR, &a);
}

static void irqchip(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0);

	expect("made", call(vm, KVM_CREATE_IRQCHIP, NULL), 0);
	expect("again", call(vm, KVM_CREATE_IRQCHIP, NULL), -EEXIST);
	expect("device beside it", device_make(vm, V2), -EEXIST);
	expect("dist, unaligned", legacy(vm, A_DIST, 0x8000800), -EINVAL);
	expect("dist, beyond", legacy(vm, A_DIST, 1ull << ipa_bits()), -E2BIG);
	expect("dist", legacy(vm, A_DIST, 0x8000000), 0);
	expect("dist again", legacy(vm, A_DIST, 0x8000000), -EEXIST);
	expect("a GICv3's", legacy(vm, KVM_VGIC_V3_ADDR_TYPE_DIST, 0x8100000), -ENODEV);
	expect("cpu", legacy(vm, A_CPU, 0x8010000), 0);
	expect("init", init(vm, vcpu, PSCI), 0);
	expect("run", run(vcpu), -EINTR);
}

static void lines(void)
{
	int vm = vm_make(), gic = device_make(vm, V2);
	uint64_t v;

	vcpu_make(vm, 0);
	expect("CPU", irq_line(vm, KVM_ARM_IRQ_TYPE_CPU, 0, 0, 1), -ENXIO);
	expect("an SGI as PPI", irq_line(vm, KVM_ARM_IRQ_TYPE_PPI, 0, 15, 1), -EINVAL);
	expect("an SPI as PPI", irq_line(vm, KVM_ARM_IRQ_TYPE_PPI, 0, 32, 1), -EINVAL);
	expect("no such vCPU", irq_line(vm, KVM_ARM_IRQ_TYPE_PPI, 4, 27, 1), -EINVAL);
	expect("a PPI as SPI", irq_line(vm, KVM_ARM_IRQ_TYPE_SPI, 0, 31, 1), -EINVAL);
	expect("SPIs are born edge", attr_get(gic, GRP_DIST, 0xc08, &v), 0);
	expect("ICFGR2", (long long)v, 0xaaaaaaaa);
	expect("made level", attr_set(gic, GRP_DIST, 0xc08, 0), 0);
	expect("SPI 40", irq_line(vm, KVM_ARM_IRQ_TYPE_SPI, 0, 40, 1), 0);
	expect("beyond NR_IRQS", irq_line(vm, KVM_ARM_IRQ_TYPE_SPI, 0, 300, 1), -EINVAL);
	expect("pending", attr_get(gic, GRP_DIST, 0x204, &v), 0);
	expect("is", (long long)v, 0x100);
	expect("low", irq_line(vm, KVM_ARM_IRQ_TYPE_SPI, 0, 40, 0), 0);
	expect("pending", attr_get(gic, GRP_DIST, 0x204, &v), 0);
	expect("is not", (long long)v, 0);
	expect("edge again", attr_set(gic, GRP_DIST, 0xc08, 0xaaaaaaaa), 0);
	expect("SPI 40", irq_line(vm, KVM_ARM_IRQ_TYPE_SPI, 0, 40, 1), 0);
	expect("low", irq_line(vm, KVM_ARM_IRQ_TYPE_SPI, 0, 40, 0), 0);
	expect("pending", attr_get(gic, GRP_DIST, 0x204, &v), 0);
	expect("stays", (long long)v, 0x100);
}

static void reset_values(void)
{
	int vm = vm_make(), gic = device_make(vm, V2);
	uint64_t v;

	vcpu_make(vm, 0);
	vcpu_make(vm, 1);
	expect("no such vCPU", attr_get(gic, GRP_DIST, CPU(2), &v), -EINVAL);
	expect("ISENABLER0", attr_get(gic, GRP_DIST, CPU(1) | 0x100, &v), 0);
	expect("SGIs on", (long long)v, 0xffff);
	expect("ICFGR0", attr_get(gic, GRP_DIST, 0xc00, &v), 0);
	expect("SGIs edge", (long long)v, 0xaaaaaaaa);
	expect("ITARGETSR0", attr_get(gic, GRP_DIST, CPU(1) | 0x800, &v), 0);
	expect("own bit", (long long)v, 0x02020202);
	expect("IIDR", attr_get(gic, GRP_DIST, 8, &v), 0);
	expect("KVM's, revision 3", (long long)v, 0x4b00343b);
	expect("TYPER", attr_get(gic, GRP_DIST, 4, &v), 0);
	expect("2 CPUs, 256 irqs", (long long)v, 0x27);
	expect("GICC_IIDR", attr_get(gic, GICC, 0xfc, &v), 0);
	expect("GICv2", (long long)v, 0x4b2043b);
}

static void groups(void)
{
	int vm = vm_make(), gic = device_make(vm, V2);
	uint64_t v;

	vcpu_make(vm, 0);
	expect("IGROUPR1", attr_set(gic, GRP_DIST, 0x84, 0xff), 0);
	expect("get", attr_get(gic, GRP_DIST, 0x84, &v), 0);
	expect("ignored before IIDR", (long long)v, 0);
	expect("IIDR, bad revision", attr_set(gic, GRP_DIST, 8, 0x4b00143b), -EINVAL);
	expect("IIDR", attr_set(gic, GRP_DIST, 8, 0x4b00343b), 0);
	expect("IGROUPR1", attr_set(gic, GRP_DIST, 0x84, 0xff), 0);
	expect("get", attr_get(gic, GRP_DIST, 0x84, &v), 0);
	expect("taken", (long long)v, 0xff);
}

static void enablers(void)
{
	int vm = vm_make(), gic = device_make(vm, V2);
	uint64_t v;

	vcpu_make(vm, 0);
	expect("ISENABLER1", attr_set(gic, GRP_DIST, 0x104, 0xf0), 0);
	expect("0 to ICENABLER1", attr_set(gic, GRP_DIST, 0x184, 0), 0);
	expect("get", attr_get(gic, GRP_DIST, 0x104, &v), 0);
	expect("changes nothing", (long long)v, 0xf0);
	expect("ones to ICENABLER1", attr_set(gic, GRP_DIST, 0x184, UINT32_MAX), 0);
	expect("get", attr_get(gic, GRP_DIST, 0x104, &v), 0);
	expect("clears", (long long)v, 0);
	expect("beyond NR_IRQS", attr_set(gic, GRP_DIST, 0x120, UINT32_MAX), 0);
	expect("get", attr_get(gic, GRP_DIST, 0x120, &v), 0);
	expect("reads as zero", (long long)v, 0);
}

static void pmr(void)
{
	int vm = vm_make(), gic = device_make(vm, V2);
	uint64_t v;

	vcpu_make(vm, 0);
	expect("set", attr_set(gic, GICC, 4, 0xff), 0);
	expect("get", attr_get(gic, GICC, 4, &v), 0);
	expect("5 bits", (long long)v, 0x1f);
}

static void sgis(void)
{
	int vm = vm_make(), gic = device_make(vm, V2);
	uint64_t v;

	vcpu_make(vm, 0);
	vcpu_make(vm, 1);
	expect("SPENDSGIR0 of vCPU 1", attr_set(gic, GRP_DIST, CPU(1) | 0xf20, 0x0301), 0);
	expect("get", attr_get(gic, GRP_DIST, CPU(1) | 0xf10, &v), 0);
	expect("sources", (long long)v, 0x0301);
	expect("ISPENDR0", attr_get(gic, GRP_DIST, CPU(1) | 0x200, &v), 0);
	expect("pending", (long long)v, 3);
	expect("CPENDSGIR0", attr_set(gic, GRP_DIST, CPU(1) | 0xf10, 0x0201), 0);
	expect("ISPENDR0", attr_get(gic, GRP_DIST, CPU(1) | 0x200, &v), 0);
	expect("one has a source left", (long long)v, 2);
	expect("vCPU 0", attr_get(gic, GRP_DIST, 0x200, &v), 0);
	expect("has none", (long long)v, 0);
}

const struct row rows_vgic2[] = {
	{ "gicv2-addresses", addresses, ON_GIC2 },
	{ "gicv2-attributes", has, ON_GIC2 },
	{ "gicv2-irqs", irqs, ON_GIC2 },
	{ "gicv2-irqs-after-init", irqs_after_init, ON_GIC2 },
	{ "gicv2-eight-vcpus", vcpus, ON_GIC2 },
	{ "gicv2-vcpu-after-init", vcpu_after_init, ON_GIC2 },
	{ "gicv2-second", second, ON_GIC2 },
	{ "gicv2-host-has-no-gicv3", no_v3, ON_GIC2 },
	{ "gicv2-lazy-init", lazy, ON_GIC2 },
	{ "gicv2-run-without-addresses", run_without_addresses, ON_GIC2 },
	{ "gicv2-run-overlap", run_overlap, ON_GIC2 },
	{ "gicv2-run-lazy-init", run_lazily, ON_GIC2 },
	{ "gicv2-irqchip", irqchip, ON_GIC2 },
	{ "gicv2-lines", lines, ON_GIC2 },
	{ "gicv2-reset-values", reset_values, ON_GIC2 },
	{ "gicv2-groups-need-iidr", groups, ON_GIC2 },
	{ "gicv2-enablers", enablers, ON_GIC2 },
	{ "gicv2-pmr-five-bits", pmr, ON_GIC2 },
	{ "gicv2-sgi-sources", sgis, ON_GIC2 },
	{ 0 },
};
