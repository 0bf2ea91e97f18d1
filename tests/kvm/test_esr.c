// SPDX-License-Identifier: BSD-2-Clause
// Syndromes in words.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kvm/esr.h"

static char buf[160];

static void assert_says(uint64_t esr, const char *words)
{
	assert_string_equal(esr_text(esr, buf, sizeof(buf)), words);
}

static void data_aborts_say_what_was_done(void **state)
{
	(void)state;
	assert_says(0x96000045, "data abort: translation fault, level 1, on a write");
	assert_says(0x97800046 & ~(1u << 22),
		    "data abort: translation fault, level 2, on a write of 4 bytes");
	assert_says(0x9600004f, "data abort: permission fault, level 3, on a write");
	assert_says(0x96000010, "data abort: external abort: nothing answers there, on a read");
	assert_says(0x96000021, "data abort: alignment fault, on a read");
	assert_says(0x92000147,
		    "data abort from EL0: translation fault, level 3, on cache maintenance");
	assert_says(0x97000004, "data abort: translation fault, level 0, on a read of 1 byte");
}

static void instruction_aborts_say_why(void **state)
{
	(void)state;
	assert_says(0x86000006, "instruction abort: translation fault, level 2");
	assert_says(0x8600000f, "instruction abort: permission fault, level 3");
}

/* By EC, syndrome 0; NULL: no class of EL1's. */
static const char *const classes[64] = {
	[0x00] = "undefined instruction",
	[0x01] = "trapped WFI",
	[0x03] = "trapped access to a register of p15",
	[0x04] = "trapped access to a 64-bit register of p15",
	[0x05] = "trapped access to a register of p14",
	[0x06] = "trapped LDC or STC",
	[0x07] = "SIMD or FP instruction while CPACR_EL1.FPEN traps them",
	[0x0a] = "trapped LD64B or ST64B",
	[0x0c] = "trapped access to a 64-bit register of p14",
	[0x0d] = "branch to where no BTI is",
	[0x0e] = "illegal execution state: PSTATE.IL is set",
	[0x11] = "SVC of AArch32 #0",
	[0x14] = "trapped access to a 128-bit system register",
	[0x15] = "SVC #0",
	[0x18] = "trapped access to a system register: write of S0_0_C0_C0_0, X0",
	[0x19] = "SVE instruction while CPACR_EL1.ZEN traps them",
	[0x1b] = "trapped TSTART",
	[0x1c] = "pointer authentication failed, instruction key A",
	[0x1d] = "trapped SME instruction",
	[0x20] = "instruction abort from EL0: address size fault, level 0",
	[0x21] = "instruction abort: address size fault, level 0",
	[0x22] = "PC is not aligned",
	[0x24] = "data abort from EL0: address size fault, level 0, on a read",
	[0x25] = "data abort: address size fault, level 0, on a read",
	[0x26] = "SP is not aligned",
	[0x27] = "memory copy or set instruction (CPY, SET) in a wrong state",
	[0x28] = "floating-point exception of AArch32",
	[0x2c] = "floating-point exception",
	[0x2d] = "guarded control stack: what it has does not match",
	[0x2f] = "SError: an error of memory or a bus, told late",
	[0x30] = "breakpoint from EL0",
	[0x31] = "breakpoint",
	[0x32] = "single step from EL0",
	[0x33] = "single step",
	[0x34] = "watchpoint from EL0, on a read",
	[0x35] = "watchpoint, on a read",
	[0x38] = "BKPT of AArch32 #0",
	[0x3c] = "BRK #0",
	[0x3d] = "overflow of a performance counter",
};

