/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel as kvm/ sees it: the only way out of this layer. tests/fake/ is the other
 * implementation.
 */
#ifndef KVM_SYS_H
#define KVM_SYS_H

#include <stddef.h>
#include <stdint.h>

/* Open PATH read-write, close-on-exec. Returns the fd or -errno of open(2). */
int sys_open(const char *path);

/*
 * ioctl(2). ARG is a pointer or, for requests that take a number, that number cast. Returns >= 0 or
 * -errno.
 */
int sys_ioctl(int fd, unsigned long request, void *arg);

/* Map SIZE bytes of FD shared, readable and writable, to *OUT. Returns 0 or -errno of mmap(2). */
int sys_map(int fd, size_t size, void **out);

void sys_unmap(void *addr, size_t size);
void sys_close(int fd);

/* Bytes that DC ZVA clears, as DCZID_EL0 says; 0: it is not allowed. Guests have the same. */
uint16_t sys_zero_block(void);

#endif
