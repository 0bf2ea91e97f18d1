// SPDX-License-Identifier: BSD-2-Clause
// The VM: its type, memory slots, capabilities, devices, coalesced ranges.
#include "tests/contract/contract.h"

#define RAM 0x40000000ull
#define MIB 0x100000ull

static void api(void)
{
	expect("KVM_GET_API_VERSION", call(kvm_open(), KVM_GET_API_VERSION, NULL), KVM_API_VERSION);
}

static void run_size(void)
{
	int kvm = kvm_open();

	expect("size", call(kvm, KVM_GET_VCPU_MMAP_SIZE, NULL), 8192);
	expect("with an argument", call_number(kvm, KVM_GET_VCPU_MMAP_SIZE, 1), -EINVAL);
}

static void unknown_ioctl(void)
{
	int vm = vm_make();

	expect("on /dev/kvm", call(kvm_open(), KVM_RUN, NULL), -EINVAL);
	expect("on the VM", call(vm, KVM_RUN, NULL), -EINVAL);
	expect("on a vCPU", call(vcpu_make(vm, 0), KVM_CREATE_VCPU, NULL), -EINVAL);
}

static void type_0(void)
{
	int vm = vm_make_bits(0);

	expect("VM", vm < 0 ? vm : 0, 0);
	expect("memory below 40 bits", memory(vm, 0, 0, (1ull << 40) - MIB, MIB, 0), 0);
	expect("memory beyond", memory(vm, 1, 0, 1ull << 40, MIB, 0), -EFAULT);
}

static void type_range(void)
{
	int bits = ipa_bits(), max = vm_make_bits((unsigned long)bits), min = vm_make_bits(32);

	expect("most bits", max < 0 ? max : 0, 0);
	expect("32 bits", min < 0 ? min : 0, 0);
	expect("31 bits", vm_make_bits(31), -EINVAL);
	expect("one more than the host has", vm_make_bits((unsigned long)bits + 1), -EINVAL);
}

static void type_other_bits(void)
{
	expect("bit 8", vm_make_bits(0x100), -EINVAL);
}

static void memory_alignment(void)
{
	int vm = vm_make();

	expect("gpa", memory(vm, 0, 0, RAM + 0x800, MIB, 0), -EINVAL);
	expect("size", memory(vm, 0, 0, RAM, MIB + 0x800, 0), -EINVAL);
	expect("hva", memory(vm, 0, 0, RAM, MIB, 0x800), -EINVAL);
	expect("aligned", memory(vm, 0, 0, RAM, MIB, 0), 0);
}

static void memory_overlap(void)
{
	int vm = vm_make();

	expect("first", memory(vm, 0, 0, RAM, MIB, 0), 0);
	expect("inside", memory(vm, 1, 0, RAM + 0x1000, 0x1000, 0), -EEXIST);
	expect("last page", memory(vm, 1, 0, RAM + MIB - 0x1000, MIB, 0), -EEXIST);
	expect("beside", memory(vm, 1, 0, RAM + MIB, MIB, 0), 0);
	expect("same host memory elsewhere", memory(vm, 2, 0, RAM + 4 * MIB, MIB, 0), 0);
}

static void memory_ipa(void)
{
	int vm = vm_make_bits(32);

	expect("up to the end", memory(vm, 0, 0, (1ull << 32) - MIB, MIB, 0), 0);
	expect("beyond", memory(vm, 1, 0, 1ull << 32, MIB, 0), -EFAULT);
	expect("across", memory(vm, 0, 0, 0, 0, 0), 0);
	expect("across the end", memory(vm, 1, 0, (1ull << 32) - MIB, 2 * MIB, 0), -EFAULT);
}

static void memory_overlap_before_ipa(void)
{
	int vm = vm_make_bits(32);

	expect("first", memory(vm, 0, 0, (1ull << 32) - MIB, MIB, 0), 0);
	expect("overlaps and is beyond", memory(vm, 1, 0, (1ull << 32) - MIB, 2 * MIB, 0), -EEXIST);
}

static void memory_wrap(void)
{
	expect("wraps", memory(vm_make(), 0, 0, ~0ull - MIB + 1, 2 * MIB, 0), -EINVAL);
}

static void memory_change(void)
{
	int vm = vm_make();

	expect("first", memory(vm, 0, 0, RAM, MIB, 0), 0);
	expect("the same again", memory(vm, 0, 0, RAM, MIB, 0), 0);
	expect("another size", memory(vm, 0, 0, RAM, 2 * MIB, 0), -EINVAL);
	expect("another hva", memory(vm, 0, 0, RAM, MIB, MIB), -EINVAL);
	expect("moved", memory(vm, 0, 0, RAM + MIB, MIB, 0), 0);
}

