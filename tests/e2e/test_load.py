# SPDX-License-Identifier: BSD-2-Clause
"""Files over the line, by lrzsz's own programs: firmware in, cores out; and the cable pulled."""
import binascii
import lzma
import os
import re
import select
import subprocess
import time

import pytest

import board
from conftest import QUICK, hosts

pytestmark = pytest.mark.slow

ONE = pytest.mark.on(hosts(QUICK)[:1])
KEY = "\x01"
UBOOT = board.CACHE / "u-boot/qemu_arm64"
NEW = "U-Boot 2099.01"


def bridge(b, command, folder):
    """COMMAND on the board's line, as a terminal program runs it. Its exit code."""
    line = b.child.child_fd
    b.child.buffer = b""
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          bufsize=0) as program:
        silent = time.monotonic() + board.HANG
        while program.poll() is None:
            for fd in select.select([line, program.stdout], [], [], 0.2)[0]:
                silent = time.monotonic() + board.HANG
                data = os.read(fd if fd == line else program.stdout.fileno(), 65536)
                if fd == line:
                    b.log.write(data)
                    try:
                        program.stdin.write(data)
                    except BrokenPipeError:
                        break
                elif data:
                    os.write(line, data)
            assert time.monotonic() < silent, f"{command[0]} hangs"
        return program.returncode


@pytest.fixture(scope="module")
def firmware(tmp_path_factory):
    """U-Boot as its author has just built it anew: its banner tells. Packed, since the line is slow."""
    folder = tmp_path_factory.mktemp("load")
    uboot = (UBOOT / "u-boot.bin").read_bytes()
    assert uboot.count(b"U-Boot 2023.01") >= 1
    new = folder / "u-boot.bin.xz"
    new.write_bytes(lzma.compress(uboot.replace(b"U-Boot 2023.01", NEW.encode()), check=lzma.CHECK_CRC32))
    return new


def uboot(host, *options):
    host.start(*board.shim_words(["memory=64M", "cpus=2", *options], "/uboot.bin"))
    prompt(host.board)


def prompt(b, banner="U-Boot 2023.01"):
    b.expect(banner)
    b.expect("Hit any key")
    b.send("\r")
    b.expect("=> ")


def monitor(b, command):
    b.send(KEY + "c")
    b.expect("paused> ")
    b.send(command + "\r")
    b.expect(command)


def back(b):
    """The guest is as it was."""
    b.expect("paused> ")
    b.send("continue\r")
    b.expect("continue\r\n")
    b.send("\rversion\r")
    b.expect("version\r\nU-Boot 2023.01")
    b.expect("=> ")


def load(b, path):
    monitor(b, "load")
    b.expect("sb FILE")
    b.expect("ends\r\n")
    return bridge(b, ["sb", path.name], path.parent)


@ONE
def test_load_boots_it_in_the_place_of_the_guest(hosted, firmware):
    uboot(hosted)
    began = time.monotonic()
    assert load(hosted.board, firmware) == 0
    hosted.board.expect(f"u-boot.bin.xz: {firmware.stat().st_size} bytes in ")
    hosted.board.expect("booting it: xz")
    hosted.board.expect("handing over at 0x0")
    prompt(hosted.board, NEW)
    print(f"new banner after {time.monotonic() - began:.1f} s")
    # From now on it is the firmware.
    hosted.board.send("reset\r")
    prompt(hosted.board, NEW)
    # And it can be replaced in its turn.
    assert load(hosted.board, firmware) == 0
    prompt(hosted.board, NEW)
    hosted.board.send(KEY + "x")
    ran = hosted.finish()
    assert (ran.outcome, ran.code) == ("poweroff", 0)


@ONE
def test_what_cannot_be_booted_leaves_the_guest_as_it_is(hosted, tmp_path):
    uboot(hosted)
    bad = tmp_path / "build.zip"
    bad.write_bytes(b"PK\x03\x04" + bytes(3000))
    assert load(hosted.board, bad) == 0
    hosted.board.expect("is a zip archive")
    hosted.board.expect("The guest is as it was")
    back(hosted.board)
    # Whole, but more than this guest has memory for: the plan is made before anything is given up.
    large = tmp_path / "large.elf"
    make_large_elf(large)
    assert load(hosted.board, large) == 0
    hosted.board.expect("The guest is as it was")
    back(hosted.board)
    hosted.board.send(KEY + "x")
    assert hosted.finish().outcome == "poweroff"


