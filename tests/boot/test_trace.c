// SPDX-License-Identifier: BSD-2-Clause
// Tracing: from an exit to the line, to memory and to a file, which kvmshim-trace's reader reads.
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "boot/engine.h"
#include "boot/exits.h"
#include "boot/say.h"
#include "boot/services.h"
#include "boot/shim.h"
#include "boot/trace.h"
#include "boot/trace_file.h"
#include "boot/trace_lanes.h"
#include "boot/trace_ring.h"
#include "boot/unserved.h"
#include "tests/board/dtc.h"
#include "tests/fake/fake.h"

#define UART 0x9000000u
#define FR (UART + 0x18)
#define NOWHERE 0x80000000u
#define PC 0x4000u
#define INTID 33

extern const struct model pl011_model;

static const char text[] =
	"/ { #address-cells = <1>; #size-cells = <1>;\n"
	" uart@9000000 { compatible = \"arm,pl011\"; reg = <0x9000000 0x1000>; };\n"
	" clock@b000000 { reg = <0xb000000 0x1000>; }; };";

static struct dtc tree;
static struct shim shim;
static char heard[1 << 18];
static char path[] = "/tmp/kvmshim-trace-XXXXXX";

static void hear(const char *line, size_t n)
{
	/* On a serial line it would be wrapped: told apart by what is in front. */
	const size_t used = strlen(heard);

	for (size_t i = 0, at = used; i < n && at + 1 < sizeof(heard); i++) {
		heard[at++] = line[i];
		heard[at] = '\0';
	}
}

static int setup(void **state)
{
	static uint8_t tx[1 << 16], rx[1024];
	struct machine *m = &shim.p.plan.machine;
	struct kvm_vcpu_init init;
	struct failure f;
	const char *step;
	int fd;

	(void)state;
	memset(&shim, 0, sizeof(shim));
	memset(heard, 0, sizeof(heard));
	dtc_index(&tree, text);
	fake_reset(&fake_host_max);
	assert_int_equal(vm_open(&shim.vm, &step), 0);
	assert_int_equal(vcpu_create(&shim.vcpu[0], &shim.vm, 0), 0);
	assert_int_equal(vcpu_target_read(&shim.vm, &init), 0);
	assert_int_equal(vcpu_init(&shim.vcpu[0], &init), 0);
	assert_true(fake_reg_poke(0, VCPU_CORE_REG(regs.pc), PC));
	pthread_mutex_init(&shim.vcpus.lock, NULL);
	pthread_mutex_init(&shim.coalesce_lock, NULL);
	shim.io.wake_fd = eventfd(0, EFD_NONBLOCK);
	stop_init(&shim.stop);
	console_init(&shim.io.console, tx, sizeof(tx), rx, sizeof(rx));
	shim.p.plan.cpus = 1;
	shim.p.guest_tree = tree.tree;
	m->devices = 1;
	m->device[0] = (struct machine_device){ .model = &pl011_model,
						.node = (int)dtc_node(&tree, "/uart@9000000"),
						.reg = { UART, 0x1000 },
						.intid = { INTID },
						.traits = { .lines = 1 } };
	m->console = 0;
	shim.vgic_made = false;
	shim.p.plan.vgic = VGIC_NONE;
	if (engine_devices_bind(&shim, &services_dev_env, &f))
		fail_msg("%s", f.text);
	say_through(hear);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	return 0;
}

static void rules_set(const char *words)
{
	struct trace_rules rules;
	const char *bad;
	size_t n;

	assert_int_equal(trace_rules_read(&rules, words, &bad, &n), 0);
	trace_set(&shim, &rules);
}

static int teardown(void **state)
{
	(void)state;
	rules_set("off");
	trace_file_close();
	unlink(path);
	strcpy(path + strlen(path) - 6, "XXXXXX");
	say_through(NULL);
	close(shim.io.wake_fd);
	vcpu_destroy(&shim.vcpu[0]);
	vm_close(&shim.vm);
	dtc_free(&tree);
	return 0;
}

static void access_at(uint64_t gpa, bool write, uint64_t value)
{
	struct kvm_run *run = shim.vcpu[0].run;

	run->exit_reason = KVM_EXIT_MMIO;
	run->mmio.phys_addr = gpa;
	run->mmio.len = 4;
	run->mmio.is_write = write;
	memcpy(run->mmio.data, &value, sizeof(value));
	exit_serve(&shim, &shim.vcpu[0]);
}

/* Was a line said that ends like this, behind its time? */
static bool said(const char *end)
{
	static char flat[sizeof(heard)];
	size_t n = 0;

	for (const char *p = heard; *p; p++) {
		if (!strncmp(p, "\n         ", 10)) {
			flat[n++] = ' ';
			p += 9;
		} else {
			flat[n++] = *p;
		}
	}
	flat[n] = '\0';
	return strstr(flat, end) != NULL;
}

