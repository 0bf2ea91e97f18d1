# SPDX-License-Identifier: BSD-2-Clause
"""gdb-multiarch as a person drives it, the line that it has, and U-Boot's ELF."""
import os
import re
import select
import struct
import threading
import tty

import pexpect

import board

PROMPT = "(gdb) "


class Line:
    """A board's line as a tty of its own, as long as this lasts: what a USB cable is to a PC."""

    def __init__(self, serial):
        self.serial = serial
        self.fd = serial.child.child_fd
        self.log = serial.log
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)
        self.bytes = [0, 0]  # to gdb, from gdb
        self.rounds = 0  # how often gdb has spoken after it had heard something
        self.wake = os.pipe()
        os.write(self.master, serial.child.buffer)
        serial.child.buffer = b""
        self.thread = threading.Thread(target=self.carry, daemon=True)
        self.thread.start()

    def carry(self):
        heard = False
        while True:
            ready = select.select([self.fd, self.master, self.wake[0]], [], [])[0]
            if self.wake[0] in ready:
                return
            if self.fd in ready:
                data = os.read(self.fd, 65536)
                self.log.write(data)
                os.write(self.master, data)
                self.bytes[0] += len(data)
                heard = True
            if self.master in ready:
                data = os.read(self.master, 65536)
                self.bytes[1] += len(data)
                while data:
                    data = data[os.write(self.fd, data):]
                self.rounds += heard
                heard = False

    def close(self):
        """The cable is pulled, or the terminal is there again: what gdb has not read is the terminal's."""
        os.write(self.wake[1], b"x")
        self.thread.join()
        os.set_blocking(self.slave, False)
        try:
            self.serial.child.buffer = os.read(self.slave, 65536)
        except BlockingIOError:
            pass
        for fd in (self.master, self.slave, *self.wake):
            os.close(fd)


class Gdb:
    """gdb-multiarch with its prompt."""

    def __init__(self, *options):
        self.child = pexpect.spawn("gdb-multiarch", ["-nx", "-q", "-iex", "set pagination off", "-iex", "set confirm off",
                                                     "-iex", "set style enabled off", "-iex", "set width 0",
                                                     "-iex", "set remotetimeout 60", *options],
                                   timeout=board.HANG, maxread=65536, echo=False, dimensions=(80, 200),
                                   env={**os.environ, "TERM": "dumb", "HOME": "/nonexistent"})
        board.WORK.mkdir(parents=True, exist_ok=True)
        self.child.logfile_read = open(board.WORK / "gdb.log", "ab")
        self.child.expect_exact(PROMPT)

    def start(self, command):
        """One that goes on: stops() waits for its end."""
        self.child.sendline(command)

    def stops(self):
        self.child.expect_exact(PROMPT)
        return self.child.before.decode(errors="replace").replace("\r", "")

    def do(self, command):
        """What COMMAND prints."""
        self.start(command)
        return self.stops()

    def value(self, expression):
        return int(re.search(r"= (\w+)", self.do(f"p/x {expression}"))[1], 0)

    def interrupt(self):
        self.child.sendintr()
        return self.stops()

    def expect(self, text):
        self.child.expect_exact(text)

    def attach(self, where):
        return self.do(f"target remote {where}")

    def die(self):
        """Without a word to the other side."""
        self.child.kill(9)
        self.child.close()

    def close(self):
        self.child.close(force=True)


class UbootElf:
    """Debian's uboot.elf: it has no symbols, but the table of its commands says where they are."""

    def __init__(self, path):
        self.path = path
        self.data = path.read_bytes()
        first, = struct.unpack_from("<Q", self.data, 0x28)
        count, names = struct.unpack_from("<HH", self.data, 0x3c)
        headers = [struct.unpack_from("<IIQQQQIIQQ", self.data, first + 64 * i) for i in range(count)]
        self.sections = {self.text(headers[names][4] + h[0]): h[1:6] for h in headers}  # type, flags, address, offset, size
        _, _, _, offset, size = self.sections[".rela.dyn"]
        self.relocated = {}
        for at in range(offset, offset + size, 24):
            where, _, what = struct.unpack_from("<QQq", self.data, at)
            self.relocated[where] = what

    def text(self, offset):
        return self.data[offset:self.data.index(b"\0", offset)].decode(errors="replace")

    def offset(self, address):
        """Where in the file what is linked at ADDRESS lies; None: in no section."""
        for kind, _, begin, offset, size in self.sections.values():
            if kind == 1 and begin <= address < begin + size:
                return offset + address - begin
        return None

    def command(self, name):
        """The address that the function of a command of U-Boot's is linked at."""
        _, _, begin, _, size = self.sections["__u_boot_list"]
        for where, what in self.relocated.items():
            if begin <= where < begin + size and where + 24 in self.relocated and (at := self.offset(what)) is not None:
                if self.text(at) == name:
                    return self.relocated[where + 24]
        raise KeyError(name)

    def bytes(self, section, size):
        return self.data[self.sections[section][3]:][:size]


def relocation(serial):
    """How far U-Boot, at its prompt, has moved itself from where it is linked."""
    serial.send("bdinfo\r")
    serial.expect("bdinfo")
    serial.expect(re.compile(rb"relocaddr *= (0x[0-9a-f]+)\r"))
    moved = int(serial.child.match[1], 16)
    serial.expect("=> ")
    return moved
