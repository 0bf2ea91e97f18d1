// SPDX-License-Identifier: BSD-2-Clause
// KVM's binary statistics.
#include "kvm/stats.h"

#include <errno.h>
#include <linux/kvm.h>
#include <string.h>
#include <unistd.h>

#include "kvm/sys.h"
#include "kvm/vcpu.h"

#define VALUE_ONE 1 /* histograms have more values, and are passed over */

/* N bytes at AT; 0 or -errno. */
static int read_all(int fd, void *buf, size_t n, uint64_t at)
{
	const ssize_t got = pread(fd, buf, n, (off_t)at);

	return got == (ssize_t)n ? 0 : got < 0 ? -errno : -EINVAL;
}

static int read_each(int fd, void (*fn)(void *arg, const char *name, uint64_t value), void *arg)
{
	struct kvm_stats_header header;
	int ret = read_all(fd, &header, sizeof(header), 0);

	for (uint32_t i = 0; !ret && i < header.num_desc; i++) {
		const uint64_t each = sizeof(struct kvm_stats_desc) + header.name_size;
		struct kvm_stats_desc desc;
		char name[STATS_NAME] = "";
		uint64_t value;

		ret = read_all(fd, &desc, sizeof(desc), header.desc_offset + i * each);
		if (!ret)
			ret = read_all(fd, name,
				       header.name_size < sizeof(name) ? header.name_size
								       : sizeof(name) - 1,
				       header.desc_offset + i * each + sizeof(desc));
		if (!ret)
			ret = read_all(fd, &value, sizeof(value), header.data_offset + desc.offset);
		if (!ret && desc.size == VALUE_ONE)
			fn(arg, name, value);
	}
	return ret;
}

int stats_each(const struct vcpu *vcpu, void (*fn)(void *arg, const char *name, uint64_t value),
	       void *arg)
{
	const int fd = sys_ioctl(vcpu->fd, KVM_GET_STATS_FD, NULL);
	int ret;

	if (fd < 0)
		return fd;
	ret = read_each(fd, fn, arg);
	close(fd);
	return ret;
}
