// SPDX-License-Identifier: BSD-2-Clause
// Marks of what happened when: whose they are, the spans between them, the chart.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/timeline.h"
#include "boot/timeline_svg.h"

#include <cmocka.h>

#include "tests/board/treetool.h"

#define MHZ 1000000u
#define MS 1000u

static struct pulse pulse;
static struct timeline t;
static struct timeline_row row[TIMELINE_ROWS];
static unsigned rows;
static struct tree tree;

static int begin(void **state)
{
	static struct blob blob;

	(void)state;
	blob_compile(&blob, "", "/ { };");
	blob_index(&tree, &blob);
	memset(&pulse, 0, sizeof(pulse));
	init_pulse = &pulse;
	/* Ticks are us here: what is expected is what was put in. */
	t = (struct timeline){ .mark = pulse.mark,
			       .frequency = MHZ,
			       .kernel = 1200 * MS,
			       .pid1 = true,
			       .board = &tree };
	return 0;
}

static void started(void)
{
	static const enum timeline_step steps[] = { TIMELINE_START, TIMELINE_BOARD,  TIMELINE_HOST,
						    TIMELINE_PLAN,  TIMELINE_IMAGES, TIMELINE_PRINT,
						    TIMELINE_BUILD, TIMELINE_GUEST,  TIMELINE_RUN };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		pulse.mark[steps[i]] = (2000 + 10 * i) * MS;
	t.now = 2100 * MS;
}

static void row_is(const char *what, uint64_t at, uint64_t takes)
{
	for (unsigned i = 0; i < rows; i++) {
		if (strcmp(row[i].what, what))
			continue;
		if (row[i].at != at || row[i].takes != takes)
			fail_msg("%s: at %llu, takes %llu", what, (unsigned long long)row[i].at,
				 (unsigned long long)row[i].takes);
		return;
	}
	fail_msg("no row %s", what);
}

static void each_step_is_a_span(void **state)
{
	(void)state;
	started();
	rows = timeline_rows(&t, row);
	assert_int_equal(rows, 10);
	row_is("firmware before Linux", 0, 1200 * MS);
	row_is("Linux", 1200 * MS, 800 * MS);
	row_is("kvmshim as PID 1", 2000 * MS, 10 * MS);
	row_is("plan printed", 2050 * MS, 10 * MS);
	row_is("guest built", 2060 * MS, 20 * MS);
	row_is("guest to its first byte", 2080 * MS, 20 * MS); /* up to now: it has said nothing */
	pulse.mark[TIMELINE_BYTE] = 2090 * MS;
	pulse.mark[TIMELINE_QUIET] = 2095 * MS;
	rows = timeline_rows(&t, row);
	row_is("guest to its first byte", 2080 * MS, 10 * MS);
	row_is("guest to its prompt", 2090 * MS, 10 * MS); /* quiet, but not for long */
	t.now = 5000 * MS;
	rows = timeline_rows(&t, row);
	row_is("guest to its prompt", 2090 * MS, 5 * MS);
	row_is("prompt", 2095 * MS, 0);
	t.pid1 = false;
	rows = timeline_rows(&t, row);
	row_is("kvmshim", 2000 * MS, 10 * MS);
	/* One begins where the other ends. */
	for (unsigned i = 1; i < rows; i++)
		assert_int_equal(row[i].at, row[i - 1].at + row[i - 1].takes);
}

static void ticks_of_any_counter(void **state)
{
	(void)state;
	started();
	t.frequency = 24000000;
	pulse.mark[TIMELINE_RUN] = UINT64_MAX / 2;
	t.now = UINT64_MAX / 2 + 48;
	rows = timeline_rows(&t, row);
	row_is("guest to its first byte", UINT64_MAX / 2 / 24, 2);
}

static void after_a_reset_the_guest_counts_from_there(void **state)
{
	(void)state;
	started();
	pulse.mark[TIMELINE_RESET] = 9000 * MS;
	pulse.mark[TIMELINE_GUEST] = 9003 * MS;
	pulse.mark[TIMELINE_BYTE] = 9010 * MS;
	pulse.mark[TIMELINE_PROMPT] = 9040 * MS;
	t.now = 20000 * MS;
	rows = timeline_rows(&t, row);
	assert_int_equal(rows, 4);
	row_is("guest reset", 9000 * MS, 3 * MS);
	row_is("guest to its first byte", 9003 * MS, 7 * MS);
	row_is("guest to its prompt", 9010 * MS, 30 * MS);
	row_is("prompt", 9040 * MS, 0);
}

