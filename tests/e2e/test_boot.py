# SPDX-License-Identifier: BSD-2-Clause
"""Power-on to the prompt of the guest's own U-Boot; runs on a real board's serial line too (BOARD_TTY)."""
import re
import subprocess

import pytest

import board
from conftest import HOSTS, host_id

WAYS = ("script", "extlinux")
QUICK_BOOTS = {((2, "6.1", "a57"), "script"), ((3, "6.1", "a57"), "extlinux"), ((3, "6.12", "a57"), "script")}
BOOTS = [pytest.param(h, w, id=f"{host_id(h)}-{w}", marks=[] if (h, w) in QUICK_BOOTS else [pytest.mark.slow])
         for h in HOSTS for w in WAYS]
LONG = 3 * board.HANG


def to_guest_prompt(b):
    """The guest's banner, its prompt; the countdown is stopped."""
    b.expect("U-Boot 20", timeout=LONG)
    b.expect("Hit any key to stop autoboot", timeout=LONG)
    b.send(" ")
    b.expect("=> ", timeout=LONG)


def guest_session(b):
    b.line("version")
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


def direct_uboot(boards, host, append="", **more):
    """kvmshim's own initramfs with U-Boot as firmware, without the outer one."""
    gic, kernel, cpu = host
    shipped = "kvmshim.cpio.gz" if kernel == "6.1" else f"kvmshim-{kernel}.cpio.gz"
    initrd = board.initramfs(f"uboot-{kernel}", {"/firmware": board.CACHE / "u-boot/qemu_arm64/u-boot.bin"},
                             base=board.artefact(shipped, LINUX=kernel))
    return boards(board.direct(f"direct-{host_id(host)}", gic, kernel, cpu, initrd, append, **more))


def test_appended_firmware(boards):
    b = direct_uboot(boards, (3, "6.1", "a57"))
    b.expect("handing over")
    to_guest_prompt(b)
    guest_session(b)
    b.ends()


def test_settings_from_the_kernel_command_line(boards):
    b = direct_uboot(boards, (3, "6.1", "a57"), 'kvmshim.cpus=2 kvmshim.bootargs="a b" kvmshim.memory=200M')
    b.expect("handing over")
    screen = b.before().decode(errors="replace")
    assert "2 CPUs" in screen and "kernel command line" in screen and "200" in screen
    to_guest_prompt(b)
    b.line("fdt addr ${fdtcontroladdr}; fdt print /chosen bootargs")
    b.expect('bootargs = "a b"')
    b.expect("=> ")
    b.line("poweroff")
    assert b.outcome() == ("poweroff", 0)
    b.ends()


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
