/* SPDX-License-Identifier: BSD-2-Clause */
/* What a bare-metal test guest stands on. Nothing here knows an address: all come from the tree in x0. */
#ifndef GUEST_H
#define GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sysregs.h"

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

/* --- CPUs ---------------------------------------------------------------------------------- */

/* The state at a CPU's first instruction, in the order in which start.S stores it. */
struct boot_state {
	u64 x[31];
	u64 sp;
#define BOOT_FIELD(reg) u64 reg;
	BOOT_SYSREGS(BOOT_FIELD)
#undef BOOT_FIELD
};
#define BOOT_WORDS (sizeof(struct boot_state) / 8)

/* Name of the Nth word of struct boot_state. */
const char *boot_word_name(unsigned n);

struct cpu {
	struct boot_state boot;
	u64 mpidr; /* affinity fields, as the tree's cpu node says */
	u64 gicr; /* its redistributor, 0 on GICv2 */
	volatile u64 mark; /* for the guest's own use: cpu_on() zeroes it */
	void (*main)(struct cpu *self);
	unsigned index;
	volatile u32 irqs[64]; /* by INTID: counted by the default handler */
};
extern struct cpu *cpu_slot(unsigned index);
struct cpu *cpu_self(void);

/* CPU_ON of the INDEXth CPU of the tree, which then runs MAIN. Returns PSCI's answer. */
s64 cpu_on(unsigned index, void (*main)(struct cpu *self));