static void memory_delete(void)
{
	int vm = vm_make();

	expect("none there", memory(vm, 3, 0, RAM, 0, 0), -EINVAL);
	expect("first", memory(vm, 3, 0, RAM, MIB, 0), 0);
	expect("deleted", memory(vm, 3, 0, RAM, 0, 0), 0);
	expect("again", memory(vm, 3, 0, RAM, 0, 0), -EINVAL);
	expect("its place is free", memory(vm, 4, 0, RAM, MIB, 0), 0);
}

static void memory_flags(void)
{
	int vm = vm_make();

	expect("unknown flag", memory(vm, 0, 1u << 9, RAM, MIB, 0), -EINVAL);
	expect("read-only", memory(vm, 0, KVM_MEM_READONLY, RAM, MIB, 0), 0);
	expect("made writable", memory(vm, 0, 0, RAM, MIB, 0), -EINVAL);
	expect("dirty log", memory(vm, 1, KVM_MEM_LOG_DIRTY_PAGES, RAM + MIB, MIB, 0), 0);
}

static void memory_slots(void)
{
	int vm = vm_make();

	expect("slots", cap(vm, KVM_CAP_NR_MEMSLOTS), 32767);
	expect("last", memory(vm, 32766, 0, RAM, MIB, 0), 0);
	expect("one more", memory(vm, 32767, 0, RAM + MIB, MIB, 0), -EINVAL);
}

static void caps(void)
{
	int vm = vm_make();

	expect("unknown", cap(vm, 9999), 0);
	expect("KVM_CAP_CHECK_EXTENSION_VM", cap(vm, KVM_CAP_CHECK_EXTENSION_VM), 1);
	expect("KVM_CAP_ARM_PSCI_0_2", cap(vm, KVM_CAP_ARM_PSCI_0_2), 1);
	expect("KVM_CAP_READONLY_MEM", cap(vm, KVM_CAP_READONLY_MEM), 1);
	expect("KVM_CAP_IMMEDIATE_EXIT", cap(vm, KVM_CAP_IMMEDIATE_EXIT), 1);
	expect("KVM_CAP_MP_STATE", cap(vm, KVM_CAP_MP_STATE), 1);
	expect("KVM_CAP_DEVICE_CTRL", cap(vm, KVM_CAP_DEVICE_CTRL), 1);
	expect("KVM_CAP_COALESCED_MMIO", cap(vm, KVM_CAP_COALESCED_MMIO), 1);
	expect("KVM_CAP_IRQCHIP", cap(vm, KVM_CAP_IRQCHIP), 1);
}

static int enable(int vm, uint32_t number, uint32_t flags)
{
	struct kvm_enable_cap c = { .cap = number, .flags = flags };

	return call(vm, KVM_ENABLE_CAP, &c);
}

static void cap_enable(void)
{
	int vm = vm_make();

	expect("NISV", enable(vm, KVM_CAP_ARM_NISV_TO_USER, 0), 0);
	expect("again", enable(vm, KVM_CAP_ARM_NISV_TO_USER, 0), 0);
	expect("suspend", enable(vm, KVM_CAP_ARM_SYSTEM_SUSPEND, 0), 0);
	expect("with flags", enable(vm, KVM_CAP_ARM_NISV_TO_USER, 1), -EINVAL);
	expect("unknown", enable(vm, 9999, 0), -EINVAL);
	expect("not one to enable", enable(vm, KVM_CAP_ONE_REG, 0), -EINVAL);
}

struct filter {
	uint32_t base, count;
	uint8_t action, pad[15];
};

static int filter_set(int vm, uint32_t base, uint32_t count, uint8_t action, uint8_t pad)
{
	const struct filter filter = { base, count, action, { pad } };
	struct kvm_device_attr a = { .addr = (uintptr_t)&filter };

	return call(vm, KVM_SET_DEVICE_ATTR, &a);
}

/* Calls that end KVM_RUN, from Linux 6.4 on. */
static void smccc_filter(void)
{
	int vm = vm_make();
	const bool there = on(ON_6_12);
	struct kvm_device_attr filter = { .group = 0 }, other = { .group = 77 };

	expect("offered", call(vm, KVM_HAS_DEVICE_ATTR, &filter), there ? 0 : -EINVAL);
	expect("other group", call(vm, KVM_HAS_DEVICE_ATTR, &other), there ? -ENXIO : -EINVAL);
	expect("forward", filter_set(vm, 0x82000020, 2, 2, 0), there ? 0 : -EINVAL);
	expect("over another", filter_set(vm, 0x82000021, 1, 2, 0), there ? -EEXIST : -EINVAL);
	expect("behind it", filter_set(vm, 0x82000022, 1, 2, 0), there ? 0 : -EINVAL);
	expect("architecture call", filter_set(vm, 0x80000000, 1, 2, 0), there ? -EEXIST : -EINVAL);
	expect("none", filter_set(vm, 0x82000040, 0, 2, 0), -EINVAL);
	expect("action", filter_set(vm, 0x82000040, 1, 3, 0), -EINVAL);
	expect("padding", filter_set(vm, 0x82000040, 1, 2, 1), -EINVAL);
}