static void what_is_off_costs_and_says_nothing(void **state)
{
	const uint64_t before = trace_ring_count();
	unsigned calls;

	(void)state;
	assert_false(trace_on(&shim));
	calls = fake_calls();
	access_at(FR, false, 0);
	access_at(UART, true, 'x');
	assert_int_equal(fake_calls(), calls);
	assert_int_equal(trace_ring_count(), before);
	assert_string_equal(heard, "");
}

static void an_access_is_told_by_register_value_pc_and_vcpu(void **state)
{
	(void)state;
	rules_set("mmio");
	access_at(FR, false, 0);
	assert_true(said(" uart@9000000+0x18 UARTFR: read 4 bytes: 0x90 (PC 0x4000, vCPU 0)\n") ||
		    said(" uart@9000000+0x18 UARTFR: read 4 bytes: 0x91 (PC 0x4000, vCPU 0)\n") ||
		    said(" uart@9000000+0x18 UARTFR: read 4 bytes: 0x97 (PC 0x4000, vCPU 0)\n"));
	access_at(UART + 4, true, UINT64_C(0x5512345678));
	assert_true(said(" uart@9000000+0x4 UARTECR: store 4 bytes: 0x12345678 (PC"));
	assert_true(heard[9] >= '0' && heard[9] <= '9');
}

static void rules_by_node_and_direction_hold(void **state)
{
	const uint64_t before = trace_ring_count();

	(void)state;
	rules_set("mmio,quiet,write,node=uart");
	access_at(FR, false, 0);
	assert_int_equal(trace_ring_count(), before);
	access_at(UART, true, 'x');
	assert_int_equal(trace_ring_count(), before + 1);
	assert_string_equal(heard, "");
	rules_set("mmio,quiet,node=clock");
	access_at(UART, true, 'x');
	assert_int_equal(trace_ring_count(), before + 1);
	rules_set("mmio,quiet,addr=0x9000018-0x900001b");
	access_at(FR, false, 0);
	access_at(UART, true, 'x');
	assert_int_equal(trace_ring_count(), before + 2);
	rules_set("node=rtc");
	assert_true(said("trace: the guest's tree has no node rtc"));
}

/* As unmodelled= has it, but once. */
static void what_nobody_serves_is_told_once(void **state)
{
	const char *first;

	(void)state;
	shim.p.plan.unmodelled = UNMODELLED_TRACE;
	unserved_open(&shim, &services_dev_env);
	rules_set("mmio");
	access_at(NOWHERE, true, 0x55);
	first = strstr(heard, "0x80000000: store 4 bytes: 0x55");
	assert_non_null(first);
	assert_null(strstr(first + 1, "0x80000000"));
	rules_set("mmio,node=uart");
	access_at(NOWHERE + 4, true, 0x66);
	assert_true(said("0x80000004: store 4 bytes: 0x66"));
	shim.p.plan.unmodelled = UNMODELLED_ABORT;
	unserved_open(&shim, &services_dev_env);
	rules_set("mmio");
	access_at(NOWHERE + 8, false, 0);
	assert_true(said("0x80000008: read 4 bytes: 0, external abort (PC"));
}

static void calls_interrupts_and_resets_are_told_by_name(void **state)
{
	struct kvm_run *run = shim.vcpu[0].run;

	(void)state;
	rules_set("on");
	access_at(UART + 0x38, true, 0x20); /* UARTIMSC: TX, raised by a byte */
	access_at(UART, true, 'x');
	assert_true(said(" uart@9000000: interrupt 33 high\n"));
	run->exit_reason = KVM_EXIT_HYPERCALL;
	run->hypercall.nr = 0x82000020;
	run->hypercall.longmode = 1;
	exit_serve(&shim, &shim.vcpu[0]);
	assert_true(said(" smc SiP call 0x82000020: 0xffffffffffffffff (PC 0x3ffc, vCPU 0)\n"));
	trace_nisv(&shim, &shim.vcpu[0], UART, true, 0xb8004420, 4);
	assert_true(said(" uart@9000000+0 UARTDR: store by b8004420, which KVM does not decode"));
	run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	run->system_event.type = KVM_SYSTEM_EVENT_RESET;
	run->system_event.ndata = 0;
	exit_serve(&shim, &shim.vcpu[0]);
	assert_true(said(" call PSCI SYSTEM_RESET: 0 (PC 0x3ffc, vCPU 0)\n"));
	trace_reset(&shim);
	assert_true(said(" the guest starts again\n"));
}

static void stores_that_gather_exit_while_they_are_traced(void **state)
{
	(void)state;
	engine_stores_gather(&shim);
	coalesce_disarm(&shim.coalesce);
	assert_true(fake_coalesced_store(UART, 'a', 4));
	rules_set("mmio");
	assert_false(fake_coalesced_store(UART, 'b', 4));
	exit_stores_drain(&shim);
	assert_true(said(" uart@9000000+0 UARTDR: store 4 bytes: 0x61 (posted)\n"));
}

static char last[8][TRACE_TEXT_SIZE];
static unsigned lasts;

