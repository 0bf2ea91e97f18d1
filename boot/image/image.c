// SPDX-License-Identifier: BSD-2-Clause
// Opens what is to be booted and tells its format by its first bytes.
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/image/android.h"
#include "boot/image/elf_file.h"
#include "boot/image/fip.h"
#include "boot/image/fit.h"
#include "boot/image/image.h"
#include "boot/image/plain.h"
#include "boot/image/spl.h"
#include "boot/image/uimage.h"
#include "boot/image/unpack.h"
#include "boot/image/zboot.h"
#include "generated/config.h"

#define HEAD 64 /* bytes that are looked at */
#define A64_BRANCH 0x14 /* top six bits of B */
#define LINUX_ALIGN (2u << 20) /* Linux, Documentation/arm64/booting.rst */

#define CONTAINER(reader) .read = CONFIG_CONTAINERS ? (reader) : NULL, .container

/*
 * The first row whose magic is there decides. A format without a reader cannot be booted: the row
 * says what it is, and what to give instead; a container may not be built in.
 */
static const struct format {
	const char *magic;
	uint8_t length, at;
	int (*read)(struct image *image, const struct span *span, struct failure *f);
	enum unpack_kind packed; /* what unpack.c reads */
	const char *container; /* what CONFIG_CONTAINERS reads */
	const char *is, *instead;
} formats[] = {
	{ "ARM\x64", 4, 56, .read = plain_read_linux },
	{ "\x18\x28\x6f\x01", 4, 36, .read = plain_read_zimage },
	{ "\x7f"
	  "ELF",
	  4, 0, .read = elf_file_read },
	{ "\x1f\x8b", 2, 0, .packed = UNPACK_GZIP },
	{ "\x28\xb5\x2f\xfd", 4, 0, .packed = UNPACK_ZSTD },
	{ "\x04\x22\x4d\x18", 4, 0, .packed = UNPACK_LZ4 },
	{ "\x02\x21\x4c\x18", 4, 0, .packed = UNPACK_LZ4 },
	{ "\xfd"
	  "7zXZ",
	  6, 0, .packed = UNPACK_XZ },
	{ "BZh", 3, 0, .packed = UNPACK_BZIP2 },
	{ "\x89LZO", 4, 0, .packed = UNPACK_LZO },
	{ "\xd0\x0d\xfe\xed", 4, 0, CONTAINER(fit_read) = "a FIT" },
	{ "\x27\x05\x19\x56", 4, 0, CONTAINER(uimage_read) = "a uImage" },
	{ "\x01\x00\x64\xaa", 4, 0, CONTAINER(fip_read) = "a TF-A FIP" },
	{ "ANDROID!", 8, 0, CONTAINER(android_read) = "an Android boot.img" },
	{ "VNDRBOOT", 8, 0, .is = "an Android vendor_boot image, which has no kernel",
	  .instead = "give the boot.img" },
	{ "eGON.BT0", 8, 4, CONTAINER(spl_read_egon) = "an Allwinner SPL" },
	{ "TOC0.GLH", 8, 0, CONTAINER(spl_read_toc0) = "an Allwinner SPL" },
	{ "RKNS", 4, 0, CONTAINER(spl_read_rockchip) = "a Rockchip SPL" },
	{ "\x3b\x8c\xdc\xfc", 4, 0, CONTAINER(spl_read_rockchip) = "a Rockchip SPL" },
	{ "@AML", 4, 16, .is = "an Amlogic boot image", .instead = "give u-boot.bin" },
	{ "XNLX", 4, 36, .is = "an AMD/Xilinx boot image", .instead = "give u-boot.elf" },
	{ "\x02\xb0\x05\xb1", 4, 0, .is = "a Marvell boot image", .instead = "give u-boot.bin" },
	{ "\xd1\x00\x20", 3, 0, .is = "an i.MX boot image", .instead = "give u-boot.bin" },
	{ "PK\x03\x04", 4, 0, .is = "a zip archive",
	  .instead = "unpack it, and give what is in it" },
	{ "MZ", 2, 0, CONTAINER(zboot_read) = "an EFI program" },
};

void image_kind_add(struct image *image, const char *kind)
{
	size_t n = strlen(image->kind);

	snprintf(image->kind + n, sizeof(image->kind) - n, "%s%s", n ? ", " : "", kind);
}

