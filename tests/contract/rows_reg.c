// SPDX-License-Identifier: BSD-2-Clause
// Registers: the list, sizes, what may be written, what a re-init leaves.
#include "tests/contract/contract.h"

#define SYS(op0, op1, crn, crm, op2) ARM64_SYS_REG(op0, op1, crn, crm, op2)
#define MIDR SYS(3, 0, 0, 0, 0)
#define MPIDR SYS(3, 0, 0, 0, 5)
#define AA64PFR0 SYS(3, 0, 0, 4, 0)
#define SCTLR SYS(3, 0, 1, 0, 0)
#define CCSIDR(n)                                                                                  \
	(KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_DEMUX | KVM_REG_ARM_DEMUX_ID_CCSIDR | (n))

static int one_vcpu(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0);

	expect("init", init(vm, vcpu, PSCI), 0);
	return vcpu;
}

static uint64_t get64(int vcpu, uint64_t id)
{
	uint64_t v = 0;

	expect("get", reg_get(vcpu, id, &v), 0);
	return v;
}

static void list_sizes(void)
{
	static struct {
		uint64_t n, id[1024];
	} list;
	int vcpu = one_vcpu();
	uint64_t n;

	list.n = 0;
	expect("n = 0", call(vcpu, KVM_GET_REG_LIST, &list), -E2BIG);
	n = list.n;
	expect("n was told", n > 100, 1);
	list.n = n - 1;
	expect("one short", call(vcpu, KVM_GET_REG_LIST, &list), -E2BIG);
	expect("told again", (long long)list.n, (long long)n);
	list.n = n;
	expect("exact", call(vcpu, KVM_GET_REG_LIST, &list), 0);
	list.n = 1024;
	expect("ample", call(vcpu, KVM_GET_REG_LIST, &list), 0);
	expect("count", (long long)list.n, (long long)n);
	for (uint64_t i = 0; i < n; i++)
		expect("arch", (long long)(list.id[i] >> 60), KVM_REG_ARM64 >> 60);
	expect("X0 comes first", (long long)(list.id[0] == CORE64(regs.regs[0])), 1);
}

static void list_all_readable(void)
{
	static struct {
		uint64_t n, id[1024];
	} list;
	static uint8_t value[256];
	int vcpu = one_vcpu();

	list.n = 1024;
	expect("list", call(vcpu, KVM_GET_REG_LIST, &list), 0);
	for (uint64_t i = 0; i < list.n; i++) {
		expect("get", reg_get(vcpu, list.id[i], value), 0);
		expect("set what was got", reg_set(vcpu, list.id[i], value), 0);
	}
}

static void unknown(void)
{
	int vcpu = one_vcpu();
	uint64_t v = 0;

	expect("system register", reg_get(vcpu, SYS(3, 7, 15, 15, 7), &v), -ENOENT);
	expect("its set", reg_set(vcpu, SYS(3, 7, 15, 15, 7), &v), -ENOENT);
	expect("32 bits of a system register",
	       reg_get(vcpu, (SCTLR & ~KVM_REG_SIZE_MASK) | KVM_REG_SIZE_U32, &v), -ENOENT);
	expect("firmware",
	       reg_get(vcpu, KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_FW | 0xff, &v),
	       -ENOENT);
	expect("another architecture", reg_get(vcpu, KVM_REG_X86 | KVM_REG_SIZE_U64, &v), -EINVAL);
}

static void core_sizes(void)
{
	int vcpu = one_vcpu();
	uint64_t v = 0, x0 = KVM_REG_ARM64 | KVM_REG_ARM_CORE;

	expect("beyond the struct", reg_get(vcpu, x0 | KVM_REG_SIZE_U64 | 0x7000, &v), -ENOENT);
	expect("32 bits of X0", reg_get(vcpu, x0 | KVM_REG_SIZE_U32, &v), -EINVAL);
	expect("X0's upper half", reg_get(vcpu, x0 | KVM_REG_SIZE_U64 | 1, &v), -EINVAL);
	expect("64 bits of FPSR",
	       reg_get(vcpu, x0 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE_REG(fp_regs.fpsr), &v),
	       -EINVAL);
}

static void core_reset(void)
{
	int vcpu = one_vcpu();

	expect("PSTATE", (long long)get64(vcpu, CORE64(regs.pstate)), 0x3c5);
	expect("PC", (long long)get64(vcpu, CORE64(regs.pc)), 0);
	expect("X30", (long long)get64(vcpu, CORE64(regs.regs[30])), 0);
}

static void pstate(void)
{
	int vcpu = one_vcpu();

	expect("EL1t", reg_set64(vcpu, CORE64(regs.pstate), 0x3c4), 0);
	expect("EL0t", reg_set64(vcpu, CORE64(regs.pstate), 0x3c0), 0);
	expect("EL2h", reg_set64(vcpu, CORE64(regs.pstate), 0x3c9), -EINVAL);
	expect("EL3h", reg_set64(vcpu, CORE64(regs.pstate), 0x3cd), -EINVAL);
	expect("AArch32 SVC", reg_set64(vcpu, CORE64(regs.pstate), 0x1d3), -EINVAL);
	expect("kept", (long long)get64(vcpu, CORE64(regs.pstate)), 0x3c0);
}

static void init_resets(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0);
	uint64_t sctlr;

	expect("init", init(vm, vcpu, PSCI), 0);
	sctlr = get64(vcpu, SCTLR);
	expect("set", reg_set64(vcpu, CORE64(regs.pc), 0x1234), 0);
	expect("set", reg_set64(vcpu, SCTLR, sctlr ^ 1), 0);
	expect("held", (long long)get64(vcpu, CORE64(regs.pc)), 0x1234);
	expect("held", (long long)get64(vcpu, SCTLR), (long long)(sctlr ^ 1));
	expect("init", init(vm, vcpu, PSCI), 0);
	expect("PC", (long long)get64(vcpu, CORE64(regs.pc)), 0);
	expect("SCTLR_EL1", (long long)get64(vcpu, SCTLR), (long long)sctlr);
}

