# SPDX-License-Identifier: BSD-2-Clause
"""Boards' own firmware on machine=mirror: Debian's builds of U-Boot, each from its own package file, unchanged.

Nothing is known here of a build but its file's name and, where it brings no tree, the name of its board's.
test_prompt leaves a row of the table in docs/mirror.md for each build in the build folder.
"""
import collections
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
# What there is: kinds of file, in packages of Debian 12.
FILES = {"u-boot.bin": 36, "u-boot.itb": 10}
# RAM that a build takes for granted, and where U-Boot's sources say so. The guest gets that much.
BUILT_IN = {"qcom/dragonboard410c": (1 << 30, "PHYS_SDRAM_1_SIZE", "include/configs/dragonboard410c.h"),
            "qcom/dragonboard820c": (3 << 30, "PHYS_SDRAM_SIZE", "include/configs/dragonboard820c.h")}
BANNER = re.compile(rb"U-Boot 20\d\d\.\d\d[^\r\n]*\r?\n")
PROMPT = re.compile(rb"\n[^\r\n]{0,40}(=>|\) #|U-Boot>) *$")
DRAM = re.compile(rb"DRAM: +([^\r\n]+)\r?\n")
MODEL = b"Model: %s\n\0"  # in builds that print it: U-Boot, common/board_info.c
REVISION = b"RPI %s (0x%x)\n\0"  # the model by its revision code: U-Boot, board/raspberrypi/rpi/rpi.c


def builds():
    return sorted(p for name in FILES for p in BOARDS.glob(f"*/*/{name}"))


def name_of(build):
    return "-".join(build.relative_to(BOARDS).parts).replace(".", "-")


def each(found):
    return pytest.mark.parametrize("build", [pytest.param(b, id=name_of(b)) for b in found])


def tree_of(build):
    name = TREES.get(str(build.parent.relative_to(BOARDS)))
    return board.CACHE / "linux-6.1/dtbs" / name if name else None


def built_in(build):
    return BUILT_IN.get(str(build.parent.relative_to(BOARDS)))


def memory_of(build):
    return built_in(build)[0] if built_in(build) else MEMORY


def planned(build, *options):
    """What the planner on this machine says of it."""
    tree = tree_of(build) or board.board_tree(3, "a57")
    host = board.WORK / "mirror.host"
    host.write_text("ipa_bits 40\nvcpus_max 8\ngic_v2 1\ngic_v3 1\nits 1\nirqchip_only 0\nsmc 1\nfeatures 3\npage 4096\n"
                    "memory_free 4G\nmemory_total 8G\n")
    return subprocess.run([board.artefact("host/kvmshim"), "plan", "--machine=mirror", f"--board-dtb={tree}", f"--host={host}",
                           f"--firmware={build}", *options], capture_output=True, text=True, check=True).stdout


def started(boards, build, kernel, memory=None):
    """A board that has just been switched on and boots BUILD as PID 1's guest."""
    files, tree = {"/firmware": build}, tree_of(build)
    memory = memory or memory_of(build)
    options = ["machine=mirror", f"memory={memory}", "on-crash=poweroff"]
    if tree:
        files["/board.dtb"] = tree
        options.append("board-dtb=/board.dtb")
    initrd = board.initramfs(f"mirror-{name_of(build)}", files, base=board.artefact("kvmshim.cpio.gz"))
    gic = 3 if "GICv3" in re.search(r"guest .*\n(?: .*\n)*", planned(build, f"--memory={memory}"))[0] else 2
    return boards(board.direct(f"mirror-{name_of(build)}", gic, kernel, "a57", initrd,
                               " ".join(f"kvmshim.{o}" for o in options), memory=(memory >> 20) + 512))


