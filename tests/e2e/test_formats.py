# SPDX-License-Identifier: BSD-2-Clause
"""A guest in each container that people pack firmware in, by the tools that they use: it boots, and finds the contract kept."""
import gzip
import re
import subprocess

import pytest

import board
import trees
from test_guests import assert_good, contract_names

LOAD = 0x42080000

FIT = """/dts-v1/;
/ {{
	description = "guests";
	#address-cells = <1>;
	images {{
		guest {{
			data = /incbin/("{contract}"); type = "kernel"; arch = "arm64"; os = "linux"; compression = "none";
			load = <0x42080000>; entry = <0x42080000>; hash-1 {{ algo = "sha256"; }}; hash-2 {{ algo = "crc32"; }};
		}};
		packed {{
			data = /incbin/("contract.gz"); type = "kernel"; arch = "arm64"; os = "linux"; compression = "gzip";
			load = <0x0 0x42080000>; entry = <0x0 0x42080000>; hash-1 {{ algo = "sha512"; }};
		}};
		moved {{
			data = /incbin/("{idregs}"); type = "kernel"; arch = "arm64"; os = "linux"; compression = "none";
			load = <0>; entry = <0>;
		}};
		reset {{
			data = /incbin/("{reset}"); type = "standalone"; arch = "arm64"; os = "u-boot"; compression = "none";
			load = <0x42080000>;
		}};
		atf {{
			data = /incbin/("{irq}"); type = "firmware"; arch = "arm64"; os = "arm-trusted-firmware"; compression = "none";
			load = <0x40000>; entry = <0x40000>;
		}};
		other {{
			data = /incbin/("{irq}"); type = "standalone"; arch = "arm64"; compression = "none"; load = <0x44000000>;
		}};
		ramdisk {{ data = /incbin/("{irq}"); type = "ramdisk"; arch = "arm64"; os = "linux"; compression = "none"; }};
		tree {{
			data = /incbin/("{tree}"); type = "flat_dt"; arch = "arm64"; compression = "none"; hash-1 {{ algo = "sha1"; }};
		}};
		overlay {{ data = /incbin/("{overlay}"); type = "flat_dt"; arch = "arm64"; compression = "none"; }};
	}};
	configurations {{
		default = "conf-guest";
		conf-guest {{ kernel = "guest"; }};
		conf-packed {{ kernel = "packed"; ramdisk = "ramdisk"; }};
		conf-moved {{ kernel = "moved"; fdt = "tree", "overlay"; }};
		conf-board {{ firmware = "atf"; loadables = "other", "reset"; fdt = "tree"; }};
	}};
}};
"""
UART_GONE_ELSEWHERE = trees.HEAD + "&uart0 { reg = <0x0 0x0b070000 0x0 0x1000>; };\n"


def files_make():
    folder = board.WORK / "formats"
    folder.mkdir(parents=True, exist_ok=True)

    def tool(*words):
        subprocess.run([str(w) for w in words], check=True, cwd=folder, stdout=subprocess.DEVNULL)

    guests = {name: board.artefact(f"tests/guest/{name}.bin") for name in ("contract", "reset", "idregs", "irq")}
    contract = guests["contract"]
    (folder / "contract.gz").write_bytes(gzip.compress(contract.read_bytes()))
    (folder / "x.its").write_text(FIT.format(**guests, tree=trees.base(3),
                                             overlay=trees.overlay("fit-uart", UART_GONE_ELSEWHERE)))
    tool("mkimage", "-f", "x.its", "fit.itb")
    tool("mkimage", "-E", "-f", "x.its", "external.itb")
    address = ["-a", f"{LOAD:x}", "-e", f"{LOAD:x}"]
    tool("mkimage", "-A", "arm64", "-O", "linux", "-T", "kernel", "-C", "none", *address, "-d", contract, "uImage")
    tool("mkimage", "-A", "arm64", "-O", "linux", "-T", "kernel", "-C", "gzip", *address, "-d", "contract.gz", "uImage.gz")
    tool("mkimage", "-A", "arm64", "-O", "linux", "-T", "multi", "-C", "none", *address, "-d",
         f"{guests['idregs']}:{guests['irq']}:{trees.fdtput_tree(3)}", "uImage.multi")
    tool("fiptool", "create", "--tb-fw", guests["irq"], "--soc-fw", guests["irq"], "--nt-fw", contract, "fip.bin")
    tool("fiptool", "create", "--nt-fw", "uImage.gz", "fip-uImage.bin")
    for version in (0, 2, 3):
        tool("mkbootimg", "--header_version", version, "--kernel", contract, "--ramdisk", guests["irq"],
             *(["--dtb", trees.base(3)] if version == 2 else []), "-o", f"boot{version}.img")
    tool("mkbootimg", "--kernel", guests["reset"], "--cmdline", "resets=2 how=reset kept=CNTP_CVAL_EL0", "-o", "reset.img")
    fixed = {name: board.artefact(f"tests/guest/{name}.elf") for name in ("contract-fixed", "nowhere-fixed")}
    made = {p.name: p for p in folder.iterdir() if p.suffix in (".itb", ".bin", ".img") or p.name.startswith("uImage")}
    return {f"/formats/{name}": path for name, path in made.items()} | \
           {f"/formats/{name}.elf": path for name, path in fixed.items()}


