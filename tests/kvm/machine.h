/* SPDX-License-Identifier: BSD-2-Clause */
/* A VM with vCPUs on the fake KVM, for the tests of this folder. */
#ifndef TESTS_KVM_MACHINE_H
#define TESTS_KVM_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kvm/vcpu.h"
#include "kvm/vm.h"
#include "tests/fake/fake.h"

#define MACHINE_VCPUS 2

struct machine {
	struct vm vm;
	struct vcpu vcpu[MACHINE_VCPUS];
};

/* A VM on HOST with two vCPUs, not initialised. */
static inline void machine_open(struct machine *m, const struct fake_config *host)
{
	const char *step;

	fake_reset(host);
	assert_int_equal(vm_open(&m->vm, &step), 0);
	for (unsigned i = 0; i < MACHINE_VCPUS; i++)
		assert_int_equal(vcpu_create(&m->vcpu[i], &m->vm, i), 0);
}

/* The same, both vCPUs initialised with PSCI and FEATURES (word 0). */
static inline void machine_start(struct machine *m, const struct fake_config *host,
				 uint32_t features)
{
	struct kvm_vcpu_init init;

	machine_open(m, host);
	assert_int_equal(vcpu_target_read(&m->vm, &init), 0);
	init.features[0] = 1u << KVM_ARM_VCPU_PSCI_0_2 | features;
	for (unsigned i = 0; i < MACHINE_VCPUS; i++)
		assert_int_equal(vcpu_init(&m->vcpu[i], &init), 0);
}

/* Close everything; nothing may be left, and nothing was closed twice. */
static inline void machine_close(struct machine *m)
{
	for (unsigned i = 0; i < MACHINE_VCPUS; i++)
		vcpu_destroy(&m->vcpu[i]);
	vm_close(&m->vm);
	assert_int_equal(fake_open_fds(), 0);
	assert_int_equal(fake_mappings(), 0);
	assert_int_equal(fake_misuses(), 0);
}

/* Calls of REQUEST in the log at or after FROM. */
static inline unsigned calls_of(unsigned long request, unsigned from)
{
	unsigned n = 0;

	for (int i = fake_log_find(request, from); i >= 0;
	     i = fake_log_find(request, (unsigned)i + 1))
		n++;
	return n;
}

#endif
