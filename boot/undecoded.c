// SPDX-License-Identifier: BSD-2-Clause
// Instructions that KVM does not decode: emulated, counted, told of.
#include <errno.h>
#include <inttypes.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "boot/exits.h"
#include "boot/memory.h"
#include "boot/say.h"
#include "boot/shim.h"
#include "boot/trace.h"
#include "boot/undecoded.h"
#include "kvm/guestdebug.h"
#include "kvm/insn/emulate.h"
#include "kvm/insn/onereg.h"

#define ESR_ISS_WNR (1u << 6) /* Arm ARM, ISS of a Data Abort: write, not read */
#define TOLD_MOST 16 /* addresses that are told of */
#define STEPS_MOST 64 /* from an exclusive load to its store */

static struct undecoded {
	struct onereg regs; /* first: see onereg.h */
	struct shim *shim;
	struct vcpu *vcpu;
	unsigned steps; /* left; 0: the vCPU runs freely */
} undecoded[CONFIG_MAX_VCPUS];

static atomic_ulong count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of told[], and of who watches what */
static uint64_t told[TOLD_MOST]; /* guest physical */
static unsigned tolds;

static struct undecoded *of_cpu(struct insn_cpu *cpu)
{
	return (struct undecoded *)cpu;
}

static void *memory(struct insn_cpu *cpu, uint64_t gpa, bool write)
{
	return memory_at(of_cpu(cpu)->shim, gpa, write);
}

/* With the lock held: no exclusive load watches these bytes any more. */
static void unwatch(struct shim *s, uint64_t gpa, unsigned len)
{
	for (unsigned i = 0; i < s->p.plan.cpus; i++) {
		struct insn_cpu *cpu = &undecoded[i].regs.cpu;

		if (gpa - cpu->exclusive < cpu->exclusive_size || cpu->exclusive - gpa < len)
			cpu->exclusive_size = 0;
	}
}

static int device(struct insn_cpu *cpu, uint64_t gpa, unsigned size, bool write, uint64_t *value)
{
	struct undecoded *u = of_cpu(cpu);

	if (write)
		unwatch(u->shim, gpa, size);
	return exit_access(u->shim, u->vcpu, gpa, size, write, value);
}

void undecoded_stored(struct shim *s, uint64_t gpa, unsigned len)
{
	pthread_mutex_lock(&lock);
	unwatch(s, gpa, len);
	pthread_mutex_unlock(&lock);
}

/* VCPU's own, made at its first such exit: most guests have none. */
static struct undecoded *undecoded_of(struct shim *s, struct vcpu *vcpu)
{
	struct undecoded *u = &undecoded[vcpu->id];

	if (u->shim)
		return u;
	u->shim = s;
	u->vcpu = vcpu;
	onereg_bind(&u->regs, vcpu);
	u->regs.cpu.memory = memory;
	u->regs.cpu.device = device;
	return u;
}

/* The first access to each address, of the first such addresses. */
static void tell(const struct insn *insn, uint64_t pc, uint64_t gpa)
{
	unsigned i = 0;
	bool first, last;

	pthread_mutex_lock(&lock);
	while (i < tolds && told[i] != gpa)
		i++;
	first = i == tolds && i != TOLD_MOST;
	if (first)
		told[tolds++] = gpa;
	last = tolds == TOLD_MOST;
	pthread_mutex_unlock(&lock);
	if (first)
		say("guest accesses %#" PRIx64 " by `%s` (%0*" PRIx32 ", PC %#" PRIx64
		    "), which KVM does not decode: emulated%s",
		    gpa, insn->name, 2 * insn->length, insn->word, pc,
		    last ? "; further ones are not told" : "");
}

static void failed(struct shim *s, struct vcpu *vcpu, uint64_t pc, uint32_t word, int error)
{
	uint64_t gpa = vcpu->run->arm_nisv.fault_ipa, iss = vcpu->run->arm_nisv.esr_iss;
	char what[16] = "";

	if (error == -ENOSYS)
		snprintf(what, sizeof(what), " %08" PRIx32, word);
	if (error == -ENOSYS || error == -EFAULT)
		exit_stop(s, vcpu, OUTCOME_CRASH, "E-NISV",
			  "guest %s %#" PRIx64
			  " by an instruction%s that neither KVM nor kvmshim decodes (PC %#" PRIx64
			  ", ISS %#" PRIx64
			  "): build the firmware so that it accesses devices by plain ldr and str "
			  "(U-Boot: CONFIG_KVM_VIRT_INS)",
			  iss & ESR_ISS_WNR ? "stores to" : "reads", gpa, what, pc, iss);
	else
		exit_stop(s, vcpu, OUTCOME_INTERNAL, "E-KVM",
			  "KVM refused a register of vCPU %u at PC %#" PRIx64 ": %s (%d)", vcpu->id,
			  pc, strerror(-error), error);
}

