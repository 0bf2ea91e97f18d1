// SPDX-License-Identifier: BSD-2-Clause
// The target's snprintf(), beside that of this machine's C library.
#define vsnprintf format_vsnprintf
#define snprintf format_snprintf
#include "boot/format.c"
#undef vsnprintf
#undef snprintf

#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

extern int snprintf(char *buf, size_t size, const char *format, ...);

/* Both are asked with every size of buffer from 0 on: text, NUL and result must be the same. */
#define SAME(...)                                                                                  \
	do {                                                                                       \
		char ours[128], theirs[128];                                                       \
		for (size_t size = 0; size < sizeof(ours); size++) {                               \
			memset(ours, 'U', sizeof(ours));                                           \
			memset(theirs, 'U', sizeof(theirs));                                       \
			int a = format_snprintf(ours, size, __VA_ARGS__);                          \
			int b = snprintf(theirs, size, __VA_ARGS__);                               \
			assert_int_equal(a, b);                                                    \
			assert_memory_equal(ours, theirs, sizeof(ours));                           \
		}                                                                                  \
	} while (0)

static void text_is_as_the_library_puts_it(void **state)
{
	static const char *const texts[] = { "", "a", "serial@fe2b0000", "100 %" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *t = texts[i];

		SAME("%s", t);
		SAME("[%10s|%-10s|%.3s|%-10.3s|%10.0s]", t, t, t, t, t);
		SAME("%*s, %-*s, %.*s, %.*s", 7, t, 9, t, 2, t, -1, t);
		SAME("%*s|", -12, t);
	}
	SAME("%c%c%c", 'a', 'b', 'c');
	SAME("[%3c|%-3c]", 'x', 'y');
	SAME("a %% b %%");
	SAME("no conversion at all\n");
	SAME("%s", "");
}

static void unterminated_text_with_a_precision_is_read_no_further(void **state)
{
	char *four = malloc(4), out[16]; /* what lies behind it is the sanitizer's */

	(void)state;
	memcpy(four, "abcd", 4);
	assert_int_equal(format_snprintf(out, sizeof(out), "%.4s.", four), 5);
	assert_string_equal(out, "abcd.");
	assert_int_equal(format_snprintf(out, sizeof(out), "%.*s.", 3, four), 4);
	assert_string_equal(out, "abc.");
	free(four);
}

static void numbers_are_as_the_library_puts_them(void **state)
{
	static const int64_t values[] = { 0,	   1,	    -1,	      9,	 10,
					  99,	   100,	    255,      256,	 65535,
					  INT_MAX, INT_MIN, UINT_MAX, INT64_MAX, INT64_MIN };

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const int64_t v = values[i];
		const int n = (int)v;
		const unsigned u = (unsigned)v;
		const uint64_t w = (uint64_t)v;

		SAME("%d %i %u %x %#x", n, n, u, u, u);
		SAME("%ld %lu %lx %#lx", (long)v, (unsigned long)w, (unsigned long)w,
		     (unsigned long)w);
		SAME("%lld %llu %llx %#llx", (long long)v, (unsigned long long)w,
		     (unsigned long long)w, (unsigned long long)w);
		SAME("%zd %zu %zx", (ssize_t)v, (size_t)w, (size_t)w);
		SAME("%hd %hu %hx %hhd %hhu %hhx", (short)n, (unsigned short)u, (unsigned short)u,
		     (signed char)n, (unsigned char)u, (unsigned char)u);
		SAME("[%12d|%-12d|%012d|%.5d|%12.5d|%-12.5d]", n, n, n, n, n, n);
		SAME("[%#12x|%-#12x|%#012x|%#.5x|%#12.5x]", u, u, u, u, u);
		SAME("[%*d|%-*x|%.*u]", 9, n, 9, u, 4, u);
		SAME("%.0d%.0x", n, u);
		SAME("%" PRIx64 " %#12" PRIx64 " %016" PRIx64 " %" PRIu64, w, w, w, w);
	}
	SAME("%p", (void *)&values);
	SAME("%03x %02x", 1u, 0xabcu);
}

static void random_values_too(void **state)
{
	uint64_t x = 88172645463325252;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		const int width = (int)(x >> 8 & 31), precision = (int)(x >> 16 & 31) - 4;
		char ours[200], theirs[200];

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
#define BOTH(format, value)                                                                        \
	assert_int_equal(                                                                          \
		format_snprintf(ours, sizeof(ours), format, width, precision, value, "end"),       \
		snprintf(theirs, sizeof(theirs), format, width, precision, value, "end"));         \
	assert_string_equal(ours, theirs)
		BOTH("%*.*lx %s", x >> (x & 63));
		BOTH("%#*.*lx %s", x >> (x & 63));
		BOTH("%-*.*lu %s", x >> (x & 63));
		BOTH("%*.*ld %s", (long)x >> (x & 63));
		BOTH("%*.*d %s", (int)x);
#undef BOTH
	}
}

static void what_it_does_not_know_is_put_out_as_it_stands(void **state)
{
	char out[32];
	const char *volatile odd = "a %5q b %";

	(void)state;
	assert_int_equal(format_snprintf(out, sizeof(out), odd, 1), 9);
	assert_string_equal(out, "a %5q b %");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_as_the_library_puts_it),
		cmocka_unit_test(unterminated_text_with_a_precision_is_read_no_further),
		cmocka_unit_test(numbers_are_as_the_library_puts_them),
		cmocka_unit_test(random_values_too),
		cmocka_unit_test(what_it_does_not_know_is_put_out_as_it_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
