/* SPDX-License-Identifier: BSD-2-Clause */
/* Text for the line: paragraphs with a hanging indent, within 80 columns, and what stands in them. */
#ifndef BOOT_FLOW_H
#define BOOT_FLOW_H

#include <stdint.h>

#include "boot/say.h"

#define FLOW_LABEL 10 /* columns of the labels */
#define FLOW_PATH 26 /* of a file's name: the rest of its line fits then */

/* Text that is broken between words; a word longer than a line anywhere. */
struct flow {
	struct page *page;
	unsigned indent, column;
};

/* A paragraph behind LABEL. */
struct flow flow_begin(struct page *page, const char *label);

/*
 * Add words, apart from what stands there. Names come from trees and files: no byte of theirs may
 * steer the terminal.
 */
void flow_words(struct flow *flow, const char *text);

/* One column further in, as all lines to come. */
void flow_indent(struct flow *flow);

/* Go on in the next line. */
void flow_break(struct flow *flow);
void flow_end(struct flow *flow);

/* "496 MiB": whole units only, so that nothing is rounded. */
const char *flow_size(uint64_t size, char buf[24]);

/* The name of a file, with the front of a long path left out. */
const char *flow_path(const char *path, char buf[FLOW_PATH + 1]);

#endif