/* By fault status code of an instruction abort; NULL: reserved. */
static const char *const faults[64] = {
	[0x00] = "address size fault, level 0",
	[0x01] = "address size fault, level 1",
	[0x02] = "address size fault, level 2",
	[0x03] = "address size fault, level 3",
	[0x04] = "translation fault, level 0",
	[0x05] = "translation fault, level 1",
	[0x06] = "translation fault, level 2",
	[0x07] = "translation fault, level 3",
	[0x08] = "access flag fault, level 0",
	[0x09] = "access flag fault, level 1",
	[0x0a] = "access flag fault, level 2",
	[0x0b] = "access flag fault, level 3",
	[0x0c] = "permission fault, level 0",
	[0x0d] = "permission fault, level 1",
	[0x0e] = "permission fault, level 2",
	[0x0f] = "permission fault, level 3",
	[0x10] = "external abort: nothing answers there",
	[0x11] = "tag check fault",
	[0x12] = "external abort on a table, level -2",
	[0x13] = "external abort on a table, level -1",
	[0x14] = "external abort on a table, level 0",
	[0x15] = "external abort on a table, level 1",
	[0x16] = "external abort on a table, level 2",
	[0x17] = "external abort on a table, level 3",
	[0x18] = "parity or ECC error",
	[0x1b] = "parity or ECC error on a table, level -1",
	[0x1c] = "parity or ECC error on a table, level 0",
	[0x1d] = "parity or ECC error on a table, level 1",
	[0x1e] = "parity or ECC error on a table, level 2",
	[0x1f] = "parity or ECC error on a table, level 3",
	[0x21] = "alignment fault",
	[0x22] = "granule fault on a table, level -2",
	[0x23] = "granule fault on a table, level -1",
	[0x24] = "granule fault on a table, level 0",
	[0x25] = "granule fault on a table, level 1",
	[0x26] = "granule fault on a table, level 2",
	[0x27] = "granule fault on a table, level 3",
	[0x28] = "granule fault",
	[0x29] = "address size fault, level -1",
	[0x2a] = "translation fault, level -2",
	[0x2b] = "translation fault, level -1",
	[0x2c] = "address size fault, level -2",
	[0x30] = "TLB conflict",
	[0x31] = "atomic update not supported there",
	[0x34] = "lockdown fault",
	[0x35] = "exclusive or atomic not supported there",
};

/* Bit 10 and bits 3:0 of an IFSR. */
static const char *const short_faults[32] = {
	[0x01] = "alignment fault",
	[0x02] = "debug event",
	[0x03] = "section access flag fault",
	[0x04] = "fault of cache maintenance",
	[0x05] = "section translation fault",
	[0x06] = "page access flag fault",
	[0x07] = "page translation fault",
	[0x08] = "external abort: nothing answers there",
	[0x09] = "section domain fault",
	[0x0b] = "page domain fault",
	[0x0c] = "external abort on a table, level 1",
	[0x0d] = "section permission fault",
	[0x0e] = "external abort on a table, level 2",
	[0x0f] = "page permission fault",
	[0x10] = "TLB conflict",
	[0x14] = "lockdown fault",
	[0x15] = "exclusive access not supported there",
	[0x16] = "external abort, told late",
	[0x18] = "parity or ECC error, told late",
	[0x19] = "parity or ECC error",
	[0x1c] = "parity or ECC error on a table, level 1",
	[0x1e] = "parity or ECC error on a table, level 2",
};

static void each_class_has_its_words(void **state)
{
	(void)state;
	for (unsigned ec = 0; ec < 64; ec++) {
		char none[48];

		snprintf(none, sizeof(none), "exception class %#x, syndrome 0", ec);
		assert_says((uint64_t)ec << 26 | 1 << 25, classes[ec] ? classes[ec] : none);
	}
}

static void each_fault_status_has_its_words(void **state)
{
	char want[120], none[32];

	(void)state;
	for (unsigned code = 0; code < 64; code++) {
		snprintf(none, sizeof(none), code ? "fault status %#x" : "fault status 0", code);
		snprintf(want, sizeof(want), "instruction abort: %s",
			 faults[code] ? faults[code] : none);
		assert_says(0x86000000 | code, want);
		snprintf(want, sizeof(want), "data abort: %s, on a write",
			 faults[code] ? faults[code] : none);
		assert_says(0x96000040 | code, want);
	}
}

static void each_fault_status_of_aarch32_has_its_words(void **state)
{
	char none[32];

	(void)state;
	for (unsigned code = 0; code < 32; code++) {
		const uint32_t ifsr = (code & 15) | code >> 4 << 10;

		snprintf(none, sizeof(none), code ? "fault status %#x" : "fault status 0", code);
		assert_string_equal(esr_fsr_text(ifsr, true, buf, sizeof(buf)),
				    short_faults[code] ? short_faults[code] : none);
	}
	for (unsigned code = 0; code < 64; code++) {
		const char *want = code == 0x11	  ? "external abort, told late"
				   : code == 0x19 ? "parity or ECC error, told late"
				   : code == 0x22 ? "debug event"
				   : faults[code] ? faults[code]
						  : none;

		snprintf(none, sizeof(none), "fault status %#x", code);
		if (code == 0x29 || (code >= 0x12 && code <= 0x13) || code == 0x1b ||
		    (code >= 0x23 && code <= 0x2c))
			continue; /* AArch64's alone */
		assert_string_equal(esr_fsr_text(0x200 | code, true, buf, sizeof(buf)), want);
	}
}