static void device_unknown(void)
{
	int vm = vm_make();
	struct kvm_create_device test = { .type = 9999, .flags = KVM_CREATE_DEVICE_TEST };

	expect("made", device_make(vm, 9999), -ENODEV);
	expect("asked for", call(vm, KVM_CREATE_DEVICE, &test), -ENODEV);
}

static void device_test_makes_nothing(void)
{
	int vm = vm_make(), fd;
	uint32_t type = on(ON_GIC3) ? KVM_DEV_TYPE_ARM_VGIC_V3 : KVM_DEV_TYPE_ARM_VGIC_V2;
	struct kvm_create_device test = { .type = type, .flags = KVM_CREATE_DEVICE_TEST };

	expect("test", call(vm, KVM_CREATE_DEVICE, &test), 0);
	expect("test again", call(vm, KVM_CREATE_DEVICE, &test), 0);
	fd = device_make(vm, type);
	expect("made", fd < 0 ? fd : 0, 0);
	expect("test with one there", call(vm, KVM_CREATE_DEVICE, &test), 0);
	expect("second", device_make(vm, type), -EEXIST);
}

static void legacy_address_without_gic(void)
{
	int vm = vm_make();
	struct kvm_arm_device_addr dist = { .id = 0, .addr = 0x8000000 };
	struct kvm_arm_device_addr other = { .id = 7ull << KVM_ARM_DEVICE_ID_SHIFT,
					     .addr = 0x8000000 };

	expect("GICv2's, none there", call(vm, KVM_ARM_SET_DEVICE_ADDR, &dist), -ENODEV);
	expect("another device's", call(vm, KVM_ARM_SET_DEVICE_ADDR, &other), -ENODEV);
}

static void line_without_gic(void)
{
	int vm = vm_make();

	expect("SPI", irq_line(vm, KVM_ARM_IRQ_TYPE_SPI, 0, 40, 1), -ENXIO);
	expect("PPI", irq_line(vm, KVM_ARM_IRQ_TYPE_PPI, 0, 27, 1), -ENXIO);
	expect("CPU, none there", irq_line(vm, KVM_ARM_IRQ_TYPE_CPU, 0, 0, 1), -EINVAL);
	vcpu_make(vm, 0);
	expect("neither IRQ nor FIQ", irq_line(vm, KVM_ARM_IRQ_TYPE_CPU, 0, 2, 1), -EINVAL);
	expect("unknown type", irq_line(vm, 5, 0, 40, 1), -EINVAL);
}

static void coalesced(void)
{
	int vm = vm_make();
	struct kvm_coalesced_mmio_zone zone = { .addr = 0x9000000, .size = 4 }, pio = zone;

	pio.pio = 2;
	expect("bad pio", call(vm, KVM_REGISTER_COALESCED_MMIO, &pio), -EINVAL);
	expect("registered", call(vm, KVM_REGISTER_COALESCED_MMIO, &zone), 0);
	expect("again", call(vm, KVM_REGISTER_COALESCED_MMIO, &zone), 0);
	expect("bad pio, off", call(vm, KVM_UNREGISTER_COALESCED_MMIO, &pio), -EINVAL);
	expect("off", call(vm, KVM_UNREGISTER_COALESCED_MMIO, &zone), 0);
	expect("off again", call(vm, KVM_UNREGISTER_COALESCED_MMIO, &zone), 0);
}

const struct row rows_vm[] = {
	{ "api-version", api, 0 },
	{ "vcpu-mapping-size", run_size, 0 },
	{ "ioctl-unknown", unknown_ioctl, 0 },
	{ "vm-type-0-is-40-bits", type_0, 0 },
	{ "vm-ipa-range", type_range, 0 },
	{ "vm-type-other-bits", type_other_bits, 0 },
	{ "memory-alignment", memory_alignment, 0 },
	{ "memory-overlap", memory_overlap, 0 },
	{ "memory-beyond-ipa", memory_ipa, 0 },
	{ "memory-overlap-before-ipa", memory_overlap_before_ipa, 0 },
	{ "memory-wraps", memory_wrap, 0 },
	{ "memory-change", memory_change, 0 },
	{ "memory-delete", memory_delete, 0 },
	{ "memory-flags", memory_flags, 0 },
	{ "memory-slot-numbers", memory_slots, 0 },
	{ "caps", caps, 0 },
	{ "cap-enable", cap_enable, 0 },
	{ "smccc-filter", smccc_filter, 0 },
	{ "device-unknown", device_unknown, 0 },
	{ "device-test-makes-nothing", device_test_makes_nothing, 0 },
	{ "legacy-address-without-gic", legacy_address_without_gic, 0 },
	{ "line-without-gic", line_without_gic, 0 },
	{ "coalesced-zones", coalesced, 0 },
	{ 0 },
};
