// SPDX-License-Identifier: BSD-2-Clause
// What the host offers, kept in a file, or assumed from a tree: for plans made elsewhere.
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "board/board.h"
#include "boot/host.h"
#include "boot/say.h"
#include "boot/size.h"
#include "kvm/hostcpu.h"

#define TEXT_MAX 4096 /* of the file */
#define BLANKS " \t\r"

static const struct {
	const char *key;
	size_t offset, size;
	uint64_t least, most;
} fields[] = {
#define FIELD(name) #name, offsetof(struct host, name), sizeof(((struct host *)0)->name)
	{ FIELD(ipa_bits), 32, 52 },
	{ FIELD(vcpus_max), 1, 1 << 16 },
	{ FIELD(gic_v2), 0, 1 },
	{ FIELD(gic_v3), 0, 1 },
	{ FIELD(its), 0, 1 },
	{ FIELD(irqchip_only), 0, 1 },
	{ FIELD(smc), 0, 1 },
	{ FIELD(features), 0, UINT32_MAX },
	{ FIELD(page), 4 << 10, 64 << 10 },
	{ FIELD(memory_free), 0, UINT64_MAX },
	{ FIELD(memory_total), 0, UINT64_MAX },
#undef FIELD
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

void host_assume(struct host *host, const struct board *board)
{
	*host = (struct host){
		.assumed = true,
		.ipa_bits = 40,
		.vcpus_max = board->gic.version == GIC_V2 ? 8 : 512, /* KVM_CAP_MAX_VCPUS */
		.gic_v2 = board->gic.version == GIC_V2 && board->gic.virt,
		.gic_v3 = board->gic.version == GIC_V3 && board->gic.virt,
		.its = board->gic.version == GIC_V3 && board->gic.virt,
		.smc = true,
		.features = HOSTCPU_AARCH32 | HOSTCPU_PMU,
		.page = 4096,
		.memory_free = board->memory_total,
		.memory_total = board->memory_total,
	};
}

/* Read all of PATH as a string. Bytes, or -errno. */
static ssize_t text_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;
	size_t used = 0;

	if (fd < 0)
		return -errno;
	while (used < size - 1 && (n = read(fd, text + used, size - 1 - used)) > 0)
		used += (size_t)n;
	if (n < 0)
		n = -errno;
	close(fd);
	text[used] = '\0';
	return n < 0 ? n : (ssize_t)used;
}

/* Cut the next word off *LINE; NULL: there is none. */
static char *word_cut(char **line)
{
	char *word = *line + strspn(*line, BLANKS), *end = word + strcspn(word, BLANKS);

	*line = *end ? end + 1 : end;
	*end = '\0';
	return end > word ? word : NULL;
}

/*
 * Take the field that LINE gives into HOST. Which one, or -1: not `key value`, or a value that no
 * host has.
 */
static int line_take(struct host *host, char *line)
{
	const char *key = word_cut(&line), *value = word_cut(&line), *end;
	uint64_t v;

	if (!value || word_cut(&line) || size_parse(value, &v, &end) || *end)
		return -1;
	for (size_t i = 0; i < FIELDS; i++) {
		if (strcmp(fields[i].key, key))
			continue;
		if (v < fields[i].least || v > fields[i].most)
			return -1;
		/* Little-endian, as everything this runs on. */
		memcpy((char *)host + fields[i].offset, &v, fields[i].size);
		return (int)i;
	}
	return -1;
}

int host_load(struct host *host, const char *path, struct failure *f)
{
	char text[TEXT_MAX], *line = text;
	ssize_t n = text_read(path, text, sizeof(text));
	unsigned number = 0, seen = 0;

	if (n < 0)
		return fail(f, OUTCOME_BAD_CONFIG, "E-HOSTFILE", "host file %s cannot be read: %s",
			    path, strerror((int)-n));
	*host = (struct host){ 0 };
	while (*line) {
		char *next = line + strcspn(line, "\n");
		int field;

		next += *next == '\n';
		if (next > line && next[-1] == '\n')
			next[-1] = '\0';
		number++;
		if (*line && *line != '#') {
			field = line_take(host, line);
			if (field < 0)
				return fail(f, OUTCOME_BAD_CONFIG, "E-HOSTFILE",
					    "host file %s, line %u is not `key value` of a host: "
					    "make it with `kvmshim probe --save=FILE`",
					    path, number);
			seen |= 1u << field;
		}
		line = next;
	}
	if (seen && host->page & (host->page - 1))
		return fail(f, OUTCOME_BAD_CONFIG, "E-HOSTFILE",
			    "host file %s: a page of %u bytes is none of 4K, 16K, 64K: make it "
			    "with `kvmshim probe --save=FILE`",
			    path, host->page);
	if (seen != (1u << FIELDS) - 1)
		return fail(f, OUTCOME_BAD_CONFIG, "E-HOSTFILE",
			    "host file %s does not say everything: make it with `kvmshim probe "
			    "--save=FILE`",
			    path);
	return 0;
}

int host_save(const struct host *host, const char *path, struct failure *f)
{
	char text[TEXT_MAX];
	struct page page = { text, 0, sizeof(text) };
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool good;

	page_add(&page, "# what this host offers a guest: kvmshim plan --host=FILE\n");
	for (size_t i = 0; i < FIELDS; i++) {
		uint64_t v = 0;

		memcpy(&v, (const char *)host + fields[i].offset, fields[i].size);
		page_add(&page, "%s %#" PRIx64 "\n", fields[i].key, v);
	}
	good = fd >= 0 && write(fd, text, page.used) == (ssize_t)page.used;
	if ((fd >= 0 && close(fd) < 0) || !good)
		return fail(f, OUTCOME_BAD_CONFIG, "E-HOSTFILE",
			    "host file %s cannot be written: %s", path, strerror(errno));
	return 0;
}
