# SPDX-License-Identifier: BSD-2-Clause
"""gdb-multiarch over the guest's own line: Debian's U-Boot by its own ELF, a Linux with four vCPUs."""
import re

import pexpect
import pytest

import board
import trees
from conftest import QUICK, hosts
from gdb import Gdb, Line, UbootElf, relocation
from test_boot import to_guest_prompt
from test_linux import guests, host, power_off, start, user_space  # noqa: F401 (fixtures)
from test_monitor import KEY, monitor, said, stop, uboot  # noqa: F401 (a fixture)

ONE = pytest.mark.on(hosts(QUICK)[:1])
BOTH = pytest.mark.on(hosts(QUICK, QUICK[:1]))
VARIABLE = 0x41000000


class Session:
    """gdb on the line of a board whose guest runs."""

    def __init__(self, serial, *options):
        self.serial = serial
        self.line = self.gdb = None
        serial.send(KEY + "g")
        serial.expect(re.compile(rb"on the PC: gdb-multiarch -b \d+ -ex 'target remote /dev/ttyUSB0' \(\^A g: back\)\r\n"))
        self.line = Line(serial)
        self.gdb = Gdb(*options)
        self.said = self.gdb.attach(self.line.path)

    def close(self):
        if self.gdb:
            self.gdb.close()
        if self.line:
            self.line.close()
        self.gdb = self.line = None


@pytest.fixture
def session():
    """Makes one that does not outlast the test."""
    made = []

    def make(*arguments):
        made.append(Session(*arguments))
        return made[-1]

    yield make
    for each in made:
        each.close()


def elf():
    return UbootElf(board.CACHE / "u-boot/qemu_arm64/uboot.elf")


def loops(host, commands):
    """U-Boot does COMMANDS for ever, until Ctrl-C."""
    host.board.send(f"while true; do {commands}; done\r")


def loop_ends(host):
    """U-Boot looks for Ctrl-C here and there only, and what looks is not always what ends the loop."""
    for _ in range(20):
        host.board.send("\3")
        if host.board.child.expect(["=> ", pexpect.TIMEOUT], timeout=5) == 0:
            return
    raise AssertionError("the loop does not end")


def ends(host, on):
    """gdb lets go, and the guest goes on."""
    assert "detached" in on.gdb.do("detach")
    on.close()
    loop_ends(host)
    stop(host)


@BOTH
def test_uboot_by_its_elf(uboot, session):  # noqa: F811
    """Where its code and its commands are, by the ELF and how far it has moved; breakpoints of both kinds, steps."""
    moved, file = relocation(uboot.board), elf()
    version = file.command("version") + moved
    loops(uboot, "version; sleep 0")
    uboot.board.expect("U-Boot 20")
    on = session(uboot.board, "-ex", f"add-symbol-file {file.path} -o {moved:#x}")
    gdb = on.gdb
    # The memory is the file's.
    size = 4096
    gdb.do(f"dump binary memory {board.WORK}/text {moved:#x} {moved + size:#x}")
    text = (board.WORK / "text").read_bytes()
    assert text[:0x178] == file.bytes(".text", 0x178)
    begin, end = (int(x, 16) for x in re.search(r"(0x\w+)->(0x\w+) at \w+: \.text_rest",
                                                gdb.do("maintenance info sections -all-objects")).groups())
    assert begin <= version < end
    for kind in ("break", "hbreak"):
        gdb.do(f"{kind} *{version:#x}")
        stopped = gdb.do("continue")
        assert "Breakpoint" in stopped
        assert gdb.value("$pc") == version
        gdb.do("stepi")
        assert gdb.value("$pc") == version + 4
        back = gdb.value("$x30")
        gdb.do(f"tbreak *{back:#x}")
        assert "U-Boot 20" in gdb.do("continue")  # it has printed meanwhile
        assert gdb.value("$pc") == back and gdb.value("$x0") == 0
        gdb.do("delete")
    ends(uboot, on)


