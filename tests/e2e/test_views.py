# SPDX-License-Identifier: BSD-2-Clause
"""What the monitor shows of U-Boot, of Linux, and of a 32-bit U-Boot, while they stand still."""
import re

import pytest

import board
from conftest import QUICK, host_id, hosts
from test_boot import to_guest_prompt
from test_monitor import KEY, monitor, said, stop, uboot  # noqa: F401 (uboot is a fixture)

LONG = 3 * board.HANG
ONE = pytest.mark.on(hosts(QUICK)[:1])
EACH = pytest.mark.parametrize("host", hosts(QUICK, QUICK[1:]), indirect=True)
MAX = pytest.mark.parametrize("host", [pytest.param(QUICK[1], id=host_id(QUICK[1]))], indirect=True)


@pytest.fixture(scope="module")
def guests():
    linux = board.BUILD / "tests/guest/linux"
    board.make("guests")
    return board.initramfs("views", {
        "/launch": board.artefact("tests/e2e/launch"), "/kvmshim": board.artefact("kvmshim"),
        "/6.1": board.linux("6.1"), "/root64": linux / "root64.cpio.gz",
        "/uboot32.bin": board.CACHE / "u-boot/qemu_arm/u-boot.bin"})


@pytest.fixture(scope="module")
def host(request, bench, guests):
    bench.drop()
    hosted = board.Hosted(*request.param, guests, memory=1024, cpus=3)
    yield hosted
    hosted.close()


def shown(host, command):
    """The same as said(), and each line fits a screen."""
    text = said(host, command)
    assert max(map(len, text.splitlines())) <= 80, text
    return text


def ranges(text):
    """First, last, physical, EL1, EL0, memory of `info mmu`."""
    found = re.findall(r"^(\w{16})-(\w{16}) (\w+) (\S{3}) (\S{3}) (\S+)", text, re.M)
    return [(int(first, 16), int(last, 16), int(at, 16), *more) for first, last, at, *more in found]


@ONE
def test_uboot_views(uboot):  # noqa: F811
    """U-Boot: flat tables of blocks, flash, a UART that is polled."""
    monitor(uboot)
    flat = ranges(shown(uboot, "info mmu"))
    assert flat and all(first == at for first, _, at, *_ in flat)
    uart = next(r for r in flat if r[0] <= 0x9000000 <= r[1])
    ram = next(r for r in flat if r[0] <= 0x40000000 <= r[1])
    assert uart[5].startswith("device") and "w" in uart[3]
    assert ram[3] == "rwx" and ram[5] == "write-back"
    walk = shown(uboot, "translate 0x9000018")
    assert "a block of" in walk and "UARTFR" in walk and "0x9000018 is at physical 0x9000018" in walk
    assert re.search(r"not mapped \(translation fault, level \d\)", shown(uboot, "translate 0x7fffffffff"))
    # The first instructions are those of the file, which lies in flash.
    first = (board.CACHE / "u-boot/qemu_arm64/u-boot.bin").read_bytes()[:4]
    assert f"000000000000: {int.from_bytes(first, 'little'):08x}" in shown(uboot, "x/4 0")
    assert "000004000000: ffffffff ffffffff" in shown(uboot, "x -p 0x4000000 16")
    assert "000004000000: ffffffff" in shown(uboot, "x/1 0x4000000")
    assert "which only the guest itself changes" in shown(uboot, "w 0 1")
    assert re.search(r"UARTFR +0000009\w$", shown(uboot, "x -d 0x9000018"))
    devices = shown(uboot, "info devices")
    assert re.search(r"PL011 UART\n  SPI 1 low, receive FIFO 0 of \d+ bytes\n  console: ", devices)
    assert "M=1" in shown(uboot, "info sysregs sctlr")
    assert "device-nGnRnE" in shown(uboot, "info sysregs mair")
    assert "0x0009000000      4 KiB  PL011 UART" in shown(uboot, "info map")
    assert "U-Boot" in shown(uboot, "info plan")
    stop(uboot)


