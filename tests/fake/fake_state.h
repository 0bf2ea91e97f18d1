/* SPDX-License-Identifier: BSD-2-Clause */
/* What the KVM in memory keeps; shared by its own files only. */
#ifndef TESTS_FAKE_STATE_H
#define TESTS_FAKE_STATE_H

#include "tests/fake/fake.h"

#define FAKE_PAGE 4096u
#define FAKE_RUN_SIZE (2 * FAKE_PAGE) /* kvm_run and the coalesced ring */
#define FAKE_VCPUS 512
#define FAKE_SLOTS 64
#define FAKE_FILTERS 40
#define FAKE_ZONES 16
#define FAKE_VMS 1024
#define FAKE_UNSET UINT64_MAX
#define FAKE_FEATURES_6_1 7
#define FAKE_FEATURES_6_12 9
#define FAKE_POWER_OFF (1u << KVM_ARM_VCPU_POWER_OFF)
#define FAKE_PAUTH (1u << KVM_ARM_VCPU_PTRAUTH_ADDRESS | 1u << KVM_ARM_VCPU_PTRAUTH_GENERIC)

struct fake_reg_reset {
	uint64_t id, value;
	bool fixed;
};
extern const struct fake_reg_reset fake_regs_a57[], fake_regs_max[];

struct fake_reg {
	uint64_t id;
	uint32_t offset; /* of its value in the vCPU's store */
	bool fixed; /* only the value it has may be written */
};

struct fake_irq {
	bool enabled, latch, line, active, group, edge;
	uint8_t priority, targets, source;
	uint32_t mpidr;
};

/* A vCPU's side of the vGIC: GICv2 and GICv3 share what KVM keeps in VMCR. */
struct fake_gic_cpu {
	struct fake_irq irq[32];
	bool placed; /* its redistributor lies in a region */
	uint32_t gicr_ctlr;
	uint64_t pendbaser;
	uint32_t pmr, bpr0, bpr1, grpen0, grpen1, cbpr, eoim, ackctl, fiqen;
	uint64_t ap0r[4], ap1r[4];
};

struct fake_vcpu {
	struct fake_vm *vm;
	unsigned id, index;
	struct kvm_run *run;
	bool inited, finalised, ran;
	uint32_t features; /* POWER_OFF included */
	int mp_state;
	unsigned inits;
	struct fake_reg *reg;
	unsigned regs;
	uint8_t *store;
	size_t store_size;
	int pmu_irq;
	bool pmu_created;
	struct fake_exit *script;
	unsigned script_at, script_end;
	uint64_t *loading; /* where the load of the last exit goes */
	struct fake_gic_cpu gic;
	struct kvm_guest_debug debug;
	uint64_t stat[FAKE_STATS];
};

struct fake_its {
	bool exists;
	uint64_t base, baser[8], cbaser, creadr, cwriter;
	uint32_t ctlr;
};

struct fake_vm {
	bool dead, ran;
	unsigned ipa_bits, max_vcpus, vcpus;
	struct fake_vcpu *vcpu[FAKE_VCPUS]; /* by order of creation */
	struct fake_slot slot[FAKE_SLOTS];
	unsigned slots;
	struct kvm_coalesced_mmio_zone zone[FAKE_ZONES];
	unsigned zones;
	struct {
		uint32_t base, count;
	} filter[FAKE_FILTERS]; /* of SMCCC calls */
	unsigned filters;
	bool features_set; /* 6.12: the first KVM_ARM_VCPU_INIT fixes them for the VM */
	uint32_t features;
	uint64_t psci_version;
	uint32_t gic; /* KVM_DEV_TYPE_ARM_VGIC_, 0: none */
	bool gic_inited, gic_ready, groups_writable, gicd_enabled, has_its;
	unsigned spis; /* 0: not told */
	struct fake_irq *spi;
	uint64_t dist, cpu, propbaser;
	uint32_t iidr_rev;
	unsigned redists;
	struct {
		uint64_t base;
		uint32_t count, used;
	} redist[16];
	struct fake_its its;
};

struct fake_fd {
	enum fake_object kind;
	struct fake_vm *vm;
	struct fake_vcpu *vcpu;
	bool open;
};

extern struct fake_state {
	struct fake_config host;
	struct fake_vm *vm[FAKE_VMS];
	unsigned vms;
} fake;

static inline bool fake_is_6_12(void)
{
	return fake.host.kernel >= FAKE_KERNEL_6_12;
}

/* fake.c */
int fake_fd_make(enum fake_object kind, struct fake_vm *vm, struct fake_vcpu *vcpu);
struct fake_vm *fake_vm_current(void); /* the newest, NULL: none */
struct fake_vcpu *fake_vcpu_by_id(const struct fake_vm *vm, unsigned id);
void fake_unlock(void);
void fake_lock(void);

/* fake_vm.c */
int fake_cap(const struct fake_vm *vm, unsigned cap);

/* KVM_GET_STATS_FD: a file of this process, or -errno. */
int fake_stats_fd(const struct fake_vcpu *vcpu);
int fake_kvm_ioctl(unsigned long request, void *arg);
int fake_vm_ioctl(struct fake_vm *vm, unsigned long request, void *arg);
void fake_vm_free(struct fake_vm *vm);

/* fake_vcpu.c */
int fake_vcpu_create(struct fake_vm *vm, unsigned long id);
int fake_vcpu_ioctl(struct fake_vcpu *vcpu, unsigned long request, void *arg);
void fake_vcpu_free(struct fake_vcpu *vcpu);

/* fake_run.c */
int fake_run(struct fake_vcpu *vcpu, const void *arg);

/* fake_reg.c */
int fake_regs_reset(struct fake_vcpu *vcpu); /* builds the list the first time */
int fake_reg_access(struct fake_vcpu *vcpu, const struct kvm_one_reg *one, bool write);
int fake_reg_list(const struct fake_vcpu *vcpu, struct kvm_reg_list *list);

/* fake_vgic.c */
int fake_vgic_create(struct fake_vm *vm, uint32_t type);
int fake_vgic_init(struct fake_vm *vm);
int fake_vgic_map(struct fake_vm *vm);
void fake_vgic_vcpu_add(struct fake_vm *vm, struct fake_vcpu *vcpu);
int fake_vgic_legacy_address(struct fake_vm *vm, const struct kvm_arm_device_addr *addr);
int fake_vgic_attr(struct fake_vm *vm, unsigned long request, const struct kvm_device_attr *attr);
int fake_vgic_range(const struct fake_vm *vm, uint64_t old, uint64_t addr, uint64_t align,
		    uint64_t size);
int fake_irq_line(struct fake_vm *vm, const struct kvm_irq_level *irq);
struct fake_irq *fake_irq_get(struct fake_vm *vm, struct fake_vcpu *vcpu,
			      unsigned intid); /* NULL: none */

/* fake_vgic_regs.c */
int fake_vgic_reg(struct fake_vm *vm, unsigned long request, const struct kvm_device_attr *attr);

/* fake_gic_cpu.c */
int fake_gicc_access(struct fake_vcpu *vcpu, uint32_t offset, bool write, uint32_t *value);
int fake_icc_access(struct fake_vcpu *vcpu, unsigned reg, unsigned long request, uint64_t *value);
void fake_gic_load(struct fake_vcpu *vcpu);

/* fake_its.c */
int fake_its_create(struct fake_vm *vm);
int fake_its_attr(struct fake_vm *vm, unsigned long request, const struct kvm_device_attr *attr);

#endif
