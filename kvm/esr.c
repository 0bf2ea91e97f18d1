// SPDX-License-Identifier: BSD-2-Clause
// Exception syndromes in words.
#include "kvm/esr.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EC(esr) ((unsigned)((esr) >> 26 & 0x3f))
#define ISS(esr) ((uint32_t)((esr)&0x1ffffff))

enum kind { PLAIN, FETCH, DATA, IMMEDIATE, SYSREG, CP };

static const struct {
	uint8_t ec, kind;
	const char *words;
} classes[] = {
	{ 0x00, PLAIN, "undefined instruction" },
	{ 0x01, PLAIN, "WFI or WFE that is trapped" },
	{ 0x03, CP, "access to a coprocessor register (p15) that is trapped" },
	{ 0x04, CP, "access to a coprocessor register (p15, 64 bits) that is trapped" },
	{ 0x05, CP, "access to a coprocessor register (p14) that is trapped" },
	{ 0x06, CP, "LDC or STC that is trapped" },
	{ 0x07, PLAIN, "SIMD or FP instruction while CPACR_EL1.FPEN traps them" },
	{ 0x09, PLAIN, "pointer authentication instruction that is trapped" },
	{ 0x0a, PLAIN, "LD64B or ST64B that is trapped" },
	{ 0x0c, CP, "access to a coprocessor register (p14, 64 bits) that is trapped" },
	{ 0x0d, PLAIN, "branch to where no BTI is" },
	{ 0x0e, PLAIN, "illegal execution state" },
	{ 0x11, IMMEDIATE, "SVC (AArch32)" },
	{ 0x15, IMMEDIATE, "SVC" },
	{ 0x16, IMMEDIATE, "HVC" },
	{ 0x17, IMMEDIATE, "SMC" },
	{ 0x18, SYSREG, "access to a system register that is trapped or not there" },
	{ 0x19, PLAIN, "SVE instruction while CPACR_EL1.ZEN traps them" },
	{ 0x1c, PLAIN, "pointer authentication failed" },
	{ 0x1d, PLAIN, "SME instruction that is trapped" },
	{ 0x20, FETCH, "instruction abort from EL0" },
	{ 0x21, FETCH, "instruction abort" },
	{ 0x22, PLAIN, "PC is not aligned" },
	{ 0x24, DATA, "data abort from EL0" },
	{ 0x25, DATA, "data abort" },
	{ 0x26, PLAIN, "SP is not aligned" },
	{ 0x27, PLAIN, "memory copy or set instruction went wrong" },
	{ 0x28, PLAIN, "floating-point exception (AArch32)" },
	{ 0x2c, PLAIN, "floating-point exception" },
	{ 0x2f, PLAIN, "SError: an error of memory or a bus, told late" },
	{ 0x30, PLAIN, "breakpoint from EL0" },
	{ 0x31, PLAIN, "breakpoint" },
	{ 0x32, PLAIN, "single step from EL0" },
	{ 0x33, PLAIN, "single step" },
	{ 0x34, PLAIN, "watchpoint from EL0" },
	{ 0x35, PLAIN, "watchpoint" },
	{ 0x38, IMMEDIATE, "BKPT" },
	{ 0x3c, IMMEDIATE, "BRK" },
};

/* Fault status codes: those of a level have it in the low two bits. */
static const struct {
	uint8_t code, levels; /* levels: 4, or 1 for none */
	const char *words;
} faults[] = {
	{ 0x00, 4, "address size fault" },
	{ 0x04, 4, "translation fault" },
	{ 0x08, 4, "access flag fault" },
	{ 0x0c, 4, "permission fault" },
	{ 0x10, 1, "external abort: nothing answers there" },
	{ 0x11, 1, "tag check fault" },
	{ 0x14, 4, "external abort on a table" },
	{ 0x18, 1, "parity or ECC error" },
	{ 0x1c, 4, "parity or ECC error on a table" },
	{ 0x21, 1, "alignment fault" },
	{ 0x30, 1, "TLB conflict" },
	{ 0x31, 1, "atomic update that memory does not support" },
	{ 0x34, 1, "lockdown fault" },
	{ 0x35, 1, "exclusive or atomic access that memory does not support" },
};

