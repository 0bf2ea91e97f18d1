// SPDX-License-Identifier: BSD-2-Clause
// Reads the machine from the tree, starts CPUs, and serves exceptions, PSCI and time.
#include "guest.h"
#include "text.h"

struct machine machine;

union slot {
	struct cpu cpu;
	u8 bytes[CPU_SIZE]; /* the rest is its stack */
};
union slot cpus[CPUS_MAX] __attribute__((section(".noinit"), aligned(65536)));

u64 smccc_hvc(u64 function, u64 a, u64 b, u64 c);
u64 smccc_smc(u64 function, u64 a, u64 b, u64 c);
void secondary_entry(void);
void guest_begin(struct cpu *self);
void secondary_begin(struct cpu *self);
void exception(unsigned kind, struct frame *frame);

/* clang-format off */
static const char *const word_names[] = {
	"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
	"x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30",
	"SP_EL1",
#define NAME(reg) #reg,
	BOOT_SYSREGS(NAME)
#undef NAME
};
/* clang-format on */

const char *boot_word_name(unsigned n)
{
	return word_names[n];
}

struct cpu *cpu_slot(unsigned index)
{
	return &cpus[index].cpu;
}

struct cpu *cpu_self(void)
{
	return (struct cpu *)sysreg_read(tpidr_el1);
}

s64 psci(u32 function, u64 a, u64 b, u64 c)
{
	return (s64)(machine.psci_smc ? smccc_smc : smccc_hvc)(function, a, b, c);
}

s64 cpu_on(unsigned index, void (*main)(struct cpu *self))
{
	struct cpu *cpu = cpu_slot(index);

	cpu->main = main;
	cpu->mark = 0;
	barrier();
	return psci(PSCI_CPU_ON, cpu->mpidr, (u64)secondary_entry, (u64)cpu);
}

void secondary_begin(struct cpu *self)
{
	self->main(self);
	psci(PSCI_CPU_OFF, 0, 0, 0);
	for (;;)
		wfi();
}

u64 now(void)
{
	__asm__ volatile("isb");
	return sysreg_read(cntvct_el0);
}

u64 ticks_ms(u64 ms)
{
	return sysreg_read(cntfrq_el0) * ms / 1000;
}

bool wait_until(volatile u64 *word, u64 value, u64 ms)
{
	u64 end = now() + ticks_ms(ms);

	while (*word != value) {
		if (now() > end)
			return false;
	}
	return true;
}

void doze(void)
{
	sysreg_write(cntv_cval_el0, now() + ticks_ms(300));
	sysreg_write(cntv_ctl_el0, 1);
	wfi();
	sysreg_write(cntv_ctl_el0, 0);
}

void power_off(void)
{
	print("DONE\n");
	psci(PSCI_SYSTEM_OFF, 0, 0, 0);
	for (;;)
		wfi();
}

/* --- bootargs ------------------------------------------------------------------------------ */

static const char *arg_value(const char *word)
{
	const char *s = machine.bootargs;
	size_t n = text_length(word);

	while (s && *s) {
		if (text_begins(s, word) && s[n] == '=')
			return s + n + 1;
		while (*s && *s != ' ')
			s++;
		while (*s == ' ')
			s++;
	}
	return NULL;
}

bool arg_is(const char *word, const char *value)
{
	const char *s = arg_value(word);
	size_t n = text_length(value);

	return s && text_begins(s, value) && (s[n] == ' ' || !s[n]);
}

u64 arg_number(const char *word, u64 otherwise)
{
	const char *s = arg_value(word);
	bool hex = s && text_begins(s, "0x");
	u64 v = 0;

	if (!s)
		return otherwise;
	for (s += hex ? 2 : 0; *s && *s != ' '; s++) {
		u64 digit = *s <= '9' ? (u64)*s - '0' : ((u64)*s | 0x20) - 'a' + 10;

		v = v * (hex ? 16 : 10) + digit;
	}
	return v;
}

/* --- the machine --------------------------------------------------------------------------- */

void *ram_kept(u64 size)
{
	u64 at = (machine.ram_base + machine.ram_size / 4 * 3) & ~0xffffull, dtb = (u64)machine.dtb;

	return (void *)(dtb + 0x200000 > at && dtb < at + size ? at - 0x800000 : at);
}

static void gic_read(void)
{
	static const char *const gicv2[] = { "arm,cortex-a15-gic", "arm,gic-400",
					     "arm,cortex-a9-gic" };
	struct fdt_node node;
	u64 size;

	if (fdt_find("arm,gic-v3", 0, &node)) {
		const void *regions = fdt_prop(&node, "#redistributor-regions", NULL);

		machine.gic = 3;
		machine.gicrs = regions ? fdt_u32(regions) : 1;
		fdt_reg(&node, 0, &machine.gicd, &size);
		for (unsigned i = 0; i < machine.gicrs; i++)
			fdt_reg(&node, i + 1, &machine.gicr[i], &machine.gicr_size[i]);
	}
	for (unsigned i = 0; i < 3 && !machine.gic; i++) {
		if (!fdt_find(gicv2[i], 0, &node))
			continue;
		machine.gic = 2;
		fdt_reg(&node, 0, &machine.gicd, &size);
		fdt_reg(&node, 1, &machine.gicc, &size);
	}
}

