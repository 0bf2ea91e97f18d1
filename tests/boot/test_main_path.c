// SPDX-License-Identifier: BSD-2-Clause
// The whole of main() on the fake KVM: to the guest's power-off, and with every call failing in turn.
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot/loop.h"
#include "boot/timeline.h"
#include "tests/fake/fake.h"

#define UART 0x9000000u

static char log_path[64];

/* What the guest of a test does; written just before it runs. */
static void (*script)(void);

static void event(uint32_t type)
{
	fake_exit_push(0,
		       &(struct fake_exit){ .reason = KVM_EXIT_SYSTEM_EVENT, .event.type = type });
}

static void powers_off(void)
{
	event(KVM_SYSTEM_EVENT_SHUTDOWN);
}

static void prints(char c)
{
	fake_exit_push(
		0,
		&(struct fake_exit){
			.reason = KVM_EXIT_MMIO,
			.mmio = { .gpa = UART, .len = 4, .is_write = true, .data = (uint8_t)c } });
}

/* Wait until the screen holds C, for a second. */
static void screen_await(void *arg)
{
	const char *c = arg;
	char text[8192];

	for (int ms = 0; ms < 1000; ms += 5) {
		int fd = open(log_path, O_RDONLY);
		ssize_t n = read(fd, text, sizeof(text) - 1);

		close(fd);
		text[n > 0 ? n : 0] = 0;
		if (strstr(text, c))
			return;
		usleep(5000);
	}
	_exit(9);
}

static void resets_behind_a_byte(void)
{
	static char before[] = "[", after[] = "]";

	prints('[');
	event(KVM_SYSTEM_EVENT_RESET);
	prints(']');
	fake_exit_push(0, &(struct fake_exit){
				  .at = screen_await, .arg = before, .reason = KVM_EXIT_INTR });
	fake_exit_push(0, &(struct fake_exit){
				  .at = screen_await, .arg = after, .reason = KVM_EXIT_INTR });
	powers_off();
}

static void resets_and_powers_off(void)
{
	event(KVM_SYSTEM_EVENT_RESET);
	powers_off();
}

/* KVM refuses to run it now and for ever. */
static void never_runs(void)
{
	for (unsigned i = 0; i < 100; i++)
		fake_exit_push(0, &(struct fake_exit){ .error = EINVAL });
}

static int scripted_loop_open(struct shim *s, struct failure *f)
{
	script();
	fake_exit_push(1, &(struct fake_exit){ .wait = true });
	fake_exit_push(1, &(struct fake_exit){ .wait = true });
	return loop_open(s, f);
}

int kvmshim_main(int argc, char **argv);
#define main kvmshim_main
#define loop_open scripted_loop_open
#include "boot/main.c"
#undef loop_open
#undef main

#include <cmocka.h>

#define BOARD "tests/boot/board.dts"

static char dir[] = "/tmp/kvmshim-main-XXXXXX";
static char board_arg[128], unlike_arg[128], firmware_arg[128];
static unsigned long
	request_refused; /* the request that KVM refuses, in the place of the N-th call */

struct child {
	int status; /* main()'s, or 128 + signal */
	bool failed; /* the call was reached */
	unsigned calls; /* before the first KVM_RUN */
	unsigned resets_from, resets_to; /* the calls of a reset in place */
	unsigned fds, mappings, misuses;
	uint64_t mark[TIMELINE_STEPS];
	unsigned long request; /* the one that failed */
	char text[4096]; /* what stood on the screen */
};

/* Which calls count: up to the first KVM_RUN, or from it to the end of a reset. */
static unsigned calls_until(unsigned long request, unsigned from)
{
	int at = fake_log_find(request, from);

	return at < 0 ? fake_calls() : (unsigned)at + 1;
}

static void request_of(struct child *c, unsigned n)
{
	const struct fake_call *call = n ? fake_log(n - 1) : NULL;

	c->request = call ? call->request : 0;
}

