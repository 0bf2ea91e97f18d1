// SPDX-License-Identifier: BSD-2-Clause
// Unpacks firmware: a table of decoders, and a memory file.
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "boot/image/unpack.h"
#include "boot/image/unpack_flow.h"
#include "boot/image/unpack_show.h"
#include "generated/config.h"

#define ERASED 0xff /* flash that nobody wrote */

/* Without a decoder, what leads to one goes as well. */
#define ANY (CONFIG_UNPACK_GZIP || CONFIG_UNPACK_LZ4 || CONFIG_UNPACK_ZSTD || CONFIG_UNPACK_XZ)

/* A kind without a decoder, or one that is not configured in, is refused by its name. */
static const struct {
	const char *name;
	bool known; /* a decoder for it is there to be built in */
	uint8_t magic; /* bytes that a member begins with, as the one before; 0: there is but one */
	const char *config;
	int (*member)(struct unpack_flow *flow);
} kinds[UNPACK_KINDS + 1] = {
	[UNPACK_NONE] = { .name = "none" },
	[UNPACK_GZIP] = { "gzip", true, 2, "GZIP", CONFIG_UNPACK_GZIP ? unpack_gzip : NULL },
	[UNPACK_BZIP2] = { .name = "bzip2" },
	[UNPACK_LZMA] = { "lzma", true, 0, "XZ", CONFIG_UNPACK_XZ ? unpack_xz_alone : NULL },
	[UNPACK_LZO] = { .name = "lzo" },
	[UNPACK_LZ4] = { "lz4", true, 4, "LZ4", CONFIG_UNPACK_LZ4 ? unpack_lz4 : NULL },
	[UNPACK_ZSTD] = { "zstd", true, 4, "ZSTD", CONFIG_UNPACK_ZSTD ? unpack_zstd : NULL },
	[UNPACK_XZ] = { "xz", true, 6, "XZ", CONFIG_UNPACK_XZ ? unpack_xz : NULL },
	[UNPACK_KINDS] = { .name = "an unknown program" },
};

/* What the kernel's build calls some of them: Linux, drivers/firmware/efi/libstub/Makefile.zboot. */
static const struct {
	const char *name;
	enum unpack_kind kind;
} aliases[] = {
	{ "xzkern", UNPACK_XZ },
	{ "zstd22", UNPACK_ZSTD },
};

enum unpack_kind unpack_kind_of(const char *name)
{
	for (unsigned i = 0; i < UNPACK_KINDS; i++)
		if (!strcmp(kinds[i].name, name))
			return (enum unpack_kind)i;
	for (unsigned i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (!strcmp(aliases[i].name, name))
			return aliases[i].kind;
	return UNPACK_KINDS;
}

/* Frames of zstd and lz4 that hold something else: both decoders pass over them. */
static bool is_skippable(enum unpack_kind kind, const uint8_t *p)
{
	return (kind == UNPACK_LZ4 || kind == UNPACK_ZSTD) && (span_le32(p) & ~0xfu) == 0x184d2a50;
}

/* Is there one more member at AT? Padding is passed over; what else is there stays unread. */
static bool more(struct unpack_flow *flow, enum unpack_kind kind)
{
	const uint8_t magic = kinds[kind].magic;

	while (flow->at < flow->size && (!flow->in[flow->at] || flow->in[flow->at] == ERASED))
		flow->at++;
	if (!magic || flow->size - flow->at < magic)
		return false;
	return !memcmp(flow->in + flow->at, flow->in, magic) ||
	       is_skippable(kind, flow->in + flow->at);
}

static int members(struct unpack_flow *flow, enum unpack_kind kind)
{
	int error;

	do
		error = kinds[kind].member(flow);
	while (!error && more(flow, kind));
	return error ? error : flow->at < flow->size ? -EILSEQ : flow->used ? 0 : -ENOMSG;
}

static int refuse(struct image *image, const struct unpack_flow *flow, const char *name, int error,
		  struct failure *f)
{
	switch (error) {
	case -ENODATA:
		return image_damaged(image, name, flow->size, f,
				     "what is packed goes on where the file ends: copy it again");
	case -EILSEQ:
		return image_damaged(image, name, flow->at, f,
				     "something else lies behind it: cut it off there");
	case -EBADMSG:
		return image_damaged(image, name, flow->at, f,
				     "from here on it is damaged or cut off, or does not match "
				     "its checksum: copy it again");
	case -EOPNOTSUPP:
		return image_unfit(image, f,
				   "is packed with a dictionary, filter or checksum that is not "
				   "known here: pack it with %s's defaults",
				   name);
	case -EFBIG:
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-TOOLARGE",
			    "firmware %s (%s) unpacks to more than %" PRIu64
			    " KiB, and the guest's memory has no more for it: give more memory "
			    "(memory=SIZE)",
			    image->path, image->kind, flow->room >> 10);
	case -ENOMSG:
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-EMPTY",
			    "firmware %s (%s) unpacks to nothing: copy it again from where it was "
			    "built",
			    image->path, image->kind);
	default:
		return fail(f, OUTCOME_BAD_FIRMWARE, "E-FIRMWARE",
			    "firmware %s (%s) cannot be unpacked: %s: pack it with a smaller "
			    "window, or not at all",
			    image->path, image->kind, strerror(-error));
	}
}

/* All of IN through the decoder, into the memory file FD. */
static int unpack(struct unpack_flow *flow, const struct span *in, enum unpack_kind kind, int fd)
{
	const size_t mapped = flow->room + UNPACK_SLACK;
	int error;

	if (!in->size)
		return -ENODATA;
	if (ftruncate(fd, (off_t)mapped) < 0)
		return -errno;
	flow->out = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (flow->out == MAP_FAILED)
		return -errno;
	error = span_map(in, &flow->in);
	if (!error) {
		flow->size = in->size;
		unpack_show_begin(fd);
		error = members(flow, kind);
		unpack_show_end();
		span_unmap(in, flow->in);
	}
	munmap(flow->out, mapped);
	return !error && ftruncate(fd, (off_t)flow->used) < 0 ? -errno : error;
}

int unpack_span(struct image *image, const struct span *in, enum unpack_kind kind, struct span *out,
		struct failure *f)
{
	struct unpack_flow flow = { .room = image->most };
	int error;

	if (kind == UNPACK_NONE) {
		*out = *in;
		return 0;
	}
	if (!kinds[kind].known)
		return image_unfit(image, f,
				   "is packed by %s, which is not unpacked here: pack it by gzip, "
				   "lz4, zstd or xz",
				   kinds[kind].name);
	if (!ANY || !kinds[kind].member)
		return image_unfit(image, f,
				   "is packed by %s, which is not built in: unpack it, or build "
				   "with CONFIG_UNPACK_%s=y",
				   kinds[kind].name, kinds[kind].config);
	image_kind_add(image, kinds[kind].name);
	*out = (struct span){ .fd = memfd_create("unpacked", MFD_CLOEXEC) };
	error = out->fd < 0 ? -errno : unpack(&flow, in, kind, out->fd);
	if (out->fd >= 0 && !image_own(image, out->fd))
		return image_unfit(image, f, "has too many packed parts: unpack them");
	if (error)
		return refuse(image, &flow, kinds[kind].name, error, f);
	out->size = flow.used;
	image->most -= flow.used;
	return 0;
}

int unpack_read(struct image *image, const struct span *span, enum unpack_kind kind,
		struct failure *f)
{
	struct span out;

	return unpack_span(image, span, kind, &out, f) ? -1 : image_read(image, &out, f);
}