/* The path in /chosen's stdout-path: an alias is looked up, what follows a colon is the line's speed. */
static const char *stdout_path(void)
{
	struct fdt_node node;
	const char *path = fdt_path("chosen", &node) ? fdt_prop(&node, "stdout-path", NULL) : NULL;
	static char alias[32];
	unsigned n = 0;

	if (!path || *path == '/')
		return path;
	while (path[n] && path[n] != ':' && n < sizeof(alias) - 1) {
		alias[n] = path[n];
		n++;
	}
	alias[n] = 0;
	return fdt_path("aliases", &node) ? fdt_prop(&node, alias, NULL) : NULL;
}

static void uarts_read(void)
{
	struct fdt_node node, chosen;
	const char *stdout = stdout_path();
	u64 size;

	if (fdt_path("chosen", &chosen))
		machine.bootargs = fdt_prop(&chosen, "bootargs", NULL);
	while (machine.uarts < UARTS_MAX && fdt_find("arm,pl011", machine.uarts, &node)) {
		unsigned i = machine.uarts++;

		fdt_reg(&node, 0, &machine.uart[i], &size);
		machine.uart_intid[i] = fdt_intid(&node, 0);
		/* The console comes first. A path ends with the node's own name. */
		if (i && stdout) {
			size_t length = text_length(stdout), own = text_length(node.name);

			if (length >= own && text_begins(stdout + length - own, node.name)) {
				u64 address = machine.uart[0];
				u32 intid = machine.uart_intid[0];

				machine.uart[0] = machine.uart[i];
				machine.uart_intid[0] = machine.uart_intid[i];
				machine.uart[i] = address;
				machine.uart_intid[i] = intid;
			}
		}
		uart_begin(machine.uart[i]);
	}
}

static void cpus_read(void)
{
	struct fdt_node node;

	fdt_begin(machine.dtb, &node);
	while (fdt_next(&node)) {
		const char *type = fdt_prop(&node, "device_type", NULL);

		if (!type)
			continue;
		if (text_equal(type, "memory") && !machine.ram_size)
			fdt_reg(&node, 0, &machine.ram_base, &machine.ram_size);
		if (text_equal(type, "cpu") && machine.cpus < CPUS_MAX) {
			struct cpu *cpu = cpu_slot(machine.cpus);
			u32 length;
			const u8 *reg = fdt_prop(&node, "reg", &length);

			cpu->index = machine.cpus++;
			cpu->mpidr = fdt_u32(reg);
			if (length == 8)
				cpu->mpidr = cpu->mpidr << 32 | fdt_u32(reg + 4);
		}
	}
}

void guest_begin(struct cpu *self)
{
	struct fdt_node node;
	const char *method = NULL;

	machine.dtb = (const void *)self->boot.x[0];
	if (!fdt_begin(machine.dtb, &node)) {
		/* No way to say it: the outside sees a guest that powers off without DONE. */
		psci(PSCI_SYSTEM_OFF, 0, 0, 0);
		return;
	}
	if (fdt_find("arm,psci-1.0", 0, &node) || fdt_find("arm,psci-0.2", 0, &node) ||
	    fdt_find("arm,psci", 0, &node))
		method = fdt_prop(&node, "method", NULL);
	machine.psci_smc = method && text_equal(method, "smc");
	if (fdt_find("arm,armv8-timer", 0, &node)) {
		machine.ptimer = fdt_intid(&node, 1);
		machine.vtimer = fdt_intid(&node, 2);
	}
	uarts_read();
	cpus_read();
	gic_read();
	guest_main();
	power_off();
}

/* --- exceptions ---------------------------------------------------------------------------- */

void (*irq_hook)(struct cpu *self, u32 intid);
bool (*fault_hook)(unsigned kind, struct frame *frame);

void exception(unsigned kind, struct frame *frame)
{
	if ((kind & 3) == 1) {
		struct cpu *self = cpu_self();
		u32 raw = gic_ack(), intid = raw & 0x3ff;

		if (intid >= GIC_SPURIOUS)
			return;
		if (intid < 64)
			self->irqs[intid]++;
		if (irq_hook)
			irq_hook(self, intid);
		gic_end(raw);
		return;
	}
	if (fault_hook && fault_hook(kind, frame))
		return;
	print("FAIL exception kind %u esr 0x%x far 0x%lx pc 0x%lx\n", kind, (u32)frame->esr,
	      frame->far, frame->elr);
	power_off();
}

/* --- MMU ----------------------------------------------------------------------------------- */

#define GIB_SHIFT 30
static u64 table[512] __attribute__((aligned(4096)));

void mmu_on(void)
{
	/* 1 GiB blocks of a 39-bit space: attribute 0 device, 1 normal write-back; access flag, inner shareable. */
	u64 first = machine.ram_base >> GIB_SHIFT,
	    last = (machine.ram_base + machine.ram_size - 1) >> GIB_SHIFT;

	for (u64 i = 0; i < 512; i++)
		table[i] = i << GIB_SHIFT | 0x701 | (i >= first && i <= last ? 1u << 2 : 0);
	barrier();
	sysreg_write(mair_el1, 0xff00);
	sysreg_write(tcr_el1,
		     25 | 0x3500 | 1ull << 23 |
			     2ull << 32); /* T0SZ 25, WBWA inner shareable, no TTBR1, 40 bit */
	sysreg_write(ttbr0_el1, (u64)table);
	__asm__ volatile("tlbi vmalle1; dsb sy; isb" ::: "memory");
	sysreg_write(sctlr_el1, sysreg_read(sctlr_el1) | 1 << 12 | 1 << 2 | 1);
}
