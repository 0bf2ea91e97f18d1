// SPDX-License-Identifier: BSD-2-Clause
// What fuzz targets share: input, leaks, refusals, images.
#include "tests/fuzz/fuzz.h"

#include "boot/image/elf_file.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FDS_MAX 64

static long mappings;
static struct {
	unsigned fds;
	long mappings;
} before;

void *__real_mmap(void *at, size_t n, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t n, int protection, int flags, int fd, off_t offset);
int __real_munmap(void *at, size_t n);
int __wrap_munmap(void *at, size_t n);

void fuzz_bad(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

const char *fuzz_file(const uint8_t *data, size_t size)
{
	static char path[2][32];
	static int fds[2] = { -1, -1 };
	static unsigned turn;
	int *fd = &fds[turn = !turn];

	if (*fd < 0) {
		*fd = memfd_create("fuzz", MFD_CLOEXEC);
		snprintf(path[turn], sizeof(path[turn]), "/proc/self/fd/%d", *fd);
	}
	if (ftruncate(*fd, 0) || pwrite(*fd, data, size, 0) != (ssize_t)size)
		fuzz_bad("no memory for the input");
	return path[turn];
}

uint8_t *fuzz_exact(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		fuzz_bad("no memory for the input");
	memcpy(copy, data, size);
	return copy;
}

uint16_t fuzz_crc16(const uint8_t *data, size_t size)
{
	uint16_t crc = 0;

	for (size_t i = 0; i < size; i++) {
		crc ^= (uint16_t)(data[i] << 8);
		for (unsigned bit = 0; bit < 8; bit++)
			crc = (uint16_t)(crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0));
	}
	return crc;
}

/* --- leaks ------------------------------------------------------------------------------------ */

void *__wrap_mmap(void *at, size_t n, int protection, int flags, int fd, off_t offset)
{
	void *p = __real_mmap(at, n, protection, flags, fd, offset);

	mappings += p != MAP_FAILED && !(flags & MAP_FIXED);
	return p;
}

int __wrap_munmap(void *at, size_t n)
{
	int error = __real_munmap(at, n);

	mappings -= !error;
	return error;
}

static unsigned fds_count(void)
{
	unsigned n = 0;

	for (int fd = 3; fd < FDS_MAX; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

void fuzz_begin(void)
{
	before.fds = fds_count();
	before.mappings = mappings;
}

void fuzz_end(void)
{
	FUZZ_HOLDS(fds_count() == before.fds);
	FUZZ_HOLDS(mappings == before.mappings);
}

/* --- refusals --------------------------------------------------------------------------------- */

static const char *const codes[] = {
#include "generated/codes.h"
};

/* What a person can be asked to do. */
static const char *const verbs[] = {
	"add",	    "align",   "append",  "ask",   "boot",    "build", "check", "choose",
	"clear",    "compile", "connect", "copy",  "correct", "cut",   "free",	"disable",
	"enable",   "enlarge", "give",	  "leave", "let",     "link",  "load",	"look",
	"make",	    "mend",    "move",	  "name",  "pack",    "put",   "raise", "remove",
	"renumber", "run",     "see",	  "set",   "shorten", "sign",  "start", "stop",
	"take",	    "try",     "unpack",  "use",   "write",
};

static bool begins_with_verb(const char *text)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		size_t n = strlen(verbs[i]);

		if (!strncmp(text, verbs[i], n) && (text[n] == ' ' || text[n] == '\0'))
			return true;
	}
	return false;
}

/* Behind a colon or semicolon an imperative; or, of a setting, what is allowed or near. */
static bool has_remedy(const char *text)
{
	if (strstr(text, ". Allowed: ") || strstr(text, ". The nearest is ") ||
	    strstr(text, ". Switch ") || strstr(text, " options are "))
		return true;
	for (const char *p = text; (p = strpbrk(p, ":;")); p++)
		if (p[1] == ' ' && begins_with_verb(p + 2))
			return true;
	return false;
}

static bool code_known(const char *code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (!strcmp(codes[i], code))
			return true;
	return false;
}

void fuzz_text(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] != '\n' && (text[i] < ' ' || text[i] > '~'))
			fuzz_bad("byte 0x%02x at %zu is no text: %.*s", (uint8_t)text[i], i, (int)n,
				 text);
}