/* Names out of a file go to a terminal. */
static void printable(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

void image_note_add(struct image *image, const char *format, ...)
{
	size_t n = strlen(image->note);
	va_list args;

	if (n && n < sizeof(image->note) - 2)
		n += (size_t)snprintf(image->note + n, sizeof(image->note) - n, "; ");
	va_start(args, format);
	vsnprintf(image->note + n, sizeof(image->note) - n, format, args);
	va_end(args);
	printable(image->note + n);
}

bool image_own(struct image *image, int fd)
{
	if (image->owneds == IMAGE_OWNED_MAX) {
		close(fd);
		return false;
	}
	image->owned[image->owneds++] = fd;
	return true;
}

/* "firmware PATH (KIND)" in front, then what FORMAT says. */
static int refuse(const struct image *image, const char *code, const char *place, struct failure *f,
		  const char *format, va_list args)
{
	char text[300];

	vsnprintf(text, sizeof(text), format, args);
	return fail(f, OUTCOME_BAD_FIRMWARE, code, "firmware %.120s%s%s%s%s %s", image->path,
		    image->kind[0] ? " (" : "", image->kind, image->kind[0] ? ")" : "", place,
		    text);
}

int image_damaged(const struct image *image, const char *format_name, uint64_t at,
		  struct failure *f, const char *format, ...)
{
	char place[64];
	va_list args;

	snprintf(place, sizeof(place), ", byte %" PRIu64 " of the %s:", at, format_name);
	va_start(args, format);
	refuse(image, "E-DAMAGED", place, f, format, args);
	va_end(args);
	return -1;
}

int image_unfit(const struct image *image, struct failure *f, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	refuse(image, "E-KIND", "", f, format, args);
	va_end(args);
	return -1;
}

void image_raw(struct image *image, const struct span *span)
{
	image->part[0].bytes = *span;
	image->part[0].footprint = span->size;
	if (!image->parts)
		image->parts = 1;
}

void image_part_name(struct image_part *part, const char *name)
{
	snprintf(part->name, sizeof(part->name), "%s", name);
	printable(part->name);
}

struct image_part *image_part_add(struct image *image, const char *name, const struct span *span,
				  uint64_t gpa)
{
	struct image_part *part = &image->part[image->parts];

	if (image->parts == IMAGE_PARTS_MAX)
		return NULL;
	*part = (struct image_part){
		.bytes = *span, .footprint = span->size, .placed = true, .gpa = gpa
	};
	image_part_name(part, name);
	image->parts++;
	return part;
}

void image_arch_told(struct image *image, enum image_arch arch)
{
	uint8_t code[4];

	if (image->arch != ARCH_UNKNOWN)
		return;
	/* mkimage -A arm packs U-Boot for arm64 too: as A32 its first branch would be nonsense. */
	if (arch == ARCH_A32 && !span_read(&image->part[0].bytes, 0, code, sizeof(code)) &&
	    (code[3] & 0xfc) == A64_BRANCH)
		arch = ARCH_A64;
	image->arch = arch;
}

int image_load_at(struct image *image, uint64_t load, uint64_t entry, const char *format_name,
		  uint64_t at, struct failure *f)
{
	struct image_part *part = &image->part[0];

	if (part->placed || (image->offset_known && (load - image->text_offset) % LINUX_ALIGN))
		return 0;
	part->placed = part->loaded = true;
	part->gpa = load;
	if (!entry)
		return 0;
	if (entry - load >= part->footprint)
		return image_damaged(image, format_name, at, f,
				     "the entry 0x%" PRIx64 " lies outside of what is loaded "
				     "at 0x%" PRIx64 ": correct it, and pack it again",
				     entry, load);
	image->entry_given = true;
	image->entry = entry;
	return 0;
}

int image_read(struct image *image, const struct span *span, struct failure *f)
{
	uint8_t head[HEAD] = { 0 };
	size_t n = span->size < HEAD ? (size_t)span->size : HEAD;
	int error = span_read(span, 0, head, n);

	if (error)
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-FIRMWARE",
			    "firmware %s cannot be read: %s: copy it again", image->path,
			    strerror(-error));
	if (image->layers++ == IMAGE_LAYERS_MAX)
		return image_unfit(image, f,
				   "has more than %d formats inside each other: unpack it",
				   IMAGE_LAYERS_MAX);
	for (unsigned i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		const struct format *format = &formats[i];

		if (memcmp(head + format->at, format->magic, format->length))
			continue;
		if (format->packed)
			return unpack_read(image, span, format->packed, f);
		if (format->read)
			return format->read(image, span, f);
		if (format->container)
			return image_unfit(image, f,
					   "is %s, and what reads it is not built in: give the "
					   "u-boot.bin or Image that is in it, or build with "
					   "CONFIG_CONTAINERS=y",
					   format->container);
		return image_unfit(image, f, "is %s, which cannot run as it is: %s", format->is,
				   format->instead);
	}
	return plain_read_raw(image, span, f);
}

