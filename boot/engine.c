// SPDX-License-Identifier: BSD-2-Clause
// Carries the plan out.
#include <errno.h>
#include <inttypes.h>
#include <linux/kvm.h>
#include <string.h>

#include "boot/engine.h"
#include "boot/flash.h"
#include "boot/memory.h"
#include "boot/passthrough.h"
#include "kvm/hostcpu.h"
#include "kvm/reglist.h"
#include "kvm/regname.h"

int engine_kvm_failed(struct failure *f, const char *step, int error)
{
	return fail(f, OUTCOME_INTERNAL, "E-KVM",
		    "KVM refused %s: %s (%d); the plan above says what was asked for", step,
		    strerror(-error), error);
}

static bool without_vgic(const struct shim *s)
{
	return CONFIG_MIRROR && s->p.plan.vgic == VGIC_NONE;
}

int engine_caps_enable(struct shim *s, struct failure *f)
{
	/* An access that KVM cannot decode becomes an exit that tells where, not a dead guest. */
	vm_cap_enable(&s->vm, KVM_CAP_ARM_NISV_TO_USER, 0);
	/* The timers' interrupts then come as exits, and end there. */
	if (without_vgic(s) && !vm_cap(&s->vm, KVM_CAP_ARM_USER_IRQ))
		return engine_kvm_failed(f, "a guest without a vGIC", -ENODEV);
	return 0;
}

/*
 * --- vCPUs, vGIC, devices
 * ------------------------------------------------------------------------------------------------
 */

int engine_vcpus_create(struct shim *s, struct failure *f)
{
	for (unsigned i = 0; i < s->p.plan.cpus; i++) {
		int error = vcpu_create(&s->vcpu[i], &s->vm, i);

		if (error)
			return engine_kvm_failed(f, "a vCPU", error);
		s->vcpus_made++;
	}
	return 0;
}

void engine_stores_gather(struct shim *s)
{
	pthread_mutex_lock(&s->coalesce_lock);
	coalesce_init(&s->coalesce, &s->vm, &s->vcpu[0]);
	for (unsigned i = 0; i < s->bus.count; i++) {
		const struct bus_window *w = &s->bus.window[i];
		const struct model *model = w->dev->model;
		const struct dev_traits *traits = &w->dev->traits;
		const unsigned shift = traits->reg_shift;
		const uint32_t at =
			model->posted_of ? model->posted_of[traits->kind] : model->posted_at;

		/* Refused, its stores go on to exit one by one. */
		if (model->posted_size)
			coalesce_add(&s->coalesce, &s->vm, w->gpa + (at << shift),
				     model->posted_size << shift);
	}
	pthread_mutex_unlock(&s->coalesce_lock);
}

int engine_vgic_create(struct shim *s, struct failure *f)
{
	const struct machine *m = &s->p.plan.machine;
	unsigned used = 0;
	int error;

	if (without_vgic(s))
		return 0;
	while (used < m->gic.redists && s->p.plan.redist_count[used])
		used++;
	error = vgic_create(&s->vgic, &s->vm, &s->addresses, s->p.plan.vgic, s->p.plan.irqs,
			    s->p.plan.redist_count, used, m->gic.has_its);
	s->vgic_made = !error;
	return error ? engine_kvm_failed(f, "the vGIC", error) : 0;
}

static void regions_map(struct shim *s)
{
	const struct machine *m = &s->p.plan.machine;

	devaddr_map(&s->addresses, VGIC_REGION_DIST, m->gic.dist.base);
	devaddr_map(&s->addresses, VGIC_REGION_CPU, m->gic.cpu.base);
	if (m->gic.has_its)
		devaddr_map(&s->addresses, VGIC_REGION_ITS, m->gic.its.base);
	for (unsigned i = 0; i < m->gic.redists; i++)
		devaddr_map(&s->addresses, VGIC_REGION_REDIST + (int)i, m->gic.redist[i].base);
}

void *engine_state_take(struct shim *s, size_t size)
{
	void *state = s->state + s->state_used;

	if (size > sizeof(s->state) - s->state_used)
		return NULL;
	s->state_used += (size + 15) & ~(size_t)15;
	return state;
}

