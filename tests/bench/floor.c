// SPDX-License-Identifier: BSD-2-Clause
// The least that starts a guest: what a start-up is compared with.
// usage: floor GUEST [CPUS [MiB TREE@ADDRESS INITRD@ADDRESS]]     the longer one starts a Linux Image
#include <fcntl.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define RAM_AT 0x40000000ul
#define RAM_SIZE (128ul << 20)
#define OFFSET 0x80000
#define BLOCK (2ul << 20)
#define UART 0x09000000
#define UART_IDS 0xfe0
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

static void load(const char *path, char *to)
{
	const int fd = must(open(path, O_RDONLY));

	for (ssize_t n; (n = must((int)read(fd, to, 64u << 20))) > 0;)
		to += n;
}

/* FILE@ADDRESS to where it says. Returns the address. */
static uint64_t load_at(char *file, char *ram)
{
	char *at = strchr(file, '@');
	const uint64_t address = at ? strtoul(at + 1, NULL, 16) : 0;

	if (!at)
		_exit(2);
	*at = '\0';
	load(file, ram + (address - RAM_AT));
	return address;
}

/* A PL011 to the eye of a driver that looks for one. */
static void uart_read(uint64_t offset, uint8_t *data)
{
	static const uint8_t id[] = { 0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

	memset(data, 0, 8);
	if (offset - UART_IDS < 4 * sizeof(id))
		data[0] = id[(offset - UART_IDS) / 4];
}

static void reg_set(int vcpu, uint64_t reg, uint64_t value)
{
	struct kvm_one_reg set = { KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | reg,
				   (uintptr_t)&value };

	must(ioctl(vcpu, KVM_SET_ONE_REG, &set));
}

int main(int argc, char **argv)
{
	const int cpus = argc > 2 ? atoi(argv[2]) : 1, linux_image = argc > 5;
	const size_t size = linux_image ? strtoul(argv[3], NULL, 10) << 20 : RAM_SIZE;
	const uint64_t offset = linux_image ? 0 : OFFSET;
	struct kvm_vcpu_init init;
	struct kvm_run *run = NULL;
	int vcpu[CPUS_MAX], gic;

	if (argc < 2 || cpus < 1 || cpus > CPUS_MAX)
		return 2;

	const int kvm = must(open("/dev/kvm", O_RDWR | O_CLOEXEC)),
		  vm = must(ioctl(kvm, KVM_CREATE_VM, 0));
	char *ram = mmap(NULL, size + BLOCK, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct kvm_userspace_memory_region slot = { .guest_phys_addr = RAM_AT,
						    .memory_size = size };

	ram += -(uintptr_t)ram & (BLOCK - 1);
	slot.userspace_addr = (uintptr_t)ram;
	if (!linux_image) /* else luck decides: 300 thousand instructions more or less */
		madvise(ram, size, MADV_NOHUGEPAGE);
	must(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &slot));
	load(argv[1], ram + offset);
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
	reg_set(vcpu[0], KVM_REG_ARM_CORE_REG(regs.pc), RAM_AT + offset);
	if (linux_image) {
		reg_set(vcpu[0], KVM_REG_ARM_CORE_REG(regs.regs[0]), load_at(argv[4], ram));
		load_at(argv[5], ram);
	}
	for (;;) {
		must(ioctl(vcpu[0], KVM_RUN, 0));
		if (run->exit_reason != KVM_EXIT_MMIO)
			return run->exit_reason != KVM_EXIT_SYSTEM_EVENT;
		if (!run->mmio.is_write)
			uart_read(run->mmio.phys_addr - UART, run->mmio.data);
		else if (run->mmio.phys_addr == UART)
			must((int)write(STDOUT_FILENO, run->mmio.data, 1));
	}
}
