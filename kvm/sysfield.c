// SPDX-License-Identifier: BSD-2-Clause
// Fields of system registers.
#include "kvm/sysfield.h"

#include <inttypes.h>
#include <linux/kvm.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kvm/regname.h"
#include "kvm/vcpu.h"

struct field {
	char name[8];
	uint8_t low, bits;
	bool always; /* shown when it is 0, too */
	const char *const *words; /* by value, NULL: a number */
};

static const char *const granules0[] = { "4K", "64K", "16K", "?" };
static const char *const granules1[] = { "?", "16K", "4K", "64K" };
static const char *const shares[] = { "non", "?", "outer", "inner" };
static const char *const caches[] = { "non-cacheable", "write-back", "write-through",
				      "write-back,no-allocate" };
static const char *const traps[] = { "trapped", "EL1", "trapped", "EL0" };
static const char *const modes[] = { "EL0t", "?", "?", "?", "EL1t", "EL1h", "?", "?",
				     "?",    "?", "?", "?", "?",    "?",    "?", "?" };
static const char *const outputs[] = { "32", "36", "40", "42", "44", "48", "52", "?" };

/* A field that is always shown, one that is when it is not 0, the same with words for its values. */
#define FIELD(name, low, bits)                                                                     \
	{                                                                                          \
		name, low, bits, true, NULL                                                        \
	}
#define SOME(name, low, bits)                                                                      \
	{                                                                                          \
		name, low, bits, false, NULL                                                       \
	}
#define WORDS(name, low, bits, words)                                                              \
	{                                                                                          \
		name, low, bits, true, words                                                       \
	}
#define SOME_WORDS(name, low, bits, words)                                                         \
	{                                                                                          \
		name, low, bits, false, words                                                      \
	}
#define END                                                                                        \
	{                                                                                          \
		"", 0, 0, false, NULL                                                              \
	}

static const struct field sctlr[] = {
	FIELD("M", 0, 1),
	FIELD("A", 1, 1),
	FIELD("C", 2, 1),
	SOME("SA", 3, 1),
	SOME("SA0", 4, 1),
	FIELD("I", 12, 1),
	SOME("DZE", 14, 1),
	SOME("UCT", 15, 1),
	SOME("nTWI", 16, 1),
	SOME("nTWE", 18, 1),
	FIELD("WXN", 19, 1),
	SOME("SPAN", 23, 1),
	SOME("E0E", 24, 1),
	FIELD("EE", 25, 1),
	SOME("UCI", 26, 1),
	SOME("EnIA", 31, 1),
	SOME("BT0", 35, 1),
	SOME("BT1", 36, 1),
	END,
};
static const struct field tcr[] = {
	FIELD("T0SZ", 0, 6),
	SOME("EPD0", 7, 1),
	WORDS("IRGN0", 8, 2, caches),
	WORDS("ORGN0", 10, 2, caches),
	WORDS("SH0", 12, 2, shares),
	WORDS("TG0", 14, 2, granules0),
	FIELD("T1SZ", 16, 6),
	SOME("A1", 22, 1),
	FIELD("EPD1", 23, 1),
	SOME_WORDS("IRGN1", 24, 2, caches),
	SOME_WORDS("ORGN1", 26, 2, caches),
	SOME_WORDS("SH1", 28, 2, shares),
	WORDS("TG1", 30, 2, granules1),
	WORDS("IPS", 32, 3, outputs),
	SOME("AS", 36, 1),
	SOME("TBI0", 37, 1),
	SOME("TBI1", 38, 1),
	SOME("HA", 39, 1),
	SOME("HD", 40, 1),
	SOME("DS", 59, 1),
	END,
};
static const struct field ttbr[] = { FIELD("ASID", 48, 16), SOME("CnP", 0, 1), END };
static const struct field cpacr[] = { WORDS("FPEN", 20, 2, traps), SOME_WORDS("ZEN", 16, 2, traps),
				      SOME("TTA", 28, 1), END };
static const struct field spsr[] = {
	WORDS("mode", 0, 4, modes), SOME("nRW", 4, 1), FIELD("F", 6, 1),
	FIELD("I", 7, 1),	    FIELD("A", 8, 1),  SOME("D", 9, 1),
	SOME("IL", 20, 1),	    SOME("SS", 21, 1), SOME("PAN", 22, 1),
	SOME("UAO", 23, 1),	    SOME("V", 28, 1),  SOME("C", 29, 1),
	SOME("Z", 30, 1),	    SOME("N", 31, 1),  END,
};
static const struct field esr[] = { FIELD("EC", 26, 6), SOME("IL", 25, 1), FIELD("ISS", 0, 25),
				    END };
static const struct field timer[] = { FIELD("ENABLE", 0, 1), FIELD("IMASK", 1, 1),
				      FIELD("ISTATUS", 2, 1), END };
