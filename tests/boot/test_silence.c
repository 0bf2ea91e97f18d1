// SPDX-License-Identifier: BSD-2-Clause
// A silent guest is looked at when it is time, once, and told of with its cause.
#include "tests/boot/still.h"

#include "boot/silence.h"
#include "boot/silence_cause.h"
#include "boot/silence_look.h"
#include "kvm/sys.h"
#include "tests/board/dtc.h"

#define LOOKS SILENCE_SAMPLES
#define SECONDS 5
#define WFI 0xd503207f
#define CODE (RAM + 0x1000)

static const char text[] =
	"/ { #address-cells = <1>; #size-cells = <1>;\n"
	" cru@10000 { compatible = \"acme,cru\"; reg = <0x10000 0x1000>; #clock-cells = <1>; };\n"
	" pmu@20000 { compatible = \"acme,power\"; reg = <0x20000 0x1000>;\n"
	"  #power-domain-cells = <1>; };\n"
	" block@30000 { compatible = \"acme,block\"; reg = <0x30000 0x1000>; };\n"
	" hs@40000 { compatible = \"acme,soc-uart\"; reg = <0x40000 0x1000>; };\n"
	" serial@50000 { compatible = \"acme,usart\"; reg = <0x50000 0x1000>; }; };\n";

static struct dtc tree;
static struct model console_model, timer_model;
static struct dev console = { .model = &console_model }, timer = { .model = &timer_model };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t now; /* ms */

static size_t input(struct dev *dev, const uint8_t *buf, size_t n)
{
	(void)dev;
	(void)buf;
	return n;
}

static void unserved_add(const char *path, uint64_t base)
{
	struct machine *m = &shim.p.plan.machine;

	m->unserved[m->unserveds++] =
		(struct machine_unserved){ (int)dtc_node(&tree, path), { base, 0x1000 } };
}

static int begin(void **state)
{
	still_begin(state);
	console_model.input = input;
	dtc_index(&tree, text);
	shim.p.guest_tree = tree.tree;
	unserved_add("/cru@10000", 0x10000);
	unserved_add("/pmu@20000", 0x20000);
	unserved_add("/block@30000", 0x30000);
	unserved_add("/hs@40000", 0x40000);
	unserved_add("/serial@50000", 0x50000);
	assert_int_equal(bus_add(&shim.bus, 0x90000, 0x1000, &console, &lock), 0);
	assert_int_equal(bus_add(&shim.bus, 0xa0000, 0x1000, &timer, &lock), 0);
	shim.console = &shim.bus.window[0];
	shim.p.settings.silence = SECONDS;
	for (unsigned i = 0; i < RAM_SIZE / 4; i++)
		put32(RAM + 4 * i, 0x14000000); /* b . */
	/* The second vCPU is switched off. */
	assert_int_equal(sys_ioctl(shim.vcpu[1].fd, KVM_SET_MP_STATE,
				   &(struct kvm_mp_state){ KVM_MP_STATE_STOPPED }),
			 0);
	now = 1000;
	silence_forget(&shim);
	silence_begin(&shim, now);
	return 0;
}

static int end(void **state)
{
	dtc_free(&tree);
	return still_end(state);
}

/* An access as it stands in KVM's run structure. */
static void touch(unsigned vcpu, uint64_t gpa, bool write)
{
	shim.vcpu[vcpu].run->mmio.phys_addr = gpa;
	shim.vcpu[vcpu].run->mmio.is_write = write;
	shim.vcpu[vcpu].run->mmio.len = 4;
}

static void speak(void)
{
	silence_broken();
	now += SECONDS * 1000;
	assert_int_equal(silence_serve(&shim, now), SECONDS * 1000);
}

/* The silence lasts, the guest doing meanwhile what AT does; each look takes a step of PC. */
static void wait_and_look(void (*at)(void))
{
	now += SECONDS * 1000;
	for (unsigned i = 0; i < LOOKS; i++) {
		const int ms = silence_serve(&shim, now);

		if (i + 1 == LOOKS) {
			assert_int_equal(ms, -1);
			break;
		}
		assert_in_range(ms, 1, 100);
		now += (unsigned)ms;
		if (at)
			at();
	}
}

