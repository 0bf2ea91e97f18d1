/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands in the place of blocks that no model serves: registers that remember, what is known of
 * some of them, and help for a loop that waits for one. Fixed tables, no fds, no clock of its own.
 */
#ifndef BOARD_STUB_H
#define BOARD_STUB_H

#include <stdbool.h>
#include <stdint.h>

#define STUB_WINDOWS_MAX 4096
#define STUB_REGISTERS_MAX 8192 /* 32-bit words that were touched or have rules */
#define STUB_RULES_MAX 1024
#define STUB_SITES_MAX 256 /* places in the firmware that were helped */
#define STUB_ANSWERS 4 /* of one such place, the last one that helped first */
#define STUB_SEEN 4 /* registers that a loop may read, in a row */
#define STUB_NONE UINT16_MAX

/* A stretch of addresses that remember: an entry of a node's reg. They may nest and overlap. */
struct stub_window {
	uint64_t base, size; /* bytes */
	uint64_t origin; /* offsets are told from here: base, but for a part of a node's window */
	const char *name; /* the node's, for messages */
	uint16_t up; /* the last one before it that has its base, or STUB_NONE */
	bool hiword; /* bits 31:16 of a store say which of 15:0 it changes */
	uint32_t helped; /* loops */
};

/* What is known of a register, by SoC data. Masks are of its 32 bits. */
enum stub_rule_kind {
	STUB_RESET, /* its value after a reset */
	STUB_READ_ONLY, /* bits that a store does not change */
	STUB_WRITE_ONE_CLEARS, /* bits that a store of 1 clears, and of 0 does not change */
	STUB_SELF_CLEARING, /* bits that read 0 after a store */
	STUB_TOGGLING, /* bits that change with each read */
	STUB_COUNTER, /* counts at so many Hz from the start on: bits 31:0 of it */
	STUB_COUNTER_HIGH, /* bits 63:32 of it */
	STUB_RESETS_MASK, /* a store that has in these bits, if there are any, .. */
	STUB_RESETS_VALUE, /* .. this value resets the board */
	STUB_RULES
};

struct stub_register {
	uint64_t gpa; /* a multiple of 4 */
	uint32_t value;
	uint16_t window;
	uint16_t rule; /* in rule[], or STUB_NONE */
	uint16_t site; /* the last one in site[] that is about it, or STUB_NONE */
};

/* What a read is to give in the place of VALUE: (VALUE & ~mask) | bits; mask 0: it counts up. */
struct stub_answer {
	uint32_t mask, bits;
};

/* A load in the firmware that polled a register. */
struct stub_site {
	uint64_t pc;
	uint16_t reg, next; /* another site of that register, or STUB_NONE */
	uint16_t given; /* reads that got the present answer */
	uint8_t search; /* the candidate to go on with */
	uint8_t answers, doubted; /* in answer[]; the last of them, at which the loop went on */
	bool rests; /* nothing helped */
	uint32_t helped, epoch, course; /* the vCPU's, when it was last helped */
	struct stub_answer tried; /* the candidate */
	struct stub_answer answer[STUB_ANSWERS];
};

/* What one vCPU is about. Zeroed, it is as after a reset. */
struct stub_cpu {
	uint32_t epoch; /* renewed by all that looks like progress */
	uint32_t course; /* renewed by stores alone */
	uint32_t device_stores; /* stub.device_stores as they were then */
	uint16_t site; /* 1 + the index of the one that a candidate is tried for, 0: none */
	uint16_t apart; /* reads of others since that one was read */
	uint16_t streak_of, streak; /* 1 + the register read last, and how often in a row */
	uint16_t last, row; /* 1 + the site that read last, 0: none; how often in a row */
	/* Registers read in this epoch, each 1 + its index; 0: no more. */
	struct stub_seen {
		uint16_t reg, reads;
	} seen[STUB_SEEN];
	/* The vCPU's PC: asked for where a poll is suspected, since it costs. */
	uint64_t (*pc)(struct stub_cpu *cpu);
};

struct stub {
	uint32_t windows, registers, rules, sites;
	uint32_t epoch; /* the last one given out */
	uint32_t device_stores; /* of models: whoever serves them counts */
	uint32_t dropped; /* what a full table had no room for */
	bool resets; /* the guest stored what resets the board: for whoever serves it to do, and clear */
	uint64_t began; /* ns */
	uint64_t (*now)(void); /* ns; for counters */
	/* A loop at SITE was helped by ANSWER. NULL: nobody wants to know. */
	void (*helped)(const struct stub *stub, const struct stub_site *site,
		       const struct stub_answer *answer);
	struct stub_window window[STUB_WINDOWS_MAX]; /* ascending after stub_sort() */
	uint32_t rule[STUB_RULES_MAX][STUB_RULES];
	struct stub_site site[STUB_SITES_MAX];
	struct stub_register reg[STUB_REGISTERS_MAX];
	uint16_t hash[2 * STUB_REGISTERS_MAX]; /* 1 + index in reg[], 0: free */
};

/*
 * Add a window of SIZE bytes at BASE, which offsets are told from; NAME must last. Returns it, to
 * add to, NULL: there is no room, or it is empty or wraps. Before stub_sort().
 */
struct stub_window *stub_window_add(struct stub *stub, uint64_t base, uint64_t size,
				    const char *name);

/*
 * VALUE of kind KIND for the register at GPA, a multiple of 4; bits add to those it has. False: there
 * is no room. Before stub_sort().
 */
bool stub_rule_set(struct stub *stub, uint64_t gpa, enum stub_rule_kind kind, uint32_t value);

/* All windows and rules are there: once, before the guest runs. Registers get their reset values. */
void stub_sort(struct stub *stub);

/* The innermost window around GPA; NULL: none. */
struct stub_window *stub_find(struct stub *stub, uint64_t gpa);

/*
 * An access of SIZE 1, 2, 4 or 8 bytes, of any alignment. False: nothing is there (no window, or the
 * table is full): the read gave 0, the store was dropped. One call at a time.
 */
bool stub_read(struct stub *stub, struct stub_cpu *cpu, uint64_t gpa, unsigned size,
	       uint64_t *value);
bool stub_write(struct stub *stub, struct stub_cpu *cpu, uint64_t gpa, unsigned size,
		uint64_t value);

/* The guest is reset: each vCPU, then the registers. What helped loops is remembered. */
void stub_cpu_reset(struct stub *stub, struct stub_cpu *cpu);
void stub_reset(struct stub *stub);

#endif