/* Nothing is watched any more after as many STEPS. */
static void steps_set(struct undecoded *u, unsigned steps)
{
	if (!steps)
		u->regs.cpu.exclusive_size = 0;
	if (!u->steps != !steps) {
		guestdebug_step_set(u->vcpu, GUESTDEBUG_EXCLUSIVES, steps);
		atomic_fetch_add(&u->shim->watched, steps ? 1 : -1);
	}
	u->steps = steps;
}

/* Returns 0 or what the guest ends by. */
static int execute(struct undecoded *u, const struct insn *insn)
{
	struct insn_cpu *cpu = &u->regs.cpu;
	int error;

	atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
	pthread_mutex_lock(&lock);
	error = emulate(cpu, insn);
	pthread_mutex_unlock(&lock);
	if (!error)
		return insn_push(cpu);
	insn_forget(cpu);
	return error;
}

/* Does WORD end what an exclusive load began: CLREX of A64, A32 and T32, ERET? */
static bool unwatches(uint32_t word)
{
	static const struct {
		uint32_t mask, value;
	} rows[] = {
		{ 0xfffff0ff, 0xd503305f },
		{ 0xffffffff, 0xf57ff01f },
		{ 0xffffffff, 0xf3bf8f2f },
		{ 0xffffffff, 0xd69f03e0 },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if ((word & rows[i].mask) == rows[i].value)
			return true;
	return false;
}

void undecoded_step(struct shim *s, struct vcpu *vcpu)
{
	struct undecoded *u = undecoded_of(s, vcpu);
	struct insn_cpu *cpu = &u->regs.cpu;
	uint32_t word = 0;
	struct insn insn;
	uint64_t pc;
	bool store;
	int error;

	if (!u->steps)
		return;
	error = emulate_fetch(cpu, &insn, &word);
	pc = insn_get(cpu, INSN_PC);
	store = !error && insn.op == INSN_STORE_EXCLUSIVE && emulate_condition(cpu, &insn);
	error = store ? execute(u, &insn) : 0;
	insn_forget(cpu);
	if (error)
		failed(s, vcpu, pc, word, error);
	steps_set(u, store || unwatches(word) ? 0 : u->steps - 1);
}

static void serve(struct shim *s, struct vcpu *vcpu, bool write)
{
	struct undecoded *u = undecoded_of(s, vcpu);
	struct insn_cpu *cpu = &u->regs.cpu;
	uint32_t word = 0;
	struct insn insn;
	uint64_t pc;
	int error;

	/* Flash that had no slot yet: tried again, the instruction finds memory. */
	if (!write && flash_back(s, vcpu->run->arm_nisv.fault_ipa))
		return;
	error = emulate_fetch(cpu, &insn, &word);
	pc = insn_get(cpu, INSN_PC);
	if (!error) {
		tell(&insn, pc, vcpu->run->arm_nisv.fault_ipa);
		if (trace_on(s))
			trace_nisv(s, vcpu, vcpu->run->arm_nisv.fault_ipa, write, insn.word,
				   insn.length);
		error = execute(u, &insn);
	}
	insn_forget(cpu);
	if (error) {
		failed(s, vcpu, pc, word, error);
	} else if (insn.op == INSN_LOAD_EXCLUSIVE) {
		steps_set(u, STEPS_MOST);
		undecoded_step(s, vcpu);
	}
}

void undecoded_serve(struct shim *s, struct vcpu *vcpu)
{
	const bool write = vcpu->run->arm_nisv.esr_iss & ESR_ISS_WNR;
	const uint64_t gpa = vcpu->run->arm_nisv.fault_ipa;

	serve(s, vcpu, write);
	/* As an exit that KVM has decoded leaves it: see silence_touched(). */
	vcpu->run->mmio.phys_addr = gpa;
	vcpu->run->mmio.is_write = write;
	vcpu->run->mmio.len = 1;
}

void undecoded_reset(struct shim *s)
{
	for (unsigned i = 0; i < s->p.plan.cpus; i++)
		steps_set(&undecoded[i], 0);
}

void undecoded_tell(void)
{
	unsigned long n = atomic_exchange(&count, 0);

	if (n)
		say("instructions that KVM does not decode: %lu emulated", n);
}
