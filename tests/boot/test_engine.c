// SPDX-License-Identifier: BSD-2-Clause
// What the engine asks of KVM for each device model.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "boot/engine.h"
#include "tests/fake/fake.h"

#include <cmocka.h>

#define AT 0xb040000u

static struct shim shim;

/* A shim with one device of MODEL, whose posted stores gather. */
static void gather(const struct model *model, struct dev_traits traits)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct dev dev;
	const char *step;

	memset(&shim, 0, sizeof(shim));
	pthread_mutex_init(&shim.coalesce_lock, NULL);
	fake_reset(&fake_host_gic3);
	assert_int_equal(vm_open(&shim.vm, &step), 0);
	assert_int_equal(vcpu_create(&shim.vcpu[0], &shim.vm, 0), 0);
	dev = (struct dev){ .model = model, .traits = traits };
	assert_int_equal(bus_add(&shim.bus, AT, 0x1000, &dev, &lock), 0);
	engine_stores_gather(&shim);
	coalesce_disarm(&shim.coalesce);
}

static void done(void)
{
	vcpu_destroy(&shim.vcpu[0]);
	vm_close(&shim.vm);
	assert_int_equal(fake_open_fds() + fake_mappings() + fake_misuses(), 0);
}

/* Which 4-byte stores gather, as bits by their register. */
static unsigned gathered(void)
{
	unsigned registers = 0;

	for (unsigned i = 0; i < 32; i++)
		registers |= (unsigned)fake_coalesced_store(AT + 4 * i, 0, 4) << i;
	return registers;
}

static void posted_stores_gather_where_the_model_says(void **state)
{
	static const struct model none = { .name = "none" };
	static const struct model one = { .name = "one", .posted_at = 8, .posted_size = 4 };

	(void)state;
	gather(&none, (struct dev_traits){ .lines = 1 });
	assert_int_equal(gathered(), 0);
	done();
	gather(&one, (struct dev_traits){ .lines = 1 });
	assert_int_equal(gathered(), 1 << 2);
	done();
	gather(&one, (struct dev_traits){ .reg_shift = 2 });
	assert_int_equal(gathered(), 0xf << 8);
	done();
}

static void posted_stores_gather_where_the_kind_has_them(void **state)
{
	static const uint8_t at[] = { 0, 0x1c };
	static const struct model two = { .name = "two", .posted_of = at, .posted_size = 4 };

	(void)state;
	for (unsigned kind = 0; kind < 2; kind++) {
		gather(&two, (struct dev_traits){ .kind = kind });
		assert_int_equal(gathered(), kind ? 1 << 7 : 1);
		done();
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(posted_stores_gather_where_the_model_says),
		cmocka_unit_test(posted_stores_gather_where_the_kind_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
