# SPDX-License-Identifier: BSD-2-Clause
"""What nobody serves: firmware that stores, sizes RAM and waits for registers there, over a reset."""
import re

import pytest

from conftest import QUICK, hosts
from test_guests import assert_good

BOTH_GICS = pytest.mark.on(hosts(QUICK))
WAITS = ("waits-end", "waits-end-at-once", "reset-forgets-values", "waits-end-at-once-after-a-reset")


def stubs(hosted, policy):
    return hosted.kvmshim("memory=64M", "overlay=/overlays/block.dtbo", f"unmodelled={policy}", firmware="stub")


@BOTH_GICS
def test_firmware_goes_on(hosted):
    ran = stubs(hosted, "stub")
    assert_good(ran, "word", "byte-in-word", "double-word", "pair", "ram-is-what-it-is", *WAITS)
    # Of five loops that were waited for twice before the reset, and once behind it.
    assert ran.text.count("helped 10 polls: block@b070000 10\n") == 1, ran.text
    assert ran.text.count("helped 5 polls: block@b070000 5\n") == 1


@BOTH_GICS
def test_trace_names_each_access(hosted):
    ran = stubs(hosted, "trace")
    assert_good(ran, *WAITS)
    assert re.search(r"block@b070000\+0x40: store 4 bytes: 0x12345678 \(PC 0x\w+, vCPU 0\)", ran.words)
    assert re.search(r"block@b070000\+0x41: store 1 bytes: 0xab", ran.words)
    assert re.search(r"block@b070000\+0x10: polled at PC 0x\w+, helped by 0x20 of bits 0x20", ran.words)
    assert re.search(r"block@b070000\+0x20: polled at PC 0x\w+, helped by counting", ran.words)


@BOTH_GICS
def test_abort_is_an_abort(hosted):
    ran = stubs(hosted, "abort")
    assert "FAIL exception kind 4" in ran.text and "esr 0x96000010" in ran.text
