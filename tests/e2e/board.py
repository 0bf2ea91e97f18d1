# SPDX-License-Identifier: BSD-2-Clause
"""Boards that the tests drive: emulated ones, or a real one on a serial line.

BOARD_TTY=/dev/ttyUSB0 takes a real board in place of the emulated ones (BOARD_BAUD, 115200), and
BOARD_POWER is a command that switches it off and on again.
"""
import os
import pathlib
import re
import signal
import subprocess
import termios
import time

import pexpect
import pexpect.fdpexpect

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = pathlib.Path(os.environ.get("KVMSHIM_BUILD") or ROOT / os.environ.get("O", "build"))
CACHE = pathlib.Path(os.environ.get("KVMSHIM_CACHE") or subprocess.run(
    [ROOT / "initramfs/fetch.sh", "--where"], capture_output=True, text=True, check=True).stdout.strip())
WORK = BUILD / os.environ.get("KVMSHIM_SUITE", "e2e") # suites that run side by side have each its own
CPUS = {"a57": "cortex-a57", "max": "max,pauth-impdef=on"}

# Emulation on a busy machine: how long until silence means that it hangs. No speed is judged by it.
HANG = float(os.environ.get("KVMSHIM_TEST_HANG", 180))

OUTCOME = re.compile(rb"kvmshim: outcome: (\S+) \((\d+)\)")


def make(*targets, **variables):
    """Anything the build makes, in the build folder under test."""
    subprocess.run(["make", "-s", "-C", ROOT, f"O={BUILD}", *targets,
                    *(f"{k}={v}" for k, v in variables.items())], check=True)


def artefact(name, **variables):
    path = BUILD / name
    if not path.exists():
        make(path, **variables)
    return path


def linux(kernel):
    return CACHE / f"linux-{kernel}" / "Image"


def line_make_transparent():
    """No newline of the board's becomes two bytes on its way out of the emulator."""
    attributes = termios.tcgetattr(0)
    attributes[1] = 0
    termios.tcsetattr(0, termios.TCSANOW, attributes)


# A byte is a byte: no monitor and no signal is behind any of them.
SERIAL = ["-monitor", "none", "-chardev", "stdio,id=line,signal=off", "-serial", "chardev:line"]


class Board:
    """A serial line with a board at its end."""

    def __init__(self, name, argv=None):
        WORK.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.log = open(WORK / f"{name}.log", "ab")
        self.log.write(b"\n==== " + time.strftime("%T").encode() + b"\n")
        if argv is None:
            self.child = self.real()
        else:
            self.log.write(" ".join(map(str, argv)).encode() + b"\n")
            self.child = pexpect.spawn(str(argv[0]), [str(a) for a in argv[1:]], timeout=HANG, maxread=65536,
                                       searchwindowsize=4096, echo=False, preexec_fn=line_make_transparent)
            self.child.delaybeforesend = None
        self.child.logfile_read = self.log

    @staticmethod
    def real():
        fd = os.open(os.environ["BOARD_TTY"], os.O_RDWR | os.O_NOCTTY)
        subprocess.run(["stty", "raw", "-echo", os.environ.get("BOARD_BAUD", "115200")], stdin=fd, check=True)
        if os.environ.get("BOARD_POWER"):
            subprocess.run(os.environ["BOARD_POWER"], shell=True, check=True)
        return pexpect.fdpexpect.fdspawn(fd, timeout=HANG, maxread=65536, searchwindowsize=4096)

    def expect(self, pattern, timeout=-1):
        """The match; a text is looked for as it is."""
        if isinstance(pattern, str):
            pattern = re.escape(pattern.encode())
        self.child.expect(pattern, timeout=timeout)
        return self.child.match

    def before(self):
        return self.child.before

    def send(self, data):
        self.child.send(data)

    def line(self, text):
        self.child.send(text + "\r")

    def drain(self, seconds):
        """What comes within SECONDS."""
        end = time.monotonic() + seconds
        got, self.child.buffer = self.child.buffer, b""
        while (left := end - time.monotonic()) > 0:
            try:
                got += self.child.read_nonblocking(65536, left)
            except pexpect.TIMEOUT:
                break
            except pexpect.EOF:
                break
        return got

    def ends(self, timeout=-1):
        """The board was switched off by itself: the emulator is gone, a real line says no more. Returns what came before."""
        if isinstance(self.child, pexpect.spawn):
            self.child.expect(pexpect.EOF, timeout=timeout)
        elif self.child.expect([pexpect.TIMEOUT, "U-Boot"], timeout=10) == 1:
            raise AssertionError("the board started again")
        return self.child.before

    def outcome(self, timeout=-1):
        m = self.expect(OUTCOME, timeout=timeout)
        return m[1].decode(), int(m[2])

    def alive(self):
        return self.child.isalive()

    def cut(self):
        """The power goes; returns what came before. After close() the emulator ends in order, and its disk has all."""
        self.child.kill(signal.SIGKILL)
        self.child.expect(pexpect.EOF)
        self.close()
        assert self.child.signalstatus == signal.SIGKILL
        return self.child.before

    def close(self):
        self.child.close(force=True) if isinstance(self.child, pexpect.spawn) else self.child.close()
        self.log.close()


