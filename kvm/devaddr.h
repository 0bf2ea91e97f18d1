/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deferred device addresses. KVM takes the address of an in-kernel device once and for all, so
 * addresses are noted while the machine is being put together (a region may be mapped, unmapped
 * and mapped again; the last mapping wins) and told to KVM once, when the machine is ready.
 * QEMU's kvm_arm_register_device and its listener.
 */
#ifndef KVM_DEVADDR_H
#define KVM_DEVADDR_H

#include <stdbool.h>
#include <stdint.h>

struct vm;

#define DEVADDR_MAX 24
#define DEVADDR_UNMAPPED UINT64_MAX

struct devaddr {
	int region; /* the caller's number for the region: several records may share one */
	int dev_fd; /* a KVM device, or -1: KVM_ARM_SET_DEVICE_ADDR on the VM fd with LEGACY_ID */
	uint32_t group; /* KVM_DEV_ARM_VGIC_GRP_ADDR ... */
	uint64_t attr; /* KVM_VGIC_V3_ADDR_TYPE_DIST ... */
	uint64_t legacy_id; /* KVM_ARM_DEVICE_VGIC_V2 << KVM_ARM_DEVICE_ID_SHIFT | type */
	uint64_t ormask; /* ORed into the address: count and index of a redistributor region */
	uint64_t gpa; /* or DEVADDR_UNMAPPED */
};

struct devaddr_list {
	struct devaddr entry[DEVADDR_MAX];
	unsigned count;
	bool committed;
};

/*
 * Note RECORD (its gpa is ignored: it begins unmapped unless its region is mapped already).
 * Returns 0, -ENOSPC, -EBUSY after the commit.
 */
int devaddr_register(struct devaddr_list *list, const struct devaddr *record);

/* Map REGION at GPA, or unmap it; unknown regions are none of ours. No effect after the commit. */
void devaddr_map(struct devaddr_list *list, int region, uint64_t gpa);
void devaddr_unmap(struct devaddr_list *list, int region);

/*
 * Tell KVM every mapped address, in the order of registration; unmapped records are passed over.
 * Stops at the first failure, *FAILED then points at its record (else NULL). A second commit does
 * nothing. Returns 0 or -errno: -EEXIST (set before), -EINVAL (unaligned, wraps, overlaps), -E2BIG
 * (beyond the IPA space), -ENXIO/-ENODEV (no such device), -EFAULT.
 */
int devaddr_commit(struct devaddr_list *list, const struct vm *vm, const struct devaddr **failed);

#endif
