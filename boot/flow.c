// SPDX-License-Identifier: BSD-2-Clause
// Text that is broken between words, and what stands in it.
#include "boot/flow.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WIDTH 79

static void put(struct page *page, char c)
{
	if (page->used < page->size)
		page->text[page->used++] = c;
}

void flow_break(struct flow *flow)
{
	put(flow->page, '\n');
	for (flow->column = 0; flow->column < flow->indent; flow->column++)
		put(flow->page, ' ');
}

void flow_words(struct flow *flow, const char *text)
{
	while (*(text += strspn(text, " "))) {
		unsigned length = (unsigned)strcspn(text, " ");

		if (flow->column > flow->indent && flow->column + 1 + length > WIDTH)
			flow_break(flow);
		else if (flow->column > flow->indent)
			put(flow->page, ' '), flow->column++;
		for (; length; length--, text++) {
			if (flow->column == WIDTH)
				flow_break(flow);
			put(flow->page, *text > ' ' && *text <= '~' ? *text : '?');
			flow->column++;
		}
	}
}

struct flow flow_begin(struct page *page, const char *label)
{
	struct flow flow = { page, FLOW_LABEL, FLOW_LABEL };

	page_add(page, "%-*s", FLOW_LABEL, label);
	return flow;
}

void flow_indent(struct flow *flow)
{
	put(flow->page, ' ');
	flow->column++;
	flow->indent++;
}

void flow_end(struct flow *flow)
{
	put(flow->page, '\n');
}

const char *flow_size(uint64_t size, char buf[24])
{
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB" };
	unsigned u = 0;

	while (u < 3 && size && size % 1024 == 0)
		size >>= 10, u++;
	snprintf(buf, 24, "%" PRIu64 " %s", size, unit[u]);
	return buf;
}

const char *flow_path(const char *path, char buf[FLOW_PATH + 1])
{
	size_t n = strlen(path);

	if (n <= FLOW_PATH)
		return path;
	memcpy(buf, "...", 3);
	memcpy(buf + 3, path + n - (FLOW_PATH - 3), FLOW_PATH - 2);
	return buf;
}
