// SPDX-License-Identifier: BSD-2-Clause
// boot/gdb/packets.c, access.c, resume.c: each packet.
#include "tests/boot/gdb/talker.h"

#include "boot/monitor/stepping.h"

#define IS(packet, reply) assert_string_equal(ask(packet), reply)

static void we_say_what_we_can(void **state)
{
	(void)state;
	assert_string_equal(ask("qSupported:multiprocess+;swbreak+"),
			    "PacketSize=4000;qXfer:features:read+;qXfer:threads:read+;"
			    "vContSupported+;swbreak+;hwbreak+");
	IS("vCont?", "vCont;c;C;s;S;r");
	IS("qAttached", "1");
	IS("qAttached:1", "1");
	IS("qSymbol::", "OK");
	IS("QNonStop:0", "OK");
	IS("QNonStop:1", "E01");
	/* What is not known has an empty reply. */
	IS("vMustReplyEmpty", "");
	IS("vFile:setfs:0", "");
	IS("qCRC:0,10", "");
	IS("qTStatus", "");
	IS("!", "");
	IS("x0,10", "");
	IS("", "");
}

static void acks_end_when_gdb_wants(void **state)
{
	(void)state;
	IS("QStartNoAckMode", "OK");
	sends("qC", 2);
	assert_string_equal(heard(), "$QC1#c5");
	/* gdb begins anew. */
	assert_non_null(strstr(ask("qSupported"), "PacketSize"));
}

static void threads_are_vcpus(void **state)
{
	(void)state;
	IS("qfThreadInfo", "m1,2");
	IS("qsThreadInfo", "l");
	IS("qC", "QC1");
	IS("Hg2", "OK");
	IS("qC", "QC2");
	IS("Hg0", "OK");
	IS("Hg-1", "OK");
	IS("qC", "QC2");
	IS("Hg3", "E16");
	IS("Hx1", "E16");
	IS("Hc2", "OK");
	IS("Hc-1", "OK");
	IS("T1", "OK");
	IS("T2", "OK");
	IS("T3", "E03");
	IS("T0", "E03");
	IS("qXfer:threads:read::0,1000",
	   "l<threads><thread id=\"1\" core=\"0\" name=\"vCPU 0\">on</thread>"
	   "<thread id=\"2\" core=\"1\" name=\"vCPU 1\">on</thread></threads>");
	IS("qXfer:threads:read::0,9", "m<threads>");
	IS("qXfer:threads:read::6,3", "mds>");
	IS("qXfer:threads:read::1000,3", "l");
	assert_int_equal(mpstate_push(&shim.vcpu[1], PSCI_POWER_OFF, true), 0);
	assert_non_null(strstr(ask("qXfer:threads:read::0,1000"), "vCPU 1\">off<"));
}

static void registers_are_read_and_written(void **state)
{
	char packet[700];
	const char *reply;

	(void)state;
	reg_is(0, VCPU_CORE_REG(regs.regs[0]), 0x1122334455667788);
	reg_is(0, VCPU_CORE_REG(sp_el1), 0x40002000);
	reply = ask("g");
	assert_int_equal(strlen(reply), 33 * 16 + 8);
	assert_memory_equal(reply, "8877665544332211", 16);
	assert_memory_equal(reply + 31 * 16, "0020004000000000", 16);
	assert_memory_equal(reply + 32 * 16, "0010004000000000", 16);
	assert_memory_equal(reply + 33 * 16, "05000000", 8);
	IS("p0", "8877665544332211");
	IS("p20", "0010004000000000");
	IS("P1=0100000000000080", "OK");
	assert_true(reg(0, VCPU_CORE_REG(regs.regs[1])) == 0x8000000000000001);
	IS("P1=01", "E16");
	IS("P1", "E16");
	IS("p1000", "E16");
	IS("px", "E16");
	/* All general ones at once, of the other thread. */
	IS("Hg2", "OK");
	snprintf(packet, sizeof(packet), "G%s", ask("g"));
	memcpy(packet + 1 + 2 * 16, "efbeadde00000000", 16);
	IS(packet, "OK");
	assert_int_equal(reg(1, VCPU_CORE_REG(regs.regs[2])), 0xdeadbeef);
	assert_int_equal(reg(0, VCPU_CORE_REG(regs.regs[2])), 0);
	packet[100] = '\0';
	IS(packet, "E16");
}

