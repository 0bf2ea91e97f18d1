// SPDX-License-Identifier: BSD-2-Clause
// Names of what is traced.
#include "boot/trace_names.h"

#include <inttypes.h>
#include <stdio.h>

#define CALL_64 (1u << 30) /* the same function with 64-bit arguments */
#define FAST (1u << 31)
#define ARCH(n) (FAST | (n))
#define STANDARD(n) (FAST | 4u << 24 | (n))
#define OWNER(fn) ((fn) >> 24 & 0x3f)

/* By the function's number without CALL_64. */
static const struct {
	uint32_t fn;
	const char *name;
} calls[] = {
	{ ARCH(0x0), "SMCCC_VERSION" },
	{ ARCH(0x1), "SMCCC_ARCH_FEATURES" },
	{ ARCH(0x2), "SMCCC_ARCH_SOC_ID" },
	{ ARCH(0x7fff), "SMCCC_ARCH_WORKAROUND_2" },
	{ ARCH(0x8000), "SMCCC_ARCH_WORKAROUND_1" },
	{ STANDARD(0x0), "PSCI PSCI_VERSION" },
	{ STANDARD(0x1), "PSCI CPU_SUSPEND" },
	{ STANDARD(0x2), "PSCI CPU_OFF" },
	{ STANDARD(0x3), "PSCI CPU_ON" },
	{ STANDARD(0x4), "PSCI AFFINITY_INFO" },
	{ STANDARD(0x5), "PSCI MIGRATE" },
	{ STANDARD(0x6), "PSCI MIGRATE_INFO_TYPE" },
	{ STANDARD(0x8), "PSCI SYSTEM_OFF" },
	{ STANDARD(0x9), "PSCI SYSTEM_RESET" },
	{ STANDARD(0xa), "PSCI PSCI_FEATURES" },
	{ STANDARD(0xe), "PSCI SYSTEM_SUSPEND" },
	{ STANDARD(0x12), "PSCI SYSTEM_RESET2" },
	{ STANDARD(0x20), "SDEI_VERSION" },
	{ STANDARD(0x50), "TRNG_VERSION" },
	{ STANDARD(0x53), "TRNG_RND" },
	{ STANDARD(0x63), "FFA_VERSION" },
	{ STANDARD(0x64), "FFA_FEATURES" },
	{ STANDARD(0x69), "FFA_ID_GET" },
};

/* Who serves a function, as SMCCC divides them. */
static const char *owner(uint32_t fn)
{
	static const char *const owners[] = { "Arm",	   "CPU",      "SiP",
					      "OEM",	   "standard", "standard hypervisor",
					      "hypervisor" };
	const unsigned i = OWNER(fn);

	if (i < sizeof(owners) / sizeof(*owners))
		return owners[i];
	return i < 48 ? "reserved" : i < 50 ? "trusted application" : "trusted OS";
}

const char *trace_names_call(uint64_t fn, char buf[TRACE_CALL_SIZE])
{
	for (unsigned i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if ((fn & ~(uint64_t)CALL_64) == calls[i].fn) {
			snprintf(buf, TRACE_CALL_SIZE, "%s", calls[i].name);
			return buf;
		}
	snprintf(buf, TRACE_CALL_SIZE, "%s call %#" PRIx64, owner((uint32_t)fn), fn);
	return buf;
}
