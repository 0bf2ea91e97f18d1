# SPDX-License-Identifier: BSD-2-Clause
"""What goes wrong: one clear sentence with a remedy, and the right outcome."""
import pytest

import board
from conftest import QUICK, hosts

BOTH_GICS = pytest.mark.on(hosts(QUICK))

BAD_CONFIG, BAD_FIRMWARE, REFUSED = ("bad-config", 64), ("bad-firmware", 66), ("refused", 67)

# name: options (firmware among them), outcome, words that the sentence holds. {gic} is 2 or 3.
FIRMWARE = "firmware=/guests/idregs.bin"
CASES = {
    "firmware-missing": (["firmware=/nowhere.bin"], BAD_FIRMWARE,
                         ["/nowhere.bin", "make itb FIRMWARE=FILE", "cpio"]),
    "firmware-empty": (["firmware=/bad/empty"], BAD_FIRMWARE, ["/bad/empty", "is empty"]),
    "firmware-too-large-for-flash": (["firmware=/tmp/huge@0"], BAD_FIRMWARE, ["/tmp/huge", "flash bank has 65536"]),
    "firmware-too-large-for-ram": (["firmware=/tmp/huge@0x40000000", "memory=64M"], BAD_FIRMWARE,
                                   ["/tmp/huge", "RAM ends", "give more memory"]),
    "firmware-no-room-for-tree": (["firmware=/tmp/full@0x40000000", "memory=64M"], BAD_FIRMWARE,
                                  ["device tree", "no room"]),
    "firmware-nowhere": (["firmware=/guests/idregs.bin@0x20000000"], BAD_CONFIG, ["0x20000000", "neither RAM nor flash"]),
    "machine-missing": ([FIRMWARE, "machine=/no.dtb"], BAD_CONFIG, ["/no.dtb"]),
    "machine-truncated": ([FIRMWARE, "machine=/bad/truncated.dtb"], BAD_CONFIG, ["/bad/truncated.dtb"]),
    "machine-magic": ([FIRMWARE, "machine=/bad/magic.dtb"], BAD_CONFIG, ["/bad/magic.dtb"]),
    "machine-strings": ([FIRMWARE, "machine=/bad/strings.dtb"], BAD_CONFIG, ["/bad/strings.dtb"]),
    "board-truncated": ([FIRMWARE, "board-dtb=/bad/truncated.dtb"], BAD_CONFIG, ["/bad/truncated.dtb"]),
    "board-empty": ([FIRMWARE, "board-dtb=/bad/empty"], BAD_CONFIG, ["/bad/empty"]),
    "overlay-missing": ([FIRMWARE, "overlay=/no.dtbo"], BAD_CONFIG, ["/no.dtbo"]),
    "overlay-truncated": ([FIRMWARE, "overlay=/bad/truncated.dtb"], BAD_CONFIG, ["/bad/truncated.dtb"]),
    "gic-unaligned": ([FIRMWARE, "overlay=/overlays/gic-unaligned-gic{gic}.dtbo"], BAD_CONFIG,
                      ["interrupt-controller@8000000", "align"]),
    "gic-beyond": ([FIRMWARE, "overlay=/overlays/gic-beyond-gic{gic}.dtbo"], REFUSED, ["interrupt-controller@8000000", "beyond", "(E-IPA)"]),
    "devices-overlap": ([FIRMWARE, "overlay=/overlays/overlap.dtbo"], BAD_CONFIG, ["overlap"]),
    "ram-over-devices": ([FIRMWARE, "overlay=/overlays/low-ram.dtbo", "memory=64M"], BAD_CONFIG, ["covers", "serial@9000000"]),
    "ram-too-large": ([FIRMWARE, "memory=64G"], REFUSED, ["65536 MiB", "such as memory="]),
    "unknown-key": ([FIRMWARE, "memroy=64M"], BAD_CONFIG, ["memroy", "memory"]),
    "bad-number": ([FIRMWARE, "memory=lots"], BAD_CONFIG, ["memory=lots", "Allowed"]),
    "bad-suffix": ([FIRMWARE, "memory=64X"], BAD_CONFIG, ["memory=64X"]),
    "out-of-range": ([FIRMWARE, "cpus=100000"], BAD_CONFIG, ["cpus=100000"]),
    "bad-word": ([FIRMWARE, "unmodelled=ignore"], BAD_CONFIG, ["unmodelled=ignore", "stub"]),
    "bad-cpu": ([FIRMWARE, "cpu=host,-fpu"], BAD_CONFIG, ["cpu=host,-fpu"]),
}


