// SPDX-License-Identifier: BSD-2-Clause
// Numbers, names and values of registers.
#include "boot/gdb/registers.h"

#include <errno.h>
#include <linux/kvm.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kvm/insn/bank.h"
#include "kvm/insn/onereg.h"
#include "kvm/sysfield.h"
#include "kvm/vcpu.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define ID32(member)                                                                               \
	(KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(member))
#define FPSR ID32(fp_regs.fpsr)
#define FPCR ID32(fp_regs.fpcr)
#define FPSCR_STATUS_MASK 0xf800009f /* of AArch32's FPSCR, what KVM has in FPSR */
#define MODE_MASK 0xfu
#define MODE_EL1T 4

enum kind {
	X, /* X0 to X30; AArch32: R0 to R14 of the mode */
	SP, /* AArch64: that of the level */
	PC,
	PSTATE,
	V,
	D, /* AArch32: half a V */
	STATUS, /* FPSR, or FPSCR */
	CONTROL, /* FPCR */
	SYSTEM,
};

/* Registers that follow each other; a target's end with COUNT 0. */
struct run {
	enum kind kind;
	uint8_t count, size; /* bytes */
	const char *name; /* with a number, %u, where there are several */
	const char *type;
	const char *feature; /* begins here */
};

static const struct run aarch64[] = {
	{ X, 31, 8, "x%u", "int", "org.gnu.gdb.aarch64.core" },
	{ SP, 1, 8, "sp", "data_ptr", NULL },
	{ PC, 1, 8, "pc", "code_ptr", NULL },
	{ PSTATE, 1, 4, "cpsr", "pstate", NULL },
	{ V, 32, 16, "v%u", "v", "org.gnu.gdb.aarch64.fpu" },
	{ STATUS, 1, 4, "fpsr", "int", NULL },
	{ CONTROL, 1, 4, "fpcr", "int", NULL },
	{ 0 },
};
static const struct run aarch32[] = {
	{ X, 13, 4, "r%u", "uint32", "org.gnu.gdb.arm.core" },
	{ X, 1, 4, "sp", "data_ptr", NULL },
	{ X, 1, 4, "lr", "int", NULL },
	{ PC, 1, 4, "pc", "code_ptr", NULL },
	{ PSTATE, 1, 4, "cpsr", "int", NULL },
	{ D, 32, 8, "d%u", "ieee_double", "org.gnu.gdb.arm.vfp" },
	{ STATUS, 1, 4, "fpscr", "int", NULL },
	{ 0 },
};

/* In front of the registers of a feature: the types they have. */
static const char pstate_type[] =
	"<flags id=\"pstate\" size=\"4\"><field name=\"SP\" start=\"0\" end=\"0\"/>"
	"<field name=\"EL\" start=\"2\" end=\"3\"/><field name=\"nRW\" start=\"4\" end=\"4\"/>"
	"<field name=\"F\" start=\"6\" end=\"6\"/><field name=\"I\" start=\"7\" end=\"7\"/>"
	"<field name=\"A\" start=\"8\" end=\"8\"/><field name=\"D\" start=\"9\" end=\"9\"/>"
	"<field name=\"IL\" start=\"20\" end=\"20\"/><field name=\"SS\" start=\"21\" end=\"21\"/>"
	"<field name=\"V\" start=\"28\" end=\"28\"/><field name=\"C\" start=\"29\" end=\"29\"/>"
	"<field name=\"Z\" start=\"30\" end=\"30\"/><field name=\"N\" start=\"31\" end=\"31\"/>"
	"</flags>";
static const char v_type[] = "<vector id=\"vd\" type=\"ieee_double\" count=\"2\"/>"
			     "<vector id=\"vs\" type=\"ieee_single\" count=\"4\"/>"
			     "<vector id=\"v64\" type=\"uint64\" count=\"2\"/>"
			     "<vector id=\"v32\" type=\"uint32\" count=\"4\"/>"
			     "<vector id=\"v16\" type=\"uint16\" count=\"8\"/>"
			     "<vector id=\"v8\" type=\"uint8\" count=\"16\"/>"
			     "<union id=\"v\"><field name=\"d\" type=\"vd\"/>"
			     "<field name=\"s\" type=\"vs\"/><field name=\"u64\" type=\"v64\"/>"
			     "<field name=\"u32\" type=\"v32\"/><field name=\"u16\" type=\"v16\"/>"
			     "<field name=\"u8\" type=\"v8\"/></union>";
static const struct {
	const char *feature, *types;
} types[] = {
	{ "org.gnu.gdb.aarch64.core", pstate_type },
	{ "org.gnu.gdb.aarch64.fpu", v_type },
};

