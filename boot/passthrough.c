// SPDX-License-Identifier: BSD-2-Clause
// Registers of the host's own that the guest gets.
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "boot/engine.h"
#include "boot/passthrough.h"

#define OWNER_MOST 40

/* Hexadecimal digits at *AT, which goes behind them: the C library's is not linked for so little. */
static uint64_t hex_read(const char **at)
{
	static const char digits[] = "0123456789abcdef";
	const char *digit;
	uint64_t value = 0;

	*at += strspn(*at, " ");
	for (; **at && (digit = strchr(digits, **at)); ++*at)
		value = value << 4 | (uint64_t)(digit - digits);
	return value;
}

/*
 * What /proc/iomem names at R, the innermost of what overlaps: "System RAM", "9030000.gpio"; "":
 * nothing. Lines are `  FIRST-LAST : NAME`, indented by depth, parents first.
 */
static const char *owner_of(const struct region *r, char owner[OWNER_MOST])
{
	static char text[64 << 10];
	const int fd = open("/proc/iomem", O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t n;

	owner[0] = '\0';
	if (fd < 0)
		return owner;
	while ((n = read(fd, text + used, sizeof(text) - 1 - used)) > 0)
		used += (size_t)n;
	close(fd);
	text[used] = '\0';
	for (char *line = text, *next; *line; line = next) {
		const char *at = line;
		const uint64_t first = hex_read(&at);
		const uint64_t last = *at == '-' ? at++, hex_read(&at) : 0;

		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (!strncmp(at, " : ", 3) && last >= r->base && first < region_end(r))
			snprintf(owner, OWNER_MOST, "%s", at + 3);
	}
	return owner;
}

static int open_failed(int error, struct failure *f)
{
	if (error == EPERM || error == EACCES)
		return fail(f, OUTCOME_REFUSED, "E-PASSTHROUGH",
			    "/dev/mem may not be opened, so no node can be passed through: run as "
			    "root, on a kernel without lockdown (lockdown=none)");
	return fail(
		f, OUTCOME_REFUSED, "E-PASSTHROUGH",
		"/dev/mem cannot be opened (%s), so no node can be passed through: boot a kernel "
		"with CONFIG_DEVMEM=y",
		strerror(error));
}

static int map_failed(const struct shim *s, unsigned i, int error, struct failure *f)
{
	const struct region *r = &s->p.plan.machine.pass[i];
	char owner[OWNER_MOST], path[72];

	owner_of(r, owner);
	tree_path(&s->p.guest_tree, (unsigned)s->p.plan.machine.pass_node[i], path, sizeof(path));
	if (error == EPERM && !strcmp(owner, "System RAM"))
		return fail(f, OUTCOME_REFUSED, "E-PASSTHROUGH",
			    "node %s cannot be passed through: at 0x%" PRIx64
			    " is RAM of the host's: correct its reg, or take passthrough out",
			    path, r->base);
	if (error == EPERM)
		return fail(
			f, OUTCOME_REFUSED, "E-PASSTHROUGH",
			"node %s cannot be passed through: the host's kernel uses it (%s): unbind "
			"that driver, by its unbind file below /sys/bus, or boot without it",
			path, owner[0] ? owner : "not told by whom");
	return fail(f, OUTCOME_REFUSED, "E-PASSTHROUGH",
		    "node %s cannot be passed through: 0x%" PRIx64 " bytes at 0x%" PRIx64
		    " cannot be mapped: %s: correct its reg",
		    path, r->size, r->base, strerror(error));
}

/*
 * The mapping is one of page frames (VM_PFNMAP), of which KVM tells by itself that they are a
 * device's: the guest gets no cacheable view of them whatever its own tables say.
 */
int passthrough_add(struct shim *s, struct failure *f)
{
	const struct machine *m = &s->p.plan.machine;
	int fd, error = 0;

	if (!m->passes)
		return 0;
	fd = open("/dev/mem", O_RDWR | O_SYNC | O_CLOEXEC);
	if (fd < 0)
		return open_failed(errno, f);
	for (unsigned i = 0; i < m->passes && !error; i++) {
		const struct region *r = &m->pass[i];
		void *hva =
			mmap(NULL, r->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)r->base);

		if (hva == MAP_FAILED) {
			error = map_failed(s, i, errno, f);
			break;
		}
		s->passed[i] = hva;
		error = vm_memory_add(&s->vm, r->base, r->size, hva, false);
		if (error)
			error = engine_kvm_failed(f, "a memory slot to pass through", error);
	}
	close(fd);
	return error;
}

void passthrough_close(struct shim *s)
{
	for (unsigned i = 0; i < MACHINE_PASSES_MAX; i++)
		if (s->passed[i])
			munmap(s->passed[i], s->p.plan.machine.pass[i].size);
}
