// SPDX-License-Identifier: BSD-2-Clause
// boot/gdb/gdb.c: a session's beginning and end, what goes over the line meanwhile, peers that are lost.
#include "tests/boot/gdb/talker.h"

#include <stdlib.h>
#include <time.h>

#include "boot/monitor/stepping.h"

static void prints(const char *text)
{
	console_put(&shim.io.console, (const uint8_t *)text, strlen(text));
}

/* The guest's input, as a string. */
static const char *guest_hears(void)
{
	static char text[256];
	const uint8_t *buf;
	const size_t n = ring_peek(&shim.io.console.rx, &buf);

	memcpy(text, buf, n);
	text[n] = '\0';
	ring_drop(&shim.io.console.rx, n);
	return text;
}

static void the_key_gives_the_line_to_gdb(void **state)
{
	(void)state;
	key("g");
	assert_string_equal(heard(), "on the PC: gdb-multiarch -b 115200 -ex 'target remote "
				     "/dev/ttyUSB0' (^A g: back)\r\n");
	assert_int_equal(monitor_line_owner(), LINE_GDB);
	assert_false(monitor_paused());
	assert_false(gdb_attached());
	/* Nothing stops the guest but a packet, and nothing reaches it. */
	TYPES("\3garbage$m4000#00\r\n");
	assert_false(monitor_paused());
	assert_string_equal(guest_hears(), "");
	assert_string_equal(heard(), "");
	ask("qSupported");
	assert_true(monitor_paused() && gdb_holds());
}

static void the_key_gives_it_back(void **state)
{
	(void)state;
	ask("Z0,40001008,4");
	key("g");
	assert_int_equal(monitor_line_owner(), LINE_GUEST);
	assert_false(gdb_attached() || monitor_paused() || points_any());
	TYPES("ls");
	assert_string_equal(guest_hears(), "ls");
}

/* The person takes the guest over as it stands. */
static void the_monitor_opens_from_gdb(void **state)
{
	(void)state;
	key("c");
	assert_int_equal(monitor_line_owner(), LINE_MONITOR);
	assert_false(gdb_attached());
	assert_true(monitor_paused());
	assert_non_null(strstr(heard(), "paused> "));
}

/* The ack of the last reply comes when the line is no longer gdb's to see. */
static void detaching_gives_it_back(void **state)
{
	(void)state;
	ask("Z0,40001008,4");
	assert_string_equal(ask("D"), "OK");
	TYPES("+ls");
	assert_int_equal(monitor_line_owner(), LINE_GUEST);
	assert_false(gdb_attached() || monitor_paused() || points_any());
	assert_string_equal(guest_hears(), "ls");
}

static void detaching_without_acks_does_it_at_once(void **state)
{
	(void)state;
	ask("QStartNoAckMode");
	sends("D;1", 3);
	assert_int_equal(monitor_line_owner(), LINE_GUEST);
	assert_false(monitor_paused());
}

static void points_of_the_persons_stay(void **state)
{
	(void)state;
	TYPES(ESCAPE "cbreak 0x40001004\rcontinue\r");
	key("g");
	ask("qSupported");
	ask("Z1,40001004,4");
	ask("Z1,40001008,4");
	ask("z1,40001008,4");
	ask("Z1,40001010,4");
	key("g");
	assert_non_null(points_get(0));
	assert_null(points_get(1));
}

/* What is a packet's is no key, and a packet that does not end is none for ever. */
static void the_escape_key_is_found_between_packets(void **state)
{
	(void)state;
	sends("X40000100,2:\1c", 14);
	assert_non_null(strstr(heard(), "$OK#"));
	assert_memory_equal(ram + 0x100, "\1c", 2);
	TYPES("$m4000");
	key("c");
	assert_int_equal(monitor_line_owner(), LINE_GDB);
	nanosleep(&(struct timespec){ 1, 100000000 }, NULL);
	key("c");
	assert_int_equal(monitor_line_owner(), LINE_MONITOR);
}

static void bad_packets_are_asked_for_again(void **state)
{
	const char *first;
	char copy[64];

	(void)state;
	TYPES("$qC#00");
	assert_string_equal(heard(), "-");
	TYPES("$qC#b4");
	first = heard();
	assert_string_equal(first, "+$QC1#c5");
	memcpy(copy, first + 1, strlen(first));
	TYPES("-");
	assert_string_equal(heard(), copy);
	ask("QStartNoAckMode");
	TYPES("-$qC#00");
	assert_string_equal(heard(), "");
}