@pytest.mark.slow
@ONE
def test_watchpoints(uboot, session):  # noqa: F811
    loops(uboot, f"mw.l {VARIABLE:x} 11111111; mw.l {VARIABLE:x} 22222222; md.l {VARIABLE + 8:x} 1")
    uboot.board.expect("41000008: ")
    on = session(uboot.board)
    gdb = on.gdb
    gdb.do(f"watch *(unsigned int *){VARIABLE:#x}")
    seen = [re.search(r"Old value = (\w+)\s+New value = (\w+)", gdb.do("continue")).groups() for _ in range(3)]
    values = [str(0x11111111), str(0x22222222)]
    assert all(sorted(pair) == values for pair in seen) and seen[0] != seen[1] == seen[2][::-1]
    gdb.do("delete")
    gdb.do(f"rwatch *(unsigned int *){VARIABLE + 8:#x}")
    assert "Value = " in gdb.do("continue")
    gdb.do("delete")
    gdb.do(f"awatch *(unsigned int *){VARIABLE:#x}")
    assert re.search(r"(Value|Old value) = ", gdb.do("continue"))
    gdb.do("delete")
    # No more than the CPU has.
    for at in range(20):
        gdb.do(f"watch *(char *){VARIABLE + 64 + at:#x}")
    assert "Could not insert hardware watchpoint" in gdb.do("stepi")
    gdb.do("delete")
    ends(uboot, on)


@pytest.mark.slow
@ONE
def test_registers_and_memory(uboot, session):  # noqa: F811
    loops(uboot, "sleep 1")
    on = session(uboot.board)
    gdb = on.gdb
    gdb.do(f"set {{long}}{VARIABLE:#x} = 0x1122334455667788")
    assert "0x1122334455667788" in gdb.do(f"x/gx {VARIABLE:#x}")
    blob = bytes(i * 7 % 256 for i in range(40000))
    (board.WORK / "blob").write_bytes(blob)
    gdb.do(f"restore {board.WORK}/blob binary {VARIABLE + 0x1000:#x}")
    gdb.do(f"dump binary memory {board.WORK}/back {VARIABLE + 0x1000:#x} {VARIABLE + 0x1000 + len(blob):#x}")
    assert (board.WORK / "back").read_bytes() == blob
    assert "Cannot access memory" in gdb.do("x 0xf0000000000000")
    # General, system, SIMD.
    old = gdb.value("$x5")
    gdb.do("set var $x5 = 0xabcdef0123456789")
    assert gdb.value("$x5") == 0xabcdef0123456789
    gdb.do(f"set var $x5 = {old:#x}")
    assert gdb.value("$SCTLR_EL1") & 1 and "EL=" in gdb.do("p $cpsr")
    gdb.do("set var $v9.u64[1] = 0x55")
    assert gdb.value("$v9.u64[1]") == 0x55
    assert re.search(r"^VBAR_EL1 +0x", gdb.do("info registers system"), re.M)
    # The monitor's commands are gdb's, too.
    assert "vCPU 0  pc 0x" in gdb.do("monitor info regs")
    assert "0x41000000 is at physical 0x41000000" in gdb.do("monitor translate 0x41000000")
    assert "addresses are physical" in gdb.do("monitor physical on")
    assert "0x1122334455667788" in gdb.do(f"x/gx {VARIABLE:#x}")
    gdb.do("maintenance packet Qqemu.PhyMemMode:0")
    assert 'received: "0"' in gdb.do("maintenance packet qqemu.PhyMemMode")
    ends(uboot, on)


