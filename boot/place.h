/* SPDX-License-Identifier: BSD-2-Clause */
/* Which node of the guest's tree, and which register, an address is of. With CONFIG_PLACES. */
#ifndef BOOT_PLACE_H
#define BOOT_PLACE_H

#include <stdbool.h>
#include <stdint.h>

struct shim;

#define PLACE_SIZE 96

struct place {
	const char *node; /* "pl011@9000000" */
	const char *reg; /* "UARTFR", a frame of the GIC, or NULL: see struct reg_name */
	uint64_t origin; /* offsets are told from here */
};

/*
 * Devices, flash, the GIC, nodes of the host's own, and blocks that nobody serves. Any thread. False:
 * it is memory, or no node is there; PLACE is left alone.
 */
bool place_find(const struct shim *s, uint64_t gpa, struct place *place);

/*
 * "pl011@9000000+0x18 UARTFR", "cru@fdd20000+0x7c", and what is of no node as "0x40001000". Returns
 * BUF.
 */
const char *place_text(const struct shim *s, uint64_t gpa, char buf[PLACE_SIZE]);

/* The same of an access, whose direction tells which of two names it is. */
const char *place_access_text(const struct shim *s, uint64_t gpa, bool write, char buf[PLACE_SIZE]);

#endif
