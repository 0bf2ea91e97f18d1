// SPDX-License-Identifier: BSD-2-Clause
// The fields of ID registers in words.
#include "kvm/regname.h"

#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>

#define ID(crm, op2) (crm << 3 | op2)
#define ID_BASE ARM64_SYS_REG(3, 0, 0, 0, 0)

/*
 * One register a line; fields are separated by spaces: NAME, then the field's place as a hex digit (bits [4*digit+3:4*digit])
 * after one of
 *   :  unsigned, 0 = not implemented; words are for values 1, 2, ...
 *   ~  0 = implemented, 15 = not; words are for values 0, 1, ...
 *   +  a number of things, less one
 * then, after '=', the words, separated by '|'. Value 1 (with ~: 0) without words is NAME alone, and so is the word "y".
 */
static const struct {
	uint8_t id;
	const char *fields;
} registers[] = {
	{ ID(1, 0), "A32:0=y T32:1=T32|?|Thumb-2 Jazelle:2 T32EE:3 CSV2:4=y|v2 AMU:5=y|v1.1 DIT:6 "
		    "RAS:7=y|v1.1" },
	{ ID(1, 1), "ProgMod:0 Security:1 MProgMod:2=?|y Virt:3 GenTimer:4=y|ECV GIC:7=v3|?|v4.1" },
	{ ID(1, 2), "Debug:0=?|v6|v6.1|v7|v7.1|v8|VHE|v8.2|v8.4|v8.8|v8.9 Trace:3 MMapTrace:4 "
		    "PMU:6=v1|v2|v3|v3p1|v3p4|v3p5|v3p7|v3p8|v3p9" },
	{ ID(4, 0), "EL0:0=AArch64|AArch64+32 EL1:1=AArch64|AArch64+32 EL2:2=AArch64|AArch64+32 "
		    "EL3:3=AArch64|AArch64+32 FP~4=y|FP16 AdvSIMD~5=y|FP16 GIC:6=v3|?|v4.1 "
		    "RAS:7=y|v1.1|v2 SVE:8 "
		    "SEL2:9 MPAM:a AMU:b=y|v1.1 DIT:c RME:d CSV2:e=y|v2|v3 CSV3:f" },
	{ ID(4, 1), "BTI:0 SSBS:1=y|MSR MTE:2=insns|y|v3 RAS_frac:3 MPAM_frac:4 SME:6=y|v2 "
		    "RNDR_trap:7 CSV2_frac:8=1.1|1.2 "
		    "NMI:9 GCS:b THE:c MTEX:d PFAR:f" },
	{ ID(4, 4), "SVE:0=v2|v2.1|v2.2 AES:1=y|PMULL BitPerm:4 BF16:5=y|EBF16 B16B16:6 SHA3:8 "
		    "SM4:a I8MM:b F32MM:d F64MM:e" },
	{ ID(5, 0), "Debug:0=?|?|?|?|?|v8|VHE|v8.2|v8.4|v8.8|v8.9 Trace:1 "
		    "PMU:2=v3|?|?|v3p1|v3p4|v3p5|v3p7|v3p8|v3p9 "
		    "breakpoints+3 watchpoints+5 ctx_cmps+7 SPE:8=y|v1.1|v1.2|v1.3|v1.4 "
		    "DoubleLock~9 TraceFilt:a "
		    "TraceBuf:b BRBE:d=y|v1.1" },
	{ ID(6, 0), "AES:1=y|PMULL SHA1:2 SHA2:3=SHA256|SHA512 CRC32:4 Atomic:5=?|LSE|LSE128 TME:6 "
		    "RDM:7 SHA3:8 SM3:9 "
		    "SM4:a DP:b FHM:c TS:d=FlagM|FlagM2 TLBI:e=OS|range RNDR:f" },
	{ ID(6, 1), "DPB:0=DCCVAP|DCCVADP APA:1=y|EPAC|PAuth2|FPAC|FPACC "
		    "API:2=y|EPAC|PAuth2|FPAC|FPACC JSCVT:3 FCMA:4 "
		    "LRCPC:5=y|v2|v3 GPA:6 GPI:7 FRINTTS:8 SB:9 SPECRES:a=y|COSP BF16:b=y|EBF16 "
		    "DGH:c I8MM:d XS:e "
		    "LS64:f=y|V|ACCDATA" },
	{ ID(6, 2), "WFxT:0=?|y RPRES:1 GPA3:2 APA3:3=y|EPAC|PAuth2|FPAC|FPACC MOPS:4 BC:5 "
		    "PAC_frac:6 CLRBHB:7 SYSREG128:8 "
		    "SYSINSTR128:9 PRFMSLC:a RPRFM:c CSSC:d" },
	{ ID(7, 0), "PA~0=32bit|36bit|40bit|42bit|44bit|48bit|52bit|56bit ASID~1=8bit|?|16bit "
		    "BigEnd:2 SecureMem:3 "
		    "BigEndEL0:4 16K:5=y|52bit 64K~6 4K~7=y|52bit 16K_S2:8=no|y|52bit "
		    "64K_S2:9=no|y 4K_S2:a=no|y|52bit ExS:b "
		    "FGT:e=y|v2 ECV:f=y|offset" },
	{ ID(7, 1), "HAFDBS:0=AF|AF+DBM|HAFT|HDBSS VMID:1=?|16bit VHE:2 HPD:3=y|v2 LOR:4 "
		    "PAN:5=y|v2|v3 SpecSEI:6 XNX:7 TWED:8 "
		    "ETS:9 HCX:a AFP:b nTLBPA:c TIDCP1:d CMOW:e ECBHB:f" },
	{ ID(7, 2), "CnP:0 UAO:1 LSM:2 IESB:3 VA:4=52bit|56bit CCIDX:5 NV:6=y|v2 ST:7 AT:8 IDS:9 "
		    "FWB:a TTL:c BBM:d=1|2 EVT:e=y|TTLB "
		    "E0PD:f" },
};