@pytest.mark.slow
@ONE
def test_interrupt_and_leaving(uboot, session):  # noqa: F811
    """Ctrl-C stops the guest; the escape key takes the line back from a gdb that has died, in the middle of a packet."""
    loops(uboot, "version; sleep 1")
    on = session(uboot.board)
    on.gdb.do("break *0x41000000")
    on.gdb.start("continue")
    on.gdb.expect("U-Boot 20")
    assert "SIGINT" in on.gdb.interrupt()
    on.gdb.die()
    on.close()
    uboot.board.send("$m4000")
    assert b"U-Boot" not in uboot.board.drain(3)
    uboot.board.send(KEY + "g")
    uboot.board.expect("U-Boot 20")
    loop_ends(uboot)
    monitor(uboot)
    assert "none" in said(uboot, "info breakpoints")
    # And back: gdb comes when it likes, also to a guest that was stopped before.
    on = session(uboot.board)
    assert "SIGTRAP" in on.said or "in ?? ()" in on.said
    on.gdb.do("monitor reset")
    on.gdb.start("continue")
    on.gdb.expect("Hit any key")
    on.gdb.interrupt()
    on.gdb.do("kill")
    on.close()
    assert uboot.finish().code == 0


@pytest.mark.slow
@ONE
def test_few_rounds(uboot, session):  # noqa: F811
    """At 115200, and with what a USB cable takes for each answer, attaching and stepping are quick."""
    loops(uboot, "sleep 1")
    on = session(uboot.board)
    assert on.line.rounds <= 25 and sum(on.line.bytes) < 11520
    before, rounds = sum(on.line.bytes), on.line.rounds
    for _ in range(10):
        on.gdb.do("stepi")
    assert on.line.rounds - rounds <= 10 * 10
    assert sum(on.line.bytes) - before < 10 * 1152
    ends(uboot, on)


@pytest.mark.slow
@pytest.mark.parametrize("host", [pytest.param(QUICK[0], id="gic2-6.1-a57")], indirect=True)
def test_linux_with_four_vcpus(host, session):  # noqa: F811
    """Each vCPU is a thread; kernel addresses go through its tables; a stop of one stops all."""
    start(host, "6.1", "root64", 4)
    user_space(host)
    on = session(host.board)
    gdb = on.gdb
    threads = gdb.do("info threads")
    assert len(re.findall(r'^[* ] +\d+ +Thread \d "vCPU \d" \(on\)', threads, re.M)) == 4
    vectors = []
    for thread in range(1, 5):
        gdb.do(f"thread {thread}")
        vectors.append(gdb.value("$VBAR_EL1"))
        assert gdb.value("$MPIDR_EL1") & 0xff == thread - 1
        assert "Cannot access" not in gdb.do("x/i $pc")
    assert len(set(vectors)) <= 2 and min(vectors) >= 0xffff000000000000
    # Where all of them take their interrupts: from idle, at EL1.
    irq = vectors[0] + 0x280
    gdb.do(f"hbreak *{irq:#x}")
    hit = set()
    for _ in range(12):
        gdb.do("continue")
        assert gdb.value("$pc") == irq
        hit.add(gdb.value("$_thread"))
        if len(hit) > 1:
            break
    assert len(hit) > 1
    gdb.do("delete")
    thread = gdb.value("$_thread")
    for _ in range(5):
        gdb.do("stepi")
        assert gdb.value("$_thread") == thread
    assert gdb.value("$pc") != irq
    # The others stand still while this one goes.
    gdb.do("set scheduler-locking on")
    other = thread % 4 + 1
    gdb.do(f"thread {other}")
    stands = gdb.value("$pc")
    gdb.do(f"thread {thread}")
    gdb.do("stepi 20")
    gdb.do(f"thread {other}")
    assert gdb.value("$pc") == stands
    gdb.do("set scheduler-locking off")
    # By the physical address the same memory.
    stack = gdb.value("$sp") & ~0xf
    there = re.search(r"is at physical (0x\w+)", gdb.do(f"monitor translate {stack:#x}"))[1]
    virtual = gdb.value(f"*(unsigned long *){stack:#x}")
    gdb.do("monitor physical on")
    assert gdb.value(f"*(unsigned long *){there}") == virtual
    gdb.do("monitor physical off")
    gdb.do("detach")
    on.close()
    host.board.send("interrupts\n")
    assert "arch_timer" in user_space(host)
    power_off(host)


