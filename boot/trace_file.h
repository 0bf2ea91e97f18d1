/* SPDX-License-Identifier: BSD-2-Clause */
/* The file that traced events go to: see trace_event.h. All of it is for the loop's thread. */
#ifndef BOOT_TRACE_FILE_H
#define BOOT_TRACE_FILE_H

#include <stdbool.h>

struct shim;

/*
 * Begin a file at PATH, in the place of what is there; events from now on go to it. Returns 0, or
 * -errno, and trace_file_trouble() is a sentence.
 */
int trace_file_open(const struct shim *s, const char *path);
const char *trace_file_trouble(void);

/* Write what has come since; what cannot be written is told, and ends the file. Is one open? */
bool trace_file_write(const struct shim *s);

void trace_file_close(void);

/* The path of the file that is open, or NULL. */
const char *trace_file_path(void);

#endif