static const struct field kctl[] = { FIELD("PCTEN", 0, 1), FIELD("VCTEN", 1, 1),
				     SOME("EVNTEN", 2, 1), SOME("VTEN", 8, 1),
				     SOME("PTEN", 9, 1),   END };
static const struct field mdscr[] = { SOME("SS", 0, 1), SOME("TDCC", 12, 1), SOME("KDE", 13, 1),
				      SOME("MDE", 15, 1), END };
static const struct field mpidr[] = { FIELD("Aff0", 0, 8),
				      FIELD("Aff1", 8, 8),
				      FIELD("Aff2", 16, 8),
				      SOME("MT", 24, 1),
				      SOME("U", 30, 1),
				      SOME("Aff3", 32, 8),
				      END };

static const struct {
	const char *name;
	const struct field *fields;
} registers[] = {
	{ "SCTLR_EL1", sctlr },	   { "TCR_EL1", tcr },	       { "TTBR0_EL1", ttbr },
	{ "TTBR1_EL1", ttbr },	   { "MAIR_EL1", NULL },       { "VBAR_EL1", NULL },
	{ "ESR_EL1", esr },	   { "FAR_EL1", NULL },	       { "ELR_EL1", NULL },
	{ "SPSR_EL1", spsr },	   { "PAR_EL1", NULL },	       { "CPACR_EL1", cpacr },
	{ "TPIDR_EL1", NULL },	   { "CONTEXTIDR_EL1", NULL }, { "CNTKCTL_EL1", kctl },
	{ "CNTV_CTL_EL0", timer }, { "CNTV_CVAL_EL0", NULL },  { "CNTP_CTL_EL0", timer },
	{ "CNTP_CVAL_EL0", NULL }, { "MDSCR_EL1", mdscr },     { "MPIDR_EL1", mpidr },
	{ "MIDR_EL1", NULL },
};

const char *sysfield_register(unsigned at)
{
	return at < sizeof(registers) / sizeof(registers[0]) ? registers[at].name : NULL;
}

/* WT, NC or WB: half of an attribute. */
static unsigned policy(unsigned nibble)
{
	static const uint8_t kinds[4] = { 0, 1, 0, 2 };

	/* 01xx, but for 0100, is a write-back that is transient. */
	return nibble >> 2 == 1 && nibble & 3 ? 2 : kinds[nibble >> 2];
}

const char *sysfield_memory(uint8_t attr, char buf[SYSFIELD_MEMORY])
{
	static const char *const device[] = { "nGnRnE", "nGnRE", "nGRE", "GRE" };
	static const char *const both[] = { "write-through", "non-cacheable", "write-back" };
	static const char *const half[] = { "WT", "NC", "WB" };
	const unsigned outer = attr >> 4, inner = attr & 15;

	if (!outer && !(inner & 3))
		snprintf(buf, SYSFIELD_MEMORY, "device-%s", device[inner >> 2]);
	else if (attr == 0xf0)
		snprintf(buf, SYSFIELD_MEMORY, "write-back, tagged");
	else if (!outer || !inner)
		snprintf(buf, SYSFIELD_MEMORY, "%#x", attr);
	else if (policy(outer) == policy(inner))
		snprintf(buf, SYSFIELD_MEMORY, "%s", both[policy(outer)]);
	else
		snprintf(buf, SYSFIELD_MEMORY, "outer %s, inner %s", half[policy(outer)],
			 half[policy(inner)]);
	return buf;
}

uint64_t sysfield_id(const char *name)
{
	/* These two are core registers to KVM. */
	if (!strcmp(name, "ELR_EL1"))
		return VCPU_CORE_REG(elr_el1);
	if (!strcmp(name, "SPSR_EL1"))
		return VCPU_CORE_REG(spsr[KVM_SPSR_EL1]);
	return regname_find(name);
}

static void mair_decode(uint64_t value, char *buf, size_t size)
{
	char memory[SYSFIELD_MEMORY];
	size_t used = 0;

	/* Entries that nobody has set are of no interest. */
	for (unsigned i = 0; i < 8 && used < size && (!i || value >> 8 * i); i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%u=%s", i ? " " : "", i,
					 sysfield_memory((uint8_t)(value >> 8 * i), memory));
}

void sysfield_decode(const char *name, uint64_t value, char *buf, size_t size)
{
	const struct field *f = NULL;
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
		if (!strcmp(registers[i].name, name))
			f = registers[i].fields;
	if (!strcmp(name, "MAIR_EL1"))
		mair_decode(value, buf, size);
	for (; f && f->bits && used < size; f++) {
		const uint64_t v = value >> f->low & (UINT64_MAX >> (64 - f->bits));

		if (!v && !f->always)
			continue;
		if (f->words)
			used += (size_t)snprintf(buf + used, size - used, "%s%s=%s",
						 used ? " " : "", f->name, f->words[v]);
		else
			used += (size_t)snprintf(buf + used, size - used,
						 v > 9 ? "%s%s=%#" PRIx64 : "%s%s=%" PRIu64,
						 used ? " " : "", f->name, v);
	}
}
