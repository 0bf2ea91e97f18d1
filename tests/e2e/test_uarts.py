# SPDX-License-Identifier: BSD-2-Clause
"""Linux on each kind of UART: its own driver, by interrupts, both ways, and again after a reset in place."""
import lzma
import re

import pytest

import board
import trees
from test_linux import LONG, power_off

# Name: the node (at TAKEN), the interrupt's name in Linux, the kernel where 6.1 lacks the driver, whether there is an
# earlycon. A node elsewhere than PLACE names its "path".
PLACE = "/serial@b040000"
TAKEN = "reg = <0x0 0x0b040000 0x0 0x1000>; interrupts = <0 8 4>; clocks = <&apb_pclk>;"
TWO_CLOCKS = TAKEN.replace("<&apb_pclk>", "<&apb_pclk>, <&apb_pclk>")
# As on boards: below its wrapper, of which nothing is read but a version, and that may be 0.
GENI = f"""geniqup@b0c0000 {{ compatible = "qcom,geni-se-qup"; reg = <0x0 0x0b0c0000 0x0 0x2000>;
        clocks = <&apb_pclk>, <&apb_pclk>; clock-names = "m-ahb", "s-ahb"; #address-cells = <2>; #size-cells = <2>; ranges;
        serial@b040000 {{ compatible = "qcom,geni-debug-uart"; reg = <0x0 0x0b040000 0x0 0x4000>;
        interrupts = <0 8 4>; clocks = <&se>; clock-names = "se"; }}; }};
        se: clock-se {{ compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <7372800>; }};"""
GENI_ROW = {"node": GENI, "path": "/geniqup@b0c0000/serial@b040000", "irq": "qcom_geni_serial_uart0",
            "settings": ["unmodelled=stub"]}
UARTDM = """serial@b040000 { compatible = "qcom,msm-uartdm-vVERSION", "qcom,msm-uartdm"; reg = <0x0 0x0b040000 0x0 0x1000>;
          interrupts = <0 8 4>; clocks = <&apb_pclk>, <&apb_pclk>; clock-names = "core", "iface"; };"""
