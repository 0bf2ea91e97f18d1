// SPDX-License-Identifier: BSD-2-Clause
// Numbers, registers, addresses.
#include "boot/monitor/words.h"

#include <linux/kvm.h>
#include <string.h>

#include "boot/monitor/monitor.h"
#include "boot/shim.h"
#include "boot/size.h"
#include "boot/symbols.h"

bool words_number(const char *text, uint64_t *value)
{
	const char *end;

	if (size_parse(text, value, &end) == 0 && !*end)
		return true;
	monitor_print("%s is no number: 4096, 0x1000 or 4K\n", text);
	return false;
}

/* $pc and its like, N bytes of NAME without the $. */
static bool reg(const struct vcpu *vcpu, const char *name, size_t n, uint64_t *value)
{
	static const struct {
		const char *name;
		uint64_t id;
	} named[] = {
		{ "pc", VCPU_CORE_REG(regs.pc) },
		{ "sp", VCPU_CORE_REG(sp_el1) },
		{ "lr", VCPU_CORE_REG(regs.regs[30]) },
	};
	const char *end;
	uint64_t x;

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (strlen(named[i].name) == n && !memcmp(named[i].name, name, n))
			return vcpu_reg_get(vcpu, named[i].id, value) == 0;
	return name[0] == 'x' && size_parse(name + 1, &x, &end) == 0 && end == name + n &&
	       x <= 30 && vcpu_reg_get(vcpu, VCPU_CORE_REG(regs.regs[0]) + 2 * x, value) == 0;
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