/* System registers that the list worth a look does not have; AArch64. */
static const struct {
	const char *name;
	uint64_t id;
} stacks[] = {
	{ "SP_EL0", VCPU_CORE_REG(regs.sp) },
	{ "SP_EL1", VCPU_CORE_REG(sp_el1) },
};

static bool is_aarch32(const struct vcpu *vcpu)
{
	return vcpu->init.features[0] & 1u << KVM_ARM_VCPU_EL1_32BIT;
}

/* The name of the AT-th system register; NULL: there are no more. */
static const char *system_name(const struct vcpu *vcpu, unsigned at, uint64_t *id)
{
	const unsigned before = is_aarch32(vcpu) ? 0 : COUNT(stacks);
	const char *name;

	if (at < before) {
		*id = stacks[at].id;
		return stacks[at].name;
	}
	name = sysfield_register(at - before);
	if (name)
		*id = sysfield_id(name);
	return name;
}

/* Those that are no system registers. */
static unsigned named(const struct vcpu *vcpu)
{
	unsigned n = 0;

	for (const struct run *r = is_aarch32(vcpu) ? aarch32 : aarch64; r->count; r++)
		n += r->count;
	return n;
}

unsigned registers_count(const struct vcpu *vcpu)
{
	unsigned n = 0;
	uint64_t id;

	while (system_name(vcpu, n, &id))
		n++;
	return named(vcpu) + n;
}

unsigned registers_general(const struct vcpu *vcpu)
{
	unsigned n = 0;

	for (const struct run *r = is_aarch32(vcpu) ? aarch32 : aarch64; r->kind <= PSTATE; r++)
		n += r->count;
	return n;
}

/* Which register N is: *N becomes its number among those of its kind. */
static struct run find(const struct vcpu *vcpu, unsigned *n)
{
	const struct run *r = is_aarch32(vcpu) ? aarch32 : aarch64;
	unsigned before = 0; /* of the kind */

	for (; r->count; r++) {
		if (*n < r->count) {
			*n += before;
			return *r;
		}
		*n -= r->count;
		before = r[1].kind == r->kind ? before + r->count : 0;
	}
	return (struct run){ SYSTEM, 1, 8, NULL, NULL, NULL };
}

size_t registers_size(const struct vcpu *vcpu, unsigned n)
{
	return find(vcpu, &n).size;
}

/*
 * --- values --------------------------------------------------------------------------------------
 */

/* KVM's id of a register that is one of its 64-bit ones. */
static int id_of(const struct vcpu *vcpu, enum kind kind, unsigned n, uint64_t *id)
{
	uint64_t pstate = 0;
	int error = 0;

	switch (kind) {
	case PC: *id = VCPU_CORE_REG(regs.pc); break;
	case PSTATE: *id = VCPU_CORE_REG(regs.pstate); break;
	case SYSTEM: return system_name(vcpu, n, id) ? 0 : -ENOENT;
	case SP:
		error = vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.pstate), &pstate);
		*id = (pstate & MODE_MASK) == 0 || (pstate & MODE_MASK) == MODE_EL1T
			      ? VCPU_CORE_REG(regs.sp)
			      : VCPU_CORE_REG(sp_el1);
		break;
	default: /* X */
		if (is_aarch32(vcpu)) {
			error = vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.pstate), &pstate);
			n = bank_reg(pstate, n);
		}
		*id = VCPU_CORE_REG(regs.regs[0]) + 2 * n;
	}
	return error;
}

static int simd_get(const struct vcpu *vcpu, unsigned n, uint64_t value[2])
{
	struct onereg o = { 0 };

	onereg_bind(&o, vcpu);
	return o.cpu.simd_get(&o.cpu, n, value);
}

static int simd_set(const struct vcpu *vcpu, unsigned n, const uint64_t value[2])
{
	struct onereg o = { 0 };

	onereg_bind(&o, vcpu);
	return o.cpu.simd_set(&o.cpu, n, value);
}

static int status_get(const struct vcpu *vcpu, uint64_t *value)
{
	uint32_t status = 0, control = 0;
	int error = vcpu_reg_get(vcpu, FPSR, &status);

	if (!error && is_aarch32(vcpu))
		error = vcpu_reg_get(vcpu, FPCR, &control);
	*value = is_aarch32(vcpu) ? (status & FPSCR_STATUS_MASK) | (control & ~FPSCR_STATUS_MASK)
				  : status;
	return error;
}

static int status_set(const struct vcpu *vcpu, uint32_t value)
{
	const uint32_t status = is_aarch32(vcpu) ? value & FPSCR_STATUS_MASK : value;
	const uint32_t control = value & ~FPSCR_STATUS_MASK;
	int error = vcpu_reg_set(vcpu, FPSR, &status);

	if (!error && is_aarch32(vcpu))
		error = vcpu_reg_set(vcpu, FPCR, &control);
	return error;
}

