// SPDX-License-Identifier: BSD-2-Clause
// What the host offers, asked of KVM; and one kind of core to ask it of.
#include <fcntl.h>
#include <linux/kvm.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "board/board.h"
#include "boot/cause.h"
#include "boot/host.h"
#include "boot/say.h"
#include "boot/size.h"
#include "kvm/hostcpu.h"
#include "kvm/vm.h"

/* MIDR of Linux CPU n, 0 if the kernel does not tell. */
static uint64_t midr_read(const char *folder, unsigned cpu)
{
	char path[128], text[24] = "";
	const char *end;
	uint64_t midr;
	int fd;

	snprintf(path, sizeof(path), "%s/cpu%u/regs/identification/midr_el1", folder, cpu);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = 0;
	close(fd);
	return size_parse(text, &midr, &end) ? 0 : midr;
}

void host_pin(struct host *host, unsigned cpus, const char *folder)
{
	uint64_t midr[CPU_SETSIZE];
	unsigned best = 0, best_count = 0, count = cpus < CPU_SETSIZE ? cpus : CPU_SETSIZE;
	cpu_set_t set;

	for (unsigned i = 0; i < count; i++)
		midr[i] = midr_read(folder, i);
	for (unsigned i = 0; i < count; i++) {
		unsigned same = 0;

		for (unsigned j = 0; j < count; j++)
			same += midr[j] && midr[j] == midr[i];
		if (same > best_count)
			best = i, best_count = same;
	}
	CPU_ZERO(&set);
	for (unsigned i = 0; i < count; i++)
		if (best_count && midr[i] == midr[best])
			CPU_SET(i, &set);
	if (best_count && sched_setaffinity(0, sizeof(set), &set) == 0) {
		host->pinned_cpus = best_count;
		host->pinned_midr = midr[best];
	} else {
		say("warning: this board has unlike cores, and they could not be told apart; if "
		    "KVM refuses a register, run on one kind of core (taskset)");
	}
}

int host_open(struct host *host, struct vm *vm, const struct board *board, const struct tree *tree,
	      struct failure *f)
{
	const char *step = "";
	struct sysinfo info;
	int error;

	host->pinned_cpus = 0;
	if (board->kinds > 1)
		host_pin(host, board->cpus, "/sys/devices/system/cpu");
	error = vm_open(vm, &step);
	if (error)
		return cause_no_kvm(error, step, tree, f);

	host->assumed = false;
	host->page = (uint32_t)getauxval(AT_PAGESZ);
	host->ipa_bits = vm->ipa_bits;
	host->vcpus_max = (unsigned)vm_cap(vm, KVM_CAP_MAX_VCPUS);
	host->gic_v3 = vm_device_offered(vm, KVM_DEV_TYPE_ARM_VGIC_V3);
	host->gic_v2 = vm_device_offered(vm, KVM_DEV_TYPE_ARM_VGIC_V2);
	/* Kernels without the device API have a GICv2 all the same. */
	host->irqchip_only = !host->gic_v3 && !host->gic_v2 && vm_cap(vm, KVM_CAP_IRQCHIP);
	host->gic_v2 |= host->irqchip_only;
	host->its = host->gic_v3 && vm_device_offered(vm, KVM_DEV_TYPE_ARM_VGIC_ITS);
	host->vgic_line = host->gic_v2 || host->gic_v3 ? NULL : cause_no_vgic();
	host->smc = vm_smc_served(vm);
	host->features = hostcpu_features_offered(vm);
	if (sysinfo(&info) == 0) {
		host->memory_free = (uint64_t)info.freeram * info.mem_unit;
		host->memory_total = (uint64_t)info.totalram * info.mem_unit;
	}
	return 0;
}
