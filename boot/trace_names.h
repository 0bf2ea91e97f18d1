/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of what is traced, for lines and for the tool that reads files. */
#ifndef BOOT_TRACE_NAMES_H
#define BOOT_TRACE_NAMES_H

#include <stddef.h>
#include <stdint.h>

#define TRACE_CALL_SIZE 40

/* "PSCI SYSTEM_RESET", "SiP call 0x82000020". Returns BUF. Source: Arm DEN 0022, DEN 0028, DEN 0098. */
const char *trace_names_call(uint64_t fn, char buf[TRACE_CALL_SIZE]);

#endif
