// SPDX-License-Identifier: BSD-2-Clause
// ELF files: segments, entry, symbols.
#include <elf.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "boot/image/elf_file.h"

#define SEGMENTS_MAX 64 /* program headers that are looked at */
#define SECTIONS_MAX 4096
#define NAME_MAX_SHOWN 64

/* Where the two classes differ: what is read out of a header, as 64-bit values. */
struct header {
	uint64_t entry, phoff, shoff;
	unsigned phentsize, phnum, shentsize, shnum, type, machine;
};
struct segment {
	uint32_t type, flags;
	uint64_t offset, paddr, vaddr, filesz, memsz;
};
struct section {
	uint32_t type, link;
	uint64_t offset, size;
};

#define SYMBOLS_AT_ONCE 64
#define LABEL_REACH 4096 /* how far behind a symbol without a size an address is still its */

#define HEADER_OF(e)                                                                               \
	((struct header){ (e).e_entry, (e).e_phoff, (e).e_shoff, (e).e_phentsize, (e).e_phnum,     \
			  (e).e_shentsize, (e).e_shnum, (e).e_type, (e).e_machine })
#define SEGMENT_OF(p)                                                                              \
	((struct segment){ (p).p_type, (p).p_flags, (p).p_offset, (p).p_paddr, (p).p_vaddr,        \
			   (p).p_filesz, (p).p_memsz })
#define SYMBOL_OF(s)                                                                               \
	((struct symbol){ (s).st_value, (s).st_size, (s).st_name, (s).st_info & 0xf,               \
			  (s).st_shndx != SHN_UNDEF })
#define SECTION_OF(s) ((struct section){ (s).sh_type, (s).sh_link, (s).sh_offset, (s).sh_size })

static int header_read(const struct span *span, bool elf64, struct header *h)
{
	Elf64_Ehdr e64;
	Elf32_Ehdr e32;
	int error = elf64 ? span_read(span, 0, &e64, sizeof(e64))
			  : span_read(span, 0, &e32, sizeof(e32));

	if (!error)
		*h = elf64 ? HEADER_OF(e64) : HEADER_OF(e32);
	return error;
}

static int segment_read(const struct span *span, bool elf64, uint64_t at, struct segment *s)
{
	Elf64_Phdr p64;
	Elf32_Phdr p32;
	int error = elf64 ? span_read(span, at, &p64, sizeof(p64))
			  : span_read(span, at, &p32, sizeof(p32));

	if (!error)
		*s = elf64 ? SEGMENT_OF(p64) : SEGMENT_OF(p32);
	return error;
}

static int section_read(const struct span *span, bool elf64, uint64_t at, struct section *s)
{
	Elf64_Shdr s64;
	Elf32_Shdr s32;
	int error = elf64 ? span_read(span, at, &s64, sizeof(s64))
			  : span_read(span, at, &s32, sizeof(s32));

	if (!error)
		*s = elf64 ? SECTION_OF(s64) : SECTION_OF(s32);
	return error;
}

/* A file without them, or with bad ones, boots all the same: nothing is refused here. */
static void symbols_find(struct image *image, const struct span *span, const struct header *h)
{
	struct section symbols, names;

	for (unsigned i = 0; i < h->shnum && i < SECTIONS_MAX; i++) {
		if (section_read(span, image->elf64, h->shoff + (uint64_t)i * h->shentsize,
				 &symbols))
			return;
		if (symbols.type == SHT_SYMTAB)
			break;
	}
	if (!h->shnum || symbols.type != SHT_SYMTAB || symbols.link >= h->shnum ||
	    section_read(span, image->elf64, h->shoff + (uint64_t)symbols.link * h->shentsize,
			 &names))
		return;
	if (span_part(&image->strings, span, names.offset, names.size) &&
	    !span_part(&image->symbols, span, symbols.offset, symbols.size))
		image->strings = SPAN_NONE;
}

