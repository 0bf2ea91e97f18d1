// SPDX-License-Identifier: BSD-2-Clause
// Registers, memory, points.
#include "boot/gdb/access.h"

#include <errno.h>

#include "boot/gdb/registers.h"
#include "boot/gdb/session.h"
#include "boot/guestmem.h"
#include "boot/shim.h"

#define CHUNK 512 /* bytes of memory that are moved at once */

static const struct vcpu *vcpu_of(const struct session *g)
{
	return &g->shim->vcpu[g->thread];
}

static enum packets_reply done(struct session *g)
{
	rsp_text(&g->rsp, "OK");
	return PACKETS_SEND;
}

/*
 * --- registers -----------------------------------------------------------------------------------
 */

void access_register_tell(struct session *g, unsigned n)
{
	uint8_t value[REGISTERS_VALUE];
	const size_t size = registers_size(vcpu_of(g), n);

	if (registers_get(vcpu_of(g), n, value) == 0)
		rsp_hex(&g->rsp, value, size);
	else
		for (size_t i = 0; i < size; i++)
			rsp_text(&g->rsp, "xx");
}

/* General ones only: gdb asks for others when it needs them. */
enum packets_reply access_general_get(struct session *g, const char *args)
{
	const unsigned count = registers_general(vcpu_of(g));

	(void)args;
	for (unsigned n = 0; n < count; n++)
		access_register_tell(g, n);
	return PACKETS_SEND;
}

/* The value of register N at *TEXT, which is behind it then. */
static int set(struct session *g, unsigned n, const char **text)
{
	uint8_t value[REGISTERS_VALUE] = { 0 };
	const size_t size = registers_size(vcpu_of(g), n);

	if (rsp_unhex(text, value, size) != size)
		return -EINVAL;
	return registers_set(vcpu_of(g), n, value);
}

enum packets_reply access_general_set(struct session *g, const char *args)
{
	const unsigned count = registers_general(vcpu_of(g));
	int error = 0;

	for (unsigned n = 0; n < count && !error; n++)
		error = set(g, n, &args);
	return error ? packets_error(g, error) : done(g);
}

enum packets_reply access_register_get(struct session *g, const char *args)
{
	uint64_t n;

	if (!rsp_number(&args, &n) || n >= registers_count(vcpu_of(g)))
		return packets_error(g, -EINVAL);
	access_register_tell(g, (unsigned)n);
	return PACKETS_SEND;
}

enum packets_reply access_register_set(struct session *g, const char *args)
{
	uint64_t n;
	int error = -EINVAL;

	if (rsp_number(&args, &n) && *args++ == '=' && n < registers_count(vcpu_of(g)))
		error = set(g, (unsigned)n, &args);
	return error ? packets_error(g, error) : done(g);
}

/*
 * --- memory --------------------------------------------------------------------------------------
 */

/* ADDR,LENGTH at *ARGS, which is behind it then. */
static bool range(const char **args, uint64_t *address, uint64_t *size)
{
	return rsp_number(args, address) && *(*args)++ == ',' && rsp_number(args, size);
}

static size_t memory_read(struct session *g, struct guestmem *mem, uint64_t at, void *buf, size_t n)
{
	return g->physical ? guestmem_read(g->shim, at, buf, n)
			   : guestmem_read_virtual(mem, at, buf, n);
}

static size_t memory_write(struct session *g, struct guestmem *mem, uint64_t at, const void *buf,
			   size_t n)
{
	return g->physical ? guestmem_write(g->shim, at, buf, n)
			   : guestmem_write_virtual(mem, at, buf, n);
}

/* As much of it as there is, and as fits. */
enum packets_reply access_memory_get(struct session *g, const char *args)
{
	uint64_t address, size, at = 0;
	struct guestmem mem;

	if (!range(&args, &address, &size))
		return packets_error(g, -EINVAL);
	if (size > rsp_room(&g->rsp))
		size = rsp_room(&g->rsp);
	guestmem_bind(&mem, g->shim, vcpu_of(g));
	while (at < size) {
		uint8_t buf[CHUNK];
		const size_t some = size - at < CHUNK ? (size_t)(size - at) : CHUNK;
		const size_t got = memory_read(g, &mem, address + at, buf, some);

		rsp_hex(&g->rsp, buf, got);
		at += got;
		if (got < some)
			break;
	}
	return at ? PACKETS_SEND : packets_error(g, -EFAULT);
}

enum packets_reply access_memory_set(struct session *g, const char *args)
{
	uint64_t address, size;
	struct guestmem mem;

	if (!range(&args, &address, &size) || *args++ != ':')
		return packets_error(g, -EINVAL);
	guestmem_bind(&mem, g->shim, vcpu_of(g));
	while (size) {
		uint8_t buf[CHUNK];
		const size_t some = size < CHUNK ? (size_t)size : CHUNK;

		if (rsp_unhex(&args, buf, some) != some)
			return packets_error(g, -EINVAL);
		if (memory_write(g, &mem, address, buf, some) != some)
			return packets_error(g, -EFAULT);
		address += some;
		size -= some;
	}
	return done(g);
}

enum packets_reply access_memory_set_binary(struct session *g, const char *args)
{
	uint64_t address, size;
	struct guestmem mem;

	if (!range(&args, &address, &size) || *args++ != ':' ||
	    size != (size_t)(g->rsp.in + g->rsp.in_size - args))
		return packets_error(g, -EINVAL);
	guestmem_bind(&mem, g->shim, vcpu_of(g));
	if (memory_write(g, &mem, address, args, (size_t)size) != size)
		return packets_error(g, -EFAULT);
	return done(g);
}

/*
 * --- points --------------------------------------------------------------------------------------
 */

/* KIND,ADDR,LENGTH: gdb's kinds are ours. */
static bool point(const char *args, enum point_kind *kind, uint64_t *va, uint64_t *len)
{
	*kind = (enum point_kind)(*args - '0');
	return *args >= '0' && *args <= '4' && args[1] == ',' &&
	       range(&(const char *){ args + 2 }, va, len);
}

/* Asked for twice there is one, as gdb wants it. */
enum packets_reply access_point_add(struct session *g, const char *args)
{
	enum point_kind kind;
	uint64_t va, len;
	int place;

	if (!point(args, &kind, &va, &len))
		return packets_error(g, -EINVAL);
	place = debug_point_add(g->shim, kind, va, len);
	if (place >= 0)
		g->points |= 1ull << place;
	return place >= 0 || place == -EEXIST ? done(g) : packets_error(g, place);
}

enum packets_reply access_point_remove(struct session *g, const char *args)
{
	enum point_kind kind;
	uint64_t va, len;
	int error;

	if (!point(args, &kind, &va, &len))
		return packets_error(g, -EINVAL);
	error = debug_point_remove(g->shim, kind, va, len);
	for (unsigned i = 0; i < POINTS_MAX; i++)
		if (!points_get(i))
			g->points &= ~(1ull << i);
	return !error || error == -ENOENT ? done(g) : packets_error(g, error);
}
