// SPDX-License-Identifier: BSD-2-Clause
// Walks the guest's frames.
#include "boot/backtrace.h"

#include <linux/kvm.h>
#include <stdbool.h>

#include "boot/guestmem.h"
#include "boot/shim.h"
#include "kvm/insn/bank.h"

#define PSTATE_AARCH32 (1u << 4)
#define FRAME_REG 29
#define FRAME_REG_A32 11
#define FRAME_REG_T32 7
#define LINK_REG 30
#define LINK_REG32 14
#define FRAME_MOST (1 << 20) /* bytes from frame to frame: what is farther is no frame */

static uint64_t reg(const struct vcpu *vcpu, unsigned n)
{
	uint64_t value = 0;

	vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.regs[0]) + 2 * n, &value);
	return value;
}

/* An address without its authentication code: bit 55 says which half it is of. */
static uint64_t plain(uint64_t address)
{
	return address >> 55 & 1 ? address | 0xffffull << 48 : address & ((1ull << 48) - 1);
}

/* How the code at the PC keeps its frames. */
struct style {
	bool aarch32;
	unsigned frame_reg, link_reg;
	unsigned below; /* bytes from the record to where the frame register points */
};

/* A32: push {fp, lr}; add fp, sp, #4. T32: push {r7, lr}; add r7, sp, #0. */
static struct style style_of(uint64_t pstate)
{
	const bool thumb = pstate & BANK_CPSR_T;

	if (!(pstate & PSTATE_AARCH32))
		return (struct style){ false, FRAME_REG, LINK_REG, 0 };
	return (struct style){ true, bank_reg(pstate, thumb ? FRAME_REG_T32 : FRAME_REG_A32),
			       bank_reg(pstate, LINK_REG32), thumb ? 0 : 4 };
}

/* The record at FRAME: the caller's frame and the address it is returned to. */
static bool record(struct guestmem *g, const struct style *style, uint64_t *frame, uint64_t *link)
{
	uint64_t wide[2];
	uint32_t narrow[2];

	if (!*frame || *frame % (style->aarch32 ? sizeof(narrow[0]) : sizeof(wide[0])))
		return false;
	if (!style->aarch32) {
		if (guestmem_read_virtual(g, *frame, wide, sizeof(wide)) < sizeof(wide))
			return false;
		*frame = wide[0];
		*link = plain(wide[1]);
		return *link != 0;
	}
	if (guestmem_read_virtual(g, *frame - style->below, narrow, sizeof(narrow)) <
	    sizeof(narrow))
		return false;
	*frame = narrow[0];
	*link = narrow[1] & ~1u;
	return *link != 0;
}

unsigned backtrace_take(struct shim *s, const struct vcpu *vcpu, uint64_t pc[BACKTRACE_MAX])
{
	struct guestmem g;
	uint64_t pstate = 0, frame, link, last;
	struct style style;
	unsigned n = 1;

	pc[0] = 0;
	vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.pc), &pc[0]);
	vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.pstate), &pstate);
	style = style_of(pstate);
	guestmem_bind(&g, s, vcpu);
	frame = reg(vcpu, style.frame_reg);
	link = reg(vcpu, style.link_reg);
	link = style.aarch32 ? link & ~1u : plain(link);
	if (link)
		pc[n++] = link;
	for (last = frame; n < BACKTRACE_MAX && record(&g, &style, &frame, &link); last = frame) {
		/* The first record often says again what the link register does. */
		if (link != pc[n - 1])
			pc[n++] = link;
		/* Frames go up: what does not is none, or goes round. */
		if (frame <= last || frame - last > FRAME_MOST)
			break;
	}
	return n;
}