/* NAME may be a macro for one of the s3_0_... spellings. */
#define sysreg_read(name) sysreg_read_(name)
#define sysreg_read_(name)                                                                         \
	({                                                                                         \
		u64 v_;                                                                            \
		__asm__ volatile("mrs %0, " #name : "=r"(v_)::"memory");                           \
		v_;                                                                                \
	})
#define sysreg_write(name, value) sysreg_write_(name, value)
#define sysreg_write_(name, value)                                                                 \
	__asm__ volatile("msr " #name ", %0; isb" ::"r"((u64)(value)) : "memory")
#define barrier() __asm__ volatile("dsb sy" ::: "memory")
#define wfi() __asm__ volatile("dsb sy; wfi" ::: "memory")
static inline void irq_enable(void)
{
	__asm__ volatile("msr daifclr, #2" ::: "memory");
}
static inline void irq_disable(void)
{
	__asm__ volatile("msr daifset, #2" ::: "memory");
}

/* A register of 32 bits, in the assembler of either instruction set. */
#ifdef __aarch64__
#define WORD0 "%w0"
#else
#define WORD0 "%0"
#endif

static inline u32 mmio_read(u64 address)
{
	u32 v;
	__asm__ volatile("ldr " WORD0 ", [%1]" : "=r"(v) : "r"((uintptr_t)address) : "memory");
	return v;
}
static inline void mmio_write(u64 address, u32 v)
{
	__asm__ volatile("str " WORD0 ", [%1]" ::"r"(v), "r"((uintptr_t)address) : "memory");
}
static inline u32 mmio_read8(u64 address)
{
	u32 v;
	__asm__ volatile("ldrb " WORD0 ", [%1]" : "=r"(v) : "r"((uintptr_t)address) : "memory");
	return v;
}
static inline void mmio_write8(u64 address, u32 v)
{
	__asm__ volatile("strb " WORD0 ", [%1]" ::"r"(v), "r"((uintptr_t)address) : "memory");
}

/* --- the tree ------------------------------------------------------------------------------ */

#define FDT_DEPTH_MAX 8
struct fdt_node {
	const u8 *at[FDT_DEPTH_MAX]; /* behind the name of this node and of each one above */
	const char *name;
	int depth;
};

bool fdt_begin(const void *dtb, struct fdt_node *root);
bool fdt_next(struct fdt_node *node); /* the next one in the tree's order */
const void *fdt_prop(const struct fdt_node *node, const char *name, u32 *size);
bool fdt_find(const char *compatible, unsigned n, struct fdt_node *node); /* the Nth enabled one */
bool fdt_path(const char *name, struct fdt_node *node); /* below the root */
bool fdt_reg(const struct fdt_node *node, unsigned n, u64 *address,
	     u64 *size); /* as the CPU sees it */
u32 fdt_intid(const struct fdt_node *node, unsigned n); /* 0: none */
u32 fdt_u32(const void *p);
u32 fdt_totalsize(void);

/* --- the machine --------------------------------------------------------------------------- */

#define GICR_REGIONS_MAX 8
#define UARTS_MAX 4

extern struct machine {
	const void *dtb;
	u64 ram_base, ram_size; /* of the first memory node */
	int gic; /* 2, 3, 0 = none */
	u64 gicd, gicc;
	u64 gicr[GICR_REGIONS_MAX], gicr_size[GICR_REGIONS_MAX];
	unsigned gicrs;
	unsigned intids; /* from GICD_TYPER */
	u64 uart[UARTS_MAX]; /* PL011s; [0] is the console */
	u32 uart_intid[UARTS_MAX];
	unsigned uarts;
	u32 vtimer, ptimer; /* INTIDs */
	bool psci_smc;
	unsigned cpus;
	const char *bootargs;
} machine;

/* SIZE bytes of RAM that no image covers: a reset keeps them, and at the first start they are 0. */
void *ram_kept(u64 size);

/* WORD=NUMBER in the tree's bootargs, else OTHERWISE; arg_is(): is WORD=VALUE there. */
u64 arg_number(const char *word, u64 otherwise);
bool arg_is(const char *word, const char *value);

/* --- talking ------------------------------------------------------------------------------- */

void uart_begin(u64 uart);
void uart_putc(u64 uart, char c);
void print(const char *format, ...) __attribute__((format(printf, 1, 2))); /* %s %d %u %x %lx %c */

/* One line: `ok NAME`, or `FAIL NAME` with the values. check() returns whether it held. */
bool check(const char *name, bool good);
bool check_equal(const char *name, u64 got, u64 want);
void fail(const char *name, const char *detail);

/* --- PSCI, time ---------------------------------------------------------------------------- */

#define PSCI_VERSION 0x84000000u
#define PSCI_CPU_SUSPEND 0xc4000001u
#define PSCI_CPU_OFF 0x84000002u
#define PSCI_CPU_ON 0xc4000003u
#define PSCI_AFFINITY_INFO 0xc4000004u
#define PSCI_MIGRATE_INFO_TYPE 0x84000006u
#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u
#define PSCI_FEATURES 0x8400000au
#define PSCI_SYSTEM_RESET2 0xc4000012u
enum { PSCI_NOT_SUPPORTED = -1, PSCI_INVALID = -2, PSCI_DENIED = -3, PSCI_ALREADY_ON = -4 };

s64 psci(u32 function, u64 a, u64 b, u64 c);
u64 now(void); /* CNTVCT ticks */
u64 ticks_ms(u64 ms);
bool wait_until(volatile u64 *word, u64 value, u64 ms); /* false: MS went by */
/* 0.3 s, with the virtual timer: KVM ends a WFI by it though no GIC passes its interrupt on. */
void doze(void);
void __attribute__((noreturn)) power_off(void); /* prints DONE */

/* --- interrupts ---------------------------------------------------------------------------- */

void gic_begin(void); /* distributor: once */
void gic_cpu_begin(void); /* each CPU */
void gic_enable(u32 intid);
void gic_sgi(unsigned cpu, u32 intid);
u32 gic_ack(void);
void gic_end(u32 intid);
#define GIC_SPURIOUS 1020

struct frame {
	u64 x[31], elr, spsr, esr, far;
};
/* Handlers that a guest may replace; the default ones count, and print the state and power off. */
extern void (*irq_hook)(struct cpu *self, u32 intid);
extern bool (*fault_hook)(unsigned kind, struct frame *frame); /* true: go on at frame->elr */

void mmu_on(void); /* identity map, RAM cacheable; this CPU */

void guest_main(void);

#endif