int engine_devices_bind(struct shim *s, const struct dev_env *env, struct failure *f)
{
	const struct machine *m = &s->p.plan.machine;

	for (unsigned i = 0; i < m->devices; i++) {
		const struct machine_device *is = &m->device[i];
		struct guest_device *d = &s->device[i];
		void *state = engine_state_take(s, is->model->state_size);

		if (!state || bus_add(&s->bus, is->reg.base, is->reg.size, &d->dev, &d->lock))
			return fail(f, OUTCOME_REFUSED, "E-DEVICES",
				    "the guest's tree has more devices than this build serves (%u)",
				    i);
		d->dev = (struct dev){ .model = is->model,
				       .state = state,
				       .env = env,
				       .owner = d,
				       .traits = is->traits };
		d->is = is;
		d->shim = s;
		pthread_mutex_init(&d->lock, NULL);
		is->model->reset(&d->dev);
	}
	if (m->console >= 0)
		s->console = bus_find(&s->bus, m->device[m->console].reg.base, 1);
	if (!without_vgic(s))
		regions_map(s);
	return 0;
}

int engine_addresses_commit(struct shim *s, struct failure *f)
{
	const struct devaddr *failed = NULL;
	int error = devaddr_commit(&s->addresses, &s->vm, &failed);

	if (error && failed)
		return fail(f, OUTCOME_BAD_CONFIG, "E-GICADDR",
			    "KVM refused %#" PRIx64 " as the address of the vGIC's region %d: %s: "
			    "correct reg of the GIC's node",
			    failed->gpa, failed->region, strerror(-error));
	if (!error && !without_vgic(s))
		error = vgic_init(&s->vgic);
	return error ? engine_kvm_failed(f, "the vGIC's start", error) : 0;
}

/*
 * --- registers -----------------------------------------------------------------------------------
 * ------------------------
 */

#define SYSREG(op0, op1, crn, crm, op2) ARM64_SYS_REG(op0, op1, crn, crm, op2)
#define REG_MPIDR_EL1 SYSREG(3, 0, 0, 0, 5)
#define MPIDR_RES1 (1ull << 31)

/* A register whose reset value is the plan's, not KVM's. */
struct change {
	uint64_t id, value;
};
#define CHANGES_MAX 4

static unsigned changes_of(const struct plan *p, unsigned cpu, struct change *change)
{
	unsigned n = 0;

	if (p->mpidr_given)
		change[n++] = (struct change){ REG_MPIDR_EL1, p->mpidr[cpu] | MPIDR_RES1 };
	return n;
}

/* Linux, Documentation/arch/arm64/booting.rst, arch/arm/booting.rst: r0 = 0, r1 = no machine type. */
static int boot_registers_set(struct shim *s, unsigned cpu)
{
	const struct plan *p = &s->p.plan;
	const struct change change[] = {
		{ VCPU_CORE_REG(regs.pc), p->entry },
		{ VCPU_CORE_REG(regs.regs[p->aarch32 ? 2 : 0]), p->dtb.base },
		{ p->aarch32 ? VCPU_CORE_REG(regs.regs[1]) : VCPU_CORE_REG(sp_el1),
		  p->aarch32 ? UINT32_MAX : p->stack },
	};
	const unsigned changes = p->aarch32 || p->stack ? 3 : 2;
	int error = 0;

	if (cpu)
		return 0;
	for (unsigned i = 0; i < changes && !error; i++)
		error = vcpu_reg_set64(&s->vcpu[0], change[i].id, change[i].value);
	return error;
}

#define KVM_VTIMER_PPI 27
#define KVM_PTIMER_PPI 30

/* The timers' interrupts where the tree has other than KVM's own: VM-wide, so one vCPU is told. */
static int timers_set(const struct shim *s)
{
	const struct machine *m = &s->p.plan.machine;
	int error = 0;

	if (m->timer.ppis > 2 && m->timer.ppi[2] != KVM_VTIMER_PPI)
		error = vcpu_attr_set(&s->vcpu[0], KVM_ARM_VCPU_TIMER_CTRL,
				      KVM_ARM_VCPU_TIMER_IRQ_VTIMER, &m->timer.ppi[2]);
	if (!error && m->timer.ppis > 1 && m->timer.ppi[1] != KVM_PTIMER_PPI)
		error = vcpu_attr_set(&s->vcpu[0], KVM_ARM_VCPU_TIMER_CTRL,
				      KVM_ARM_VCPU_TIMER_IRQ_PTIMER, &m->timer.ppi[1]);
	return error;
}

/* KVM's vCPUs are of the kind of core that it is asked on. */
static int init_refused(const struct shim *s, int error, struct failure *f)
{
	const struct board *b = &s->p.board;

	if (error != -EINVAL || b->kinds < 2)
		return engine_kvm_failed(f, "KVM_ARM_VCPU_INIT", error);
	fail(f, OUTCOME_REFUSED, "E-CORES",
	     "KVM refused a vCPU, as it does where unlike cores are mixed: run on one kind of "
	     "core (taskset -c LIST; for PID 1 maxcpus=N on the kernel's command line)");
	if (CONFIG_CAUSES)
		fail_proof(f, "board's tree, node /cpus: %u x %.40s, %u x %.40s; %s",
			   b->kind[0].cpus, b->kind[0].compatible, b->kind[1].cpus,
			   b->kind[1].compatible,
			   s->p.host.pinned_cpus ? "this run is pinned to one kind"
						 : "sysfs has no midr_el1 to tell them apart");
	return -1;
}

