// SPDX-License-Identifier: BSD-2-Clause
// Trace files as kvmshim-trace reads them, damaged ones too; JSON and pictures of them.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/trace_json.h"
#include "boot/trace_names.h"
#include "boot/trace_svg.h"

static struct trace_event file[64];
static unsigned used; /* records */
static struct trace_data data;
static const char *why;

static void begin(void)
{
	const struct trace_header h = {
		.magic = TRACE_MAGIC, .version = TRACE_VERSION, .record = 40, .cpus = 2
	};

	memset(file, 0, sizeof(file));
	memcpy(&file[0], &h, sizeof(h));
	used = 1;
}

static void add(struct trace_event e)
{
	file[used++] = e;
}

static void add_name(uint64_t at, const char *node, const char *reg)
{
	char *text = (char *)&file[used + 1];

	add((struct trace_event){ .kind = TRACE_NAME, .at = at, .value = at & 0xff, .size = 1 });
	strcpy(text, node);
	strcpy(text + strlen(node) + 1, reg);
	used++;
}

static void add_access(uint64_t ns, uint64_t at, uint16_t vcpu, uint8_t flags)
{
	add((struct trace_event){ .kind = TRACE_MMIO,
				  .ns = ns,
				  .pc = 0x4000,
				  .at = at,
				  .value = 0x90,
				  .vcpu = vcpu,
				  .size = 4,
				  .flags = flags });
}

/* A bit of everything. */
static void fill(void)
{
	begin();
	add_name(0x9000018, "uart@9000000", "UARTFR");
	add_access(1000, 0x9000018, 1, 0);
	add_name(0xa000004, "\"nic\" <1>&\\", "");
	add_access(2500, 0xa000004, 0, TRACE_WRITE);
	add_access(2600, 0x80000000, 0, TRACE_WRITE);
	add((struct trace_event){ .kind = TRACE_LOST, .ns = 2700, .value = 5, .vcpu = UINT16_MAX });
	add((struct trace_event){ .kind = TRACE_IRQ,
				  .ns = 3000,
				  .at = 0x9000018,
				  .value = 33,
				  .vcpu = TRACE_NO_VCPU,
				  .flags = TRACE_HIGH });
	add((struct trace_event){ .kind = TRACE_CALL, .ns = 4000, .at = 0xc4000003, .vcpu = 0 });
	add((struct trace_event){ .kind = TRACE_RESET, .ns = 5000, .vcpu = TRACE_NO_VCPU });
}

static int open_file(void)
{
	return trace_read_open(&data, file, used * sizeof(file[0]), &why);
}

static void events_come_with_their_names(void **state)
{
	char words[TRACE_WORDS_SIZE];
	struct trace_event e;
	size_t at = 0;
	static const char *const expected[] = { "read UARTFR = 0x90",
						"store +0x4 = 0x90",
						"store 0x80000000 = 0x90",
						"5 events lost",
						"interrupt 33 high",
						"PSCI CPU_ON",
						"reset" };

	(void)state;
	fill();
	assert_int_equal(open_file(), 0);
	assert_int_equal(data.events, 6);
	assert_int_equal(data.lost, 5);
	assert_true(data.first_ns == 1000 && data.last_ns == 5000);
	for (unsigned i = 0; i < 7; i++) {
		assert_true(trace_read_next(&data, &at, &e));
		assert_string_equal(trace_lanes_words(&data, &e, words), expected[i]);
	}
	assert_false(trace_read_next(&data, &at, &e));
	trace_read_close(&data);
}

static void what_is_no_trace_is_refused(void **state)
{
	(void)state;
	begin();
	((struct trace_header *)file)->version = 2;
	assert_int_equal(open_file(), -EINVAL);
	assert_non_null(strstr(why, "another version"));
	memcpy(file, "ELF", 3);
	assert_int_equal(open_file(), -EINVAL);
	assert_non_null(strstr(why, "no trace file"));
	used = 0;
	assert_int_equal(open_file(), -EINVAL);
}

/* As one is whose board lost its power. */
static void a_file_that_is_cut_gives_what_is_whole(void **state)
{
	uint64_t last = 0;

	(void)state;
	fill();
	for (size_t size = sizeof(file[0]); size <= used * sizeof(file[0]); size++) {
		assert_int_equal(trace_read_open(&data, file, size, &why), 0);
		assert_true(data.events >= last);
		assert_true(data.cut || size % sizeof(file[0]) == 0);
		last = data.events;
		trace_read_close(&data);
	}
	assert_int_equal(last, 6);
	begin();
	add_access(1, 2, 0, 0);
	add((struct trace_event){ .kind = TRACE_NAME, .size = 200 });
	assert_int_equal(open_file(), 0);
	assert_true(data.cut && data.events == 1 && !data.names);
	trace_read_close(&data);
}