static void constants(void)
{
	int vcpu = one_vcpu();
	uint64_t midr = get64(vcpu, MIDR);

	expect("the same", reg_set64(vcpu, MIDR, midr), 0);
	expect("another", reg_set64(vcpu, MIDR, midr ^ 1), -EINVAL);
	expect("kept", (long long)get64(vcpu, MIDR), (long long)midr);
}

static void id_superset(void)
{
	int vcpu = one_vcpu();
	uint64_t pfr0 = get64(vcpu, AA64PFR0);

	expect("the same", reg_set64(vcpu, AA64PFR0, pfr0), 0);
	expect("EL0 = 7", reg_set64(vcpu, AA64PFR0, pfr0 | 7), -EINVAL);
}

static void id_after_run(void)
{
	int vcpu = one_vcpu();
	uint64_t pfr0;

	expect("run", run(vcpu), -EINTR);
	pfr0 = get64(vcpu, AA64PFR0); /* only now: the first run settles its GIC field on 6.12 */
	expect("the same", reg_set64(vcpu, AA64PFR0, pfr0), 0);
	expect("another", reg_set64(vcpu, AA64PFR0, pfr0 ^ 1), on(ON_6_12) ? -EBUSY : -EINVAL);
}

static void mpidr(void)
{
	int vm = vm_make(), a = vcpu_make(vm, 0),
	    b = on(ON_GIC3) ? vcpu_make(vm, 17) : vcpu_make(vm, 7);

	expect("init", init(vm, a, PSCI), 0);
	expect("init", init(vm, b, PSCI | OFF), 0);
	expect("vCPU 0", (long long)get64(a, MPIDR), 0x80000000ll);
	expect("the other", (long long)get64(b, MPIDR), on(ON_GIC3) ? 0x80000101ll : 0x80000007ll);
	expect("may be set", reg_set64(b, MPIDR, 0x80000200), 0);
	expect("is", (long long)get64(b, MPIDR), 0x80000200ll);
}

static void ccsidr(void)
{
	int vcpu = one_vcpu();
	uint64_t v = 0;
	uint32_t value = 0;

	expect("get", reg_get(vcpu, CCSIDR(0), &value), 0);
	expect("set the same", reg_set(vcpu, CCSIDR(0), &value), 0);
	expect("64 bits", reg_get(vcpu, (CCSIDR(0) & ~KVM_REG_SIZE_MASK) | KVM_REG_SIZE_U64, &v),
	       -ENOENT);
	expect("no such cache", reg_get(vcpu, CCSIDR(0x30), &value), -ENOENT);
	expect("no such table", reg_get(vcpu, CCSIDR(0) | 0x200, &value), -ENOENT);
}

static void psci(void)
{
	int vcpu = one_vcpu();

	expect("1.1", (long long)get64(vcpu, KVM_REG_ARM_PSCI_VERSION), 0x10001);
	expect("0.2", reg_set64(vcpu, KVM_REG_ARM_PSCI_VERSION, 2), 0);
	expect("is 0.2", (long long)get64(vcpu, KVM_REG_ARM_PSCI_VERSION), 2);
	expect("1.0", reg_set64(vcpu, KVM_REG_ARM_PSCI_VERSION, 0x10000), 0);
	expect("0.1 with the PSCI feature", reg_set64(vcpu, KVM_REG_ARM_PSCI_VERSION, 1), -EINVAL);
	expect("9.0", reg_set64(vcpu, KVM_REG_ARM_PSCI_VERSION, 0x90000), -EINVAL);
}

static void bitmaps(void)
{
	int vcpu = one_vcpu();
	uint64_t all = get64(vcpu, KVM_REG_ARM_STD_BMAP);

	expect("an unknown bit", reg_set64(vcpu, KVM_REG_ARM_STD_BMAP, 1ull << 60), -EINVAL);
	expect("none", reg_set64(vcpu, KVM_REG_ARM_STD_BMAP, 0), 0);
	expect("run", run(vcpu), -EINTR);
	expect("after a run", reg_set64(vcpu, KVM_REG_ARM_STD_BMAP, all), -EBUSY);
	expect("the same", reg_set64(vcpu, KVM_REG_ARM_STD_BMAP, 0), 0);
}

static void workarounds(void)
{
	int vcpu = one_vcpu();
	uint64_t level = get64(vcpu, KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1);

	expect("the same", reg_set64(vcpu, KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1, level), 0);
	expect("more than a level", reg_set64(vcpu, KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1, 0x10),
	       -EINVAL);
}

const struct row rows_reg[] = {
	{ "reglist-two-steps", list_sizes, 0 },
	{ "reglist-all-readable", list_all_readable, 0 },
	{ "reg-unknown", unknown, 0 },
	{ "reg-core-sizes", core_sizes, 0 },
	{ "reg-core-reset-values", core_reset, 0 },
	{ "reg-pstate-modes", pstate, 0 },
	{ "reg-init-resets", init_resets, 0 },
	{ "reg-constant", constants, ON_6_1 },
	{ "reg-id-superset", id_superset, 0 },
	{ "reg-id-after-run", id_after_run, 0 },
	{ "reg-mpidr", mpidr, 0 },
	{ "reg-ccsidr", ccsidr, 0 },
	{ "reg-psci-version", psci, ON_6_1 },
	{ "reg-firmware-bitmap", bitmaps, 0 },
	{ "reg-firmware-workaround", workarounds, 0 },
	{ 0 },
};
