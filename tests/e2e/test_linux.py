# SPDX-License-Identifier: BSD-2-Clause
"""Linux and U-Boot as guests, 64-bit and 32-bit: up to user space, or the prompt, and through a reset."""
import re
import subprocess

import pytest

import board
from conftest import HOSTS, host_id
from test_boot import to_guest_prompt

LONG = 3 * board.HANG
KERNELS = ("6.1", "6.12")
A57, MAX = (2, "6.1", "a57"), (3, "6.12", "max")


def matrix(every, quick):
    """Tests of EVERY (host, ...); those that are not QUICK are for make check-all."""
    return [pytest.param(*row, id="-".join([host_id(row[0]), *map(str, row[1:])]),
                         marks=[] if row in quick else [pytest.mark.slow]) for row in every]


# Each board once, and among them both kernels, 1 and 4 vCPUs, on both GICs: packed so (half of them as a FIT), not packed
# the other way round.
PACKED = [((2, "6.1", "a57"), "6.1", 4), ((2, "6.12", "a57"), "6.12", 4), ((2, "6.1", "max"), "6.12", 1),
          ((2, "6.12", "max"), "6.1", 1), ((3, "6.1", "a57"), "6.12", 4), ((3, "6.12", "a57"), "6.1", 1),
          ((3, "6.1", "max"), "6.1", 4), ((3, "6.12", "max"), "6.12", 1)]
LINUX = matrix([(host, {"6.1": "6.12", "6.12": "6.1"}[guest], 5 - cpus) for host, guest, cpus in PACKED],
               [(A57, "6.12", 1), (MAX, "6.1", 4)])
LINUX_GZIP = matrix(PACKED[1::2], [])
LINUX_FIT = matrix(PACKED[::2], [])
LINUX32 = matrix([(host, cpus) for host, _, cpus in PACKED], [(MAX, 1)])
ONE_EACH = matrix([(host,) for host in HOSTS], [(A57,)])


FIT = """/dts-v1/;
/ {
	description = "Linux and its ramdisk";
	#address-cells = <1>;
	images {
		kernel { data = /incbin/("linux-KERNEL.gz"); type = "kernel"; arch = "arm64"; os = "linux"; compression = "gzip";
			load = <0x80000000>; entry = <0x80000000>; hash { algo = "sha256"; }; };
		ramdisk { data = /incbin/("ROOT"); type = "ramdisk"; arch = "arm64"; os = "linux"; compression = "none"; };
	};
	configurations { default = "linux"; linux { kernel = "kernel"; ramdisk = "ramdisk"; }; };
};
"""


def packed(root):
    """Each kernel as Image.gz, and that, loaded where this machine has no RAM, with its ramdisk as one FIT; by their place."""
    board.WORK.mkdir(parents=True, exist_ok=True)
    made = {}
    for kernel in KERNELS:
        name = f"linux-{kernel}"
        with open(board.WORK / f"{name}.gz", "wb") as out:
            subprocess.run(["gzip", "-1nc", board.linux(kernel)], stdout=out, check=True)
        (board.WORK / f"{name}.its").write_text(FIT.replace("KERNEL", kernel).replace("ROOT", str(root)))
        subprocess.run(["mkimage", "-q", "-f", f"{name}.its", f"{name}.itb"], cwd=board.WORK, check=True,
                       stdout=subprocess.DEVNULL)
        made |= {f"/{kernel}.{form}": board.WORK / f"{name}.{form}" for form in ("gz", "itb")}
    return made


@pytest.fixture(scope="module")
def guests():
    """An initramfs with the kernels that are booted."""
    board.make("guests")
    linux = board.BUILD / "tests/guest/linux"
    return board.initramfs("linux", {
        "/launch": board.artefact("tests/e2e/launch"), "/kvmshim": board.artefact("kvmshim"),
        **{f"/{kernel}": board.linux(kernel) for kernel in KERNELS}, **packed(linux / "root64.cpio.gz"),
        "/armhf": board.CACHE / "linux-6.1-armhf/zImage", "/root64": linux / "root64.cpio.gz",
        "/root32": linux / "root32.cpio.gz", "/uboot32.bin": board.CACHE / "u-boot/qemu_arm/u-boot.bin"})


@pytest.fixture(scope="module")
def host(request, bench, guests):
    bench.drop()
    hosted = board.Hosted(*request.param, guests, memory=1536, cpus=5)
    yield hosted
    hosted.close()


