# SPDX-License-Identifier: BSD-2-Clause
"""Nodes that the guest gets as the host has them: flash of the emulated board that no driver of its kernel wants."""
import pytest

import board
import trees
from conftest import QUICK

FLASH, BANK = 0x4000000, 64 << 20
MAGIC = 0x6873766b

# Virt without its own second flash bank, and with a node of the host's.
NODE = trees.HEAD + """
&flash {{ reg = <0x0 0x0 0x0 0x4000000>; }};
&{{/}} {{ theirs@{base:x} {{ compatible = "acme,theirs"; reg = <0x0 {base:#x} 0x0 {size:#x}>; passthrough; }}; }};
"""
NODES = {"flash": (FLASH, 0x10000), "gpio": (0x9030000, 0x1000), "part": (0x9030000, 0x18), "ram": (0x50000000, 0x1000)}


def switched_on(bench, append=""):
    """A board with something in its second flash bank, and each overlay."""
    bench.drop()
    board.WORK.mkdir(parents=True, exist_ok=True)
    flash = board.WORK / "passed.flash"
    flash.write_bytes(MAGIC.to_bytes(4, "little") + bytes(BANK - 4))
    files = {"/launch": board.artefact("tests/e2e/launch"), "/kvmshim": board.artefact("kvmshim"),
             "/nowhere.bin": board.BUILD / "tests/guest/nowhere.bin",
             **{f"/{name}.dtbo": trees.overlay(f"pass-{name}", NODE.format(base=base, size=size))
                for name, (base, size) in NODES.items()}}
    gic, kernel, cpu = QUICK[1]
    return board.Hosted(gic, kernel, cpu, board.initramfs("passthrough", files), append, flash=flash)


@pytest.fixture(scope="module")
def host(bench):
    hosted = switched_on(bench)
    yield hosted
    hosted.close()


@pytest.fixture
def locked(bench):
    """Its kernel keeps root from what is its own."""
    hosted = switched_on(bench, "lockdown=integrity")
    yield hosted
    hosted.close()


def ran(host, name, *options, at=None):
    at = NODES[name][0] if at is None else at
    return host.kvmshim("memory=64M", f"overlay=/{name}.dtbo", f"bootargs=do=read at={at:#x}", *options,
                        firmware="/nowhere.bin")


def test_guest_reads_the_hosts_own(host):
    done = ran(host, "flash")
    assert "theirs@4000000: passed through" in done.words
    assert f"read {MAGIC:#x}" in done.text
    assert (done.outcome, done.code) == ("poweroff", 0)


def refused(done, *words, outcome="refused"):
    assert (done.outcome, "handing over" in done.text) == (outcome, False), done.text
    for word in words:
        assert word in done.words, done.text


def test_what_a_driver_has_is_named(host):
    refused(ran(host, "gpio"), "/theirs@9030000", "(9030000.", "unbind that driver", "(E-PASSTHROUGH)")


def test_part_of_a_page_is_refused(host):
    refused(ran(host, "part"), "/theirs@9030000", "not whole pages", "(E-PASSTHROUGH)", outcome="bad-config")


def test_ram_of_the_hosts_is_refused(host):
    refused(ran(host, "ram", "memory=64M@0x80000000"), "/theirs@50000000", "RAM of the host's", "(E-PASSTHROUGH)")


def test_over_the_guests_ram_is_refused(host):
    refused(ran(host, "ram", "memory=512M"), "/theirs@50000000", "(E-OVERLAP)", outcome="bad-config")


def test_lockdown_is_told(locked):
    refused(ran(locked, "flash"), "/dev/mem may not be opened", "lockdown=none", "(E-PASSTHROUGH)")
