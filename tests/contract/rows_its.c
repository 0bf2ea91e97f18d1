// SPDX-License-Identifier: BSD-2-Clause
// The ITS.
#include "tests/contract/contract.h"

#define ITS KVM_DEV_TYPE_ARM_VGIC_ITS
#define A_ITS KVM_VGIC_ITS_ADDR_TYPE
#define REGS KVM_DEV_ARM_VGIC_GRP_ITS_REGS
#define REDIST KVM_DEV_ARM_VGIC_GRP_REDIST_REGS
#define AT 0x8080000ull
#define VALID (1ull << 63)

static void address(void)
{
	int vm = vm_make(), its = device_make(vm, ITS);
	uint64_t v;

	expect("a register before", attr_get(its, REGS, 0, &v), -ENXIO);
	expect("unaligned", attr_set(its, GRP_ADDR, A_ITS, AT + 0x1000), -EINVAL);
	expect("beyond", attr_set(its, GRP_ADDR, A_ITS, 1ull << ipa_bits()), -E2BIG);
	expect("another type", attr_set(its, GRP_ADDR, 0, AT), -ENODEV);
	expect("told", attr_set(its, GRP_ADDR, A_ITS, AT), 0);
	expect("again", attr_set(its, GRP_ADDR, A_ITS, AT), -EEXIST);
	expect("get", attr_get(its, GRP_ADDR, A_ITS, &v), 0);
	expect("is", (long long)v, (long long)AT);
}

static void control(void)
{
	int vm = vm_make(), its = device_make(vm, ITS);

	expect("has reset", attr_has(its, GRP_CTRL, KVM_DEV_ARM_ITS_CTRL_RESET), 0);
	expect("has no other", attr_has(its, GRP_CTRL, 77), -ENXIO);
	expect("NR_IRQS", attr_set(its, GRP_IRQS, 0, 64), -ENXIO);
	expect("init", attr_set(its, GRP_CTRL, INIT_NOW, 0), 0);
	expect("init again", attr_set(its, GRP_CTRL, INIT_NOW, 0), 0);
	expect("reset", attr_set(its, GRP_CTRL, KVM_DEV_ARM_ITS_CTRL_RESET, 0), 0);
}

static void devid(void)
{
	int vm = vm_make();

	expect("before", cap(vm, KVM_CAP_MSI_DEVID), 0);
	device_make(vm, ITS);
	expect("after", cap(vm, KVM_CAP_MSI_DEVID), 1);
}

static int ready(int vm)
{
	int its = device_make(vm, ITS);

	expect("address", attr_set(its, GRP_ADDR, A_ITS, AT), 0);
	return its;
}

static void registers(void)
{
	int its = ready(vm_make());
	uint64_t v;

	expect("CTLR", attr_get(its, REGS, 0, &v), 0);
	expect("quiescent", (long long)v, 0x80000000ll);
	expect("TYPER", attr_get(its, REGS, 8, &v), 0);
	expect("is", (long long)v, 0x1ef71);
	expect("half of it", attr_get(its, REGS, 12, &v), -EINVAL);
	expect("none there", attr_get(its, REGS, 0x200, &v), -ENXIO);
	expect("CREADR beyond the queue", attr_set(its, REGS, 0x90, 0x1000), -EINVAL);
	expect("IIDR, bad revision", attr_set(its, REGS, 4, 0x1000), -EINVAL);
}

/* A reset makes the tables not valid and leaves their addresses. */
static void tables(void)
{
	int its = ready(vm_make());
	uint64_t v;

	expect("BASER0", attr_get(its, REGS, 0x100, &v), 0);
	expect("8 bytes, write-back, shareable, 64K", (long long)v, 0x1907000000000600ll);
	expect("set", attr_set(its, REGS, 0x100, VALID | 0x40200000), 0);
	expect("BASER0", attr_get(its, REGS, 0x100, &v), 0);
	expect("8 bytes", (long long)(v >> 48 & 31), 7);
	expect("reset", attr_set(its, GRP_CTRL, KVM_DEV_ARM_ITS_CTRL_RESET, 0), 0);
	expect("BASER0", attr_get(its, REGS, 0x100, &v), 0);
	expect("not valid", (long long)(v >> 63), 0);
	expect("address kept", (long long)(v & 0xffffffff0000), 0x40200000);
}

