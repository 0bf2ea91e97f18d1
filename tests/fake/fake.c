// SPDX-License-Identifier: BSD-2-Clause
// The KVM in memory: its switches, its file descriptors, and the way in.
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "kvm/sys.h"
#include "tests/fake/fake_state.h"

#define FD_BASE 1000
#define LOG_MAX 65536
#define MAPPINGS 1024

const struct fake_config fake_host_gic2 = {
	.kernel = FAKE_KERNEL_6_1,
	.ipa_bits = 44,
	.gicv2 = true,
	.aarch32 = true,
	.pmu = true,
	.max_vcpus = 8,
	.breakpoints = 6,
	.watchpoints = 4,
	.target = 2,
	.midr = 0x411fd070,
};

const struct fake_config fake_host_gic3 = {
	.kernel = FAKE_KERNEL_6_1,
	.ipa_bits = 44,
	.gicv3 = true,
	.aarch32 = true,
	.pmu = true,
	.max_vcpus = 512,
	.breakpoints = 6,
	.watchpoints = 4,
	.target = 2,
	.midr = 0x411fd070,
};

const struct fake_config fake_host_max = {
	.kernel = FAKE_KERNEL_6_12,
	.ipa_bits = 52,
	.gicv3 = true,
	.aarch32 = true,
	.pmu = true,
	.sve = true,
	.pauth = true,
	.max_vcpus = 512,
	.breakpoints = 6,
	.watchpoints = 4,
	.target = 5,
	.midr = 0xf0510,
};

struct fake_state fake;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct fake_fd *fds;
static unsigned fd_count, calls, misuses, log_count;
static struct fake_call *log_entries;
static void *mapping[MAPPINGS];
static unsigned fail_at, fail_request_at;
static unsigned long fail_request;
static int fail_error, fail_request_error, open_error;
static bool failed;

void fake_lock(void)
{
	pthread_mutex_lock(&lock);
}

void fake_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

void fake_reset(const struct fake_config *host)
{
	fake_lock();
	for (unsigned i = 0; i < fake.vms; i++)
		fake_vm_free(fake.vm[i]);
	fake = (struct fake_state){ .host = host ? *host : fake_host_gic3 };
	free(fds);
	free(log_entries);
	fds = NULL;
	log_entries = NULL;
	fd_count = calls = misuses = log_count = fail_at = fail_request_at = 0;
	memset(mapping, 0, sizeof(mapping));
	open_error = 0;
	failed = false;
	fake_unlock();
	fake_cap_set(UINT32_MAX, 0);
	fake_api_version(KVM_API_VERSION);
}

void fake_open_fails(int error)
{
	open_error = error;
}

void fake_fail_at(unsigned n, int error)
{
	fail_at = n;
	fail_error = error;
	failed = false;
}

void fake_fail_request(unsigned long request, unsigned n, int error)
{
	fail_request = request;
	fail_request_at = n;
	fail_request_error = error;
	failed = false;
}

bool fake_failed(void)
{
	return failed;
}

unsigned fake_calls(void)
{
	return calls;
}

unsigned fake_misuses(void)
{
	return misuses;
}

unsigned fake_open_fds(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < fd_count; i++)
		n += fds[i].open;
	return n;
}

unsigned fake_mappings(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < MAPPINGS; i++)
		n += mapping[i] != NULL;
	return n;
}

const struct fake_call *fake_log(unsigned i)
{
	return i < log_count ? &log_entries[i] : NULL;
}

int fake_log_find(unsigned long request, unsigned from)
{
	for (unsigned i = from; i < log_count; i++)
		if (log_entries[i].request == request)
			return (int)i;
	return -1;
}

/* Numbers are never used twice, so that a use after closing shows. */
int fake_fd_make(enum fake_object kind, struct fake_vm *vm, struct fake_vcpu *vcpu)
{
	fds = realloc(fds, (fd_count + 1) * sizeof(*fds));
	fds[fd_count] = (struct fake_fd){ .kind = kind, .vm = vm, .vcpu = vcpu, .open = true };
	return FD_BASE + (int)fd_count++;
}

static struct fake_fd *fd_get(int fd)
{
	if (fd < FD_BASE || (unsigned)(fd - FD_BASE) >= fd_count || !fds[fd - FD_BASE].open) {
		misuses++;
		return NULL;
	}
	return &fds[fd - FD_BASE];
}

struct fake_vm *fake_vm_current(void)
{
	return fake.vms ? fake.vm[fake.vms - 1] : NULL;
}

struct fake_vcpu *fake_vcpu_by_id(const struct fake_vm *vm, unsigned id)
{
	for (unsigned i = 0; vm && i < vm->vcpus; i++)
		if (vm->vcpu[i]->id == id)
			return vm->vcpu[i];
	return NULL;
}

/* Every call passes here: counted, and failed when a test asked for it. */
static int call_begin(unsigned long request)
{
	calls++;
	if (fail_at && !--fail_at) {
		failed = true;
		return -fail_error;
	}
	if (fail_request_at && request == fail_request && !--fail_request_at) {
		failed = true;
		return -fail_request_error;
	}
	return 0;
}

