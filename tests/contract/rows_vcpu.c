// SPDX-License-Identifier: BSD-2-Clause
// vCPUs: ids, KVM_ARM_VCPU_INIT, SVE's finalize, power states, attributes.
#include "tests/contract/contract.h"

#define PMU (1u << KVM_ARM_VCPU_PMU_V3)
#define SVE (1u << KVM_ARM_VCPU_SVE)
#define AARCH32 (1u << KVM_ARM_VCPU_EL1_32BIT)

static int mp_get(int vcpu)
{
	struct kvm_mp_state s = { .mp_state = UINT32_MAX };
	int ret = call(vcpu, KVM_GET_MP_STATE, &s);

	return ret ? ret : (int)s.mp_state;
}

static int mp_set(int vcpu, uint32_t state)
{
	struct kvm_mp_state s = { .mp_state = state };

	return call(vcpu, KVM_SET_MP_STATE, &s);
}

static int gic_make(int vm)
{
	return device_make(vm, on(ON_GIC3) ? KVM_DEV_TYPE_ARM_VGIC_V3 : KVM_DEV_TYPE_ARM_VGIC_V2);
}

static void ids(void)
{
	int vm = vm_make(), max = cap(vm, KVM_CAP_MAX_VCPUS);

	expect("5", vcpu_make(vm, 5) < 0, 0);
	expect("5 again", vcpu_make(vm, 5), -EEXIST);
	expect("last", vcpu_make(vm, (unsigned long)max - 1) < 0, 0);
	expect("beyond", vcpu_make(vm, (unsigned long)max), -EINVAL);
	expect("far beyond", vcpu_make(vm, 100000), -EINVAL);
}

static void before_init(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0);
	struct kvm_reg_list list = { .n = 0 };
	uint64_t v = 0;

	expect("get", reg_get(vcpu, CORE64(regs.pc), &v), -ENOEXEC);
	expect("set", reg_set(vcpu, CORE64(regs.pc), &v), -ENOEXEC);
	expect("list", call(vcpu, KVM_GET_REG_LIST, &list), -ENOEXEC);
	expect("finalize", finalize(vcpu, KVM_ARM_VCPU_SVE), -ENOEXEC);
	expect("run", run(vcpu), -ENOEXEC);
	expect("MP state", mp_get(vcpu), KVM_MP_STATE_RUNNABLE);
}

static void init_target_wrong(void)
{
	expect("target 99", init_target(vcpu_make(vm_make(), 0), 99, PSCI), -EINVAL);
}

static void init_target_generic(void)
{
	expect("generic", init_target(vcpu_make(vm_make(), 0), KVM_ARM_TARGET_GENERIC_V8, PSCI), 0);
}

static void init_unknown_bits(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0);
	struct kvm_vcpu_init second = { .target = target(vm), .features = { PSCI, 1 } };

	expect("bit 20", init(vm, vcpu, PSCI | 1u << 20), -ENOENT);
	expect("word 1", call(vcpu, KVM_ARM_VCPU_INIT, &second), -ENOENT);
	expect("known", init(vm, vcpu, PSCI), 0);
}

static void init_again(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0);

	expect("first", init(vm, vcpu, PSCI), 0);
	expect("again", init(vm, vcpu, PSCI), 0);
	expect("without PSCI", init(vm, vcpu, 0), -EINVAL);
	expect("with PMU", init(vm, vcpu, PSCI | PMU), -EINVAL);
	expect("still works", init(vm, vcpu, PSCI), 0);
}

/* 6.1 keeps POWER_OFF with the features: a vCPU that was born off must be re-initialised off. */
static void init_power_off_6_1(void)
{
	int vm = vm_make(), born_on = vcpu_make(vm, 0), born_off = vcpu_make(vm, 1);

	expect("on", init(vm, born_on, PSCI), 0);
	expect("then off", init(vm, born_on, PSCI | OFF), -EINVAL);
	expect("off", init(vm, born_off, PSCI | OFF), 0);
	expect("then on", init(vm, born_off, PSCI), -EINVAL);
	expect("off again", init(vm, born_off, PSCI | OFF), 0);
}

static void init_power_off_6_12(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0);

	expect("on", init(vm, vcpu, PSCI), 0);
	expect("then off", init(vm, vcpu, PSCI | OFF), 0);
	expect("state", mp_get(vcpu), KVM_MP_STATE_STOPPED);
	expect("then on", init(vm, vcpu, PSCI), 0);
}

