# SPDX-License-Identifier: BSD-2-Clause
"""Seeds of the fuzz targets that are too large, or too easily made, to be kept: from real files of the cache."""
import pathlib
import shutil
import subprocess

SOURCE = """
int value = 3, zeros[8];
void _start(void) { for (;;) value++; }
void other(void) { value = 0; }
"""
ELF_FLAGS = ["-nostdlib", "-static", "-Wl,--build-id=none,-z,max-page-size=16,-Ttext=0x40100000"]
BOARDS = ["sunxi/nanopi_neo2", "mvebu/mvebu_espressobin-88f3720"]


def run(*command, **more):
    subprocess.run([str(c) for c in command], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, **more)


def head(path, n):
    with path.open("rb") as f:
        return f.read(n)


def elves(folder):
    source = folder / "source.c"
    source.write_text(SOURCE)
    for cc, name in (("aarch64-linux-gnu-gcc", "a64"), ("arm-linux-gnueabihf-gcc", "a32")):
        run(cc, *ELF_FLAGS, "-o", folder / name, source)
        yield name, (folder / name).read_bytes()


def boards(cache):
    for board in BOARDS:
        for path in sorted((cache / "boards" / board).glob("*.dtb")):
            yield path.name, path.read_bytes()


def make_all(folder, cache, out):
    """FOLDER/TARGET/NAME for each seed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made = {"elf": dict(elves(folder))}
    made["linux"] = {"kernel": head(cache / "linux-6.1/Image", 4096)}
    made["zimage"] = {"kernel": head(cache / "linux-6.1-armhf/zImage", 4096)}
    made["raw"] = {p.parent.name: head(p, 4096) for p in sorted((cache / "u-boot").glob("*/u-boot.bin"))}
    made["image"] = {f"{kind}-{name}": data for kind, files in made.items() for name, data in files.items()}
    trees = dict(boards(cache))
    virt = {p.name: p.read_bytes() for p in sorted((out / "dts").glob("*.dtb"))}
    made |= {"tree": trees | virt, "board": trees | virt, "machine": trees | virt}
    made["overlay"] = {p.name: p.read_bytes() for p in sorted((out / "dts").glob("*.dtbo"))}
    for target, files in made.items():
        (folder / target).mkdir(exist_ok=True)
        for name, data in files.items():
            (folder / target / name).write_bytes(data)
