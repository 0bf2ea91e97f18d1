# SPDX-License-Identifier: BSD-2-Clause
"""Every byte both ways, and none late."""
import re
import time

import pytest

import board
from conftest import hosts

ALL = pytest.mark.on(hosts())
EVERY = bytes(range(256))


@ALL
def test_all_bytes_out(hosted):
    hosted.start(*board.shim_words(["memory=64M", "bootargs=do=all"], "bytes"))
    hosted.board.expect("BEGIN")
    match = hosted.board.expect(re.compile(rb"([\s\S]*)END\r\n"))
    assert match[1] == EVERY
    assert hosted.finish().outcome == "poweroff"


@ALL
@pytest.mark.parametrize("how", ["polled", "irq"])
def test_all_bytes_in(hosted, how):
    hosted.start(*board.shim_words(["memory=64M", f"bootargs=do={how} count=256"], "bytes"))
    hosted.board.expect("TYPE\r\n")
    hosted.board.send(EVERY)
    match = hosted.board.expect(re.compile(rb"([0-9a-f]{512})\r\n"))
    assert bytes.fromhex(match[1].decode()) == EVERY
    assert hosted.finish().outcome == "poweroff"


def test_a_lot_in(hosted):
    """More than any FIFO holds, faster than the guest asks."""
    data = bytes((7 * i + i // 256) & 255 for i in range(4096))
    hosted.start(*board.shim_words(["memory=64M", "bootargs=do=irq count=4096"], "bytes"))
    hosted.board.expect("TYPE\r\n")
    for at in range(0, len(data), 512):
        hosted.board.send(data[at:at + 512])
    match = hosted.board.expect(re.compile(rb"([0-9a-f]{8192})\r\n"))
    assert bytes.fromhex(match[1].decode()) == data
    hosted.finish()


@ALL
def test_block_out(hosted):
    """8 KiB of numbered lines by back-to-back stores: what is lost, if anything, is told."""
    ran = hosted.kvmshim("memory=64M", "bootargs=do=block size=8192", firmware="bytes")
    lines = re.findall(r"^([0-9a-f]{62})$", ran.text, re.M)
    lost = re.search(r"(\d+) bytes.*lost", ran.words)
    assert [int(line[:16], 16) for line in lines] == list(range(128)) or lost, len(lines)
    assert "END" in ran.text and ran.outcome == "poweroff"


@pytest.mark.parametrize("how", ["last-spin", "last-wfi"])
def test_last_byte(hosted, how):
    """The guest's last byte is out though it does nothing any more; 2 ms is held by the benchmark."""
    hosted.start(*board.shim_words(["memory=64M", f"bootargs=do={how}"], "bytes"))
    hosted.board.expect("handing over")
    begin = time.monotonic()
    hosted.board.expect("LAST", timeout=30)
    assert time.monotonic() - begin < 30
    hosted.board.close()
