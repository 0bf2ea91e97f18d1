/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A KVM for arm64 in memory: the other implementation of kvm/sys.h. It keeps the kernel's order rules and errnos (tests/contract
 * runs the same rows against both) and adds what a test needs: kernels and hosts to choose from, failures at will, exits by
 * script, a log of all calls, a count of what is still open. Registers hold values; no guest code runs.
 *
 * A test links the files of this folder in place of kvm/sys.c and calls fake_reset() first.
 */
#ifndef TESTS_FAKE_FAKE_H
#define TESTS_FAKE_FAKE_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_KERNEL_6_1 601
#define FAKE_KERNEL_6_12 612

/* The host. All zero = fake_host_default. */
struct fake_config {
	unsigned kernel; /* FAKE_KERNEL_ */
	unsigned ipa_bits; /* of the host; 0: a kernel without KVM_CAP_ARM_VM_IPA_SIZE, always 40 */
	bool gicv2, gicv3; /* which vGIC can be made; ITS goes with gicv3 */
	bool no_its;
	bool no_device_ctrl; /* KVM_CREATE_DEVICE is unknown: only KVM_CREATE_IRQCHIP */
	bool no_preferred_target; /* KVM_ARM_PREFERRED_TARGET is unknown */
	bool no_mp_state; /* no KVM_CAP_MP_STATE, nor its ioctls */
	bool aarch32, pmu, sve, pauth;
	unsigned max_vcpus;
	unsigned breakpoints, watchpoints;
	uint32_t target; /* the one KVM_ARM_VCPU_INIT takes */
	uint64_t midr;
};

extern const struct fake_config fake_host_gic2; /* Cortex-A57, 6.1, GICv2, 40 IPA bits */
extern const struct fake_config fake_host_gic3; /* the same with GICv3 and ITS */
extern const struct fake_config fake_host_max; /* 6.12, GICv3, 48 bits, SVE, PAuth, PMU */

/* Forget everything (fds, log, failures, exits) and be HOST (NULL: fake_host_gic3). */
void fake_reset(const struct fake_config *host);

/* After fake_reset(): what KVM_CHECK_EXTENSION says of CAP from now on; KVM_ENABLE_CAP follows (-EINVAL where VALUE is 0). */
void fake_cap_set(unsigned cap, int value);
/* open(2) of "/dev/kvm" fails with -ERROR; 0: works. */
void fake_open_fails(int error);
/* KVM_GET_API_VERSION. */
void fake_api_version(int version);

/*
 * The N-th call of sys_open, sys_ioctl and sys_map from now (1 = the next) fails with -ERROR and does nothing; 0: none. fake_fail_request()
 * counts only calls of REQUEST (KVM_ARM_SET_DEVICE_ADDR on a VM and KVM_GET_ONE_REG on a vCPU are the same number). Both work once, then are off.
 */
void fake_fail_at(unsigned n, int error);
void fake_fail_request(unsigned long request, unsigned n, int error);
/* Did a failure asked for happen? */
bool fake_failed(void);

/* Calls of sys_open, sys_ioctl and sys_map since fake_reset(). */
unsigned fake_calls(void);
/* What is open and mapped: for leaks. */
unsigned fake_open_fds(void);
unsigned fake_mappings(void);
/* Closed more than once, unmapped what was not mapped, or used after closing. */
unsigned fake_misuses(void);

enum fake_object { FAKE_NONE, FAKE_KVM, FAKE_VM, FAKE_VCPU, FAKE_VGIC, FAKE_ITS };

struct fake_call {
	enum fake_object on;
	unsigned long request; /* 0: sys_open, 1: sys_map, 2: sys_close */
	uint64_t a,
		b; /* attributes: group and attr; registers: id and value; memory: gpa and size; else the argument */
	int vcpu; /* id, for calls on a vCPU; else -1 */
	int result;
};

#define FAKE_LOG_OPEN 0ul
#define FAKE_LOG_MAP 1ul
#define FAKE_LOG_CLOSE 2ul

