// SPDX-License-Identifier: BSD-2-Clause
// Executes a struct insn: address, elements, registers, in this order.
#include "kvm/insn/emulate.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "kvm/insn/a32.h"
#include "kvm/insn/a64.h"
#include "kvm/insn/access.h"
#include "kvm/insn/bank.h"
#include "kvm/insn/fault.h"
#include "kvm/insn/operand.h"
#include "kvm/insn/t32.h"
#include "kvm/insn/walk.h"

#define SCTLR_A (1u << 1)
#define SCTLR_E0E (1u << 24)
#define SCTLR_EE (1u << 25)
#define PSTATE_EL (3u << 2)
#define PSTATE_NRW (1u << 4)
#define PSTATE_BTYPE (3u << 10)
#define PSTATE_SS (1u << 21)
#define PSTATE_V (1u << 28)
#define PSTATE_C (1u << 29)
#define PSTATE_Z (1u << 30)
#define PSTATE_N (1u << 31)
#define PSTATE_IT_MASK (3u << 10 | 3u << 25)

/* One execution. */
struct run {
	struct insn_cpu *cpu;
	const struct insn *insn;
	struct operands regs;
	struct access access;
};

static bool is_atomic(const struct insn *insn)
{
	return insn->op >= INSN_LOAD_EXCLUSIVE && insn->op <= INSN_UMIN;
}

/* All elements; VALUES as the registers have them. */
static int elements(struct run *r, uint64_t address, bool write, uint64_t *values)
{
	const struct insn *insn = r->insn;
	int error = 0;

	for (unsigned i = 0; i < insn->count && !error; i++)
		error = access_element(
			&r->access, access_address(&r->access, address + i * insn->size),
			insn->size, write, &values[r->access.big && insn->words ? i ^ 1 : i]);
	return error;
}

/* The CPU has done so ahead of its exit, but not for what it did not execute. */
static int alignment_check(struct run *r, uint64_t address)
{
	const struct insn *insn = r->insn;
	bool read = insn->op == INSN_LOAD || insn->op == INSN_LOAD_EXCLUSIVE;
	unsigned unit = insn->aligned;

	if (is_atomic(insn))
		unit = insn->size * insn->count;
	else if (!unit && insn_get(r->cpu, INSN_SCTLR) & SCTLR_A)
		unit = insn->size;
	if (!unit || !(address & (unit - 1)))
		return 0;
	return access_fail(&r->access, address, !read, WALK_ALIGNMENT);
}

/*
 * --- what is done --------------------------------------------------------------------------------
 */

static int load(struct run *r, uint64_t address)
{
	uint64_t values[INSN_MOVES_MAX] = { 0 };
	int error = elements(r, address, false, values);

	for (unsigned i = 0; i < r->insn->count && !error; i++)
		operand_loaded(&r->regs, &r->insn->move[i], values[i]);
	if (!error && r->insn->op == INSN_LOAD_EXCLUSIVE) {
		r->cpu->exclusive_size = (uint8_t)(r->insn->size * r->insn->count);
		error = access_translate(&r->access, address, false, &r->cpu->exclusive);
	}
	return error;
}

static int store(struct run *r, uint64_t address)
{
	uint64_t values[INSN_MOVES_MAX];

	for (unsigned i = 0; i < r->insn->count; i++)
		values[i] = operand_stored(&r->regs, &r->insn->move[i]);
	return elements(r, address, true, values);
}

static int store_exclusive(struct run *r, uint64_t address)
{
	struct insn_cpu *cpu = r->cpu;
	uint64_t gpa;
	int error = access_translate(&r->access, address, true, &gpa);
	bool passes = !error && cpu->exclusive == gpa &&
		      cpu->exclusive_size == r->insn->size * r->insn->count;

	if (passes)
		error = store(r, address);
	if (error)
		return error;
	cpu->exclusive_size = 0;
	operand_set(&r->regs, r->insn->status, !passes);
	return 0;
}

