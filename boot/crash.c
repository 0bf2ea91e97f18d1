// SPDX-License-Identifier: BSD-2-Clause
// The report of a guest that has died.
#include "boot/crash.h"

#include <inttypes.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>

#include "boot/advice.h"
#include "boot/backtrace.h"
#include "boot/exits.h"
#include "boot/guestmem.h"
#include "boot/monitor/monitor.h"
#include "boot/monitor/views.h"
#include "boot/place.h"
#include "boot/say.h"
#include "boot/shim.h"
#include "boot/trace.h"
#include "boot/trace_ring.h"
#include "kvm/esr.h"

#define ESR_EL1 ARM64_SYS_REG(3, 0, 5, 2, 0)
#define FAR_EL1 ARM64_SYS_REG(3, 0, 6, 0, 0)
#define VBAR_EL1 ARM64_SYS_REG(3, 0, 12, 0, 0)
#define IFSR32_EL2 ARM64_SYS_REG(3, 4, 5, 0, 1)
#define R14_ABT VCPU_CORE_REG(regs.regs[20])
#define R14_UND VCPU_CORE_REG(regs.regs[22])
#define EVENTS 32 /* of the trace, the last ones */
#define VECTORS 0x800 /* bytes */
#define VECTORS32 0x20
#define PSTATE_AARCH32 (1u << 4)
#define MODE32_ABT 0x17
#define MODE32_UND 0x1b
#define NEVER_SET UINT64_C(0x1de7ec7edbadc0de) /* KVM resets registers of unknown value to it */

static uint64_t get(const struct vcpu *vcpu, uint64_t id)
{
	uint64_t value = 0;

	vcpu_reg_get(vcpu, id, &value);
	return value;
}

static bool is_aarch32(const struct vcpu *vcpu)
{
	return get(vcpu, VCPU_CORE_REG(regs.pstate)) & PSTATE_AARCH32;
}

/*
 * An abort is of the fetch where IFAR is its return address, R14_abt - 4: both syndromes stay when
 * later ones come. No syndrome tells of an undefined instruction, but its mode.
 */
static bool exception32_read(const struct vcpu *vcpu, struct crash_exception *e)
{
	const unsigned mode = get(vcpu, VCPU_CORE_REG(regs.pstate)) & 0x1f;
	const uint32_t dfsr = (uint32_t)get(vcpu, ESR_EL1), ifsr = (uint32_t)get(vcpu, IFSR32_EL2);
	const uint64_t far = get(vcpu, FAR_EL1);
	const bool fetch = (uint32_t)(far >> 32) == (uint32_t)get(vcpu, R14_ABT) - 4;
	char why[80];

	if (mode == MODE32_UND) {
		strcpy(e->text, "undefined instruction");
		e->has_address = false;
		e->advice = advice_of_abort(ADVICE_UNDEFINED, 0);
		return true;
	}
	if (mode != MODE32_ABT)
		return false;
	snprintf(e->text, sizeof(e->text), "%s abort: %s", fetch ? "prefetch" : "data",
		 esr_fsr_text(fetch ? ifsr : dfsr, fetch, why, sizeof(why)));
	e->has_address = true;
	e->address = fetch ? far >> 32 : (uint32_t)far;
	e->advice = advice_of_abort(fetch ? ADVICE_PREFETCH : ADVICE_DATA, dfsr);
	return true;
}

bool crash_exception_read(const struct vcpu *vcpu, struct crash_exception *e)
{
	const uint64_t esr = get(vcpu, ESR_EL1);

	if (is_aarch32(vcpu))
		return exception32_read(vcpu, e);
	if (esr == 0 || esr == NEVER_SET)
		return false;
	esr_text(esr, e->text, sizeof(e->text));
	e->has_address = esr_has_far(esr);
	e->address = get(vcpu, FAR_EL1);
	e->advice = advice_of_esr(esr);
	return true;
}

static void address_print(struct shim *s, const struct vcpu *vcpu, uint64_t va)
{
	struct guestmem mem;
	struct walk_fault fault;
	struct place place;
	char text[PLACE_SIZE];
	uint64_t gpa;

	guestmem_bind(&mem, s, vcpu);
	if (guestmem_translate(&mem, va, &gpa, &fault) == WALK_OK && place_find(s, gpa, &place))
		monitor_print("  address %#" PRIx64 " (%s)\n", va, place_text(s, gpa, text));
	else
		monitor_print("  address %#" PRIx64 "\n", va);
}

static void exception_print(struct shim *s, const struct vcpu *vcpu,
			    const struct crash_exception *e)
{
	const bool aarch32 = is_aarch32(vcpu);
	const bool undefined = aarch32 && !e->has_address;
	const uint64_t pc = exit_pc_of(vcpu), vbar = get(vcpu, VBAR_EL1);
	const uint64_t from = !aarch32	  ? get(vcpu, VCPU_CORE_REG(elr_el1))
			      : undefined ? get(vcpu, R14_UND) - 4
					  : get(vcpu, R14_ABT) - 8;
	char at[EXIT_PC_SIZE];

	monitor_print("last exception:\n  %s\n", e->text);
	if (e->has_address)
		address_print(s, vcpu, e->address);
	monitor_print("  taken at %s\n", exit_pc(s, aarch32 ? (uint32_t)from : from, at));
	if (pc - vbar < (aarch32 ? VECTORS32 : VECTORS))
		monitor_print("  and it is in its exception vectors now, at %#" PRIx64
			      " + %#" PRIx64 "\n",
			      vbar, pc - vbar);
}

static void calls_print(struct shim *s, const struct vcpu *vcpu)
{
	uint64_t frame[BACKTRACE_MAX];
	const unsigned n = backtrace_take(s, vcpu, frame);
	char at[EXIT_PC_SIZE];

	monitor_print("called from%s\n", n == 1 ? " nowhere: it has no frame" : "");
	for (unsigned i = 1; i < n; i++)
		monitor_print("  %s\n", exit_pc(s, frame[i], at));
}

/* An event, two columns in, what is too long for a line further in. */
static void event_print(const char *text)
{
	const char *indent = "  ";

	while (*text) {
		size_t n = strlen(text), room = SAY_COLUMNS - strlen(indent);

		if (n > room)
			for (n = room; n && text[n] != ' ';)
				n--;
		n = n ? n : room;
		monitor_print("%s%.*s\n", indent, (int)n, text);
		text += n + (text[n] == ' ');
		indent = "      ";
	}
}

static void events_print(struct shim *s)
{
	if (!trace_ring_count()) {
		monitor_print("no events were traced: trace=quiet keeps the last ones for this\n");
		return;
	}
	monitor_print("last events\n");
	trace_last(s, EVENTS, event_print);
}

void crash_report(struct shim *s, const struct vcpu *vcpu)
{
	struct crash_exception e;
	const bool taken = crash_exception_read(vcpu, &e);

	view_regs_of(s, vcpu);
	if (taken)
		exception_print(s, vcpu, &e);
	else
		monitor_print("it has taken no exception\n");
	calls_print(s, vcpu);
	if (CONFIG_TRACE)
		events_print(s);
	if (taken)
		monitor_print("what to do about the exception:\n  %s\n", e.advice);
}