static void last_note(const char *line)
{
	assert_true(lasts < 8);
	snprintf(last[lasts++], TRACE_TEXT_SIZE, "%s", line);
}

static void the_last_ones_are_kept_in_memory(void **state)
{
	(void)state;
	rules_set("mmio,quiet,write");
	for (unsigned i = 0; i < 20; i++)
		access_at(UART + 0x24, true, i);
	lasts = 0;
	trace_last(&shim, 3, last_note);
	assert_int_equal(lasts, 3);
	assert_non_null(strstr(last[0], "UARTIBRD: store 4 bytes: 0x11 "));
	assert_non_null(strstr(last[2], "UARTIBRD: store 4 bytes: 0x13 "));
}

static void lines_are_limited_and_what_is_left_out_is_told(void **state)
{
	unsigned lines = 0;

	(void)state;
	rules_set("mmio");
	for (unsigned i = 0; i < 1500; i++)
		access_at(UART + 0x24, true, i);
	for (const char *at = heard; (at = strstr(at, "UARTIBRD")); at++)
		lines++;
	assert_true(lines > 100 && lines <= 1100);
}

static size_t file_read(uint8_t *buf, size_t size)
{
	const int fd = open(path, O_RDONLY);
	const ssize_t n = read(fd, buf, size);

	close(fd);
	assert_true(n >= 0);
	return (size_t)n;
}

static void a_file_holds_what_was_traced_by_name(void **state)
{
	static uint8_t bytes[1 << 20];
	char words[TRACE_WORDS_SIZE];
	struct trace_data data;
	struct trace_event e;
	const char *why;
	size_t at = 0;

	(void)state;
	assert_int_equal(trace_file_open(&shim, path), 0);
	assert_string_equal(trace_file_path(), path);
	rules_set("mmio,quiet");
	for (unsigned i = 0; i < 300; i++)
		access_at(FR, false, 0);
	access_at(UART, true, 'x');
	access_at(NOWHERE, false, 0);
	assert_true(trace_serve(&shim) > 0);
	trace_end(&shim);
	assert_null(trace_file_path());
	assert_int_equal(trace_serve(&shim), -1);
	assert_int_equal(trace_read_open(&data, bytes, file_read(bytes, sizeof(bytes)), &why), 0);
	assert_false(data.cut);
	assert_int_equal(data.header.cpus, 1);
	assert_int_equal(data.events, 302);
	assert_int_equal(data.names, 2); /* each once */
	assert_int_equal(data.lost, 0);
	for (unsigned i = 0; i < 301; i++)
		assert_true(trace_read_next(&data, &at, &e));
	assert_string_equal(trace_read_name(&data, &e)->node, "uart@9000000");
	assert_string_equal(trace_lanes_words(&data, &e, words), "store UARTDR = 0x78");
	assert_int_equal(e.pc, PC);
	assert_true(trace_read_next(&data, &at, &e));
	assert_null(trace_read_name(&data, &e));
	assert_false(trace_read_next(&data, &at, &e));
	trace_read_close(&data);
}

static void a_file_tells_how_many_it_lacks(void **state)
{
	static uint8_t bytes[1 << 20];
	struct trace_data data;
	const char *why;

	(void)state;
	assert_int_equal(trace_file_open(&shim, path), 0);
	rules_set("mmio,quiet");
	for (unsigned i = 0; i < TRACE_RING + 7; i++)
		access_at(FR, false, 0);
	trace_end(&shim);
	assert_int_equal(trace_read_open(&data, bytes, file_read(bytes, sizeof(bytes)), &why), 0);
	assert_int_equal(data.lost, 7);
	assert_int_equal(data.events, TRACE_RING);
	trace_read_close(&data);
}

static void a_file_that_cannot_be_made_is_refused_by_name(void **state)
{
	(void)state;
	assert_int_equal(trace_file_open(&shim, "/nonexistent/trace"), -ENOENT);
	assert_string_equal(trace_file_trouble(),
			    "trace-file=/nonexistent/trace: No such file or directory");
	assert_int_equal(trace_file_open(&shim, "/dev/null"), -EINVAL);
	assert_string_equal(trace_file_trouble(), "trace-file=/dev/null: this is no file");
	assert_null(trace_file_path());
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_off_costs_and_says_nothing),
		TEST(an_access_is_told_by_register_value_pc_and_vcpu),
		TEST(rules_by_node_and_direction_hold),
		TEST(what_nobody_serves_is_told_once),
		TEST(calls_interrupts_and_resets_are_told_by_name),
		TEST(stores_that_gather_exit_while_they_are_traced),
		TEST(the_last_ones_are_kept_in_memory),
		TEST(lines_are_limited_and_what_is_left_out_is_told),
		TEST(a_file_holds_what_was_traced_by_name),
		TEST(a_file_tells_how_many_it_lacks),
		TEST(a_file_that_cannot_be_made_is_refused_by_name),
	};

	return cmocka_run_group_tests_name("boot/trace", tests, NULL, NULL);
}
