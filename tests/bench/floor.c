// SPDX-License-Identifier: BSD-2-Clause
// The least that starts a guest: what a start-up is compared with. usage: floor GUEST [CPUS]
#include <fcntl.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define RAM_AT 0x40000000ul
#define RAM_SIZE (128ul << 20)
#define OFFSET 0x80000
#define CPUS_MAX 64

static int must(int ret)
{
	if (ret < 0)
		_exit(1);
	return ret;
}

static void gic_set(int fd, uint32_t group, uint64_t attr, uint64_t value)
{
	struct kvm_device_attr a = { .group = group, .attr = attr, .addr = (uintptr_t)&value };

	must(ioctl(fd, KVM_SET_DEVICE_ATTR, &a));
}

static int gic_create(int vm)
{
	struct kvm_create_device dev = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
	const int v3 = ioctl(vm, KVM_CREATE_DEVICE, &dev) == 0;

	if (!v3) {
		dev.type = KVM_DEV_TYPE_ARM_VGIC_V2;
		must(ioctl(vm, KVM_CREATE_DEVICE, &dev));
	}
	gic_set((int)dev.fd, KVM_DEV_ARM_VGIC_GRP_ADDR,
		v3 ? KVM_VGIC_V3_ADDR_TYPE_DIST : KVM_VGIC_V2_ADDR_TYPE_DIST, 0x08000000);
	gic_set((int)dev.fd, KVM_DEV_ARM_VGIC_GRP_ADDR,
		v3 ? KVM_VGIC_V3_ADDR_TYPE_REDIST : KVM_VGIC_V2_ADDR_TYPE_CPU,
		v3 ? 0x080a0000 : 0x08010000);
	return (int)dev.fd;
}

int main(int argc, char **argv)
{
	const int cpus = argc > 2 ? atoi(argv[2]) : 1;
	uint64_t pc = RAM_AT + OFFSET;
	struct kvm_one_reg set_pc = { KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE |
					      KVM_REG_ARM_CORE_REG(regs.pc),
				      (uintptr_t)&pc };
	struct kvm_vcpu_init init;
	struct kvm_run *run = NULL;
	int vcpu[CPUS_MAX], gic;

	if (argc < 2 || cpus < 1 || cpus > CPUS_MAX)
		return 2;

	const int kvm = must(open("/dev/kvm", O_RDWR | O_CLOEXEC)),
		  vm = must(ioctl(kvm, KVM_CREATE_VM, 0));
	char *ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct kvm_userspace_memory_region slot = { .guest_phys_addr = RAM_AT,
						    .memory_size = RAM_SIZE,
						    .userspace_addr = (uintptr_t)ram };

	madvise(ram, RAM_SIZE,
		MADV_NOHUGEPAGE); /* else luck decides: 300 thousand instructions more or less */
	must(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &slot));
	must((int)read(must(open(argv[1], O_RDONLY)), ram + OFFSET, 1 << 20));
	for (int i = 0; i < cpus; i++) {
		void *map;

		vcpu[i] = must(ioctl(vm, KVM_CREATE_VCPU, i));
		map = mmap(NULL, (size_t)ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0),
			   PROT_READ | PROT_WRITE, MAP_SHARED, vcpu[i], 0);
		run = run ? run : map;
	}
	gic = gic_create(vm);
	must(ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init));
	for (int i = 0; i < cpus; i++) {
		init.features[0] =
			1u << KVM_ARM_VCPU_PSCI_0_2 | (i ? 1u << KVM_ARM_VCPU_POWER_OFF : 0);
		must(ioctl(vcpu[i], KVM_ARM_VCPU_INIT, &init));
	}
	gic_set(gic, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, 0);
	must(ioctl(vcpu[0], KVM_SET_ONE_REG, &set_pc));
	for (;;) {
		must(ioctl(vcpu[0], KVM_RUN, 0));
		if (run->exit_reason != KVM_EXIT_MMIO)
			return run->exit_reason != KVM_EXIT_SYSTEM_EVENT;
		if (run->mmio.is_write)
			must((int)write(STDOUT_FILENO, run->mmio.data, 1));
	}
}
