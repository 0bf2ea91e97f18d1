// SPDX-License-Identifier: BSD-2-Clause
// Traced events as lines for a person.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boot/exits.h"
#include "boot/place.h"
#include "boot/trace.h"
#include "boot/trace_line.h"
#include "boot/trace_names.h"

static void what_text(const struct shim *s, const struct trace_event *e, char *buf, size_t size)
{
	const bool write = e->flags & TRACE_WRITE;
	char where[PLACE_SIZE], call[TRACE_CALL_SIZE];
	struct place place;

	switch (e->kind) {
	case TRACE_MMIO:
		trace_line_access(buf, size, place_access_text(s, e->at, write, where), write,
				  e->size, e->value);
		if (e->flags & TRACE_ABORTED)
			strncat(buf, ", external abort", size - strlen(buf) - 1);
		break;
	case TRACE_NISV:
		snprintf(buf, size, "%s: %s by %0*" PRIx64 ", which KVM does not decode",
			 place_access_text(s, e->at, write, where), write ? "store" : "read",
			 2 * e->size, e->value);
		break;
	case TRACE_CALL:
		snprintf(buf, size, "%s %s: %#" PRIx64, e->flags & TRACE_SMC ? "smc" : "call",
			 trace_names_call(e->at, call), e->value);
		break;
	case TRACE_IRQ:
		snprintf(buf, size, "%.47s: interrupt %" PRIu64 " %s",
			 place_find(s, e->at, &place) ? place.node : "?", e->value,
			 e->flags & TRACE_HIGH ? "high" : "low");
		break;
	default: snprintf(buf, size, "the guest starts again");
	}
}

const char *trace_text(const struct shim *s, const struct trace_event *e, char buf[TRACE_TEXT_SIZE])
{
	char what[PLACE_SIZE + 64], pc[EXIT_PC_SIZE], who[EXIT_PC_SIZE + 32] = "";

	what_text(s, e, what, sizeof(what));
	if (e->flags & TRACE_POSTED)
		snprintf(who, sizeof(who), " (posted)");
	else if (e->vcpu != TRACE_NO_VCPU)
		snprintf(who, sizeof(who), " (PC %s, vCPU %u)", exit_pc(s, e->pc, pc), e->vcpu);
	snprintf(buf, TRACE_TEXT_SIZE, "%" PRIu64 ".%06" PRIu64 " %s%s", e->ns / 1000000000,
		 e->ns / 1000 % 1000000, what, who);
	return buf;
}
