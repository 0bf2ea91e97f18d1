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
# A FIT of a U-Boot, TF-A and a tree, as boards have them, and one of a kernel with a ramdisk.
FIT = """
/dts-v1/;
/ { description = "f"; #address-cells = <1>;
images {
	uboot { description = "U-Boot"; data = /incbin/("raw"); type = "standalone"; os = "U-Boot"; arch = "arm64";
		compression = "none"; load = <0x40200000>; hash-1 { algo = "crc32"; }; };
	atf { data = /incbin/("small"); type = "firmware"; os = "arm-trusted-firmware"; arch = "arm64";
		compression = "none"; load = <0x40000000>; entry = <0x40000000>; };
	kernel { data = /incbin/("raw.gz"); type = "kernel"; os = "linux"; arch = "arm64"; compression = "gzip";
		load = <0x40080000>; entry = <0x40080000>; hash { algo = "sha256"; }; };
	ramdisk { data = /incbin/("small"); type = "ramdisk"; os = "linux"; arch = "arm64"; compression = "none"; };
	fdt-1 { data = /incbin/("small.dtb"); type = "flat_dt"; arch = "arm64"; compression = "none"; };
	over { data = /incbin/("small.dtb"); type = "flat_dt"; arch = "arm64"; compression = "none"; load = <0x41000000>; };
};
configurations { default = "board";
	board { description = "x"; firmware = "atf"; loadables = "uboot"; fdt = "fdt-1"; };
	linux { kernel = "kernel"; ramdisk = "ramdisk"; fdt = "fdt-1", "over"; };
}; };
"""
BOARDS = ["sunxi/nanopi_neo2", "mvebu/mvebu_espressobin-88f3720"]


def run(*command, **more):
    more = {"stderr": None, **({} if "input" in more else {"stdin": subprocess.DEVNULL}), **more}
    subprocess.run([str(c) for c in command], check=True, stdout=subprocess.DEVNULL, **more)


def head(path, n):
    with path.open("rb") as f:
        return f.read(n)


def elves(folder):
    source = folder / "source.c"
    source.write_text(SOURCE)
    for cc, name in (("aarch64-linux-gnu-gcc", "a64"), ("arm-linux-gnueabihf-gcc", "a32")):
        run(cc, *ELF_FLAGS, "-o", folder / name, source)
        yield name, (folder / name).read_bytes()


def output(*command, **more):
    return subprocess.run([str(c) for c in command], check=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **more).stdout


def packed(raw):
    """Target -> {name: bytes}: RAW by every packer."""
    commands = {"gzip": {"one": ["gzip", "-c"]}, "lz4": {"frame": ["lz4", "-c"], "legacy": ["lz4", "-l", "-c"]},
                "zstd": {"one": ["zstd", "-q", "-c"], "checked": ["zstd", "-q", "--check", "-c"]},
                "xz": {"one": ["xz", "-c"], "sha256": ["xz", "-c", "--check=sha256"]},
                "lzma": {"one": ["xz", "-c", "--format=lzma"]}}
    made = {t: {n: output(*c, raw) for n, c in kinds.items()} for t, kinds in commands.items()}
    made["gzip"]["two"] = made["gzip"]["one"] * 2
    return made


