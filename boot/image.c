// SPDX-License-Identifier: BSD-2-Clause
// Files for guest memory: told by their first bytes, placed by mapping.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/image.h"

#define HEAD 64 /* bytes that are looked at */

#define MAPPED_LEAST (64u << 10) /* less is read: a mapping more costs as much as copying that */

/* What people hand over that no CPU can execute as it lies there. */
static const struct {
	const char *magic;
	uint8_t length, at;
	const char *is, *instead;
} foreign[] = {
	{ "\x1f\x8b", 2, 0, "a gzip file", "unpack it (gunzip)" },
	{ "\x28\xb5\x2f\xfd", 4, 0, "a zstd file", "unpack it (unzstd)" },
	{ "\x04\x22\x4d\x18", 4, 0, "an lz4 file", "unpack it (unlz4)" },
	{ "\xfd"
	  "7zXZ",
	  5, 0, "an xz file", "unpack it (unxz)" },
	{ "\x7f"
	  "ELF",
	  4, 0, "an ELF file", "give the raw binary (objcopy -O binary)" },
	{ "\xd0\x0d\xfe\xed", 4, 0, "a device tree or FIT",
	  "give the raw binary that is in it (dumpimage -T flat_dt -p N)" },
	{ "\x27\x05\x19\x56", 4, 0, "a legacy uImage",
	  "give the raw binary that is in it (dumpimage -p 0)" },
	{ "\x01\x00\x64\xaa", 4, 0, "a TF-A FIP", "give its BL33 (fiptool unpack)" },
	{ "ANDROID!", 8, 0, "an Android boot image",
	  "give the kernel that is in it (unpack_bootimg)" },
	{ "eGON.BT0", 8, 4, "an Allwinner SPL image", "give u-boot.bin" },
};

static uint64_t le64(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 7; i >= 0; i--)
		v = v << 8 | p[i];
	return v;
}

/*
 * U-Boot, arch/arm/cpu/armv8/start.S: a branch, then at byte 8 _TEXT_BASE, _end_ofs,
 * _bss_start_ofs, _bss_end_ofs, all 64-bit.
 */
static void header_read_uboot(struct image *image, const uint8_t *h)
{
	uint64_t end = le64(h + 16), bss_start = le64(h + 24), bss_end = le64(h + 32);
	bool branch = (h[3] & 0xfc) == 0x14;

	/*
	 * _end is the file's end but for padding and an appended tree; the bss overlays
	 * relocations, so it may begin before.
	 */
	if (!branch || end < 64 || end > image->size + 4096 || bss_end < bss_start ||
	    bss_end > end + (64u << 20))
		return;
	image->linked = true;
	image->link_gpa = le64(h + 8);
	if (bss_end > image->footprint)
		image->footprint = bss_end;
}

/*
 * Linux, Documentation/arm64/booting.rst: "ARM\x64" at 56; text_offset at 8, image_size at 16 (0:
 * text_offset is 0x80000).
 */
static bool header_read_linux(struct image *image, const uint8_t *h)
{
	if (memcmp(h + 56, "ARM\x64", 4))
		return false;
	image->offset_known = true;
	image->text_offset = le64(h + 16) ? le64(h + 8) : 0x80000;
	if (le64(h + 16) > image->footprint)
		image->footprint = le64(h + 16);
	return true;
}

/* Open PATH and read the first bytes of it into HEAD. */
static int file_open(struct image *image, const char *path, bool firmware, uint8_t head[HEAD],
		     struct failure *f)
{
	const char *what = firmware ? "firmware" : "initrd";
	struct stat st;
	ssize_t n;

	*image = (struct image){ .path = path };
	image->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO is not waited for */
	if (image->fd < 0 && errno == ENOENT && firmware)
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-NOFIRMWARE",
			    "there is no firmware at %s: name a file that is there "
			    "(firmware=PATH), build "
			    "one in (make itb FIRMWARE=FILE BOARD=NAME), or append a cpio archive "
			    "that holds "
			    "/firmware to the initramfs (cat kvmshim.cpio.gz own.cpio.gz)",
			    path);
	if (image->fd < 0 || fstat(image->fd, &st) < 0)
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-FIRMWARE",
			    "%s %s cannot be read: %s: give the path of a file that is there", what,
			    path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-FIRMWARE",
			    "%s %s is not a regular file: copy what is to be booted into one", what,
			    path);
	n = pread(image->fd, head, HEAD, 0);
	if (n < 0)
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-FIRMWARE",
			    "%s %s cannot be read: %s: copy it again", what, path, strerror(errno));
	if (n < 4)
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-EMPTY",
			    "%s %s is empty (%d bytes): copy it again from where it was built",
			    what, path, (int)n);
	image->size = image->footprint = (uint64_t)st.st_size;
	return 0;
}

int image_open(struct image *image, const char *path, struct failure *f)
{
	uint8_t head[HEAD] = { 0 };

	if (file_open(image, path, true, head, f))
		return -1;
	for (unsigned i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (!memcmp(head + foreign[i].at, foreign[i].magic, foreign[i].length))
			return fail(f, OUTCOME_BAD_FIRMWARE, "E-KIND",
				    "firmware %s is %s, which cannot run as it is: %s", path,
				    foreign[i].is, foreign[i].instead);
	if (!header_read_linux(image, head))
		header_read_uboot(image, head);
	return 0;
}

int image_open_initrd(struct image *image, const char *path, struct failure *f)
{
	return file_open(image, path, false, (uint8_t[HEAD]){ 0 }, f);
}

int image_place(const struct image *image, void *hva, uint64_t size)
{
	uintptr_t page = getauxval(AT_PAGESZ);

	if (image->size > size)
		return -EFBIG;
	if (((uintptr_t)hva & (page - 1)) == 0 && image->size >= MAPPED_LEAST) {
		void *p = mmap(hva, image->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED,
			       image->fd, 0);

		return p == MAP_FAILED ? -errno : 0;
	}
	for (uint64_t done = 0; done < image->size;) {
		ssize_t n = pread(image->fd, (char *)hva + done, image->size - done, (off_t)done);

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		done += (uint64_t)n;
	}
	return 0;
}

bool image_is_uefi(const struct image *image)
{
	char signature[4];

	for (off_t at = 40; at < 8192; at += 4096)
		if (pread(image->fd, signature, sizeof(signature), at) == sizeof(signature) &&
		    !memcmp(signature, "_FVH", sizeof(signature)))
			return true;
	return false;
}

void image_close(struct image *image)
{
	if (image->fd >= 0)
		close(image->fd);
	image->fd = -1;
}
