# SPDX-License-Identifier: BSD-2-Clause
"""Verified boot: what is signed runs, what is not is refused before it could."""
import re
import subprocess

import pytest

import board
import trees
from test_guests import assert_good, contract_names

REFUSED = ("refused", 67)

SOURCE = """/dts-v1/;
/ {{
	description = "guests";
	#address-cells = <1>;
	images {{
{images}
	}};
	configurations {{
		default = "conf-contract";
		conf-contract {{ kernel = "contract"; {contract_sign} }};
		conf-tree {{ kernel = "idregs"; fdt = "tree"; {tree_sign} }};
		conf-reset {{ kernel = "reset"; fdt = "reset-tree"; {tree_sign} }};
		conf-spin {{ kernel = "nowhere"; fdt = "spin-tree"; {tree_sign} }};
		conf-open {{ kernel = "contract"; }};
	}};
}};
"""
GUEST = """		{name} {{
			description = "guest"; data = /incbin/("{path}"); type = "kernel"; arch = "arm64"; os = "linux";
			compression = "none"; load = <0x42000000>; entry = <0x42000000>; hash-1 {{ algo = "sha256"; }};
		}};
"""
TREE = """		{name} {{
			description = "machine"; data = /incbin/("{path}"); type = "flat_dt"; arch = "arm64"; compression = "none";
			hash-1 {{ algo = "sha512"; }};
		}};
"""
SIGN = 'signature-1 {{ algo = "sha256,rsa2048"; key-name-hint = "{key}"; padding = "pss"; sign-images = {images}; }};'