/* Call I since fake_reset(); NULL past the end. The log holds the first 65536. */
const struct fake_call *fake_log(unsigned i);
/* Index of the first call of REQUEST at or after FROM; -1: none. */
int fake_log_find(unsigned long request, unsigned from);

/* What one KVM_RUN of a vCPU does. */
struct fake_exit {
	uint32_t reason; /* KVM_EXIT_; taken only if error is 0 and wait is false */
	int error; /* KVM_RUN returns this -errno */
	bool wait; /* block until a signal or immediate_exit, then -EINTR */
	struct {
		uint64_t gpa;
		uint64_t data; /* a store's; a load's result goes to *loaded at the next KVM_RUN */
		uint32_t len;
		bool is_write;
		uint64_t *loaded;
	} mmio;
	struct {
		uint32_t type, ndata;
		uint64_t data0;
	} event; /* KVM_EXIT_SYSTEM_EVENT: stops all vCPUs as KVM does */
	struct {
		uint64_t esr_iss, fault_ipa;
	} nisv;
	struct {
		uint32_t esr;
		uint64_t far; /* told for watchpoints only */
	} debug; /* KVM_EXIT_DEBUG */
	uint64_t fail_reason; /* KVM_EXIT_FAIL_ENTRY */
	void (*at)(void *arg); /* called first, no lock held */
	void *arg;
};

/*
 * Append to the script of vCPU ID of the VM. A store into a coalesced range goes to the ring and the next entry follows, as long as there is room. A
 * script that is over: KVM_RUN gives -ENODATA. Whatever the script, a run that breaks KVM's rules fails as in KVM (-ENOEXEC
 * without KVM_ARM_VCPU_INIT, -EPERM unfinalised, -EBUSY GICv3 uninitialised, -ENXIO addresses missing...), -EINTR with immediate_exit.
 */
void fake_exit_push(unsigned vcpu, const struct fake_exit *exit);
unsigned fake_exits_left(unsigned vcpu);

/* A guest's store to GPA from vCPU 0, outside any script: true if it went to the coalesced ring. */
bool fake_coalesced_store(uint64_t gpa, uint64_t data, uint32_t len);

/* Look behind the counter. vCPU by id. */
bool fake_reg_peek(unsigned vcpu, uint64_t id, uint64_t *value);
bool fake_reg_poke(unsigned vcpu, uint64_t id,
		   uint64_t value); /* as the guest would: no rule applies */
int fake_mp_state(unsigned vcpu); /* KVM_MP_STATE_; -1: no such vCPU */
unsigned fake_inits(unsigned vcpu); /* KVM_ARM_VCPU_INIT that worked */
bool fake_line_level(uint32_t intid); /* an SPI's line */
/* What KVM_SET_GUEST_DEBUG has told of vCPU ID: control 0 where it is off. */
const struct kvm_guest_debug *fake_debug(unsigned vcpu);

/* What KVM_GET_STATS_FD tells of a vCPU from now on. */
enum fake_stat { FAKE_STAT_EXITS, FAKE_STAT_MMIO, FAKE_STAT_WFI, FAKE_STAT_HVC, FAKE_STATS };
void fake_stat(unsigned vcpu, enum fake_stat which, uint64_t value);

struct fake_slot {
	uint32_t slot, flags;
	uint64_t gpa, size, hva;
};
/* Memory slot I in order of creation; NULL past the end. */
const struct fake_slot *fake_memory(unsigned i);

/* Leave every register of the vGIC and ITS in a state a guest might leave, different from reset in as many bits as KVM lets a guest change. */
void fake_vgic_dirty(void);

/* What the vGIC was told. */
struct fake_vgic_view {
	uint32_t type; /* KVM_DEV_TYPE_ARM_VGIC_V2, V3; 0: none */
	bool initialised;
	unsigned irqs;
	uint64_t dist, cpu, its; /* UINT64_MAX: not told */
	unsigned redists;
	struct {
		uint64_t base;
		uint32_t count; /* 0: KVM_VGIC_V3_ADDR_TYPE_REDIST */
	} redist[16];
};
void fake_vgic_view(struct fake_vgic_view *view);

#endif
