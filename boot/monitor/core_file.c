// SPDX-License-Identifier: BSD-2-Clause
// Headers, notes and memory of a core.
#include "boot/monitor/core_file.h"

#include <elf.h>
#include <linux/kvm.h>
#include <string.h>

#include "boot/guestmem.h"
#include "boot/shim.h"

#define PAGE 4096
#define GAP 8 /* pages of zeros that do not end a segment: a header costs as much as some of them */

/* What NT_PRSTATUS has for AArch64. */
struct prstatus {
	int32_t signo, code, error;
	int16_t cursig;
	uint64_t pending, held;
	int32_t pid, ppid, pgrp, sid;
	uint64_t times[8];
	uint64_t x[31], sp, pc, pstate;
	int32_t fp_valid;
};
struct fpregs {
	uint64_t v[32][2];
	uint32_t fpsr, fpcr, reserved[2];
};
struct note {
	Elf64_Nhdr head;
	char name[8];
};

static bool is_zero(struct shim *s, uint64_t gpa)
{
	static uint64_t page[PAGE / 8];

	guestmem_read(s, gpa, page, PAGE);
	for (size_t i = 0; i < PAGE / 8; i++)
		if (page[i])
			return false;
	return true;
}

/* The pages of RAM that are not zero; when the table is full the last segment takes the rest. */
static void segments_find(struct core_file *c, struct shim *s, const struct region *ram)
{
	struct region *last = NULL;

	for (uint64_t gpa = ram->base; gpa < ram->base + ram->size; gpa += PAGE) {
		if (is_zero(s, gpa))
			continue;
		if (last && (gpa - (last->base + last->size) <= GAP * PAGE ||
			     c->segments == CORE_SEGMENTS)) {
			last->size = gpa + PAGE - last->base;
			continue;
		}
		if (c->segments == CORE_SEGMENTS)
			return;
		last = &c->segment[c->segments++];
		*last = (struct region){ gpa, PAGE };
	}
}

static void put(struct core_file *c, const void *bytes, size_t n)
{
	if (c->head + n <= CORE_HEAD)
		memcpy(c->bytes + c->head, bytes, n);
	c->head += n;
}

static void note_put(struct core_file *c, uint32_t type, const void *desc, uint32_t size)
{
	const struct note note = { { 5, size, type }, "CORE" };
	static const uint8_t padding[4];

	put(c, &note, sizeof(note));
	put(c, desc, size);
	put(c, padding, -size & 3);
}

static void vcpu_put(struct core_file *c, const struct vcpu *vcpu)
{
	struct prstatus status = { .pid = (int32_t)vcpu->id + 1 };
	struct fpregs fp = { 0 };
	uint64_t sp0 = 0, mode;

	for (unsigned i = 0; i < 31; i++)
		vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.regs[0]) + 2 * i, &status.x[i]);
	vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.pc), &status.pc);
	vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.pstate), &status.pstate);
	vcpu_reg_get(vcpu, VCPU_CORE_REG(sp_el1), &status.sp);
	vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.sp), &sp0);
	mode = status.pstate & 0xf;
	if (mode == 0 || mode == 4)
		status.sp = sp0; /* EL0t, EL1t */
	note_put(c, NT_PRSTATUS, &status, sizeof(status));
	note_put(c, NT_FPREGSET, &fp, sizeof(fp));
}

static size_t notes_size(const struct shim *s)
{
	return s->vcpus_made * (2 * sizeof(struct note) + ((sizeof(struct prstatus) + 3) & ~3ul) +
				sizeof(struct fpregs));
}

/* ELF header, program headers, notes; memory follows at once. Returns the file's size. */
static uint64_t head_make(struct core_file *c, struct shim *s)
{
	const Elf64_Ehdr elf = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = ET_CORE,
		.e_machine = EM_AARCH64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(elf),
		.e_ehsize = sizeof(elf),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = (Elf64_Half)(c->segments + 1),
	};
	uint64_t at = sizeof(elf) + elf.e_phnum * sizeof(Elf64_Phdr);
	const size_t notes = notes_size(s);
	Elf64_Phdr p = { .p_type = PT_NOTE, .p_offset = at, .p_filesz = notes, .p_align = 4 };

	put(c, &elf, sizeof(elf));
	put(c, &p, sizeof(p));
	at += notes;
	for (unsigned i = 0; i < c->segments; i++) {
		p = (Elf64_Phdr){ .p_type = PT_LOAD,
				  .p_flags = PF_R | PF_W | PF_X,
				  .p_offset = at,
				  .p_vaddr = c->segment[i].base,
				  .p_paddr = c->segment[i].base,
				  .p_filesz = c->segment[i].size,
				  .p_memsz = c->segment[i].size,
				  .p_align = 1 };
		put(c, &p, sizeof(p));
		at += p.p_filesz;
	}
	for (unsigned i = 0; i < s->vcpus_made; i++)
		vcpu_put(c, &s->vcpu[i]);
	return at;
}

/* What A and B have in common, on whole pages; size 0: nothing. */
static struct region common(const struct region *a, const struct region *b)
{
	const uint64_t base = a->base > b->base ? a->base : b->base & ~(uint64_t)(PAGE - 1);
	const uint64_t end_a = a->base + a->size, end_b = b->base + b->size;
	const uint64_t end = end_a < end_b ? end_a : (end_b + PAGE - 1) & ~(uint64_t)(PAGE - 1);

	return (struct region){ base, end > base ? end - base : 0 };
}

uint64_t core_file_make(struct core_file *c, struct shim *s, const struct region *only)
{
	uint64_t size;

	memset(c, 0, offsetof(struct core_file, bytes));
	for (unsigned i = 0; i < s->p.plan.banks; i++) {
		const struct region ram = only ? common(&s->p.plan.ram[i], only) : s->p.plan.ram[i];

		segments_find(c, s, &ram);
	}
	if (!c->segments)
		return 0;
	size = head_make(c, s);
	return c->head <= CORE_HEAD ? size : 0;
}

bool core_file_read(struct core_file *c, struct shim *s, uint8_t *buf, size_t n)
{
	while (n) {
		size_t some;

		if (c->at < c->head) {
			some = c->head - c->at < n ? c->head - c->at : n;
			memcpy(buf, c->bytes + c->at, some);
		} else {
			const struct region *r = &c->segment[c->next];

			if (c->next == c->segments)
				return false;
			some = r->size - c->done < n ? (size_t)(r->size - c->done) : n;
			if (guestmem_read(s, r->base + c->done, buf, some) < some)
				return false;
			c->done += some;
			if (c->done == r->size) {
				c->next++;
				c->done = 0;
			}
		}
		c->at += some;
		buf += some;
		n -= some;
	}
	return true;
}