@ONE
def test_exits_are_counted_of_a_guest_that_sleeps(uboot):  # noqa: F811
    """KVM gives the counters of a vCPU that is out of KVM_RUN only, and this one is not for long."""
    monitor(uboot)
    first = shown(uboot, "info exits")
    assert re.search(r"^ *\d+ +all exits$", first, re.M)
    uboot.board.send("go\r")
    uboot.board.expect("running> ")
    second = shown(uboot, "info exits")
    assert re.search(r"^ *\d+ +\d+ +a device, served here\n", second, re.M)
    assert "since this was asked last" in second
    stop(uboot)


@EACH
def test_linux_views(host):
    """Linux: an interrupt controller, timers and tables that are in use, and a guest that goes on."""
    host.start(*board.shim_words(["initrd=/root64", "memory=256M", "cpus=2", "bootargs=quiet"], "/6.1"))
    host.board.expect("init# ", timeout=LONG)
    monitor(host)
    gic = shown(host, "info gic")
    assert "distributor on\n" in gic and "takes" in gic and "none" not in gic
    assert re.search(r"^SPI 1 +enabled - +- .*(serial|pl011)@9000000$", gic, re.M), gic
    assert re.search(r"^PPI 11 +enabled .* virtual timer$", gic, re.M), gic
    timers = shown(host, "info timers")
    assert re.search(r"^virtual +PPI 11 +count (\w{16})", timers, re.M)
    # Linux masks it while it serves it, which on a busy board is where a stop finds it now and then.
    assert re.search(r"^ +enabled, interrupt (not masked, .*, due (in|\d)|masked, condition met, due \d)", timers, re.M), timers
    assert "in the GIC: enabled" in timers
    regs = shown(host, "info regs")
    pc = int(re.search(r"pc 0x(\w+)", regs)[1], 16)
    assert pc >> 47 == 0x1ffff and "EL1h" in regs
    walk = shown(host, "translate $pc")
    assert re.search(r"level  0 at .*a table\n  level  1 ", walk) and "EL1 r-x" in walk and "write-back" in walk
    at = int(re.search(r"is at physical 0x(\w+)", walk)[1], 16)
    assert 0x40000000 <= at < 0x50000000
    code = re.findall(r": (\w{8}) ", shown(host, "x/1 $pc"))
    assert code and code == re.findall(r": (\w{8}) ", shown(host, f"x/1 -p {at:#x}"))
    assert "not mapped" in shown(host, "translate 0xffff000000000000") or "physical" in host.board.before().decode()
    maps = ranges(shown(host, f"info mmu {pc & ~0xfff:#x}"))
    mine = next(r for r in maps if r[0] <= pc <= r[1])
    assert mine[2] + pc - mine[0] == at and mine[3] == "r-x"
    assert "ASID=" in shown(host, "info sysregs ttbr1") and "EL0" in shown(host, "info sysregs cpacr")
    assert "vCPU 1 of 2" in shown(host, "vcpu 1")
    assert "vCPU 1  pc 0x" in shown(host, "info regs")
    shown(host, "info sysregs")
    shown(host, "info sysregs id")
    host.board.send("continue\r")
    host.board.expect("continue\r\n")
    host.board.send("poweroff\n")
    ran = host.finish(timeout=LONG)
    assert (ran.outcome, ran.code) == ("poweroff", 0)


@MAX
def test_aarch32_views(host):
    """A 32-bit U-Boot: its registers by their own names, its tables of sections."""
    host.start(*board.shim_words(["memory=256M"], "/uboot32.bin"))
    to_guest_prompt(host.board)
    monitor(host)
    regs = shown(host, "info regs")
    assert re.search(r"pstate \w{8}  svc ", regs) and re.search(r"sp  \w{8}  lr  \w{8}\nspsr ", regs), regs
    walk = shown(host, "translate 0x9000018")
    assert "descriptors\n" in walk and "0x9000018 is at physical 0x9000018\n  PL1 rw" in walk and "UARTFR" in walk
    text = shown(host, "info mmu")
    assert re.search(r"^(\w{8})-\w{8} 0000\1 rw. .* write-back$", text, re.M), text
    host.board.send(KEY + "x")
    assert host.finish().outcome == "poweroff"
