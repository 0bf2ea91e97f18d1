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

/* KVM_RUN goes through here at every exit; the C library's variadic ioctl() costs 50 instructions more. */
int sys_ioctl(int fd, unsigned long request, void *arg)
{
	register long number __asm__("x8") = SYS_ioctl;
	register long ret __asm__("x0") = fd;
	register unsigned long x1 __asm__("x1") = request;
	register void *x2 __asm__("x2") = arg;

	__asm__ volatile("svc 0" : "+r"(ret) : "r"(number), "r"(x1), "r"(x2) : "memory", "cc");
	return (int)ret;
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

uint16_t sys_zero_block(void)
{
	uint64_t id;

	__asm__("mrs %0, dczid_el0" : "=r"(id));
	return id & 1 << 4 ? 0 : (uint16_t)(4 << (id & 15));
}
