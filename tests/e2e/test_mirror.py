# SPDX-License-Identifier: BSD-2-Clause
"""Boards' own firmware on machine=mirror: Debian's builds of U-Boot, each from its own package file, unchanged.

Nothing is known here of a build but its file's name and, where it brings no tree, the name of its board's.
"""
import re
import subprocess

import pytest

import board

BOARDS = board.CACHE / "boards"
MEMORY = 512 << 20

# Trees of boards whose firmware finds its own in memory.
TREES = {
    "rpi/rpi_3": "broadcom/bcm2837-rpi-3-b.dtb",
    "rpi/rpi_4": "broadcom/bcm2711-rpi-4-b.dtb",
    "rpi/rpi_arm64": "broadcom/bcm2711-rpi-4-b.dtb",
}
BANNER = rb"U-Boot 20\d\d\.\d\d[^\r\n]*\r?\n"
PROMPT = rb"\n[^\r\n]{0,20}(=>|#) $"


def builds():
    found = sorted(p for pattern in ("u-boot.bin", "u-boot.itb") for p in BOARDS.glob(f"*/*/{pattern}"))
    return [pytest.param(p, id=f"{p.parent.relative_to(BOARDS)}/{p.name}".replace("/", ":")) for p in found]


def tree_of(build):
    name = TREES.get(str(build.parent.relative_to(BOARDS)))
    return board.CACHE / "linux-6.1/dtbs" / name if name else None


def plan(build):
    """What the planner on this machine says of it."""
    tree = tree_of(build) or board.board_tree(3, "a57")
    host = board.WORK / "mirror.host"
    host.write_text("ipa_bits 40\nvcpus_max 8\ngic_v2 1\ngic_v3 1\nits 1\nirqchip_only 0\nsmc 1\nfeatures 3\npage 4096\n"
                    "memory_free 1G\nmemory_total 1G\n")
    return subprocess.run([board.artefact("host/kvmshim"), "plan", "--machine=mirror", f"--board-dtb={tree}", f"--host={host}",
                           f"--memory={MEMORY}", f"--firmware={build}"], capture_output=True, text=True, check=True).stdout


def started(boards, build, kernel):
    """A board that has just been switched on and boots BUILD as PID 1's guest."""
    files = {"/firmware": build}
    tree = tree_of(build)
    if tree:
        files["/board.dtb"] = tree
    name = "mirror-" + "-".join(build.relative_to(BOARDS).parts).replace(".", "-")
    initrd = board.initramfs(name, files, base=board.artefact("kvmshim.cpio.gz"))
    gic = 3 if "GICv3" in re.search(r"guest .*\n(?: .*\n)*", plan(build))[0] else 2
    options = f"kvmshim.machine=mirror kvmshim.memory={MEMORY} kvmshim.on-crash=poweroff"
    if tree:
        options += " kvmshim.board-dtb=/board.dtb"
    return boards(board.direct(name, gic, kernel, "a57", initrd, options))


@pytest.mark.parametrize("build", builds())
def test_banner(boards, build):
    started(boards, build, "6.1").expect(re.compile(BANNER), timeout=60)


def sized(text):
    """Bytes of "2 GiB", "948 MiB", "1.9 GiB"."""
    number, unit = re.match(rb"([\d.]+) ([KMG])iB", text).groups()
    return float(number) * {b"K": 1 << 10, b"M": 1 << 20, b"G": 1 << 30}[unit]


@pytest.mark.slow
@pytest.mark.parametrize("build", builds())
def test_prompt(boards, build):
    b = started(boards, build, "6.12")
    banner = b.expect(re.compile(BANNER), timeout=60)[0]
    b.expect(re.compile(rb"Model: ([^\r\n]*)"), timeout=30)
    assert sized(b.expect(re.compile(rb"DRAM: +([^\r\n]*)"), timeout=30)[1]) == MEMORY
    for _ in range(60):
        b.send(" ")
        if b.child.expect([re.compile(PROMPT), board.pexpect.TIMEOUT], timeout=1) == 0:
            break
    b.send("\x03\rversion\r")
    b.expect(banner.strip())
    b.expect(re.compile(PROMPT))
    b.send("reset\r")
    b.expect(banner.strip())
