// SPDX-License-Identifier: BSD-2-Clause
// Carries the plan out.
#include <errno.h>
#include <inttypes.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>

#include "boot/engine.h"
#include "kvm/hostcpu.h"
#include "kvm/reglist.h"
#include "kvm/regname.h"

#define BLOCK (2ull << 20)
#define MODEL_STATES (16 << 10) /* bytes, all models' state together */

static int kvm_failed(struct failure *f, const char *step, int error)
{
	return fail(f, OUTCOME_INTERNAL, "E-KVM",
		    "KVM refused %s: %s (%d); the plan above says what was asked for", step,
		    strerror(-error), error);
}

/* --- memory -------------------------------------------------------------------------------------------------------------- */

/* Cut SIZE bytes off *P whose address equals GPA modulo 2 MiB, so that KVM can map blocks. */
static uint8_t *cut(uint8_t **p, uint64_t gpa, uint64_t size)
{
	uint8_t *hva = *p + ((gpa - (uintptr_t)*p) & (BLOCK - 1));

	*p += size + BLOCK;
	return hva;
}

/* Addresses for all RAM and flash, in one mapping. Nothing is touched. */
static int reserve(struct shim *s, struct failure *f)
{
	const struct plan *p = &s->p.plan;
	uint64_t size = 0;
	uint8_t *free;

	for (unsigned i = 0; i < p->rams; i++)
		size += p->ram[i].size + BLOCK;
	for (unsigned i = 0; i < p->machine.flashes; i++)
		size += p->machine.flash[i].size + BLOCK;
	free = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		    -1, 0);
	if (free == MAP_FAILED)
		return fail(f, OUTCOME_REFUSED, "E-RAM",
			    "%" PRIu64
			    " MiB of guest RAM and flash cannot be reserved: %s: give less memory",
			    size >> 20, strerror(errno));
	for (unsigned i = 0; i < p->rams; i++)
		s->ram[i] = cut(&free, p->ram[i].base, p->ram[i].size);
	for (unsigned i = 0; i < p->machine.flashes; i++)
		s->flash[i] = cut(&free, p->machine.flash[i].base, p->machine.flash[i].size);
	return 0;
}

/* A few bytes written where a huge page may be would fault one in, at a cost of 300 thousand instructions. */
static void huge_pages_allow(bool allow)
{
	prctl(PR_SET_THP_DISABLE, !allow, 0, 0, 0);
}

/* Where [GPA, GPA+SIZE) of RAM lies in this process. The plan has checked that it lies in one bank. */
static uint8_t *ram_at(const struct shim *s, const struct region *r)
{
	for (unsigned i = 0; i < s->p.plan.rams; i++) {
		const struct region *ram = &s->p.plan.ram[i];

		if (r->base >= ram->base && r->base - ram->base + r->size <= ram->size)
			return s->ram[i] + (r->base - ram->base);
	}
	return NULL;
}

static struct region pages_of(const struct shim *s, uint64_t base, uint64_t size)
{
	uint64_t mask = s->p.host.page - 1, start = base & ~mask;

	return (struct region){ start, ((base + size + mask) & ~mask) - start };
}

static int images_place(struct shim *s, struct failure *f)
{
	const struct plan *p = &s->p.plan;
	int error;

	if (p->firmware_flash < 0) {
		struct region file = { p->firmware.base, s->p.firmware.size };

		error = image_place(&s->p.firmware, ram_at(s, &file), file.size);
		if (error)
			return fail(f, OUTCOME_BAD_FIRMWARE, "E-FIRMWARE", "%s cannot be read: %s",
				    s->p.firmware.path, strerror(-error));
	}
	if (p->initrd.size) {
		error = image_place(&s->p.initrd, ram_at(s, &p->initrd), p->initrd.size);
		if (error)
			return fail(f, OUTCOME_BAD_FIRMWARE, "E-FIRMWARE", "%s cannot be read: %s",
				    s->p.initrd.path, strerror(-error));
	}
	memcpy(ram_at(s, &p->dtb), s->p.dtb, p->dtb.size);
	return 0;
}

