# SPDX-License-Identifier: BSD-2-Clause
"""What a host offers, told on it, kept, and used to plan elsewhere."""
import re
import subprocess

import pytest

import board
from conftest import QUICK, hosts

pytestmark = pytest.mark.on(hosts(QUICK))


def table(text):
    rows = text.partition("what KVM on this host offers\n")[2].partition("ID registers")[0]
    return {row[2:24].strip(): row[25:].strip() for row in rows.splitlines()}


def test_probe(hosted, request):
    gic, _, cpu = request.node.callspec.params["hosted"]
    ran = hosted.command("/kvmshim", "probe")
    assert ran.code == 0, ran.text
    rows = table(ran.text)
    assert rows["KVM API"] == "12"
    assert rows["GICv2 guests"] == ("yes" if gic == 2 else "no") and rows["GICv3 guests"] == ("yes" if gic == 3 else "no")
    assert rows["SVE"] == rows["pointer authentication"] == ("yes" if cpu == "max" else "no")
    assert int(rows["hardware breakpoints"]) > 0 and int(rows["hardware watchpoints"]) > 0
    assert rows["undecoded accesses"] == "yes"
    # Each register that KVM lists, and each of the vGIC that is not 0, with its value.
    listed = ran.text.partition("registers that KVM lists")[2]
    assert "SCTLR_EL1" in listed.partition("vGIC registers")[0]
    assert "GICD_TYPER" in listed.partition("vGIC registers")[2]
    registers = dict(re.findall(r"^  (ID_AA64[A-Z0-9]+_EL1) +(0x[0-9a-f]{16})$", ran.text, re.M))
    assert len(registers) >= 8
    # What the guest reads is what was said.
    guest = hosted.kvmshim("memory=64M", "cpus=1", firmware="idregs").text
    seen = dict(re.findall(r"^(ID_AA64[A-Z0-9]+_EL1) 0x([0-9a-f]+)$", guest, re.M))
    assert int(seen["ID_AA64ISAR0_EL1"], 16) == int(registers["ID_AA64ISAR0_EL1"], 16)
    assert max(map(len, ran.text.splitlines())) <= 80


def plan_lines(text):
    """What was found and what lies where; the firmware's path alone is another."""
    return [re.sub(" firmware .*", "", line.rstrip()) for line in text.splitlines() if re.match(r"(host|guest) |  0x", line)]


def test_saved_host_plans_elsewhere(hosted, request):
    """probe --save on the board, plan --host on this machine: the plan is that of the board."""
    gic, _, cpu = request.node.callspec.params["hosted"]
    assert hosted.command("/kvmshim", "probe", "--save=/tmp/host").code == 0
    saved = board.WORK / f"host-gic{gic}"
    saved.write_text(hosted.command("cat", "/tmp/host").text.strip("\n") + "\n")
    there = hosted.kvmshim("memory=128M", "cpus=3", firmware="idregs")
    here = subprocess.run([board.artefact("host/kvmshim"), "plan", f"--host={saved}", "--memory=128M", "--cpus=3",
                           f"--board-dtb={board.board_tree(gic, cpu)}", f"--firmware={board.BUILD}/tests/guest/idregs.bin"],
                          capture_output=True, text=True, check=True).stdout
    mine, its = plan_lines(here), plan_lines(there.text)
    assert mine == its and len(its) > 6