/* main() in a child of its own, with the N-th call failing (0: none). */
static void run_main(struct child *c, const struct fake_config *host, unsigned n, int error,
		     char *const *extra)
{
	int report[2], status;
	pid_t pid;
	int fd;

	assert_int_equal(pipe(report), 0);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		char *argv[12] = { "kvmshim", "run", board_arg, firmware_arg, "--memory=16M" };
		int argc = 5, out = open(log_path, O_WRONLY | O_CREAT | O_TRUNC, 0600),
		    in = open("/dev/null", O_RDONLY);
		struct child mine = { 0 };

		while (extra && *extra)
			argv[argc++] = *extra++;
		dup2(in, 0);
		dup2(out, 1);
		fake_reset(host);
		if (request_refused)
			fake_fail_request(request_refused, 1, error);
		else
			fake_fail_at(n, error);
		mine.status = kvmshim_main(argc, argv);
		mine.failed = fake_failed();
		mine.calls = calls_until(KVM_RUN, 0) -
			     1; /* that one is another test: which vCPU comes first is open */
		mine.resets_from = calls_until(KVM_GET_REG_LIST, 0);
		mine.resets_to = calls_until(KVM_RUN, mine.resets_from);
		mine.fds = fake_open_fds();
		mine.mappings = fake_mappings();
		mine.misuses = fake_misuses();
		request_of(&mine, n);
		memcpy(mine.mark, (const void *)init_pulse->mark, sizeof(mine.mark));
		if (write(report[1], &mine, sizeof(mine)) != sizeof(mine))
			_exit(1);
		_exit(0);
	}
	close(report[1]);
	memset(c, 0, sizeof(*c));
	if (read(report[0], c, sizeof(*c)) != sizeof(*c))
		c->status = -1;
	close(report[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	fd = open(log_path, O_RDONLY);
	assert_true(fd >= 0);
	c->text[0] = 0;
	status = (int)read(fd, c->text, sizeof(c->text) - 1);
	c->text[status > 0 ? status : 0] = 0;
	close(fd);
}

static void clean(const struct child *c)
{
	assert_int_equal(c->fds, 0);
	assert_int_equal(c->mappings, 0);
	assert_int_equal(c->misuses, 0);
}

static void guest_powers_off(void **state)
{
	const struct fake_config *const hosts[] = { &fake_host_gic2, &fake_host_gic3,
						    &fake_host_max };
	static struct child c;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		run_main(&c, hosts[i], 0, 0, NULL);
		if (c.status)
			fail_msg("host %u: outcome %d:\n%s", i, c.status,
				 strstr(c.text, "handing"));
		assert_non_null(strstr(c.text, "handing over at "));
		assert_non_null(strstr(c.text, "kvmshim: outcome: poweroff (0)"));
		clean(&c);
	}
}

/* What the shim can do without: the call fails, the run goes on. */
static bool can_do_without(unsigned long request)
{
	return request == KVM_CHECK_EXTENSION || request == KVM_ENABLE_CAP ||
	       request == KVM_REGISTER_COALESCED_MMIO ||
	       request == KVM_HAS_DEVICE_ATTR || /* asked of the VM: then it ignores SMC */
	       request ==
		       KVM_CREATE_DEVICE; /* asked with KVM_CREATE_DEVICE_TEST: then this GIC is not offered */
}

/* What the sentence about a failed call has to name. */
static const struct {
	unsigned long request;
	const char *words, * or ;
} sentences[] = {
	{ FAKE_LOG_OPEN, "/dev/kvm", "/dev/kvm" },
	{ FAKE_LOG_MAP, "a vCPU", "a vCPU" },
	{ KVM_GET_API_VERSION, "KVM_GET_API_VERSION", "API" },
	{ KVM_CHECK_EXTENSION, "this host offers", "KVM_CHECK_EXTENSION" },
	{ KVM_CREATE_VM, "KVM_CREATE_VM", "KVM_CREATE_VM" },
	{ KVM_GET_VCPU_MMAP_SIZE, "KVM_GET_VCPU_MMAP_SIZE", "MMAP_SIZE" },
	{ KVM_CREATE_DEVICE, "the vGIC", "GIC" },
	{ KVM_SET_USER_MEMORY_REGION, "memory slot", "memory slot" },
	{ KVM_CREATE_VCPU, "a vCPU", "a vCPU" },
	{ KVM_ARM_PREFERRED_TARGET, "KVM_ARM_PREFERRED_TARGET", "TARGET" },
	{ KVM_ARM_VCPU_INIT, "KVM_ARM_VCPU_INIT", "VCPU_INIT" },
	{ KVM_ARM_VCPU_FINALIZE, "KVM_ARM_VCPU_INIT", "VCPU_FINALIZE" },
	{ KVM_SET_ONE_REG, "the boot registers", "= 0x" },
	{ KVM_SET_DEVICE_ATTR, "vGIC", "the PMU" },
	{ KVM_RUN, "KVM_RUN of vCPU 0", "KVM_RUN" },
};