static void enable(void)
{
	int its = ready(vm_make());
	uint64_t v;

	expect("without tables", attr_set(its, REGS, 0, 1), 0);
	expect("CTLR", attr_get(its, REGS, 0, &v), 0);
	expect("stays off", (long long)(v & 1), 0);
	expect("BASER0", attr_set(its, REGS, 0x100, VALID | 0x40200000), 0);
	expect("BASER1", attr_set(its, REGS, 0x108, VALID | 0x40300000), 0);
	expect("CBASER", attr_set(its, REGS, 0x80, VALID | 0x40400000), 0);
	expect("on", attr_set(its, REGS, 0, 1), 0);
	expect("CTLR", attr_get(its, REGS, 0, &v), 0);
	expect("is on", (long long)(v & 1), 1);
	expect("CREADR while on", attr_set(its, REGS, 0x90, 0), -EBUSY);
	expect("reset", attr_set(its, GRP_CTRL, KVM_DEV_ARM_ITS_CTRL_RESET, 0), 0);
	expect("CTLR", attr_get(its, REGS, 0, &v), 0);
	expect("is off", (long long)(v & 1), 0);
	expect("CBASER", attr_get(its, REGS, 0x80, &v), 0);
	expect("gone", (long long)v, 0);
}

static void lpis(void)
{
	int vm = vm_make(), gic, its = ready(vm);
	uint64_t v;

	expect("init", init(vm, vcpu_make(vm, 0), PSCI), 0);
	gic = device_make(vm, KVM_DEV_TYPE_ARM_VGIC_V3);
	expect("GIC", attr_set(gic, GRP_CTRL, INIT_NOW, 0), 0);
	expect("ITS", attr_set(its, GRP_CTRL, INIT_NOW, 0), 0);
	expect("PROPBASER", attr_get(gic, REDIST, 0x70, &v), 0);
	expect("is", (long long)v, 0x580);
	expect("EnableLPIs", attr_set(gic, REDIST, 0, 1), 0);
	expect("get", attr_get(gic, REDIST, 0, &v), 0);
	expect("on", (long long)v, 7);
	expect("PROPBASER while on", attr_set(gic, REDIST, 0x70, 0x40000580), 0);
	expect("get", attr_get(gic, REDIST, 0x70, &v), 0);
	expect("ignored", (long long)v, 0x580);
	expect("off again", attr_set(gic, REDIST, 0, 0), 0);
	expect("get", attr_get(gic, REDIST, 0, &v), 0);
	expect("off", (long long)v, 6);
	expect("PROPBASER", attr_set(gic, REDIST, 0x70, 0x40000580), 0);
	expect("get", attr_get(gic, REDIST, 0x70, &v), 0);
	expect("taken", (long long)v, 0x40000580);
	expect("PENDBASER, 0", attr_set(gic, REDIST, 0x78, 0), 0);
	expect("get", attr_get(gic, REDIST, 0x78, &v), 0);
	expect("made cacheable", (long long)v, 0x180);
}

const struct row rows_its[] = {
	{ "its-address", address, ON_GIC3 },
	{ "its-control", control, ON_GIC3 },
	{ "its-makes-devid-needed", devid, ON_GIC3 },
	{ "its-registers", registers, ON_GIC3 },
	{ "its-tables", tables, ON_GIC3 },
	{ "its-enable-and-reset", enable, ON_GIC3 },
	{ "its-lpis-on-and-off", lpis, ON_GIC3 },
	{ 0 },
};
