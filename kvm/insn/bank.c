// SPDX-License-Identifier: BSD-2-Clause
// Banked registers of AArch32, where KVM keeps them; ITSTATE.
#include "kvm/insn/bank.h"

#define IT_LOW 25 /* CPSR's bits of ITSTATE: <1:0> at 26:25, <7:2> at 15:10 */
#define IT_HIGH 10

/* Where R13 and R14 of a mode lie; FIQ mode has R8 to R12 too. 0 is User and System mode. */
static const struct {
	uint8_t r8, r13, r14;
} own[BANK_MODE_MASK + 1] = {
	[0x11] = { 24, 29, 30 }, /* FIQ */
	[0x12] = { 0, 17, 16 }, /* IRQ */
	[0x13] = { 0, 19, 18 }, /* SVC */
	[BANK_MODE_ABT] = { 0, 21, 20 }, [0x1b] = { 0, 23, 22 }, /* Undefined */
};

enum insn_reg bank_reg(uint64_t cpsr, unsigned reg)
{
	unsigned mode = cpsr & BANK_MODE_MASK;

	if (reg >= 8 && reg < 13 && own[mode].r8)
		return own[mode].r8 + reg - 8;
	if (reg == 13 && own[mode].r13)
		return own[mode].r13;
	if (reg == 14 && own[mode].r14)
		return own[mode].r14;
	return reg;
}

uint64_t bank_it_advance(uint64_t cpsr)
{
	uint64_t it = (cpsr >> IT_LOW & 3) | (cpsr >> IT_HIGH & 0x3f) << 2;

	it = it & 7 ? (it & 0xe0) | (it << 1 & 0x1f) : 0;
	cpsr &= ~(3ull << IT_LOW | 0x3full << IT_HIGH);
	return cpsr | (it & 3) << IT_LOW | it >> 2 << IT_HIGH;
}
