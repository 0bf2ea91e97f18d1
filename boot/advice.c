// SPDX-License-Identifier: BSD-2-Clause
// What to do about an exception, by its class and fault status.
#include "boot/advice.h"

#include <stdbool.h>
#include <stddef.h>

#define EC_DATA 0x25
#define ANY 0x3f

static const char undefined[] =
	"the vCPU has no such instruction or register: x ADDRESS shows its bytes";
static const char jumped[] = "it jumped to where no code is: look at the calls for where from";
static const char unmapped[] = "nothing is mapped there: translate ADDRESS shows how far it gets";
static const char forbidden[] = "its tables forbid that: translate ADDRESS shows their entries";
static const char nowhere[] = "no device is there: compare with info map, or set unmodelled=stub";
static const char unaligned[] =
	"without MMU all is a device, and must be aligned: use -mstrict-align";
static const char switched_off[] = "switch them on in CPACR_EL1, or build with -mgeneral-regs-only";
static const char own[] = "the firmware stopped itself there: a panic or an assertion of its own";
static const char other[] = "look at the instruction and its registers: x and info regs";

/* By exception class; of aborts by fault status, FIRST to LAST, too. The first one that fits. */
static const struct {
	uint8_t ec, first, last;
	const char *advice;
} rows[] = {
	{ 0x00, 0, ANY, undefined },
	{ 0x07, 0, ANY, switched_off },
	{ 0x0d, 0, ANY, "an indirect branch must meet a BTI: a pointer is wrong, or the build" },
	{ 0x0e, 0, ANY, "the last ERET went to a level that is not there: look at SPSR_EL1" },
	{ 0x18, 0, ANY, undefined },
	{ 0x19, 0, ANY, "switch it on in CPACR_EL1.ZEN, or build for a CPU without SVE" },
	{ 0x1c, 0, ANY, "a return address was changed: look for what overwrote the stack" },
	{ 0x1d, 0, ANY, "switch it on in CPACR_EL1.SMEN, or build for a CPU without SME" },
	{ 0x20, 0, ANY, jumped },
	{ 0x21, 0, ANY, jumped },
	{ 0x22, 0, ANY, jumped },
	{ EC_DATA, 0x00, 0x07, unmapped },
	{ EC_DATA, 0x08, 0x0f, forbidden },
	{ EC_DATA, 0x10, 0x10, nowhere },
	{ EC_DATA, 0x12, 0x17, "its tables are where no memory is: look at TTBR0_EL1" },
	{ EC_DATA, 0x21, 0x21, unaligned },
	{ EC_DATA, 0x29, 0x2c, unmapped },
	{ 0x26, 0, ANY, "the stack must be a multiple of 16: was SP set, or overwritten?" },
	{ 0x2f, 0, ANY, "an earlier access went wrong: the last accesses to devices tell" },
	{ 0x3c, 0, ANY, own },
};

const char *advice_of_esr(uint64_t esr)
{
	const unsigned ec = esr >> 26 & 0x3f, status = esr & 0x3f;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].ec == ec && status >= rows[i].first && status <= rows[i].last)
			return rows[i].advice;
	return other;
}

/* Short descriptors' statuses as the long ones have them, without the level. */
static unsigned long_status(uint32_t dfsr)
{
	static const uint8_t by_short[32] = {
		[0x01] = 0x21, [0x03] = 0x08, [0x05] = 0x04, [0x06] = 0x08, [0x07] = 0x04,
		[0x08] = 0x10, [0x09] = 0x0c, [0x0b] = 0x0c, [0x0c] = 0x14, [0x0d] = 0x0c,
		[0x0e] = 0x14, [0x0f] = 0x0c, [0x16] = 0x11,
	};
	const bool is_long = dfsr >> 9 & 1;
	const unsigned code = (dfsr & 15) | (dfsr >> 10 & 1) << 4;

	return is_long ? dfsr & 0x3f : by_short[code] ? by_short[code] : ANY;
}

const char *advice_of_abort(enum advice_abort abort, uint32_t dfsr)
{
	if (abort == ADVICE_UNDEFINED)
		return undefined;
	if (abort == ADVICE_PREFETCH)
		return jumped;
	return advice_of_esr((uint64_t)EC_DATA << 26 | long_status(dfsr));
}