def boxes(folder, cache, firmware):
    """Target -> {name: bytes}: FIRMWARE and smaller files in every box, made by the boxes' own tools."""
    raw, small, dtb = folder / "raw", folder / "small", folder / "small.dtb"
    raw.write_bytes(firmware)
    small.write_bytes(b"small file of a FIT\n")
    run("dtc", "-q", "-I", "dts", "-O", "dtb", "-o", dtb, "/dev/stdin", input=b"/dts-v1/; / { model = \"m\"; };")
    made = packed(raw)
    (folder / "raw.gz").write_bytes(made["gzip"]["one"])
    (folder / "fit.its").write_text(FIT)
    made["fit"] = {}
    for name, flags in (("inside", []), ("outside", ["-E"]), ("placed", ["-E", "-p", "0x1000"])):
        run("mkimage", *flags, "-f", "fit.its", "fit.itb", cwd=folder, stderr=subprocess.DEVNULL)
        made["fit"][name] = (folder / "fit.itb").read_bytes()
    common = ["-A", "arm64", "-O", "linux", "-C", "none", "-a", "0x40080000", "-e", "0x40080040"]
    made["uimage"] = {}
    for name, more in (("kernel", ["-T", "kernel", "-d", raw]), ("multi", ["-T", "multi", "-d", f"{raw}:{small}:{dtb}"]),
                       ("firmware", ["-T", "firmware", "-d", raw])):
        run("mkimage", *common, *more, folder / "uimage", stderr=subprocess.DEVNULL)
        made["uimage"][name] = (folder / "uimage").read_bytes()
    run("fiptool", "create", "--nt-fw", raw, "--soc-fw", small, "--tos-fw", small, folder / "fip")
    made["fip"] = {"three": (folder / "fip").read_bytes()}
    # Linux, drivers/firmware/efi/libstub/zboot-header.S: MZ, "zimg", offset, size, and what it is packed by.
    made["zboot"] = {n: b"MZ\0\0zimg" + (64).to_bytes(4, "little") + len(d).to_bytes(4, "little") + bytes(8) +
                     n.encode().ljust(40, b"\0") + d for n, d in
                     (("gzip", made["gzip"]["one"]), ("lz4", made["lz4"]["legacy"]), ("xzkern", made["xz"]["one"]),
                      ("zstd", made["zstd"]["one"]))}
    made["android"] = {}
    for version in "0123":
        run("mkbootimg", "--header_version", version, "--kernel", raw, "--ramdisk", small, "--pagesize", "2048",
            "--cmdline", "console=ttyAMA0", *(["--dtb", dtb] if version == "2" else []), "-o", folder / "boot.img")
        made["android"][f"v{version}"] = (folder / "boot.img").read_bytes()
    spl = (cache / "boards/sunxi/nanopi_neo2/sunxi-spl.bin").read_bytes()
    made["egon"] = {"fit": spl + made["fit"]["outside"], "alone": spl[:4096]}
    idbloader = head(cache / "boards/rockchip/rock64-rk3328/idbloader.img", 4096)
    made["rockchip"] = {"alone": idbloader}
    return made


def boards(cache):
    for board in BOARDS:
        for path in sorted((cache / "boards" / board).glob("*.dtb")):
            yield path.name, path.read_bytes()


def make_all(folder, cache, out):
    """FOLDER/TARGET/NAME for each seed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    work = folder / "work"
    work.mkdir(parents=True)
    made = {"elf": dict(elves(work))}
    kernel = head(cache / "linux-6.1/Image", 4096)
    # Cut off, it is refused; without a section, nothing of it is missing.
    made["linux"] = {"kernel": kernel, "no-sections": kernel[:0x46] + bytes(2) + kernel[0x48:]}
    made["zimage"] = {"kernel": head(cache / "linux-6.1-armhf/zImage", 4096)}
    made["raw"] = {p.parent.name: head(p, 4096) for p in sorted((cache / "u-boot").glob("*/u-boot.bin"))}
    made |= boxes(work, cache, head(cache / "u-boot/qemu_arm64/u-boot.bin", 600))
    made["image"] = {f"{kind}-{name}": data for kind, files in made.items() for name, data in files.items()}
    trees = dict(boards(cache))
    virt = {p.name: p.read_bytes() for p in sorted((out / "dts").glob("*.dtb"))}
    made |= {"tree": trees | virt, "board": trees | virt, "machine": trees | virt, "mirror": trees}
    here = pathlib.Path(__file__).parent
    made["verify"] = {"signed": (here / "signed.itb").read_bytes()}
    made["keys"] = {"signed": (here / "signed-keys.dtb").read_bytes()}
    made["overlay"] = {p.name: p.read_bytes() for p in sorted((out / "dts").glob("*.dtbo"))}
    for target, files in made.items():
        (folder / target).mkdir()
        for name, data in files.items():
            (folder / target / name).write_bytes(data)