static void sentence_check(const struct child *c, unsigned n)
{
	for (unsigned i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
		if (sentences[i].request == c->request) {
			if (!strstr(c->text, sentences[i].words) &&
			    !strstr(c->text, sentences[i].or))
				fail_msg("call %u (request %#lx): the sentence names something "
					 "else:\n%s",
					 n, c->request, strstr(c->text, "kvmshim: "));
			return;
		}
	fail_msg("call %u: request %#lx has no sentence in the table", n, c->request);
}

static void each_call_fails(const struct fake_config *host, int error)
{
	static char two[] = "--cpus=2", *const extra[] = { two, NULL };
	static struct child c;
	unsigned calls, refused = 0;

	run_main(&c, host, 0, 0, extra);
	assert_int_equal(c.status, 0);
	calls = c.calls;
	assert_true(calls > 20);
	for (unsigned n = 1; n <= calls; n++) {
		run_main(&c, host, n, error, extra);
		if (c.status < 0)
			fail_msg("call %u: main() did not end in order", n);
		if (!c.failed || c.request == KVM_RUN)
			continue; /* another way was taken; or the guest runs already, whichever thread was first */
		clean(&c);
		if (c.status == 0) {
			if (!can_do_without(c.request) && c.request != FAKE_LOG_CLOSE)
				fail_msg("call %u (request %#lx) failed and nobody noticed:\n%s", n,
					 c.request, c.text);
			continue;
		}
		refused++;
		sentence_check(&c, n);
		if (!strstr(c.text, "kvmshim: outcome: ") || !strstr(c.text, "(E-"))
			fail_msg("call %u (request %#lx): no sentence with a code:\n%s", n,
				 c.request, c.text);
		assert_true(c.status == OUTCOME_NO_KVM || c.status == OUTCOME_INTERNAL ||
			    c.status == OUTCOME_BAD_CONFIG || c.status == OUTCOME_REFUSED ||
			    c.status == OUTCOME_CRASH);
	}
	assert_true(refused > 12);
}

static void each_step_is_marked_in_its_order(void **state)
{
	static const enum timeline_step steps[] = { TIMELINE_START, TIMELINE_BOARD,  TIMELINE_HOST,
						    TIMELINE_PLAN,  TIMELINE_IMAGES, TIMELINE_PRINT,
						    TIMELINE_BUILD, TIMELINE_GUEST,  TIMELINE_RUN };
	static struct child c;
	uint64_t last = 0;

	(void)state;
	run_main(&c, &fake_host_gic3, 0, 0, NULL);
	assert_int_equal(c.status, 0);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		assert_true(c.mark[steps[i]] >= last);
		last = c.mark[steps[i]];
		assert_true(last > 0);
	}
	assert_int_equal(c.mark[TIMELINE_BYTE], 0); /* it said nothing */
	assert_int_equal(c.mark[TIMELINE_RESET], 0);
	script = resets_behind_a_byte;
	run_main(&c, &fake_host_gic3, 0, 0, NULL);
	assert_int_equal(c.status, 0);
	assert_true(c.mark[TIMELINE_RESET] > c.mark[TIMELINE_RUN]);
	assert_true(c.mark[TIMELINE_GUEST] > c.mark[TIMELINE_RESET]);
	assert_true(c.mark[TIMELINE_BYTE] > c.mark[TIMELINE_GUEST]); /* the one behind the reset */
	script = powers_off;
}

static void runs_on_another_kind_of_core(void)
{
	fake_exit_push(0,
		       &(struct fake_exit){ .reason = KVM_EXIT_FAIL_ENTRY,
					    .fail_reason = KVM_EXIT_FAIL_ENTRY_CPU_UNSUPPORTED });
	fake_exit_push(0, &(struct fake_exit){ .wait = true });
}

static void is_not_entered(void)
{
	fake_exit_push(0, &(struct fake_exit){ .reason = KVM_EXIT_FAIL_ENTRY, .fail_reason = 64 });
	fake_exit_push(0, &(struct fake_exit){ .wait = true });
}

static void unlike_cores_are_to_blame(void **state)
{
	char *const unlike[] = { unlike_arg, NULL };
	static struct child c;

	(void)state;
	request_refused = KVM_ARM_VCPU_INIT;
	run_main(&c, &fake_host_gic3, 0, EINVAL, unlike);
	assert_int_equal(c.status, OUTCOME_REFUSED);
	assert_non_null(strstr(c.text, "(E-CORES)"));
	assert_non_null(strstr(c.text, "seen: board's tree, node /cpus: 1 x arm,cortex-a57, 1 x"));
	run_main(&c, &fake_host_gic3, 0, EIO, unlike); /* another error: not they */
	assert_non_null(strstr(c.text, "(E-KVM)"));
	run_main(&c, &fake_host_gic3, 0, EINVAL, NULL); /* cores of one kind */
	assert_non_null(strstr(c.text, "(E-KVM)"));
	request_refused = 0;
	script = runs_on_another_kind_of_core;
	run_main(&c, &fake_host_gic3, 0, 0, NULL);
	assert_int_equal(c.status, OUTCOME_REFUSED);
	assert_non_null(strstr(c.text, "(E-CORES)"));
	assert_non_null(strstr(c.text, "taskset"));
	script = is_not_entered;
	run_main(&c, &fake_host_gic3, 0, 0, NULL);
	assert_int_equal(c.status, OUTCOME_INTERNAL);
	assert_non_null(strstr(c.text, "reason 0x40"));
	script = powers_off;
}

