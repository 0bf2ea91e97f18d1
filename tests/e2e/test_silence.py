# SPDX-License-Identifier: BSD-2-Clause
"""A guest that says nothing, or has died: one is told why."""
import re

import pytest

import board
from conftest import QUICK, hosts

BOTH_GICS = pytest.mark.on(hosts(QUICK))
ONE = pytest.mark.on(hosts(QUICK)[:1])

# What the guest does, with which settings; what is said of it.
SILENT = {
    "spin": ("do=spin", [], r"no device touched, 0 exits a second kvmshim: it goes round in a few instructions and "
             "touches no device: break into the loop"),
    "wait": ("do=wait", [], "kvmshim: it waits for an interrupt, and none can come: enable one"),
    "poll": ("do=poll at=0xb070040", ["overlay=/overlays/block.dtbo", "unmodelled=stub"],
             r"last read block@b070000\+0x40, \d{2,} exits a second kvmshim: it waits for a register that nobody serves: set "
             "unmodelled=trace"),
    "chat": ("do=chat at=0xb040000", ["overlay=/overlays/second-uart.dtbo"],
             r"last wrote serial@b040000.* UARTDR, .* kvmshim: it talks to a UART that is not the console: name that UART in "
             "stdout-path"),
    "nowhere": ("do=poll at=0x20000000", ["unmodelled=stub"],
                "last read 0x20000000, .* kvmshim: it accesses addresses where no node is: compare"),
}


@BOTH_GICS
@pytest.mark.parametrize("case", SILENT)
def test_cause(hosted, case):
    do, settings, words = SILENT[case]
    hosted.start(*board.shim_words(["memory=64M", "silence=3", *settings, f"bootargs={do}"], "nowhere"))
    hosted.board.expect(re.compile(rb"silent for 3 s.*?kvmshim: .*?:", re.S))
    said = hosted.board.child.after
    said += hosted.board.drain(3)
    hosted.board.send("\x01x")
    ran = hosted.finish()
    said = " ".join(said.decode(errors="replace").split())
    assert re.search(r"silent for 3 s: vCPU 0 at PC 0x\w+, EL1, " , said), said
    assert re.search(words, said), said
    # Once is enough.
    assert "silent for" not in ran.text
    assert ran.outcome == "poweroff"


@ONE
def test_a_prompt_is_no_alarm(hosted):
    hosted.start(*board.shim_words(["memory=64M", "silence=5"], "/uboot.bin"))
    hosted.board.expect("Hit any key")
    hosted.board.send("\r")
    hosted.board.expect("=> ")
    assert b"silent" not in hosted.board.drain(15)
    hosted.board.send("\x01x")
    assert hosted.finish().outcome == "poweroff"


@ONE
def test_off_is_off(hosted):
    hosted.start(*board.shim_words(["memory=64M", "silence=off", "bootargs=do=spin"], "nowhere"))
    hosted.board.expect("nowhere: spin")
    assert b"silent" not in hosted.board.drain(8)
    hosted.board.send("\x01x")
    hosted.finish()


@BOTH_GICS
def test_death_is_explained(hosted):
    """A jump to nowhere, without vectors: the exception in words, registers, who called."""
    ran = hosted.kvmshim("memory=64M", "bootargs=do=zero-vectors", firmware="nowhere")
    assert ran.outcome == "hang"
    assert re.search(r"^vCPU 0  pc 0x\w+", ran.text, re.M)
    assert re.search(r"^pstate \w{8}  EL1h .*masked: D SError IRQ FIQ$", ran.text, re.M)
    assert "last exception: undefined instruction" in ran.words
    assert "and it is in its exception vectors now" in ran.words
    assert re.search(r"called from\n(  0x\w+\n)+", ran.text)


@ONE
def test_on_crash_monitor_keeps_the_guest(hosted):
    hosted.start(*board.shim_words(["memory=64M", "on-crash=monitor", "bootargs=do=zero-vectors"], "nowhere"))
    hosted.board.expect("the guest has ended: hang")
    hosted.board.expect("ended> ")
    hosted.board.send("info regs\r")
    hosted.board.expect("vCPU 0  pc 0x")
    hosted.board.expect("ended> ")
    hosted.board.send("continue\r")
    hosted.board.expect('the guest has ended: "reset" starts it again')
    hosted.board.send("reset\r")
    hosted.board.expect("nowhere: zero-vectors at")
    hosted.board.expect("ended> ")
    hosted.board.send("quit\r")
    assert hosted.finish().outcome == "hang"