static void lanes_are_vcpus_then_nodes(void **state)
{
	static struct trace_lanes lanes;

	(void)state;
	fill();
	assert_int_equal(open_file(), 0);
	trace_lanes_make(&lanes, &data);
	assert_int_equal(lanes.count, 4);
	assert_true(!lanes.lane[0].node && lanes.lane[0].vcpu == 0 && lanes.lane[0].events == 3);
	assert_true(!lanes.lane[1].node && lanes.lane[1].vcpu == 1 && lanes.lane[1].events == 1);
	assert_string_equal(lanes.lane[2].node, "uart@9000000");
	assert_int_equal(lanes.lane[2].events, 2);
	trace_read_close(&data);
}

/* What a reader of that format says of it; FORMAT names the file. */
static void accepted(const char *check, bool json)
{
	static struct trace_lanes lanes;
	FILE *out = popen(check, "w");

	assert_non_null(out);
	assert_int_equal(open_file(), 0);
	trace_lanes_make(&lanes, &data);
	if (json)
		trace_json_write(out, &data, &lanes);
	else
		assert_int_equal(trace_svg_write(out, &data, &lanes), 0);
	trace_read_close(&data);
	assert_int_equal(pclose(out), 0);
}

static void json_is_json(void **state)
{
	static const char check[] =
		"python3 -c 'import json, sys; e = json.load(sys.stdin)[\"traceEvents\"]; "
		"assert all(\"ph\" in i for i in e); "
		"assert sum(i[\"ph\"] == \"C\" for i in e) == 1; "
		"n = [i[\"args\"][\"name\"] for i in e if i[\"name\"] == \"thread_name\"]; "
		"assert \"vCPU 1\" in n and \"uart@9000000\" in n and \"\\\"nic\\\" <1>&\\\\\" in "
		"n, n; "
		"t = [i[\"ts\"] for i in e if \"ts\" in i]; assert min(t) == 0 and max(t) == 4, t'";

	(void)state;
	fill();
	accepted(check, true);
	begin();
	accepted("python3 -c 'import json, sys; json.load(sys.stdin)'", true);
}

static void a_picture_is_xml_with_a_lane_for_each(void **state)
{
	static const char check[] =
		"python3 -c 'import sys, xml.etree.ElementTree as x; "
		"t = [i.text for i in x.parse(sys.stdin).getroot().iter() if "
		"i.tag.endswith(\"text\")]; "
		"assert \"vCPU 1\" in t and \"uart@9000000\" in t and \"\\\"nic\\\" <1>&\\\\\" in "
		"t, t; "
		"assert \"6 events in 4.0 us, 5 more lost\" in t, t; assert \"2.0 us\" in t, t'";

	(void)state;
	fill();
	accepted(check, false);
	begin();
	accepted("python3 -c 'import sys, xml.etree.ElementTree as x; x.parse(sys.stdin)'", false);
}

static void calls_have_names_or_an_owner(void **state)
{
	char buf[TRACE_CALL_SIZE];

	(void)state;
	assert_string_equal(trace_names_call(0x84000008, buf), "PSCI SYSTEM_OFF");
	assert_string_equal(trace_names_call(0xc4000003, buf), "PSCI CPU_ON");
	assert_string_equal(trace_names_call(0x82000020, buf), "SiP call 0x82000020");
	assert_string_equal(trace_names_call(0xc3000001, buf), "OEM call 0xc3000001");
	assert_string_equal(trace_names_call(0xb2000000, buf), "trusted OS call 0xb2000000");
	assert_string_equal(trace_names_call(0x9f000000, buf), "reserved call 0x9f000000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_come_with_their_names),
		cmocka_unit_test(what_is_no_trace_is_refused),
		cmocka_unit_test(a_file_that_is_cut_gives_what_is_whole),
		cmocka_unit_test(lanes_are_vcpus_then_nodes),
		cmocka_unit_test(json_is_json),
		cmocka_unit_test(a_picture_is_xml_with_a_lane_for_each),
		cmocka_unit_test(calls_have_names_or_an_owner),
	};

	return cmocka_run_group_tests_name("boot/trace_read", tests, NULL, NULL);
}
