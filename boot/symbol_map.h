/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of symbols, a line each, as nm prints them: ADDRESS [SIZE] TYPE NAME. System.map is one. */
#ifndef BOOT_SYMBOL_MAP_H
#define BOOT_SYMBOL_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/image/span.h"

/* Is one of the first lines such a line? */
bool symbol_map_is(const struct span *file);

/* The code symbol at or before ADDRESS, as "name+0x10" into BUF. False: none is near. */
bool symbol_map_text(const struct span *file, uint64_t address, char *buf, size_t size);

/* The value of NAME, of N bytes; the first one counts. False: there is none. */
bool symbol_map_find(const struct span *file, const char *name, size_t n, uint64_t *value);

#endif
