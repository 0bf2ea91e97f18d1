# SPDX-License-Identifier: BSD-2-Clause
"""Guests that check the machine from inside, on real KVM."""
import re
import time

import pytest

import board
from conftest import QUICK, hosts

ALL = pytest.mark.on(hosts())
BOTH_GICS = pytest.mark.on(hosts(QUICK))
GICV3 = pytest.mark.on(hosts([(3, "6.1", "a57"), (3, "6.12", "max")]))


def verdicts(ran):
    """Name -> True or False, of the lines a guest prints."""
    lines = re.findall(r"^(ok|FAIL) (\S+)(.*)$", ran.text, re.M)
    return {name: verdict == "ok" for verdict, name, _ in lines}


def assert_good(ran, *names, outcome="poweroff", code=0):
    bad = re.findall(r"^FAIL .*$", ran.text, re.M)
    assert not bad, bad
    assert "\nDONE\n" in ran.text, ran.text[-600:]
    missing = set(names) - set(verdicts(ran))
    assert not missing, missing
    assert (ran.outcome, ran.code, ran.signal) == (outcome, code, 0)


def contract_names():
    text = (board.ROOT / "docs/boot-contract.md").read_text()
    return re.findall(r"^\| `([a-z0-9-]+)` \|", text, re.M)


@ALL
def test_contract(hosted):
    ran = hosted.kvmshim("cpus=4", "memory=128M", firmware="contract")
    assert_good(ran, *contract_names())
    assert set(verdicts(ran)) == set(contract_names())


@BOTH_GICS
def test_contract_from_a_place(hosted):
    ran = hosted.kvmshim("memory=128M", firmware="/guests/contract.bin@0x42000000")
    assert_good(ran, *contract_names())


def irq(hosted, *options):
    hosted.start(*board.shim_words(["cpus=4", "memory=128M", *options], "irq"))
    hosted.board.expect("TYPE a byte")
    before = hosted.board.before()
    hosted.board.send("Z")
    ran = hosted.finish(before=before)
    assert_good(ran, "timer-ppi", "sgi", "all-cpus", "sgi-to-self", "uart-spi")
    assert "received 0x5a" in ran.text
    return ran


@ALL
def test_interrupts(hosted):
    irq(hosted)


@BOTH_GICS
@pytest.mark.parametrize("how", ["overlay", "fdtput"])
def test_moved_machine(hosted, request, how):
    gic = request.node.callspec.params["hosted"][0]
    options = {"overlay": [f"overlay=/overlays/moved-gic{gic}.dtbo"],
               "fdtput": [f"machine=/trees/fdtput-gic{gic}.dtb"]}[how]
    uart, intid, gicd, ram = {"overlay": (0xb000000, 72, 0xc000000, 0x80000000),
                              "fdtput": (0xa000000, 92, 0xe000000, 0x60000000)}[how]
    irq(hosted, *options)
    ran = hosted.kvmshim("memory=128M", *options, firmware="idregs")
    assert_good(ran, "idregs")
    assert f"uart {uart:#x} intid {intid}" in ran.text
    assert f"gicd {gicd:#x}" in ran.text
    assert f"memory {ram:#x} 0x8000000" in ran.text
    assert_good(hosted.kvmshim("cpus=2", "memory=128M", *options, firmware="contract"), *contract_names())


@BOTH_GICS
def test_uart_removed(hosted, request):
    gic = request.node.callspec.params["hosted"][0]
    for option in (f"machine=/trees/removed-gic{gic}.dtb", "overlay=/overlays/no-uart.dtbo"):
        ran = hosted.kvmshim("memory=128M", option, firmware="contract")
        assert (ran.outcome, ran.code) == ("poweroff", 0)
        assert "DONE" not in ran.text
        assert "no console" in ran.words


@BOTH_GICS
def test_second_uart(hosted):
    ran = hosted.kvmshim("memory=128M", "overlay=/overlays/second-uart.dtbo", firmware="idregs")
    assert_good(ran, "idregs")
    assert "uart 0x9000000 intid 33" in ran.text
    assert "uart 0xb040000 intid 40" in ran.text


@BOTH_GICS
@pytest.mark.parametrize("policy", ["stub", "trace", "abort"])
def test_unknown_node(hosted, policy):
    ran = hosted.kvmshim("memory=128M", "overlay=/overlays/unknown.dtbo", f"unmodelled={policy}",
                         "bootargs=do=read at=0xb050010", firmware="nowhere")
    assert "mystery@b050000" in ran.text.split("handing over")[0]
    assert "mystery@b050000" in ran.words.split("handing over")[1]
    if policy == "abort":
        assert "FAIL exception kind 4" in ran.text and "esr 0x96000010" in ran.text
    else:
        assert "read 0x0" in ran.text and "ok went-on" in ran.text