static void log_details(struct fake_call *call, const void *arg)
{
	const struct kvm_userspace_memory_region *mem = arg;
	const struct kvm_device_attr *attr = arg;
	const struct kvm_one_reg *one = arg;

	switch (call->request) {
	case KVM_SET_USER_MEMORY_REGION:
		call->a = mem->guest_phys_addr;
		call->b = mem->memory_size;
		break;
	case KVM_SET_DEVICE_ATTR:
	case KVM_GET_DEVICE_ATTR:
	case KVM_HAS_DEVICE_ATTR:
		call->a = attr->group;
		call->b = attr->attr;
		break;
	case KVM_GET_ONE_REG: /* on a VM: KVM_ARM_SET_DEVICE_ADDR, the same number */
	case KVM_SET_ONE_REG:
		call->a = one->id;
		if (call->on != FAKE_VCPU) {
			call->b = one->addr;
			break;
		}
		memcpy(&call->b, (const void *)(uintptr_t)one->addr,
		       (one->id & KVM_REG_SIZE_MASK) == KVM_REG_SIZE_U32 ? 4 : 8);
		break;
	case KVM_ARM_VCPU_INIT:
		call->a = ((const struct kvm_vcpu_init *)arg)->target;
		call->b = ((const struct kvm_vcpu_init *)arg)->features[0];
		break;
	case KVM_CREATE_DEVICE:
		call->a = ((const struct kvm_create_device *)arg)->type;
		call->b = ((const struct kvm_create_device *)arg)->flags;
		break;
	default: call->a = (uintptr_t)arg;
	}
}

static int log_add(struct fake_call call)
{
	if (!log_entries)
		log_entries = calloc(LOG_MAX, sizeof(*log_entries));
	if (log_count < LOG_MAX)
		log_entries[log_count++] = call;
	return call.result;
}

int sys_open(const char *path)
{
	int ret;

	fake_lock();
	ret = call_begin(FAKE_LOG_OPEN);
	if (!ret && open_error)
		ret = -open_error;
	if (!ret)
		ret = strcmp(path, "/dev/kvm") ? -ENOENT : fake_fd_make(FAKE_KVM, NULL, NULL);
	log_add((struct fake_call){ .request = FAKE_LOG_OPEN, .vcpu = -1, .result = ret });
	fake_unlock();
	return ret;
}

static int dispatch(const struct fake_fd *f, unsigned long request, void *arg)
{
	if (f->vm && f->vm->dead)
		return -EIO;
	switch (f->kind) {
	case FAKE_KVM: return fake_kvm_ioctl(request, arg);
	case FAKE_VM: return fake_vm_ioctl(f->vm, request, arg);
	case FAKE_VCPU: return fake_vcpu_ioctl(f->vcpu, request, arg);
	default:
		if (request != KVM_SET_DEVICE_ATTR && request != KVM_GET_DEVICE_ATTR &&
		    request != KVM_HAS_DEVICE_ATTR)
			return -ENOTTY;
		return f->kind == FAKE_ITS ? fake_its_attr(f->vm, request, arg)
					   : fake_vgic_attr(f->vm, request, arg);
	}
}

int sys_ioctl(int fd, unsigned long request, void *arg)
{
	struct fake_call call = { .request = request, .vcpu = -1 };
	struct fake_fd *f, copy;
	int ret;

	fake_lock();
	f = fd_get(fd);
	ret = call_begin(request);
	if (!f)
		ret = -EBADF;
	if (f) {
		copy = *f; /* the table may move while the call makes fds or waits */
		call.on = copy.kind;
		call.vcpu = copy.vcpu ? (int)copy.vcpu->id : -1;
	}
	if (!ret)
		ret = dispatch(&copy, request, arg);
	call.result = ret;
	log_details(&call, arg);
	log_add(call);
	fake_unlock();
	return ret;
}

int sys_map(int fd, size_t size, void **out)
{
	struct fake_fd *f;
	int ret;

	fake_lock();
	f = fd_get(fd);
	ret = call_begin(FAKE_LOG_MAP);
	if (!f)
		ret = -EBADF;
	if (!ret && (f->kind != FAKE_VCPU || size > FAKE_RUN_SIZE))
		ret = -ENODEV;
	for (unsigned i = 0; !ret && i < MAPPINGS; i++) {
		if (mapping[i])
			continue;
		mapping[i] = *out = f->vcpu->run;
		break;
	}
	log_add((struct fake_call){
		.request = FAKE_LOG_MAP, .a = size, .vcpu = -1, .result = ret });
	fake_unlock();
	return ret;
}

void sys_unmap(void *addr, size_t size)
{
	bool known = false;

	(void)size;
	fake_lock();
	for (unsigned i = 0; i < MAPPINGS && !known; i++) {
		known = mapping[i] == addr && addr;
		if (known)
			mapping[i] = NULL;
	}
	misuses += !known;
	fake_unlock();
}

void sys_close(int fd)
{
	struct fake_fd *f;

	fake_lock();
	f = fd_get(fd);
	log_add((struct fake_call){ .request = FAKE_LOG_CLOSE,
				    .on = f ? f->kind : FAKE_NONE,
				    .vcpu = -1,
				    .a = (uint64_t)fd });
	if (f)
		f->open = false;
	fake_unlock();
}

uint16_t sys_zero_block(void)
{
	return 64;
}
