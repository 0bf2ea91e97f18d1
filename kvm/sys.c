// SPDX-License-Identifier: BSD-2-Clause
// The real kernel behind kvm/sys.h.
#include "kvm/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int sys_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int sys_ioctl(int fd, unsigned long request, void *arg)
{
	/* ioctl(3)'s prototype differs between C libraries, syscall(2)'s does not. */
	long ret = syscall(SYS_ioctl, fd, request, arg);

	return ret < 0 ? -errno : (int)ret;
}

int sys_map(int fd, size_t size, void **out)
{
	void *addr = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (addr == MAP_FAILED)
		return -errno;
	*out = addr;
	return 0;
}

void sys_unmap(void *addr, size_t size)
{
	munmap(addr, size);
}

void sys_close(int fd)
{
	close(fd);
}
