# SPDX-License-Identifier: BSD-2-Clause
"""A guest that dies: one is told of what, from where, and what to do."""
import re

import pytest

import board
from conftest import QUICK, hosts

pytestmark = pytest.mark.slow

BOTH_GICS = pytest.mark.on(hosts(QUICK))
ONE = pytest.mark.on(hosts(QUICK)[:1])

# What kills the guest; the exception; the advice.
DEATHS = {
    "zero-vectors": ("undefined instruction", "the vCPU has no such instruction"),
    "exec-no-vectors": ("instruction abort: ", "it jumped to where no code is"),
}


@BOTH_GICS
@pytest.mark.parametrize("death", DEATHS)
def test_death_is_explained(hosted, death):
    exception, advice = DEATHS[death]
    ran = hosted.kvmshim("memory=64M", f"bootargs=do={death}", firmware="nowhere")
    assert ran.outcome == "hang"
    assert re.search(r"^vCPU 0  pc 0x\w+", ran.text, re.M)
    assert re.search(r"^pstate \w{8}  EL1h .*masked: D SError IRQ FIQ$", ran.text, re.M)
    assert re.search(r"^x30 |  x30 ", ran.text, re.M)
    assert f"last exception: {exception}" in ran.words
    assert "and it is in its exception vectors now" in ran.words
    assert re.search(r"called from\n(  0x\w+\n)+", ran.text)
    assert f"what to do about the exception: {advice}" in ran.words
    report = ran.text[ran.text.index("vCPU 0  pc"):]
    assert max(len(line) for line in report.splitlines()) <= 80


@ONE
def test_calls_have_names(hosted):
    ran = hosted.kvmshim("memory=64M", "symbols=/guests/nowhere.elf", "bootargs=do=exec-no-vectors", firmware="nowhere")
    assert ran.outcome == "hang"
    # The jump itself leaves no frame.
    assert re.search(r"called from\n(  0x\w+ \(\w+\+0x\w+\)\n)*  0x\w+ \(guest_main\+0x\w+\)\n", ran.text), ran.text


@ONE
@pytest.mark.parametrize("file, why", [("/nothing", "cannot be read"), ("/uboot.bin", "is neither an ELF nor a list of symbols")])
def test_symbols_that_cannot_be_had_are_told(hosted, file, why):
    ran = hosted.kvmshim("memory=64M", f"symbols={file}", "bootargs=do=spin", firmware="nowhere")
    assert ran.outcome == "bad-config"
    assert f"symbols={file} {why}: give an ELF that is not stripped, or what nm prints (E-SYMBOLS)" in ran.words


@ONE
def test_symbols_are_addresses_in_the_monitor(hosted):
    hosted.start(*board.shim_words(["memory=64M", "symbols=/guests/nowhere.elf", "bootargs=do=spin"], "nowhere"))
    hosted.board.expect("nowhere: spin")
    hosted.board.send("\x01c")
    hosted.board.expect("paused> ")
    hosted.board.send("translate do_spin+4\r")
    hosted.board.expect(re.compile(rb"0x[0-9a-f]+ is at physical 0x[0-9a-f]+"))
    hosted.board.send("translate do_nothing\r")
    hosted.board.expect("do_nothing is no address: 0x40001000, $pc, $x0+16, a symbol")
    hosted.board.send("quit\r")
    assert hosted.finish().outcome == "poweroff"


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