/* Open PATH as SPAN: a regular file of at least four bytes. */
static int file_open(struct span *span, const char *path, bool firmware, struct failure *f)
{
	const char *what = firmware ? "firmware" : "initrd";
	struct stat st = { 0 };
	int error;

	*span = SPAN_NONE;
	span->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO is not waited for */
	error = span->fd < 0 || fstat(span->fd, &st) < 0 ? errno : 0;
	span->size = (uint64_t)st.st_size;
	if (!error && S_ISREG(st.st_mode) && span->size >= 4)
		return 0;
	if (span->fd >= 0)
		close(span->fd);
	span->fd = -1;
	if (error == ENOENT && firmware)
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-NOFIRMWARE",
			    "there is no firmware at %s: name a file that is there "
			    "(firmware=PATH), build one in (make itb FIRMWARE=FILE BOARD=NAME), or "
			    "append a cpio archive that holds /firmware to the initramfs (cat "
			    "kvmshim.cpio.gz own.cpio.gz)",
			    path);
	if (error)
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-FIRMWARE",
			    "%s %s cannot be read: %s: give the path of a file that is there", what,
			    path, strerror(error));
	if (!S_ISREG(st.st_mode))
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-FIRMWARE",
			    "%s %s is not a regular file: copy what is to be booted into one", what,
			    path);
	if (!span->size)
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-EMPTY",
			    "%s %s is empty: copy it again from where it was built", what, path);
	return fail(f, OUTCOME_BAD_FIRMWARE, "E-EMPTY",
		    "%s %s has only %" PRIu64 " bytes: copy it again from where it was built", what,
		    path, span->size);
}

static int begin(struct image *image, struct span *file, const char *path, const char *conf,
		 uint64_t most, struct failure *f)
{
	memset(image, 0, offsetof(struct image, bootargs) + 1);
	image->path = path;
	image->conf = conf;
	image->most = most;
	image->ramdisk = image->tree = image->uboot_tree = SPAN_NONE;
	image->symbols = image->strings = SPAN_NONE;
	if (file_open(file, path, true, f))
		return -1;
	image_own(image, file->fd);
	return 0;
}

/* The outermost layer. A configuration that was asked for must have been found by now. */
static int whole_read(struct image *image, const struct span *file, struct failure *f)
{
	if (image_read(image, file, f))
		return -1;
	if (image->conf)
		return image_unfit(image, f,
				   "has no configurations, which a FIT has: leave out #%.60s",
				   image->conf);
	return 0;
}

int image_open(struct image *image, const char *path, const char *conf, uint64_t most,
	       struct failure *f)
{
	struct span file;

	return begin(image, &file, path, conf, most, f) ? -1 : whole_read(image, &file, f);
}

int image_open_signed(struct image *image, const char *path, const char *conf, uint64_t most,
		      const struct verify_keys *keys, struct failure *f)
{
	static const uint8_t fit[4] = { 0xd0, 0x0d, 0xfe, 0xed };
	struct span file, sealed;
	uint8_t magic[4];
	int error;

	if (begin(image, &file, path, conf, most, f))
		return -1;
	error = span_seal(&file, &sealed);
	if (error)
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-FIRMWARE",
			    "firmware %s cannot be copied into memory to be verified: %s: free "
			    "some memory, or copy it again",
			    path, strerror(-error));
	image_own(image, sealed.fd);
	image->keys = keys;
	if (span_read(&sealed, 0, magic, sizeof(magic)) || memcmp(magic, fit, sizeof(fit)))
		return fail(f, OUTCOME_REFUSED, "E-UNSIGNED",
			    "firmware %s is no FIT, and a key is required: only FITs can be signed "
			    "(mkimage -f FILE.its -k FOLDER -r)",
			    path);
	if (whole_read(image, &sealed, f)) {
		f->outcome = OUTCOME_REFUSED;
		return -1;
	}
	if (image->verified)
		return 0;
	return fail(f, OUTCOME_REFUSED, "E-UNSIGNED",
		    "firmware %s (%s) was not verified, and a key is required: put it into a FIT "
		    "with a signature node (mkimage -f FILE.its -k FOLDER -r)",
		    path, image->kind);
}

int image_open_ramdisk(struct span *ramdisk, const char *path, struct failure *f)
{
	return file_open(ramdisk, path, false, f);
}

void image_close(struct image *image)
{
	while (image->owneds)
		close(image->owned[--image->owneds]);
}
