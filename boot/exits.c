// SPDX-License-Identifier: BSD-2-Clause
// Exits: MMIO first, since it counts most; then the few others; then all that ends the guest.
#include <errno.h>
#include <inttypes.h>
#include <linux/kvm.h>
#include <linux/psci.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boot/calls.h"
#include "boot/debug.h"
#include "boot/engine.h"
#include "boot/exits.h"
#include "boot/image/elf_file.h"
#include "boot/loop.h"
#include "boot/say.h"
#include "boot/shim.h"
#include "boot/symbols.h"
#include "boot/trace.h"
#include "boot/undecoded.h"
#include "boot/unserved.h"
#include "kvm/sys.h"

#define SYSTEM_RESET2_FN (PSCI_0_2_FN_BASE + 18)
#define RESET_BY_RESET2 1 /* KVM_SYSTEM_EVENT_RESET_FLAG_PSCI_RESET2 */

uint64_t exit_pc_of(const struct vcpu *vcpu)
{
	uint64_t pc = 0;

	vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.pc), &pc);
	return pc;
}

const char *exit_pc(const struct shim *s, uint64_t pc, char buf[EXIT_PC_SIZE])
{
	int n = snprintf(buf, EXIT_PC_SIZE, "%#" PRIx64 " (", pc);

	if (CONFIG_DIAGNOSE
		    ? symbols_text(s, pc, buf + n, EXIT_PC_SIZE - (size_t)n - 1) != NULL
		    : elf_file_symbol(&s->p.firmware, pc, buf + n, EXIT_PC_SIZE - (size_t)n - 1))
		strcat(buf, ")");
	else
		buf[n - 2] = '\0';
	return buf;
}

/* The same for where VCPU is. */
static const char *pc_text(const struct shim *s, const struct vcpu *vcpu, char buf[EXIT_PC_SIZE])
{
	return exit_pc(s, exit_pc_of(vcpu), buf);
}

void exit_stop(struct shim *s, struct vcpu *vcpu, enum outcome outcome, const char *code,
	       const char *format, ...)
{
	va_list args;

	if (vcpu)
		vcpus_halt(s, vcpu);
	va_start(args, format);
	stop_ask(&s->stop, vcpu, outcome, code, format, args);
	va_end(args);
	loop_wake(s);
}

/*
 * --- MMIO ----------------------------------------------------------------------------------------
 * --------------------------
 */

/* Most accesses are the console's. */
static const struct bus_window *window_at(const struct shim *s, uint64_t gpa, unsigned len)
{
	if (s->console && bus_within(s->console, gpa, len))
		return s->console;
	return bus_find(&s->bus, gpa, len);
}

/* A loop that stores to devices does more than wait: see boot/unserved.c. */
static void store_note(struct shim *s)
{
	atomic_store_explicit(&s->device_stores,
			      atomic_load_explicit(&s->device_stores, memory_order_relaxed) + 1,
			      memory_order_relaxed);
}

static void posted_store(void *arg, uint64_t gpa, const void *data, unsigned len)
{
	struct shim *s = arg;
	const struct bus_window *w = window_at(s, gpa, len);
	uint64_t value;

	memcpy(&value, data, sizeof(value)); /* the bus cuts it to LEN */
	if (!w)
		return;
	store_note(s);
	bus_write(w, gpa, len, value);
	if (trace_on(s))
		trace_mmio(s, NULL, gpa, len, TRACE_WRITE | TRACE_POSTED, value);
}

void exit_stores_drain(struct shim *s)
{
	if (!coalesce_waits(&s->coalesce))
		return;
	pthread_mutex_lock(&s->coalesce_lock);
	coalesce_drain(&s->coalesce, posted_store, s);
	pthread_mutex_unlock(&s->coalesce_lock);
}

/* The guest has gone where nothing is: it is told by an exception, or ends. */
static void abort_give(struct shim *s, struct vcpu *vcpu, uint64_t gpa, bool write)
{
	struct kvm_vcpu_events events = { .exception.ext_dabt_pending = 1 };

	if (sys_ioctl(vcpu->fd, KVM_SET_VCPU_EVENTS, &events) == 0)
		return;
	exit_stop(s, vcpu, OUTCOME_CRASH, "E-NOWHERE",
		  "guest %s %#" PRIx64 " (PC %#" PRIx64
		  "), where nothing is, and this kernel cannot give it an external abort: "
		  "correct the firmware, or set unmodelled=stub",
		  write ? "stores to" : "reads", gpa, exit_pc_of(vcpu));
}

