# SPDX-License-Identifier: BSD-2-Clause
"""The guest's flash: chips, stores that keep it, and what firmware does with both."""
import re

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
                                   ("PARTLABEL=none", "flash", ["PARTLABEL=none", "No such file"]),
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


@BOTH_GICS
def test_edk2_variable(hosted):
    """EDK2 to its shell; a variable is there after a reset, and in the next run with the same file."""
    b = hosted.board
    words = ["flash=/tmp/efi", "flash-init=on", "memory=256M"]
    hosted.start(*board.shim_words(words, "/efi.fd"))
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
