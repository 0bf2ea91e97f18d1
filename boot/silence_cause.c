// SPDX-License-Identifier: BSD-2-Clause
// The causes of silence, and their words.
#include "boot/silence_cause.h"

#define LOOP 256 /* bytes of code that a loop without a purpose takes, at most */

static const struct {
	const char *text, *remedy;
} words[SILENCE_CAUSES] = {
	[SILENCE_VECTORS] = { "it sits in its exception vectors", "" /* the exception's own */ },
	[SILENCE_OTHER_UART] = { "it talks to a UART that is not the console",
				 "name that UART in stdout-path of the guest's tree, or build the "
				 "firmware for the console's" },
	[SILENCE_CLOCK] = { "it waits for a clock that nobody serves",
			    "see with unmodelled=trace which bit it reads, and give the register "
			    "its value in dts/socs.dts (docs/mirror.md)" },
	[SILENCE_POWER] = { "it waits for a power domain that nobody serves",
			    "see with unmodelled=trace which bit it reads, and give the register "
			    "its value in dts/socs.dts (docs/mirror.md)" },
	[SILENCE_POLL] = { "it waits for a register that nobody serves",
			   "see with unmodelled=trace which bit it reads; disable that node in the "
			   "guest's tree, or give the register its value (docs/mirror.md)" },
	[SILENCE_DEVICE] = { "it waits for a device",
			     "see what the device is to do: info devices, info gic" },
	[SILENCE_LOST] = { "it accesses addresses where no node is",
			   "compare them with info map: is this firmware for this machine?" },
	[SILENCE_LOOP] = { "it goes round in a few instructions and touches no device",
			   "let it be if it counts or copies; if not, look at its registers and "
			   "calls (escape key, then d)" },
	[SILENCE_BUSY] = { "it is busy and has printed nothing since its start",
			   "give it time; then look where it is (escape key, then d), and whether "
			   "its console is the one of the tree (info devices)" },
	[SILENCE_MASKS] = { "it sleeps, and does not take the interrupt that is pending",
			    "clear PSTATE.I (msr daifclr, #2), once its handler is there" },
	[SILENCE_GIC_OFF] = { "it sleeps, and the GIC is off",
			      "switch on the distributor (GICD_CTLR) and the CPU interface "
			      "(ICC_IGRPEN1_EL1, GICC_CTLR)" },
	[SILENCE_NONE_ENABLED] = { "it sleeps, and no interrupt is enabled",
				   "enable the timer's or the console's in the GIC; or this is its "
				   "way to stop: look at its calls (escape key, then d)" },
	[SILENCE_PRIORITY] = { "it sleeps, and the priority mask lets no interrupt pass",
			       "raise the mask (ICC_PMR_EL1, GICC_PMR) above the priorities: info "
			       "gic shows both" },
	[SILENCE_NO_SOURCE] = { "it sleeps, and none of the interrupts that are enabled can come",
				"start a timer (CNTV_CTL_EL0), or enable the console's interrupt: "
				"info gic, info timers" },
};

const char *silence_cause_text(enum silence_cause cause)
{
	return words[cause].text;
}

const char *silence_cause_remedy(enum silence_cause cause)
{
	return words[cause].remedy;
}

static bool is_loop(const struct silence_facts *f)
{
	uint64_t least = UINT64_MAX, most = 0;

	for (unsigned i = 0; i < f->samples; i++) {
		least = f->pc[i] < least ? f->pc[i] : least;
		most = f->pc[i] > most ? f->pc[i] : most;
	}
	return most - least < LOOP;
}

static enum silence_cause asleep(const struct silence_facts *f)
{
	const struct silence_wake *w = &f->wake;

	if (!w->known)
		return SILENCE_IDLE;
	if (!w->forwarded)
		return SILENCE_GIC_OFF;
	if (!w->enabled)
		return SILENCE_NONE_ENABLED;
	if (!w->passes)
		return SILENCE_PRIORITY;
	if (w->pending && f->masked)
		return SILENCE_MASKS;
	return w->source || w->pending ? SILENCE_IDLE : SILENCE_NO_SOURCE;
}

enum silence_cause silence_cause_of(const struct silence_facts *f)
{
	static const enum silence_cause by_place[] = {
		[SILENCE_PLACE_UART] = SILENCE_OTHER_UART, [SILENCE_PLACE_DEVICE] = SILENCE_DEVICE,
		[SILENCE_PLACE_CLOCK] = SILENCE_CLOCK,	   [SILENCE_PLACE_POWER] = SILENCE_POWER,
		[SILENCE_PLACE_STUB] = SILENCE_POLL,	   [SILENCE_PLACE_NOWHERE] = SILENCE_LOST,
	};

	if (f->off || f->user)
		return SILENCE_IDLE;
	if (f->vectors)
		return SILENCE_VECTORS;
	if (f->sleeps)
		return asleep(f);
	/* It looks for a key: at a prompt that is all there is to do. */
	if (f->place == SILENCE_PLACE_CONSOLE)
		return f->spoke ? SILENCE_IDLE : SILENCE_DEVICE;
	if (f->place != SILENCE_PLACE_NONE)
		return by_place[f->place];
	if (is_loop(f))
		return SILENCE_LOOP;
	return f->spoke ? SILENCE_IDLE : SILENCE_BUSY;
}

int silence_worst(const struct silence_facts *facts, unsigned count, enum silence_cause *worst)
{
	bool well = false;
	int found = -1;

	*worst = SILENCE_IDLE;
	for (unsigned i = 0; i < count; i++) {
		const struct silence_facts *f = &facts[i];
		const enum silence_cause cause = silence_cause_of(f);

		if (cause == SILENCE_IDLE) {
			if (!f->off && !f->sleeps && f->place == SILENCE_PLACE_CONSOLE)
				return -1;
			well = well || !f->off;
		} else if (found < 0 || cause < *worst) {
			found = (int)i;
			*worst = cause;
		}
	}
	return well && *worst >= SILENCE_MASKS ? -1 : found;
}
