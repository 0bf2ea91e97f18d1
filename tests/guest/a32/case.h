/* SPDX-License-Identifier: BSD-2-Clause */
/* One execution of an instruction: all registers before and after, for assembler and C. */
#ifndef GUEST_CASE_H
#define GUEST_CASE_H

/* Offsets of struct context. */
#define CTX_PC 60
#define CTX_CPSR 64
#define CTX_FIQ 68
#define CTX_IRQ 96
#define CTX_SVC 104
#define CTX_FPSCR 112
#define CTX_END 116
#define CTX_DFSR 120
#define CTX_DFAR 124
#define CTX_SPSR_ABT 128
#define CTX_STACK 132
#define CTX_D 136
#define CTX_SIZE 392

/* How it ended. */
#define END_RUNNING 0
#define END_UNDEFINED 1 /* at the instruction behind it, as it should */
#define END_DATA_ABORT 2
#define END_OTHER 3

/* A case's code: so many bytes, and its flags. */
#define CASE_CODE 20
#define CASE_T32 1
#define CASE_BRANCH 2 /* memory holds where to go to */
#define CASE_FAULT 4 /* a data abort is what is wanted */
#define CASE_BIG 8 /* data is big-endian */

#ifndef __ASSEMBLER__
#include "guest.h"

struct context {
	u32 r[15], pc, cpsr; /* of User mode */
	u32 fiq[7], irq[2], svc[2]; /* R8 to R14; R13 and R14 */
	u32 fpscr;
	u32 end, dfsr, dfar, spsr_abt, stack;
	u64 d[32];
};
_Static_assert(offsetof(struct context, d) == CTX_D && sizeof(struct context) == CTX_SIZE,
	       "case.h");

/* cases.S, which forms.py makes */
struct test_case {
	u8 length;
	u8 mode; /* bits 4..0; C and Z are bits 6 and 7 */
	u8 base, index; /* 15: none */
	int32_t index_value;
	int16_t base_at; /* from the window's begin */
	uint16_t flags;
	u8 code[CASE_CODE];
};
extern const struct test_case cases[], cases_end[];

/* Load all registers of CONTEXT, go on at its PC, come back by an exception with all kept. */
void case_run(struct context *context);

/* --- tables.c: the address space ------------------------------------------------------------- */

/*
 * A page of code, behind it the window: memory or the device, as window_map() says; behind that
 * what nobody may touch. Addresses are the same for both.
 */
extern u32 window_va, code_va;
#define WINDOW_SIZE 4096u

/* Ways to map it; NULL: there are no more. */
const char *mapping_name(unsigned way);
void mapping_begin(unsigned way, u32 memory, u32 device);
void window_map(bool device);
/* Can T be run so: is something unmapped behind the window, is it near enough to the code. */
bool mapping_suits(const struct test_case *t);
/* Without MMU the addresses are not the same: how far behind memory's the device's are. */
u32 mapping_apart(void);
void code_put(u32 at, const void *code, u32 size); /* into the page of code */

#endif
#endif