@pytest.mark.slow
@ONE
def test_gdb_from_the_first_instruction(hosted):
    """gdb=stdio: the line is gdb's from the start, and the guest's when it goes."""
    hosted.start(*board.shim_words(["memory=64M", "gdb=stdio"], "/uboot.bin"))
    hosted.board.expect("handing over")
    hosted.board.expect("\r\n")
    line = Line(hosted.board)
    gdb = Gdb()
    gdb.attach(line.path)
    gdb.do("monitor reset")
    gdb.do("maintenance flush register-cache")
    assert gdb.value("$pc") == 0
    gdb.do("hbreak *0x28")
    gdb.do("continue")
    assert gdb.value("$pc") == 0x28
    gdb.do("delete")
    assert "detached" in gdb.do("detach")
    gdb.close()
    line.close()
    hosted.board.expect("Hit any key")
    stop(hosted)


@pytest.mark.slow
def test_aarch32(boards, session):
    """A 32-bit U-Boot, that waits for a key: its registers by their names, breakpoints of both kinds, steps, memory."""
    files = {"/uboot32.bin": board.CACHE / "u-boot/qemu_arm/u-boot.bin"}
    hosted = boards(board.Hosted(2, "6.1", "a57", trees.hosted_initramfs(files)))
    hosted.start(*board.shim_words(["cpu=host,aarch32", "memory=128M"], "/uboot32.bin"))
    to_guest_prompt(hosted.board)
    on = session(hosted.board)
    gdb = on.gdb
    assert "arm" in gdb.do("show architecture")
    assert gdb.value("$cpsr") & 0x1f == 0x13 and gdb.value("$sp") >> 24 in range(0x40, 0x48)
    pc = gdb.value("$pc")
    for kind in ("break", "hbreak"):
        gdb.do(f"{kind} *{pc:#x}")
        assert "Breakpoint" in gdb.do("continue")
        assert gdb.value("$pc") == pc
        gdb.do("stepi")
        assert gdb.value("$pc") != pc
        gdb.do("delete")
    gdb.do(f"set {{int}}{VARIABLE:#x} = 0x11223344")
    assert "0x11223344" in gdb.do(f"x/wx {VARIABLE:#x}")
    kept = gdb.value("$r7")
    gdb.do("set var $r7 = 0x89abcdef")
    assert gdb.value("$r7") == 0x89abcdef
    gdb.do(f"set var $r7 = {kept:#x}")
    assert "detached" in gdb.do("detach")
    on.close()
    hosted.board.send(f"md.l {VARIABLE:x} 1\r")
    hosted.board.expect("11223344")
    stop(hosted)


@pytest.mark.slow
def test_a_line_of_its_own(boards):
    """gdb= names a second UART: the console stays the guest's, and who is gone there lets the guest go on."""
    there = board.WORK / "second"
    there.unlink(missing_ok=True)
    hosted = boards(board.Hosted(2, "6.1", "a57", trees.hosted_initramfs(), devices=[
        "-chardev", f"socket,id=second,path={there},server=on,wait=off", "-device", "pci-serial,chardev=second"]))
    hosted.start(*board.shim_words(["memory=64M", "gdb=/dev/ttyS0"], "/uboot.bin"))
    to_guest_prompt(hosted.board)
    loops(hosted, "version; sleep 1")
    hosted.board.expect("U-Boot 20")
    gdb = Gdb()
    try:
        gdb.attach(there)
        assert b"U-Boot" not in hosted.board.drain(3)
        assert gdb.value("$pc") >> 24 in range(0x40, 0x44)
        gdb.start("continue")
        hosted.board.expect("U-Boot 20")
        assert "SIGINT" in gdb.interrupt()
        assert "vCPU 0  pc 0x" in gdb.do("monitor info regs")
        hosted.board.drain(1)
        assert "detached" in gdb.do("detach")
    finally:
        gdb.close()
    hosted.board.expect("U-Boot 20")
    loop_ends(hosted)
    stop(hosted)