static void polls_clock(void)
{
	touch(0, 0x10040, false);
}

static void polls_console(void)
{
	touch(0, 0x90018, false);
}

static void nothing_is_looked_at_before_its_time(void **state)
{
	(void)state;
	assert_true(silence_waits());
	assert_int_equal(silence_serve(&shim, now + 1), SECONDS * 1000 - 1);
	assert_int_equal(silence_serve(&shim, now + SECONDS * 1000 - 1), 1);
	/* What it prints begins the time anew. */
	silence_broken();
	now += SECONDS * 1000;
	assert_int_equal(silence_serve(&shim, now), SECONDS * 1000);
	assert_string_equal(heard, "");
}

static void a_loop_is_told_once_until_it_prints_again(void **state)
{
	(void)state;
	wait_and_look(NULL);
	assert_string_equal(
		heard,
		"kvmshim: silent for 5 s: vCPU 0 at PC 0x40001000, EL1, no device touched, 0\n"
		"         exits a second\n"
		"kvmshim: it goes round in a few instructions and touches no device: let it be if\n"
		"         it counts or copies; if not, look at its registers and calls (escape\n"
		"         key, then d)\n");
	assert_false(silence_waits());
	now += 100000;
	assert_int_equal(silence_serve(&shim, now), -1);
	heard[0] = '\0';
	speak();
	wait_and_look(NULL);
	assert_words("it goes round");
}

static void off_is_off(void **state)
{
	(void)state;
	shim.p.settings.silence = 0;
	silence_begin(&shim, now);
	assert_false(silence_waits());
	assert_int_equal(silence_serve(&shim, now + 100000), -1);
	silence_broken();
	assert_int_equal(silence_serve(&shim, now + 100000), -1);
	assert_string_equal(heard, "");
}

static void what_it_polls_is_told_by_node(void **state)
{
	(void)state;
	wait_and_look(polls_clock);
	assert_words("EL1, last read cru@10000+0x40, ");
	assert_words("kvmshim: it waits for a clock that nobody serves: see with");
	assert_lines_fit();
}

static void a_prompt_is_no_alarm(void **state)
{
	(void)state;
	speak();
	wait_and_look(polls_console);
	assert_string_equal(heard, "");
}

/* It touched the clock long ago, and loops now. */
static void what_was_touched_before_is_told_but_no_cause(void **state)
{
	(void)state;
	touch(0, 0x10000, true);
	wait_and_look(NULL);
	assert_words("last wrote cru@10000+0, ");
	assert_words("it goes round in a few instructions and touches no device");
}

static void what_was_touched_before_a_reset_is_of_the_past(void **state)
{
	(void)state;
	touch(0, 0x10000, true);
	silence_forget(&shim);
	wait_and_look(NULL);
	assert_words("no device touched");
}