static void memory_is_read_and_written(void **state)
{
	static char packet[2 * 8200], expected[2 * 8200];

	(void)state;
	memcpy(ram + 0x100, "\x01\x02\xfe\xff", 4);
	IS("m40000100,4", "0102feff");
	IS("M40000102,2:a1A2", "OK");
	IS("m40000100,4", "0102a1a2");
	IS("M40000102,2:a1", "E16");
	IS("m0,4", "E0e");
	IS("M0,4:00000000", "E0e");
	IS("m4000fffe,8", "03d5"); /* as far as there is any: half of NOP's word */
	IS("m40000100", "E16");
	/* As they are, what frames packets escaped; none at all is how gdb asks whether that works. */
	IS("X40000200,0:", "OK");
	sends("X40000200,6:}\3}\4}]}\n\0\1", sizeof("X40000200,6:}\3}\4}]}\n\0\1") - 1);
	assert_non_null(strstr(heard(), "$OK#9a"));
	assert_memory_equal(ram + 0x200, "#$}*\0\1", 6);
	IS("X40000200,3:ab", "E16");
	IS("X0,2:ab", "E0e");
	/* A packet full. */
	snprintf(packet, sizeof(packet), "m40001000,2000");
	for (unsigned i = 0; i < 0x2000; i++) {
		ram[0x1000 + i] = (uint8_t)(i * 31);
		snprintf(expected + 2 * i, 3, "%02x", (uint8_t)(i * 31));
	}
	IS("m40001000,2000", expected);
	IS("m40001000,2800", expected);
}

static void memory_is_the_threads_or_physical(void **state)
{
	(void)state;
	/* An MMU without tables leads nowhere. */
	reg_is(0, ARM64_SYS_REG(3, 0, 1, 0, 0), 1);
	memcpy(ram + 0x100, "\x01\x02", 2);
	IS("m40000100,2", "E0e");
	IS("qqemu.PhyMemMode", "0");
	IS("Qqemu.PhyMemMode:1", "OK");
	IS("qqemu.PhyMemMode", "1");
	IS("m40000100,2", "0102");
	IS("M40000100,1:77", "OK");
	IS("m40000100,2", "7702");
	IS("Qqemu.PhyMemMode:0", "OK");
	IS("m40000100,2", "E0e");
	/* The other one's is off. */
	IS("Hg2", "OK");
	IS("m40000100,2", "7702");
}

static void points_are_made_and_taken_away(void **state)
{
	(void)state;
	IS("Z0,40001008,4", "OK");
	IS("Z0,40001008,4", "OK");
	IS("Z1,4000100c,4", "OK");
	IS("Z2,40000100,8", "OK");
	IS("Z3,40000108,4", "OK");
	IS("Z4,40000110,1;X1,0", "OK");
	assert_int_equal(points_get(0)->kind, POINT_SOFT);
	assert_int_equal(points_get(1)->kind, POINT_HARD);
	assert_int_equal(points_get(2)->kind, POINT_WRITE);
	assert_int_equal(points_get(3)->kind, POINT_READ);
	assert_int_equal(points_get(4)->kind, POINT_ACCESS);
	IS("Z0,0,4", "E0e");
	IS("Z2,40000106,4", "E5f");
	IS("Z5,0,4", "E16");
	IS("Z1,0", "E16");
	IS("z0,40001008,4", "OK");
	IS("z0,40001008,4", "OK");
	IS("z4,40000110,1", "OK");
	assert_null(points_get(0));
	assert_null(points_get(4));
	IS("z9,0,4", "E16");
	for (unsigned i = 0; i < 32; i++) {
		char packet[32];
		const char *reply;

		snprintf(packet, sizeof(packet), "Z1,%x,4", 0x40002000 + 4 * i);
		reply = ask(packet);
		if (strcmp(reply, "OK")) {
			assert_string_equal(reply, "E1c");
			return;
		}
	}
	fail();
}