/* The firmware's pages of its flash bank: the file itself, and the rest of its last page erased. */
static int flash_place(struct shim *s, struct failure *f)
{
	const struct plan *p = &s->p.plan;
	const struct region *bank = &p->machine.flash[p->firmware_flash];
	uint8_t *hva = s->flash[p->firmware_flash] + (p->firmware.base - bank->base);
	struct region pages = pages_of(s, p->firmware.base, s->p.firmware.size);
	int error = image_place(&s->p.firmware, hva, bank->size - (p->firmware.base - bank->base));

	if (error)
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-FIRMWARE", "%s cannot be read: %s",
			    s->p.firmware.path, strerror(-error));
	if (pages.size > s->p.firmware.size)
		memset(hva + s->p.firmware.size, 0xff, pages.size - s->p.firmware.size);
	s->flash_firmware = pages;
	error = vm_memory_add(&s->vm, pages.base, pages.size, hva, true);
	return error ? kvm_failed(f, "the flash's memory slot", error) : 0;
}

void engine_caps_enable(struct shim *s)
{
	/* An access that KVM cannot decode becomes an exit that tells where, not a dead guest. */
	vm_cap_enable(&s->vm, KVM_CAP_ARM_NISV_TO_USER, 0);
}

int engine_ram_add(struct shim *s, struct failure *f)
{
	const struct plan *p = &s->p.plan;
	int error;

	if (reserve(s, f))
		return -1;
	for (unsigned i = 0; i < p->rams; i++) {
		error = vm_memory_add(&s->vm, p->ram[i].base, p->ram[i].size, s->ram[i], false);
		if (error)
			return kvm_failed(f, "the RAM's memory slot", error);
	}
	huge_pages_allow(false);
	error = p->firmware_flash >= 0 && flash_place(s, f) ? -1 : images_place(s, f);
	huge_pages_allow(true);
	return error;
}

int engine_flash_back(struct shim *s, unsigned bank, uint64_t gpa)
{
	const struct region *b = &s->p.plan.machine.flash[bank], *fw = &s->flash_firmware;
	uint64_t from = gpa & ~(uint64_t)(FLASH_CHUNK - 1), to = from + FLASH_CHUNK;
	uint8_t *hva;
	int error;

	if (from < b->base)
		from = b->base;
	if (to > b->base + b->size)
		to = b->base + b->size;
	if (fw->size && fw->base <= gpa && from < fw->base + fw->size)
		from = fw->base + fw->size;
	if (fw->size && fw->base > gpa && to > fw->base)
		to = fw->base;
	hva = s->flash[bank] + (from - b->base);
	pthread_mutex_lock(&s->flash_lock);
	madvise(hva, to - from, MADV_NOHUGEPAGE); /* it would take more memory than the chunk */
	memset(hva, 0xff, to - from);
	error = vm_memory_add(&s->vm, from, to - from, hva, true);
	pthread_mutex_unlock(&s->flash_lock);
	/* Two vCPUs may have read there at the same time. */
	return error == -EEXIST ? 0 : error;
}

/* --- vCPUs, vGIC, devices ------------------------------------------------------------------------------------------------ */

int engine_vcpus_create(struct shim *s, struct failure *f)
{
	for (unsigned i = 0; i < s->p.plan.cpus; i++) {
		int error = vcpu_create(&s->vcpu[i], &s->vm, i);

		if (error)
			return kvm_failed(f, "a vCPU", error);
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

		/* Refused, its stores go on to exit one by one. */
		if (model->posted_size)
			coalesce_add(&s->coalesce, &s->vm, w->gpa + model->posted_at,
				     model->posted_size);
	}
	pthread_mutex_unlock(&s->coalesce_lock);
}