static void places_are_told_apart(void **state)
{
	static const struct {
		uint64_t gpa;
		enum silence_place place;
	} rows[] = {
		{ 0x90000, SILENCE_PLACE_CONSOLE }, { 0xa0000, SILENCE_PLACE_DEVICE },
		{ 0x10ffc, SILENCE_PLACE_CLOCK },   { 0x20000, SILENCE_PLACE_POWER },
		{ 0x30000, SILENCE_PLACE_STUB },    { 0x40000, SILENCE_PLACE_UART },
		{ 0x50000, SILENCE_PLACE_UART },    { 0x60000, SILENCE_PLACE_NOWHERE },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(silence_place_of(&shim, rows[i].gpa), rows[i].place);
	shim.console = NULL; /* that one is a UART then */
	assert_int_equal(silence_place_of(&shim, 0x90000), SILENCE_PLACE_UART);
}

static void exception_vectors_are_told_with_the_exception(void **state)
{
	(void)state;
	reg_is(0, VBAR_EL1, CODE - 0x200);
	reg_is(0, ESR_EL1, 0x96000045);
	reg_is(0, FAR_EL1, 0x1234);
	wait_and_look(NULL);
	assert_words("kvmshim: it sits in its exception vectors: data abort: translation fault, "
		     "level 1, on a write, address 0x1234: nothing is mapped there:");
	assert_lines_fit();
}

/* Code that lies where VBAR's reset value points, before any exception. */
static void code_at_the_vectors_is_no_exception(void **state)
{
	(void)state;
	reg_is(0, VBAR_EL1, CODE - 0x200);
	wait_and_look(NULL);
	assert_words("it goes round");
}

static void el0_is_no_alarm(void **state)
{
	(void)state;
	reg_is(0, PSTATE, 0);
	wait_and_look(NULL);
	assert_string_equal(heard, "");
}

static void aarch32_is_told_as_such(void **state)
{
	struct silence_facts f = { .samples = 0 };

	(void)state;
	put32(CODE, 0xe320f003);
	silence_look(&shim, &shim.vcpu[0], &f);
	assert_true(f.aarch32 && f.el == 1 && f.sleeps && !f.user);
	f = (struct silence_facts){ .samples = 0 };
	reg_is(0, PSTATE, 0x1f0);
	put32(CODE, 0xbf30e7fe);
	silence_look(&shim, &shim.vcpu[0], &f);
	assert_true(f.el == 0 && f.user && !f.sleeps);
	reg_is(0, PC, CODE + 2);
	silence_look(&shim, &shim.vcpu[0], &f);
	assert_true(f.sleeps);
}

/* --- sleep ------------------------------------------------------------------------------------- */

#define GICD 0x8000000
#define GICR 0x80a0000
#define GROUP_DIST KVM_DEV_ARM_VGIC_GRP_DIST_REGS
#define GROUP_REDIST KVM_DEV_ARM_VGIC_GRP_REDIST_REGS
#define GROUP_CPU KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS
#define ICC(crm, op2) (3 << 14 | 12 << 7 | (crm) << 3 | (op2))
#define ICC_PMR (3 << 14 | 4 << 7 | 6 << 3)
#define ICC_IGRPEN1 ICC(12, 7)
#define VIRTUAL_TIMER 27

static void gic_set(uint32_t group, uint64_t attr, uint64_t value)
{
	struct kvm_device_attr arg = { .group = group, .attr = attr, .addr = (uintptr_t)&value };

	assert_int_equal(sys_ioctl(shim.vgic.fd, KVM_SET_DEVICE_ATTR, &arg), 0);
}

static int begin_asleep(void **state)
{
	static const unsigned regions[] = { VCPUS };
	struct devaddr_list list = { .count = 0 };
	const struct devaddr *failed;

	begin(state);
	assert_int_equal(vgic_create(&shim.vgic, &shim.vm, &list, VGIC_V3, 64, regions, 1, false),
			 0);
	devaddr_map(&list, VGIC_REGION_DIST, GICD);
	devaddr_map(&list, VGIC_REGION_REDIST, GICR);
	assert_int_equal(devaddr_commit(&list, &shim.vm, &failed), 0);
	assert_int_equal(vgic_init(&shim.vgic), 0);
	shim.p.plan.machine.timer.ppis = 4;
	memcpy(shim.p.plan.machine.timer.ppi, (uint32_t[]){ 29, 30, VIRTUAL_TIMER, 26 }, 16);
	put32(CODE - 4, WFI);
	return 0;
}

static int end_asleep(void **state)
{
	vgic_destroy(&shim.vgic);
	return end(state);
}

static void assert_sleeps(const char *words)
{
	heard[0] = '\0';
	silence_begin(&shim, now);
	wait_and_look(NULL);
	if (words)
		assert_words(words);
	else
		assert_string_equal(heard, "");
	assert_lines_fit();
}

/* From a GIC as it was born to one that wakes the vCPU, gate by gate. */
static void each_gate_between_an_interrupt_and_a_sleeper_is_told(void **state)
{
	(void)state;
	assert_sleeps("it sleeps, and the GIC is off: switch on the distributor (GICD_CTLR)");
	gic_set(GROUP_DIST, 0, 2);
	assert_sleeps("it sleeps, and the GIC is off");
	gic_set(GROUP_CPU, ICC_IGRPEN1, 1);
	assert_sleeps(
		"it sleeps, and no interrupt is enabled: enable the timer's or the console's");
	gic_set(GROUP_REDIST, 0x10100, 1u << VIRTUAL_TIMER);
	gic_set(GROUP_REDIST, 0x10400 + VIRTUAL_TIMER / 4 * 4, 0xa0a0a0a0);
	assert_sleeps("it sleeps, and the priority mask lets no interrupt pass: raise the mask");
	gic_set(GROUP_CPU, ICC_PMR, 0xf0);
	assert_sleeps("it sleeps, and none of the interrupts that are enabled can come: start a");
	reg_is(0, KVM_REG_ARM_TIMER_CTL, 1);
	assert_sleeps(NULL);
	reg_is(0, KVM_REG_ARM_TIMER_CTL, 3);
	assert_sleeps("none of the interrupts that are enabled can come");
}

static void an_interrupt_of_a_device_can_come(void **state)
{
	struct machine *m = &shim.p.plan.machine;

	(void)state;
	gic_set(GROUP_DIST, 0, 2);
	gic_set(GROUP_CPU, ICC_IGRPEN1, 1);
	gic_set(GROUP_CPU, ICC_PMR, 0xf0);
	gic_set(GROUP_DIST, 0x104, 1u << 5);
	assert_sleeps("none of the interrupts that are enabled can come");
	m->devices = 1;
	m->device[0].traits.lines = 1;
	m->device[0].intid[0] = 37;
	assert_sleeps(NULL);
}

static void an_interrupt_that_is_pending_and_masked_is_told(void **state)
{
	(void)state;
	gic_set(GROUP_DIST, 0, 2);
	gic_set(GROUP_CPU, ICC_IGRPEN1, 1);
	gic_set(GROUP_CPU, ICC_PMR, 0xf0);
	gic_set(GROUP_DIST, 0x104, 1u << 5);
	gic_set(GROUP_DIST, 0x204, 1u << 5);
	assert_sleeps(NULL);
	reg_is(0, PSTATE, EL1H | DAIF);
	assert_sleeps("it sleeps, and does not take the interrupt that is pending: clear PSTATE.I");
}

static void where_the_vgic_does_not_tell_nothing_is_claimed(void **state)
{
	(void)state;
	shim.vgic.kind = VGIC_V2_IRQCHIP;
	assert_sleeps(NULL);
	shim.vgic.kind = VGIC_V3;
}

#define AWAKE(f) cmocka_unit_test_setup_teardown(f, begin, end)
#define ASLEEP(f) cmocka_unit_test_setup_teardown(f, begin_asleep, end_asleep)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AWAKE(nothing_is_looked_at_before_its_time),
		AWAKE(a_loop_is_told_once_until_it_prints_again),
		AWAKE(off_is_off),
		AWAKE(what_it_polls_is_told_by_node),
		AWAKE(a_prompt_is_no_alarm),
		AWAKE(what_was_touched_before_is_told_but_no_cause),
		AWAKE(what_was_touched_before_a_reset_is_of_the_past),
		AWAKE(places_are_told_apart),
		AWAKE(exception_vectors_are_told_with_the_exception),
		AWAKE(code_at_the_vectors_is_no_exception),
		AWAKE(el0_is_no_alarm),
		TEST32(aarch32_is_told_as_such),
		ASLEEP(each_gate_between_an_interrupt_and_a_sleeper_is_told),
		ASLEEP(an_interrupt_of_a_device_can_come),
		ASLEEP(an_interrupt_that_is_pending_and_masked_is_told),
		ASLEEP(where_the_vgic_does_not_tell_nothing_is_claimed),
	};

	return cmocka_run_group_tests_name("boot/silence", tests, NULL, NULL);
}
