# SPDX-License-Identifier: BSD-2-Clause
"""Accesses of 32-bit guests that KVM does not decode."""
import re

import pytest

import board
import trees
from test_guests import assert_good
from test_undecoded import emulated, types_at_uboot

WAYS = ("page", "long-page", "large-page", "section", "supersection", "page-ttbr1-af", "long-block", "long-page-ttbr1",
        "off")
# As far from a multiple of the largest block, 16 MiB, as the memory that it is compared with.
SCRATCH = trees.HEAD + """
&{/} { scratch@c000000 {
	compatible = "kvmshim,scratch";
	reg = <0x0 0x0c000000 0x0 0x1000>;
}; };
"""


@pytest.mark.parametrize("host", [(2, "6.1", "a57"), pytest.param((3, "6.12", "max"), marks=pytest.mark.slow)],
                         ids=lambda h: h[2])
def test_oracle_a32_t32(boards, host):
    """Each form on memory and on a device: the same registers, bytes and exceptions, by all kinds of descriptors."""
    files = {"/kvmshim-scratch": trees.with_scratch(), "/scratch32.dtbo": trees.overlay("scratch32", SCRATCH)}
    hosted = boards(board.Hosted(*host, trees.hosted_initramfs(files)))
    ran = hosted.command("/kvmshim-scratch", "run", "--firmware=/guests/oracle32.bin@0x42000000", "--cpu=host,aarch32",
                         "--memory=128M", "--overlay=/scratch32.dtbo", timeout=3 * board.HANG)
    assert_good(ran, *WAYS)
    cases = {way: int(n) for n, way in re.findall(r"^ran (\d+) cases: (\S+)$", ran.text, re.M)}
    assert cases["page"] + cases["long-page"] > 8000
    assert all(n > 300 for n in cases.values())
    assert emulated(ran) > 10000


def test_uboot_32_bit(boards):
    """Debian's U-Boot for 32 bits: its memory commands access devices by ldm and with write-back."""
    files = {"/uboot32.bin": board.CACHE / "u-boot/qemu_arm/u-boot.bin"}
    hosted = boards(board.Hosted(2, "6.1", "a57", trees.hosted_initramfs(files)))
    hosted.start(*board.shim_words(["cpu=host,aarch32", "memory=128M"], "/uboot32.bin@0x0"))
    hosted.board.expect("=> ")
    said = hosted.board.before()
    ran = types_at_uboot(hosted, said, (
        ("md 9000fe0 4", b"09000fe0: 00000011 00000010 00000034 00000000"),
        ("md.b 4000000 8", b"04000000: ff ff ff ff ff ff ff ff"), ("cp.b 9000fe0 42000000 20", b"0x9000fe0 by"),
        ("md.b 42000000 20", b"42000010: 0d 00 00 00 f0 00 00 00 05 00 00 00 b1 00 00 00"), ("mw.b 9000000 41 2", b"\nA")))
    assert "by `ldm`" in ran.words and "by `strb`" in ran.words
    assert emulated(ran) == 3