def start(host, kernel, root, cpus, *more, how=()):
    host.start(*how, *board.shim_words([f"initrd=/{root}", "memory=256M", f"cpus={cpus}", "bootargs=quiet", *more], f"/{kernel}"))


def user_space(host):
    """What /init said up to its prompt."""
    host.board.expect("init# ", timeout=LONG)
    return host.board.before().decode(errors="replace").replace("\r", "")


def power_off(host):
    host.board.send("poweroff\n")
    ran = host.finish(timeout=LONG)
    assert (ran.outcome, ran.code, ran.signal) == ("poweroff", 0, 0)


def boots_again_in_place(host, cpus):
    first = user_space(host)
    assert f"user space: {cpus} processors" in first
    host.board.send("reboot\n")
    second = user_space(host)
    assert f"user space: {cpus} processors" in second
    assert "handing over" in first and "handing over" not in second
    power_off(host)
    return first


@pytest.mark.parametrize("host,guest,cpus", LINUX, indirect=["host"])
def test_linux(host, guest, cpus):
    start(host, guest, "root64", cpus)
    screen = boots_again_in_place(host, cpus)
    assert "Linux Image" in screen and "asimd" in screen


@pytest.mark.parametrize("host,guest,cpus", LINUX_GZIP, indirect=["host"])
def test_linux_by_gzip(host, guest, cpus):
    """Debian's kernel, which is shipped unpacked, as people keep it: Image.gz."""
    start(host, f"{guest}.gz", "root64", cpus)
    screen = boots_again_in_place(host, cpus)
    assert "gzip" in screen and "Linux Image" in screen and "asimd" in screen


@pytest.mark.parametrize("host,guest,cpus", LINUX_FIT, indirect=["host"])
def test_linux_in_a_fit(host, guest, cpus):
    host.start(*board.shim_words(["memory=256M", f"cpus={cpus}", "bootargs=quiet"], f"/{guest}.itb"))
    screen = boots_again_in_place(host, cpus)
    assert "FIT" in screen and "gzip" in screen and "asimd" in screen


@pytest.mark.parametrize("host,cpus", LINUX32, indirect=["host"])
def test_linux32(host, cpus):
    """A zImage needs no cpu=: it is of 32 bits, and tells so.

    The emulator leaves the SPSR of an AArch32 mode in the processor that is interrupted in it, where
    the next vCPU on that processor finds it: so each vCPU has one for itself.
    """
    start(host, "armhf", "root32", cpus, how=["pinned"])
    screen = boots_again_in_place(host, cpus)
    assert "AArch32" in screen and "zImage" in screen and "vfpv4" in screen


def interrupts(host):
    """The names of those who have asked for one."""
    host.board.send("interrupts\n")
    return set(re.findall(r"\S+$", user_space(host), re.M))


def features(screen):
    return set(re.search(r"^Features\s*:(.*)$", screen, re.M)[1].split())


@pytest.mark.slow
@pytest.mark.parametrize("host", [pytest.param(MAX, id=host_id(MAX))], indirect=True)
def test_cpu_features(host):
    """What cpu= takes away is not in the guest's /proc/cpuinfo, and its PMU has no driver."""
    start(host, "6.1", "root64", 1)
    full, asked = features(user_space(host)), interrupts(host)
    power_off(host)
    start(host, "6.1", "root64", 1, "cpu=host,-sve,-pmu,-pauth")
    less, less_asked = features(user_space(host)), interrupts(host)
    power_off(host)
    assert {"arch_timer", "arm-pmu"} <= asked
    assert "arch_timer" in less_asked and "arm-pmu" not in less_asked
    assert {"sve", "paca", "pacg"} <= full
    assert not {"sve", "sve2", "paca", "pacg"} & less
    assert "asimd" in less


@pytest.mark.parametrize("host", ONE_EACH, indirect=True)
def test_uboot32(host):
    """Debian's U-Boot for QEMU's 32-bit virt board, told by its vectors."""
    host.start(*board.shim_words(["memory=256M"], "/uboot32.bin"))
    to_guest_prompt(host.board)
    host.board.line("version")
    host.board.expect("arm-linux-gnueabihf-gcc")
    host.board.expect("=> ")
    host.board.line("reset")
    to_guest_prompt(host.board)
    host.board.line("poweroff")
    ran = host.finish(timeout=LONG)
    assert (ran.outcome, ran.code, ran.signal) == ("poweroff", 0, 0)
