// SPDX-License-Identifier: BSD-2-Clause
// The KVM in memory: what it counts of a vCPU, in a file of the kernel's shape.
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fake/fake_state.h"

#define NAME_SIZE 48
#define DESC_SIZE (sizeof(struct kvm_stats_desc) + NAME_SIZE)
#define BUCKETS 32

/* In the kernel's order, a histogram among them. */
static const struct {
	const char *name;
	unsigned size; /* values */
	int value; /* index in fake_vcpu.stat; -1: zeros */
} stats[] = {
	{ "halt_successful_poll", 1, -1 },	 { "halt_wait_hist", BUCKETS, -1 },
	{ "hvc_exit_stat", 1, FAKE_STAT_HVC },	 { "wfi_exit_stat", 1, FAKE_STAT_WFI },
	{ "mmio_exit_user", 1, FAKE_STAT_MMIO }, { "exits", 1, FAKE_STAT_EXITS },
};
#define STATS (sizeof(stats) / sizeof(stats[0]))

int fake_stats_fd(const struct fake_vcpu *vcpu)
{
	const struct kvm_stats_header header = {
		.name_size = NAME_SIZE,
		.num_desc = STATS,
		.id_offset = sizeof(header),
		.desc_offset = sizeof(header) + NAME_SIZE,
		.data_offset = sizeof(header) + NAME_SIZE + STATS * DESC_SIZE,
	};
	uint8_t file[4096] = { 0 };
	uint32_t offset = 0;
	int fd;

	if (!fake_cap(vcpu->vm, KVM_CAP_BINARY_STATS_FD))
		return -ENOTTY;
	memcpy(file, &header, sizeof(header));
	for (unsigned i = 0; i < STATS; i++) {
		uint8_t *at = file + header.desc_offset + i * DESC_SIZE;
		const struct kvm_stats_desc desc = { .size = (uint16_t)stats[i].size,
						     .offset = offset };

		memcpy(at, &desc, sizeof(desc));
		strcpy((char *)at + sizeof(desc), stats[i].name);
		if (stats[i].value >= 0)
			memcpy(file + header.data_offset + offset, &vcpu->stat[stats[i].value], 8);
		offset += stats[i].size * 8;
	}
	fd = memfd_create("stats", MFD_CLOEXEC);
	if (fd < 0 || write(fd, file, sizeof(file)) != (ssize_t)sizeof(file))
		return -ENFILE;
	return fd;
}

void fake_stat(unsigned id, enum fake_stat which, uint64_t value)
{
	struct fake_vcpu *vcpu = fake_vcpu_by_id(fake_vm_current(), id);

	if (vcpu)
		vcpu->stat[which] = value;
}
