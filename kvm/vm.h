/* SPDX-License-Identifier: BSD-2-Clause */
/* One KVM virtual machine: the VM fd, its capabilities, its memory slots. */
#ifndef KVM_VM_H
#define KVM_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vm {
	int kvm_fd; /* /dev/kvm */
	int fd; /* the VM */
	unsigned ipa_bits; /* guest physical addresses have this many bits */
	size_t run_size; /* bytes of a vCPU's shared mapping */
	uint32_t slots; /* memory slots in use: the next slot's number */
};

/*
 * Open /dev/kvm, check the API version and make a VM with as many IPA bits as the host has
 * (KVM_CAP_ARM_VM_IPA_SIZE; 40 on kernels that cannot tell). KVM_CREATE_VM is tried again on
 * -EINTR. On failure nothing stays open and *STEP names what failed ("open /dev/kvm",
 * "KVM_CREATE_VM", ...). Returns 0, -errno of open(2) (-ENOENT, -EACCES, -ENODEV: no KVM here),
 * -EPROTO (an API other than 12), or -errno of KVM_CREATE_VM. Source:
 * Documentation/virt/kvm/api.rst 4.1, 4.2.
 */
int vm_open(struct vm *vm, const char **step);

/* Close every fd of VM. vCPUs and devices of it must be closed first. */
void vm_close(struct vm *vm);

/* What KVM_CHECK_EXTENSION says of CAP on the VM fd: 0 = absent, else its value. Never negative. */
int vm_cap(const struct vm *vm, unsigned cap);

/* KVM_ENABLE_CAP with ARG0. Returns 0 or -errno (-EINVAL: not known to this kernel). */
int vm_cap_enable(const struct vm *vm, unsigned cap, uint64_t arg0);

/* May a device of this KVM_DEV_TYPE_ be made? Nothing is made. */
bool vm_device_offered(const struct vm *vm, unsigned type);

/*
 * Does the VM serve SMC as it serves HVC? Kernels that do not make an SMC of the guest's fail with
 * NOT_SUPPORTED. Told by the SMCCC filter (Linux 6.4), which came a kernel later.
 */
bool vm_smc_served(const struct vm *vm);

/*
 * From now on the guest's SMCCC calls of COUNT functions, FN the first, end KVM_RUN with
 * KVM_EXIT_HYPERCALL, the PC behind it. Before the first KVM_RUN. Returns 0, -EINVAL (a kernel before
 * 6.4), -EEXIST (one of them was asked for already, or is one of Arm's own architecture calls),
 * -EBUSY.
 */
int vm_calls_forward(const struct vm *vm, uint32_t fn, uint32_t count);

/*
 * Give the guest SIZE bytes of memory at GPA, backed by HVA, in a new slot. GPA, SIZE and HVA are
 * multiples of the host's page. READONLY: stores exit as MMIO. Returns 0, -EINVAL (unaligned or no
 * read-only slots), -EEXIST (overlap), -EFAULT (beyond the IPA space).
 */
int vm_memory_add(struct vm *vm, uint64_t gpa, uint64_t size, void *hva, bool readonly);

/*
 * Set COUNT slot numbers aside for vm_memory_put(), which takes them in any order. Returns the first.
 */
uint32_t vm_slots_reserve(struct vm *vm, uint32_t count);

/* As vm_memory_add(), in slot number SLOT, which is empty. Any thread. */
int vm_memory_put(const struct vm *vm, uint32_t slot, uint64_t gpa, uint64_t size, void *hva,
		  bool readonly);

/*
 * Empty slot number SLOT: accesses there exit as MMIO from now on. Any thread. Returns 0 or -errno
 * (-EINVAL: it is empty).
 */
int vm_memory_drop(const struct vm *vm, uint32_t slot);

/*
 * Drive LINE of the in-kernel GIC: an SPI's INTID (32..1019). Returns 0 or -errno of KVM_IRQ_LINE.
 */
int vm_spi_set(const struct vm *vm, uint32_t intid, bool level);

#endif
