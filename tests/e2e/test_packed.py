# SPDX-License-Identifier: BSD-2-Clause
"""Packed firmware on real KVM: by every packer a guest that looks, and U-Boot."""
import struct
import subprocess

import pytest

import board
import trees
from conftest import QUICK
from test_boot import to_guest_prompt
from test_guests import assert_good, contract_names

PACKERS = {
    "gzip": ["gzip", "-9nc"],
    "lz4": ["lz4", "-qc9"],
    "lz4-legacy": ["lz4", "-qcl9"],
    "zstd": ["zstd", "-qc19"],
    "xz": ["xz", "-c"],
}
# As Linux's Makefile.zboot packs: all but gzip leave their size behind what they packed.
ZBOOT = {"gzip": PACKERS["gzip"], "lz4": PACKERS["lz4-legacy"], "zstd22": ["zstd", "-qc22", "--ultra"],
         "xzkern": ["xz", "-c", "--check=crc32", "--arm64", "--lzma2=dict=32MiB"]}


def packed(command, data):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def zboot(kind, data):
    """An EFI zboot image by Linux's zboot-header.S, without the EFI program that follows there: Debian ships none."""
    payload = packed(ZBOOT[kind], data)
    header = struct.pack("<2s2x4sII8x32sII", b"MZ", b"zimg", 4096, len(payload), kind.encode(), 0x818223cd, 64)
    return header.ljust(4096, b"\0") + payload + (b"" if kind == "gzip" else struct.pack("<I", len(data)))


def files():
    """All of them, by their place on the board."""
    board.WORK.mkdir(parents=True, exist_ok=True)
    guest = board.artefact("tests/guest/contract.bin").read_bytes()
    uboot = (board.CACHE / "u-boot/qemu_arm64/u-boot.bin").read_bytes()
    made = {}
    for name, command in PACKERS.items():
        made[f"contract.{name}"] = packed(command, guest)
        made[f"uboot.{name}"] = packed(command, uboot)
    for kind in ZBOOT:
        made[f"contract.zboot-{kind}"] = zboot(kind, guest)
    for name, data in made.items():
        (board.WORK / name).write_bytes(data)
    return {f"/packed/{name}": board.WORK / name for name in made}


@pytest.fixture(scope="module")
def packed_board(bench):
    """The board of the other tests, with these files too."""
    bench.drop()
    initrd = trees.hosted_initramfs(files())
    made = board.Hosted(*QUICK[1], initrd)
    yield made
    made.close()


@pytest.mark.parametrize("packer", [*PACKERS, *(f"zboot-{k}" for k in ZBOOT)])
def test_contract(packed_board, packer):
    ran = packed_board.kvmshim("cpus=4", "memory=128M", firmware=f"/packed/contract.{packer}@0x42000000")
    assert_good(ran, *contract_names())


@pytest.mark.parametrize("packer", PACKERS)
def test_uboot(packed_board, packer):
    """By its own header, which only its unpacked form has: to flash, from there to the prompt, and after a reset again."""
    packed_board.start(*board.shim_words(["memory=128M"], f"/packed/uboot.{packer}"))
    packed_board.board.expect("by its header")
    to_guest_prompt(packed_board.board)
    packed_board.board.line("reset")
    to_guest_prompt(packed_board.board)
    packed_board.board.line("poweroff")
    ran = packed_board.finish()
    assert (ran.outcome, ran.code) == ("poweroff", 0)