static void what_the_guest_prints_comes_while_gdb_waits(void **state)
{
	const char *text;

	(void)state;
	prints("before\n");
	gdb_serve();
	assert_string_equal(heard(), "");
	ask("vCont;c");
	gdb_serve();
	assert_string_equal(told(), "O6265666f72650a");
	prints("one\r\n");
	console_message(&shim.io.console, "two", 3);
	/* All of it comes in front of the stop. */
	TYPES("\3");
	text = heard();
	assert_string_equal(packet_in(&text), "O6f6e650d0a74776f0d0a");
	assert_int_equal(strncmp(packet_in(&text), "T02thread:1;", 12), 0);
	/* Twice is once. */
	TYPES("\3");
	assert_string_equal(heard(), "");
	prints("kept\n");
	ask("D");
	TYPES("+");
	assert_string_equal(heard(), "kept\n");
}

static void a_new_gdb_finds_the_guest_stopped(void **state)
{
	(void)state;
	ask("QStartNoAckMode");
	sends("Z0,40001008,4", 13);
	sends("vCont;c", 7);
	heard();
	assert_false(monitor_paused());
	/* The first one is gone without a word. */
	assert_non_null(strstr(ask("qSupported"), "PacketSize"));
	assert_true(gdb_holds());
	assert_false(points_any());
	assert_int_equal(strncmp(ask("?"), "T05thread:1;", 12), 0);
}

static void the_guests_end_is_told(void **state)
{
	struct failure f = { .outcome = OUTCOME_CRASH, .text = "it died" };
	const char *text;

	(void)state;
	ask("vCont;c");
	prints("last");
	assert_true(gdb_ending());
	monitor_print("report\n");
	vcpus_pause(&shim);
	debug_pause(&shim);
	gdb_ended(&f, true);
	monitor_keep(&shim, &f);
	text = heard();
	assert_string_equal(packet_in(&text), "O7265706f72740a");
	assert_string_equal(packet_in(&text), "O6c617374");
	assert_string_equal(
		packet_in(&text),
		"O7468652067756573742068617320656e6465643a2063726173683a20697420646965640a");
	assert_int_equal(strncmp(packet_in(&text), "T06thread:1;", 12), 0);
	assert_null(packet_in(&text));
	assert_string_equal(ask("vCont;c"), "E10");
	/* Started again it waits for gdb. */
	monitor_restarted(&shim);
	vcpus_resume(&shim, true);
	assert_true(monitor_paused() && !monitor_ended());
	assert_string_equal(ask("vCont;c"), "silence");
	assert_int_equal(shim.vcpus.pauses, 0);
	f = (struct failure){ .outcome = OUTCOME_POWEROFF };
	gdb_ended(&f, false);
	text = heard();
	packet_in(&text);
	assert_string_equal(packet_in(&text), "W00");
	assert_false(gdb_attached());
}

static void killing_ends_the_run(void **state)
{
	struct failure f;

	(void)state;
	assert_false(stop_asked(&shim.stop, &f));
	assert_string_equal(ask("vKill;1"), "OK");
	/* gdb's ack is nothing for whatever has the line then. */
	assert_false(stop_asked(&shim.stop, &f));
	TYPES("+");
	assert_true(monitor_line_owner() == LINE_GUEST && !gdb_attached() && monitor_paused());
	assert_true(stop_asked(&shim.stop, &f));
	assert_int_equal(f.outcome, OUTCOME_POWEROFF);
}

static void a_required_key_locks_it(void **state)
{
	(void)state;
	shim.p.keys.count = 1;
	key("g");
	assert_int_equal(monitor_line_owner(), LINE_GUEST);
	assert_non_null(strstr(heard(), "gdb is locked"));
}

/*
 * --- a peer of its own ---------------------------------------------------------------------------
 */

static int peer_line; /* the line's other end, while PERSON is the peer's */

static int peer_opens(void **state)
{
	struct failure f;
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);

	assert_int_equal(grantpt(master) | unlockpt(master), 0);
	guest_runs(state);
	assert_int_equal(peer_name_read(ptsname(master), &shim.p.settings.gdb), 0);
	shim.p.settings.raw[SET_GDB].text = "/dev/ttyX";
	assert_int_equal(gdb_open(&shim, &f), 0);
	gdb_begin(&shim);
	peer_line = person;
	person = master;
	return 0;
}

