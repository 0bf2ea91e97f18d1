# SPDX-License-Identifier: BSD-2-Clause
"""Device trees and firmware files for the tests, good and bad, and the initramfs that holds them."""
import re
import struct
import subprocess

import board

GICS = (2, 3)

HEAD = "/dts-v1/;\n/plugin/;\n"
# Everything with an address goes elsewhere; the GIC's regions depend on its version.
MOVED = HEAD + """
&uart0 {{ reg = <0x0 0x0b000000 0x0 0x1000>; interrupts = <0 40 4>; }};
&rtc0 {{ reg = <0x0 0x0b010000 0x0 0x1000>; interrupts = <0 41 4>; }};
&gic {{ reg = {gic}; }};
&ram {{ reg = <0x0 0x80000000 0x0 0x0>; }};
"""
MOVED_GIC = {
    2: "<0x0 0x0c000000 0x0 0x10000>, <0x0 0x0c010000 0x0 0x10000>",
    3: "<0x0 0x0c000000 0x0 0x10000>, <0x0 0x0d000000 0x0 0x00f60000>, <0x41 0x0 0x0 0x04000000>",
}
SECOND_UART = HEAD + """
&{/} { uart1: serial@b040000 {
	compatible = "arm,pl011", "arm,primecell";
	reg = <0x0 0x0b040000 0x0 0x1000>;
	interrupts = <0 8 4>;
	clocks = <&apb_pclk>, <&apb_pclk>;
	clock-names = "uartclk", "apb_pclk";
}; };
"""
NO_UART = HEAD + '&uart0 { status = "disabled"; };\n'
UNKNOWN = HEAD + """
&{/} { mystery@b050000 {
	compatible = "acme,mystery";
	reg = <0x0 0x0b050000 0x0 0x1000>;
}; };
"""
BLOCK = HEAD + """
&{/} { block@b070000 {
	compatible = "acme,block";
	reg = <0x0 0x0b070000 0x0 0x1000>;
}; };
"""
CLOCK = HEAD + """
&{/} { cru@b080000 {
	compatible = "acme,cru";
	reg = <0x0 0x0b080000 0x0 0x1000>;
	#clock-cells = <1>;
}; };
"""
SCRATCH = HEAD + """
&{/} { scratch@b060000 {
	compatible = "kvmshim,scratch";
	reg = <0x0 0x0b060000 0x0 0x1000>;
}; };
"""
OVERLAP = HEAD + "&rtc0 { reg = <0x0 0x09000800 0x0 0x1000>; };\n"
LOW_RAM = HEAD + "&ram { reg = <0x0 0x08800000 0x0 0x0>; };\n"


def base(gic):
    return board.artefact(f"dts/virt-gicv{gic}.dtb")


def overlay(name, text):
    board.WORK.mkdir(parents=True, exist_ok=True)
    source, out = board.WORK / f"{name}.dtso", board.WORK / f"{name}.dtbo"
    source.write_text(text)
    subprocess.run(["dtc", "-q", "-@", "-I", "dts", "-O", "dtb", "-o", out, source], check=True)
    return out


def overlays():
    made = {}
    for gic in GICS:
        far = {2: "<0x0 0x08000000 0x0 0x10000>, <0x100000 0x0 0x0 0x10000>",
               3: "<0x100000 0x0 0x0 0x10000>, <0x0 0x080a0000 0x0 0x00f60000>"}[gic]
        odd = {2: "<0x0 0x08000400 0x0 0x10000>, <0x0 0x08010000 0x0 0x10000>",
               3: "<0x0 0x08008000 0x0 0x10000>, <0x0 0x080a0000 0x0 0x00f60000>"}[gic]
        regions = "#redistributor-regions = <1>; " if gic == 3 else ""
        made[f"moved-gic{gic}"] = MOVED.format(gic=MOVED_GIC[gic])
        made[f"gic-unaligned-gic{gic}"] = HEAD + f"&gic {{ {regions}reg = {odd}; }};\n"
        made[f"gic-beyond-gic{gic}"] = HEAD + f"&gic {{ {regions}reg = {far}; }};\n"
    made.update({"second-uart": SECOND_UART, "no-uart": NO_UART, "unknown": UNKNOWN, "block": BLOCK, "clock": CLOCK,
                 "overlap": OVERLAP, "low-ram": LOW_RAM, "scratch": SCRATCH})
    return {f"/overlays/{name}.dtbo": overlay(name, text) for name, text in made.items()}


