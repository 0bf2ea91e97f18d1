// SPDX-License-Identifier: BSD-2-Clause
// Writes a tree anew from another one and a list of edits, in one linear pass.
#include <errno.h>
#include <libfdt.h>
#include <string.h>

#include "board/tree.h"
#include "board/write.h"

/* --- the edit list ------------------------------------------------------------------------------ */

static void edit_push(struct edits *e, enum edit_kind kind, int node, const char *name,
		      const void *value, size_t len)
{
	if (e->count == e->max || len > e->size - e->used) {
		e->overflow = true;
		return;
	}
	uint8_t *copy = e->bytes + e->used;
	if (len)
		memcpy(copy, value, len);
	e->used += len;
	e->edit[e->count++] = (struct edit){
		.kind = kind, .node = node, .name = name, .value = copy, .len = (uint32_t)len
	};
}

void edit_set(struct edits *e, int node, const char *name, const void *value, size_t len)
{
	edit_push(e, EDIT_SET, node, name, value, len);
}

void edit_set_string(struct edits *e, int node, const char *name, const char *value)
{
	edit_set(e, node, name, value, strlen(value) + 1);
}

void edit_set_u32(struct edits *e, int node, const char *name, uint32_t value)
{
	edit_set_cells(e, node, name, &value, 1);
}

void edit_set_cells(struct edits *e, int node, const char *name, const uint32_t *cell,
		    unsigned count)
{
	if (e->overflow || count > (e->size - e->used) / 4) {
		e->overflow = true;
		return;
	}
	edit_push(e, EDIT_SET, node, name, NULL, 0);
	if (e->overflow)
		return;
	for (unsigned i = 0; i < count; i++) {
		fdt32_t big = cpu_to_fdt32(cell[i]);
		memcpy(e->bytes + e->used, &big, 4);
		e->used += 4;
	}
	e->edit[e->count - 1].len = count * 4;
}

void edit_drop(struct edits *e, int node, const char *name)
{
	edit_push(e, EDIT_DROP, node, name, NULL, 0);
}

void edit_drop_node(struct edits *e, int node)
{
	edit_push(e, EDIT_DROP_NODE, node, NULL, NULL, 0);
}

void edit_name(struct edits *e, int node, const char *name)
{
	edit_push(e, EDIT_NAME, node, NULL, name, strlen(name) + 1);
}

void edit_add_node(struct edits *e, int parent, const char *name)
{
	edit_push(e, EDIT_ADD_NODE, parent, NULL, name, strlen(name) + 1);
}

void edit_end_node(struct edits *e)
{
	edit_push(e, EDIT_END_NODE, -1, NULL, NULL, 0);
}

/* --- the writer --------------------------------------------------------------------------------- */

struct writer {
	const struct tree *tree;
	uint8_t *out;
	size_t size, at;
	uint32_t from; /* the source is copied up to here */
	const struct edit *end; /* of the list */
	struct edit *next; /* the first not yet applied, in the order of the nodes */
	struct edit *names, **names_end; /* edits whose name is new, in the order of name_at */
	uint32_t strings_size;
	bool full, bad;
};

static uint8_t *take(struct writer *w, size_t n)
{
	if (w->full || n > w->size - w->at) {
		w->full = true;
		return NULL;
	}
	uint8_t *p = w->out + w->at;
	w->at += n;
	return p;
}

static void put(struct writer *w, const void *from, size_t n)
{
	uint8_t *p = take(w, n);

	if (p && n)
		memcpy(p, from, n);
}

static void put_u32(struct writer *w, uint32_t value)
{
	fdt32_t big = cpu_to_fdt32(value);

	put(w, &big, sizeof(big));
}

/* Bytes, then zeroes up to the next word. */
static void put_padded(struct writer *w, const void *from, uint32_t n)
{
	put(w, from, n);
	put(w, "\0\0\0", -n & 3);
}

static void copy_to(struct writer *w, uint32_t to)
{
	put(w, w->tree->fdt + w->from, to - w->from);
	w->from = to;
}

static void prop_put(struct writer *w, struct edit *edit, uint32_t name)
{
	put_u32(w, FDT_PROP);
	put_u32(w, edit->len);
	put_u32(w, name);
	edit->at = (uint32_t)w->at;
	put_padded(w, edit->value, edit->len);
}

