/* SPDX-License-Identifier: BSD-2-Clause */
/* One execution of an instruction: all registers before and after, for assembler and C. */
#ifndef GUEST_CASE64_H
#define GUEST_CASE64_H

/* Offsets of struct context. */
#define CTX_SP 248
#define CTX_PC 256
#define CTX_PSTATE 264
#define CTX_ESR 272
#define CTX_FAR 280
#define CTX_HOST 288
#define CTX_V 400
#define CTX_SIZE 912

/* A case's code: so many bytes, and its flags. */
#define CASE_CODE 24
#define CASE_FAULT 1 /* a data abort is what is wanted: behind the window nothing may be touched */
#define CASE_LITERAL 2 /* reaches the window from the code */
#define CASE_LSE 4 /* FEAT_LSE */
#define CASE_RCPC 8 /* FEAT_LRCPC */
#define CASE_RCPC2 16 /* FEAT_LRCPC2 */

#ifndef __ASSEMBLER__
#include "guest.h"

struct context {
	u64 x[31], sp, pc, pstate, esr, far;
	u64 host[14]; /* X19 to X30, SP, VBAR of who called case_run() */
	u64 v[32][2];
};
_Static_assert(offsetof(struct context, sp) == CTX_SP && offsetof(struct context, v) == CTX_V &&
		       offsetof(struct context, host) == CTX_HOST &&
		       sizeof(struct context) == CTX_SIZE,
	       "case64.h");

/* cases.S, which forms.py makes */
struct test_case {
	u8 length, mode; /* mode: PSTATE.M */
	u8 base, index; /* 31: SP; 255: none */
	int32_t at; /* of the base from the window's begin */
	u64 index_value;
	u32 flags;
	u8 code[CASE_CODE];
};
extern const struct test_case cases[], cases_end[];

/* Load all registers of CONTEXT, go on at its PC, come back by an exception with all kept. */
void case_run(struct context *context);

/* --- tables64.c: the address space ----------------------------------------------------------- */

/*
 * A page of code and the window: memory or the device, as window_map() says. Addresses are the same
 * for both, unless nothing is mapped at all.
 */
extern u64 window_va, code_va;
#define WINDOW_SIZE 4096u

/* Ways to map it; NULL: there are no more. */
const char *way_name(unsigned way);
bool way_offered(unsigned way); /* this CPU has such pages */
bool way_has_end(unsigned way); /* nothing may be touched behind the window */
bool way_is_near(unsigned way); /* literals reach the window */
void way_begin(unsigned way, u64 memory, u64 device);
void way_end(void);
void window_map(bool device);
void code_put(u64 at, const void *code, unsigned size); /* into the page of code */

#endif
#endif