@ALL
def test_psci_cpus(hosted):
    ran = hosted.kvmshim("cpus=8", "memory=128M", firmware="psci")
    assert_good(ran, "cpu-on", "cpu-off", "cpu-on-again", "already-on", "cpu-suspend", "cpu-suspend-waits")
    assert "psci: 8 cpus" in ran.text


@pytest.mark.on(hosts([(2, "6.1", "a57")]))
def test_nine_cpus_refused_on_gicv2(hosted):
    ran = hosted.kvmshim("cpus=9", "memory=128M", firmware="psci")
    assert (ran.outcome, ran.code) == ("refused", 67)
    assert "at most 8" in ran.words and "GICv2" in ran.words


@pytest.mark.slow
@GICV3
def test_130_cpus(hosted):
    ran = hosted.kvmshim("cpus=130", "memory=128M", firmware="psci", timeout=3 * board.HANG)
    assert_good(ran, "cpu-on", "cpu-off", "cpu-on-again")
    assert "psci: 130 cpus" in ran.text


def resets(hosted, request, arguments, **more):
    # Before Linux 6.4 KVM has no register for the physical timer's compare value: nobody outside can set it.
    kernel = request.node.callspec.params["hosted"][1]
    kept = " kept=CNTP_CVAL_EL0" if kernel == "6.1" else ""
    return hosted.kvmshim("cpus=4", "memory=128M", f"bootargs={arguments}{kept}", firmware="reset", **more)


@ALL
@pytest.mark.parametrize("how", ["reset", "reset2"])
def test_reset(hosted, request, how):
    ran = resets(hosted, request, f"resets=3 how={how}")
    assert_good(ran, "resets", "registers-equal")


@pytest.mark.slow
@BOTH_GICS
def test_1000_resets(hosted, bench, request):
    # Else the kernel gathers the guest's few pages into huge ones while it runs: more memory, but no leak.
    hosted = bench.get(request.node.callspec.params["hosted"], append="transparent_hugepage=never")
    few = resets(hosted, request, "resets=10")
    many = resets(hosted, request, "resets=1000", progress=rb"\nreset \d+")
    assert_good(many, "resets", "registers-equal")
    assert many.rss <= few.rss + 64, "memory leaks from reset to reset"


@ALL
def test_load(hosted):
    ran = hosted.kvmshim("cpus=4", "memory=128M", "bootargs=seconds=3", firmware="load")
    assert_good(ran, "started", "no-errors", "none-stuck")


@ALL
def test_clock(hosted):
    ran = hosted.kvmshim("memory=128M", firmware="pl031")
    assert_good(ran, "runs", "periph-id", "cell-id")
    there = int(re.search(r"^time (\d+)", ran.text, re.M)[1])
    # The emulated board's own clock is this machine's.
    assert abs(there - time.time()) < 3600


def field(ran, register, shift):
    return int(re.search(rf"^{register} 0x([0-9a-f]+)", ran.text, re.M)[1], 16) >> shift & 15


@pytest.mark.on(hosts([(2, "6.1", "a57"), (3, "6.1", "max"), (3, "6.12", "max")]))
def test_cpu_features(hosted, request):
    cpu = request.node.callspec.params["hosted"][2]
    full = hosted.kvmshim("memory=128M", firmware="idregs")
    less = hosted.kvmshim("memory=128M", "cpu=host,-pmu,-sve,-pauth", firmware="idregs")
    assert_good(full, "idregs")
    assert_good(less, "idregs")
    assert field(full, "ID_AA64DFR0_EL1", 8) > 0
    assert field(less, "ID_AA64DFR0_EL1", 8) == 0
    if cpu == "max":
        assert field(full, "ID_AA64PFR0_EL1", 32) > 0
        assert any(field(full, "ID_AA64ISAR1_EL1", s) for s in (4, 8))
    assert field(less, "ID_AA64PFR0_EL1", 32) == 0
    assert not any(field(less, "ID_AA64ISAR1_EL1", s) for s in (4, 8, 24, 28))


@BOTH_GICS
def test_settings_reach_the_guest(hosted):
    ran = hosted.kvmshim("memory=96M", "cpus=3", "bootargs=one two=2", firmware="idregs")
    assert_good(ran, "idregs")
    assert "memory 0x40000000 0x6000000" in ran.text
    assert "cpus 3\n" in ran.text
    assert "bootargs one two=2\n" in ran.text


@pytest.mark.on(hosts([(2, "6.1", "a57")]))
def test_gicv2_without_the_device_api(hosted):
    """KVM_CREATE_IRQCHIP and KVM_ARM_SET_DEVICE_ADDR, forced on a kernel that has better."""
    irq(hosted, "gic=2-irqchip")