/* Offset in the strings block of the name of an edit that adds a property: behind the source's own names. */
static uint32_t name_at(struct writer *w, struct edit *edit)
{
	for (const struct edit *e = w->names; e; e = e->next_name)
		if (e->name == edit->name || !strcmp(e->name, edit->name))
			return e->name_at;
	edit->next_name = NULL;
	edit->name_at = w->strings_size;
	*w->names_end = edit;
	w->names_end = &edit->next_name;
	w->strings_size += (uint32_t)strlen(edit->name) + 1;
	return edit->name_at;
}

static uint32_t source_u32(const struct writer *w, uint32_t at)
{
	return tree_u32(w->tree->fdt + at);
}

/* Where the FDT_END_NODE of NODE stands: found backwards from what follows the node's subtree. */
static uint32_t node_end(const struct writer *w, uint32_t node)
{
	const struct tree_node *nodes = w->tree->node;
	uint32_t next = nodes[node].next;
	int32_t above = -1;
	uint32_t at = w->tree->struct_at + w->tree->struct_size - 4;

	if (next < w->tree->count) {
		above = nodes[next].parent;
		at = nodes[next].at;
	}
	for (int32_t n = (int32_t)node; n != above; n = nodes[n].parent)
		do
			at -= 4;
		while (source_u32(w, at) != FDT_END_NODE);
	return at;
}

/* What the edits [FIRST, LAST) say of property NAME: the last one of them, or NULL. */
static struct edit *edits_match(struct edit *first, const struct edit *last, const char *name)
{
	struct edit *found = NULL;

	for (struct edit *e = first; e != last; e = e->next) {
		if (e->kind > EDIT_DROP || strcmp(e->name, name))
			continue;
		e->seen = true;
		found = e;
	}
	return found;
}

/* The properties of the node, which begin at AT in the source. */
static void props_write(struct writer *w, uint32_t at, struct edit *first, const struct edit *last)
{
	const char *strings = (const char *)w->tree->fdt + w->tree->strings_at;
	uint32_t token;

	for (; (token = source_u32(w, at)) == FDT_PROP || token == FDT_NOP;) {
		if (token == FDT_NOP) {
			at += 4;
			continue;
		}
		uint32_t name = source_u32(w, at + 8);
		uint32_t next = at + 12 + ((source_u32(w, at + 4) + 3) & ~3U);
		struct edit *edit = edits_match(first, last, strings + name);
		if (edit) {
			copy_to(w, at);
			w->from = next;
			if (edit->kind == EDIT_SET)
				prop_put(w, edit, name);
		}
		at = next;
	}
	copy_to(w, at);
	for (struct edit *e = first; e != last; e = e->next) {
		if (e->kind != EDIT_SET || e->seen)
			continue;
		struct edit *edit = edits_match(e, last, e->name);
		if (edit->kind == EDIT_SET)
			prop_put(w, edit, name_at(w, edit));
	}
}

/* A node that is new: the edits from ADD on, up to its END_NODE. */
static void added_write(struct writer *w, struct edit *add)
{
	unsigned depth = 0;
	bool props = false;

	for (struct edit *e = add; e != w->end; e++) {
		if (e != add && e->node != -1)
			continue; /* of another node */
		if (e->kind == EDIT_ADD_NODE) {
			put_u32(w, FDT_BEGIN_NODE);
			put_padded(w, e->value, e->len);
			depth++;
			props = true;
		} else if (e->kind == EDIT_END_NODE) {
			put_u32(w, FDT_END_NODE);
			props = false;
			if (!--depth)
				return;
		} else if (e->kind == EDIT_SET && props) {
			prop_put(w, e, name_at(w, e));
		} else {
			break;
		}
	}
	w->bad = true;
}