def own_memory(build):
    """Bytes of RAM that the memory nodes of the build's own tree have, which it then goes by; 0: none."""
    data = build.read_bytes()
    at = data.rfind(b"\xd0\x0d\xfe\xed")
    if at < 0:
        return 0
    tree = board.WORK / f"own-{name_of(build)}.dtb"
    tree.write_bytes(data[at:])
    total = 0
    for node in subprocess.run(["fdtget", "-l", tree, "/"], capture_output=True, text=True, check=False).stdout.split():
        if not re.match(r"memory(@|$)", node):
            continue
        cells = [int(subprocess.run(["fdtget", "-t", "u", "-d", fallback, tree, "/", name], capture_output=True, text=True,
                                    check=True).stdout)
                 for name, fallback in (("#address-cells", "2"), ("#size-cells", "1"))]
        reg = subprocess.run(["fdtget", "-t", "u", tree, f"/{node}", "reg"], capture_output=True, text=True, check=False).stdout
        reg = [int(cell) for cell in reg.split()]
        for bank in range(0, len(reg), sum(cells)):
            size = 0
            for cell in reg[bank + cells[0]:bank + sum(cells)]:
                size = size << 32 | cell
            total += size
    return total


def sizes(text):
    """Bytes of each size in a line: "2 GiB (effective 512 MiB)"."""
    return [float(number) * {b"K": 1 << 10, b"M": 1 << 20, b"G": 1 << 30}[unit]
            for number, unit in re.findall(rb"([\d.]+) ([KMG])iB", text)]


def model_of(build):
    """What the guest's tree says."""
    tree = board.WORK / f"guest-{name_of(build)}.dtb"
    planned(build, f"--memory={memory_of(build)}", f"--dump-dtb={tree}")
    return subprocess.run(["fdtget", tree, "/", "model"], capture_output=True, text=True, check=True).stdout.strip()


def ram_is_the_plans(build, told):
    """The RAM that U-Boot tells is the plan's; a size that its own tree has is told beside it."""
    found = sizes(told)
    if found[0] == memory_of(build):
        return "hard-coded: `{1}` in `{2}`".format(*built_in(build)) if built_in(build) else "plan's"
    assert found[0] == own_memory(build) and MEMORY in found[1:], told
    return "plan's, beside its tree's"


def test_each_build_is_there():
    assert collections.Counter(b.name for b in builds()) == FILES


@each([b for b in builds() if b.suffix == ".bin"])
def test_banner(boards, build):
    started(boards, build, "6.1").expect(BANNER, timeout=90)


@pytest.mark.slow
@each(builds())
def test_prompt(boards, build):
    b = started(boards, build, "6.12")
    banner = b.expect(BANNER, timeout=90)[0].decode().strip()
    for _ in range(90):
        b.send(" ")
        if b.child.expect([PROMPT, board.pexpect.TIMEOUT], timeout=1) == 0:
            break
    else:
        raise AssertionError("no prompt")
    said, model = b.before(), "does not print it"
    if MODEL in build.read_bytes():
        model = re.search(rb"Model: ([^\r\n]+)\r?\n", said)[1].decode()
        assert model == model_of(build)
    if REVISION in build.read_bytes():
        model = "Raspberry Pi " + re.search(rb"\nRPI ([^\r\n]+) \(0x[0-9a-f]+\)\r?\n", said)[1].decode()
        assert model == model_of(build)
    ram = ram_is_the_plans(build, DRAM.search(said)[1])
    b.send("\x03\rversion\r")
    b.expect(banner, timeout=30)
    b.expect(PROMPT, timeout=30)
    b.send("reset\r")
    b.expect(banner, timeout=90)
    with open(board.BUILD / "mirror-builds.md", "a", encoding="utf-8") as f:
        where = build.relative_to(BOARDS)
        f.write(f"| `{where.parent}` | `{where.name}` | {model} | {ram} | prompt, `version`, `reset` |\n")


@pytest.mark.slow
@each([b for b in builds() if built_in(b)])
def test_ram_is_hard_coded(boards, build):
    told = started(boards, build, "6.12", MEMORY).expect(DRAM, timeout=90)[1]
    assert sizes(told)[0] == built_in(build)[0] != MEMORY
