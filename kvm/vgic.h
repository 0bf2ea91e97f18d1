/* SPDX-License-Identifier: BSD-2-Clause */
/* The in-kernel interrupt controller: made, given its addresses, initialised, and reset with the guest. */
#ifndef KVM_VGIC_H
#define KVM_VGIC_H

#include <stdbool.h>
#include <stdint.h>

struct vm;
struct vcpu;
struct devaddr_list;

enum vgic_kind {
	VGIC_NONE,
	VGIC_V2,
	VGIC_V3,
	VGIC_V2_IRQCHIP, /* a GICv2 by KVM_CREATE_IRQCHIP and KVM_ARM_SET_DEVICE_ADDR: kernels without the device API */
};

/* Regions for devaddr_map(): one number for each address a vGIC has. */
enum vgic_region {
	VGIC_REGION_DIST,
	VGIC_REGION_CPU, /* GICv2 CPU interface */
	VGIC_REGION_ITS,
	VGIC_REGION_REDIST, /* + index of the redistributor region */
};

#define VGIC_REDISTS_MAX 8

struct vgic {
	enum vgic_kind kind;
	int fd; /* -1 with VGIC_V2_IRQCHIP */
	int its_fd; /* -1: no ITS */
	unsigned irqs; /* INTIDs, the 32 private ones included */
	unsigned redists; /* redistributor regions */
};

/*
 * Make the device (order: before or after the vCPUs are created), set the number of interrupts (a multiple of 32, 64..992; 0 leaves KVM's 256), and note
 * in LIST the addresses it will need. REDIST_COUNT[i] = vCPUs in redistributor region i (1 region: still told as a region).
 * Returns 0 or -errno: -ENODEV (this GIC is not offered), -EEXIST, -E2BIG (more vCPUs than it takes), -EINVAL.
 * Source: Documentation/virt/kvm/devices/arm-vgic{,-v3,-its}.rst.
 */
int vgic_create(struct vgic *vgic, const struct vm *vm, struct devaddr_list *list,
		enum vgic_kind kind, unsigned irqs, const unsigned *redist_count, unsigned redists,
		bool its);

/* KVM_DEV_ARM_VGIC_CTRL_INIT (GIC, then ITS): after all vCPUs are there. Nothing for VGIC_V2_IRQCHIP. 0 or -errno (-EBUSY). */
int vgic_init(const struct vgic *vgic);

/*
 * Put every register of distributor, redistributors or banked CPU registers, CPU interfaces and ITS back to its value after
 * vgic_init(). KVM has no ioctl for that: reset values are written through the attributes. All vCPUs must be out of KVM_RUN
 * (-EBUSY otherwise) and initialised; interrupt lines driven by devices must be low already. VGIC_V2_IRQCHIP has no
 * attributes: -ENOTSUP. Returns 0 or the first -errno; the rest is written all the same.
 * vcpu_init() comes first: KVM lets only that clear what it maps to the host's timer (PPIs 27 and 30: active, level). Out of reach,
 * and reported as it is: GICR_PROPBASER of a machine without ITS; the lines of a GICv2, which have no attribute.
 */
int vgic_reset(const struct vgic *vgic, const struct vcpu *vcpus, unsigned count);

/*
 * Call FN with the value of every readable register of the vGIC, by name ("GICD_ISENABLER1", "cpu2 ICC_PMR_EL1", "cpu0 LINE_LEVEL0"): for
 * tests, probe and debugging. Binary points read as 0 until the vCPU runs, then as the least value the host's CPU has. vCPUs as for vgic_reset(). Returns 0, FN's first non-zero result, or -errno.
 */
int vgic_registers_each(const struct vgic *vgic, const struct vcpu *vcpus, unsigned count,
			int (*fn)(void *arg, const char *name, uint64_t value), void *arg);

void vgic_destroy(struct vgic *vgic);

#endif
