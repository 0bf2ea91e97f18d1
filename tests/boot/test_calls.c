// SPDX-License-Identifier: BSD-2-Clause
// Calls of an SoC's secure firmware: which KVM is to hand over, and what each gets in x0.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "boot/calls.h"
#include "boot/exits.h"
#include "boot/say.h"
#include "boot/shim.h"
#include "tests/board/dtc.h"
#include "tests/fake/fake.h"

#define KNOWN 0x82000020u
#define OTHER 0x82000021u

static const char board_text[] = "/ { compatible = \"acme,soc\"; };";
static const char socs_text[] =
	"/ { soc { compatible = \"acme,soc\"; smc = <0x82000020 0x11223344>; };\n"
	" strange { compatible = \"acme,strange\"; smc = <0x82000021 7>; }; };";

static struct dtc board, socs;
static struct shim shim;
static struct failure failure;
static char heard[1024];

static void hear(const char *text, size_t n)
{
	strncat(heard, text, n);
}

static int setup(void **state)
{
	struct kvm_vcpu_init init;
	const char *step;

	(void)state;
	memset(&shim, 0, sizeof(shim));
	memset(&failure, 0, sizeof(failure));
	memset(heard, 0, sizeof(heard));
	dtc_index(&board, board_text);
	dtc_index(&socs, socs_text);
	fake_reset(&fake_host_max);
	assert_int_equal(vm_open(&shim.vm, &step), 0);
	assert_int_equal(vcpu_create(&shim.vcpu[0], &shim.vm, 0), 0);
	assert_int_equal(vcpu_target_read(&shim.vm, &init), 0);
	assert_int_equal(vcpu_init(&shim.vcpu[0], &init), 0);
	pthread_mutex_init(&shim.vcpus.lock, NULL);
	shim.io.wake_fd = eventfd(0, EFD_NONBLOCK);
	stop_init(&shim.stop);
	shim.p.plan.cpus = 1;
	shim.p.host.smc = true;
	shim.p.inputs.guest = &board.tree;
	shim.p.inputs.socs = &socs.tree;
	say_through(hear);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	say_through(NULL);
	close(shim.io.wake_fd);
	vcpu_destroy(&shim.vcpu[0]);
	vm_close(&shim.vm);
	dtc_free(&board);
	dtc_free(&socs);
	return 0;
}

/* x0 behind the guest's call of FN. */
static uint64_t result_of(uint64_t fn)
{
	uint64_t x0;

	shim.vcpu[0].run->hypercall.nr = fn;
	calls_serve(&shim, &shim.vcpu[0]);
	assert_true(fake_reg_peek(0, VCPU_CORE_REG(regs.regs[0]), &x0));
	return x0;
}

static unsigned forwarded(void)
{
	unsigned n = 0;

	for (int at = 0; (at = fake_log_find(KVM_SET_DEVICE_ATTR, (unsigned)at)) >= 0; at++)
		n++;
	return n;
}

static void those_of_this_soc_are_answered_and_no_others(void **state)
{
	(void)state;
	assert_int_equal(calls_open(&shim, &failure), 0);
	assert_int_equal(forwarded(), 1);
	assert_int_equal(vm_calls_forward(&shim.vm, KNOWN, 1), -EEXIST);
	assert_int_equal(result_of(KNOWN), 0x11223344);
	assert_int_equal(result_of(OTHER), UINT64_MAX);
	assert_int_equal(result_of((uint64_t)1 << 32 | KNOWN), UINT64_MAX);
	assert_string_equal(heard, "");
}

static void trace_tells_each(void **state)
{
	(void)state;
	shim.p.plan.unmodelled = UNMODELLED_TRACE;
	assert_int_equal(calls_open(&shim, &failure), 0);
	result_of(KNOWN);
	result_of(OTHER);
	assert_string_equal(heard, "kvmshim: call 0x82000020 of the SoC's firmware: 0x11223344\n"
				   "kvmshim: call 0x82000021 of the SoC's firmware: "
				   "0xffffffffffffffff\n");
}

static void none_where_kvm_serves_no_smc(void **state)
{
	(void)state;
	shim.p.host.smc = false;
	assert_int_equal(calls_open(&shim, &failure), 0);
	assert_int_equal(forwarded(), 0);
}

static void what_kvm_refuses_ends_the_run(void **state)
{
	(void)state;
	fake_fail_request(KVM_SET_DEVICE_ATTR, 1, EBUSY);
	assert_int_equal(calls_open(&shim, &failure), -1);
	assert_string_equal(failure.code, "E-KVM");
	assert_non_null(strstr(failure.text, "a call of the SoC's firmware"));
	assert_false(stop_asked(&shim.stop, &failure));
	shim.vcpu[0].run->hypercall.nr = KNOWN;
	fake_fail_request(KVM_SET_ONE_REG, 1, EINVAL);
	calls_serve(&shim, &shim.vcpu[0]);
	assert_true(stop_asked(&shim.stop, &failure));
	assert_string_equal(failure.text, "KVM refused the result of call 0x82000020");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(those_of_this_soc_are_answered_and_no_others),
		TEST(trace_tells_each),
		TEST(none_where_kvm_serves_no_smc),
		TEST(what_kvm_refuses_ends_the_run),
	};

	return cmocka_run_group_tests_name("boot/calls", tests, NULL, NULL);
}