def make_large_elf(path):
    header = b"\x7fELF\2\1\1" + bytes(9) + (2).to_bytes(2, "little") + (183).to_bytes(2, "little") + (1).to_bytes(4, "little")
    header += (0x40000000).to_bytes(8, "little") + (64).to_bytes(8, "little") + bytes(8 + 4)
    header += b"".join(n.to_bytes(2, "little") for n in (64, 56, 1, 0, 0, 0))
    segment = b"".join((n.to_bytes(4, "little") for n in (1, 5)))
    segment += b"".join(n.to_bytes(8, "little") for n in (0, 0x40000000, 0x40000000, 120, 512 << 20, 4096))
    path.write_bytes(header + segment)


@ONE
def test_a_cable_that_is_pulled_ends_the_transfer_alone(hosted):
    uboot(hosted)
    monitor(hosted.board, "load")
    hosted.board.expect("ends\r\nC")
    head = b"u-boot.bin\x009999".ljust(128, b"\x00")
    hosted.board.send(b"\x01\x00\xff" + head + binascii.crc_hqx(head, 0).to_bytes(2, "big") + b"\x01\x01\xfeab")
    hosted.board.expect("not done: the other side fell silent")
    back(hosted.board)
    # Before it began: the person has thought better of it.
    monitor(hosted.board, "load")
    hosted.board.expect("ends\r\nC")
    hosted.board.send("\x03")
    hosted.board.expect("not done: it was given up. The guest is as it was")
    back(hosted.board)
    hosted.board.send(KEY + "x")
    assert hosted.finish().outcome == "poweroff"


def gdb(core, *commands, symbols=None):
    words = ["gdb-multiarch", "-q", "-nx", "-batch", *(["-ex", f"file {symbols}"] if symbols else []), "-ex", f"core-file {core}"]
    for command in commands:
        words += ["-ex", command]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr


def receive(b, folder):
    size = int(b.expect(re.compile(rb"kvmshim\.core: (\d+) bytes, without pages of zeros: \d+ min \d\d s at 115200"))[1])
    b.expect("ends\r\n")
    assert bridge(b, ["rb"], folder) == 0
    b.expect("kvmshim.core opens it")
    core = folder / "kvmshim.core"
    assert core.stat().st_size == size
    return core


@ONE
def test_gdb_opens_a_core_that_came_over_the_line(hosted, tmp_path):
    uboot(hosted)
    b = hosted.board
    monitor(b, "w 0x41000000 0x11223344")
    b.expect("paused> ")
    b.send("info regs\r")
    pc = b.expect(re.compile(rb"vCPU 0  pc 0x(\w+)\r"))[1].decode()
    x30 = b.expect(re.compile(rb"x30 (\w{16})"))[1].decode()
    b.expect("paused> ")
    b.send("core 0x41000000 0x10000\r")
    core = receive(b, tmp_path)
    said = gdb(core, "p/x $pc", "p/x $x30", "info threads", "x/wx 0x41000000", "x/wx 0x41008000", "p $v0", "p/x $fpcr")
    assert f"$1 = 0x{pc.lstrip('0')}\n" in said
    assert f"$2 = 0x{x30.lstrip('0')}\n" in said
    assert "LWP 1" in said and "LWP 2" in said
    assert re.search(r"0x41000000:\s+0x11223344\n", said)
    assert re.search(r"0x41008000:\s+0x00000000\n", said) # left out
    assert core.stat().st_size < 10000
    back(b)
    b.send(KEY + "x")
    hosted.finish()


@pytest.mark.slow
@ONE
def test_a_core_of_all_of_ram(hosted, tmp_path):
    uboot(hosted)
    monitor(hosted.board, "core")
    core = receive(hosted.board, tmp_path)
    said = gdb(core, "x/i $pc", "bt 3", "maintenance info sections")
    assert "Cannot access" not in said.split("\n")[-2]
    back(hosted.board)
    hosted.board.send(KEY + "x")
    hosted.finish()


def test_load_under_pid_1(boards, firmware):
    """The supervisor starts the next one: policies, watchdog and line stay in its hands."""
    files = {"/init": board.artefact("kvmshim"), "/firmware": UBOOT / "u-boot.bin"}
    b = boards(board.direct("load", 3, "6.1", "a57", board.initramfs("load", files),
                            "kvmshim.memory=64M kvmshim.on-poweroff=poweroff"))
    prompt(b)
    assert load(b, firmware) == 0
    b.expect("booting it: xz")
    prompt(b, NEW)
    b.send("reset\r")
    prompt(b, NEW)
    b.send("poweroff\r")
    assert b.outcome() == ("poweroff", 0)
    b.ends()
