# SPDX-License-Identifier: BSD-2-Clause
"""Breakpoints, watchpoints and steps, from the monitor on U-Boot's line."""
import re

import pytest

import board
from conftest import QUICK, hosts
from gdb import UbootElf, relocation
from test_monitor import KEY, monitor, said, stop, uboot  # noqa: F401 (a fixture)

pytestmark = pytest.mark.slow

ONE = pytest.mark.on(hosts(QUICK)[:1])
BOTH = pytest.mark.on(hosts(QUICK))
CODE = 0x41000000
I = 0x80

# Reads, opens and closes the interrupt mask, then opens it by an exception return, with the timer due.
MASKS = """
    d2800023 mov x3, #1             d51be35f msr cntv_cval_el0, xzr   d51be323 msr cntv_ctl_el0, x3
    d5033fdf isb                    d53b4220 mrs x0, daif             d50342ff msr daifclr, #2
    d53b4221 mrs x1, daif           d503207f wfi                      d50342df msr daifset, #2
    d53b4222 mrs x2, daif           100000a4 adr x4, 0x3c             d5184024 msr elr_el1, x4
    d28068a5 mov x5, #0x345         d5184005 msr spsr_el1, x5         d69f03e0 eret
    d53b4226 mrs x6, daif           d5384007 mrs x7, spsr_el1         d50342df msr daifset, #2
    d51be33f msr cntv_ctl_el0, xzr  d2800000 mov x0, #0               d65f03c0 ret
"""
# GICv2: distributor on, PPI 27 enabled; priority mask, CPU interface on.
TIMER_IRQ = """
    d2a1000a mov x10, #0x8000000   5280002b mov w11, #1   b900014b str w11, [x10]
    52a1000b mov w11, #0x8000000   b901014b str w11, [x10, #0x100]
    d2a1002a mov x10, #0x8010000   52801e0b mov w11, #0xf0   b900054b str w11, [x10, #4]
    5280002b mov w11, #1           b900014b str w11, [x10]   d2800000 mov x0, #0   d65f03c0 ret
"""
NOPS = "d503201f nop  d503201f nop  d503201f nop  d2800000 mov x0, #0  d65f03c0 ret"


def put(host, text):
    """The words of a program to CODE, where the command version leads now; in the monitor. (The command go of this
    U-Boot waits for ever until the PL011 has sent all.)"""
    version = UbootElf(board.CACHE / "u-boot/qemu_arm64/uboot.elf").command("version") + relocation(host.board)
    monitor(host)
    said(host, f"w {version:#x} {0x14000000 | (CODE - version) >> 2 & 0x3ffffff:#x}")
    words = re.findall(r"\b[0-9a-f]{8}\b", text)
    for at in range(0, len(words), 4):
        said(host, f"w {CODE + 4 * at:#x} " + " ".join("0x" + w for w in words[at:at + 4]))


def leave(host):
    host.board.send("continue\r")
    host.board.expect("continue\r\n")


def start(host):
    """U-Boot calls CODE, where a breakpoint is."""
    leave(host)
    called(host)


def called(host):
    host.board.send("version\r")
    stops(host, "breakpoint 1: vCPU 0 at 0x41000000: ")


def stops(host, text):
    host.board.expect(text)
    host.board.expect("paused> ")


def step(host, n=1):
    """Where N steps lead to."""
    return int(re.search(r"vCPU 0 at (0x\w+)", said(host, f"step {n}"))[1], 16)


def x(host, n):
    return int(re.search(rf"\bx{n} +([0-9a-f]{{16}})", said(host, "info regs"))[1], 16)


@BOTH
@pytest.mark.parametrize("how", ["", "-s "])
def test_break_and_step(uboot, how):  # noqa: F811
    """At an instruction, by a register of the CPU or a word in memory, which nobody sees; and on from there."""
    put(uboot, NOPS)
    assert "0x41000000" in said(uboot, f"break {how}{CODE:#x}")
    start(uboot)
    assert "d503201f" in said(uboot, f"x {CODE:#x} 4")
    assert step(uboot) == CODE + 4
    assert step(uboot, 2) == CODE + 12
    leave(uboot)
    uboot.board.expect("=> ")
    # It has gone over the point, and stops there again; deleted it does not.
    called(uboot)
    said(uboot, "delete 1")
    assert "none" in said(uboot, "info breakpoints")
    leave(uboot)
    uboot.board.expect("=> ")
    # A look at memory while the guest runs shows no point either.
    monitor(uboot)
    said(uboot, f"break {how}{CODE:#x}")
    said(uboot, "go")
    assert "d503201f" in said(uboot, f"x {CODE:#x} 4")
    stop(uboot)


