// SPDX-License-Identifier: BSD-2-Clause
// Prints the ID registers that say which features this CPU shows.
#include "guest.h"

#define SHOW(reg) print(#reg " 0x%lx\n", sysreg_read(reg));

void guest_main(void)
{
	SHOW(MIDR_EL1)
	SHOW(MPIDR_EL1)
	SHOW(ID_AA64PFR0_EL1)
	SHOW(ID_AA64PFR1_EL1)
	SHOW(ID_AA64DFR0_EL1)
	SHOW(ID_AA64ISAR0_EL1)
	SHOW(ID_AA64ISAR1_EL1)
	SHOW(ID_AA64MMFR0_EL1)
	SHOW(ID_AA64MMFR1_EL1)
	print("cpus %u\n", machine.cpus);
	for (unsigned i = 0; i < machine.cpus; i++)
		print("cpu %u mpidr 0x%lx\n", i, cpu_slot(i)->mpidr);
	print("memory 0x%lx 0x%lx\n", machine.ram_base, machine.ram_size);
	print("bootargs %s\n", machine.bootargs ? machine.bootargs : "");
	for (unsigned i = 0; i < machine.uarts; i++)
		print("uart 0x%lx intid %u\n", machine.uart[i], machine.uart_intid[i]);
	print("gicd 0x%lx\n", machine.gicd);
	check("idregs", true);
}
