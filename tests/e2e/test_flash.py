# SPDX-License-Identifier: BSD-2-Clause
"""The guest's flash: chips, stores that keep it, and what firmware does with both."""
import random
import re
import subprocess
import time

import pytest

import board
from conftest import QUICK, hosts
from test_guests import assert_good

BOTH_GICS = pytest.mark.on(hosts(QUICK))
WRITTEN = ("environment-bytes", "erased-pages", "locked-program", "locked-erase", "locked-kept", "query-and-id",
           "words-programmed", "byte-programmed", "block-erased", "blocks-written", "other-cpu-reads")


@BOTH_GICS
def test_flash_chips(hosted):
    """Commands of the chips, another CPU reading meanwhile; what was written is kept over a reset, and lost in the end."""
    ran = hosted.kvmshim("memory=128M", "cpus=2", "bootargs=next=7 how=reset", firmware="flash")
    assert_good(ran, *WRITTEN, "kept-0", "kept-1")
    assert int(re.search(r"environment read in (\d+) us", ran.text)[1]) < 5_000_000
    assert ran.words.count("the guest changes its flash, which is kept while this runs only") == 1
    refused = int(re.search(r"^refused (\d+)$", ran.text, re.M)[1])
    assert refused and f"{refused} programs and erases of flash 0 were refused" in ran.words


@BOTH_GICS
def test_flash_file(hosted):
    """A file that flash-init makes keeps it from run to run; a clean end leaves the bare image."""
    store = ["flash=/tmp/vars", "memory=128M", "cpus=2"]
    first = hosted.kvmshim(*store, "flash-init=on", "bootargs=next=9", firmware="flash")
    assert_good(first, *WRITTEN)
    assert "flash=/tmp/vars was made anew: erased, 64 MiB" in first.words
    assert "kept while this runs" not in first.words
    second = hosted.kvmshim(*store, "flash-init=on", "bootargs=next=9", firmware="flash")
    assert_good(second, "kept-0", "kept-1")
    assert "made anew" not in second.words
    assert f"{64 << 20} bytes" in hosted.command("size", "/tmp/vars").text
    hosted.command("remove", "/tmp/vars")


def test_bad_stores_are_refused(hosted):
    """A store that is missing, of another size, or for another firmware: one sentence each, and it stays as it is."""
    for store, firmware, words in (("/tmp/none", "flash", ["/tmp/none", "No such file", "flash-init=on"]),
                                   ("PARTLABEL=none", "flash", ["no partition has the label none", "sfdisk --part-label"]),
                                   ("/bad/text", "flash", ["has 5800 bytes, but its flash bank 67108864"]),
                                   ("/tmp/zeros", "/efi.fd", ["/tmp/zeros is not for this firmware",
                                                              "holds no UEFI variables", "flash-init=overwrite"])):
        hosted.command("grow", "/tmp/zeros", "64")
        ran = hosted.kvmshim(f"flash={store}", "memory=128M", firmware=firmware)
        assert (ran.outcome, ran.code) == ("bad-config", 64)
        assert all(w in ran.words for w in words), ran.words[-300:]
    assert "5800 bytes" in hosted.command("size", "/bad/text").text
    hosted.command("remove", "/tmp/zeros")


# --- firmware that keeps variables ----------------------------------------------------------------

EFI = board.CACHE / "efi/QEMU_EFI.fd"
GUID = "12345678-9abc-def0-1234-56789abcdef0"
LONG = 3 * board.HANG


def to_shell(b):
    b.expect("UEFI Interactive Shell", timeout=LONG)
    b.expect("Press ", timeout=LONG)
    b.send("\x1b")
    b.expect("Shell>", timeout=LONG)


def variable_set(b, value):
    b.line(f"setvar kept -guid {GUID} -nv -bs ={value}")
    b.expect("Shell>", timeout=LONG)


def variable(b):
    """The variable's bytes as the shell shows them, None where there is none."""
    b.line(f"setvar kept -guid {GUID}")
    b.expect("Shell>", timeout=LONG)
    text = b.before().decode(errors="replace")
    match = re.search(r"kept - \d+ Bytes\s+((?:[0-9A-F]{2} )+)", text)
    return match and match[1].replace(" ", "")


@pytest.mark.on(hosts(QUICK, QUICK[:1]))
def test_edk2_variable(hosted):
    """EDK2 to its shell; a variable is there after a reset, and in the next run with the same file."""
    b = hosted.board
    words = ["flash=/tmp/efi", "flash-init=on", "memory=256M"]
    hosted.start(*board.shim_words(words, "/efi.fd"))
    b.expect("24 B  fw_cfg")
    to_shell(b)
    variable_set(b, "CAFE01")
    assert variable(b) == "CAFE01"
    b.line("reset")
    to_shell(b)
    assert variable(b) == "CAFE01"
    b.line("reset -s")
    assert hosted.finish().outcome == "poweroff"
    hosted.start(*board.shim_words(words, "/efi.fd"))
    to_shell(b)
    assert variable(b) == "CAFE01"
    b.line("reset -s")
    assert hosted.finish().outcome == "poweroff"
    hosted.command("remove", "/tmp/efi")


# --- a disk with a partition, as boards have it -----------------------------------------------------

PARTITION_MIB = 70


def disk(name):
    """A GPT with a partition `vars` behind another one."""
    out = board.WORK / f"{name}.img"
    out.unlink(missing_ok=True)
    subprocess.run(["truncate", "-s", f"{PARTITION_MIB + 4}M", out], check=True)
    subprocess.run(["/usr/sbin/sfdisk", "-q", out], check=True, text=True,
                   input=f"label: gpt\nsize=1MiB, name=other\nsize={PARTITION_MIB}MiB, name=vars\n")
    return out


