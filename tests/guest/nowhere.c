// SPDX-License-Identifier: BSD-2-Clause
// Goes wrong in the way that bootargs names: do=read|write|exec|exec-no-vectors|zero-vectors|smc|undefined|
// wide|wide-store|scalable|unpredictable|eat|spin|wait|masked|doze|poll|chat|vectors, at=ADDRESS.
#include "guest.h"
#include "text.h"

static bool skip_fault(unsigned kind, struct frame *frame)
{
	print("exception kind %u class 0x%x\n", kind, (u32)frame->esr >> 26);
	frame->elr += 4;
	return true;
}

static void do_read(u64 at)
{
	print("read 0x%x\n", mmio_read(at));
}

static void do_write(u64 at)
{
	mmio_write(at, 0x55aa55aa);
	print("written\n");
}

static void do_exec(u64 at)
{
	((void (*)(void))at)();
}

static void do_exec_no_vectors(u64 at)
{
	sysreg_write(vbar_el1, at);
	do_exec(at);
}

/* Vectors in RAM that nobody wrote: 0 is an undefined instruction, whose vector is 0 too. */
static void do_zero_vectors(u64 at)
{
	(void)at;
	sysreg_write(vbar_el1, (u64)ram_kept(4096));
	__asm__ volatile("isb; .inst 0x00000000");
}

static void do_smc(u64 at)
{
	u64 smccc_smc(u64 function, u64 a, u64 b, u64 c);

	/* Served like an HVC, or answered NOT_SUPPORTED: either way the guest goes on. */
	(void)at;
	print("smc answers 0x%lx\n", smccc_smc(PSCI_VERSION, 0, 0, 0));
}

static void do_undefined(u64 at)
{
	(void)at;
	fault_hook = skip_fault;
	__asm__ volatile(".inst 0x00000000");
	check("undefined-is-taken", true);
}

/* A load that leaves no syndrome: write-back addressing. */
static void do_wide(u64 at)
{
	u64 v;

	__asm__ volatile("ldr %0, [%1], #8" : "=r"(v), "+r"(at)::"memory");
	print("read 0x%lx, then at 0x%lx\n", v, at);
}

/* ld1b {z0.b}, p0/z, [x0], with all of p0; CPACR_EL1 allows SVE. */
static void do_scalable(u64 at)
{
	register u64 x0 __asm__("x0") = at;

	sysreg_write(cpacr_el1, 3 << 20 | 3 << 16);
	__asm__ volatile(".inst 0x2518e3e0; .inst 0xa400a000" ::"r"(x0) : "memory");
	print("read\n");
}

/* ldr x0, [x0], #8: what is x0 then? */
static void do_unpredictable(u64 at)
{
	register u64 x0 __asm__("x0") = at;

	__asm__ volatile(".inst 0xf8408400" : "+r"(x0)::"memory");
	print("x0 0x%lx\n", x0);
}

static void do_wide_store(u64 at)
{
	__asm__ volatile("str %w1, [%0], #8" : "+r"(at) : "r"('x') : "memory");
	print("written\n");
}

/* All RAM but what is in use: more, maybe, than the host has. */
static void do_eat(u64 at)
{
	u64 end = machine.ram_base + machine.ram_size;

	for (at = machine.ram_base + (16 << 20); at < end; at += 4096)
		*(volatile u64 *)at = at;
	print("eaten\n");
}

static void do_spin(u64 at)
{
	(void)at;
	for (;;)
		__asm__ volatile("");
}

/* Waits for what nobody guesses. */
static void do_poll(u64 at)
{
	while (mmio_read(at) != 0x5eedf00d)
		;
}

/* Prints for ever, where nobody may look. */
static void do_chat(u64 at)
{
	for (;;)
		mmio_write(at, 'x');
}

static void do_wait(u64 at)
{
	(void)at;
	for (;;)
		wfi();
}

static void timer_begin(u64 at)
{
	gic_begin();
	gic_cpu_begin();
	gic_enable(machine.vtimer);
	sysreg_write(cntv_cval_el0, at);
	sysreg_write(cntv_ctl_el0, 1);
}

/* The timer has fired, and nobody takes it. */
static void do_masked(u64 at)
{
	timer_begin(0);
	do_wait(at);
}

static void next_tick(struct cpu *self, u32 intid)
{
	(void)self;
	if (intid == machine.vtimer)
		sysreg_write(cntv_cval_el0, now() + ticks_ms(500));
}

/* Idles as an operating system does. */
static void do_doze(u64 at)
{
	irq_hook = next_tick;
	timer_begin(now() + ticks_ms(500));
	irq_enable();
	do_wait(at);
}

/* Vectors that go round, and something to go there for. */
static void do_vectors(u64 at)
{
	u32 *vectors = ram_kept(4096);

	for (unsigned i = 0; i < 1024; i++)
		vectors[i] = 0x14000000; /* b . */
	sysreg_write(vbar_el1, (u64)vectors);
	mmio_read(at);
}

void guest_main(void)
{
	static const struct {
		const char *name;
		void (*run)(u64 at);
	} ways[] = {
		{ "read", do_read },
		{ "write", do_write },
		{ "exec", do_exec },
		{ "exec-no-vectors", do_exec_no_vectors },
		{ "zero-vectors", do_zero_vectors },
		{ "smc", do_smc },
		{ "undefined", do_undefined },
		{ "wide", do_wide },
		{ "wide-store", do_wide_store },
		{ "scalable", do_scalable },
		{ "unpredictable", do_unpredictable },
		{ "eat", do_eat },
		{ "spin", do_spin },
		{ "wait", do_wait },
		{ "masked", do_masked },
		{ "doze", do_doze },
		{ "vectors", do_vectors },
		{ "poll", do_poll },
		{ "chat", do_chat },
	};
	u64 at = arg_number("at", machine.ram_base + machine.ram_size + 0x100000);

	for (unsigned i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		if (!arg_is("do", ways[i].name))
			continue;
		print("nowhere: %s at 0x%lx\n", ways[i].name, at);
		ways[i].run(at);
		check("went-on", true);
		return;
	}
	fail("do", "bootargs name no way to go wrong");
}
