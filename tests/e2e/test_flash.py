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
