# SPDX-License-Identifier: BSD-2-Clause
"""Every byte both ways, and none late."""
import re

import pytest

import board
import trees
from conftest import QUICK, hosts

ALL = pytest.mark.on(hosts())
EVERY = bytes(range(256))


def typed(data):
    """As a person types it: the escape key twice is one for the guest."""
    return data.replace(b"\x01", b"\x01\x01")


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
    hosted.board.send(typed(EVERY))
    match = hosted.board.expect(re.compile(rb"([0-9a-f]{512})\r\n"))
    assert bytes.fromhex(match[1].decode()) == EVERY
    assert hosted.finish().outcome == "poweroff"


def test_a_lot_in(hosted):
    """More than any FIFO holds, faster than the guest asks."""
    data = bytes((7 * i + i // 256) & 255 for i in range(4096))
    hosted.start(*board.shim_words(["memory=64M", "bootargs=do=irq count=4096"], "bytes"))
    hosted.board.expect("TYPE\r\n")
    for at in range(0, len(data), 512):
        hosted.board.send(typed(data[at:at + 512]))
    # Longer than what expect() looks at.
    came = re.search(r"^[0-9a-f]+$", hosted.finish().text, re.M)[0]
    assert bytes.fromhex(came) == data


def received_and_lost(ran, size):
    """Lines of a block that came whole, bytes of it that came at all, and how many were told to be lost."""
    body = ran.text.partition("BEGIN\n")[2]
    told = r"^kvmshim: (\d+) bytes from the guest were lost: too fast for this line\n"
    lost = sum(int(n) for n in re.findall(told, body, re.M))
    body = re.sub(told, "", body, flags=re.M).partition("END")[0]
    lines = re.findall(r"^([0-9a-f]{62})$", body, re.M)
    return lines, size // 64 - len(lines), lost


@ALL
def test_block_out(hosted):
    """64 KiB of numbered lines by back-to-back stores, which never ask whether there is room."""
    size = 65536
    ran = hosted.kvmshim("memory=64M", f"bootargs=do=block size={size}", firmware="bytes")
    assert ran.outcome == "poweroff"
    lines, missing, lost = received_and_lost(ran, size)
    numbers = [int(line[:16], 16) for line in lines]
    assert numbers == sorted(set(numbers))
    assert (missing == 0) == (lost == 0), (missing, lost)
    if not lost:
        assert numbers == list(range(size // 64)) and "END" in ran.text


@pytest.mark.slow
def test_small_ring(boards):
    """A ring of 1 KiB, and a line that takes nothing for a while: each byte of 64 KiB has come, or is one of those told to be lost."""
    h = boards(board.Hosted(3, "6.1", "a57", trees.hosted_initramfs({"/kvmshim-small": trees.small_ring()}), cpus=1,
                            icount=True))
    size = 65536
    ran = h.command("held", "50", "50", "/kvmshim-small", "run", "--firmware=/guests/bytes.bin", "--memory=64M",
                    f"--bootargs=do=block size={size}")
    assert ran.outcome == "poweroff"
    told = re.compile(rb"kvmshim: (\d+) bytes from the guest were lost: too fast for this line")
    lost = sum(int(n) for n in told.findall(ran.output))
    assert lost > 1024, "it was not held while the guest wrote"
    # Digits alone: a message begins and ends lines of its own.
    body = told.sub(b"", ran.output.partition(b"BEGIN")[2]).partition(b"kvmshim:")[0]
    came = len(re.findall(rb"[0-9a-f]", body.partition(b"EN")[0]))
    ends = size // 64 * 2
    assert size - ends - lost <= came <= size - lost, (came, lost)


@ALL
def test_output_around_resets(hosted):
    """What a guest says as the last thing before a reset, and as the first one after it, all arrives."""
    ran = hosted.kvmshim("memory=64M", "bootargs=do=resets count=8", firmware="bytes")
    said = "".join(f"[{i}]before reset {i + 1};" for i in range(8)) + "[8]END\n"
    assert said in ran.text, ran.text[-800:]
    assert ran.outcome == "poweroff"


@pytest.fixture(scope="module")
def exact(bench):
    """A board on which an instruction takes a nanosecond of its time, however busy this machine is."""
    bench.drop()
    b = board.Hosted(3, "6.1", "a57", trees.hosted_initramfs(), cpus=1, icount=True)
    yield b
    b.close()


@pytest.mark.parametrize("how", ["last-spin", "last-wfi"])
def test_last_byte(exact, how):
    """The guest's last byte is out within 2 ms though it does nothing any more."""
    ran = exact.command("late", *board.shim_words(["memory=64M", f"bootargs=do={how}"], "bytes"))
    late = int(re.search(r"^LATE (\d+)$", ran.text, re.M)[1])
    assert 0 < late < 2_000_000