MESON = """serial@b040000 { compatible = "amlogic,meson-NAME-uart", "amlogic,meson-ao-uart"; reg = <0x0 0x0b040000 0x0 0x1000>; interrupts = <0 8 1>;
         clocks = <&apb_pclk>, <&apb_pclk>, <&apb_pclk>; clock-names = "xtal", "pclk", "baud"; };"""


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
    "snps,dw-apb-uart": {"node": f'''serial@b040000 {{ compatible = "snps,dw-apb-uart"; {TAKEN}
                         reg-shift = <2>; reg-io-width = <4>; }};''', "irq": "ttyS0"},
    "ti,am654-uart": {"node": f'serial@b040000 {{ compatible = "ti,am654-uart"; {TAKEN} clock-names = "fclk"; }};',
                      "irq": "b040000.serial", "kernel": "6.12"},
    "nvidia,tegra20-uart": {"node": f'''serial@b040000 {{ compatible = "nvidia,tegra20-uart"; {TAKEN}
                            reg-shift = <2>; }};''', "irq": "ttyS0"},
    "brcm,bcm2835-aux-uart": {"node": f'serial@b040000 {{ compatible = "brcm,bcm2835-aux-uart"; {TAKEN} }};',
                              "irq": "ttyS0"},
    "mediatek,mt6577-uart": {"node": f'''serial@b040000 {{ compatible = "mediatek,mt6577-uart"; {TWO_CLOCKS}
                             clock-names = "baud", "bus"; }};''', "irq": "ttyS0", "kernel": "6.12"},
    "intel,xscale-uart": {"node": f'''serial@b040000 {{ compatible = "mrvl,mmp-uart", "intel,xscale-uart"; {TAKEN}
                          reg-shift = <2>; }};''', "irq": "ttyS0", "early": False},
    "arm,sbsa-uart": {"node": f"""serial@b040000 {{ compatible = "arm,sbsa-uart"; {TAKEN}
                      current-speed = <115200>; }};""", "irq": "uart-pl011"},
    **{name: {"node": f"""serial@b040000 {{ compatible = "{name}"; {TWO_CLOCKS}
              clock-names = "uart_clk", "pclk"; }};""", "irq": "xuartps", "kernel": kernel}
       for name, kernel in (("xlnx,zynqmp-uart", "6.1"), ("cdns,uart-r1p12", "6.12"),
                            ("cdns,uart-r1p8", "6.1"), ("xlnx,xuartps", "6.12"))},
    # Linux takes the channel's FIFO to have 256, 256 and 64 bytes; 6.1 has no driver.
    **{name: {"node": f"""serial@b040000 {{ compatible = "{name}"; {TWO_CLOCKS}
              clock-names = "uart", "clk_uart_baud0"; samsung,uart-fifosize = <256>; }};""",
              "irq": "b040000.serial", "kernel": "6.12", "module": "samsung_tty", "early": False}
       for name in ("google,gs101-uart", "samsung,exynos850-uart", "samsung,exynos5433-uart")},
    **{name: GENI_ROW | {"kernel": kernel}
       for name, kernel in (("qcom,geni-debug-uart", "6.1"), ("qcom,geni-debug-uart-of-6.12", "6.12"))},
    # No console to Linux; from 6.3 on its driver wants DMA.
    "qcom,geni-uart": GENI_ROW | {"node": GENI.replace("debug-", ""), "bootargs": "tty=ttyHS0", "early": False},
    "qcom,msm-uartdm-v1.4": {"node": UARTDM.replace("VERSION", "1.4"), "irq": "msm_serial0"},
    "qcom,msm-uartdm-v1.3": {"node": UARTDM.replace("VERSION", "1.3"), "irq": "msm_serial0", "kernel": "6.12"},
    "amlogic,meson-gx-uart": {"node": MESON.replace("NAME", "gx"), "irq": "ttyAML0"},
    "amlogic,meson-g12a-uart": {"node": MESON.replace("NAME", "g12a"), "irq": "ttyAML0", "kernel": "6.12"},
    "fsl,imx6q-uart": {"node": f"""serial@b040000 {{ compatible = "fsl,imx8mm-uart", "fsl,imx6q-uart"; {TWO_CLOCKS}
                       clock-names = "ipg", "per"; }};""", "irq": "b040000.serial"},
    "fsl,imx7ulp-lpuart": {"node": lpuart("imx7ulp"), "irq": "fsl-lpuart"},
    "fsl,imx8ulp-lpuart": {"node": lpuart("imx8ulp"), "irq": "fsl-lpuart", "kernel": "6.12"},
    "fsl,imx8qxp-lpuart": {"node": f"""serial@b040000 {{ compatible = "fsl,imx8qxp-lpuart"; {TWO_CLOCKS}
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

# Those that run in make check, too.
QUICK_ONES = ("ns16550a", "qcom,geni-debug-uart")
# One of each model, on which Linux reboots in place, too.
REBOOTED = (*QUICK_ONES, "arm,pl011", "qcom,msm-uartdm-v1.4", "amlogic,meson-gx-uart", "fsl,imx6q-uart", "fsl,imx8ulp-lpuart",
            "xlnx,zynqmp-uart", "renesas,rcar-gen3-scif", "marvell,armada-3700-uart", "samsung,exynos5433-uart")
assert set(REBOOTED) <= set(UARTS)

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


def root(row):
    """The initramfs of its Linux, as it is called there; with the console's driver if that is a module."""
    return f"/root64-{row['module']}" if "module" in row else "/root64"


def root_made(row):
    plain = board.BUILD / "tests/guest/linux/root64.cpio.gz"
    if "module" not in row:
        return plain
    board.WORK.mkdir(parents=True, exist_ok=True)
    driver = board.WORK / f"{row['module']}.ko"
    packed, = (board.CACHE / f"linux-{row['kernel']}/modules").resolve().rglob(f"{row['module']}.ko.xz")
    driver.write_bytes(lzma.decompress(packed.read_bytes()))
    return board.initramfs(f"root64-{row['module']}", {"/console.ko": driver}, base=plain)


@pytest.fixture(scope="module")
def host(bench):
    """A board with a kernel to boot and each kind's overlay."""
    board.make("guests")
    bench.drop()
    files = {"/launch": board.artefact("tests/e2e/launch"), "/kvmshim": board.artefact("kvmshim"),
             **{root(row): root_made(row) for row in UARTS.values()},
             **{f"/{kernel}": board.linux(kernel) for kernel in ("6.1", "6.12")},
             **{machine(name): machine_made(name) for name in UARTS}}
    hosted = board.Hosted(3, "6.1", "a57", board.initramfs("uarts", files), memory=1536)
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


@pytest.mark.parametrize("name", [pytest.param(n, marks=[] if n in QUICK_ONES else [pytest.mark.slow]) for n in UARTS])
def test_linux(host, name):
    row = UARTS[name]
    host.start(*board.shim_words([f"overlay={machine(name)}", f"initrd={root(row)}", "memory=256M", *row.get("settings", []),
                                  f"bootargs={row.get('bootargs', 'earlycon')}"], f"/{row.get('kernel', '6.1')}"))
    screen = user_space(host)
    assert re.search(r"SPI 8, console", screen)
    assert bool(re.search(r"bootconsole \[\w+\] enabled", screen)) == row.get("early", True)
    works(host, row)
    if name in REBOOTED:
        host.board.send("reboot\n")
        assert "handing over" not in user_space(host)
        works(host, row)
    power_off(host)