static void stops_are_told_with_registers(void **state)
{
	char reply[400];

	(void)state;
	strcpy(reply, ask("?"));
	assert_string_equal(reply,
			    "T05thread:1;20:0010004000000000;1f:0000000000000000;21:05000000;"
			    "1d:0000000000000000;1e:0000000000000000;");
	IS("Z0,40001008,4", "OK");
	IS("vCont;c", "silence");
	assert_false(gdb_holds());
	exits(0, SOFT, CODE + 8, EL1H);
	stepping_serve(&shim);
	assert_true(gdb_holds());
	assert_true(strstr(told(), "T05swbreak:;thread:1;20:0810004000000000;") != NULL);
	IS("Z1,40001110,4", "OK");
	IS("vCont;c", "silence");
	exits(0, STEPPED, CODE + 12, EL1H | IF); /* over the point */
	stepping_serve(&shim);
	exits(1, HARD, CODE + 0x110, EL1H);
	stepping_serve(&shim);
	assert_true(strstr(told(), "T05hwbreak:;thread:2;20:1011004000000000;") != NULL);
	IS("qC", "QC2");
	IS("Z2,40000100,4", "OK");
	IS("C05", "silence");
	exits(1, STEPPED, CODE + 0x114, EL1H | IF);
	stepping_serve(&shim);
	shim.vcpu[1].run->debug.arch.far = RAM + 0x102;
	exits(1, WATCH_WRITE, CODE + 0x120, EL1H);
	stepping_serve(&shim);
	assert_true(strstr(told(), "T05watch:40000102;thread:2;") != NULL);
}

/* A step of thread N ends behind one instruction. */
static void stepped(unsigned cpu, uint64_t pc)
{
	exits(cpu, STEPPED, pc, EL1H | IF);
	stepping_serve(&shim);
}

static void threads_step_and_go_on(void **state)
{
	(void)state;
	IS("vCont;s:2;c", "silence");
	assert_true(STEPS(1) && !STEPS(0));
	assert_false(held(0) || held(1));
	stepped(1, CODE + 0x104);
	assert_non_null(strstr(told(), "T05thread:2;20:0411004000000000;"));
	/* The first one of the list that names it. */
	IS("vCont;s:1;s:2", "silence");
	assert_true(STEPS(0));
	stepped(0, CODE + 4);
	assert_non_null(strstr(told(), "T05thread:1;"));
	IS("Hc2", "OK");
	IS("s", "silence");
	assert_true(STEPS(1));
	stepped(1, CODE + 0x108);
	told();
	IS("s40001200", "silence");
	assert_int_equal(reg(1, PC), CODE + 0x200);
	stepped(1, CODE + 0x204);
	told();
	IS("S05;40001300", "silence");
	assert_int_equal(reg(1, PC), CODE + 0x300);
	stepped(1, CODE + 0x304);
	told();
	IS("vCont;x", "E16");
	IS("vCont", "E16");
	IS("vCont;s:9", "E16");
	IS("vCont;s:1;", "E16");
	IS("c", "silence");
}

/* gdb has taken a point out for it, which the others must not miss. */
static void one_thread_goes_alone(void **state)
{
	(void)state;
	IS("vCont;s:1", "silence");
	assert_true(STEPS(0));
	assert_true(held(1) && !held(0));
	stepped(0, CODE + 4);
	told();
	assert_false(held(1));
	IS("vCont;c:2", "silence");
	assert_true(held(0) && !held(1));
	TYPES("\3");
	assert_non_null(strstr(told(), "T02thread:1;"));
	/* One that stands at a point goes over it before, the other one waits all the time. */
	IS("Z1,40001004,4", "OK");
	reg_is(0, PC, CODE + 4);
	IS("vCont;c:1", "silence");
	assert_true(held(1) && !held(0));
	IS("qC", "QC1");
	assert_false(held(1));
	IS("vCont;c", "silence");
	assert_true(held(1) && !held(0));
	stepped(0, CODE + 8);
	assert_string_equal(heard(), "");
	assert_false(held(0) || held(1));
}

