// SPDX-License-Identifier: BSD-2-Clause
// The causes of silence, and their words.
#include "boot/silence_cause.h"

#define LOOP 256 /* bytes of code that a loop without a purpose takes, at most */

static const struct {
	const char *text, *remedy;
} words[] = {
	[SILENCE_VECTORS] = { "it sits in its exception vectors",
			      "look at the exception and where it was taken; a vector that is "
			      "not filled, or that faults itself, never ends" },
	[SILENCE_ASLEEP] = { "it waits for an interrupt, and none can come",
			     "enable one, the timer's or the console's, in the GIC (info gic) and "
			     "let the CPU interface pass it" },
	[SILENCE_OTHER_UART] = { "it talks to a UART that is not the console",
				 "name that UART in stdout-path of the guest's tree, or build the "
				 "firmware for the other one" },
	[SILENCE_POLL] = { "it waits for a register that nobody serves",
			   "set unmodelled=trace to see what it reads, and give the register its "
			   "value (docs/mirror.md)" },
	[SILENCE_DEVICE] = { "it waits for a device",
			     "see what the device is to do (trace, info devices)" },
	[SILENCE_LOST] = { "it accesses addresses where no node is",
			   "compare with \"info map\": is this firmware for this machine?" },
	[SILENCE_LOOP] = { "it goes round in a few instructions and touches no device",
			   "break into the loop and look at its registers (monitor: dump)" },
	[SILENCE_BUSY] = { "it is busy", "give it time, or look where it is (monitor: dump)" },
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

enum silence_cause silence_cause_of(const struct silence_facts *f)
{
	static const enum silence_cause by_place[] = {
		[SILENCE_PLACE_UART] = SILENCE_OTHER_UART,
		[SILENCE_PLACE_DEVICE] = SILENCE_DEVICE,
		[SILENCE_PLACE_STUB] = SILENCE_POLL,
		[SILENCE_PLACE_NOWHERE] = SILENCE_LOST,
	};

	if (f->off || f->user)
		return SILENCE_IDLE;
	if (f->vectors)
		return SILENCE_VECTORS;
	if (f->waits)
		return f->open ? SILENCE_IDLE : SILENCE_ASLEEP;
	/* It looks for a key: at a prompt that is all there is to do. */
	if (f->place == SILENCE_PLACE_CONSOLE)
		return f->spoke ? SILENCE_IDLE : SILENCE_DEVICE;
	if (f->place != SILENCE_PLACE_NONE)
		return by_place[f->place];
	return is_loop(f) ? SILENCE_LOOP : SILENCE_BUSY;
}