static void init_other_set_6_1(void)
{
	int vm = vm_make(), a = vcpu_make(vm, 0), b = vcpu_make(vm, 1);

	expect("PSCI", init(vm, a, PSCI), 0);
	expect("none", init(vm, b, 0), 0);
}

static void init_other_set_6_12(void)
{
	int vm = vm_make(), a = vcpu_make(vm, 0), b = vcpu_make(vm, 1);

	expect("PSCI", init(vm, a, PSCI), 0);
	expect("none", init(vm, b, 0), -EINVAL);
	expect("PSCI, off", init(vm, b, PSCI | OFF), 0);
}

static void init_half_pauth(void)
{
	int vm = vm_make();

	expect("address only",
	       init(vm, vcpu_make(vm, 0), PSCI | 1u << KVM_ARM_VCPU_PTRAUTH_ADDRESS), -EINVAL);
}

static void init_no_sve(void)
{
	int vm = vm_make();

	expect("SVE", init(vm, vcpu_make(vm, 0), PSCI | SVE), -EINVAL);
}

static void init_widths(void)
{
	int vm = vm_make(), a = vcpu_make(vm, 0), b = vcpu_make(vm, 1);

	expect("32-bit", init(vm, a, PSCI | AARCH32), 0);
	expect("64-bit beside it", init(vm, b, PSCI), -EINVAL);
	expect("32-bit beside it", init(vm, b, PSCI | AARCH32), 0);
}

static void mp_states(void)
{
	int vm = vm_make(), a = vcpu_make(vm, 0), b = vcpu_make(vm, 1);

	expect("init", init(vm, a, PSCI), 0);
	expect("on", mp_get(a), KVM_MP_STATE_RUNNABLE);
	expect("init off", init(vm, b, PSCI | OFF), 0);
	expect("off", mp_get(b), KVM_MP_STATE_STOPPED);
	expect("stop", mp_set(a, KVM_MP_STATE_STOPPED), 0);
	expect("stopped", mp_get(a), KVM_MP_STATE_STOPPED);
	expect("init again", init(vm, a, PSCI), 0);
	expect("runs again", mp_get(a), KVM_MP_STATE_RUNNABLE);
}

static void mp_states_known(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0);

	expect("init", init(vm, vcpu, PSCI), 0);
	expect("suspended", mp_set(vcpu, KVM_MP_STATE_SUSPENDED), 0);
	expect("read", mp_get(vcpu), KVM_MP_STATE_SUSPENDED);
	for (uint32_t s = 1; s < 10; s++)
		if (s != KVM_MP_STATE_STOPPED)
			expect("another arch's", mp_set(vcpu, s), -EINVAL);
}

static void finalize_without_sve(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0);

	expect("init", init(vm, vcpu, PSCI), 0);
	expect("SVE", finalize(vcpu, KVM_ARM_VCPU_SVE), -EINVAL);
	expect("another feature", finalize(vcpu, KVM_ARM_VCPU_PSCI_0_2), -EINVAL);
}

static void sve_order(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0);
	struct kvm_reg_list list = { .n = 0 };
	static uint8_t z[256];

	expect("init", init(vm, vcpu, PSCI | SVE), 0);
	expect("list before", call(vcpu, KVM_GET_REG_LIST, &list), -EPERM);
	expect("Z0 before", reg_get(vcpu, KVM_REG_ARM64_SVE_ZREG(0, 0), z), -EPERM);
	expect("run before", run(vcpu), -EPERM);
	expect("finalize", finalize(vcpu, KVM_ARM_VCPU_SVE), 0);
	expect("twice", finalize(vcpu, KVM_ARM_VCPU_SVE), -EPERM);
	expect("list after", call(vcpu, KVM_GET_REG_LIST, &list), -E2BIG);
	expect("Z0 after", reg_get(vcpu, KVM_REG_ARM64_SVE_ZREG(0, 0), z), 0);
	expect("init again", init(vm, vcpu, PSCI | SVE), 0);
	expect("stays final", finalize(vcpu, KVM_ARM_VCPU_SVE), -EPERM);
}

static void sve_lengths(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0);
	uint64_t lengths[8] = { 0 }, none[8] = { 0 };

	expect("init", init(vm, vcpu, PSCI | SVE), 0);
	expect("read", reg_get(vcpu, KVM_REG_ARM64_SVE_VLS, lengths), 0);
	expect("128 bits is there", lengths[0] & 1, 1);
	expect("none at all", reg_set(vcpu, KVM_REG_ARM64_SVE_VLS, none), -EINVAL);
	expect("the same", reg_set(vcpu, KVM_REG_ARM64_SVE_VLS, lengths), 0);
	expect("finalize", finalize(vcpu, KVM_ARM_VCPU_SVE), 0);
	expect("after", reg_set(vcpu, KVM_REG_ARM64_SVE_VLS, lengths), -EPERM);
}