@pytest.fixture(scope="module")
def boxes(bench):
    bench.drop()
    hosted = board.Hosted(3, "6.1", "a57", trees.hosted_initramfs(files_make()))
    yield hosted
    hosted.close()


@pytest.mark.parametrize("file", [
    "fit.itb", "external.itb", "fit.itb#conf-packed", "external.itb#conf-packed", "uImage", "uImage.gz", "fip.bin",
    "fip-uImage.bin", "boot0.img", "boot2.img", "boot3.img", "contract-fixed.elf"])
def test_guest_boots(boxes, file):
    ran = boxes.kvmshim("cpus=2", "memory=128M", firmware=f"/formats/{file}")
    assert_good(ran, *contract_names())
    if not file.startswith(("fip.", "boot")):  # those have no address
        assert re.search(rf"0x00{LOAD:08x} +\d+ B +firmware", ran.text), ran.text[:2500]


@pytest.mark.parametrize("file, uart, intid", [
    ("fit.itb#conf-moved", 0xb070000, 33), ("external.itb#conf-moved", 0xb070000, 33), ("uImage.multi", 0xa000000, 92)])
def test_tree_inside_is_the_machine(boxes, file, uart, intid):
    ran = boxes.kvmshim("memory=128M", firmware=f"/formats/{file}")
    assert_good(ran, "idregs")
    assert f"uart {uart:#x} intid {intid}" in ran.text


def test_machine_that_is_asked_for_goes_first(boxes):
    ran = boxes.kvmshim("memory=128M", "machine=virt", firmware="/formats/fit.itb#conf-moved")
    assert "uart 0x9000000 intid 33" in ran.text


def test_every_part_is_placed_anew_at_a_reset(boxes):
    """What a board runs at EL3 is left out; U-Boot's tree lies behind it; the rest where it says."""
    ran = boxes.kvmshim("cpus=4", "memory=128M", "bootargs=resets=3 how=reset kept=CNTP_CVAL_EL0", firmware="/formats/fit.itb#conf-board")
    assert_good(ran, "resets", "registers-equal")
    assert "atf is left out (TF-A)" in ran.words
    size = board.artefact("tests/guest/reset.bin").stat().st_size
    assert re.search(rf"0x00{LOAD + (size + 7) // 8 * 8:08x} +\d+ B +tree\n", ran.text)
    assert re.search(r"0x0044000000 +\d+ B +other\n", ran.text)


def test_command_line_inside_is_given(boxes):
    assert_good(boxes.kvmshim("cpus=4", "memory=128M", firmware="/formats/reset.img"), "resets", "registers-equal")


@pytest.mark.parametrize("name, words", [
    ("fit.itb#nobody", "name one of conf-guest, conf-packed, conf-moved, conf-board"),
    ("fit.itb@0x44000000", "says itself where it lies")])
def test_refused(boxes, name, words):
    ran = boxes.kvmshim("memory=128M", firmware=f"/formats/{name}")
    assert words in ran.words
    assert ran.outcome in ("bad-firmware", "bad-config")


def symbols(elf):
    listed = subprocess.run(["aarch64-linux-gnu-nm", "-n", elf], check=True, stdout=subprocess.PIPE, text=True).stdout
    return [(int(a, 16), n) for a, kind, n in map(str.split, listed.splitlines()) if kind in "tT" and n[0] != "$"]


def test_a_pc_has_its_symbol(boxes):
    """An access to nowhere, and a vCPU that is stuck: with the function's name."""
    names = symbols(board.artefact("tests/guest/nowhere-fixed.elf"))

    def named(text):
        at, name, offset = re.search(r"PC (0x[0-9a-f]+) \((\w+)\+(0x[0-9a-f]+)\)", text).groups()
        start = max(a for a, _ in names if a <= int(at, 16))
        assert int(at, 16) == start + int(offset, 16)
        assert (start, name) in names

    ran = boxes.kvmshim("memory=128M", "unmodelled=stub", "bootargs=do=read at=0x20000000", firmware="/formats/nowhere-fixed.elf")
    assert "ok went-on" in ran.text
    named(ran.words.split("handing over")[1])
    ran = boxes.kvmshim("memory=128M", "bootargs=do=exec-no-vectors", firmware="/formats/nowhere-fixed.elf")
    assert (ran.outcome, ran.code) == ("hang", 34)
    assert re.search(r"x30 is 0x42[0-9a-f]+ \(\w+\+0x[0-9a-f]+\)", ran.words)
