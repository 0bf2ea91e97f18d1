// SPDX-License-Identifier: BSD-2-Clause
// malloc() and free() of the target binary, linked in front of the C library's.
//
// What is allocated is a list of registers at the first reset or probe, and nothing else: a mapping for each
// does, and leaves out 8 KB of allocator. Native builds keep their own, so that leaks are found there.
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Before each allocation: how long its mapping is; as long as the strictest alignment. */
union head {
	size_t size;
	max_align_t align;
};

void *malloc(size_t size)
{
	union head *head;

	if (size > PTRDIFF_MAX - sizeof(*head)) {
		errno = ENOMEM;
		return NULL;
	}
	size += sizeof(*head);
	head = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (head == MAP_FAILED)
		return NULL;
	head->size = size;
	return head + 1;
}

void free(void *p)
{
	union head *head = p;

	if (!p)
		return;
	head--;
	munmap(head, head->size);
}
