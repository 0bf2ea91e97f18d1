# SPDX-License-Identifier: BSD-2-Clause
"""The monitor on the guest's own line: keys, what is held, what is looked at and changed."""
import re

import pytest

import board
from conftest import QUICK, hosts
from test_linux import guests, host, power_off, start, user_space  # noqa: F401 (fixtures)

ONE = pytest.mark.on(hosts(QUICK)[:1])
KEY = "\x01"
PROMPT = re.compile(rb"\r\n(paused|running|ended)> ")


@pytest.fixture
def uboot(hosted):
    """A U-Boot at its prompt."""
    hosted.start(*board.shim_words(["memory=64M", "cpus=2"], "/uboot.bin"))
    hosted.board.expect("Hit any key")
    hosted.board.send("\r")
    hosted.board.expect("=> ")
    return hosted


def monitor(host):
    host.board.send(KEY + "c")
    host.board.expect("paused> ")


def said(host, command):
    """What a command of the monitor prints."""
    host.board.send(command + "\r")
    host.board.expect(command)
    host.board.expect(PROMPT)
    return host.board.before().decode().replace("\r", "")


def stop(host):
    host.board.send(KEY + "x")
    return host.finish()


@ONE
def test_keys(uboot):
    uboot.board.send(KEY + "h")
    uboot.board.expect("^A c   the monitor, and back to the guest")
    uboot.board.expect("^A ^A  ^A itself, for the guest")
    uboot.board.send(KEY + "q")
    uboot.board.expect("^A q is no key of kvmshim's, and dropped: ^A h tells all")
    uboot.board.send(KEY + "d")
    uboot.board.expect("vCPU 0  pc 0x")
    uboot.board.expect("vCPU 1  pc 0")
    # The guest heard nothing of all that, and goes on.
    uboot.board.send("version\r")
    uboot.board.expect("version\r\nU-Boot 20")
    uboot.board.expect("=> ")
    uboot.board.send(KEY + "r")
    uboot.board.expect("U-Boot 20")
    ran = stop(uboot)
    assert (ran.outcome, ran.code) == ("poweroff", 0)


@ONE
def test_the_key_twice_is_one_for_the_guest(uboot):
    # U-Boot's line editor takes ^A for the beginning of the line.
    uboot.board.send("ersion" + KEY + KEY + "v\r")
    uboot.board.expect("U-Boot 20")
    stop(uboot)


@ONE
def test_output_is_held(uboot):
    """What the guest prints meanwhile comes later, all of it, and between none of our lines."""
    uboot.board.send("for i in 0 1 2 3 4 5 6 7 8 9; do for j in 0 1 2 3 4 5 6 7 8 9; do echo told$i$j; done; done\r")
    uboot.board.expect("told05")
    monitor(uboot)
    first = uboot.board.before().decode()
    shown = said(uboot, "help")
    assert "told" not in shown
    uboot.board.send("go\r")
    uboot.board.expect("running> ")
    assert b"told" not in uboot.board.drain(3)
    uboot.board.send("continue\r")
    uboot.board.expect("=> ")
    rest = uboot.board.before().decode()
    # The monitor has begun on a line of its own, perhaps in the middle of one of the guest's.
    text = "told05" + re.sub("[\r\n]", "", first) + re.sub("continue|[\r\n]", "", rest)
    lines = re.findall(r"told(\d\d)", text)
    assert lines == [f"{i:02}" for i in range(5, 100)]
    stop(uboot)


@ONE
def test_memory_and_registers(uboot):
    monitor(uboot)
    regs = said(uboot, "info regs")
    assert re.search(r"^vCPU 0  pc 0x\w+", regs, re.M) and re.search(r"x30 \w{16}\n", regs)
    said(uboot, "w 0x41000000 0x11223344 0x55667788")
    assert "000041000000: 11223344 55667788" in said(uboot, "x 0x41000000 8")
    assert "000041000000: 44 33 22 11 " in said(uboot, "x -p -1 0x41000000 8")
    assert "0x41000000 is at physical 0x41000000" in said(uboot, "translate 0x41000000")
    assert "a device: -d looks at its registers" in said(uboot, "x 0x9000000")
    assert re.search(r"0xf000000000000000: \w", said(uboot, "x 0xf000000000000000"))
    assert "no number" in said(uboot, "w 0x41000000 1x")
    uboot.board.send("continue\r")
    uboot.board.expect("continue\r\n")
    uboot.board.send("md.l 41000000 2\r")
    uboot.board.expect("41000000: 11223344 55667788")
    stop(uboot)


@pytest.mark.slow
@pytest.mark.parametrize("host", [pytest.param(QUICK[0], id="gic2-6.1-a57")], indirect=True)
def test_a_break_is_sysrq_of_linux(host):  # noqa: F811
    start(host, "6.1", "root64", 1)
    user_space(host)
    host.board.send(KEY + "b" + "h")
    host.board.expect("sysrq: HELP : ")
    power_off(host)
