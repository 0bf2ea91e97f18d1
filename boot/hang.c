// SPDX-License-Identifier: BSD-2-Clause
// Looks for guests that are stuck in their own abort.
#include <inttypes.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "boot/exits.h"
#include "boot/hang.h"
#include "boot/shim.h"

#define ESR_EL1 ARM64_SYS_REG(3, 0, 5, 2, 0)
#define FAR_EL1 ARM64_SYS_REG(3, 0, 6, 0, 0)
#define ESR_EC(esr) ((esr) >> 26 & 0x3f)
#define EC_UNDEFINED 0x00
#define EC_FETCH_ABORT_SAME_EL 0x21

static uint64_t stuck_at[CONFIG_MAX_VCPUS]; /* the PC seen last time, +1; 0 = was not stuck */

int hang_watch(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = HANG_SIGNAL };
	struct itimerspec each = { { 1, 0 }, { 1, 0 } };
	int timer;

	/* The kernel's own: the C library's would bring its threads for SIGEV_THREAD. */
	if (syscall(SYS_timer_create, CLOCK_PROCESS_CPUTIME_ID, &event, &timer) < 0)
		return -1;
	return (int)syscall(SYS_timer_settime, timer, 0, &each, NULL);
}

void hang_forget(void)
{
	memset(stuck_at, 0, sizeof(stuck_at));
}

static bool stuck(const struct vcpu *vcpu, uint64_t *pc)
{
	uint64_t elr = 0, esr = 0, far = 0;

	if (vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.pc), pc) ||
	    vcpu_reg_get(vcpu, VCPU_CORE_REG(elr_el1), &elr) || elr != *pc)
		return false;
	vcpu_reg_get(vcpu, ESR_EL1, &esr);
	vcpu_reg_get(vcpu, FAR_EL1, &far);
	return ESR_EC(esr) == EC_UNDEFINED || (ESR_EC(esr) == EC_FETCH_ABORT_SAME_EL && far == *pc);
}

void hang_check(struct shim *s)
{
	vcpus_pause(s);
	for (unsigned i = 0; i < s->p.plan.cpus; i++) {
		char at[EXIT_PC_SIZE], from[EXIT_PC_SIZE];
		uint64_t pc = 0, lr = 0;
		bool now = stuck(&s->vcpu[i], &pc), found = now && stuck_at[i] == pc + 1;

		stuck_at[i] = now ? pc + 1 : 0;
		if (!found)
			continue;
		vcpu_reg_get(&s->vcpu[i], VCPU_CORE_REG(regs.regs[30]), &lr);
		exit_stop(
			s, &s->vcpu[i], OUTCOME_HANG, "E-STUCK",
			"vCPU %u is stuck at PC %s: it jumped to where no code is, and its "
			"exception vector is such a place too; x30 is %s: look there for the jump",
			i, exit_pc(s, pc, at), exit_pc(s, lr, from));
	}
	vcpus_resume(s, false);
}