static void others_say_what_their_syndrome_does(void **state)
{
	(void)state;
	assert_says(0x02000000, "undefined instruction");
	assert_says(0xf2000800, "BRK #0x800");
	assert_says(0x56000003, "SVC #0x3");
	assert_says(0x06000001, "trapped WFE");
	assert_says(0x62300080 | 1,
		    "trapped access to a system register: read of S3_0_C0_C0_0, X4");
	assert_says(0x72000003, "pointer authentication failed, data key B");
	assert_says(0xd6000040, "watchpoint, on a write");
	assert_says(0xbf000002, "SError: an error of memory or a bus, told late");
	assert_says(0xbe000011, "SError: an error of memory or a bus, told late, uncontainable");
	assert_says(0xbe000c11, "SError: an error of memory or a bus, told late, recoverable");
}

/* Two columns in. What no table's fault has, a size or cache maintenance, is left out. */
static void no_words_are_longer_than_a_line(void **state)
{
	(void)state;
	for (uint64_t ec = 0; ec < 64; ec++)
		for (unsigned code = 0; code < 64; code++) {
			esr_text(ec << 26 | 0xfffe40 | code, buf, sizeof(buf));
			assert_true(strlen(buf) <= 78);
			esr_fsr_text(0xe00 | code, false, buf, sizeof(buf));
			assert_true(strlen(buf) <= 78 - strlen("data abort: "));
		}
}

static void any_syndrome_has_words_and_its_bounds(void **state)
{
	(void)state;
	for (unsigned ec = 0; ec < 64; ec++)
		for (unsigned iss = 0; iss < 64; iss++) {
			const uint64_t esr = (uint64_t)ec << 26 | iss;

			assert_int_not_equal(strlen(esr_text(esr, buf, sizeof(buf))), 0);
			for (size_t size = 1; size < 40; size++) {
				memset(buf, 'x', sizeof(buf));
				esr_text(esr, buf, size);
				assert_true(strlen(buf) < size);
				assert_int_equal(buf[size], 'x');
			}
		}
	assert_says((uint64_t)0x3f << 26 | 5, "exception class 0x3f, syndrome 0x5");
	assert_says(0x9600003e, "data abort: fault status 0x3e, on a read");
}

static void the_address_is_known_where_it_is(void **state)
{
	(void)state;
	assert_true(esr_has_far(0x96000045));
	assert_true(esr_has_far(0x86000006));
	assert_true(esr_has_far(0x8a000000));
	assert_false(esr_has_far(0x96000410));
	assert_false(esr_has_far(0x02000000));
	assert_false(esr_has_far(0xf2000800));
}

static void aarch32_says_it_by_both_kinds_of_tables(void **state)
{
	(void)state;
	assert_string_equal(esr_fsr_text(0x805, false, buf, sizeof(buf)),
			    "section translation fault, on a write");
	assert_string_equal(esr_fsr_text(0x029, false, buf, sizeof(buf)),
			    "section domain fault, domain 2, on a read");
	assert_string_equal(esr_fsr_text(0x007, true, buf, sizeof(buf)), "page translation fault");
	assert_string_equal(esr_fsr_text(0xa06, false, buf, sizeof(buf)),
			    "translation fault, level 2, on a write");
	assert_string_equal(esr_fsr_text(0x406, false, buf, sizeof(buf)),
			    "external abort, told late, on a read");
	assert_string_equal(esr_fsr_text(0x000, true, buf, sizeof(buf)), "fault status 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_aborts_say_what_was_done),
		cmocka_unit_test(instruction_aborts_say_why),
		cmocka_unit_test(each_class_has_its_words),
		cmocka_unit_test(each_fault_status_has_its_words),
		cmocka_unit_test(each_fault_status_of_aarch32_has_its_words),
		cmocka_unit_test(others_say_what_their_syndrome_does),
		cmocka_unit_test(no_words_are_longer_than_a_line),
		cmocka_unit_test(any_syndrome_has_words_and_its_bounds),
		cmocka_unit_test(the_address_is_known_where_it_is),
		cmocka_unit_test(aarch32_says_it_by_both_kinds_of_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