int exit_access(struct shim *s, struct vcpu *vcpu, uint64_t gpa, unsigned len, bool write,
		uint64_t *value)
{
	const struct bus_window *w;
	int error = 0;

	exit_stores_drain(s);
	w = window_at(s, gpa, len);
	if (!w) {
		error = unserved_access(s, vcpu, gpa, len, write, value);
	} else if (write) {
		store_note(s);
		bus_write(w, gpa, len, *value);
	} else {
		*value = bus_read(w, gpa, len);
	}
	if (trace_on(s))
		trace_mmio(s, vcpu, gpa, len,
			   (write ? TRACE_WRITE : 0) | (w ? 0 : TRACE_UNSERVED) |
				   (error ? TRACE_ABORTED : 0),
			   *value);
	return error;
}

static void mmio_serve(struct shim *s, struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	uint64_t gpa = run->mmio.phys_addr, value;
	bool write = run->mmio.is_write;

	/*
	 * All eight bytes of data[] are there whatever LEN is: moved whole, they are one load or
	 * store.
	 */
	memcpy(&value, run->mmio.data, sizeof(value));
	if (write && atomic_load_explicit(&s->watched, memory_order_relaxed))
		undecoded_stored(s, gpa, run->mmio.len);
	if (exit_access(s, vcpu, gpa, run->mmio.len, write, &value))
		abort_give(s, vcpu, gpa, write);
	else if (!write)
		memcpy(run->mmio.data, &value, sizeof(value));
}

/*
 * --- the rest ------------------------------------------------------------------------------------
 * --------------------------
 */

/* PSCI's calls that KVM makes an event of: which of its two numbers it was is not told. */
static void event_trace(struct shim *s, const struct vcpu *vcpu)
{
	const struct kvm_run *run = vcpu->run;
	uint32_t fn = PSCI_0_2_FN_SYSTEM_OFF;

	if (run->system_event.type == KVM_SYSTEM_EVENT_RESET)
		fn = run->system_event.ndata && run->system_event.data[0] & RESET_BY_RESET2
			     ? SYSTEM_RESET2_FN
			     : PSCI_0_2_FN_SYSTEM_RESET;
	else if (run->system_event.type != KVM_SYSTEM_EVENT_SHUTDOWN)
		return;
	trace_call(s, vcpu, fn, false, 0);
}

static void event_serve(struct shim *s, struct vcpu *vcpu)
{
	unsigned type = vcpu->run->system_event.type;
	char pc[EXIT_PC_SIZE];

	exit_stores_drain(s);
	if (trace_on(s))
		event_trace(s, vcpu);
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

	if (reason == KVM_EXIT_FAIL_ENTRY && vcpu->run->fail_entry.hardware_entry_failure_reason ==
						     KVM_EXIT_FAIL_ENTRY_CPU_UNSUPPORTED)
		exit_stop(s, vcpu, OUTCOME_REFUSED, "E-CORES",
			  "KVM cannot run vCPU %u on CPU %u, which is another kind of core: run on "
			  "one kind of core (taskset -c LIST; for PID 1 maxcpus=N on the kernel's "
			  "command line)",
			  vcpu->id, vcpu->run->fail_entry.cpu);
	else if (reason == KVM_EXIT_FAIL_ENTRY)
		exit_stop(s, vcpu, OUTCOME_INTERNAL, "E-ENTRY",
			  "KVM cannot run vCPU %u on CPU %u (reason %#" PRIx64
			  "): boot another kernel",
			  vcpu->id, vcpu->run->fail_entry.cpu,
			  (uint64_t)vcpu->run->fail_entry.hardware_entry_failure_reason);
	else
		exit_stop(s, vcpu, OUTCOME_CRASH, "E-EXIT",
			  "the guest left KVM for a reason that nobody serves: KVM_EXIT_%s (%u), "
			  "PC %s, vCPU %u",
			  name, reason, pc_text(s, vcpu, pc), vcpu->id);
}

/* Another exit stood where the last access did: see silence_touched(). */
static void access_forget(struct vcpu *vcpu)
{
	if (CONFIG_DIAGNOSE)
		vcpu->run->mmio.len = 0;
}

void exit_serve(struct shim *s, struct vcpu *vcpu)
{
	switch (vcpu->run->exit_reason) {
	case KVM_EXIT_MMIO: mmio_serve(s, vcpu); break;
	case KVM_EXIT_ARM_NISV:
		undecoded_serve(s, vcpu);
		if (CONFIG_MONITOR)
			debug_emulated(s, vcpu);
		break;
	case KVM_EXIT_DEBUG:
		if (CONFIG_MONITOR)
			debug_exit(s, vcpu);
		else
			undecoded_step(s, vcpu);
		access_forget(vcpu);
		break;
	case KVM_EXIT_SYSTEM_EVENT: event_serve(s, vcpu); break;
	case KVM_EXIT_HYPERCALL:
		calls_serve(s, vcpu);
		access_forget(vcpu);
		break;
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
