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

#include "boot/image/elf_file.h"
#include "boot/image/image.h"
#include "boot/image/plain.h"

#define HEAD 64 /* bytes that are looked at */

/*
 * The first row whose magic is there decides. A format without a reader cannot be booted: the row
 * says what it is, and what to give instead.
 */
static const struct format {
	const char *magic;
	uint8_t length, at;
	int (*read)(struct image *image, const struct span *span, struct failure *f);
	const char *is, *instead;
} formats[] = {
	{ "ARM\x64", 4, 56, .read = plain_read_linux },
	{ "\x18\x28\x6f\x01", 4, 36, .read = plain_read_zimage },
	{ "\x7f"
	  "ELF",
	  4, 0, .read = elf_file_read },
	{ "\x1f\x8b", 2, 0, .is = "a gzip file", .instead = "unpack it (gunzip)" },
	{ "\x28\xb5\x2f\xfd", 4, 0, .is = "a zstd file", .instead = "unpack it (unzstd)" },
	{ "\x04\x22\x4d\x18", 4, 0, .is = "an lz4 file", .instead = "unpack it (unlz4)" },
	{ "\xfd"
	  "7zXZ",
	  5, 0, .is = "an xz file", .instead = "unpack it (unxz)" },
	{ "\xd0\x0d\xfe\xed", 4, 0, .is = "a device tree or FIT",
	  .instead = "give the raw binary that is in it (dumpimage -T flat_dt -p N)" },
	{ "\x27\x05\x19\x56", 4, 0, .is = "a legacy uImage",
	  .instead = "give the raw binary that is in it (dumpimage -p 0)" },
	{ "\x01\x00\x64\xaa", 4, 0, .is = "a TF-A FIP",
	  .instead = "give its BL33 (fiptool unpack)" },
	{ "ANDROID!", 8, 0, .is = "an Android boot image",
	  .instead = "give the kernel that is in it (unpack_bootimg)" },
	{ "eGON.BT0", 8, 4, .is = "an Allwinner SPL image", .instead = "give u-boot.bin" },
	{ "MZ", 2, 0, .is = "an EFI program",
	  .instead = "give firmware that starts it, such as EDK2" },
};

void image_kind_add(struct image *image, const char *kind)
{
	size_t n = strlen(image->kind);

	snprintf(image->kind + n, sizeof(image->kind) - n, "%s%s", n ? ", " : "", kind);
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

struct image_part *image_part_add(struct image *image, const char *name, const struct span *span,
				  uint64_t gpa)
{
	struct image_part *part = &image->part[image->parts];

	if (image->parts == IMAGE_PARTS_MAX)
		return NULL;
	*part = (struct image_part){
		.bytes = *span, .footprint = span->size, .placed = true, .gpa = gpa
	};
	snprintf(part->name, sizeof(part->name), "%s", name);
	image->parts++;
	return part;
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
		if (format->read)
			return format->read(image, span, f);
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
	return fail(f, OUTCOME_BAD_FIRMWARE, "E-EMPTY",
		    "%s %s is empty (%" PRIu64 " bytes): copy it again from where it was built",
		    what, path, span->size);
}

int image_open(struct image *image, const char *path, const char *conf, uint64_t most,
	       struct failure *f)
{
	struct span file;

	memset(image, 0, offsetof(struct image, bootargs) + 1);
	image->path = path;
	image->conf = conf;
	image->most = most;
	image->ramdisk = image->tree = image->symbols = image->strings = SPAN_NONE;
	if (file_open(&file, path, true, f))
		return -1;
	image_own(image, file.fd);
	return image_read(image, &file, f);
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
