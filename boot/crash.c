// SPDX-License-Identifier: BSD-2-Clause
// The report of a guest that has died.
#include "boot/crash.h"

#include <inttypes.h>
#include <linux/kvm.h>
#include <stdbool.h>
#include <stdio.h>

#include "boot/backtrace.h"
#include "boot/exits.h"
#include "boot/monitor/monitor.h"
#include "boot/monitor/views.h"
#include "boot/shim.h"
#include "kvm/esr.h"

#define ESR_EL1 ARM64_SYS_REG(3, 0, 5, 2, 0)
#define FAR_EL1 ARM64_SYS_REG(3, 0, 6, 0, 0)
#define VBAR_EL1 ARM64_SYS_REG(3, 0, 12, 0, 0)
#define IFSR32_EL2 ARM64_SYS_REG(3, 4, 5, 0, 1)
#define VECTORS 0x800 /* bytes */
#define VECTORS32 0x20
#define PSTATE_AARCH32 (1u << 4)
#define MODE32(pstate) ((pstate)&0x1f)
#define MODE32_ABT 0x17
#define MODE32_UND 0x1b

static uint64_t get(const struct vcpu *vcpu, uint64_t id)
{
	uint64_t value = 0;

	vcpu_reg_get(vcpu, id, &value);
	return value;
}

/*
 * AArch32: an abort is of data where the instruction before the return address, R14_abt - 8, did it;
 * IFSR is told where it says more than DFSR, which keeps what an earlier one left.
 */
static const char *exception32(const struct vcpu *vcpu, char *buf, unsigned size)
{
	const uint32_t dfsr = (uint32_t)get(vcpu, ESR_EL1), ifsr = (uint32_t)get(vcpu, IFSR32_EL2);
	const uint64_t far = get(vcpu, FAR_EL1);
	const unsigned mode = MODE32(get(vcpu, VCPU_CORE_REG(regs.pstate)));
	const uint64_t link = get(vcpu, VCPU_CORE_REG(regs.regs[20])); /* R14_abt */
	const bool fetch = ifsr && (uint32_t)(far >> 32) == (uint32_t)link - 4;
	unsigned used;
	char why[80];

	if (mode == MODE32_UND) {
		snprintf(buf, size, "undefined instruction");
	} else if (fetch) {
		esr_fsr_text(ifsr, true, why, sizeof(why));
		snprintf(buf, size, "prefetch abort: %s, address %#" PRIx32, why,
			 (uint32_t)(far >> 32));
	} else {
		used = (unsigned)snprintf(buf, size, "data abort: ");
		esr_fsr_text(dfsr, false, why, sizeof(why));
		snprintf(buf + used, size - used, "%s, address %#" PRIx32, why, (uint32_t)far);
	}
	return buf;
}

const char *crash_exception(const struct vcpu *vcpu, char *buf, unsigned size)
{
	const uint64_t esr = get(vcpu, ESR_EL1);
	char why[120];

	if (get(vcpu, VCPU_CORE_REG(regs.pstate)) & PSTATE_AARCH32)
		return exception32(vcpu, buf, size);
	esr_text(esr, why, sizeof(why));
	if (esr_has_far(esr))
		snprintf(buf, size, "%s, address %#" PRIx64, why, get(vcpu, FAR_EL1));
	else
		snprintf(buf, size, "%s", why);
	return buf;
}

static void exception_print(struct shim *s, const struct vcpu *vcpu)
{
	const bool aarch32 = get(vcpu, VCPU_CORE_REG(regs.pstate)) & PSTATE_AARCH32;
	const uint64_t esr = get(vcpu, ESR_EL1);
	const uint64_t pc = exit_pc_of(vcpu), vbar = get(vcpu, VBAR_EL1);
	char text[200], from[EXIT_PC_SIZE];

	if (!esr && !(aarch32 && get(vcpu, IFSR32_EL2))) {
		monitor_print("it has taken no exception that left a syndrome\n");
		return;
	}
	monitor_print("last exception: %s\n", crash_exception(vcpu, text, sizeof(text)));
	if (!aarch32)
		monitor_print("  taken at %s\n",
			      exit_pc(s, get(vcpu, VCPU_CORE_REG(elr_el1)), from));
	if (pc - vbar < (aarch32 ? VECTORS32 : VECTORS))
		monitor_print("  and it is in its exception vectors now, at %#" PRIx64
			      " + %#" PRIx64 "\n",
			      vbar, pc - vbar);
}

void crash_report(struct shim *s, const struct vcpu *vcpu)
{
	uint64_t frame[BACKTRACE_MAX];
	const unsigned n = backtrace_take(s, vcpu, frame);
	char at[EXIT_PC_SIZE];

	view_regs_of(s, vcpu);
	exception_print(s, vcpu);
	monitor_print("called from\n");
	for (unsigned i = 1; i < n; i++)
		monitor_print("  %s\n", exit_pc(s, frame[i], at));
	if (n == 1)
		monitor_print("  nothing: no frame is there\n");
}