/* As U-Boot writes it: the last one first, sums without a mark. dtc minds what name is used for. */
#define STAGE(n, name, us) #n " { name = " name "; mark = <" #us ">; }; "
#define BOOTSTAGE                                                                                  \
	"/ { bootstage { " STAGE(0, "\"start_kernel\"", 1150000)                                   \
		STAGE(1, "\"bootm_start\"",                                                        \
		      800000) "2 { name = \"dm_r\"; accum = <3000>; }; " STAGE(3,                  \
									       "\"board_init_r\"", \
									       300000)             \
			STAGE(4, "\"board_init_f\"", 200000) STAGE(5, "\"reset\"", 0) "}; };"

static void marks_of_uboot(void **state)
{
	static struct blob blob;

	(void)state;
	blob_compile(&blob, "-f", BOOTSTAGE);
	blob_index(&tree, &blob);
	started();
	rows = timeline_rows(&t, row);
	assert_int_equal(rows, 14);
	row_is("firmware before Linux", 0, 200 * MS);
	row_is("U-Boot: board_init_f", 200 * MS, 100 * MS);
	row_is("U-Boot: board_init_r", 300 * MS, 500 * MS);
	row_is("U-Boot: bootm_start", 800 * MS, 350 * MS);
	row_is("U-Boot: start_kernel", 1150 * MS, 50 * MS);
	t.kernel = 500 * MS; /* of another clock: what is later than the kernel is left out */
	rows = timeline_rows(&t, row);
	assert_int_equal(rows, 12);
	row_is("U-Boot: board_init_r", 300 * MS, 200 * MS);
	blob_compile(&blob, "-f",
		     "/ { bootstage { a { mark = <1>; }; b { name = \"\\x1b[2J\"; mark = <2>; }; "
		     "c { name = \"x\"; mark = <0 1>; }; d { mark; }; }; };");
	blob_index(&tree, &blob);
	rows = timeline_rows(&t, row);
	row_is("U-Boot: ?", 1, 1);
	row_is("U-Boot: ?[2J", 2, 500 * MS - 2);
}

static void more_marks_than_rows(void **state)
{
	static struct blob blob;
	static char text[8192] = "/ { bootstage { ";

	(void)state;
	for (unsigned i = 1; i <= 100; i++)
		sprintf(text + strlen(text), "n%u { name = \"stage\"; mark = <%u>; }; ", i, i * 10);
	strcat(text, "}; };");
	blob_compile(&blob, "-f", text);
	blob_index(&tree, &blob);
	started();
	assert_int_equal(timeline_rows(&t, row), TIMELINE_ROWS);
}

/* Marks in the order of a run: a banner, a long thought, a prompt, a key. */
static void prompt_is_what_came_before_the_guest_waited(void **state)
{
	(void)state;
	timeline_quiet(4);
	assert_int_equal(pulse.mark[TIMELINE_QUIET], 0); /* nothing was sent yet */
	timeline_byte();
	const uint64_t byte = pulse.mark[TIMELINE_BYTE];
	assert_true(byte && byte <= timeline_now());
	timeline_quiet(4);
	const uint64_t thought = pulse.mark[TIMELINE_QUIET];
	assert_true(thought && thought + 4000000 <= timeline_now());
	timeline_byte();
	assert_int_equal(pulse.mark[TIMELINE_BYTE], byte);
	timeline_quiet(0);
	const uint64_t quiet = pulse.mark[TIMELINE_QUIET];
	assert_true(quiet > thought); /* the last one counts */
	assert_int_equal(pulse.mark[TIMELINE_PROMPT], 0);
	timeline_input();
	assert_int_equal(pulse.mark[TIMELINE_PROMPT], quiet);
	timeline_quiet(0);
	timeline_input();
	assert_int_equal(pulse.mark[TIMELINE_PROMPT], quiet); /* the first key counts */
	timeline_reset();
	assert_int_equal(pulse.mark[TIMELINE_BYTE], 0);
	assert_int_equal(pulse.mark[TIMELINE_PROMPT], 0);
	timeline_input(); /* typed ahead, into the silence before its banner */
	assert_int_equal(pulse.mark[TIMELINE_PROMPT], 0);
}

/* The monitor was opened half a second after the last byte, and looked at for long. */
static void guest_that_stands_still_is_not_silent(void **state)
{
	(void)state;
	started();
	pulse.mark[TIMELINE_BYTE] = 2090 * MS;
	pulse.mark[TIMELINE_QUIET] = 2100 * MS;
	pulse.mark[TIMELINE_KEY] = 2600 * MS;
	t.now = 90000 * MS;
	rows = timeline_rows(&t, row);
	assert_string_equal(row[rows - 1].what, "guest to its prompt");
	pulse.mark[TIMELINE_KEY] = 4100 * MS;
	rows = timeline_rows(&t, row);
	row_is("prompt", 2100 * MS, 0);
	pulse.mark[TIMELINE_KEY] = 2000 * MS; /* before the last byte: nobody has come since */
	rows = timeline_rows(&t, row);
	row_is("prompt", 2100 * MS, 0);
}

