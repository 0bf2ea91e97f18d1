// SPDX-License-Identifier: BSD-2-Clause
// What is traced, as the person says it.
#include "boot/trace_rules.h"

#include <errno.h>
#include <string.h>

#include "boot/size.h"

#define BIT(kind) (1u << (kind))
#define ALL (BIT(TRACE_KINDS) - 1)

static const struct {
	const char *word;
	unsigned kinds;
} kinds[] = {
	{ "on", ALL },
	{ "all", ALL },
	{ "mmio", BIT(TRACE_MMIO) },
	{ "calls", BIT(TRACE_CALL) },
	{ "irq", BIT(TRACE_IRQ) },
	{ "nisv", BIT(TRACE_NISV) },
	{ "reset", BIT(TRACE_RESET) },
};

static bool is(const char *word, size_t n, const char *what)
{
	return strlen(what) == n && !memcmp(word, what, n);
}

/* All of the N characters at TEXT is a size or an address. */
static bool number(const char *text, size_t n, uint64_t *value)
{
	const char *end;

	return n && !size_parse(text, value, &end) && end == text + n;
}

/* BASE-LAST, BASE+SIZE or ADDRESS. */
static int range_read(struct trace_rules *r, const char *text, size_t n)
{
	const size_t first = strcspn(text, "-+, ");
	struct region *range = &r->range[r->ranges];
	uint64_t second;

	if (r->ranges == TRACE_RANGES_MAX || first > n || !number(text, first, &range->base))
		return -EINVAL;
	range->size = 1;
	if (first < n) {
		if (!number(text + first + 1, n - first - 1, &second))
			return -EINVAL;
		if (text[first] == '-' && second < range->base)
			return -EINVAL;
		range->size = text[first] == '-' ? second - range->base + 1 : second;
	}
	if (!range->size || range->base + (range->size - 1) < range->base)
		return -EINVAL;
	r->ranges++;
	return 0;
}

static int node_read(struct trace_rules *r, const char *text, size_t n)
{
	if (!n || n >= TRACE_NODE_SIZE || r->nodes == TRACE_NODES_MAX)
		return -EINVAL;
	memcpy(r->node[r->nodes], text, n);
	r->node[r->nodes++][n] = '\0';
	return 0;
}

static int word_read(struct trace_rules *r, const char *word, size_t n)
{
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (is(word, n, kinds[i].word)) {
			r->kinds |= kinds[i].kinds;
			return 0;
		}
	if (is(word, n, "read"))
		r->reads = true;
	else if (is(word, n, "write"))
		r->writes = true;
	else if (is(word, n, "quiet"))
		r->line = false;
	else if (n > 5 && !memcmp(word, "node=", 5))
		return node_read(r, word + 5, n - 5);
	else if (n > 5 && !memcmp(word, "addr=", 5))
		return range_read(r, word + 5, n - 5);
	else
		return -EINVAL;
	return 0;
}

int trace_rules_read(struct trace_rules *rules, const char *text, const char **bad, size_t *length)
{
	struct trace_rules r = { .line = true };
	bool off = false, any = false;

	for (text += strspn(text, ", "); *text; text += strspn(text, ", ")) {
		const size_t n = strcspn(text, ", ");

		off = off || is(text, n, "off");
		if ((any && off) || (!off && word_read(&r, text, n))) {
			*bad = text;
			*length = n;
			return -EINVAL;
		}
		any = true;
		text += n;
	}
	if (!off && !r.kinds)
		r.kinds = ALL;
	if (!r.reads && !r.writes)
		r.reads = r.writes = true;
	*rules = r;
	return 0;
}

bool trace_rules_names(const char *rule, const char *name)
{
	const size_t n = strlen(rule);

	return !strncmp(rule, name, n) && (!name[n] || name[n] == '@');
}

static bool place_wanted(const struct trace_rules *r, uint64_t at, unsigned size, const char *node)
{
	if (!r->nodes && !r->ranges)
		return true;
	for (unsigned i = 0; i < r->ranges; i++)
		if (region_has(&r->range[i], at) || r->range[i].base - at < size)
			return true;
	for (unsigned i = 0; node && i < r->nodes; i++)
		if (trace_rules_names(r->node[i], node))
			return true;
	return false;
}

bool trace_rules_want(const struct trace_rules *r, const struct trace_event *e, const char *node)
{
	if (!(r->kinds >> e->kind & 1))
		return false;
	switch (e->kind) {
	case TRACE_MMIO:
	case TRACE_NISV:
		return (e->flags & TRACE_WRITE ? r->writes : r->reads) &&
		       place_wanted(r, e->at, e->size, node);
	case TRACE_IRQ: return place_wanted(r, e->at, 1, node);
	default: return true;
	}
}
