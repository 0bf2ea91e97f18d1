# SPDX-License-Identifier: BSD-2-Clause
"""The smallest build: it keeps the boot contract, and says what is not built in."""
import subprocess

import board
import trees
from test_guests import assert_good, contract_names

# name: options (firmware among them), outcome, words that the sentence holds.
LEFT_OUT = {
    "container": (["firmware=/trees/virt-gic3.dtb"], ("bad-firmware", 66), ["is a FIT", "CONFIG_CONTAINERS=y", "(E-KIND)"]),
    "packed": (["firmware=/packed.gz"], ("bad-firmware", 66), ["packed by gzip", "CONFIG_UNPACK_GZIP=y", "(E-KIND)"]),
    "overlay": (["firmware=/guests/idregs.bin", "overlay=/overlays/overlap.dtbo"], ("bad-config", 64),
                ["CONFIG_TREE_OVERLAYS=y", "(E-NOT-BUILT-IN)"]),
    "mirror": (["firmware=/guests/idregs.bin", "machine=mirror"], ("bad-config", 64), ["CONFIG_MIRROR=y", "(E-NOT-BUILT-IN)"]),
    "passthrough": (["firmware=/guests/idregs.bin", "machine=/passing.dtb"], ("bad-config", 64),
                    ["/theirs@9030000", "CONFIG_PASSTHROUGH=y", "(E-NOT-BUILT-IN)"]),
    "key": (["firmware=/guests/idregs.bin", "key=/trees/virt-gic3.dtb"], ("bad-config", 64), ["VERIFY", "(E-NOT-BUILT-IN)"]),
}


def passing_tree():
    """Virt with a node of the host's."""
    out = board.WORK / "passing.dtb"
    out.write_bytes(trees.base(3).read_bytes())
    for words in (["-c", out, "/theirs@9030000"], ["-t", "s", out, "/theirs@9030000", "compatible", "acme,theirs"],
                  ["-t", "x", out, "/theirs@9030000", "reg", "0", "9030000", "0", "1000"],
                  [out, "/theirs@9030000", "passthrough"]):
        subprocess.run(["fdtput", *words], check=True)
    return out


def test_small(boards):
    packed = board.WORK / "packed.gz"
    board.WORK.mkdir(parents=True, exist_ok=True)
    packed.write_bytes(b"\x1f\x8b\x08\0\0\0\0\0")
    hosted = boards(board.Hosted(3, "6.1", "a57", trees.hosted_initramfs({
        "/small": trees.small(), "/packed.gz": packed, "/passing.dtb": passing_tree()})))

    def run(*options):
        return hosted.command("/small", "run", "--memory=64M", *(f"--{o}" for o in options))
    assert_good(run("firmware=/guests/contract.bin", "cpus=4"), *contract_names())
    for options, outcome, words in LEFT_OUT.values():
        ran = run(*options)
        assert (ran.outcome, ran.code) == outcome, ran.text
        assert [w for w in words if w not in ran.words] == [], ran.text
    ran = run("firmware=/guests/nowhere.bin", "bootargs=do=wide at=0x9000000", "on-crash=exit")
    assert ran.outcome == "crash" and "CONFIG_EMULATE=y" in ran.words and "(E-NISV)" in ran.words, ran.text
    # Flash is mapped for an access that KVM does not decode all the same.
    ran = run("firmware=/guests/nowhere.bin", "bootargs=do=wide at=0x7000000")
    assert "read 0xffffffffffffffff, then at 0x7000008" in ran.text
