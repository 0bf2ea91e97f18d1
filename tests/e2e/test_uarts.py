# SPDX-License-Identifier: BSD-2-Clause
"""Linux on each kind of UART: its own driver, by interrupts, both ways, and again after a reset in place."""
import re

import pytest

import board
import trees
from conftest import QUICK
from test_linux import LONG, power_off

# Name: the node (at TAKEN), the interrupt's name in Linux, more settings. A node elsewhere than PLACE names its "path".
PLACE = "/serial@b040000"
TAKEN = "reg = <0x0 0x0b040000 0x0 0x1000>; interrupts = <0 8 4>; clocks = <&apb_pclk>;"
TAKEN_TWO_CLOCKS = TAKEN.replace("<&apb_pclk>", "<&apb_pclk &apb_pclk>")


def lpuart(chip):
    return f"""serial@b040000 {{ compatible = "fsl,{chip}-lpuart"; {TAKEN} clock-names = "ipg"; }};"""


def interrupts(more):
    """TAKEN with more interrupts than its own."""
    return TAKEN.replace("<0 8 4>", ", ".join(f"<0 {number} 4>" for number in (8, *more)))


def scif(names, *more):
    return f"""serial@b040000 {{ compatible = {names}; {interrupts(more)} clock-names = "fck"; }};"""


def a3700(kind, *more, names='"uart-sum", "uart-tx", "uart-rx"'):
    names = f"interrupt-names = {names};" if names else ""
    return f"""serial@b040000 {{ compatible = "marvell,armada-3700-uart{kind}"; {interrupts(more)} {names} }};"""


UARTS = {
    "arm,pl011": {"node": f"""serial@b040000 {{ compatible = "arm,pl011", "arm,primecell"; {TAKEN}
                  clock-names = "apb_pclk"; }};""", "irq": "uart-pl011"},
    "ns16550a": {"node": f'serial@b040000 {{ compatible = "ns16550a"; {TAKEN} }};', "irq": "ttyS0"},
    "fsl,imx6q-uart": {"node": f"""serial@b040000 {{ compatible = "fsl,imx8mm-uart", "fsl,imx6q-uart"; {TAKEN_TWO_CLOCKS}
                       clock-names = "ipg", "per"; }};""", "irq": "b040000.serial"},
    "fsl,imx7ulp-lpuart": {"node": lpuart("imx7ulp"), "irq": "fsl-lpuart"},
    "fsl,imx8ulp-lpuart": {"node": lpuart("imx8ulp"), "irq": "fsl-lpuart", "kernel": "6.12"},
    "fsl,imx8qxp-lpuart": {"node": f"""serial@b040000 {{ compatible = "fsl,imx8qxp-lpuart"; {TAKEN_TWO_CLOCKS}
                           clock-names = "ipg", "baud"; }};""", "irq": "fsl-lpuart"},
    "fsl,ls1021a-lpuart": {"node": lpuart("ls1021a"), "irq": "fsl-lpuart"},
    "fsl,ls1028a-lpuart": {"node": lpuart("ls1028a"), "irq": "fsl-lpuart", "kernel": "6.12"},
    "renesas,rcar-gen3-scif": {"node": scif('"renesas,rcar-gen3-scif", "renesas,scif"'), "irq": "b040000.serial:mux"},
    "renesas,hscif": {"node": scif('"renesas,rcar-gen3-hscif", "renesas,hscif"'), "irq": "b040000.serial:mux"},
    "renesas,scif-r9a07g044": {"node": scif('"renesas,scif-r9a07g044"', 9, 10, 11, 12, 12), "irq": "b040000.serial:tx empty"},
    "renesas,scif-r9a09g057": {"node": scif('"renesas,scif-r9a09g057"', 9, 10, 11, 12, 13, 14, 15, 16), "kernel": "6.12",
                               "irq": "b040000.serial:tx empty"},
    "marvell,armada-3700-uart": {"node": a3700("", 9, 10), "irq": "b040000.serial"},
    "marvell,armada-3700-uart,old": {"node": a3700("", names=""), "irq": "b040000.serial"},
    "marvell,armada-3700-uart-ext": {"node": a3700("-ext", 9, names='"uart-tx", "uart-rx"').replace(" 4>", " 1>"),
                                     "irq": "b040000.serial", "early": False},
}

MACHINE = trees.HEAD + """
&uart0 { status = "disabled"; };
&{/aliases} { serial0 = "PATH"; };
&{/} { NODE };
"""
LETTERS = "".join(chr(ord("a") + i % 26) for i in range(500))


def machine(name):
    """Its file in the guest's initramfs; a comma separates overlays."""
    return "/" + name.replace(",", "-") + ".dtbo"


def machine_made(name):
    row = UARTS[name]
    text = MACHINE.replace("PATH", row.get("path", PLACE)).replace("NODE", row["node"])
    return trees.overlay(f"uart-{name}", text)


@pytest.fixture(scope="module")
def host(bench):
    """A board with a kernel to boot and each kind's overlay."""
    board.make("guests")
    bench.drop()
    files = {"/launch": board.artefact("tests/e2e/launch"), "/kvmshim": board.artefact("kvmshim"),
             "/root64": board.BUILD / "tests/guest/linux/root64.cpio.gz",
             **{f"/{kernel}": board.linux(kernel) for kernel in ("6.1", "6.12")},
             **{machine(name): machine_made(name) for name in UARTS}}
    hosted = board.Hosted(*QUICK[1], board.initramfs("uarts", files), memory=1536)
    yield hosted
    hosted.close()


def user_space(host):
    """What came up to /init's prompt."""
    host.board.expect(re.compile(rb"init# |RAN code"), timeout=LONG)
    screen = host.board.before().decode(errors="replace").replace("\r", "")
    assert host.board.child.after == b"init# ", screen
    return screen


def interrupts_taken(host, name):
    """How many the driver has had."""
    host.board.send("interrupts\n")
    row = re.search(rf"^ *\d+: +(\d+) .*\s{name}$", user_space(host), re.M)
    return int(row[1])


def typed_and_echoed(host, text):
    """More than a FIFO holds, faster than it is read."""
    host.board.send(text + "\n")
    assert text in user_space(host)


def works(host, row):
    before = interrupts_taken(host, row["irq"])
    assert before
    typed_and_echoed(host, LETTERS)
    assert interrupts_taken(host, row["irq"]) > before


@pytest.mark.parametrize("name", UARTS)
def test_linux(host, name):
    row = UARTS[name]
    host.start(*board.shim_words([f"overlay={machine(name)}", "initrd=/root64", "memory=256M",
                                  f"bootargs={row.get('bootargs', 'earlycon')}"], f"/{row.get('kernel', '6.1')}"))
    screen = user_space(host)
    assert re.search(r"SPI 8, console", screen)
    if row.get("early", True):
        assert re.search(r"bootconsole \[\w+\] enabled", screen)
    works(host, row)
    host.board.send("reboot\n")
    assert "handing over" not in user_space(host)
    works(host, row)
    power_off(host)