/* The one behind X30 is XZR. */
static unsigned status_of(const struct insn *insn, unsigned i)
{
	return insn->status + i == INSN_SP ? INSN_ZR : insn->status + i;
}

static int compare_swap(struct run *r, uint64_t address)
{
	const struct insn *insn = r->insn;
	uint64_t was[2] = { 0 };
	int error = elements(r, address, false, was);
	bool equal = true;

	for (unsigned i = 0; i < insn->count; i++)
		equal &= was[i] ==
			 operand_cut(operand_get(&r->regs, status_of(insn, i)), insn->size);
	if (!error && equal)
		error = store(r, address);
	for (unsigned i = 0; i < insn->count && !error; i++)
		operand_set(&r->regs, status_of(insn, i), was[i]);
	return error;
}

static uint64_t combined(enum insn_op op, uint64_t was, uint64_t with, unsigned size)
{
	int64_t a = (int64_t)operand_sign_extend(was, size),
		b = (int64_t)operand_sign_extend(with, size);

	switch (op) {
	case INSN_ADD: return was + with;
	case INSN_CLEAR: return was & ~with;
	case INSN_XOR: return was ^ with;
	case INSN_SET: return was | with;
	case INSN_SMAX: return a > b ? was : with;
	case INSN_SMIN: return a < b ? was : with;
	case INSN_UMAX: return was > with ? was : with;
	case INSN_UMIN: return was < with ? was : with;
	default: return with;
	}
}

static int read_modify_write(struct run *r, uint64_t address)
{
	const struct insn *insn = r->insn;
	uint64_t was = 0, now;
	int error = elements(r, address, false, &was);

	if (error)
		return error;
	now = combined(insn->op, was, operand_cut(operand_get(&r->regs, insn->status), insn->size),
		       insn->size);
	now = operand_cut(now, insn->size);
	error = elements(r, address, true, &now);
	if (!error)
		operand_loaded(&r->regs, &insn->move[0], was);
	return error;
}

static int zero_block(struct run *r, uint64_t address)
{
	unsigned size = r->cpu->zero_block;
	uint64_t zero = 0;
	int error = size ? 0 : -ENOSYS;

	address &= ~(uint64_t)(size - 1);
	for (unsigned i = 0; i < size && !error; i += 8)
		error = access_element(&r->access, address + i, 8, true, &zero);
	return error;
}

static int execute(struct run *r, uint64_t address)
{
	int error = alignment_check(r, address);

	if (error)
		return error;
	switch ((enum insn_op)r->insn->op) {
	case INSN_LOAD:
	case INSN_LOAD_EXCLUSIVE: return load(r, address);
	case INSN_STORE: return store(r, address);
	case INSN_STORE_EXCLUSIVE: return store_exclusive(r, address);
	case INSN_COMPARE_SWAP: return compare_swap(r, address);
	case INSN_ZERO_BLOCK: return zero_block(r, address);
	default: return read_modify_write(r, address);
	}
}

static bool data_is_big(struct insn_cpu *cpu, uint64_t pstate)
{
	if (pstate & PSTATE_NRW)
		return pstate & BANK_CPSR_E;
	return insn_get(cpu, INSN_SCTLR) & (pstate & PSTATE_EL ? SCTLR_EE : SCTLR_E0E);
}

/* Behind the instruction, which a step by the guest's own debugger ends too. */
static void advance(struct run *r, uint64_t pc)
{
	struct insn_cpu *cpu = r->cpu;
	uint64_t was = insn_get(cpu, INSN_PSTATE), now = was & ~(uint64_t)PSTATE_SS;

	if (!(cpu->changed & 1ull << INSN_PC))
		insn_set(cpu, INSN_PC, access_address(&r->access, pc + r->insn->length));
	now = r->access.aarch32 ? bank_it_advance(now) : now & ~(uint64_t)PSTATE_BTYPE;
	if (now != was)
		insn_set(cpu, INSN_PSTATE, now);
}

/*
 * --- outside -------------------------------------------------------------------------------------
 */

