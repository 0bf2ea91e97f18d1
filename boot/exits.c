// SPDX-License-Identifier: BSD-2-Clause
// Exits: MMIO first, since it counts most; then the few others; then all that ends the guest.
#include <errno.h>
#include <inttypes.h>
#include <linux/kvm.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boot/engine.h"
#include "boot/exits.h"
#include "boot/image/elf_file.h"
#include "boot/loop.h"
#include "boot/memory.h"
#include "boot/say.h"
#include "boot/shim.h"
#include "kvm/sys.h"

#define TOLD_MOST 8 /* accesses to nowhere that are told one by one */
#define ESR_ISS_WNR (1u << 6) /* Arm ARM, ISS of a Data Abort: write, not read */

static uint64_t pc_of(const struct vcpu *vcpu)
{
	uint64_t pc = 0;

	vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.pc), &pc);
	return pc;
}

const char *exit_pc(const struct shim *s, uint64_t pc, char buf[EXIT_PC_SIZE])
{
	int n = snprintf(buf, EXIT_PC_SIZE, "%#" PRIx64 " (", pc);

	if (elf_file_symbol(&s->p.firmware, pc, buf + n, EXIT_PC_SIZE - (size_t)n - 1))
		strcat(buf, ")");
	else
		buf[n - 2] = '\0';
	return buf;
}

/* The same for where VCPU is. */
static const char *pc_text(const struct shim *s, const struct vcpu *vcpu, char buf[EXIT_PC_SIZE])
{
	return exit_pc(s, pc_of(vcpu), buf);
}

void exit_stop(struct shim *s, struct vcpu *vcpu, enum outcome outcome, const char *code,
	       const char *format, ...)
{
	va_list args;

	if (vcpu)
		vcpus_halt(s, vcpu);
	va_start(args, format);
	stop_ask(&s->stop, outcome, code, format, args);
	va_end(args);
	loop_wake(s);
}

/*
 * --- MMIO ----------------------------------------------------------------------------------------
 * --------------------------
 */

static void posted_store(void *arg, uint64_t gpa, const void *data, unsigned len)
{
	struct shim *s = arg;
	const struct bus_window *w = bus_find(&s->bus, gpa, len);
	uint64_t value;

	memcpy(&value, data, sizeof(value)); /* the bus cuts it to LEN */
	if (w)
		bus_write(w, gpa, len, value);
}

void exit_stores_drain(struct shim *s)
{
	pthread_mutex_lock(&s->coalesce_lock);
	coalesce_drain(&s->coalesce, posted_store, s);
	pthread_mutex_unlock(&s->coalesce_lock);
}

static int flash_bank_at(const struct shim *s, uint64_t gpa)
{
	for (unsigned i = 0; i < s->p.plan.machine.flashes; i++)
		if (gpa - s->p.plan.machine.flash[i].base < s->p.plan.machine.flash[i].size)
			return (int)i;
	return -1;
}

/* The node whose reg holds GPA, for the person. */
static const char *nobody_at(const struct shim *s, uint64_t gpa)
{
	for (unsigned i = 0; i < s->p.plan.machine.unserveds; i++) {
		const struct machine_unserved *u = &s->p.plan.machine.unserved[i];

		if (gpa - u->reg.base < u->reg.size)
			return tree_name(&s->p.guest_tree, (unsigned)u->node);
	}
	return "no node of the tree";
}

static bool abort_inject(struct vcpu *vcpu)
{
	struct kvm_vcpu_events events = { .exception.ext_dabt_pending = 1 };

	return sys_ioctl(vcpu->fd, KVM_SET_VCPU_EVENTS, &events) == 0;
}

/*
 * An access that no slot, device or flash serves: the policy says what the guest sees. True: it
 * goes on.
 */
