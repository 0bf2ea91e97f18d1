# SPDX-License-Identifier: BSD-2-Clause
"""Linux on machine=mirror: Debian's kernel as the guest on real boards' whole trees, with what else it has left to stubs.

Its built-in drivers of clocks, pins, power domains, IOMMUs and timers run against those. The console is the board's
own, as its tree says: no word about it, or about anything else that is missing, is on the command line.
"""
import subprocess

import pytest

import board
from test_linux import KERNELS, power_off
from test_uarts import user_space, works

# Name of the tree in Debian's kernel package: the GIC it has and its console's interrupt in Linux.
BOARDS = {
    "rockchip/rk3328-rock64": (2, "ttyS2"),
    "rockchip/rk3399-rockpro64": (3, "ttyS2"),
    "rockchip/rk3568-rock-3a": (3, "ttyS2"),
    "rockchip/rk3588-rock-5b": (3, "ttyS2"),
    "allwinner/sun50i-a64-pine64-plus": (2, "ttyS0"),
    "allwinner/sun50i-h5-orangepi-pc2": (2, "ttyS0"),
    "amlogic/meson-gxl-s905x-libretech-cc": (2, "ttyAML0"),
    "amlogic/meson-g12b-odroid-n2": (2, "ttyAML0"),
    "amlogic/meson-sm1-odroid-c4": (2, "ttyAML0"),
    "freescale/imx8mm-evk": (3, "30890000.serial"),
    "hisilicon/hi6220-hikey": (2, "uart-pl011"),
    "broadcom/bcm2711-rpi-4-b": (2, "ttyS1"),
    "arm/juno": (2, "uart-pl011"),
}
NOT_YET = [("rockchip/rk3588-rock-5b", "6.1")]
QUICK = [("rockchip/rk3399-rockpro64", "6.12")]
REBOOTED = [*QUICK, ("allwinner/sun50i-h5-orangepi-pc2", "6.12"), ("amlogic/meson-g12b-odroid-n2", "6.12"), ("arm/juno", "6.1")]
# In make check-all each kind of board has both kernels.
OF_6_1 = ["rockchip/rk3328-rock64", "allwinner/sun50i-a64-pine64-plus", "amlogic/meson-g12b-odroid-n2", "arm/juno"]
OF_6_12 = ["rockchip/rk3588-rock-5b", "allwinner/sun50i-h5-orangepi-pc2", "amlogic/meson-g12b-odroid-n2",
           "freescale/imx8mm-evk", "hisilicon/hi6220-hikey", "broadcom/bcm2711-rpi-4-b", "arm/juno"]


def marks(name, kernel):
    if (name, kernel) in QUICK:
        return []
    return [pytest.mark.slow] if name in (OF_6_1 if kernel == "6.1" else OF_6_12) else [pytest.mark.long]


ROWS = [pytest.param(name, kernel, id=f"{name}-{kernel}".replace("/", ":"), marks=marks(name, kernel))
        for name in BOARDS for kernel in KERNELS if (name, kernel) not in NOT_YET]


def tree(name, kernel):
    return board.CACHE / f"linux-{kernel}/dtbs" / f"{name}.dtb"


def told(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def host(bench, name, kernel):
    """A board with the mirrored one's GIC, all other hardware being its own."""
    board.make("guests")
    bench.drop()
    hosted = board.Hosted(BOARDS[name][0], "6.12", "a57", memory=1536, initrd=board.initramfs("mirror-linux", {
        "/launch": board.artefact("tests/e2e/launch"), "/kvmshim": board.artefact("kvmshim"),
        "/Image": board.linux(kernel), "/board.dtb": tree(name, kernel),
        "/root64": board.BUILD / "tests/guest/linux/root64.cpio.gz"}))
    yield hosted
    hosted.close()


@pytest.mark.parametrize("name,kernel", ROWS)
def test_linux(host, name, kernel):
    host.start(*board.shim_words(["machine=mirror", "board-dtb=/board.dtb", "initrd=/root64", "memory=512M",
                                  "bootargs=quiet"], "/Image"))
    screen = user_space(host)
    model = told("fdtget", tree(name, kernel), "/", "model").strip()
    processors = told("fdtget", "-l", tree(name, kernel), "/cpus").count("cpu@")
    assert f"mirror of {model}" in " ".join(screen.split())
    assert f"user space: {processors} processors" in screen
    row = {"irq": BOARDS[name][1]}
    works(host, row)
    if (name, kernel) in REBOOTED:
        host.board.send("reboot\n")
        assert "handing over" not in user_space(host)
        works(host, row)
    power_off(host)