static void a_range_is_stepped_through(void **state)
{
	(void)state;
	IS("vCont;r40001000,40001010:1;c", "silence");
	stepped(0, CODE + 4);
	assert_string_equal(heard(), "");
	assert_true(STEPS(0));
	stepped(0, CODE + 12);
	assert_string_equal(heard(), "");
	stepped(0, CODE + 16);
	assert_non_null(strstr(told(), "T05thread:1;20:1010004000000000;"));
	IS("vCont;r40001010,40001020:1", "silence");
	assert_true(held(1));
	stepped(0, CODE + 20);
	assert_true(held(1));
	TYPES("\3");
	assert_non_null(strstr(told(), "T02thread:1;"));
	IS("vCont;r40001010:1", "E16");
}

static void a_vcpu_that_is_off_is_not_stepped(void **state)
{
	(void)state;
	assert_int_equal(mpstate_push(&shim.vcpu[1], PSCI_POWER_OFF, true), 0);
	IS("vCont;s:2", "E13");
	IS("vCont;c", "silence");
	assert_false(held(0) || held(1));
}

static const char *monitor(const char *command)
{
	static char text[1 << 16];
	char packet[256] = "qRcmd,";
	const char *reply;
	size_t n = 0;

	for (size_t i = 0; command[i]; i++)
		snprintf(packet + 6 + 2 * i, 3, "%02x", (uint8_t)command[i]);
	sends(packet, strlen(packet));
	for (const char *all = heard(); (reply = packet_in(&all));) {
		if (!strcmp(reply, "OK"))
			break;
		reply += reply[0] == 'O';
		n += rsp_unhex(&reply, text + n, sizeof(text) - n - 1);
	}
	text[n] = '\0';
	return text;
}

static void the_monitors_commands_are_gdbs(void **state)
{
	(void)state;
	assert_string_equal(monitor("vcpu"), "vCPU 0 of 2\n");
	IS("Hg2", "OK");
	assert_non_null(strstr(monitor("info regs"), "vCPU 1  pc 0x40001100"));
	assert_string_equal(monitor("break 0x40001008"), " 1  0x40001008  break\n");
	assert_non_null(strstr(monitor("nothing"), "there is no command nothing"));
	assert_string_equal(monitor(""), "");
	assert_string_equal(monitor("go"), "gdb holds the guest: it goes on from there\n");
	assert_string_equal(monitor("physical on"), "gdb's addresses are physical\n");
	IS("qqemu.PhyMemMode", "1");
	assert_non_null(strstr(monitor("load"), "gdb has the line"));
	assert_non_null(strstr(monitor("core"), "gdb has the line"));
	/* One that prints more than a packet holds. */
	assert_true(strlen(monitor("x 0x40000000 4096")) > 8192);
	assert_true(gdb_holds());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_GDB(we_say_what_we_can),
		TEST_GDB(acks_end_when_gdb_wants),
		TEST_GDB(threads_are_vcpus),
		TEST_GDB(registers_are_read_and_written),
		TEST_GDB(memory_is_read_and_written),
		TEST_GDB(memory_is_the_threads_or_physical),
		TEST_GDB(points_are_made_and_taken_away),
		TEST_GDB(stops_are_told_with_registers),
		TEST_GDB(threads_step_and_go_on),
		TEST_GDB(one_thread_goes_alone),
		TEST_GDB(a_range_is_stepped_through),
		TEST_GDB(a_vcpu_that_is_off_is_not_stepped),
		TEST_GDB(the_monitors_commands_are_gdbs),
	};

	return cmocka_run_group_tests_name("boot/gdb/packets", tests, NULL, NULL);
}