static bool unserved(struct shim *s, struct vcpu *vcpu, uint64_t gpa, unsigned len, bool write,
		     uint64_t value)
{
	static const char *const saw[] = { "reads as 0, stores are dropped",
					   "reads as 0, stores are dropped", "external abort" };
	unsigned long told = atomic_fetch_add(&s->unserved_accesses, 1);
	char what[40] = "read", pc[EXIT_PC_SIZE];

	if (write)
		snprintf(what, sizeof(what), "store of %#" PRIx64, value);
	if (told < TOLD_MOST || (s->p.plan.unmodelled == UNMODELLED_TRACE && told < 1000))
		say("guest %s, %u bytes at %#" PRIx64 " (PC %s, vCPU %u): %s, %s", what, len, gpa,
		    pc_text(s, vcpu, pc), vcpu->id, nobody_at(s, gpa), saw[s->p.plan.unmodelled]);
	else if (told == TOLD_MOST && s->p.plan.unmodelled != UNMODELLED_TRACE)
		say("further accesses to addresses that nobody serves are not told");
	if (s->p.plan.unmodelled != UNMODELLED_ABORT)
		return true;
	if (abort_inject(vcpu))
		return true;
	exit_stop(s, vcpu, OUTCOME_CRASH, "E-NOWHERE",
		  "guest %s at %#" PRIx64 " (PC %#" PRIx64
		  "), where nothing is, and this kernel cannot give it an external abort: "
		  "correct the firmware, or set unmodelled=stub",
		  what, gpa, pc_of(vcpu));
	return false;
}

static void mmio_serve(struct shim *s, struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	uint64_t gpa = run->mmio.phys_addr, value;
	unsigned len = run->mmio.len;
	const struct bus_window *w;
	int bank;

	exit_stores_drain(s);
	w = bus_find(&s->bus, gpa, len);
	/*
	 * All eight bytes of data[] are there whatever LEN is: moved whole, they are one load or
	 * store.
	 */
	if (w && run->mmio.is_write) {
		memcpy(&value, run->mmio.data, sizeof(value));
		bus_write(w, gpa, len, value);
		return;
	}
	if (w) {
		value = bus_read(w, gpa, len);
		memcpy(run->mmio.data, &value, sizeof(value));
		return;
	}
	bank = flash_bank_at(s, gpa);
	if (bank >= 0 && run->mmio.is_write) {
		atomic_fetch_add(&s->flash_stores, 1);
		return;
	}
	if (bank >= 0) {
		memset(run->mmio.data, 0xff, len);
		memory_flash_back(s, (unsigned)bank, gpa);
		return;
	}
	value = 0;
	memcpy(&value, run->mmio.data, len);
	if (unserved(s, vcpu, gpa, len, run->mmio.is_write, run->mmio.is_write ? value : 0))
		memset(run->mmio.data, 0, run->mmio.is_write ? 0 : len);
}

/* An access whose instruction KVM does not decode: write-back, pairs, SIMD, DC ZVA. */
static void undecoded_serve(struct shim *s, struct vcpu *vcpu)
{
	uint64_t gpa = vcpu->run->arm_nisv.fault_ipa, iss = vcpu->run->arm_nisv.esr_iss,
		 pc = pc_of(vcpu);
	bool write = iss & ESR_ISS_WNR;
	int bank = flash_bank_at(s, gpa);

	if (bank >= 0 && !write && memory_flash_back(s, (unsigned)bank, gpa) == 0)
		return; /* the instruction is tried again and finds memory */
	if (!bus_find(&s->bus, gpa, 1) && s->p.plan.unmodelled == UNMODELLED_ABORT &&
	    unserved(s, vcpu, gpa, 0, write, 0))
		return;
	exit_stop(s, vcpu, OUTCOME_CRASH, "E-NISV",
		  "guest %s %#" PRIx64 " with an instruction that KVM does not decode (PC %#" PRIx64
		  ", ISS %#" PRIx64 "): a load or store with write-back, of a pair or of a SIMD "
		  "register; build the firmware so that it accesses devices by "
		  "plain ldr and str (U-Boot: CONFIG_KVM_VIRT_INS)",
		  write ? "stores to" : "reads", gpa, pc, iss);
}