static void sve_hides_v(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0);
	uint8_t v[16];
	uint64_t id = KVM_REG_ARM64 | KVM_REG_SIZE_U128 | KVM_REG_ARM_CORE |
		      KVM_REG_ARM_CORE_REG(fp_regs.vregs[0]);

	expect("init", init(vm, vcpu, PSCI | SVE), 0);
	expect("finalize", finalize(vcpu, KVM_ARM_VCPU_SVE), 0);
	expect("V0", reg_get(vcpu, id, v), -EINVAL);
}

static void run_plain(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0);

	expect("init", init(vm, vcpu, PSCI), 0);
	expect("with an argument", call_number(vcpu, KVM_RUN, 1), -EINVAL);
	expect("immediate exit", run(vcpu), -EINTR);
	expect("a GIC after a run", gic_make(vm), -EBUSY);
}

static void pmu_without(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0);

	expect("init", init(vm, vcpu, PSCI), 0);
	expect("has", attr_has(vcpu, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_IRQ), -ENXIO);
	expect("set", attr_set(vcpu, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_IRQ, 23),
	       -ENODEV);
	expect("unknown group", attr_set(vcpu, 99, 0, 0), -ENXIO);
}

static void pmu_irq(void)
{
	int vm = vm_make(), a = vcpu_make(vm, 0), b = vcpu_make(vm, 1);

	expect("init", init(vm, a, PSCI | PMU), 0);
	expect("init", init(vm, b, PSCI | PMU), 0);
	expect("no GIC", attr_set(a, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_IRQ, 23),
	       -EINVAL);
	gic_make(vm);
	expect("an SGI", attr_set(a, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_IRQ, 3),
	       -EINVAL);
	expect("a PPI", attr_set(a, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_IRQ, 23), 0);
	expect("twice", attr_set(a, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_IRQ, 23), -EBUSY);
	expect("another PPI", attr_set(b, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_IRQ, 22),
	       -EINVAL);
	expect("the same PPI", attr_set(b, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_IRQ, 23),
	       0);
}

static void pmu_init(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0), gic;

	expect("init", init(vm, vcpu, PSCI | PMU), 0);
	gic = gic_make(vm);
	expect("before the GIC's",
	       attr_set(vcpu, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_INIT, 0), -ENODEV);
	expect("GIC", attr_set(gic, GRP_CTRL, INIT_NOW, 0), 0);
	expect("no irq", attr_set(vcpu, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_INIT, 0),
	       -ENXIO);
	expect("irq", attr_set(vcpu, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_IRQ, 23), 0);
	expect("now", attr_set(vcpu, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_INIT, 0), 0);
	expect("twice", attr_set(vcpu, KVM_ARM_VCPU_PMU_V3_CTRL, KVM_ARM_VCPU_PMU_V3_INIT, 0),
	       -EBUSY);
}

static void pmu_forgotten(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0);

	expect("init", init(vm, vcpu, PSCI | PMU), 0);
	expect("run", run(vcpu), -EINVAL);
}

static void timer_irqs(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0);
	uint64_t irq = 0;

	expect("init", init(vm, vcpu, PSCI), 0);
	expect("has", attr_has(vcpu, KVM_ARM_VCPU_TIMER_CTRL, KVM_ARM_VCPU_TIMER_IRQ_VTIMER), 0);
	expect("has another", attr_has(vcpu, KVM_ARM_VCPU_TIMER_CTRL, 77), -ENXIO);
	expect("no GIC", attr_set(vcpu, KVM_ARM_VCPU_TIMER_CTRL, KVM_ARM_VCPU_TIMER_IRQ_VTIMER, 27),
	       -EINVAL);
	gic_make(vm);
	expect("get", attr_get(vcpu, KVM_ARM_VCPU_TIMER_CTRL, KVM_ARM_VCPU_TIMER_IRQ_VTIMER, &irq),
	       0);
	expect("virtual", (long long)irq, 27);
	expect("get", attr_get(vcpu, KVM_ARM_VCPU_TIMER_CTRL, KVM_ARM_VCPU_TIMER_IRQ_PTIMER, &irq),
	       0);
	expect("physical", (long long)irq, 30);
	expect("an SPI", attr_set(vcpu, KVM_ARM_VCPU_TIMER_CTRL, KVM_ARM_VCPU_TIMER_IRQ_VTIMER, 40),
	       -EINVAL);
	expect("a PPI", attr_set(vcpu, KVM_ARM_VCPU_TIMER_CTRL, KVM_ARM_VCPU_TIMER_IRQ_VTIMER, 27),
	       0);
}

