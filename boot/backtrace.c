// SPDX-License-Identifier: BSD-2-Clause
// Walks the guest's frames.
#include "boot/backtrace.h"

#include <linux/kvm.h>
#include <stdbool.h>

#include "boot/guestmem.h"
#include "boot/shim.h"

#define PSTATE_AARCH32 (1u << 4)
#define FRAME_REG 29
#define FRAME_REG32 11
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

/* The frame record at FRAME: the caller's frame and the address it is returned to. */
static bool record(struct guestmem *g, bool aarch32, uint64_t *frame, uint64_t *link)
{
	uint64_t wide[2];
	uint32_t narrow[2];

	if (!*frame || *frame & (aarch32 ? 3 : 7))
		return false;
	if (!aarch32) {
		if (guestmem_read_virtual(g, *frame, wide, sizeof(wide)) < sizeof(wide))
			return false;
		*frame = wide[0];
		*link = plain(wide[1]);
		return *link != 0;
	}
	/* push {fp, lr}; add fp, sp, #4: FP points at the saved LR. */
	if (guestmem_read_virtual(g, *frame - 4, narrow, sizeof(narrow)) < sizeof(narrow))
		return false;
	*frame = narrow[0];
	*link = narrow[1] & ~1u;
	return *link != 0;
}

unsigned backtrace_take(struct shim *s, const struct vcpu *vcpu, uint64_t pc[BACKTRACE_MAX])
{
	uint64_t pstate = 0, frame, link, last;
	struct guestmem g;
	unsigned n = 1;
	bool aarch32;

	pc[0] = 0;
	vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.pc), &pc[0]);
	vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.pstate), &pstate);
	aarch32 = pstate & PSTATE_AARCH32;
	guestmem_bind(&g, s, vcpu);
	frame = reg(vcpu, aarch32 ? FRAME_REG32 : FRAME_REG);
	link = reg(vcpu, aarch32 ? LINK_REG32 : LINK_REG);
	link = aarch32 ? link & ~1u : plain(link);
	if (link)
		pc[n++] = link;
	for (last = frame; n < BACKTRACE_MAX && record(&g, aarch32, &frame, &link); last = frame) {
		/* The first record often says again what X30 does. */
		if (link != pc[n - 1])
			pc[n++] = link;
		/* Frames go up: what does not is none, or goes round. */
		if (frame <= last || frame - last > FRAME_MOST)
			break;
	}
	return n;
}
