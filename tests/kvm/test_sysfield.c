// SPDX-License-Identifier: BSD-2-Clause
// Fields of system registers in words.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "kvm/regname.h"
#include "kvm/sysfield.h"

static char buf[400];

static const char *decoded(const char *name, uint64_t value)
{
	sysfield_decode(name, value, buf, sizeof(buf));
	return buf;
}

static void fields_have_their_values(void **state)
{
	(void)state;
	assert_string_equal(decoded("SCTLR_EL1", 0x1005), "M=1 A=0 C=1 I=1 WXN=0 EE=0");
	assert_string_equal(decoded("SPSR_EL1", 0x600003c5), "mode=EL1h F=1 I=1 A=1 D=1 C=1 Z=1");
	assert_string_equal(decoded("CPACR_EL1", 3 << 20), "FPEN=EL0");
	assert_string_equal(decoded("ESR_EL1", 0x96000045), "EC=0x25 IL=1 ISS=0x45");
	assert_string_equal(decoded("CNTV_CTL_EL0", 5), "ENABLE=1 IMASK=0 ISTATUS=1");
	assert_non_null(strstr(decoded("TCR_EL1", 0x200803519), "T0SZ=0x19"));
	assert_non_null(strstr(buf, "SH0=inner TG0=4K"));
	assert_non_null(strstr(buf, "EPD1=1"));
	assert_non_null(strstr(buf, "IPS=40"));
}

static void memory_types_are_named(void **state)
{
	(void)state;
	assert_string_equal(decoded("MAIR_EL1", 0x44ff0400),
			    "0=device-nGnRnE 1=device-nGnRE 2=write-back 3=non-cacheable");
	assert_string_equal(decoded("MAIR_EL1", 0x50), "0=0x50");
}

static void registers_without_fields_say_nothing(void **state)
{
	(void)state;
	assert_string_equal(decoded("FAR_EL1", 0x1234), "");
	assert_string_equal(decoded("NOTHING", 1), "");
}

static void what_is_short_is_cut(void **state)
{
	(void)state;
	memset(buf, 'x', sizeof(buf));
	sysfield_decode("TCR_EL1", 0x200803519, buf, 10);
	assert_string_equal(buf, "T0SZ=0x19");
	assert_int_equal(buf[10], 'x');
}

static void each_register_is_one_of_kvms(void **state)
{
	const char *name;
	unsigned n = 0;

	(void)state;
	for (; (name = sysfield_register(n)); n++)
		assert_int_not_equal(sysfield_id(name), 0);
	assert_true(n > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_have_their_values),
		cmocka_unit_test(memory_types_are_named),
		cmocka_unit_test(registers_without_fields_say_nothing),
		cmocka_unit_test(what_is_short_is_cut),
		cmocka_unit_test(each_register_is_one_of_kvms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