static int peer_closes(void **state)
{
	gdb_close();
	if (person >= 0)
		close(person);
	person = peer_line;
	gdb_serve();
	return gdb_goes(state);
}

static void peer_sends(const char *text)
{
	assert_int_equal(write(person, text, strlen(text)), strlen(text));
	gdb_input();
}

static void a_peer_leaves_the_line_to_the_guest(void **state)
{
	(void)state;
	assert_true(gdb_fd() >= 0);
	peer_sends("+$qSupported#37");
	assert_non_null(strstr(heard(), "PacketSize"));
	assert_true(gdb_holds());
	assert_int_equal(monitor_line_owner(), LINE_GUEST);
	TYPES("x");
	assert_string_equal(guest_hears(), "x");
	/* Two at once there are not. */
	key("g");
	assert_int_equal(monitor_line_owner(), LINE_GUEST);
	key("c");
	TYPES("go\r");
	assert_true(monitor_paused());
	TYPES("continue\r");
	assert_true(monitor_paused());
	peer_sends("$vCont;c#a8");
	assert_false(monitor_paused());
	peer_sends("$D#44");
	peer_sends("+");
	assert_false(gdb_attached());
}

static void a_peer_that_is_gone_lets_the_guest_go_on(void **state)
{
	(void)state;
	peer_sends("$qSupported#37");
	peer_sends("$Z0,40001008,4#a3");
	assert_true(points_any());
	peer_sends("$m4000"); /* in the middle of a packet */
	close(person);
	person = -1;
	gdb_input();
	assert_false(gdb_attached() || monitor_paused() || points_any());
	assert_int_equal(gdb_fd(), -1);
}

static void a_tty_that_is_none_is_refused(void **state)
{
	struct failure f = { .text = "" };

	(void)state;
	shim.p.settings.gdb = (struct peer_name){ PEER_TTY, "/dev/null", 0, 0 };
	shim.p.settings.raw[SET_GDB].text = "/dev/null";
	assert_int_equal(gdb_open(&shim, &f), -1);
	assert_string_equal(f.code, "E-GDB");
	assert_non_null(strstr(f.text, "gdb=/dev/null cannot be opened"));
	shim.p.settings.gdb.kind = PEER_NONE;
}

static void stdio_is_the_line(void **state)
{
	struct failure f;

	(void)state;
	assert_int_equal(peer_name_read("stdio", &shim.p.settings.gdb), 0);
	assert_int_equal(gdb_open(&shim, &f), 0);
	gdb_begin(&shim);
	assert_int_equal(monitor_line_owner(), LINE_GDB);
	assert_non_null(strstr(ask("qSupported"), "QStartNoAckMode+"));
	/* It is gone. */
	shim.io.console.line.in = -1;
	gdb_serve();
	assert_false(gdb_attached() || monitor_paused());
	assert_int_equal(monitor_line_owner(), LINE_GUEST);
	shim.io.console.line.in = shim.io.console.line.out;
	shim.p.settings.gdb.kind = PEER_NONE;
}

#define TEST_PEER(f) cmocka_unit_test_setup_teardown(f, peer_opens, peer_closes)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_LINE(the_key_gives_the_line_to_gdb),
		TEST_GDB(the_key_gives_it_back),
		TEST_GDB(the_monitor_opens_from_gdb),
		TEST_GDB(detaching_gives_it_back),
		TEST_GDB(detaching_without_acks_does_it_at_once),
		TEST_GDB(points_of_the_persons_stay),
		TEST_GDB(the_escape_key_is_found_between_packets),
		TEST_GDB(bad_packets_are_asked_for_again),
		TEST_GDB(what_the_guest_prints_comes_while_gdb_waits),
		TEST_GDB(a_new_gdb_finds_the_guest_stopped),
		TEST_GDB(the_guests_end_is_told),
		TEST_GDB(killing_ends_the_run),
		TEST_LINE(a_required_key_locks_it),
		TEST_PEER(a_peer_leaves_the_line_to_the_guest),
		TEST_PEER(a_peer_that_is_gone_lets_the_guest_go_on),
		TEST_LINE(a_tty_that_is_none_is_refused),
		TEST_LINE(stdio_is_the_line),
	};

	return cmocka_run_group_tests_name("boot/gdb/gdb", tests, NULL, NULL);
}
