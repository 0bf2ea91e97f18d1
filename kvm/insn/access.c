// SPDX-License-Identifier: BSD-2-Clause
// Elements: the page they lie on is looked up once.
#include "kvm/insn/access.h"

#include <errno.h>
#include <string.h>

#include "kvm/insn/insn.h"

#define PAGE 4096u

uint64_t access_address(const struct access *a, uint64_t va)
{
	return a->aarch32 ? (uint32_t)va : va;
}

int access_fail(struct access *a, uint64_t va, bool write, enum walk_kind kind)
{
	a->fault.kind = kind;
	a->fault_va = va;
	a->fault_write = write;
	return -EFAULT;
}

int access_translate(struct access *a, uint64_t va, bool write, uint64_t *gpa)
{
	unsigned access = (write ? WALK_WRITE : WALK_READ) | (a->user ? WALK_USER : 0);
	uint64_t page = va & ~(uint64_t)(PAGE - 1);

	if (!a->known || a->va != page || a->write != write) {
		enum walk_kind kind = walk(a->cpu, page, access, &a->gpa, &a->fault);

		if (kind != WALK_OK)
			return access_fail(a, va, write, kind);
		a->known = true;
		a->va = page;
		a->write = write;
	}
	*gpa = a->gpa + (va - page);
	return 0;
}

/* Aligned: at once, as other CPUs must see it. */
static void memory_move(void *at, unsigned size, bool write, uint64_t *value)
{
	bool whole = !((uintptr_t)at % size);

	if (!write)
		*value = 0;
	if (whole && size == 8 && write)
		__atomic_store_n((uint64_t *)at, *value, __ATOMIC_RELAXED);
	else if (whole && size == 8)
		*value = __atomic_load_n((uint64_t *)at, __ATOMIC_RELAXED);
	else if (whole && size == 4 && write)
		__atomic_store_n((uint32_t *)at, (uint32_t)*value, __ATOMIC_RELAXED);
	else if (whole && size == 4)
		*value = __atomic_load_n((uint32_t *)at, __ATOMIC_RELAXED);
	else if (whole && size == 2 && write)
		__atomic_store_n((uint16_t *)at, (uint16_t)*value, __ATOMIC_RELAXED);
	else if (whole && size == 2)
		*value = __atomic_load_n((uint16_t *)at, __ATOMIC_RELAXED);
	else if (write)
		memcpy(at, value, size);
	else
		memcpy(value, at, size);
}

/* What lies within one page. */
static int part(struct access *a, uint64_t va, unsigned size, bool write, uint64_t *value)
{
	uint64_t gpa;
	int error = access_translate(a, va, write, &gpa);
	void *at;

	if (error)
		return error;
	at = a->cpu->memory(a->cpu, gpa, write);
	if (at) {
		memory_move(at, size, write, value);
		return 0;
	}
	error = a->cpu->device(a->cpu, gpa, size, write, value);
	return error == -EFAULT ? access_fail(a, va, write, WALK_EXTERNAL) : error;
}

/* What lies on two pages: nothing is stored on the first where the second faults. */
static int bytes(struct access *a, uint64_t va, unsigned size, bool write, uint64_t *value)
{
	uint64_t whole = 0, gpa, second = (va | (PAGE - 1)) + 1;
	int error = access_translate(a, va, write, &gpa);

	if (!error)
		error = access_translate(a, access_address(a, second), write, &gpa);
	for (unsigned i = 0; i < size && !error; i++) {
		uint64_t byte = *value >> 8 * i & 0xff;

		error = part(a, access_address(a, va + i), 1, write, &byte);
		whole |= (byte & 0xff) << 8 * i;
	}
	*value = whole;
	return error;
}

int access_element(struct access *a, uint64_t va, unsigned size, bool write, uint64_t *value)
{
	unsigned unused = 64 - 8 * size; /* upper bits */
	uint64_t v = write && a->big ? __builtin_bswap64(*value) >> unused : *value;
	int error = (va & (PAGE - 1)) + size <= PAGE ? part(a, va, size, write, &v)
						     : bytes(a, va, size, write, &v);

	if (!write)
		*value = a->big ? __builtin_bswap64(v) >> unused : v << unused >> unused;
	return error;
}
