/* SPDX-License-Identifier: BSD-2-Clause */
/* What is traced, as the person says it: "mmio,irq,node=pl011,write". Pure. */
#ifndef BOOT_TRACE_RULES_H
#define BOOT_TRACE_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "board/region.h"
#include "boot/trace_event.h"

#define TRACE_NODES_MAX 8
#define TRACE_RANGES_MAX 8
#define TRACE_NODE_SIZE 48

struct trace_rules {
	unsigned kinds; /* bit per enum trace_kind */
	bool reads, writes;
	bool line; /* the person sees each event */
	unsigned nodes, ranges; /* none: all addresses */
	char node[TRACE_NODES_MAX][TRACE_NODE_SIZE];
	struct region range[TRACE_RANGES_MAX];
};

/*
 * Words, with commas or blanks between: off; on and all; mmio, calls, irq, nisv, reset; read, write;
 * quiet; node=NAME, with or without @ADDRESS; addr=BASE-LAST, addr=BASE+SIZE or addr=ADDRESS. No
 * kind is all of them. Returns 0, or -EINVAL and the word that is none at *BAD, *LENGTH characters.
 */
int trace_rules_read(struct trace_rules *rules, const char *text, const char **bad, size_t *length);

/*
 * Is the event wanted? NODE is the name of what is at its address, NULL: nothing. Filters of place
 * and direction are for events that have an address.
 */
bool trace_rules_want(const struct trace_rules *rules, const struct trace_event *e,
		      const char *node);

/* Are names of nodes among the rules, so that trace_rules_want() needs to know it? */
static inline bool trace_rules_by_node(const struct trace_rules *rules)
{
	return rules->nodes;
}

/* Does the node called NAME bear the name that a rule gives? */
bool trace_rules_names(const char *rule, const char *name);

#endif