int registers_get(const struct vcpu *vcpu, unsigned n, uint8_t value[REGISTERS_VALUE])
{
	const struct run r = find(vcpu, &n);
	uint64_t v[2] = { 0 }, id;
	int error;

	switch (r.kind) {
	case V: error = simd_get(vcpu, n, v); break;
	case D:
		error = simd_get(vcpu, n / 2, v);
		v[0] = v[n % 2];
		break;
	case STATUS: error = status_get(vcpu, v); break;
	case CONTROL: error = vcpu_reg_get(vcpu, FPCR, v); break;
	default:
		error = id_of(vcpu, r.kind, n, &id);
		error = error ? error : vcpu_reg_get(vcpu, id, v);
	}
	memcpy(value, v, REGISTERS_VALUE);
	return error;
}

/* VALUE's bits above the register's own size stay as KVM has them. */
static int general_set(const struct vcpu *vcpu, struct run r, unsigned n, uint64_t value)
{
	uint64_t id, old = 0;
	int error = id_of(vcpu, r.kind, n, &id);

	if (!error && r.size == 4)
		error = vcpu_reg_get(vcpu, id, &old);
	return error ? error : vcpu_reg_set64(vcpu, id, (old >> 32 << 32) | value);
}

int registers_set(const struct vcpu *vcpu, unsigned n, const uint8_t value[REGISTERS_VALUE])
{
	const struct run r = find(vcpu, &n);
	uint64_t v[2] = { 0 }, whole[2];
	uint32_t word;
	int error;

	memcpy(v, value, r.size);
	word = (uint32_t)v[0];
	switch (r.kind) {
	case V: return simd_set(vcpu, n, v);
	case D:
		error = simd_get(vcpu, n / 2, whole);
		whole[n % 2] = v[0];
		return error ? error : simd_set(vcpu, n / 2, whole);
	case STATUS: return status_set(vcpu, word);
	case CONTROL: return vcpu_reg_set(vcpu, FPCR, &word);
	default: return general_set(vcpu, r, n, v[0]);
	}
}

int registers_expedited(const struct vcpu *vcpu, unsigned at)
{
	static const int8_t of64[] = { 32, 31, 33, 29, 30 }, of32[] = { 15, 13, 16, 11, 14 };

	return at < COUNT(of64) ? is_aarch32(vcpu) ? of32[at] : of64[at] : -1;
}

/*
 * --- the description -----------------------------------------------------------------------------
 */

struct text {
	void (*out)(void *arg, const char *text, size_t n);
	void *arg;
};

static void tell(const struct text *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void tell(const struct text *t, const char *format, ...)
{
	char line[200];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	t->out(t->arg, line, (size_t)n);
}

static void feature_begin(const struct text *t, const char *name, bool first)
{
	tell(t, "%s<feature name=\"%s\">", first ? "" : "</feature>", name);
	for (size_t i = 0; i < COUNT(types); i++)
		if (!strcmp(types[i].feature, name))
			t->out(t->arg, types[i].types, strlen(types[i].types));
}

static void run_describe(const struct text *t, const struct run *r)
{
	char name[8];

	for (unsigned i = 0; i < r->count; i++) {
		snprintf(name, sizeof(name), r->name, i);
		tell(t, "<reg name=\"%s\" bitsize=\"%u\" type=\"%s\"/>", name, r->size * 8u,
		     r->type);
	}
}

void registers_describe(const struct vcpu *vcpu, void (*out)(void *arg, const char *text, size_t n),
			void *arg)
{
	const struct run *first = is_aarch32(vcpu) ? aarch32 : aarch64;
	const struct text t = { out, arg };
	const char *name;
	uint64_t id;

	tell(&t, "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target>");
	tell(&t, "<architecture>%s</architecture>", is_aarch32(vcpu) ? "arm" : "aarch64");
	for (const struct run *r = first; r->count; r++) {
		if (r->feature)
			feature_begin(&t, r->feature, r == first);
		run_describe(&t, r);
	}
	if (is_aarch32(vcpu))
		feature_begin(&t, "org.gnu.gdb.arm.neon", false); /* Q registers, of D's */
	feature_begin(&t, "kvmshim.system", false);
	for (unsigned i = 0; (name = system_name(vcpu, i, &id)); i++)
		tell(&t,
		     "<reg name=\"%s\" bitsize=\"64\" type=\"uint64\" group=\"system\" "
		     "save-restore=\"no\"/>",
		     name);
	tell(&t, "</feature></target>");
}
