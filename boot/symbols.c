// SPDX-License-Identifier: BSD-2-Clause
// Names of the guest's addresses.
#include "boot/symbols.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/exits.h"
#include "boot/memory.h"
#include "boot/image/elf_file.h"
#include "boot/shim.h"
#include "boot/symbol_map.h"
#include "kvm/dcache.h"

#define CODE 64 /* bytes of instructions that tell a place: aligned, so all in one page */
#define PAGE 4096 /* what copies itself goes by whole pages */

/* No start touches its pages. */
static _Alignas(4096) struct {
	enum { NONE, ELF, MAP } kind;
	struct span file;
	struct image elf;
	_Atomic uint64_t moved; /* how far the firmware has been found from where it was linked */
} symbols;

static int unfit(const char *path, const char *why, struct failure *f)
{
	return fail(f, OUTCOME_BAD_CONFIG, "E-SYMBOLS",
		    "symbols=%.200s %s: give an ELF that is not stripped, or what nm prints", path,
		    why);
}

static int elf_open(const char *path, const struct span *file, struct failure *f)
{
	struct failure why;

	symbols.elf = (struct image){ .path = path, .symbols = SPAN_NONE, .strings = SPAN_NONE };
	if (elf_file_read(&symbols.elf, file, &why))
		return unfit(path, "is no ELF for the guest's CPU, or damaged", f);
	if (symbols.elf.symbols.fd < 0)
		return unfit(path, "has no symbols", f);
	symbols.kind = ELF;
	return 0;
}

static int kind_read(const char *path, const struct span *file, struct failure *f)
{
	char magic[4] = "";

	span_read(file, 0, magic, sizeof(magic));
	if (!memcmp(magic, "\177ELF", sizeof(magic)))
		return elf_open(path, file, f);
	if (!symbol_map_is(file))
		return unfit(path, "is neither an ELF nor a list of symbols", f);
	symbols.kind = MAP;
	return 0;
}

int symbols_open(const struct shim *s, struct failure *f)
{
	const char *path = s->p.settings.symbols.path;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int ret;

	if (fd < 0)
		return unfit(path, "cannot be read", f);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		ret = unfit(path, "is no file", f);
	} else {
		symbols.file = (struct span){ fd, 0, (uint64_t)st.st_size };
		ret = kind_read(path, &symbols.file, f);
	}
	if (ret)
		close(fd);
	return ret;
}

void symbols_close(void)
{
	if (symbols.kind != NONE)
		close(symbols.file.fd);
	symbols.kind = NONE;
	symbols.moved = 0;
}

/*
 * --- firmware that has moved ---------------------------------------------------------------------
 */

/* Is what the ELF has for address LINKED the same as CODE? */
static bool same(const struct image *elf, uint64_t linked, const uint8_t code[CODE])
{
	uint8_t there[CODE];

	for (unsigned i = 0; i < elf->parts; i++) {
		const struct image_part *p = &elf->part[i];

		if (linked - p->gpa < p->bytes.size &&
		    !span_read(&p->bytes, linked - p->gpa, there, CODE))
			return !memcmp(there, code, CODE);
	}
	return false;
}

static bool all_alike(const uint8_t code[CODE])
{
	return !memcmp(code, code + 4, CODE - 4);
}

/*
 * How far from its place in ELF the code around PC is: by whole pages, the only ones in which it
 * stands so. Addresses are taken for physical ones: what copies itself does so early.
 */
static bool moved_by(const struct shim *s, const struct image *elf, uint64_t pc, uint64_t *offset)
{
	const uint64_t block = pc & ~(uint64_t)(CODE - 1);
	uint64_t found = symbols.moved;
	const uint8_t *code = memory_at(s, block, false); /* CODE divides a page */
	unsigned many = 0;

	*offset = found;
	if (!code)
		return false;
	dcache_flush(code, CODE); /* a guest without caches has written past ours */
	if (all_alike(code))
		return false;
	if (found && same(elf, block - found, code))
		return true;
	for (unsigned i = 0; i < elf->parts; i++) {
		const struct image_part *p = &elf->part[i];

		for (uint64_t at = (block - p->gpa) % PAGE; at + CODE <= p->bytes.size; at += PAGE)
			if (same(elf, p->gpa + at, code) && !many++)
				found = block - (p->gpa + at);
	}
	if (many != 1)
		return false;
	symbols.moved = found;
	*offset = found;
	return true;
}

/*
 * --- look-ups ------------------------------------------------------------------------------------
 */

static bool elf_text(const struct shim *s, const struct image *elf, uint64_t given, uint64_t pc,
		     char *buf, size_t size)
{
	if (elf_file_symbol(elf, pc, buf, size))
		return true;
	return elf->symbols.fd >= 0 && (given || moved_by(s, elf, pc, &given)) &&
	       elf_file_symbol(elf, pc - given, buf, size);
}

const char *symbols_text(const struct shim *s, uint64_t pc, char *buf, size_t size)
{
	const uint64_t given = s->p.settings.symbols.offset;

	if (symbols.kind == MAP &&
	    (symbol_map_text(&symbols.file, pc, buf, size) ||
	     (given && symbol_map_text(&symbols.file, pc - given, buf, size))))
		return buf;
	if (symbols.kind == ELF && elf_text(s, &symbols.elf, given, pc, buf, size))
		return buf;
	return elf_text(s, &s->p.firmware, 0, pc, buf, size) ? buf : NULL;
}

static bool elf_find(const struct shim *s, const struct image *elf, uint64_t given,
		     const char *name, size_t n, uint64_t *value)
{
	uint64_t offset = given;

	if (!elf_file_find(elf, name, n, value))
		return false;
	/* Where the copy runs says where all of it is. */
	if (!given && s->vcpus_made)
		moved_by(s, elf, exit_pc_of(&s->vcpu[0]), &offset);
	*value += offset;
	return true;
}

bool symbols_find(const struct shim *s, const char *name, size_t n, uint64_t *value)
{
	const uint64_t given = s->p.settings.symbols.offset;

	if (symbols.kind == MAP && symbol_map_find(&symbols.file, name, n, value)) {
		*value += given;
		return true;
	}
	if (symbols.kind == ELF && elf_find(s, &symbols.elf, given, name, n, value))
		return true;
	return elf_find(s, &s->p.firmware, 0, name, n, value);
}
