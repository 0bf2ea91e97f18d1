# SPDX-License-Identifier: BSD-2-Clause
"""Accesses that KVM does not decode: done in its place, as the CPU would have done them on memory."""
import re

import pytest

import board
import trees
from conftest import QUICK, hosts
from test_guests import assert_good, verdicts

BOTH_GICS = pytest.mark.on(hosts(QUICK))
EMULATED = re.compile(r"instructions that KVM does not decode: (\d+) emulated")


def emulated(ran):
    return int(EMULATED.search(ran.words)[1])


@BOTH_GICS
@pytest.mark.parametrize("do", ["wide", "wide-store"])
def test_access_is_emulated(hosted, do):
    """Write-back at the UART, once: told with address, instruction and PC, and the guest goes on."""
    ran = hosted.kvmshim("memory=64M", f"bootargs=do={do} at=0x9000000", firmware="nowhere")
    assert_good(ran, "went-on")
    seen = {"wide": ("read 0x0, then at 0x9000008\n", "`ldr` (f84084"), "wide-store": ("xwritten\n", "`str` (b80084")}[do]
    assert seen[0] in ran.text
    assert f"guest accesses 0x9000000 by {seen[1]}" in ran.words and "PC 0x4" in ran.words
    assert emulated(ran) == 1


@BOTH_GICS
def test_flash_and_nowhere(hosted):
    """Flash is read as memory and stored to as a device; an address that nobody serves, by each of its policies."""
    def wide(at, *more, do="wide"):
        return hosted.kvmshim("memory=64M", f"bootargs=do={do} at={at}", *more, firmware="nowhere")
    ran = wide("0x7000000")
    assert "read 0xffffffffffffffff, then at 0x7000008" in ran.text and not EMULATED.search(ran.words)
    ran = wide("0x7000000", do="wide-store")
    assert "written" in ran.text and "guest accesses 0x7000000 by `str`" in ran.words and emulated(ran) == 1
    ran = wide("0x20000000", "unmodelled=stub")
    assert "read 0x0, then at 0x20000008" in ran.text and "guest read, 8 bytes at 0x20000000" in ran.words
    ran = wide("0x20000000", "unmodelled=abort")
    assert "esr 0x96000010 far 0x20000000" in ran.text


def oracle(hosted, guest, *options):
    return hosted.command("/kvmshim-scratch", "run", f"--firmware={guest}", "--memory=256M",
                          "--overlay=/overlays/scratch.dtbo", *options, timeout=3 * board.HANG)


@pytest.mark.parametrize("cpu", ["a57", pytest.param("max", marks=pytest.mark.slow)])
def test_oracle_a64(boards, cpu):
    """Each form on memory and on a device: the same registers, bytes and exceptions, through tables of all granules."""
    hosted = boards(board.Hosted(3, "6.1", cpu, trees.hosted_initramfs({"/kvmshim-scratch": trees.with_scratch()})))
    ran = oracle(hosted, "/guests/oracle64.bin")
    ways = re.findall(r"^ran (\d+) cases: (\S+)$", ran.text, re.M)
    assert_good(ran, *(name for _, name in ways))
    pages = {"4k", "64k", "16k"} if cpu == "max" else {"4k", "64k"}
    assert pages | {"off"} == {name.split("-")[0] for name in verdicts(ran)}
    assert int(ways[0][0]) > (8000 if cpu == "max" else 7000) and all(int(n) > 400 for n, _ in ways)
    assert emulated(ran) > 10000


def types_at_uboot(hosted, said, commands):
    """Each (command, what its answer holds), then poweroff. SAID came before."""
    for command, answer in commands:
        hosted.board.line(command)
        hosted.board.expect("=> ")
        said += hosted.board.before()
        assert answer in hosted.board.before()
    hosted.board.line("poweroff")
    ran = hosted.finish(before=said)
    assert (ran.outcome, ran.code, ran.signal) == ("poweroff", 0, 0)
    return ran


@BOTH_GICS
def test_uboot(hosted):
    """Debian's U-Boot, built without CONFIG_KVM_VIRT_INS, looks at devices and stores to them."""
    hosted.start(*board.shim_words(["memory=128M"], "/uboot.bin"))
    hosted.board.expect("autoboot")
    said = hosted.board.before()
    hosted.board.send(" ")
    hosted.board.expect("=> ")
    ran = types_at_uboot(hosted, said, (
        ("md.q 9000fe0 2", b"09000fe0: 0000000000000011 0000000000000034"), ("cp.b 9000ff0 42000000 10", b""),
        ("md.l 42000000 4", b"42000000: 0000000d 00000000 00000005 00000000"), ("mw.b 9000000 41", b"\nA"),
        ("mw.l 9000008 0 2", b"")))
    # Each address is told of, though one instruction stores to both.
    assert all(f"guest accesses {at} by `str" in ran.words for at in ("0x9000008", "0x900000c")) and "Abort" not in ran.text
    assert emulated(ran) == 2