int engine_vgic_create(struct shim *s, struct failure *f)
{
	const struct machine *m = &s->p.plan.machine;
	unsigned used = 0;
	int error;

	while (used < m->gic.redists && s->p.plan.redist_count[used])
		used++;
	error = vgic_create(&s->vgic, &s->vm, &s->addresses, s->p.plan.vgic, s->p.plan.irqs,
			    s->p.plan.redist_count, used, m->gic.has_its);
	s->vgic_made = !error;
	return error ? kvm_failed(f, "the vGIC", error) : 0;
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

int engine_devices_bind(struct shim *s, const struct dev_env *env, struct failure *f)
{
	static _Alignas(16) uint8_t states[MODEL_STATES];
	const struct machine *m = &s->p.plan.machine;
	size_t used = 0;

	for (unsigned i = 0; i < m->devices; i++) {
		const struct machine_device *is = &m->device[i];
		struct guest_device *d = &s->device[i];
		size_t need = (is->model->state_size + 15) & ~(size_t)15;

		if (used + need > sizeof(states) ||
		    bus_add(&s->bus, is->reg.base, is->reg.size, &d->dev, &d->lock))
			return fail(f, OUTCOME_REFUSED, "E-DEVICES",
				    "the guest's tree has more devices than this build serves (%u)",
				    i);
		d->dev = (struct dev){
			.model = is->model, .state = states + used, .env = env, .owner = d
		};
		d->is = is;
		d->shim = s;
		pthread_mutex_init(&d->lock, NULL);
		is->model->reset(&d->dev);
		used += need;
	}
	if (m->console >= 0)
		s->console = bus_find(&s->bus, m->device[m->console].reg.base, 1);
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
	if (!error)
		error = vgic_init(&s->vgic);
	return error ? kvm_failed(f, "the vGIC's start", error) : 0;
}

/* --- registers ----------------------------------------------------------------------------------------------------------- */

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

static int boot_registers_set(struct shim *s, unsigned cpu)
{
	int error;

	if (cpu)
		return 0;
	error = vcpu_reg_set64(&s->vcpu[0], VCPU_CORE_REG(regs.regs[0]), s->p.plan.dtb.base);
	return error ? error : vcpu_reg_set64(&s->vcpu[0], VCPU_CORE_REG(regs.pc), s->p.plan.entry);
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

int engine_registers_push(struct shim *s, struct failure *f)
{
	const struct plan *p = &s->p.plan;
	struct kvm_vcpu_init init;
	int error = vcpu_target_read(&s->vm, &init);

	if (error)
		return kvm_failed(f, "KVM_ARM_PREFERRED_TARGET", error);
	hostcpu_features_set(&init, p->cpu_features);
	for (unsigned i = 0; i < p->cpus; i++) {
		struct change change[CHANGES_MAX];
		unsigned changes = changes_of(p, i, change);

		if (i)
			init.features[0] |= 1u << KVM_ARM_VCPU_POWER_OFF;
		error = vcpu_init(&s->vcpu[i], &init);
		if (error)
			return kvm_failed(f, "KVM_ARM_VCPU_INIT", error);
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
				return kvm_failed(f, "the PMU: leave it out with cpu=host,-pmu",
						  error);
		}
		error = boot_registers_set(s, i);
		if (error)
			return kvm_failed(f, "the boot registers", error);
	}
	error = timers_set(s);
	return error ? kvm_failed(f, "the timers' interrupts", error) : 0;
}

/* --- reset --------------------------------------------------------------------------------------------------------------- */

static void seeds_renew(struct shim *s)
{
	uint8_t fresh[40], *tree = ram_at(s, &s->p.plan.dtb);

	if (getrandom(fresh, sizeof(fresh), GRND_NONBLOCK) != sizeof(fresh))
		return;
	if (s->p.plan.tree.rng_seed_at)
		memcpy(tree + s->p.plan.tree.rng_seed_at, fresh, 32);
	if (s->p.plan.tree.kaslr_seed_at)
		memcpy(tree + s->p.plan.tree.kaslr_seed_at, fresh + 32, 8);
}

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
		return kvm_failed(f, "a vCPU's reset", error);
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
	return error ? kvm_failed(f, "the boot registers", error) : 0;
}

int engine_reset(struct shim *s, struct failure *f)
{
	int error;

	for (unsigned i = 0; i < s->bus.count; i++)
		bus_reset(&s->bus.window[i]);
	for (unsigned i = 0; i < s->p.plan.cpus; i++)
		if (vcpu_reset(s, i, f))
			return -1;
	error = vgic_reset(&s->vgic, s->vcpu, s->p.plan.cpus);
	if (error)
		return kvm_failed(f, "the vGIC's reset", error);
	huge_pages_allow(false);
	error = images_place(s, f);
	huge_pages_allow(true);
	if (error)
		return -1;
	seeds_renew(s);
	s->unserved_accesses = 0;
	return 0;
}

/* --- the end ------------------------------------------------------------------------------------------------------------- */

static void unreserve(uint8_t *hva, uint64_t size)
{
	/* What cut() skipped in front and behind was never touched. */
	if (hva)
		munmap(hva, size);
}

void engine_close(struct shim *s)
{
	const struct plan *p = &s->p.plan;

	if (s->vgic_made)
		vgic_destroy(&s->vgic);
	while (s->vcpus_made)
		vcpu_destroy(&s->vcpu[--s->vcpus_made]);
	vm_close(&s->vm);
	for (unsigned i = 0; i < p->rams; i++)
		unreserve(s->ram[i], p->ram[i].size);
	for (unsigned i = 0; i < p->machine.flashes; i++)
		unreserve(s->flash[i], p->machine.flash[i].size);
	image_close(&s->p.firmware);
	image_close(&s->p.initrd);
}
