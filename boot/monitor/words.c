// SPDX-License-Identifier: BSD-2-Clause
// Numbers, registers, addresses.
#include "boot/monitor/words.h"

#include <linux/kvm.h>
#include <string.h>

#include "boot/monitor/monitor.h"
#include "boot/shim.h"
#include "boot/size.h"
#include "boot/symbols.h"
#include "kvm/insn/bank.h"

#define PSTATE_SP (1u << 0)
#define PSTATE_EL (3u << 2)
#define PSTATE_AARCH32 (1u << 4)

bool words_number(const char *text, uint64_t *value)
{
	const char *end;

	if (size_parse(text, value, &end) == 0 && !*end)
		return true;
	monitor_print("%s is no number: 4096, 0x1000 or 4K\n", text);
	return false;
}

/* KVM's id of R13 and R14 of AArch32's mode, or of SP and X30. */
static uint64_t stack_id(uint64_t pstate)
{
	if (pstate & PSTATE_AARCH32)
		return VCPU_CORE_REG(regs.regs[0]) + 2 * bank_reg(pstate, 13);
	return pstate & PSTATE_EL && pstate & PSTATE_SP ? VCPU_CORE_REG(sp_el1)
							: VCPU_CORE_REG(regs.sp);
}

static uint64_t link_id(uint64_t pstate)
{
	return VCPU_CORE_REG(regs.regs[0]) +
	       2 * (pstate & PSTATE_AARCH32 ? bank_reg(pstate, 14) : 30);
}

/* $pc and its like, N bytes of NAME without the $. */
static bool reg(const struct vcpu *vcpu, const char *name, size_t n, uint64_t *value)
{
	uint64_t pstate = 0, number, id = 0;
	const char *end;
	bool aarch32;

	if (vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.pstate), &pstate))
		return false;
	aarch32 = pstate & PSTATE_AARCH32;
	if (n == 2 && !memcmp(name, "pc", 2))
		id = VCPU_CORE_REG(regs.pc);
	else if (n == 2 && !memcmp(name, "sp", 2))
		id = stack_id(pstate);
	else if (n == 2 && !memcmp(name, "lr", 2))
		id = link_id(pstate);
	else if (name[0] == (aarch32 ? 'r' : 'x') && size_parse(name + 1, &number, &end) == 0 &&
		 end == name + n && number <= (aarch32 ? 14 : 30))
		id = VCPU_CORE_REG(regs.regs[0]) +
		     2 * (aarch32 ? bank_reg(pstate, (unsigned)number) : number);
	return id && vcpu_reg_get(vcpu, id, value) == 0;
}

bool words_address(struct shim *s, const char *text, uint64_t *value)
{
	const size_t n = strcspn(text, "+-");
	const char sign = text[n];
	const char *end;
	uint64_t offset = 0;
	bool good;

	if (text[0] == '$')
		good = reg(monitor_vcpu(s), text + 1, n - 1, value);
	else
		good = (size_parse(text, value, &end) == 0 && end == text + n) ||
		       (CONFIG_DIAGNOSE && symbols_find(s, text, n, value));
	if (good && sign)
		good = size_parse(text + n + 1, &offset, &end) == 0 && !*end;
	if (!good) {
		monitor_print("%s is no address: 0x40001000, $pc, $x0+16, a symbol\n", text);
		return false;
	}
	*value += sign == '-' ? -offset : offset;
	return true;
}
