// SPDX-License-Identifier: BSD-2-Clause
// Runs the rows and prints a line for each: on an emulated board's kernel, or here against the fake.
#include "tests/contract/contract.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/contract/host.h"

#define FDS 600
#define ROOM (8ul << 20)

static int fd_open[FDS];
static unsigned fds;
static char detail[256];
static bool failed;
static unsigned where;
static uint8_t *room;

void expect(const char *what, long long got, long long want)
{
	if (got == want || failed)
		return;
	failed = true;
	snprintf(detail, sizeof(detail), "%s: got %lld, want %lld", what, got, want);
}

bool on(unsigned what)
{
	return (where & what) == what;
}

static int keep(int fd)
{
	if (fd >= 0 && fds < FDS)
		fd_open[fds++] = fd;
	return fd;
}

int call(int fd, unsigned long request, void *arg)
{
	return sys_ioctl(fd, request, arg);
}

int call_number(int fd, unsigned long request, unsigned long number)
{
	return sys_ioctl(fd, request, (void *)number);
}

int kvm_open(void)
{
	return keep(sys_open("/dev/kvm"));
}

int cap(int fd, unsigned number)
{
	return call_number(fd, KVM_CHECK_EXTENSION, number);
}

int ipa_bits(void)
{
	return cap(kvm_open(), KVM_CAP_ARM_VM_IPA_SIZE);
}

int vm_make_bits(unsigned long type)
{
	int kvm = kvm_open(), fd;

	do
		fd = call_number(kvm, KVM_CREATE_VM, type);
	while (fd == -EINTR);
	return keep(fd);
}

int vm_make(void)
{
	return vm_make_bits((unsigned long)ipa_bits());
}

int vcpu_make(int vm, unsigned long id)
{
	return keep(call_number(vm, KVM_CREATE_VCPU, id));
}

int device_make(int vm, uint32_t type)
{
	struct kvm_create_device dev = { .type = type };
	int ret = call(vm, KVM_CREATE_DEVICE, &dev);

	return ret < 0 ? ret : keep((int)dev.fd);
}

static int attr_call(int fd, unsigned long request, uint32_t group, uint64_t attr, void *value)
{
	struct kvm_device_attr a = { .group = group, .attr = attr, .addr = (uintptr_t)value };

	return call(fd, request, &a);
}

int attr_set(int fd, uint32_t group, uint64_t attr, uint64_t value)
{
	return attr_call(fd, KVM_SET_DEVICE_ATTR, group, attr, &value);
}

int attr_get(int fd, uint32_t group, uint64_t attr, uint64_t *value)
{
	*value = 0;
	return attr_call(fd, KVM_GET_DEVICE_ATTR, group, attr, value);
}

int attr_has(int fd, uint32_t group, uint64_t attr)
{
	return attr_call(fd, KVM_HAS_DEVICE_ATTR, group, attr, NULL);
}

uint32_t target(int vm)
{
	struct kvm_vcpu_init preferred = { .target = UINT32_MAX };

	expect("KVM_ARM_PREFERRED_TARGET", call(vm, KVM_ARM_PREFERRED_TARGET, &preferred), 0);
	return preferred.target;
}

int init_target(int vcpu, uint32_t number, uint32_t features)
{
	struct kvm_vcpu_init i = { .target = number, .features = { features } };

	return call(vcpu, KVM_ARM_VCPU_INIT, &i);
}

int init(int vm, int vcpu, uint32_t features)
{
	return init_target(vcpu, target(vm), features);
}

int finalize(int vcpu, int what)
{
	return call(vcpu, KVM_ARM_VCPU_FINALIZE, &what);
}

int reg_get(int vcpu, uint64_t id, void *value)
{
	struct kvm_one_reg one = { .id = id, .addr = (uintptr_t)value };

	return call(vcpu, KVM_GET_ONE_REG, &one);
}

int reg_set(int vcpu, uint64_t id, const void *value)
{
	struct kvm_one_reg one = { .id = id, .addr = (uintptr_t)value };

	return call(vcpu, KVM_SET_ONE_REG, &one);
}

int reg_set64(int vcpu, uint64_t id, uint64_t value)
{
	return reg_set(vcpu, id, &value);
}

int run(int vcpu)
{
	struct kvm_run *shared;
	void *map = NULL;
	int ret = sys_map(vcpu, 4096, &map);

	if (ret)
		return ret;
	shared = map;
	shared->immediate_exit = 1;
	ret = call(vcpu, KVM_RUN, NULL);
	sys_unmap(map, 4096);
	return ret;
}

int memory(int vm, uint32_t slot, uint32_t flags, uint64_t gpa, uint64_t size, uint64_t offset)
{
	struct kvm_userspace_memory_region mem = {
		.slot = slot,
		.flags = flags,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (uintptr_t)room + offset,
	};

	return call(vm, KVM_SET_USER_MEMORY_REGION, &mem);
}

int irq_line(int vm, unsigned type, unsigned vcpu, unsigned intid, unsigned level)
{
	struct kvm_irq_level line = { .irq = type << KVM_ARM_IRQ_TYPE_SHIFT |
					     vcpu << KVM_ARM_IRQ_VCPU_SHIFT | intid,
				      .level = level };

	return call(vm, KVM_IRQ_LINE, &line);
}

/* What this host is: a row asks by it whether it applies. */
static unsigned host_read(unsigned kernel)
{
	int vm = vm_make();
	unsigned is = kernel < 612 ? ON_6_1 : ON_6_12;
	struct kvm_create_device v2 = { .type = KVM_DEV_TYPE_ARM_VGIC_V2,
					.flags = KVM_CREATE_DEVICE_TEST };
	struct kvm_create_device v3 = { .type = KVM_DEV_TYPE_ARM_VGIC_V3,
					.flags = KVM_CREATE_DEVICE_TEST };

	is |= call(vm, KVM_CREATE_DEVICE, &v2) ? 0 : ON_GIC2;
	is |= call(vm, KVM_CREATE_DEVICE, &v3) ? 0 : ON_GIC3;
	is |= cap(vm, KVM_CAP_ARM_SVE) > 0 ? ON_SVE : ON_NO_SVE;
	is |= cap(vm, KVM_CAP_ARM_PMU_V3) > 0 ? ON_PMU : 0;
	return is;
}

static void rows_end(void)
{
	while (fds)
		sys_close(fd_open[--fds]);
}

int main(int argc, char **argv)
{
	static const struct row *const all[] = { rows_vm,    rows_vcpu, rows_reg,  rows_vgic2,
						 rows_vgic3, rows_its,	rows_reset };
	const char *name = argc > 1 ? argv[1] : "";
	int bad = 0;

	if (!strcmp(name, "--list")) {
		for (unsigned t = 0; t < sizeof(all) / sizeof(all[0]); t++)
			for (const struct row *r = all[t]; r->name; r++)
				puts(r->name);
		return 0;
	}
	name = host_begin(name);
	room = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		    -1, 0);
	where = host_read(host_kernel());
	rows_end();
	for (unsigned t = 0; t < sizeof(all) / sizeof(all[0]); t++) {
		for (const struct row *r = all[t]; r->name; r++) {
			if (!on(r->on))
				continue;
			failed = false;
			detail[0] = '\0';
			r->run();
			rows_end();
			printf("contract:%s:%s[%s]\t%s\t%s\n", host_kind, r->name, name,
			       failed ? "fail" : "ok", detail);
			bad += failed;
		}
	}
	fflush(stdout);
	munmap(room, ROOM);
	host_end();
	return bad != 0;
}