/*
 * --- the rest ------------------------------------------------------------------------------------
 * --------------------------
 */

static void event_serve(struct shim *s, struct vcpu *vcpu)
{
	unsigned type = vcpu->run->system_event.type;
	char pc[EXIT_PC_SIZE];

	exit_stores_drain(s);
	switch (type) {
	case KVM_SYSTEM_EVENT_SHUTDOWN: exit_stop(s, vcpu, OUTCOME_POWEROFF, "", "%s", ""); break;
	case KVM_SYSTEM_EVENT_RESET: exit_stop(s, vcpu, OUTCOME_RESET, "", "%s", ""); break;
	default:
		exit_stop(s, vcpu, OUTCOME_CRASH, "E-EVENT",
			  "the guest raised system event %u (data %#" PRIx64
			  ", PC %s), which ends it",
			  type,
			  vcpu->run->system_event.ndata ? (uint64_t)vcpu->run->system_event.data[0]
							: 0,
			  pc_text(s, vcpu, pc));
	}
}

static const char *const reason_name[] = {
	[KVM_EXIT_UNKNOWN] = "UNKNOWN",	      [KVM_EXIT_EXCEPTION] = "EXCEPTION",
	[KVM_EXIT_HYPERCALL] = "HYPERCALL",   [KVM_EXIT_DEBUG] = "DEBUG",
	[KVM_EXIT_FAIL_ENTRY] = "FAIL_ENTRY", [KVM_EXIT_INTERNAL_ERROR] = "INTERNAL_ERROR",
};

static void unknown_serve(struct shim *s, struct vcpu *vcpu)
{
	unsigned reason = vcpu->run->exit_reason;
	char pc[EXIT_PC_SIZE];
	const char *name =
		reason < sizeof(reason_name) / sizeof(reason_name[0]) && reason_name[reason]
			? reason_name[reason]
			: "?";

	if (reason == KVM_EXIT_FAIL_ENTRY)
		exit_stop(s, vcpu, OUTCOME_INTERNAL, "E-ENTRY",
			  "KVM cannot run vCPU %u on CPU %u (reason %#" PRIx64
			  "): cores of one kind only, see taskset",
			  vcpu->id, vcpu->run->fail_entry.cpu,
			  (uint64_t)vcpu->run->fail_entry.hardware_entry_failure_reason);
	else
		exit_stop(s, vcpu, OUTCOME_CRASH, "E-EXIT",
			  "the guest left KVM for a reason that nobody serves: KVM_EXIT_%s (%u), "
			  "PC %s, vCPU %u",
			  name, reason, pc_text(s, vcpu, pc), vcpu->id);
}

void exit_serve(struct shim *s, struct vcpu *vcpu)
{
	switch (vcpu->run->exit_reason) {
	case KVM_EXIT_MMIO: mmio_serve(s, vcpu); break;
	case KVM_EXIT_ARM_NISV: undecoded_serve(s, vcpu); break;
	case KVM_EXIT_SYSTEM_EVENT: event_serve(s, vcpu); break;
	case KVM_EXIT_INTR: break;
	default: unknown_serve(s, vcpu);
	}
}

void exit_refused(struct shim *s, struct vcpu *vcpu, int error)
{
	char pc[EXIT_PC_SIZE];

	exit_stores_drain(s);
	exit_stop(s, vcpu, error == -ENOMEM ? OUTCOME_REFUSED : OUTCOME_CRASH, "E-RUN",
		  "KVM_RUN of vCPU %u failed: %s (%d), PC %s%s", vcpu->id, strerror(-error), error,
		  pc_text(s, vcpu, pc),
		  error == -ENOSYS
			  ? ": an access to a device by an instruction that KVM does not decode"
		  : error == -EFAULT ? ": the guest's memory cannot be had: give less memory"
				     : "");
}