static int kind_check(const struct image *image, const uint8_t *ident, const struct header *h,
		      struct failure *f)
{
	const char *is = ident[EI_DATA] != ELFDATA2LSB ? "a big-endian ELF"
			 : h->machine != (image->elf64 ? EM_AARCH64 : EM_ARM)
				 ? "an ELF for another kind of CPU"
			 : h->type != ET_EXEC && h->type != ET_DYN ? "an ELF that is not linked"
								   : NULL;

	return is ? image_unfit(image, f,
				"is %s: give an executable for AArch64, or Arm, little-endian", is)
		  : 0;
}

/* The entry is a virtual address: where in the segment it lies, among its bytes, is what counts. */
static bool entry_in(const struct segment *s, uint64_t entry)
{
	return entry - s->vaddr < s->filesz;
}

static int segment_add(struct image *image, const struct span *span, const struct segment *s,
		       uint64_t at, uint64_t entry, struct failure *f)
{
	struct image_part *part;
	struct span bytes;
	char name[24];

	if (s->filesz > s->memsz)
		return image_damaged(image, "ELF", at, f,
				     "a segment has %" PRIu64 " bytes in the file and %" PRIu64
				     " in memory: link it again",
				     s->filesz, s->memsz);
	if (s->memsz > IMAGE_FOOTPRINT_MAX)
		return image_damaged(image, "ELF", at, f,
				     "a segment has %" PRIu64 " bytes in memory: link it again",
				     s->memsz);
	if (!span_part(&bytes, span, s->offset, s->filesz))
		return image_damaged(image, "ELF", at, f,
				     "a segment ends at byte %" PRIu64 ", the file at %" PRIu64
				     ": copy it again",
				     s->offset + s->filesz, span->size);
	snprintf(name, sizeof(name), "segment %u", image->parts);
	part = image_part_add(image, name, &bytes, s->paddr);
	if (!part)
		return image_damaged(image, "ELF", at, f,
				     "it has more than %d segments: link it with less",
				     IMAGE_PARTS_MAX);
	part->footprint = s->memsz;
	part->written = s->flags & PF_W;
	if (image->entry_given || !entry_in(s, entry))
		return 0;
	image->entry_given = true;
	image->entry = s->paddr + (entry - s->vaddr);
	/* The one with the entry goes first. */
	struct image_part first = image->part[0];

	image->part[0] = *part;
	if (part != &image->part[0])
		*part = first;
	return 0;
}

int elf_file_read(struct image *image, const struct span *span, struct failure *f)
{
	uint8_t ident[EI_NIDENT];
	struct header h;

	image_kind_add(image, "ELF");
	if (span_read(span, 0, ident, sizeof(ident)))
		return image_damaged(image, "ELF", span->size, f,
				     "it ends within its header: copy it again");
	image->elf64 = ident[EI_CLASS] == ELFCLASS64;
	if (!image->elf64 && ident[EI_CLASS] != ELFCLASS32)
		return image_damaged(image, "ELF", EI_CLASS, f,
				     "class %u is neither 32 nor 64 bits: copy it again",
				     ident[EI_CLASS]);
	if (header_read(span, image->elf64, &h))
		return image_damaged(image, "ELF", span->size, f,
				     "it ends within its header: copy it again");
	if (kind_check(image, ident, &h, f))
		return -1;
	image->arch = image->elf64 ? ARCH_A64 : ARCH_A32;
	for (unsigned i = 0; i < h.phnum && i < SEGMENTS_MAX; i++) {
		const uint64_t at = h.phoff + (uint64_t)i * h.phentsize;
		struct segment s;

		if (segment_read(span, image->elf64, at, &s))
			return image_damaged(image, "ELF",
					     image->elf64 ? offsetof(Elf64_Ehdr, e_phoff)
							  : offsetof(Elf32_Ehdr, e_phoff),
					     f,
					     "program header %u of %u lies at byte %" PRIu64
					     ", beyond the file's end: copy it again",
					     i, h.phnum, at);
		if (s.type == PT_LOAD && s.memsz && segment_add(image, span, &s, at, h.entry, f))
			return -1;
	}
	if (!image->entry_given)
		return image_damaged(image, "ELF", 24, f,
				     "no segment to be loaded has bytes at the entry 0x%" PRIx64
				     ": link it as an executable",
				     h.entry);
	symbols_find(image, span, &h);
	return 0;
}

