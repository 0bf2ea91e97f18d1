// SPDX-License-Identifier: BSD-2-Clause
// Names of what is traced.
#include "boot/trace_names.h"

#include <inttypes.h>
#include <stdio.h>

#define CALL_64 (1u << 30) /* the same function with 64-bit arguments */
#define OWNER(fn) ((fn) >> 24 & 0x3f)

/* By the function's number without CALL_64. */
static const struct {
	uint32_t fn;
	const char *name;
} calls[] = {
	{ 0x80000000, "SMCCC_VERSION" },
	{ 0x80000001, "SMCCC_ARCH_FEATURES" },
	{ 0x80000002, "SMCCC_ARCH_SOC_ID" },
	{ 0x80007fff, "SMCCC_ARCH_WORKAROUND_2" },
	{ 0x80008000, "SMCCC_ARCH_WORKAROUND_1" },
	{ 0x84000000, "PSCI PSCI_VERSION" },
	{ 0x84000001, "PSCI CPU_SUSPEND" },
	{ 0x84000002, "PSCI CPU_OFF" },
	{ 0x84000003, "PSCI CPU_ON" },
	{ 0x84000004, "PSCI AFFINITY_INFO" },
	{ 0x84000005, "PSCI MIGRATE" },
	{ 0x84000006, "PSCI MIGRATE_INFO_TYPE" },
	{ 0x84000008, "PSCI SYSTEM_OFF" },
	{ 0x84000009, "PSCI SYSTEM_RESET" },
	{ 0x8400000a, "PSCI PSCI_FEATURES" },
	{ 0x8400000e, "PSCI SYSTEM_SUSPEND" },
	{ 0x84000012, "PSCI SYSTEM_RESET2" },
	{ 0x84000020, "SDEI_VERSION" },
	{ 0x84000050, "TRNG_VERSION" },
	{ 0x84000053, "TRNG_RND" },
	{ 0x84000063, "FFA_VERSION" },
	{ 0x84000064, "FFA_FEATURES" },
	{ 0x84000069, "FFA_ID_GET" },
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
