# SPDX-License-Identifier: BSD-2-Clause
"""Hosts that cannot run a guest: each tells its cause by a code, what proves it, and what to do."""
import re
import shutil
import subprocess

import pytest

import board
import trees

pytestmark = pytest.mark.slow

NO_KVM, REFUSED, BAD_CONFIG = ("no-kvm", 65), ("refused", 67), ("bad-config", 64)


def tree_of(name, gic, *changes):
    """The emulated board's tree, changed as by fdtput."""
    out = board.WORK / f"cause-{name}.dtb"
    shutil.copy(board.board_tree(gic, "a57"), out)
    for change in changes:
        subprocess.run(["fdtput", *change[:-1], out, *change[-1].split()], check=True)
    return out


# The emulator answers PSCI by HVC where it has no EL2.
NO_EL2 = ["-t", "s", "/psci method hvc"]
INTC = "/intc@8000000"

# name: GIC, machine (with its EL2 or without), words of the kernel's command line, changes of the tree,
# options, outcome, code, what the sentence holds, what stands behind "seen:"
CAUSES = {
    "el1": (3, "virt", "", None, [], NO_KVM, "E-EL1",
            ["entered at EL1", "QEMU: -M virt,virtualization=on"], ["CPU: All CPU(s) started at EL1"]),
    "gunyah": (3, "virt", "", [NO_EL2, ["-p", "-t", "s", "/hypervisor compatible qcom,gunyah-hypervisor-1.0"]], [],
               NO_KVM, "E-HYP", ["Gunyah keeps EL2", "firmware without it"],
               ['node /hypervisor: compatible = "qcom,gunyah-hypervisor-1.0"', "started at EL1"]),
    "qualcomm": (3, "virt", "", [NO_EL2, ["-t", "s", "/ compatible qcom,sdm845"]], [], NO_KVM, "E-HYP",
                 ["Qualcomm's hypervisor"], ['compatible = "qcom,sdm845"', "started at EL1"]),
    "behind-psci": (3, "virt", "", [NO_EL2, ["-t", "s", "/ compatible acme,board"]], [], NO_KVM, "E-HYP",
                    ["a hypervisor keeps EL2"], ['node /psci: method = "hvc"', "started at EL1"]),
    "switched-off": (3, "virt,virtualization=on", "kvm-arm.mode=none", None, [], NO_KVM, "E-NOKVM",
                     ["take kvm-arm.mode=none out"],
                     ["kvm [1]: KVM disabled from command line", "/proc/cmdline: kvm-arm.mode=none"]),
    "protected": (2, "virt,virtualization=on", "kvm-arm.mode=protected", None, [], NO_KVM, "E-PKVM",
                  ["needs a GICv3", "take kvm-arm.mode=protected out"],
                  ["GICv2 not supported in protected mode"]),
    "no-gicv": (2, "virt,virtualization=on", "",
                [["-t", "x", f"{INTC} reg 0 8000000 0 10000 0 8010000 0 10000"]], [], NO_KVM, "E-NOVGIC",
                ["no registers for guests, GICH and GICV"], [f"node {INTC}: reg has no third and fourth entry"]),
    "no-maintenance": (3, "virt,virtualization=on", "", [["-d", f"{INTC} interrupts"]], [], NO_KVM, "E-NOVGIC",
                       ["no maintenance interrupt"], [f"node {INTC}: no interrupts"]),
    "no-virtual-timer": (3, "virt,virtualization=on", "",
                         [["-t", "x", "/timer interrupts 1 d 104 1 e 104"]], [], NO_KVM, "E-NOTIMER",
                         ["third interrupt"], ["invalid virtual timer IRQ"]),
    "ram-reserved": (3, "virt,virtualization=on", "",
                     [["-p", "-t", "x", "/reserved-memory/firmware@60000000 reg 0 60000000 0 18000000"],
                      ["/reserved-memory/firmware@60000000 no-map"],
                      ["-t", "x", "/reserved-memory #address-cells 2"], ["-t", "x", "/reserved-memory #size-cells 2"],
                      ["/reserved-memory ranges"]],
                     ["memory=800M"], REFUSED, "E-RAM", ["800 MiB of RAM", "such as memory="],
                     ["board's tree tells of 1024 MiB", "384 MiB, node /reserved-memory/firmware@60000000"]),
    "ram-cut-off": (3, "virt,virtualization=on", "mem=400M", None, ["memory=800M"], REFUSED, "E-RAM",
                    ["800 MiB of RAM"], ["cut off by mem="]),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_cause(boards, cause):
    gic, machine, cmdline, changes, options, outcome, code, says, seen = CAUSES[cause]
    more = {"dtb": tree_of(cause, gic, *changes)} if changes else {}
    b = boards(board.direct(f"cause-{cause}", gic, "6.1", "a57", trees.hosted_initramfs(), f"rdinit=/launch {cmdline}",
                            machine=machine, **more))
    b.expect("launch# ")
    b.send(" ".join(board.shim_words(options or ["memory=64M"], "idregs")) + "\n")
    assert b.outcome() == outcome
    text = b.before().decode().replace("\r", "")
    words = " ".join(text.split())
    sentence, _, proof = words.partition("kvmshim: seen: ")
    assert sentence.rstrip().endswith(f"({code})"), text
    for word in says:
        assert word in sentence, text
    for word in seen:
        assert word in proof, text
    assert "handing over" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_device_node_missing(hosted):
    assert hosted.command("remove", "/dev/kvm").code == 0
    ran = hosted.kvmshim("memory=64M", firmware="idregs")
    hosted.close()
    assert (ran.outcome, ran.code) == NO_KVM
    assert "mknod /dev/kvm c 10 232) (E-NOKVM-NODE)" in ran.words and "seen: /proc/misc: 232 kvm" in ran.words


def test_large_pages(hosted):
    """What this host offers, but for a kernel with pages of 64 KiB: the planner tells what these are to blame for."""
    assert hosted.command("/kvmshim", "probe", "--save=/tmp/host").code == 0
    saved = board.WORK / "host-64k"
    saved.write_text(re.sub(r"(?m)^page .*$", "page 65536", hosted.command("cat", "/tmp/host").text.strip("\n")) + "\n")
    for memory, code in (("0x2001000", "E-PAGESIZE"), ("0x2001800", "E-MEMORY")):
        ran = subprocess.run([board.artefact("host/kvmshim"), "plan", f"--host={saved}", f"--memory={memory}",
                              f"--board-dtb={board.board_tree(3, 'max')}", f"--firmware={board.BUILD}/tests/guest/idregs.bin"],
                             capture_output=True, text=True, check=False)
        words = " ".join(ran.stdout.split())
        assert ran.returncode == 64 and f"({code})" in words, ran.stdout
        assert ("pages of 65536 bytes: boot one with pages of 4096" in words) == (code == "E-PAGESIZE")
