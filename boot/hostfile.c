// SPDX-License-Identifier: BSD-2-Clause
// What the host offers, kept in a file, or assumed from a tree: for plans made elsewhere.
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board/board.h"
#include "boot/host.h"
#include "kvm/hostcpu.h"

static const struct {
	const char *key;
	size_t offset, size;
} fields[] = {
#define FIELD(name) { #name, offsetof(struct host, name), sizeof(((struct host *)0)->name) }
	FIELD(ipa_bits),    FIELD(vcpus_max), FIELD(gic_v2), FIELD(gic_v3),	  FIELD(its),
	FIELD(features),    FIELD(page),      FIELD(memory_free), FIELD(memory_total),
#undef FIELD
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

void host_assume(struct host *host, const struct board *board)
{
	*host = (struct host){
		.assumed = true,
		.ipa_bits = 40,
		.vcpus_max = board->gic.version == GIC_V2 ? 8 : 512,
		.gic_v2 = board->gic.version == GIC_V2,
		.gic_v3 = board->gic.version == GIC_V3,
		.its = board->gic.version == GIC_V3,
		.features = HOSTCPU_AARCH32 | HOSTCPU_PMU,
		.page = 4096,
		.memory_free = board->memory_total,
		.memory_total = board->memory_total,
	};
}

int host_load(struct host *host, const char *path, struct failure *f)
{
	FILE *file = fopen(path, "re");
	char line[128];
	unsigned number = 0, seen = 0;

	if (!file)
		return fail(f, OUTCOME_BAD_CONFIG, "E-HOSTFILE", "host file %s cannot be read: %s", path, strerror(errno));
	*host = (struct host){ 0 };
	while (fgets(line, sizeof(line), file)) {
		char key[32], value[32], rest[2], *end;
		unsigned long long v;
		size_t i = 0;

		number++;
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (sscanf(line, "%31s %31s %1s", key, value, rest) != 2)
			goto bad;
		while (i < FIELDS && strcmp(fields[i].key, key))
			i++;
		v = strtoull(value, &end, 0);
		if (i == FIELDS || *end || (fields[i].size < 8 && v >> (8 * fields[i].size)))
			goto bad;
		/* Little-endian, as everything this runs on. */
		memcpy((char *)host + fields[i].offset, &v, fields[i].size);
		seen |= 1u << i;
	}
	fclose(file);
	if (seen != (1u << FIELDS) - 1)
		return fail(f, OUTCOME_BAD_CONFIG, "E-HOSTFILE",
			    "host file %s does not say everything: make it with `kvmshim probe --save=FILE`", path);
	return 0;
bad:
	fclose(file);
	return fail(f, OUTCOME_BAD_CONFIG, "E-HOSTFILE",
		    "host file %s, line %u is not `key value`: make it with `kvmshim probe --save=FILE`", path, number);
}

int host_save(const struct host *host, const char *path, struct failure *f)
{
	FILE *file = fopen(path, "we");
	bool good;

	if (!file)
		return fail(f, OUTCOME_BAD_CONFIG, "E-HOSTFILE", "host file %s cannot be written: %s", path, strerror(errno));
	fprintf(file, "# what this host offers a guest: kvmshim plan --host=FILE\n");
	for (size_t i = 0; i < FIELDS; i++) {
		unsigned long long v = 0;

		memcpy(&v, (const char *)host + fields[i].offset, fields[i].size);
		fprintf(file, "%s %#llx\n", fields[i].key, v);
	}
	good = !ferror(file);
	if (fclose(file) || !good)
		return fail(f, OUTCOME_BAD_CONFIG, "E-HOSTFILE", "host file %s cannot be written: %s", path, strerror(errno));
	return 0;
}