@ONE
def test_steps_are_not_interrupted(uboot):  # noqa: F811
    """The timer is due all the time; nothing in the code shows that interrupts are kept away."""
    put(uboot, TIMER_IRQ)
    leave(uboot)
    uboot.board.send("version\r")
    uboot.board.expect("version\r\n=> ")
    put(uboot, MASKS)
    said(uboot, f"break {CODE:#x}")
    start(uboot)
    for at in range(1, 15):
        assert step(uboot) == CODE + 4 * at
    assert step(uboot) == CODE + 0x3c
    for at in range(16, 18):
        assert step(uboot) == CODE + 4 * at
    first = x(uboot, 0)
    assert x(uboot, 1) == first & ~I and x(uboot, 2) == first | I
    assert x(uboot, 6) == 0x340 and x(uboot, 7) == 0x345
    assert "masked: D SError FIQ\n" in said(uboot, "info regs")
    assert step(uboot, 2) == CODE + 0x4c
    leave(uboot)
    uboot.board.expect("=> ")
    # Without steps the interrupt comes: it was due.
    called(uboot)
    assert step(uboot, 6) == CODE + 0x18
    leave(uboot)
    uboot.board.expect("handler, esr")
    stop(uboot)


@BOTH
def test_watch(uboot):  # noqa: F811
    """A variable that is written, and one that is read."""
    monitor(uboot)
    said(uboot, "w 0x41001000 0x11111111 0x22222222")
    said(uboot, "watch 0x41001000")
    said(uboot, "watch -r 0x41001004 4")
    leave(uboot)
    uboot.board.send("mw.l 41001000 55aa55aa\r")
    stops(uboot, "watchpoint 1, 0x41001000 is about to be accessed:\r\nvCPU 0 at 0x")
    assert "11111111" in said(uboot, "x 0x41001000 4")
    leave(uboot)
    uboot.board.expect("=> ")
    uboot.board.send("md.l 41001000 1\r")
    uboot.board.expect("41001000: 55aa55aa")
    uboot.board.expect("=> ")
    uboot.board.send("md.l 41001004 1\r")
    stops(uboot, "watchpoint 2, 0x41001004 is about to be accessed:\r\nvCPU 0 at 0x")
    said(uboot, "delete")
    leave(uboot)
    uboot.board.expect("41001004: 22222222")
    stop(uboot)


@BOTH
def test_points_outlive_a_reset(uboot):  # noqa: F811
    """The guest stops at its very first instruction when it starts again."""
    monitor(uboot)
    said(uboot, "watch 0x41001000")
    said(uboot, "reset")
    entry = re.search(r"^vCPU 0  pc (\w+)", said(uboot, "info regs"), re.M)[1]
    said(uboot, f"break {entry}")
    leave(uboot)
    uboot.board.send(KEY + "r")
    stops(uboot, f"breakpoint 2: vCPU 0 at {entry}: ")
    shown = said(uboot, "info breakpoints")
    assert re.search(r"^ 1  0x41001000, 4 bytes  watch, writes$", shown, re.M)
    assert step(uboot) != int(entry, 0)
    leave(uboot)
    uboot.board.expect("U-Boot 20")
    stop(uboot)


@BOTH
def test_as_many_as_the_cpu_has(uboot):  # noqa: F811
    """The last ones are words in memory, by themselves; what cannot be watched is refused."""
    monitor(uboot)
    kinds = []
    for at in range(20):
        kinds.append("word in memory" in said(uboot, f"break {CODE + 4 * at:#x}"))
    assert 2 <= kinds.index(True) <= 16 and kinds == sorted(kinds)
    assert "no memory that can be written" in said(uboot, "break -s 0x9000000")
    assert "has it already" in said(uboot, f"break {CODE:#x}")
    assert "within 8 that are aligned" in said(uboot, "watch 0x41000006 4")
    stop(uboot)
