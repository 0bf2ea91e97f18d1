// SPDX-License-Identifier: BSD-2-Clause
// Self-test of kvm/ on a real kernel. Prints real:ROW<TAB>ok|fail<TAB>detail, a line for each row; exits with the number of failures.
#include "kvm/coalesce.h"
#include "kvm/dcache.h"
#include "kvm/devaddr.h"
#include "kvm/guestdebug.h"
#include "kvm/hostcpu.h"
#include "kvm/insn/onereg.h"
#include "kvm/insn/step.h"
#include "kvm/mpstate.h"
#include "kvm/reglist.h"
#include "kvm/regname.h"
#include "kvm/sys.h"
#include "kvm/vcpu.h"
#include "kvm/vm.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PSCI (1u << KVM_ARM_VCPU_PSCI_0_2)
#define OFF (1u << KVM_ARM_VCPU_POWER_OFF)
#define PMU (1u << KVM_ARM_VCPU_PMU_V3)
#define MIDR ARM64_SYS_REG(3, 0, 0, 0, 0)
#define SCTLR ARM64_SYS_REG(3, 0, 1, 0, 0)
#define VBAR ARM64_SYS_REG(3, 0, 12, 0, 0)
#define TPIDR ARM64_SYS_REG(3, 0, 13, 0, 4)

#define VCPUS 2

static struct vm vm;
static struct vcpu vcpu[VCPUS];
static struct kvm_vcpu_init init;
static char detail[160];

/* A row is a list of these; the first that does not hold ends it. */
#define NEED(what)                                                                                 \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			snprintf(detail, sizeof(detail), "line %d: %s", __LINE__, #what);          \
			return false;                                                              \
		}                                                                                  \
	} while (0)