/* The node of the next edit, with what is edited below it. */
static void node_write(struct writer *w)
{
	struct edit *first = w->next, *last = first;
	uint32_t node = (uint32_t)first->node, at = w->tree->node[node].at;
	uint32_t behind = w->tree->node[node].next;
	const struct edit *name = NULL;
	bool drop = false, add = false;

	for (; last && (uint32_t)last->node == node; last = last->next) {
		drop |= last->kind == EDIT_DROP_NODE;
		add |= last->kind == EDIT_ADD_NODE;
		if (last->kind == EDIT_NAME)
			name = last;
	}
	w->next = last;
	if (drop) {
		copy_to(w, at);
		w->from = node_end(w, node) + 4;
		while (w->next && (uint32_t)w->next->node < behind)
			w->next = w->next->next;
		return;
	}
	uint32_t props =
		at + 4 + (((uint32_t)strlen((const char *)w->tree->fdt + at + 4) + 4) & ~3U);
	copy_to(w, at + 4);
	if (name) {
		put_padded(w, name->value, name->len);
		w->from = props;
	}
	props_write(w, props, first, last);
	while (w->next && (uint32_t)w->next->node < behind)
		node_write(w);
	if (!add)
		return;
	copy_to(w, node_end(w, node));
	for (struct edit *e = first; e != last; e = e->next)
		if (e->kind == EDIT_ADD_NODE)
			added_write(w, e);
}

/* The edits of nodes of the source, chained in the order of the nodes; edits of one node keep theirs. */
static struct edit *edits_sort(const struct edits *edits, unsigned nodes)
{
	struct edit *first = NULL, **end = &first;

	for (unsigned i = 0; i < edits->count; i++) {
		struct edit *e = &edits->edit[i];
		e->seen = false;
		e->at = 0;
		if (e->node == -1)
			continue;
		*end = e;
		end = &e->next;
	}
	*end = NULL;
	for (unsigned shift = 0; shift < 32 && (nodes - 1) >> shift; shift += 6) {
		struct edit *head[64] = { NULL }, **tail[64];
		for (struct edit *e = first; e; e = e->next) {
			unsigned b = ((unsigned)e->node >> shift) & 63;
			*(head[b] ? tail[b] : &head[b]) = e;
			tail[b] = &e->next;
		}
		end = &first;
		for (unsigned b = 0; b < 64; b++) {
			if (!head[b])
				continue;
			*end = head[b];
			end = tail[b];
		}
		*end = NULL;
	}
	return first;
}

long write_tree(const struct tree *source, const struct edits *edits, void *out, size_t size,
		size_t slack)
{
	struct writer w = { .tree = source, .out = out, .end = edits->edit + edits->count };
	struct fdt_header *header = out;
	uint32_t reserve_size = 16;

	w.size = size < INT32_MAX ? size : INT32_MAX; /* libfdt's offsets are ints */
	if (edits->overflow)
		return -ENOSPC;
	for (unsigned i = 0; i < edits->count; i++)
		if (edits->edit[i].node < -1 || edits->edit[i].node >= (int)source->count)
			return -EINVAL;

	uint64_t address, length;
	for (unsigned i = 0;
	     !edits->no_reservations && tree_reservation(source, i, &address, &length); i++)
		reserve_size += 16;
	take(&w, sizeof(*header));
	put(&w, source->fdt + source->reserve_at, reserve_size - 16);
	put(&w, (const uint8_t[16]){ 0 }, 16);

	w.from = source->struct_at;
	w.next = edits_sort(edits, source->count);
	w.names_end = &w.names;
	w.strings_size = source->strings_size;
	size_t struct_at = w.at;
	while (w.next)
		node_write(&w);
	copy_to(&w, source->struct_at + source->struct_size);
	size_t strings_at = w.at;
	put(&w, source->fdt + source->strings_at, source->strings_size);
	for (const struct edit *e = w.names; e; e = e->next_name)
		put(&w, e->name, strlen(e->name) + 1);
	uint8_t *rest = take(&w, slack);
	if (w.full || w.bad)
		return w.full ? -ENOSPC : -EINVAL;
	memset(rest, 0, slack);
	*header = (struct fdt_header){
		.magic = cpu_to_fdt32(FDT_MAGIC),
		.totalsize = cpu_to_fdt32((uint32_t)w.at),
		.off_dt_struct = cpu_to_fdt32((uint32_t)struct_at),
		.off_dt_strings = cpu_to_fdt32((uint32_t)strings_at),
		.off_mem_rsvmap = cpu_to_fdt32(sizeof(*header)),
		.version = cpu_to_fdt32(17),
		.last_comp_version = cpu_to_fdt32(16),
		.boot_cpuid_phys = ((const struct fdt_header *)source->fdt)->boot_cpuid_phys,
		.size_dt_strings = cpu_to_fdt32(w.strings_size),
		.size_dt_struct = cpu_to_fdt32((uint32_t)(strings_at - struct_at)),
	};
	return (long)w.at;
}