static size_t fault_add(unsigned code, char *buf, size_t size)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (code - faults[i].code >= faults[i].levels)
			continue;
		if (faults[i].levels > 1)
			return (size_t)snprintf(buf, size, "%s, level %u", faults[i].words,
						code & 3);
		return (size_t)snprintf(buf, size, "%s", faults[i].words);
	}
	return (size_t)snprintf(buf, size, "fault status %#x", code);
}

static void sysreg_add(uint32_t iss, char *buf, size_t size)
{
	snprintf(buf, size, ": %s of S%u_%u_C%u_C%u_%u, X%u", iss & 1 ? "read" : "write",
		 iss >> 20 & 3, iss >> 14 & 7, iss >> 10 & 15, iss >> 1 & 15, iss >> 17 & 7,
		 iss >> 5 & 31);
}

static void data_add(uint32_t iss, char *buf, size_t size)
{
	size_t used = (size_t)snprintf(buf, size, ": ");

	used += fault_add(iss & 0x3f, buf + used, size - used);
	if (used >= size)
		return;
	if (iss >> 8 & 1)
		used += (size_t)snprintf(buf + used, size - used, ", on cache maintenance");
	else
		used += (size_t)snprintf(buf + used, size - used, ", on a %s",
					 iss >> 6 & 1 ? "write" : "read");
	if (iss >> 24 & 1 && used < size)
		snprintf(buf + used, size - used, " of %u byte%s", 1u << (iss >> 22 & 3),
			 iss >> 22 & 3 ? "s" : "");
}

const char *esr_text(uint64_t esr, char *buf, size_t size)
{
	const uint32_t iss = ISS(esr);
	size_t used;

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (classes[i].ec != EC(esr))
			continue;
		used = (size_t)snprintf(buf, size, "%s", classes[i].words);
		if (used >= size)
			return buf;
		switch (classes[i].kind) {
		case FETCH:
			used += (size_t)snprintf(buf + used, size - used, ": ");
			if (used < size)
				fault_add(iss & 0x3f, buf + used, size - used);
			break;
		case DATA: data_add(iss, buf + used, size - used); break;
		case IMMEDIATE: snprintf(buf + used, size - used, " #%#x", iss & 0xffff); break;
		case SYSREG: sysreg_add(iss, buf + used, size - used); break;
		}
		return buf;
	}
	snprintf(buf, size, "exception class %#x, syndrome %#" PRIx32, EC(esr), iss);
	return buf;
}

bool esr_has_far(uint64_t esr)
{
	const unsigned ec = EC(esr);

	/* FnV: the address is not known. */
	if (ec == 0x20 || ec == 0x21 || ec == 0x24 || ec == 0x25)
		return !(esr >> 10 & 1) || (esr & 0x3f) != 0x10;
	return ec == 0x22 || ec == 0x34 || ec == 0x35;
}

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
	[0x16] = "external abort, told late",
	[0x19] = "parity error",
};

const char *esr_fsr_text(uint32_t fsr, bool fetch, char *buf, size_t size)
{
	const unsigned code = (fsr & 15) | (fsr >> 10 & 1) << 4;
	size_t used;

	if (fsr >> 9 & 1) /* LPAE: long descriptors */
		used = fault_add(fsr & 0x3f, buf, size);
	else if (short_faults[code])
		used = (size_t)snprintf(buf, size, "%s", short_faults[code]);
	else
		used = (size_t)snprintf(buf, size, "fault status %#x", code);
	if (!(fsr >> 9 & 1) && used < size && !fetch && strstr(buf, "domain"))
		used += (size_t)snprintf(buf + used, size - used, ", domain %u", fsr >> 4 & 15);
	if (!fetch && used < size)
		snprintf(buf + used, size - used, ", on a %s", fsr >> 11 & 1 ? "write" : "read");
	return buf;
}