/* "byte N of the FORMAT: ...", within what was given or unpacked. */
static bool has_place(const char *text)
{
	const char *at = strstr(text, ", byte ");
	char *end;

	return at && strtoull(at + 7, &end, 10) <= FUZZ_MOST && !strncmp(end, " of the ", 8);
}

void fuzz_refused(const struct failure *f)
{
	const size_t n = strnlen(f->text, sizeof(f->text));

	fuzz_text(f->text, n);
	if (!n || n >= sizeof(f->text) - 1)
		fuzz_bad("a sentence that is empty or cut: %s", f->text);
	if (!f->code || !code_known(f->code))
		fuzz_bad("code %s is not in the manual: %s", f->code ? f->code : "(none)", f->text);
	if (!has_remedy(f->text))
		fuzz_bad("no remedy: %s", f->text);
	if (f->code && !strcmp(f->code, "E-DAMAGED") && !has_place(f->text))
		fuzz_bad("no place: %s", f->text);
	if (f->outcome != OUTCOME_BAD_CONFIG && f->outcome != OUTCOME_BAD_FIRMWARE &&
	    f->outcome != OUTCOME_REFUSED && f->outcome != OUTCOME_NO_KVM)
		fuzz_bad("outcome %s: %s", outcome_name(f->outcome), f->text);
}

/* --- images ----------------------------------------------------------------------------------- */

static void span_inside(const struct image *image, const struct span *span)
{
	struct stat st;
	bool owned = false;

	for (unsigned i = 0; i < image->owneds; i++)
		owned |= image->owned[i] == span->fd;
	FUZZ_HOLDS(owned);
	FUZZ_HOLDS(!fstat(span->fd, &st));
	FUZZ_HOLDS(span->at <= (uint64_t)st.st_size);
	FUZZ_HOLDS(span->size <= (uint64_t)st.st_size - span->at);
}

static void span_inside_or_none(const struct image *image, const struct span *span)
{
	if (span->fd >= 0)
		span_inside(image, span);
}

#define IS_TEXT(array)                                                                             \
	do {                                                                                       \
		FUZZ_HOLDS(memchr(array, 0, sizeof(array)));                                       \
		fuzz_text(array, strlen(array));                                                   \
	} while (0)

/* The addresses whose names are asked for: where symbols are, and where none can be. */
static void symbols_ask(const struct image *image)
{
	const uint64_t address[] = { 0, image->entry, image->part[0].gpa + 4, UINT64_MAX };
	char name[100];

	for (size_t i = 0; i < sizeof(address) / sizeof(address[0]); i++) {
		memset(name, 0, sizeof(name));
		if (elf_file_symbol(image, address[i], name, sizeof(name)))
			FUZZ_HOLDS(strstr(name, "+0x"));
	}
}

void fuzz_image(const struct image *image)
{
	uint64_t unpacked = 0;
	struct stat st;

	FUZZ_HOLDS(image->parts >= 1 && image->parts <= IMAGE_PARTS_MAX);
	FUZZ_HOLDS(image->overlays <= IMAGE_OVERLAYS_MAX);
	FUZZ_HOLDS(image->layers <= IMAGE_LAYERS_MAX);
	FUZZ_HOLDS(image->arch <= ARCH_A32);
	for (unsigned i = 0; i < image->parts; i++) {
		span_inside(image, &image->part[i].bytes);
		FUZZ_HOLDS(image->part[i].footprint >= image->part[i].bytes.size);
		IS_TEXT(image->part[i].name);
	}
	for (unsigned i = 0; i < image->overlays; i++)
		span_inside(image, &image->overlay[i]);
	span_inside_or_none(image, &image->ramdisk);
	span_inside_or_none(image, &image->tree);
	span_inside_or_none(image, &image->symbols);
	span_inside_or_none(image, &image->strings);
	IS_TEXT(image->kind);
	IS_TEXT(image->note);
	FUZZ_HOLDS(memchr(image->bootargs, 0, sizeof(image->bootargs))); /* the guest's affair */
	for (unsigned i = 1; i < image->owneds; i++) { /* [0] is the file itself */
		FUZZ_HOLDS(!fstat(image->owned[i], &st));
		unpacked += (uint64_t)st.st_size;
	}
	FUZZ_HOLDS(unpacked <= FUZZ_MOST);
	symbols_ask(image);
}