static const struct {
	uint8_t implementer;
	char name[10];
} implementers[] = {
	{ 0x41, "Arm" },       { 0x42, "Broadcom" }, { 0x43, "Cavium" }, { 0x46, "Fujitsu" },
	{ 0x48, "HiSilicon" }, { 0x4e, "NVIDIA" },   { 0x50, "APM" },	 { 0x51, "Qualcomm" },
	{ 0x53, "Samsung" },   { 0x56, "Marvell" },  { 0x61, "Apple" },	 { 0x6d, "Microsoft" },
	{ 0xc0, "Ampere" },
};

/* Parts of implementer Arm. */
static const struct {
	uint16_t part;
	char name[14];
} parts[] = {
	{ 0xd01, "Cortex-A32" },  { 0xd02, "Cortex-A34" },   { 0xd03, "Cortex-A53" },
	{ 0xd04, "Cortex-A35" },  { 0xd05, "Cortex-A55" },   { 0xd06, "Cortex-A65" },
	{ 0xd07, "Cortex-A57" },  { 0xd08, "Cortex-A72" },   { 0xd09, "Cortex-A73" },
	{ 0xd0a, "Cortex-A75" },  { 0xd0b, "Cortex-A76" },   { 0xd0c, "Neoverse-N1" },
	{ 0xd0d, "Cortex-A77" },  { 0xd0e, "Cortex-A76AE" }, { 0xd0f, "AEMv8" },
	{ 0xd40, "Neoverse-V1" }, { 0xd41, "Cortex-A78" },   { 0xd42, "Cortex-A78AE" },
	{ 0xd44, "Cortex-X1" },	  { 0xd46, "Cortex-A510" },  { 0xd47, "Cortex-A710" },
	{ 0xd48, "Cortex-X2" },	  { 0xd49, "Neoverse-N2" },  { 0xd4a, "Neoverse-E1" },
	{ 0xd4b, "Cortex-A78C" }, { 0xd4c, "Cortex-X1C" },   { 0xd4d, "Cortex-A715" },
	{ 0xd4e, "Cortex-X3" },	  { 0xd4f, "Neoverse-V2" },  { 0xd80, "Cortex-A520" },
	{ 0xd81, "Cortex-A720" }, { 0xd82, "Cortex-X4" },    { 0xd84, "Neoverse-V3" },
	{ 0xd85, "Cortex-X925" }, { 0xd87, "Cortex-A725" },  { 0xd8e, "Neoverse-N3" },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct out {
	char *at;
	size_t left;
};

static void put(struct out *out, const char *text, size_t len)
{
	if (len >= out->left)
		len = out->left ? out->left - 1 : 0;
	if (!len)
		return;
	memcpy(out->at, text, len);
	out->at += len;
	out->left -= len;
	*out->at = '\0';
}

static void midr_decode(uint64_t midr, char *buf, size_t size)
{
	unsigned implementer = midr >> 24 & 0xff, part = midr >> 4 & 0xfff;
	const char *maker = NULL, *core = NULL;
	char maker_number[16], core_number[16];

	for (size_t i = 0; i < COUNT(implementers); i++)
		if (implementers[i].implementer == implementer)
			maker = implementers[i].name;
	for (size_t i = 0; i < COUNT(parts) && implementer == 0x41; i++)
		if (parts[i].part == part)
			core = parts[i].name;
	snprintf(maker_number, sizeof(maker_number), "maker 0x%02x", implementer);
	snprintf(core_number, sizeof(core_number), "part 0x%03x", part);
	snprintf(buf, size, "%s %s r%up%u", maker ? maker : maker_number, core ? core : core_number,
		 (unsigned)(midr >> 20 & 15), (unsigned)(midr & 15));
}

/* Word INDEX of WORDS, which end at END: *LEN bytes, 0 where there is none. */
static const char *word_at(const char *words, const char *end, unsigned index, size_t *len)
{
	*len = 0;
	while (words < end) {
		const char *bar = memchr(words, '|', (size_t)(end - words));
		const char *stop = bar ? bar : end;

		if (index-- == 0) {
			*len = *words == '?' ? 0 : (size_t)(stop - words);
			return words;
		}
		words = stop + 1;
	}
	return end;
}

static void field_decode(struct out *out, const char *field, const char *end, uint64_t value)
{
	size_t name_len = strcspn(field, ":~+"), len;
	char kind = field[name_len], digit = field[name_len + 1];
	unsigned nibble = (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
	unsigned v = value >> (4 * nibble) & 15;
	unsigned first = kind == '~' ? 0 : 1;
	const char *words = field + name_len + 2, *word;
	char number[8];

	if (kind == '~' ? v == 15 : kind == ':' && v == 0)
		return;
	if (words < end)
		words++; /* the '=' */
	word = word_at(words, end, v - first, &len);
	if (kind == '+') {
		len = (size_t)snprintf(number, sizeof(number), "%u", v + 1);
		word = number;
	} else if (len == 0 && (words < end || v != first)) {
		len = (size_t)snprintf(number, sizeof(number), "%u", v);
		word = number;
	}
	put(out, field, name_len);
	if (len > 1 || (len == 1 && *word != 'y')) {
		put(out, "=", 1);
		put(out, word, len);
	}
	put(out, " ", 1);
}

void regname_decode(uint64_t id, uint64_t value, char *buf, size_t size)
{
	struct out out = { .at = buf, .left = size };
	const char *field = NULL;

	if (size)
		*buf = '\0';
	if (id == ID_BASE) {
		midr_decode(value, buf, size);
		return;
	}
	for (size_t i = 0; i < COUNT(registers); i++)
		if ((ID_BASE | registers[i].id) == id)
			field = registers[i].fields;
	while (field && *field) {
		const char *end = field + strcspn(field, " ");

		field_decode(&out, field, end, value);
		field = *end ? end + 1 : end;
	}
	/* The blank behind the last field. */
	if (out.at > buf && out.at[-1] == ' ')
		out.at[-1] = '\0';
}