static void chart_fits_a_screen(void **state)
{
	static char text[8192];
	struct page page = { text, 0, sizeof(text) };
	unsigned column = 0, lines = 0;

	(void)state;
	started();
	pulse.mark[TIMELINE_BYTE] = 2085 * MS;
	pulse.mark[TIMELINE_PROMPT] = 3200 * MS;
	t.now = 9000 * MS;
	rows = timeline_rows(&t, row);
	timeline_chart(row, rows, &page);
	text[page.used] = '\0';
	for (const char *c = text; *c; c++) {
		lines += *c == '\n';
		column = *c == '\n' ? 0 : column + 1;
		assert_true(column <= 80);
	}
	assert_int_equal(lines, rows + 1);
	assert_non_null(
		strstr(text, "      0.000      1.200  firmware before Linux     ###########\n"));
	assert_non_null(strstr(text, "      2.010      0.010  board's tree and settings "
				     "                  |\n"));
	assert_non_null(strstr(text, "      3.200      0.000  prompt  "));
	page.used = 0;
	timeline_dump(row, rows, &page);
	text[page.used] = '\0';
	assert_non_null(strstr(text, "timeline 0 1200000 firmware before Linux\n"));
	assert_non_null(strstr(text, "\ntimeline 3200000 0 prompt\n"));
	page.used = 0;
	timeline_chart(row, 0, &page);
	assert_true(page.used > 0);
}

/* A machine that slept, its counter too: the kernel's clock has gone on. */
static void kernels_clock_is_ahead(void **state)
{
	(void)state;
	started();
	t.kernel = 0 - 5000ull * MS;
	rows = timeline_rows(&t, row);
	row_is("firmware before Linux", 0, 0);
	row_is("Linux", 0, 2000 * MS);
}

static void chart_of_times_in_disorder(void **state)
{
	static const struct timeline_row disorder[] = { { 5000, 100, "first" },
							{ 6000, 9000000, "late" },
							{ 4000, 0, "early" },
							{ 5900, 100, "last" } };
	static char text[8192];
	struct page page = { text, 0, sizeof(text) };
	unsigned lines = 0;

	(void)state;
	timeline_chart(disorder, sizeof(disorder) / sizeof(disorder[0]), &page);
	text[page.used] = '\0';
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1, lines++)
		assert_true(strcspn(line, "\n") <= 80);
	assert_int_equal(lines, 5);
}

/* All that came over the line, with a timeline at an earlier time before. */
static void picture_of_the_last_timeline(void **state)
{
	static const char text[] = "=> \r\npaused> timeline dump\r\n"
				   "timeline 0 9000 old\r\ntimeline 9000 0 prompt\r\npaused> \r\n"
				   "timeline 0 1200000 firmware before Linux\r\n"
				   "timeline 1200000 800000 Linux\r\n"
				   "timeline 2000000 50 <kvmshim> & co\r\ntimeline x\r\npaused> ";
	static char svg[16384];
	FILE *in = fmemopen((void *)(uintptr_t)text, strlen(text), "r"),
	     *out = fmemopen(svg, sizeof(svg), "w");

	(void)state;
	assert_int_equal(timeline_svg(in, out), 3);
	fclose(in);
	fclose(out);
	assert_int_equal(strncmp(svg, "<svg xmlns=", 11), 0);
	assert_non_null(strstr(svg, "</svg>\n"));
	assert_null(strstr(svg, "old"));
	assert_non_null(
		strstr(svg, ">firmware before Linux</text><rect x=\"200\" y=\"36\" width=\"335\""));
	assert_non_null(strstr(svg, ">Linux</text><rect x=\"535\""));
	assert_non_null(strstr(svg, "&lt;kvmshim&gt; &amp; co</text>"));
	assert_non_null(strstr(svg, "0.050 ms")); /* too short for its bar, and there */
	in = fmemopen((void *)(uintptr_t) "nothing\n", 8, "r");
	assert_int_equal(timeline_svg(in, stdout), 0);
	fclose(in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_step_is_a_span, begin),
		cmocka_unit_test_setup(ticks_of_any_counter, begin),
		cmocka_unit_test_setup(after_a_reset_the_guest_counts_from_there, begin),
		cmocka_unit_test_setup(marks_of_uboot, begin),
		cmocka_unit_test_setup(more_marks_than_rows, begin),
		cmocka_unit_test_setup(prompt_is_what_came_before_the_guest_waited, begin),
		cmocka_unit_test_setup(guest_that_stands_still_is_not_silent, begin),
		cmocka_unit_test_setup(chart_fits_a_screen, begin),
		cmocka_unit_test_setup(kernels_clock_is_ahead, begin),
		cmocka_unit_test(chart_of_times_in_disorder),
		cmocka_unit_test(picture_of_the_last_timeline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
