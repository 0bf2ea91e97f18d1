# SPDX-License-Identifier: BSD-2-Clause
"""Power-on to the prompt of the guest's own U-Boot; runs on a real board's serial line too (BOARD_TTY)."""
import os
import re
import subprocess

import pytest

import board
from conftest import HOSTS, host_id

WAYS = ("script", "extlinux")
QUICK_BOOTS = {((3, "6.12", "max"), "extlinux")} # and the script by test_make_run
BOOTS = [pytest.param(h, w, id=f"{host_id(h)}-{w}", marks=[] if (h, w) in QUICK_BOOTS else [pytest.mark.slow])
         for h in HOSTS for w in WAYS]
LONG = 3 * board.HANG
# As a person types it, not as a part of the make that runs the tests.
MAKE = ["env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "-u", "MFLAGS", "make", "--no-print-directory", "-C", board.ROOT, f"O={board.BUILD}"]


def to_guest_prompt(b):
    """The guest's banner, its prompt; the countdown is stopped."""
    b.expect("U-Boot 20", timeout=LONG)
    b.expect("Hit any key to stop autoboot", timeout=LONG)
    b.send(" ")
    b.expect("=> ", timeout=LONG)


def guest_session(b, version="version"):
    b.line(version)
    b.expect("U-Boot 20")
    b.expect("aarch64")
    b.expect("=> ")
    b.line("bdinfo")
    b.expect("DRAM bank   = 0x0000000000000000")
    b.expect("-> start    = 0x0000000040000000")
    b.expect("=> ")
    b.line("reset")
    to_guest_prompt(b)
    b.line("version")
    b.expect("=> ")
    b.line("poweroff")
    assert b.outcome() == ("poweroff", 0)


@pytest.mark.parametrize("host,way", BOOTS)
def test_power_on(boards, host, way):
    """Outer U-Boot, FIT, Linux at EL2, kvmshim as PID 1, and a second U-Boot in the guest."""
    gic, kernel, cpu = host
    b = boards(board.power_on(gic, kernel, cpu, way))
    b.expect("U-Boot 20", timeout=LONG)
    b.expect("Loading kernel from FIT Image", timeout=LONG)
    b.expect("sha256+ OK", timeout=LONG)
    b.expect("handing over", timeout=LONG)
    screen = b.before().decode(errors="replace")
    assert f"GICv{gic}" in screen
    to_guest_prompt(b)
    guest_session(b)
    b.ends()


@pytest.mark.skipif("BOARD_TTY" in os.environ, reason="a real board is not run by make")
def test_make_run(boards):
    """make run: the terminal is the board's line. Ctrl-A reaches the guest, and the way out leaves the terminal sane."""
    b = boards(board.Board("make-run", [*MAKE, "run", "GIC=2"]))
    b.expect("switches it off", timeout=LONG)
    b.expect("Loading kernel from FIT Image", timeout=LONG)
    b.expect("handing over", timeout=LONG)
    to_guest_prompt(b)
    guest_session(b, version="ersion\x01\x01v")
    b.ends()


@pytest.mark.slow
@pytest.mark.skipif("BOARD_TTY" in os.environ, reason="a real board is not run by make")
def test_make_run_quit(boards):
    b = boards(board.Board("make-run-quit", ["sh", "-c", f"{' '.join(map(str, MAKE))} run; stty -a; echo THE END"]))
    b.expect("Hit any key", timeout=LONG)
    b.send("\x03\x1a\x1c") # nothing to the terminal
    b.expect("=> ", timeout=LONG)
    b.send("\x1d")
    b.expect(re.compile(rb"intr = \^C; quit = \^\\"))
    b.expect("THE END")


def direct_uboot(boards, host, append="", name="uboot", files=None, **more):
    """kvmshim's own initramfs with U-Boot as firmware, without the outer one."""
    gic, kernel, cpu = host
    shipped = "kvmshim.cpio.gz" if kernel == "6.1" else f"kvmshim-{kernel}.cpio.gz"
    initrd = board.initramfs(name, files or {"/firmware": board.CACHE / "u-boot/qemu_arm64/u-boot.bin"},
                             base=board.artefact(shipped, LINUX=kernel))
    return boards(board.direct(f"direct-{name}", gic, kernel, cpu, initrd, append, **more))


def test_appended_firmware(boards):
    """Settings in all four places at once; the guest's bootargs show which one won."""
    tree = board.board_tree(3, "a57")
    for node in ("/options", "/options/kvmshim"):
        subprocess.run(["fdtput", "-c", tree, node], check=True)
    for key, kind, value in (("bootargs", "s", "of the tree"), ("cpus", "i", "2"), ("memory", "s", "100M"),
                             ("on-reset", "s", "poweroff"), ("on-crash", "s", "reboot")):
        subprocess.run(["fdtput", "-t", kind, tree, "/options/kvmshim", key, value], check=True)
    b = direct_uboot(boards, (3, "6.1", "a57"), 'kvmshim.memory=200M kvmshim.on-reset=reboot kvmshim.bootargs="a b" '
                     "-- --on-reset=restart", name="settings", dtb=tree)
    b.expect("handing over")
    screen = b.before().decode(errors="replace").replace("\r", "")
    values = origins(screen)
    assert values["default"]["on-poweroff"] == "poweroff"
    assert values["tree"] | {"cpus": "2", "on-crash": "reboot"} == values["tree"]
    assert values["cmdline"]["memory"] == "200M" and values["cmdline"]["bootargs"].startswith("a b")
    assert values["argument"] == {"on-reset": "restart"}
    assert "2 CPUs" in screen
    to_guest_prompt(b)
    b.line("fdt addr ${fdtcontroladdr}; fdt print /chosen bootargs")
    b.expect('bootargs = "a b"')
    b.expect("=> ")
    guest_session(b)
    b.ends()


def origins(screen):
    """Origin -> {key: value} of the settings that the plan prints."""
    values, origin = {}, None
    for line in screen.splitlines():
        word = line[:9].strip()
        if word:
            origin = word if word in ("default", "tree", "cmdline", "argument") else None
        if not origin or "=" not in line:
            continue
        for key, value in re.findall(r"([a-z-]+)=(.*?)(?= [a-z-]+=|$)", line[10:]):
            values.setdefault(origin, {})[key] = value.strip()
    return values


@pytest.mark.slow
def test_settings_by_the_boards_uboot(boards):
    """A person at the board's own U-Boot puts settings into its tree, and boots."""
    b = boards(board.power_on(3, "6.1", "a57", "script"))
    b.expect("Hit any key to stop autoboot", timeout=LONG)
    b.send(" ")
    b.expect("=> ")
    # In a copy: U-Boot itself goes on reading the tree it runs on.
    for command in ("fdt addr ${fdtcontroladdr}", "fdt move ${fdtcontroladdr} ${kernel_addr_r} 200000",
                    "setenv kvmshim_fdt ${kernel_addr_r}", "fdt mknode / options", "fdt mknode /options kvmshim",
                    "fdt set /options/kvmshim cpus <2>", 'fdt set /options/kvmshim bootargs "of the tree"', "boot"):
        b.line(command)
        b.expect("=> " if command != "boot" else "\n")
    b.expect("handing over", timeout=LONG)
    values = origins(b.before().decode(errors="replace").replace("\r", ""))
    assert values["tree"] == {"cpus": "2", "bootargs": "of the tree"}


def zcu102_tree():
    """Debian's tree of the board with the UARTs' clocks fixed: the emulator has no clock firmware."""
    board.WORK.mkdir(parents=True, exist_ok=True)
    out = board.WORK / "zcu102.dtb"
    text = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", board.linux("6.1").parent /
                           "dtbs/xilinx/zynqmp-zcu102-rev1.0.dtb"], capture_output=True, text=True, check=True).stdout
    text = text.rstrip()
    assert text.endswith("};")
    text = text[:-2] + ("\tfixed_uart: fixed-uart-clock { compatible = \"fixed-clock\"; #clock-cells = <0>; "
                        "clock-frequency = <100000000>; };\n};\n")
    for uart in ("serial@ff000000", "serial@ff010000"):
        begin = text.index(uart + " {")
        end = text.index("};", begin)
        node = [line for line in text[begin:end].splitlines() if not re.search("power-domains|pinctrl", line)]
        node = ["\t\t\tclocks = <&fixed_uart &fixed_uart>;" if line.strip().startswith("clocks =") else line
                for line in node]
        text = text[:begin] + "\n".join(node) + "\n" + text[end:]
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", out], input=text, text=True, check=True)
    return out


@pytest.mark.slow
def test_zcu102(boards):
    """A board of another make, with its own tree: Cortex-A53, GICv2, a UART that is no PL011."""
    initrd = board.initramfs("uboot-6.1", {"/firmware": board.CACHE / "u-boot/qemu_arm64/u-boot.bin"},
                             base=board.artefact("kvmshim.cpio.gz"))
    b = boards(board.Board("zcu102", [
        "qemu-system-aarch64", "-M", "xlnx-zcu102,virtualization=on", "-m", "1024", "-nic", "none", "-display",
        "none", *board.SERIAL, "-no-reboot", "-kernel", board.linux("6.1"), "-initrd", initrd,
        "-dtb", zcu102_tree(), "-append", "console=ttyPS0,115200 quiet loglevel=2 panic=-1"]))
    b.expect("handing over", timeout=LONG)
    screen = b.before().decode(errors="replace")
    assert "ZCU102" in screen and "cortex-a53" in screen and "GICv2" in screen
    to_guest_prompt(b)
    guest_session(b)