def fdtput_tree(gic):
    """The moved machine once more, by the tool that people have at hand."""
    out = board.WORK / f"fdtput-gic{gic}.dtb"
    out.write_bytes(base(gic).read_bytes())

    def put(node, prop, *cells):
        subprocess.run(["fdtput", "-t", "x", out, node, prop, *(f"{c:x}" for c in cells)], check=True)

    put("/serial@9000000", "reg", 0, 0xa000000, 0, 0x1000)
    put("/serial@9000000", "interrupts", 0, 60, 4)
    put("/memory@40000000", "reg", 0, 0x60000000, 0, 0)
    if gic == 2:
        put("/interrupt-controller@8000000", "reg", 0, 0xe000000, 0, 0x10000, 0, 0xe010000, 0, 0x10000)
    else:
        put("/interrupt-controller@8000000", "reg", 0, 0xe000000, 0, 0x10000, 0, 0xf000000, 0, 0xf60000,
            0x41, 0, 0, 0x4000000)
    return out


def no_uart_tree(gic):
    out = board.WORK / f"removed-gic{gic}.dtb"
    out.write_bytes(base(gic).read_bytes())
    subprocess.run(["fdtput", "-r", out, "/serial@9000000"], check=True)
    subprocess.run(["fdtput", "-d", out, "/chosen", "stdout-path"], check=True)
    return out


def bad_files():
    """Files that are wrong in one way each."""
    good = base(3).read_bytes()
    wrong_magic = b"\0\0\0\0" + good[4:]
    strings_beyond = good[:12] + struct.pack(">I", 0x7fffffff) + good[16:]
    made = {
        "empty": b"",
        "truncated.dtb": good[:len(good) // 2],
        "magic.dtb": wrong_magic,
        "strings.dtb": strings_beyond,
        "text": b"This is not firmware at all.\n" * 200,
    }
    for name, data in made.items():
        (board.WORK / name).write_bytes(data)
    return {f"/bad/{name}": board.WORK / name for name in made}


def built(name, config="defconfig", **symbols):
    """kvmshim with a configuration of its own, in a folder called NAME."""
    folder = board.BUILD / name
    out = folder / "kvmshim"
    command = ["make", "-s", "-C", board.ROOT, f"O={folder}"]
    if not (folder / ".config").exists():
        subprocess.run([*command, config], check=True)
        config = (folder / ".config").read_text()
        for symbol, value in symbols.items():
            config = re.sub(f"^(# )?CONFIG_{symbol}[= ].*$", f"CONFIG_{symbol}={value}", config, flags=re.M)
        (folder / ".config").write_text(config)
    subprocess.run([*command, out], check=True)
    return out


def small_ring():
    """kvmshim with 1 KiB between guest and line."""
    return built("small-ring", TX_RING=1024)


def small():
    """kvmshim with nothing that can be left out."""
    return built("small", "small_defconfig")


def with_scratch():
    """kvmshim with a device that is memory; overlays/scratch.dtbo has a node for it."""
    return built("scratch", DEV_SCRATCH="y")


def hosted_initramfs(more=None):
    """kvmshim, the guests, and all trees and files of the tests, with launch as PID 1."""
    board.WORK.mkdir(parents=True, exist_ok=True)
    files = {"/launch": board.artefact("tests/e2e/launch"), "/kvmshim": board.artefact("kvmshim"),
             "/uboot.bin": board.CACHE / "u-boot/qemu_arm64/u-boot.bin", "/efi.fd": board.CACHE / "efi/QEMU_EFI.fd"}
    for guest in sorted((board.BUILD / "tests/guest").glob("*.bin")):
        files[f"/guests/{guest.name}"] = guest
    files["/guests/nowhere.elf"] = board.artefact("tests/guest/nowhere.elf")
    for gic in GICS:
        files[f"/trees/virt-gic{gic}.dtb"] = base(gic)
        files[f"/trees/fdtput-gic{gic}.dtb"] = fdtput_tree(gic)
        files[f"/trees/removed-gic{gic}.dtb"] = no_uart_tree(gic)
    files |= overlays()
    files |= bad_files()
    if more:
        return board.initramfs("hosted-more", files | more)
    return board.initramfs("hosted", files)
