/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a guest says nothing: from what was seen of it to a cause. Pure. */
#ifndef BOOT_SILENCE_CAUSE_H
#define BOOT_SILENCE_CAUSE_H

#include <stdbool.h>
#include <stdint.h>

#define SILENCE_SAMPLES 6

/* Whose register the guest touched meanwhile, the last time. */
enum silence_place {
	SILENCE_PLACE_NONE, /* it touched none */
	SILENCE_PLACE_CONSOLE,
	SILENCE_PLACE_UART, /* another one, with a model or without */
	SILENCE_PLACE_DEVICE, /* with a model */
	SILENCE_PLACE_CLOCK, /* a node that nobody serves: a clock controller, .. */
	SILENCE_PLACE_POWER, /* .. one of power domains, .. */
	SILENCE_PLACE_STUB, /* .. any other */
	SILENCE_PLACE_NOWHERE, /* no node is there */
};

/* What may wake a vCPU that sleeps. */
struct silence_wake {
	bool known; /* the vGIC shows its registers; else nothing is claimed */
	bool forwarded; /* distributor and CPU interface are on */
	bool enabled; /* an interrupt is enabled, that is no SGI */
	bool passes; /* and its priority is above the mask */
	bool source; /* and something can raise it: a device with a model, a timer that runs */
	bool pending; /* and one such is pending */
};

/* One vCPU, looked at a few times. */
struct silence_facts {
	bool off; /* PSCI has it off */
	bool spoke; /* the guest has printed something since its start */
	uint64_t pc[SILENCE_SAMPLES];
	unsigned samples;
	bool aarch32;
	unsigned el; /* the last time */
	bool user; /* was at EL0 */
	bool sleeps; /* stood behind a WFI or WFE */
	bool masked; /* PSTATE.I was set, each time */
	bool vectors; /* was in the exception vectors each time, and has taken an exception */
	struct silence_wake wake; /* of one that sleeps */
	enum silence_place place;
};

enum silence_cause {
	SILENCE_IDLE, /* no cause for alarm */
	SILENCE_VECTORS,
	SILENCE_OTHER_UART,
	SILENCE_CLOCK,
	SILENCE_POWER,
	SILENCE_POLL, /* reads a register of what nobody serves */
	SILENCE_DEVICE, /* waits for a device that has a model */
	SILENCE_LOST, /* accesses to where no node is */
	SILENCE_LOOP, /* goes round in a few instructions */
	SILENCE_BUSY, /* does something, all over the place, and never spoke */
	/* Sleeps, and .. */
	SILENCE_MASKS, /* does not take what is pending */
	SILENCE_GIC_OFF,
	SILENCE_NONE_ENABLED,
	SILENCE_PRIORITY, /* none that is enabled passes the mask */
	SILENCE_NO_SOURCE, /* none that is enabled can come */
	SILENCE_CAUSES
};

enum silence_cause silence_cause_of(const struct silence_facts *facts);

/*
 * Which of COUNT vCPUs is to be told of, and its cause; -1: the guest is well, since one of them polls
 * its console, or those that sleep wait for one that does well.
 */
int silence_worst(const struct silence_facts *facts, unsigned count, enum silence_cause *cause);

/* What is printed of a cause: what it is, and what to do about it. Sentences without an end. */
const char *silence_cause_text(enum silence_cause cause);
const char *silence_cause_remedy(enum silence_cause cause);

#endif
