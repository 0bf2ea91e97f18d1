/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is to be booted: a file of any format that firmware and kernels come in, told by its content
 * and never by its name, read down to the runs of bytes that are to lie in guest memory.
 */
#ifndef BOOT_IMAGE_IMAGE_H
#define BOOT_IMAGE_IMAGE_H

#include "boot/image/span.h"
#include "boot/outcome.h"

#define IMAGE_PARTS_MAX 16
#define IMAGE_FOOTPRINT_MAX (1ull << 40) /* bytes: what tells of more lies */
#define IMAGE_OVERLAYS_MAX 8
#define IMAGE_OWNED_MAX 12
#define IMAGE_LAYERS_MAX 6 /* formats inside each other: a FIT's gzipped kernel has three */

struct verify_keys;

enum image_arch { ARCH_UNKNOWN, ARCH_A64, ARCH_A32 };

struct image_part {
	struct span bytes;
	uint64_t footprint; /* bytes it needs in memory: bss included; at least bytes.size */
	bool placed; /* GPA is where its format says it lies; else the plan decides */
	bool loaded; /* its format copies it there: into RAM, flash will not do */
	bool written; /* its format says that it writes to itself */
	uint64_t gpa;
	char name[32]; /* "loadable tee" */
};

struct image {
	const char *path;
	const char *conf; /* a FIT's configuration by name, NULL: its default, or it was found */
	const struct verify_keys *keys; /* with which a FIT must be signed; NULL: need not */
	bool verified; /* its reader found it so */
	uint64_t most; /* bytes that what is packed may still unpack to, all together */
	char kind[80]; /* "FIT, gzip, Linux Image": how it was read, outermost first */
	unsigned layers;
	enum image_arch arch;

	struct image_part part[IMAGE_PARTS_MAX]; /* [0] is what is run */
	unsigned parts;
	bool entry_given; /* else it is part[0]'s first byte */
	uint64_t entry;

	/* part[0] by its own header */
	bool linked; /* U-Boot: link_gpa is where it was linked for */
	uint64_t link_gpa;
	bool offset_known; /* a Linux kernel: goes to RAM base, 2 MiB aligned, + text_offset */
	uint64_t text_offset;
	bool uefi; /* a volume of UEFI's firmware */
	bool unpacks; /* a zImage: needs RAM from its base on, and tree and initrd in low memory */

	/* What comes along; fd -1: nothing. */
	struct span ramdisk, tree, overlay[IMAGE_OVERLAYS_MAX];
	struct span uboot_tree; /* the one that U-Boot itself goes by: its board's */
	unsigned overlays;
	struct span symbols, strings; /* an ELF's symbol table and its names */
	bool elf64;
	char note[240]; /* what was passed over, for the plan: "TF-A part atf-1 is left out" */

	int owned[IMAGE_OWNED_MAX]; /* fds to close: the file, and memory that was unpacked into */
	unsigned owneds;
	char bootargs[2048]; /* "": none; last, so that it need not be touched */
};

/*
 * Open PATH and read what it is. CONF as in struct image; MOST bytes at the most are unpacked.
 * Returns 0 or fail()s with bad-firmware: missing (both ways to put one in are named), empty,
 * unreadable, no regular file, of a kind that cannot be booted, or damaged: the place is named.
 */
int image_open(struct image *image, const char *path, const char *conf, uint64_t most,
	       struct failure *f);

/*
 * The same for what must be signed with KEYS: a FIT, of which nothing is used before its
 * configuration has been verified, from a copy that cannot be changed. What fails then is refused:
 * E-UNSIGNED for anything but a FIT; else as verify_fit() and the readers say.
 */
int image_open_signed(struct image *image, const char *path, const char *conf, uint64_t most,
		      const struct verify_keys *keys, struct failure *f);

/* Open PATH as a ramdisk, whose content is the guest's affair. Returns 0 or fail()s likewise. */
int image_open_ramdisk(struct span *ramdisk, const char *path, struct failure *f);

void image_close(struct image *image);

/* --- for the readers of formats --------------------------------------------------------------- */

/*
 * Read SPAN, which lies inside another format, as whatever it is, down to IMAGE_LAYERS_MAX of them;
 * it becomes part[0]. Returns 0 or fail()s.
 */
int image_read(struct image *image, const struct span *span, struct failure *f);

/* Take SPAN for part[0] as it is: a raw binary. */
void image_raw(struct image *image, const struct span *span);

/* Add a part that lies at GPA. Returns it, or NULL: the table is full. */
struct image_part *image_part_add(struct image *image, const char *name, const struct span *span,
				  uint64_t gpa);

/*
 * part[0] is copied to LOAD and entered at ENTRY (0: its first byte), as a format around it says.
 * Nothing where part[0]'s own format knows better: an ELF, a Linux Image that could not run there.
 * Returns 0 or fail()s: AT, the place of the entry in FORMAT_NAME, names one outside of it.
 */
int image_load_at(struct image *image, uint64_t load, uint64_t entry, const char *format_name,
		  uint64_t at, struct failure *f);

/* A format around part[0] says what it is for; where the code itself tells, that goes before it. */
void image_arch_told(struct image *image, enum image_arch arch);

/* What sentences call PART; bytes that are not printable become '?'. */
void image_part_name(struct image_part *part, const char *name);

/* Name a layer in KIND. */
void image_kind_add(struct image *image, const char *kind);

/* Say in the plan, in printable characters, what was passed over. Cut where there is no room. */
void image_note_add(struct image *image, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The fd is closed with the image. False: the table is full, and it is closed at once. */
bool image_own(struct image *image, int fd);

/*
 * fail() with bad-firmware, E-DAMAGED: "firmware PATH (KIND), byte AT of the FORMAT: ...". The text
 * says what is wrong and, behind a colon, the remedy. Returns -1.
 */
int image_damaged(const struct image *image, const char *format_name, uint64_t at,
		  struct failure *f, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The same with E-KIND, for what is whole but cannot be booted. Returns -1. */
int image_unfit(const struct image *image, struct failure *f, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