def qemu(gic, cpu, *more, machine="virt,virtualization=on", memory=1024, cpus=2, icount=False, dtb=None, flash=None,
         devices=()):
    extra = [*devices]
    extra += ["-icount", "shift=0,sleep=off"] if icount else []
    extra += ["-dtb", dtb] if dtb else []
    extra += ["-drive", f"if=pflash,index=1,format=raw,file={flash}"] if flash else []
    return ["qemu-system-aarch64", "-M", f"{machine},gic-version={gic}", "-cpu", CPUS[cpu], "-smp", cpus,
            "-m", memory, "-nic", "none", "-display", "none", *SERIAL, *extra, *more]


def board_tree(gic, cpu, **more):
    """The tree that the emulator gives its board, to be changed and given back as dtb=."""
    WORK.mkdir(parents=True, exist_ok=True)
    out = WORK / f"board-gic{gic}-{cpu}.dtb"
    subprocess.run([str(a) for a in qemu(gic, cpu, machine=f"virt,virtualization=on,dumpdtb={out}", **more)],
                   check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return out


def power_on(gic, kernel, cpu, way):
    """A board as it is sold: its U-Boot finds the disk. WAY: script, extlinux."""
    if os.environ.get("BOARD_TTY"):
        return Board("real")
    image = f"disk-{way}.img" if kernel == "6.1" else f"disk-{way}-{kernel}.img"
    disk = artefact(image, LINUX=kernel)
    return Board(f"power-{gic}-{kernel}-{cpu}-{way}", qemu(
        gic, cpu, "-bios", CACHE / "u-boot/qemu_arm64/u-boot.bin", "-drive",
        f"file={disk},format=raw,if=none,id=d,readonly=on", "-device", "virtio-blk-device,drive=d"))


def direct(name, gic, kernel, cpu, initrd, append="", **more):
    """The kernel at once, without firmware: what a test needs that looks at what comes after."""
    return Board(name, qemu(gic, cpu, "-no-reboot", "-kernel", linux(kernel), "-initrd", initrd, "-append",
                            f"console=ttyAMA0 quiet loglevel=2 panic=-1 {append}", **more))


def initramfs(name, files, base=None, modules=()):
    """A cpio of {path: source}; BASE is put in front of it as it is."""
    WORK.mkdir(parents=True, exist_ok=True)
    out, manifest = WORK / f"{name}.cpio.gz", WORK / f"{name}.manifest"
    folders = sorted({str(p) for f in files for p in list(pathlib.PurePosixPath(f).parents)[:-1]})
    lines = [f"dir {d} 755" for d in folders]
    if base is None:
        lines += [f"dir /{d} 755" for d in ("dev", "proc", "sys", "tmp") if f"/{d}" not in folders]
        lines += ["nod /dev/console 600 c 5 1", "nod /dev/null 666 c 1 3"]
    lines += [f"file {path} {source} 755" for path, source in files.items()]
    manifest.write_text("\n".join(lines) + "\n")
    command = [ROOT / "initramfs/mkinitramfs", "-o", out, "--manifest", manifest]
    if modules:
        command += ["--modules", *modules]
    subprocess.run(command, check=True)
    if base is not None:
        out.write_bytes(base.read_bytes() + out.read_bytes())
    return out


class Ran:
    """How a hosted run went: what was on the line, exit code, signal, peak RSS in KiB."""

    def __init__(self, output, match):
        self.output = output.replace(b"\r\n", b"\n").replace(b"\r", b"")
        self.text = self.output.decode(errors="replace")
        self.code, self.signal, self.rss = (int(match[i]) for i in (1, 2, 3))
        outcomes = OUTCOME.findall(self.output)
        self.outcome = outcomes[-1][0].decode() if outcomes else None
        # Sentences are wrapped at 80 columns: this is for looking for words in them.
        self.words = " ".join(self.text.split())


class Hosted:
    """An emulated board whose PID 1 takes commands over the line (launch.c)."""

    RAN = re.compile(rb"\r?\nRAN code=(-?\d+) signal=(\d+) rss=(\d+)\r?\n")

    def __init__(self, gic, kernel, cpu, initrd, append="", **more):
        self.board = direct(f"hosted-{gic}-{kernel}-{cpu}", gic, kernel, cpu, initrd, f"{append} rdinit=/launch", **more)
        self.board.expect("launch# ")

    def start(self, *words):
        # A blank inside a word is written as ~ on the line.
        self.board.send(" ".join(str(w).replace(" ", "~") for w in words) + "\n")

    def finish(self, timeout=-1, before=b"", progress=None):
        """PROGRESS: what a long run prints now and then; only silence between two of them is a hang."""
        output = before
        while progress and self.board.child.expect([self.RAN, progress], timeout=timeout):
            output += self.board.before() + self.board.child.after
        match = self.board.child.match if progress else self.board.expect(self.RAN, timeout)
        output += self.board.before()
        self.board.expect("launch# ")
        return Ran(output, match)

    def command(self, *words, **more):
        self.start(*words)
        return self.finish(**more)

    def kvmshim(self, *options, firmware=None, **more):
        """kvmshim run with OPTIONS; firmware is a guest's name or a path."""
        return self.command(*shim_words(options, firmware), **more)

    def close(self):
        self.board.close()


def shim_words(options, firmware=None):
    words = ["/kvmshim", "run"]
    if firmware:
        words.append(f"--firmware={firmware if '/' in firmware else f'/guests/{firmware}.bin'}")
    return [*words, *(f"--{o}" for o in options)]