static int half_fetch(struct insn_cpu *cpu, uint64_t pc, uint16_t *half)
{
	struct walk_fault fault;
	uint64_t gpa;
	const void *at = NULL;

	if (walk(cpu, pc, WALK_FETCH, &gpa, &fault) == WALK_OK)
		at = cpu->memory(cpu, gpa, false);
	if (!at)
		return -EFAULT;
	memcpy(half, at, sizeof(*half));
	return 0;
}

int emulate_fetch(struct insn_cpu *cpu, struct insn *insn, uint32_t *word)
{
	uint64_t pstate = insn_get(cpu, INSN_PSTATE), pc = insn_get(cpu, INSN_PC);
	bool aarch32 = pstate & PSTATE_NRW, t32 = aarch32 && pstate & BANK_CPSR_T, known;
	uint16_t half[2] = { 0 };
	int error = half_fetch(cpu, pc, &half[0]);

	if (!error && !(t32 && !t32_is_wide(half[0])))
		error = half_fetch(cpu, aarch32 ? (uint32_t)(pc + 2) : pc + 2, &half[1]);
	if (error)
		return error;
	if (t32 && !t32_is_wide(half[0]))
		*word = half[0];
	else if (t32)
		*word = (uint32_t)half[0] << 16 | half[1];
	else
		*word = (uint32_t)half[1] << 16 | half[0];
	known = t32	  ? t32_decode(*word, insn)
		: aarch32 ? a32_decode(*word, insn)
			  : a64_decode(*word, insn);
	return known ? 0 : -ENOSYS;
}

static bool condition_holds(uint64_t cpsr, unsigned condition)
{
	bool n = cpsr & PSTATE_N, z = cpsr & PSTATE_Z, c = cpsr & PSTATE_C, v = cpsr & PSTATE_V;
	const bool holds[8] = { z, c, n, v, c && !z, n == v, n == v && !z, true };

	/* The odd ones are the even ones' opposites, but for 15, which is always. */
	return condition == 15 || holds[condition >> 1] != (condition & 1);
}

bool emulate_condition(struct insn_cpu *cpu, const struct insn *insn)
{
	uint64_t cpsr = insn_get(cpu, INSN_PSTATE);

	if (!(cpsr & PSTATE_NRW))
		return true;
	if (!(cpsr & BANK_CPSR_T))
		return condition_holds(cpsr, insn->word >> 28);
	/* ITSTATE[7:4] is CPSR[15:12], ITSTATE[3:0] all zero is no IT: CPSR[11:10] and CPSR[26:25]. */
	if (!(cpsr & PSTATE_IT_MASK))
		return true;
	return condition_holds(cpsr, cpsr >> 12 & 15);
}

int emulate(struct insn_cpu *cpu, const struct insn *insn)
{
	uint64_t pstate = insn_get(cpu, INSN_PSTATE), pc = insn_get(cpu, INSN_PC);
	struct run r = {
		.cpu = cpu,
		.insn = insn,
		.regs = { .cpu = cpu, .insn = insn, .pstate = pstate },
		.access = {
			.cpu = cpu,
			.aarch32 = pstate & PSTATE_NRW,
			.big = data_is_big(cpu, pstate),
			.user = insn->user,
		},
	};
	uint64_t base = insn->base == INSN_PC ? pc & ~3ull : operand_get(&r.regs, insn->base);
	uint64_t index = operand_index(&r.regs);
	uint64_t address = base + (uint64_t)insn->start + (insn->post ? 0 : index);
	uint64_t back = base + (uint64_t)insn->back + index;
	int error = execute(&r, access_address(&r.access, address));

	if (r.access.fault.kind != WALK_OK) {
		fault_enter(cpu, r.access.fault_va, &r.access.fault, r.access.fault_write);
		return 0;
	}
	if (error)
		return error;
	operand_push(&r.regs);
	if (insn->writeback)
		operand_set(&r.regs, insn->base, access_address(&r.access, back));
	advance(&r, pc);
	return 0;
}