static int debug_set(int vcpu, uint32_t control)
{
	struct kvm_guest_debug debug = { .control = control };

	return call(vcpu, KVM_SET_GUEST_DEBUG, &debug);
}

static void single_step(void)
{
	int vcpu = vcpu_make(vm_make(), 0);

	expect("on", debug_set(vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP), 0);
	expect("again", debug_set(vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP), 0);
	expect("off", debug_set(vcpu, 0), 0);
	expect("unknown", debug_set(vcpu, KVM_GUESTDBG_ENABLE | 1u << 20), -EINVAL);
	expect("without being on", debug_set(vcpu, KVM_GUESTDBG_SINGLESTEP), 0);
}

static void points(void)
{
	int vm = vm_make(), vcpu = vcpu_make(vm, 0);
	struct kvm_guest_debug debug = {
		.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW,
		.arch.dbg_bcr[0] = 0x1e7, /* EL1 and EL0, four bytes */
		.arch.dbg_bvr[0] = 0x40000000,
		.arch.dbg_wcr[0] = 0x1ff7, /* writes, eight bytes */
		.arch.dbg_wvr[0] = 0x40001000,
	};

	expect("two breakpoints at least", cap(vm, KVM_CAP_GUEST_DEBUG_HW_BPS) >= 2, 1);
	expect("sixteen at most", cap(vm, KVM_CAP_GUEST_DEBUG_HW_BPS) <= 16, 1);
	expect("two watchpoints at least", cap(vm, KVM_CAP_GUEST_DEBUG_HW_WPS) >= 2, 1);
	expect("sixteen at most", cap(vm, KVM_CAP_GUEST_DEBUG_HW_WPS) <= 16, 1);
	expect("in memory", debug_set(vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP), 0);
	expect("in registers", call(vcpu, KVM_SET_GUEST_DEBUG, &debug), 0);
	debug.control |= KVM_GUESTDBG_USE_SW_BP | KVM_GUESTDBG_SINGLESTEP;
	expect("all at once", call(vcpu, KVM_SET_GUEST_DEBUG, &debug), 0);
	expect("off", debug_set(vcpu, 0), 0);
	expect("after INIT", init(vm, vcpu, PSCI), 0);
	expect("in registers", call(vcpu, KVM_SET_GUEST_DEBUG, &debug), 0);
	expect("immediate exit", run(vcpu), -EINTR);
}

const struct row rows_vcpu[] = {
	{ "vcpu-ids", ids, 0 },
	{ "vcpu-before-init", before_init, 0 },
	{ "init-target-wrong", init_target_wrong, 0 },
	{ "init-target-generic", init_target_generic, ON_6_12 },
	{ "init-unknown-bits", init_unknown_bits, 0 },
	{ "init-again", init_again, 0 },
	{ "init-power-off-is-a-feature", init_power_off_6_1, ON_6_1 },
	{ "init-power-off-is-no-feature", init_power_off_6_12, ON_6_12 },
	{ "init-set-of-its-own", init_other_set_6_1, ON_6_1 },
	{ "init-set-of-the-vm", init_other_set_6_12, ON_6_12 },
	{ "init-half-pauth", init_half_pauth, 0 },
	{ "init-sve-not-offered", init_no_sve, ON_NO_SVE },
	{ "init-widths", init_widths, 0 },
	{ "mp-state", mp_states, 0 },
	{ "mp-state-known", mp_states_known, 0 },
	{ "finalize-without-sve", finalize_without_sve, 0 },
	{ "sve-order", sve_order, ON_SVE },
	{ "sve-lengths", sve_lengths, ON_SVE },
	{ "sve-hides-v-registers", sve_hides_v, ON_SVE },
	{ "run-immediate-exit", run_plain, 0 },
	{ "pmu-not-asked-for", pmu_without, 0 },
	{ "pmu-interrupt", pmu_irq, ON_PMU },
	{ "pmu-init-order", pmu_init, ON_PMU },
	{ "pmu-forgotten", pmu_forgotten, ON_PMU },
	{ "timer-interrupts", timer_irqs, 0 },
	{ "single-step", single_step, 0 },
	{ "debug-points", points, 0 },
	{ 0 },
};