def tool(*words):
    subprocess.run([str(w) for w in words], check=True, cwd=board.WORK / "vboot",
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def sign(folder, key, out, *options):
    guests = {name: board.artefact(f"tests/guest/{name}.bin") for name in ("contract", "reset", "idregs", "nowhere")}
    images = "".join(GUEST.format(name=n, path=p) for n, p in guests.items())
    images += TREE.format(name="tree", path=trees.fdtput_tree(3)) + TREE.format(name="reset-tree", path="reset.dtb")
    images += TREE.format(name="spin-tree", path="spin.dtb")
    # What lies at 0x42000000 on the machine built in lies elsewhere on the tree's.
    at = images.index("idregs {")
    images = images[:at] + images[at:].replace("0x42000000", "0x62000000")
    for tree, arguments in (("reset.dtb", "resets=3 how=reset kept=CNTP_CVAL_EL0"), ("spin.dtb", "do=spin")):
        (folder / tree).write_bytes(trees.base(3).read_bytes())
        tool("fdtput", "-p", "-t", "s", tree, "/chosen", "bootargs", arguments)
    (folder / "fw.its").write_text(SOURCE.format(
        images=images, contract_sign=SIGN.format(key=key, images='"kernel"'),
        tree_sign=SIGN.format(key=key, images='"kernel", "fdt"')))
    (folder / "keys.dts").write_text("/dts-v1/; / { signature { }; };")
    tool("dtc", "-q", "-O", "dtb", "-o", f"{key}.dtb", "keys.dts")
    tool("mkimage", "-f", "fw.its", "-k", folder, "-K", f"{key}.dtb", "-r", *options, out)


def flip(source, out, data):
    """OUT is SOURCE with one bit of the run of bytes DATA changed, that stands there once."""
    assert source.count(data) == 1
    at = source.index(data) + len(data) // 2
    out.write_bytes(source[:at] + bytes([source[at] ^ 1]) + source[at + 1:])


def forgeries(folder):
    good, outside = (folder / "fw.itb").read_bytes(), (folder / "external.itb").read_bytes()
    guest = board.artefact("tests/guest/contract.bin").read_bytes()
    flip(good, folder / "data.itb", guest)
    flip(outside, folder / "data-external.itb", guest)
    (folder / "cut.itb").write_bytes(outside[:-100])
    contract = "/images/contract"
    for name, tools in {
            "load": [["-t", "x", contract, "load", "42200000"]],
            "kernel": [["-t", "s", "/configurations/conf-contract", "kernel", "idregs"]],
            "stripped": [["-r", "/configurations/conf-contract/signature-1"]],
            "default": [["-t", "s", "/configurations", "default", "conf-open"]],
    }.items():
        (folder / f"{name}.itb").write_bytes(good)
        for words in tools:
            file = [folder / f"{name}.itb"]
            tool("fdtput", *(words[:1] + file + words[1:] if words[0] == "-r" else words[:2] + file + words[2:]))
    # Other data with a hash that is right, but that nobody signed.
    (folder / "hash.itb").write_bytes(good)
    tool("sh", "-c", "fdtput -t bx hash.itb /images/contract data $(printf 'evil' | od -An -tx1) && "
         "fdtput -t bx hash.itb /images/contract/hash-1 value "
         "$(printf 'evil' | sha256sum | cut -c1-64 | sed 's/../& /g')")


def shim_with_key(folder):
    """kvmshim with the key built in."""
    build = board.BUILD / "built-in-key"
    command = ["make", "-s", "-C", board.ROOT, f"O={build}"]
    subprocess.run([*command, "defconfig"], check=True)
    config = (build / ".config").read_text()
    config, changed = re.subn('^CONFIG_VERIFY_KEY=.*$', f'CONFIG_VERIFY_KEY="{folder}/dev.dtb"', config, flags=re.M)
    assert changed == 1
    (build / ".config").write_text(config)
    subprocess.run([*command, build / "kvmshim"], check=True)
    return build / "kvmshim"


@pytest.fixture(scope="module")
def vboot():
    folder = board.WORK / "vboot"
    folder.mkdir(parents=True, exist_ok=True)
    for key in ("dev", "other"):
        tool("openssl", "genrsa", "-out", f"{key}.key", 2048)
        tool("openssl", "req", "-batch", "-new", "-x509", "-key", f"{key}.key", "-out", f"{key}.crt")
    sign(folder, "other", "other.itb")
    sign(folder, "dev", "external.itb", "-E")
    sign(folder, "dev", "fw.itb")
    forgeries(folder)
    files = {f"/vboot/{p.name}": p for p in folder.iterdir() if p.suffix in (".itb", ".dtb")}
    return trees.hosted_initramfs(files | {"/kvmshim-key": shim_with_key(folder)})


@pytest.fixture(scope="module")
def signed(vboot, bench):
    bench.drop()
    hosted = board.Hosted(3, "6.1", "a57", vboot)
    yield hosted
    hosted.close()


def run(signed, firmware, *options, shim="/kvmshim"):
    options = ["memory=128M", f"firmware=/vboot/{firmware}", *options]
    return signed.command(shim, "run", *(f"--{o}" for o in options))


KEY = "key=/vboot/dev.dtb"


def assert_refused(ran, code, *words):
    assert (ran.outcome, ran.code) == REFUSED, ran.text[-600:]
    assert f"({code})" in ran.words, ran.words[-600:]
    for word in words:
        assert word in ran.words, ran.words[-600:]
    assert "handing over" not in ran.text
    assert max(map(len, ran.text.splitlines())) <= 80


@pytest.mark.parametrize("file", ["fw.itb", "external.itb", "fw.itb#conf-contract"])
def test_signed_boots(signed, file):
    assert_good(run(signed, file, KEY), *contract_names())
    assert_good(run(signed, file, shim="/kvmshim-key"), *contract_names())


def test_signed_tree_is_the_machine(signed):
    ran = run(signed, "fw.itb#conf-tree", KEY)
    assert_good(ran, "idregs")
    assert "uart 0xa000000 intid 92" in ran.text


def test_signed_resets(signed):
    """What was verified is placed anew at each reset; the signed tree has the guest's arguments."""
    assert_good(run(signed, "fw.itb#conf-reset", KEY, "cpus=4"), "resets", "registers-equal")


FORGED = {
    "other.itb": ("E-SIGNATURE", "required key dev"),
    "fw.itb#conf-open": ("E-UNSIGNED", "conf-open"),
    "default.itb": ("E-UNSIGNED", "conf-open"),
    "stripped.itb": ("E-UNSIGNED", "is not signed"),
    "load.itb": ("E-SIGNATURE", "conf-contract"),
    "kernel.itb": ("E-SIGNATURE", "conf-contract"),
    "hash.itb": ("E-SIGNATURE", "conf-contract"),
    "data.itb": ("E-DAMAGED", "sha256 of image contract does not match"),
    "data-external.itb": ("E-DAMAGED", "sha256 of image contract does not match"),
    "cut.itb": ("E-DAMAGED", "copy it again"),
    "../guests/contract.bin": ("E-UNSIGNED", "is no FIT"),
    "../trees/virt-gic3.dtb": ("E-KIND", "no FIT"),
}


@pytest.mark.parametrize("file", FORGED)
def test_forged_is_refused(signed, file):
    if file == "cut.itb":
        file += "#conf-spin"  # the last image's data
        return assert_refused(run(signed, file, KEY), *FORGED["cut.itb"])
    assert_refused(run(signed, file, KEY), *FORGED[file])
    return assert_refused(run(signed, file, shim="/kvmshim-key"), *FORGED[file])


def test_built_in_key_stays(signed):
    """No setting takes it away; another key comes on top."""
    shim = "/kvmshim-key"
    assert_refused(run(signed, "other.itb", "key=", shim=shim), "E-SIGNATURE", "required key dev")
    assert_refused(run(signed, "other.itb", "key=/vboot/other.dtb", shim=shim), "E-SIGNATURE", "required key dev")
    assert_refused(run(signed, "fw.itb", "key=/vboot/other.dtb", shim=shim), "E-SIGNATURE", "required key other")
    assert_good(run(signed, "fw.itb", KEY, shim=shim), *contract_names())


@pytest.mark.parametrize("option", ["machine=/trees/virt-gic3.dtb", "overlay=/overlays/unknown.dtbo",
                                    "initrd=/vboot/dev.dtb", "bootargs=do=smc", "cpu=host,-pmu", "gdb=stdio",
                                    "firmware=/vboot/fw.itb@0x44000000"])
def test_unsigned_settings_are_locked(signed, option):
    assert_refused(run(signed, "fw.itb", option, KEY), "E-LOCKED", option)
    assert_refused(run(signed, "fw.itb", option, shim="/kvmshim-key"), "E-LOCKED", option)


LOCKED = ["info regs", "x 0x42000000", "w 0x42000000 0", "translate 0x42000000", "break 0x42000000", "step", "dump", "trace on",
          "core", "load"]


@pytest.mark.parametrize("shim", ["/kvmshim", "/kvmshim-key"])
def test_monitor_and_gdb_are_locked(signed, shim):
    """What reads or changes the guest; what only tells of the plan, stops or resets it is not."""
    b = signed.board
    key = [] if shim == "/kvmshim-key" else [f"--{KEY}"]
    signed.start(shim, "run", "--memory=128M", "--firmware=/vboot/fw.itb#conf-spin", *key)
    b.expect("nowhere: spin")
    b.send("\x01g")
    b.expect("gdb is locked, since firmware must be signed here")
    b.send("\x01d")
    b.expect("dump is locked, since firmware must be signed here")
    b.send("\x01c")
    b.expect("paused> ")
    for command in LOCKED:
        b.send(command + "\r")
        b.expect(f"{command}\r\n{' '.join(command.split()[:2]) if command.startswith('info') else command.split()[0]} is locked")
        b.expect("paused> ")
    b.send("info map\r")
    b.expect("PL011 UART")
    b.expect("paused> ")
    b.send("quit\r")
    assert signed.finish().outcome == "poweroff"
