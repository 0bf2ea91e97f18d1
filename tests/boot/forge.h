/* SPDX-License-Identifier: BSD-2-Clause */
/* A signed FIT in a forger's hands: base.itb, changed by libfdt and in ways that libfdt would not. */
#ifndef TESTS_BOOT_FORGE_H
#define TESTS_BOOT_FORGE_H

#include "tests/boot/vboot.h"

#include <libfdt.h>

#define FORGE_ROOM 0x10000 /* for what a forger adds */
#define CONF "/configurations/conf-1"
#define SIGNATURE CONF "/signature-1"

static struct verify_keys keys;
static struct vboot_file forge_base;
static uint8_t *fit; /* a copy of it */
static size_t size;

/* Start anew. */
static inline void forge_begin(void)
{
	free(fit);
	size = forge_base.size + FORGE_ROOM;
	fit = calloc(1, size);
	assert_non_null(fit);
	assert_int_equal(fdt_open_into(forge_base.bytes, fit, (int)size), 0);
}

static inline int forge_setup(void **state)
{
	(void)state;
	if (vboot_make(""))
		return -1;
	forge_base = vboot_read("base.itb");
	vboot_keys(&keys, "base.dtb");
	return 0;
}

static inline int forge_remove(void **state)
{
	free(forge_base.bytes);
	free(fit);
	return vboot_remove(state);
}

static inline const char *verify(const char *conf)
{
	return vboot_verify(&keys, fit, size, conf);
}

static inline int node(const char *path)
{
	const int at = fdt_path_offset(fit, path);

	if (at < 0)
		fail_msg("no %s: %s", path, fdt_strerror(at));
	return at;
}

static inline void set_text(const char *path, const char *name, const char *text)
{
	assert_int_equal(fdt_setprop(fit, node(path), name, text, (int)strlen(text) + 1), 0);
}

/* Put N bytes in front of the tag at AT. */
static inline void insert(int at, const void *bytes, int n)
{
	uint8_t *p = fit + fdt_off_dt_struct(fit) + at;
	const uint32_t total = fdt_off_dt_strings(fit) + fdt_size_dt_strings(fit);

	assert_true(fdt_off_dt_strings(fit) > fdt_off_dt_struct(fit) && total + (uint32_t)n < size);
	memmove(p + n, p, total - (size_t)(p - fit));
	memcpy(p, bytes, (size_t)n);
	fdt_set_size_dt_struct(fit, fdt_size_dt_struct(fit) + (uint32_t)n);
	fdt_set_off_dt_strings(fit, fdt_off_dt_strings(fit) + (uint32_t)n);
}

/* The tag behind the node at AT. */
static inline int behind(int at)
{
	int depth = 0, next = at;

	do {
		const uint32_t tag = fdt_next_tag(fit, next, &next);

		depth += tag == FDT_BEGIN_NODE ? 1 : tag == FDT_END_NODE ? -1 : 0;
	} while (depth);
	return next;
}

/* A copy of the node at FROM, called NAME, in front of the tag at BEFORE. */
static inline void graft(int from, int before, const char *name)
{
	static uint8_t copy[0x8000];
	const uint32_t begin = cpu_to_fdt32(FDT_BEGIN_NODE);
	const int end = behind(from);
	const size_t padded = (strlen(name) + 4) & ~(size_t)3;
	int inside;

	fdt_next_tag(fit, from, &inside);
	assert_true(4 + padded + (size_t)(end - inside) <= sizeof(copy));
	memset(copy, 0, 4 + padded);
	memcpy(copy, &begin, 4);
	memcpy(copy + 4, name, strlen(name));
	memcpy(copy + 4 + padded, fit + fdt_off_dt_struct(fit) + inside, (size_t)(end - inside));
	insert(before, copy, (int)(4 + padded) + end - inside);
}

#endif