@pytest.mark.on(hosts(QUICK, QUICK[1:]))
@pytest.mark.parametrize("case", CASES)
def test_bad_input(hosted, request, case):
    gic = request.node.callspec.params["hosted"][0]
    options, outcome, words = CASES[case]
    assert hosted.command("grow", "/tmp/huge", 65).code == 0
    assert hosted.command("grow", "/tmp/full", 64).code == 0
    ran = hosted.kvmshim(*(o.format(gic=gic) for o in options))
    assert (ran.outcome, ran.code) == outcome, ran.text[-500:]
    for word in words:
        assert word in ran.words, ran.text[-700:]
    assert "handing over" not in ran.text
    assert max(map(len, ran.text.splitlines())) <= 80


@pytest.mark.on(hosts([(2, "6.1", "a57")]))
def test_gic_version_not_offered(hosted):
    ran = hosted.kvmshim("gic=3", FIRMWARE)
    assert (ran.outcome, ran.code) == REFUSED
    assert "GICv3" in ran.words and "GICv2" in ran.words


def test_gicv2_not_offered(hosted):
    ran = hosted.kvmshim("machine=/trees/virt-gic2.dtb", FIRMWARE)
    assert (ran.outcome, ran.code) == REFUSED
    assert "GICv2" in ran.words and "GICv3" in ran.words


# ESR_EL1 of the external abort that KVM injects: class 0x25 (or 0x21, of a fetch), status 0x10, for a store as for a load.
GONE_WRONG = {
    "read": ("bootargs=do=read", "esr 0x96000010"),
    "write": ("bootargs=do=write", "esr 0x96000010"),
    "wide": ("bootargs=do=wide", "esr 0x96000010"),
    "smc": ("bootargs=do=smc", "ok went-on"),
    "undefined": ("bootargs=do=undefined", "ok undefined-is-taken"),
    "exec": ("bootargs=do=exec", "esr 0x86000010"),
}


@BOTH_GICS
@pytest.mark.parametrize("case", GONE_WRONG)
def test_guest_goes_wrong_and_sees_it(hosted, case):
    """What a guest with vectors does wrong it is told by an exception, as on a board."""
    option, seen = GONE_WRONG[case]
    ran = hosted.kvmshim("memory=64M", option, firmware="nowhere")
    assert seen in ran.text, ran.text[-500:]
    assert (ran.outcome, ran.code) == ("poweroff", 0)


@BOTH_GICS
@pytest.mark.parametrize("case", ["read", "write"])
def test_guest_touches_nowhere_stubbed(hosted, case):
    ran = hosted.kvmshim("memory=64M", "unmodelled=stub", f"bootargs=do={case} at=0x20000000", firmware="nowhere")
    assert "ok went-on" in ran.text
    assert "0x20000000" in ran.text.split("handing over")[1] and "PC 0x4" in ran.text


@BOTH_GICS
@pytest.mark.parametrize("how", ["exec-no-vectors", "zero-vectors"])
def test_guest_jumps_to_nowhere(hosted, how):
    """Every abort leads to the next, and nothing ever exits: found by sampling the PC."""
    ran = hosted.kvmshim("memory=64M", f"bootargs=do={how}", firmware="nowhere")
    assert (ran.outcome, ran.code) == ("hang", 34)
    assert "PC 0x" in ran.words and "(E-STUCK)" in ran.words


@BOTH_GICS
def test_firmware_is_text(hosted):
    """No header tells text from code: it is tried, and found to be stuck in its own exceptions."""
    ran = hosted.kvmshim("memory=64M", firmware="/bad/text")
    assert (ran.outcome, ran.code) == ("hang", 34)
    assert "(E-STUCK)" in ran.words


def not_decoded(hosted, do, word):
    ran = hosted.kvmshim("memory=64M", f"bootargs=do={do} at=0x9000000", firmware="nowhere")
    assert (ran.outcome, ran.code) == ("crash", 33), ran.text[-500:]
    told = ran.words.split("handing over")[1]
    assert "(E-NISV)" in told and f"reads 0x9000000 by an instruction {word}" in told and "PC 0x4" in told


@BOTH_GICS
def test_guest_access_not_decoded(hosted):
    """A load whose base is its own destination, which it also writes back: no two CPUs need do the same."""
    not_decoded(hosted, "unpredictable", "f8408400")


@pytest.mark.on(hosts([(3, "6.12", "max")]))
def test_guest_access_not_decoded_sve(hosted):
    not_decoded(hosted, "scalable", "a400a000")


@BOTH_GICS
@pytest.mark.parametrize("sent", [15, 9, 11], ids=["SIGTERM", "SIGKILL", "SIGSEGV"])
def test_hosted_shim_is_killed(hosted, sent):
    """The line is usable afterwards, and the next run is as good as the first."""
    ran = hosted.command("after", 2, sent, *board.shim_words(["memory=64M", "bootargs=do=wait"], "nowhere"))
    # Asked to end, it ends in order; SIGKILL leaves no last words.
    assert (ran.outcome, ran.code, ran.signal) == {15: ("poweroff", 0, 0), 9: (None, -1, 9), 11: ("internal", 68, 0)}[sent]
    assert hosted.kvmshim("memory=64M", firmware="idregs").outcome == "poweroff"
