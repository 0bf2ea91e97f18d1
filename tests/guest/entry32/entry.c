// SPDX-License-Identifier: BSD-2-Clause
// Checks the entry state of a 32-bit guest from inside: one line for each a32- row of docs/boot-contract.md.
#include <stdbool.h>
#include <stdint.h>

#define UART 0x09000000u /* of dts/virt */
#define PSCI_VERSION 0x84000000u
#define SYSTEM_OFF 0x84000008u
#define FDT_MAGIC 0xedfe0dd0u /* as it reads in little-endian memory */
#define FDT_VERSION 0x11000000u
#define CPSR_MODE 0x1fu
#define CPSR_SVC 0x13u
#define CPSR_AIF 0x1c0u
#define CPSR_T_E_J 0x1000220u
#define SCTLR_M_C_I 0x1005u

uint32_t hvc(uint32_t function);
void entry(uint32_t r0, uint32_t r1, const uint32_t *tree, uint32_t cpsr, uint32_t others);

static void print(const char *s)
{
	for (; *s; s++)
		*(volatile uint32_t *)UART = (uint8_t)*s;
}

static void verdict(const char *name, bool good)
{
	print(good ? "ok " : "FAIL ");
	print(name);
	print("\n");
}

void entry(uint32_t r0, uint32_t r1, const uint32_t *tree, uint32_t cpsr, uint32_t others)
{
	uint32_t sctlr, vbar;

	__asm__("mrc p15, 0, %0, c1, c0, 0" : "=r"(sctlr));
	__asm__("mrc p15, 0, %0, c12, c0, 0" : "=r"(vbar));
	verdict("a32-r0", r0 == 0);
	verdict("a32-r1", r1 == UINT32_MAX);
	verdict("a32-r2",
		tree[0] == FDT_MAGIC && tree[5] == FDT_VERSION && !((uintptr_t)tree & 4095));
	verdict("a32-r3-r14", others == 0);
	verdict("a32-svc", (cpsr & CPSR_MODE) == CPSR_SVC);
	verdict("a32-masked", (cpsr & CPSR_AIF) == CPSR_AIF);
	verdict("a32-state", !(cpsr & CPSR_T_E_J));
	verdict("a32-mmu-off", !(sctlr & SCTLR_M_C_I));
	verdict("a32-vbar", vbar == 0);
	verdict("a32-psci", hvc(PSCI_VERSION) >= 0x10000 && !(hvc(PSCI_VERSION) >> 31));
	print("DONE\n");
	hvc(SYSTEM_OFF);
	for (;;)
		;
}
