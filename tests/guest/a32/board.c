// SPDX-License-Identifier: BSD-2-Clause
// What a 32-bit guest needs of its machine: the tree, the console, PSCI's power-off.
#include "case.h"
#include "text.h"

struct machine machine;

u32 smccc_hvc(u32 function, u32 a, u32 b, u32 c);
void guest_begin(const void *dtb, const void *otherwise);
void crashed(const struct context *context);

void power_off(void)
{
	print("DONE\n");
	smccc_hvc(PSCI_SYSTEM_OFF, 0, 0, 0);
	for (;;)
		wfi();
}

void crashed(const struct context *context)
{
	print("FAIL exception dfsr 0x%x dfar 0x%x lr 0x%x cpsr 0x%x\n", context->dfsr,
	      context->dfar, context->pc, context->cpsr);
	power_off();
}

/* The tree's address is in R2, as Linux has it, or where AArch64's X0 is. */
void guest_begin(const void *dtb, const void *otherwise)
{
	struct fdt_node node;
	u64 size;

	if (!fdt_begin(dtb, &node))
		dtb = otherwise;
	if (!fdt_begin(dtb, &node))
		for (;;)
			wfi();
	machine.dtb = dtb;
	if (fdt_find("arm,pl011", 0, &node) && fdt_reg(&node, 0, &machine.uart[0], &size)) {
		machine.uarts = 1;
		uart_begin(machine.uart[0]);
	}
	fdt_begin(dtb, &node);
	while (fdt_next(&node))
		if (text_begins(node.name, "memory@"))
			fdt_reg(&node, 0, &machine.ram_base, &machine.ram_size);
	guest_main();
	power_off();
}
