# SPDX-License-Identifier: BSD-2-Clause
"""A guest that says nothing: one is told why, unless it just waits for a person."""
import re

import pytest

import board
from conftest import QUICK, hosts

pytestmark = pytest.mark.slow

BOTH_GICS = pytest.mark.on(hosts(QUICK))
ONE = pytest.mark.on(hosts(QUICK)[:1])
UART = r"last (read|wrote) serial@9000000\+0\w* UART\w+"

# What the guest does, with which settings; what is said of it.
SILENT = {
    "spin": ("do=spin", [], UART + ", 0 exits a second kvmshim: it goes round in a few instructions and touches no device: "
             "let it be if it counts"),
    "wait": ("do=wait", [], "kvmshim: it sleeps, and the GIC is off: switch on the distributor"),
    "masked": ("do=masked", [], "kvmshim: it sleeps, and does not take the interrupt that is pending: clear PSTATE.I"),
    "vectors": ("do=vectors", [], "kvmshim: it sits in its exception vectors: data abort: external abort: nothing answers "
                r"there, on a read, address 0x\w+: no device is there: compare with info map"),
    "poll": ("do=poll at=0xb070040", ["overlay=/overlays/block.dtbo", "unmodelled=stub"],
             r"last read block@b070000\+0x40, \d{2,} exits a second kvmshim: it waits for a register that nobody serves: see "
             "with unmodelled=trace"),
    "clock": ("do=poll at=0xb080004", ["overlay=/overlays/clock.dtbo", "unmodelled=stub"],
              r"last read cru@b080000\+0x4, \d{2,} exits a second kvmshim: it waits for a clock that nobody serves: see with "),
    "chat": ("do=chat at=0xb040000", ["overlay=/overlays/second-uart.dtbo"],
             r"last wrote serial@b040000\+0 UARTDR, .* kvmshim: it talks to a UART that is not the console: name that UART "
             "in stdout-path"),
    "nowhere": ("do=poll at=0x20000000", ["unmodelled=stub"],
                "last read 0x20000000, .* kvmshim: it accesses addresses where no node is: compare"),
}


def silent(hosted, do, *settings):
    """What is said of a guest that is silent for three seconds; then the guest is stopped."""
    hosted.start(*board.shim_words(["memory=64M", "silence=3", *settings, f"bootargs={do}"], "nowhere"))
    hosted.board.expect(re.compile(rb"silent for 3 s.*?kvmshim: .*?:", re.S))
    said = hosted.board.child.after + hosted.board.drain(3)
    hosted.board.send("\x01x")
    ran = hosted.finish()
    # Once is enough.
    assert "silent for" not in ran.text
    assert ran.outcome == "poweroff"
    return " ".join(said.decode(errors="replace").split())


@BOTH_GICS
@pytest.mark.parametrize("case", SILENT)
def test_cause(hosted, case):
    do, settings, words = SILENT[case]
    said = silent(hosted, do, *settings)
    assert re.search(r"silent for 3 s: vCPU 0 at PC 0x\w+, EL1, ", said), said
    assert re.search(words, said), said


@ONE
def test_where_it_is_has_a_name(hosted):
    """The guest runs elsewhere than it was linked for: it is found by its instructions."""
    said = silent(hosted, "do=spin", "symbols=/guests/nowhere.elf")
    assert re.search(r"vCPU 0 at PC 0x\w+ \(do_spin\+0x\w+\), EL1", said), said


@ONE
def test_a_prompt_is_no_alarm(hosted):
    hosted.start(*board.shim_words(["memory=64M", "silence=5"], "/uboot.bin"))
    hosted.board.expect("Hit any key")
    hosted.board.send("\r")
    hosted.board.expect("=> ")
    assert b"silent" not in hosted.board.drain(15)
    hosted.board.send("\x01x")
    assert hosted.finish().outcome == "poweroff"


@BOTH_GICS
@pytest.mark.parametrize("do, settings", [("spin", ["silence=off"]), ("doze", ["silence=3"])])
def test_no_alarm(hosted, do, settings):
    hosted.start(*board.shim_words(["memory=64M", *settings, f"bootargs=do={do}"], "nowhere"))
    hosted.board.expect(f"nowhere: {do}")
    assert b"silent" not in hosted.board.drain(8)
    hosted.board.send("\x01x")
    hosted.finish()