def power_on_with(boards, name, image, firmware, append="", drive=()):
    """kvmshim as PID 1 with the modules it ships, the disk, and FIRMWARE. DRIVE: the emulator's options for a disk `d`."""
    initrd = board.initramfs(f"flash-{firmware.name}", {"/firmware": firmware}, base=board.artefact("kvmshim.cpio.gz"))
    return boards(board.Board(name, board.qemu(
        3, "a57", "-no-reboot", "-kernel", board.linux("6.1"), "-initrd", initrd,
        *(drive or ("-drive", f"file={image},format=raw,if=none,id=d")), "-device", "virtio-blk-device,drive=d",
        "-append", "console=ttyAMA0 quiet loglevel=2 panic=-1 kvmshim.memory=256M kvmshim.flash=PARTLABEL=vars "
        f"kvmshim.flash-init=on {append}")))


def test_partition_by_its_node(boards):
    """A partition by its path: made anew, given what the guest wrote, the next run finds it; its neighbour is as it was."""
    image = disk("node")
    guest = board.artefact("tests/guest/flash.bin")
    for names, made in ((("blocks-written",), True), (("kept-0", "kept-1"), False)):
        b = power_on_with(boards, "node", image, guest, "kvmshim.flash=/dev/vda2 kvmshim.memory=128M kvmshim.bootargs=next=5")
        b.expect("DONE", timeout=LONG)
        screen = b.before().decode(errors="replace")
        assert all(f"ok {name}" in screen for name in names) and "FAIL" not in screen
        assert ("flash=/dev/vda2 was made anew" in screen) == made
        assert b.outcome() == ("poweroff", 0)
        b.ends()
    with open(image, "rb") as f:
        f.seek(1 << 20)
        assert f.read(1 << 20) == bytes(1 << 20)


@pytest.mark.slow
def test_edk2_power_cuts(boards):
    """A partition by its label. The power goes while a variable is written: it has one of its values then."""
    image = disk("efi-cuts")
    dice = random.Random(1)
    b = power_on_with(boards, "efi-cuts", image, EFI)
    b.expect("flash=PARTLABEL=vars was made anew")
    to_shell(b)
    before = "00"
    variable_set(b, before)
    b.line("reset")
    to_shell(b)
    for cut in range(4):
        wanted = [before] + [f"{cut + 1:02X}{n:02X}" for n in range(40)]
        for value in wanted[1:]:
            b.send(f"setvar kept -guid {GUID} -nv -bs ={value}\r")
        time.sleep(dice.uniform(0.5, 6))
        b.cut()
        b = power_on_with(boards, "efi-cuts", image, EFI)
        to_shell(b)
        before = variable(b)
        assert before in wanted
    b.line("reset -s")
    assert b.outcome() == ("poweroff", 0)


# --- U-Boot's environment ---------------------------------------------------------------------------

UBOOT = board.CACHE / "u-boot/qemu_arm64/u-boot.bin"
CUTS = (0.2, 0.4, 0.6) # of the time that a whole saveenv takes


def to_environment(b):
    """To the prompt; returns what U-Boot says of the environment it found."""
    b.expect("U-Boot 20", timeout=LONG)
    b.expect("Loading Environment from Flash... ", timeout=LONG)
    b.expect("Hit any key to stop autoboot", timeout=LONG)
    said = b.before().decode(errors="replace").splitlines()[0]
    b.send(" ")
    b.expect("=> ", timeout=LONG)
    return said


def environment(b):
    """Both variables, which are only ever saved as one."""
    b.line("printenv kept also")
    b.expect("=> ")
    return re.findall(r"^(?:kept|also)=(\w+)", b.before().decode(errors="replace"), re.M)


def save_begin(b, value):
    b.line(f"setenv kept {value}; setenv also {value}; saveenv")
    b.expect("Writing to Flash", timeout=LONG)


@pytest.mark.slow
def test_uboot_environment(boards):
    """saveenv: kept over a reset, a power-off, and, as it was before, over a power cut in the middle."""
    image = disk("uboot-env")
    b = power_on_with(boards, "uboot-env", image, UBOOT)
    assert "bad CRC" in to_environment(b)
    save_begin(b, "v0")
    begin = time.monotonic()
    b.expect("OK", timeout=LONG)
    whole = time.monotonic() - begin
    b.expect("=> ")
    b.line("reset")
    assert to_environment(b) == "OK"
    assert environment(b) == ["v0", "v0"]
    b.line("poweroff")
    assert b.outcome() == ("poweroff", 0)
    b.ends()
    before, in_the_middle = "v0", 0
    for cut, part in enumerate(CUTS, 1):
        b = power_on_with(boards, "uboot-env", image, UBOOT)
        assert to_environment(b) == "OK"
        assert environment(b) == [before, before]
        save_begin(b, f"v{cut}")
        time.sleep(whole * part)
        ended = b"done" in b.cut()
        in_the_middle += not ended
        b = power_on_with(boards, "uboot-env", image, UBOOT)
        assert to_environment(b) == "OK"
        found = environment(b)
        # A machine that has become faster meanwhile may have ended it.
        assert found in [[v, v] for v in ([before, f"v{cut}"] if ended else [before])]
        before = found[0]
        b.cut()
    assert in_the_middle >= 2
