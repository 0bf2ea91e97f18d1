/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a guest says nothing: from what was seen of it to a cause. Pure. */
#ifndef BOOT_SILENCE_CAUSE_H
#define BOOT_SILENCE_CAUSE_H

#include <stdbool.h>
#include <stdint.h>

#define SILENCE_SAMPLES 6

/* Whose register the guest touched last. */
enum silence_place {
	SILENCE_PLACE_NONE, /* it touched none meanwhile */
	SILENCE_PLACE_CONSOLE,
	SILENCE_PLACE_UART, /* another one, with a model or without */
	SILENCE_PLACE_DEVICE,
	SILENCE_PLACE_STUB, /* a node that nobody serves */
	SILENCE_PLACE_NOWHERE,
};

/* One vCPU, looked at a few times. */
struct silence_facts {
	bool off; /* PSCI has it off */
	bool spoke; /* the guest has printed something since its start */
	uint64_t pc[SILENCE_SAMPLES];
	unsigned samples;
	bool aarch32, user; /* user: at EL0 */
	bool waits; /* stands behind a WFI or WFE */
	bool open; /* an interrupt can reach it */
	bool vectors; /* PC is in the exception vectors, each time */
	enum silence_place place;
	bool write;
};

enum silence_cause {
	SILENCE_IDLE, /* no cause for alarm */
	SILENCE_VECTORS,
	SILENCE_ASLEEP, /* WFI, and nothing can wake it */
	SILENCE_OTHER_UART,
	SILENCE_POLL, /* reads a register of what nobody serves */
	SILENCE_DEVICE, /* waits for a device that has a model */
	SILENCE_LOST, /* accesses to where no node is */
	SILENCE_LOOP, /* goes round in a few instructions */
	SILENCE_BUSY, /* does something, all over the place */
};

enum silence_cause silence_cause_of(const struct silence_facts *facts);

/* What is printed of a cause: what it is, and what to do about it. */
const char *silence_cause_text(enum silence_cause cause);
const char *silence_cause_remedy(enum silence_cause cause);

#endif