static void reset_behind_a_byte_goes_on_talking(void **state)
{
	static struct child c;

	(void)state;
	script = resets_behind_a_byte;
	for (unsigned i = 0; i < 20; i++) {
		run_main(&c, &fake_host_gic3, 0, 0, NULL);
		if (c.status)
			fail_msg("run %u: outcome %d:\n%s", i, c.status, strstr(c.text, "handing"));
		clean(&c);
	}
	script = powers_off;
}

static void a_guest_that_kvm_never_runs_ends(void **state)
{
	static struct child c;

	(void)state;
	script = never_runs;
	run_main(&c, &fake_host_gic3, 0, 0, NULL);
	assert_int_equal(c.status, OUTCOME_CRASH);
	assert_non_null(strstr(c.text, "KVM_RUN of vCPU 0 failed"));
	clean(&c);
	script = powers_off;
}

static void every_call_of_a_reset_fails_in_turn(void **state)
{
	static char two[] = "--cpus=2", *const extra[] = { two, NULL };
	static struct child c;
	unsigned from, to;

	(void)state;
	script = resets_and_powers_off;
	run_main(&c, &fake_host_gic3, 0, 0, extra);
	assert_int_equal(c.status, 0);
	from = c.resets_from;
	to = c.resets_to;
	assert_true(to - from > 500);
	/* Registers are many and alike: the first few of each kind of call, then one in 37. */
	for (unsigned n = from; n < to; n += n < from + 8 ? 1 : 37) {
		run_main(&c, &fake_host_gic3, n, EIO, extra);
		if (c.status < 0 || !c.failed)
			fail_msg("call %u: main() did not end in order", n);
		clean(&c);
		if (c.status != OUTCOME_INTERNAL || !strstr(c.text, "reset") ||
		    !strstr(c.text, "(E-"))
			fail_msg("call %u (request %#lx): outcome %d, the reset is not named:\n%s",
				 n, c.request, c.status, strstr(c.text, "handing"));
	}
	script = powers_off;
}

static void every_call_fails_in_turn_gic2(void **state)
{
	(void)state;
	each_call_fails(&fake_host_gic2, EIO);
}

static void every_call_fails_in_turn_gic3(void **state)
{
	(void)state;
	each_call_fails(&fake_host_gic3, EINVAL);
}

static void every_call_fails_in_turn_max(void **state)
{
	(void)state;
	each_call_fails(&fake_host_max, ENOMEM);
}

static int setup(void **state)
{
	char command[200], path[80];
	int fd;

	(void)state;
	script = powers_off;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/board.dtb", dir);
	snprintf(board_arg, sizeof(board_arg), "--board-dtb=%s", path);
	snprintf(command, sizeof(command), "dtc -q -O dtb -o %s %s", path, BOARD);
	if (system(command))
		return -1;
	snprintf(unlike_arg, sizeof(unlike_arg), "--board-dtb=%s/unlike.dtb", dir);
	snprintf(command, sizeof(command),
		 "cd %s && cp board.dtb unlike.dtb && "
		 "fdtput -t s unlike.dtb /cpus/cpu@1 compatible arm,cortex-a53",
		 dir);
	if (system(command))
		return -1;
	snprintf(path, sizeof(path), "%s/firmware", dir);
	snprintf(firmware_arg, sizeof(firmware_arg), "--firmware=%s", path);
	snprintf(log_path, sizeof(log_path), "%s/log", dir);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	for (unsigned i = 0; i < 1000; i++)
		if (write(fd, "\x14\0\0\x14", 4) != 4)
			return -1;
	close(fd);
	return 0;
}

static int teardown(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guest_powers_off),
		cmocka_unit_test(each_step_is_marked_in_its_order),
		cmocka_unit_test(unlike_cores_are_to_blame),
		cmocka_unit_test(reset_behind_a_byte_goes_on_talking),
		cmocka_unit_test(a_guest_that_kvm_never_runs_ends),
		cmocka_unit_test(every_call_of_a_reset_fails_in_turn),
		cmocka_unit_test(every_call_fails_in_turn_gic2),
		cmocka_unit_test(every_call_fails_in_turn_gic3),
		cmocka_unit_test(every_call_fails_in_turn_max),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
