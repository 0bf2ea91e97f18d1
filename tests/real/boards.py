# SPDX-License-Identifier: BSD-2-Clause
"""Emulated boards on which test programs run against the real KVM: one boot, several programs."""
import subprocess

# Name -> kernel, GIC, CPU.
BOARDS = {
    "gic2-6.1": ("6.1", "2", "cortex-a57"),
    "gic3-6.1": ("6.1", "3", "cortex-a57"),
    "max-6.12": ("6.12", "3", "max,pauth-impdef=on"),
}
LIMIT = 600  # seconds: finds a hang, nothing else


def initramfs(out, files):
    """The image: init and FILES (name -> path)."""
    folder = out / "tests/real"
    lines = ["dir /dev 755", "dir /proc 755", "dir /sys 755", "nod /dev/console 600 c 5 1", "nod /dev/null 666 c 1 3",
             f"file /init {folder / 'init'} 755"]
    lines += [f"file /{name} {path} 755" for name, path in files.items()]
    name = "-".join(files)
    manifest, image = folder / f"{name}.manifest", folder / f"{name}.cpio.gz"
    manifest.write_text("\n".join(lines) + "\n")
    subprocess.run(["initramfs/mkinitramfs", "-o", image, "--manifest", manifest], check=True)
    return image


def boot(out, cache, board, image, programs):
    """Boots BOARD and runs PROGRAMS of the image one after the other.

    Program -> (what it printed, its exit status: None when it did not end)."""
    kernel, gic, cpu = BOARDS[board]
    log = out / f"tests/real/{board}-{'-'.join(programs)}.log"
    qemu = ["qemu-system-aarch64", "-M", f"virt,virtualization=on,gic-version={gic}", "-cpu", cpu, "-smp", "2",
            "-m", "1024", "-nic", "none", "-display", "none", "-serial", "stdio", "-monitor", "none", "-no-reboot",
            "-kernel", cache / f"linux-{kernel}/Image", "-initrd", image,
            "-append", f"console=ttyAMA0 quiet panic=-1 -- {board} {' '.join(programs)}"]
    with open(log, "wb") as f:
        try:
            subprocess.run(qemu, stdin=subprocess.DEVNULL, stdout=f, stderr=subprocess.STDOUT, timeout=LIMIT, check=False)
        except subprocess.TimeoutExpired:
            f.write(f"\nno end after {LIMIT} s\n".encode())
    ran = {program: ("", None) for program in programs}
    program = None
    for line in log.read_text(errors="replace").replace("\r", "").splitlines():
        if line.startswith("== begin "):
            program = line.split()[2]
        elif line.startswith("== end "):
            ran[program] = (ran[program][0], int(line.split()[3]))
            program = None
        elif program:
            ran[program] = (ran[program][0] + line + "\n", None)
    return ran