int engine_registers_push(struct shim *s, struct failure *f)
{
	const struct plan *p = &s->p.plan;
	struct kvm_vcpu_init init;
	int error = vcpu_target_read(&s->vm, &init);

	if (error)
		return engine_kvm_failed(f, "KVM_ARM_PREFERRED_TARGET", error);
	hostcpu_features_set(&init, p->cpu_features);
	for (unsigned i = 0; i < p->cpus; i++) {
		struct change change[CHANGES_MAX];
		unsigned changes = changes_of(p, i, change);

		if (i)
			init.features[0] |= 1u << KVM_ARM_VCPU_POWER_OFF;
		error = vcpu_init(&s->vcpu[i], &init);
		if (error)
			return init_refused(s, error, f);
		for (unsigned c = 0; c < changes; c++) {
			char name[32];

			error = vcpu_reg_set64(&s->vcpu[i], change[c].id, change[c].value);
			if (!error)
				continue;
			regname_format(change[c].id, name, sizeof(name));
			return fail(f, OUTCOME_REFUSED, "E-REGISTER",
				    "KVM refused %s = %#" PRIx64 " for vCPU %u: %s", name,
				    change[c].value, i, strerror(-error));
		}
		if (p->cpu_features & HOSTCPU_PMU) {
			error = vcpu_pmu_init(&s->vcpu[i], p->machine.pmu_ppi);
			if (error)
				return engine_kvm_failed(
					f, "the PMU: leave it out with cpu=host,-pmu", error);
		}
		error = boot_registers_set(s, i);
		if (error)
			return engine_kvm_failed(f, "the boot registers", error);
	}
	error = timers_set(s);
	return error ? engine_kvm_failed(f, "the timers' interrupts", error) : 0;
}

/*
 * --- reset ---------------------------------------------------------------------------------------
 * ------------------------
 */

static int vcpu_reset(struct shim *s, unsigned cpu, struct failure *f)
{
	static struct reglist list; /* one for all: every vCPU of a VM has the same registers */
	struct reglist_failures failures = { 0 };
	struct change change[CHANGES_MAX];
	unsigned changes = changes_of(&s->p.plan, cpu, change);
	char name[32] = "";
	int error = list.count ? 0 : reglist_init(&list, &s->vcpu[cpu]);

	if (!error)
		error = reglist_vcpu_reset(&list, &s->vcpu[cpu], cpu != 0);
	if (error)
		return engine_kvm_failed(f, "a vCPU's reset", error);
	for (unsigned c = 0; c < changes; c++)
		reglist_set(&list, change[c].id, change[c].value);
	if (!reglist_push(&list, &s->vcpu[cpu], REG_RESET, &failures)) {
		regname_format(failures.first[0].id, name, sizeof(name));
		return fail(
			f, OUTCOME_INTERNAL, "E-REGISTER",
			"reset: %u registers of vCPU %u could not be written, the first is %s: %s",
			failures.count, cpu, name, strerror(-failures.first[0].error));
	}
	error = boot_registers_set(s, cpu);
	return error ? engine_kvm_failed(f, "the boot registers", error) : 0;
}

int engine_reset(struct shim *s, struct failure *f)
{
	int error;

	for (unsigned i = 0; i < s->bus.count; i++)
		bus_reset(&s->bus.window[i]);
	for (unsigned i = 0; i < s->p.plan.cpus; i++)
		if (vcpu_reset(s, i, f))
			return -1;
	error = !without_vgic(s) ? vgic_reset(&s->vgic, s->vcpu, s->p.plan.cpus) : 0;
	if (error)
		return engine_kvm_failed(f, "the vGIC's reset", error);
	if (memory_renew(s, f))
		return -1;
	return 0;
}

/*
 * --- the end -------------------------------------------------------------------------------------
 * ------------------------
 */

void engine_close(struct shim *s)
{
	if (s->vgic_made)
		vgic_destroy(&s->vgic);
	while (s->vcpus_made)
		vcpu_destroy(&s->vcpu[--s->vcpus_made]);
	flash_close(s);
	vm_close(&s->vm);
	memory_close(s);
	if (CONFIG_PASSTHROUGH)
		passthrough_close(s);
	image_close(&s->p.firmware);
}