/* --- symbols ---------------------------------------------------------------------------------- */

struct symbol {
	uint64_t value, size;
	uint32_t name;
	uint8_t type;
	bool defined;
};

/* Symbols from INDEX on, as many as there are and fit. 0: no more. */
static unsigned symbols_read(const struct image *image, uint64_t index,
			     struct symbol symbol[SYMBOLS_AT_ONCE])
{
	union {
		Elf64_Sym s64[SYMBOLS_AT_ONCE];
		Elf32_Sym s32[SYMBOLS_AT_ONCE];
	} raw;
	const size_t each = image->elf64 ? sizeof(raw.s64[0]) : sizeof(raw.s32[0]);
	const uint64_t all = image->symbols.size / each, left = all > index ? all - index : 0;
	const unsigned n = left < SYMBOLS_AT_ONCE ? (unsigned)left : SYMBOLS_AT_ONCE;

	if (!n || span_read(&image->symbols, index * each, &raw, n * each))
		return 0;
	for (unsigned i = 0; i < n; i++)
		symbol[i] = image->elf64 ? SYMBOL_OF(raw.s64[i]) : SYMBOL_OF(raw.s32[i]);
	return n;
}

/* Its name; false for none, and for the marks of code and data ("$x"). */
static bool name_read(const struct image *image, const struct symbol *s,
		      char name[NAME_MAX_SHOWN + 1])
{
	uint64_t left = s->name < image->strings.size ? image->strings.size - s->name : 0;

	memset(name, 0, NAME_MAX_SHOWN + 1);
	return left &&
	       !span_read(&image->strings, s->name, name,
			  left < NAME_MAX_SHOWN ? (size_t)left : NAME_MAX_SHOWN) &&
	       name[0] && name[0] != '$';
}

bool elf_file_symbol(const struct image *image, uint64_t address, char *buf, size_t size)
{
	char name[NAME_MAX_SHOWN + 1];
	struct symbol symbol[SYMBOLS_AT_ONCE], best = { 0 };
	bool found = false;
	unsigned n;

	if (image->symbols.fd < 0)
		return false;
	for (uint64_t at = 0; (n = symbols_read(image, at, symbol)); at += n)
		for (unsigned i = 0; i < n; i++) {
			const struct symbol *s = &symbol[i];

			if ((s->type != STT_FUNC && s->type != STT_NOTYPE) || s->value > address ||
			    address - s->value >= (s->size > LABEL_REACH ? s->size : LABEL_REACH) ||
			    (found && s->value <= best.value) || !name_read(image, s, name))
				continue;
			best = *s;
			found = true;
		}
	if (!found || address - best.value >= (best.size ? best.size : LABEL_REACH) ||
	    !name_read(image, &best, name))
		return false;
	snprintf(buf, size, "%s+0x%" PRIx64, name, address - best.value);
	return true;
}

bool elf_file_find(const struct image *image, const char *wanted, size_t size, uint64_t *value)
{
	char name[NAME_MAX_SHOWN + 1];
	struct symbol symbol[SYMBOLS_AT_ONCE];
	unsigned n;

	if (image->symbols.fd < 0 || size > NAME_MAX_SHOWN)
		return false;
	for (uint64_t at = 0; (n = symbols_read(image, at, symbol)); at += n)
		for (unsigned i = 0; i < n; i++)
			if (symbol[i].defined && name_read(image, &symbol[i], name) &&
			    !strncmp(name, wanted, size) && !name[size]) {
				*value = symbol[i].value;
				return true;
			}
	return false;
}
