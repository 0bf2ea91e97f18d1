/* SPDX-License-Identifier: BSD-2-Clause */
/* Strings, for a program without a C library. */
#ifndef GUEST_TEXT_H
#define GUEST_TEXT_H

#include <stdbool.h>
#include <stddef.h>

size_t text_length(const char *s);
bool text_equal(const char *a, const char *b);
bool text_begins(const char *s, const char *prefix);

#endif