#define NEED_IS(got, want)                                                                         \
	do {                                                                                       \
		long long got_ = (long long)(got), want_ = (long long)(want);                      \
		if (got_ != want_) {                                                               \
			snprintf(detail, sizeof(detail), "line %d: %s is %lld, not %lld",          \
				 __LINE__, #got, got_, want_);                                     \
			return false;                                                              \
		}                                                                                  \
	} while (0)

/* A row that this host cannot try. */
static bool absent(const char *what)
{
	snprintf(detail, sizeof(detail), "not here: %s", what);
	return true;
}

static bool start_all(uint32_t features)
{
	init.features[0] = PSCI | features;
	for (unsigned i = 0; i < VCPUS; i++)
		NEED_IS(vcpu_init(&vcpu[i], &init), 0);
	return true;
}

static bool vcpu_init_row(void)
{
	uint64_t value;

	init.features[0] = PSCI;
	NEED_IS(vcpu_init(&vcpu[0], &init), 0);
	init.features[0] = PSCI | OFF;
	NEED_IS(vcpu_init(&vcpu[1], &init), 0);
	NEED_IS(vcpu_reg_set64(&vcpu[0], VCPU_CORE_REG(regs.pc), 0x40000000), 0);
	NEED_IS(vcpu_init(&vcpu[0], &vcpu[0].init), 0);
	NEED_IS(vcpu_reg_get(&vcpu[0], VCPU_CORE_REG(regs.pc), &value), 0);
	NEED_IS(value, 0);
	NEED_IS(vcpu_reg_get(&vcpu[0], VCPU_CORE_REG(regs.pstate), &value), 0);
	NEED_IS(value, 0x3c5);
	return true;
}

static bool unknown_bit_row(void)
{
	for (int word = 0; word < 7; word++) {
		memset(init.features, 0, sizeof(init.features));
		init.features[0] = PSCI;
		init.features[word] |= 1u << 31;
		NEED_IS(vcpu_init(&vcpu[0], &init), -ENOENT);
	}
	return true;
}

static bool other_features_row(void)
{
	if (!vm_cap(&vm, KVM_CAP_ARM_PMU_V3))
		return absent("PMU");
	if (!start_all(PMU))
		return false;
	init.features[0] = PSCI;
	NEED_IS(vcpu_init(&vcpu[0], &init), -EINVAL);
	NEED_IS(vcpu[0].init.features[0], PSCI | PMU);
	return true;
}

static bool sve_row(void)
{
	int feature = KVM_ARM_VCPU_SVE;
	uint64_t value;

	if (!vm_cap(&vm, KVM_CAP_ARM_SVE))
		return absent("SVE");
	if (!start_all(1u << KVM_ARM_VCPU_SVE))
		return false;
	NEED_IS(vcpu_init(&vcpu[0], &vcpu[0].init), 0);
	NEED_IS(sys_ioctl(vcpu[0].fd, KVM_ARM_VCPU_FINALIZE, &feature), -EPERM);
	NEED_IS(vcpu_reg_get(&vcpu[0], ARM64_SYS_REG(3, 0, 0, 4, 0), &value), 0);
	NEED_IS(value >> 32 & 15, 1);
	return true;
}

static struct devaddr record(int region, int fd, uint64_t attr, uint64_t ormask)
{
	return (struct devaddr){
		.region = region,
		.dev_fd = fd,
		.group = KVM_DEV_ARM_VGIC_GRP_ADDR,
		.attr = attr,
		.legacy_id = (uint64_t)KVM_ARM_DEVICE_VGIC_V2 << KVM_ARM_DEVICE_ID_SHIFT | attr,
		.ormask = ormask,
	};
}

static bool address_is(int fd, uint64_t attr, uint64_t expected)
{
	uint64_t address = 0;
	struct kvm_device_attr get = { .group = KVM_DEV_ARM_VGIC_GRP_ADDR,
				       .attr = attr,
				       .addr = (uintptr_t)&address };

	NEED_IS(sys_ioctl(fd, KVM_GET_DEVICE_ATTR, &get), 0);
	NEED_IS(address, expected);
	return true;
}

static bool devaddr_on(int fd, bool v3)
{
	uint64_t dist = v3 ? KVM_VGIC_V3_ADDR_TYPE_DIST : KVM_VGIC_V2_ADDR_TYPE_DIST;
	struct devaddr_list list = { .count = 0 };
	const struct devaddr *failed;
	struct devaddr entry;

	entry = record(0, fd, dist, 0);
	NEED_IS(devaddr_register(&list, &entry), 0);
	devaddr_map(&list, 0, 0x1000800); /* KVM would refuse it: it is never told */
	entry = v3 ? record(1, fd, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, 1ull << 52)
		   : record(1, fd, KVM_VGIC_V2_ADDR_TYPE_CPU, 0);
	NEED_IS(devaddr_register(&list, &entry), 0);
	if (v3) {
		entry = record(2, fd, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, 1ull << 52 | 1);
		NEED_IS(devaddr_register(&list, &entry), 0);
		devaddr_map(&list, 2, 0xa000000);
	}
	devaddr_map(&list, 1, 0x9000000);
	devaddr_unmap(&list, 0);
	devaddr_map(&list, 0, 0x8000000);
	NEED_IS(devaddr_commit(&list, &vm, &failed), 0);
	if (!address_is(fd, dist, 0x8000000))
		return false;
	NEED_IS(devaddr_commit(&list, &vm, &failed), 0); /* the second does nothing */
	list.committed = false;
	NEED_IS(devaddr_commit(&list, &vm, &failed), -EEXIST);
	NEED(failed == &list.entry[0]);
	return true;
}

static bool devaddr_row(void)
{
	bool v3 = vm_device_offered(&vm, KVM_DEV_TYPE_ARM_VGIC_V3);
	struct kvm_create_device device = { .type = v3 ? KVM_DEV_TYPE_ARM_VGIC_V3
						       : KVM_DEV_TYPE_ARM_VGIC_V2 };
	bool ok;

	NEED_IS(sys_ioctl(vm.fd, KVM_CREATE_DEVICE, &device), 0);
	ok = devaddr_on((int)device.fd, v3);
	sys_close((int)device.fd);
	return ok;
}

static bool legacy_row(void)
{
	struct devaddr entry[] = { record(0, -1, KVM_VGIC_V2_ADDR_TYPE_DIST, 0),
				   record(1, -1, KVM_VGIC_V2_ADDR_TYPE_CPU, 0) };
	struct devaddr_list list = { .count = 0 };
	const struct devaddr *failed;

	NEED_IS(devaddr_register(&list, &entry[0]), 0);
	NEED_IS(devaddr_register(&list, &entry[1]), 0);
	devaddr_map(&list, 0, 0x8000000);
	devaddr_map(&list, 1, 0x8010000);
	if (!vm_device_offered(&vm, KVM_DEV_TYPE_ARM_VGIC_V2)) {
		NEED_IS(devaddr_commit(&list, &vm, &failed), -ENODEV);
		return absent("GICv2");
	}
	NEED_IS(sys_ioctl(vm.fd, KVM_CREATE_IRQCHIP, NULL), 0);
	NEED_IS(devaddr_commit(&list, &vm, &failed), 0);
	list.committed = false;
	NEED_IS(devaddr_commit(&list, &vm, &failed), -EEXIST);
	return true;
}

static struct reglist list;

static bool list_start(void)
{
	if (!start_all(0))
		return false;
	NEED_IS(reglist_init(&list, &vcpu[0]), 0);
	return true;
}

static bool reglist_init_row(void)
{
	unsigned u32 = 0;
	uint64_t value;

	NEED_IS(reglist_init(&list, &vcpu[0]), -ENOEXEC);
	if (!list_start())
		return false;
	for (unsigned i = 0; i < list.count; i++) {
		NEED(i == 0 || list.id[i - 1] < list.id[i]);
		NEED(reglist_syncs(list.id[i]));
		u32 += (list.id[i] & KVM_REG_SIZE_MASK) == KVM_REG_SIZE_U32;
	}
	NEED(u32 > 0);
	NEED(reglist_get(&list, MIDR, &value) && value != 0);
	snprintf(detail, sizeof(detail), "%u registers, %u of them U32", list.count, u32);
	return true;
}

static bool levels_row(void)
{
	uint64_t now;

	if (!list_start())
		return false;
	NEED(reglist_set(&list, KVM_REG_ARM_TIMER_CNT, 1ull << 60));
	NEED(reglist_push(&list, &vcpu[0], REG_RUNTIME, NULL));
	NEED(reglist_push(&list, &vcpu[0], REG_RESET, NULL));
	NEED_IS(vcpu_reg_get(&vcpu[0], KVM_REG_ARM_TIMER_CNT, &now), 0);
	NEED(now < 1ull << 59);
	NEED(reglist_push(&list, &vcpu[0], REG_FULL, NULL));
	NEED_IS(vcpu_reg_get(&vcpu[0], KVM_REG_ARM_TIMER_CNT, &now), 0);
	NEED(now >= 1ull << 60);
	return true;
}

static bool push_row(void)
{
	struct reglist_failures failures;
	uint64_t midr, value;
	char name[40];

	if (!list_start())
		return false;
	NEED(reglist_push(&list, &vcpu[0], REG_RESET, &failures));
	NEED(reglist_get(&list, MIDR, &midr));
	NEED(reglist_set(&list, MIDR, midr ^ 0xf));
	NEED(reglist_set(&list, TPIDR, 0x1122334455667788));
	NEED(!reglist_push(&list, &vcpu[0], REG_RESET, &failures));
	NEED_IS(failures.count, 1);
	NEED_IS(failures.first[0].error, -EINVAL);
	regname_format(failures.first[0].id, name, sizeof(name));
	NEED(strcmp(name, "MIDR_EL1") == 0);
	NEED_IS(vcpu_reg_get(&vcpu[0], TPIDR, &value), 0);
	NEED_IS(value, 0x1122334455667788);
	return true;
}

static bool pull_row(void)
{
	struct vcpu gone = { .fd = -1 };
	struct reglist_failures failures;
	uint64_t value;

	if (!list_start())
		return false;
	NEED_IS(vcpu_reg_set64(&vcpu[0], VBAR, 0x47f00000), 0);
	NEED(reglist_pull(&list, &vcpu[0], &failures));
	NEED_IS(failures.count, 0);
	NEED(reglist_get(&list, VBAR, &value));
	NEED_IS(value, 0x47f00000);
	NEED(!reglist_pull(&list, &gone, &failures));
	NEED_IS(failures.count, list.count);
	NEED(reglist_get(&list, VBAR, &value));
	NEED_IS(value, 0x47f00000);
	return true;
}

static bool counts(uint64_t id)
{
	return id == KVM_REG_ARM_TIMER_CNT || id == KVM_REG_ARM_PTIMER_CNT;
}

static bool reset_row(void)
{
	struct reglist fresh;
	enum psci_power power;
	bool same = true;
	uint64_t value;
	int ptimer;

	if (!list_start())
		return false;
	NEED_IS(reglist_init(&fresh, &vcpu[0]), 0);
	NEED_IS(vcpu_reg_set64(&vcpu[0], SCTLR, 0x30d0198d), 0);
	NEED_IS(vcpu_reg_set64(&vcpu[0], VBAR, 0x47f00000), 0);
	NEED_IS(vcpu_reg_set64(&vcpu[0], KVM_REG_ARM_TIMER_CVAL, 99), 0);
	ptimer = vcpu_reg_set64(&vcpu[0], KVM_REG_ARM_PTIMER_CVAL, 99);
	NEED(ptimer == 0 || ptimer == -ENOENT); /* before 6.4 */
	NEED(reglist_pull(&list, &vcpu[0], NULL));
	NEED(reglist_set(&list, TPIDR, 77));
	NEED_IS(reglist_vcpu_reset(&list, &vcpu[0], true), 0);
	NEED_IS(mpstate_pull(&vcpu[0], &power, true), 0);
	NEED_IS(power, PSCI_POWER_OFF);
	NEED_IS(reglist_vcpu_reset(&list, &vcpu[0], false), 0);
	NEED_IS(mpstate_pull(&vcpu[0], &power, true), 0);
	NEED_IS(power, PSCI_POWER_ON);
	NEED_IS(list.count, fresh.count);
	for (unsigned i = 0; i < list.count && same; i++) {
		char name[40];

		NEED_IS(vcpu_reg_get(&vcpu[0], list.id[i], (value = 0, &value)), 0);
		if (counts(list.id[i]) ||
		    (list.value[i] == fresh.value[i] && list.value[i] == value))
			continue;
		regname_format(list.id[i], name, sizeof(name));
		snprintf(detail, sizeof(detail), "%s is 0x%llx, was 0x%llx", name,
			 (unsigned long long)value, (unsigned long long)fresh.value[i]);
		same = false;
	}
	if (same)
		snprintf(detail, sizeof(detail), "PTIMER_CVAL %s",
			 ptimer ? "is not to be reached" : "too");
	return same;
}

static bool scratch_row(void)
{
	struct kvm_vcpu_init scratch = { .target = HOSTCPU_TARGET_PREFERRED, .features = { PSCI } };
	int next = dup(0), after, fds[3];

	close(next);
	NEED_IS(hostcpu_scratch_create(hostcpu_targets_64, fds, &scratch), 0);
	NEED(scratch.target != HOSTCPU_TARGET_PREFERRED);
	NEED_IS(scratch.features[0], PSCI);
	NEED(fds[0] < fds[1] && fds[1] < fds[2]);
	NEED_IS(sys_ioctl(fds[0], KVM_GET_API_VERSION, NULL), KVM_API_VERSION);
	NEED(sys_ioctl(fds[1], KVM_CHECK_EXTENSION, (void *)KVM_CAP_NR_MEMSLOTS) > 0);
	hostcpu_scratch_destroy(fds);
	scratch.target = 77;
	NEED_IS(hostcpu_scratch_create(NULL, fds, &scratch), -EINVAL);
	after = dup(0);
	close(after);
	NEED_IS(after, next);
	return true;
}

static bool hostcpu_row(void)
{
	static struct hostcpu host;
	char text[80];

	NEED_IS(hostcpu_read(&host), 0);
	NEED(strcmp(host.dtb_compatible, "arm,armv8") == 0);
	NEED_IS(host.target, init.target);
	NEED(host.id_count > 20);
	NEED_IS(host.id[0].id, MIDR);
	regname_decode(host.id[0].id, host.id[0].value, text, sizeof(text));
	for (unsigned i = 0; i < host.id_count; i++)
		if (host.id[i].id == regname_find("ID_AA64PFR0_EL1"))
			NEED_IS(host.id[i].value >> 32 & 15, !!(host.features & HOSTCPU_SVE));
	snprintf(detail, sizeof(detail), "%s, features %#x, %u ID registers", text, host.features,
		 host.id_count);
	return true;
}

static bool mpstate_row(void)
{
	enum psci_power power = PSCI_POWER_SUSPENDED;
	bool supported = vm_cap(&vm, KVM_CAP_MP_STATE);

	if (!start_all(0))
		return false;
	NEED(supported);
	NEED_IS(mpstate_push(&vcpu[1], PSCI_POWER_OFF, false), 0);
	NEED_IS(mpstate_pull(&vcpu[1], &power, supported), 0);
	NEED_IS(power, PSCI_POWER_ON);
	for (enum psci_power p = PSCI_POWER_ON; p <= PSCI_POWER_SUSPENDED; p++) {
		NEED_IS(mpstate_push(&vcpu[1], p, supported), 0);
		NEED_IS(mpstate_pull(&vcpu[1], &power, supported), 0);
		NEED_IS(power, p);
	}
	return true;
}

static bool regname_row(void)
{
	char name[40];

	if (!list_start())
		return false;
	for (unsigned i = 0; i < list.count; i++) {
		regname_format(list.id[i], name, sizeof(name));
		NEED_IS(regname_find(name), list.id[i]);
		/* All but the ID space's reserved places have names of their own. */
		if (name[0] == 'S' && name[2] == '_' && (list.id[i] & 0xff80) != 0xc000) {
			snprintf(detail, sizeof(detail), "%s has no name", name);
			return false;
		}
	}
	return true;
}

#define RAM 0x40000000u
#define PORT 0x9000000u

static uint64_t next_number;
static bool in_order;

static void take(void *arg, uint64_t gpa, const void *data, unsigned len)
{
	uint32_t number;

	(void)arg;
	memcpy(&number, data, sizeof(number));
	in_order = in_order && gpa == PORT && len == 4 && number == next_number;
	next_number++;
}

/* Run to the next store that exits, what waits in the ring first. Returns the number of those, -1: something else. */
static int run_to_exit(struct coalesce *c)
{
	struct kvm_run *run = vcpu[0].run;
	unsigned taken;

	if (vcpu_run(&vcpu[0]) || run->exit_reason != KVM_EXIT_MMIO || !run->mmio.is_write)
		return -1;
	taken = coalesce_drain(c, take, NULL);
	take(NULL, run->mmio.phys_addr, run->mmio.data, run->mmio.len);
	return (int)taken;
}

static bool coalesce_row(void)
{
	static const uint32_t code[] = { 0xb9000001 /* str w1, [x0] */,
					 0x11000421 /* add w1, w1, #1 */, 0x17fffffe /* b */ };
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *ram = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct coalesce c;

	NEED(ram != MAP_FAILED);
	memcpy(ram, code, sizeof(code));
	if (!start_all(0))
		return false;
	NEED_IS(vm_memory_add(&vm, RAM, page, ram, false), 0);
	coalesce_init(&c, &vm, &vcpu[0]);
	if (!c.ring)
		return absent("coalesced MMIO");
	NEED_IS(coalesce_add(&c, &vm, PORT, 4), 0);
	NEED_IS(vcpu_reg_set64(&vcpu[0], VCPU_CORE_REG(regs.pc), RAM), 0);
	NEED_IS(vcpu_reg_set64(&vcpu[0], VCPU_CORE_REG(regs.regs[0]), PORT), 0);

	next_number = 0;
	in_order = true;
	for (unsigned i = 0; i < 2 * c.max; i++)
		NEED_IS(run_to_exit(&c), 0); /* armed: every store exits */
	for (unsigned i = 0; i < 2 * c.max; i++) {
		coalesce_disarm(&c);
		NEED(run_to_exit(&c) >= (int)c.max / 2 - 1); /* until the ring is full */
		coalesce_arm(&c);
		NEED_IS(run_to_exit(&c), 0);
	}
	NEED(in_order);
	snprintf(detail, sizeof(detail), "%llu stores", (unsigned long long)next_number);
	munmap(ram, page);
	return true;
}

/* --- break, watch, step ------------------------------------------------------------------------ */

#define CODE_PAGE 0x10000u
#define BRK_ESR(n) (0xf2000000u | (n))

static uint8_t *guest;

/* A guest of CODE, and the first vCPU at its beginning. */
static bool guest_start(const uint32_t *code, size_t size)
{
	guest = mmap(NULL, CODE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	NEED(guest != MAP_FAILED);
	memcpy(guest, code, size);
	dcache_flush(guest, size);
	__builtin___clear_cache((char *)guest, (char *)guest + size);
	if (!start_all(0))
		return false;
	NEED_IS(vm_memory_add(&vm, RAM, CODE_PAGE, guest, false), 0);
	NEED_IS(vcpu_reg_set64(&vcpu[0], VCPU_CORE_REG(regs.pc), RAM), 0);
	return true;
}

static uint64_t reg(unsigned n)
{
	uint64_t value = 0;

	vcpu_reg_get(&vcpu[0], VCPU_CORE_REG(regs.regs[0]) + 2 * n, &value);
	return value;
}

static uint64_t pc(void)
{
	uint64_t value = 0;

	vcpu_reg_get(&vcpu[0], VCPU_CORE_REG(regs.pc), &value);
	return value - RAM;
}

/* Run to the next KVM_EXIT_DEBUG; reads of devices give 77. */
static struct guestdebug_exit debug_run(void)
{
	struct kvm_run *run = vcpu[0].run;

	do {
		if (vcpu_run(&vcpu[0]))
			return (struct guestdebug_exit){ 0 };
		if (run->exit_reason == KVM_EXIT_MMIO)
			memcpy(run->mmio.data, (uint8_t[8]){ 77 }, 8);
	} while (run->exit_reason == KVM_EXIT_MMIO);
	return run->exit_reason == KVM_EXIT_DEBUG ? guestdebug_exit_of(run)
						  : (struct guestdebug_exit){ 0 };
}

static bool points_row(void)
{
	static const uint32_t code[] = {
		0xd503201f, /* nop */
		0xd503201f, 0xf9000041, /* str x1, [x2] */
		0xb9400064, /* ldr w4, [x3], of a device */
		0xd42000e0, /* brk #7 */
	};
	struct guestdebug_points points = { 0 };
	struct guestdebug_exit exit;

	if (!guest_start(code, sizeof(code)))
		return false;
	vcpu_reg_set64(&vcpu[0], VCPU_CORE_REG(regs.regs[2]), RAM + 0x1000);
	vcpu_reg_set64(&vcpu[0], VCPU_CORE_REG(regs.regs[3]), PORT);
	NEED_IS(guestdebug_break_add(&points, RAM + 4, 4), 0);
	NEED_IS(guestdebug_watch_add(&points, RAM + 0x1004, 4, GUESTDEBUG_WRITE), 0);
	NEED_IS(guestdebug_points_set(&vcpu[0], &points), 0);
	NEED_IS(debug_run().cause, GUESTDEBUG_HARD);
	NEED_IS(pc(), 4);
	/* Over the point, which is off meanwhile. */
	NEED_IS(guestdebug_points_set(&vcpu[0], NULL), 0);
	NEED_IS(guestdebug_step_set(&vcpu[0], GUESTDEBUG_PERSON, true), 0);
	NEED_IS(debug_run().cause, GUESTDEBUG_STEPPED);
	NEED_IS(pc(), 8);
	NEED_IS(guestdebug_points_set(&vcpu[0], &points), 0);
	exit = debug_run();
	NEED_IS(exit.cause, GUESTDEBUG_WATCH);
	NEED(exit.write);
	NEED(exit.address >= RAM + 0x1000 && exit.address < RAM + 0x1008);
	NEED_IS(pc(), 8);
	NEED_IS(guestdebug_points_set(&vcpu[0], NULL), 0);
	NEED_IS(debug_run().cause, GUESTDEBUG_STEPPED);
	NEED_IS(pc(), 12);
	/* An access to a device is one step, too. */
	NEED_IS(debug_run().cause, GUESTDEBUG_STEPPED);
	NEED_IS(pc(), 16);
	NEED_IS(reg(4), 77);
	NEED_IS(guestdebug_step_set(&vcpu[0], GUESTDEBUG_PERSON, false), 0);
	points = (struct guestdebug_points){ .soft = true };
	NEED_IS(guestdebug_points_set(&vcpu[0], &points), 0);
	exit = debug_run();
	NEED_IS(exit.cause, GUESTDEBUG_SOFT);
	NEED_IS(exit.esr, BRK_ESR(7));
	NEED_IS(pc(), 16);
	return true;
}

static void *guest_memory(struct insn_cpu *cpu, uint64_t gpa, bool write)
{
	(void)cpu;
	(void)write;
	return gpa - RAM < CODE_PAGE ? guest + (gpa - RAM) : NULL;
}

/* One instruction without interrupts. */
static bool step_once(void)
{
	static struct onereg o;
	struct step step;

	o = (struct onereg){ 0 };
	onereg_bind(&o, &vcpu[0]);
	o.cpu.memory = guest_memory;
	if (step_begin(&step, &o.cpu)) {
		NEED_IS(insn_push(&o.cpu), 0);
		return true;
	}
	NEED_IS(insn_push(&o.cpu), 0);
	NEED_IS(guestdebug_step_set(&vcpu[0], GUESTDEBUG_PERSON, true), 0);
	NEED_IS(debug_run().cause, GUESTDEBUG_STEPPED);
	NEED_IS(guestdebug_step_set(&vcpu[0], GUESTDEBUG_PERSON, false), 0);
	step_end(&step, &o.cpu, true);
	NEED_IS(insn_push(&o.cpu), 0);
	return true;
}

/* With an interrupt that is pending all the time. */
static bool steps_row(void)
{
	static const uint32_t vectors_at = 0x800, code[] = {
		0xd53b4220, /* mrs x0, daif */
		0xd50342ff, /* msr daifclr, #2 */
		0xd53b4221, /* mrs x1, daif */
		0x100000a4, /* adr x4, 0x20 */
		0xd5184024, /* msr elr_el1, x4 */
		0xd28068a5, /* mov x5, #0x345: EL1h, I open */
		0xd5184005, /* msr spsr_el1, x5 */
		0xd69f03e0, /* eret */
		0xd53b4226, /* mrs x6, daif */
		0xd5384007, /* mrs x7, spsr_el1 */
		0xd4000001, /* svc #0 */
		[0xa00 / 4] = 0xd5384008, /* mrs x8, spsr_el1: its vector */
		[0xa80 / 4] = 0xd4200120, /* brk #9: that of interrupts */
	};
	struct kvm_irq_level irq = { .irq = KVM_ARM_IRQ_TYPE_CPU << KVM_ARM_IRQ_TYPE_SHIFT |
					    KVM_ARM_IRQ_CPU_IRQ,
				     .level = 1 };
	static const struct guestdebug_points soft = { .soft = true };

	if (!guest_start(code, sizeof(code)))
		return false;
	NEED_IS(vcpu_reg_set64(&vcpu[0], VBAR, RAM + vectors_at), 0);
	NEED_IS(sys_ioctl(vm.fd, KVM_IRQ_LINE, &irq), 0);
	for (unsigned i = 1; i <= 10; i++) {
		if (!step_once())
			return false;
		NEED_IS(pc(), 4 * i);
	}
	if (!step_once())
		return false;
	NEED_IS(pc(), vectors_at + 0x200);
	if (!step_once())
		return false;
	NEED_IS(reg(0), 0x3c0);
	NEED_IS(reg(1), 0x340);
	NEED_IS(reg(6), 0x340);
	NEED_IS(reg(7), 0x345);
	NEED_IS(reg(8) & 0x3df, 0x345);
	/* And one that is not stepped is interrupted. */
	NEED_IS(vcpu_reg_set64(&vcpu[0], VCPU_CORE_REG(regs.pc), RAM), 0);
	NEED_IS(vcpu_reg_set64(&vcpu[0], VCPU_CORE_REG(regs.pstate), 0x345), 0);
	NEED_IS(guestdebug_points_set(&vcpu[0], &soft), 0);
	NEED_IS(debug_run().esr, BRK_ESR(9));
	NEED_IS(pc(), vectors_at + 0x280);
	return true;
}

static const struct {
	const char *name;
	bool (*check)(void);
} rows[] = {
	{ "vcpu_init", vcpu_init_row },
	{ "vcpu_init_unknown_bit", unknown_bit_row },
	{ "vcpu_init_other_features", other_features_row },
	{ "vcpu_init_sve", sve_row },
	{ "devaddr_deferred", devaddr_row },
	{ "devaddr_legacy", legacy_row },
	{ "reglist_init", reglist_init_row },
	{ "reglist_levels", levels_row },
	{ "reglist_push", push_row },
	{ "reglist_pull", pull_row },
	{ "reglist_reset", reset_row },
	{ "hostcpu_scratch", scratch_row },
	{ "hostcpu_read", hostcpu_row },
	{ "mpstate", mpstate_row },
	{ "regname", regname_row },
	{ "coalesce", coalesce_row },
	{ "debug_points", points_row },
	{ "debug_steps", steps_row },
};

/* Each row has a VM of its own with two vCPUs, not initialised. */
static bool row_run(bool (*check)(void))
{
	const char *step;
	bool ok = true;
	int ret = vm_open(&vm, &step);

	detail[0] = '\0';
	if (ret < 0) {
		snprintf(detail, sizeof(detail), "%s: %s", step, strerror(-ret));
		return false;
	}
	for (unsigned i = 0; i < VCPUS; i++)
		ok = ok && vcpu_create(&vcpu[i], &vm, i) == 0;
	ok = ok && vcpu_target_read(&vm, &init) == 0;
	if (ok)
		ok = check();
	else
		snprintf(detail, sizeof(detail), "no vCPUs");
	for (unsigned i = 0; i < VCPUS; i++)
		vcpu_destroy(&vcpu[i]);
	vm_close(&vm);
	if (guest)
		munmap(guest, CODE_PAGE);
	guest = NULL;
	return ok;
}

int main(void)
{
	int failed = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool ok = row_run(rows[i].check);

		printf("real:%s\t%s\t%s\n", rows[i].name, ok ? "ok" : "fail", detail);
		failed += !ok;
	}
	return failed;
}
