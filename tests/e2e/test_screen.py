# SPDX-License-Identifier: BSD-2-Clause
"""What a person sees on a terminal of 80 columns and 24 lines."""
import re
import shlex
import subprocess
import time

import pytest

import board
import trees
from conftest import QUICK

pytestmark = pytest.mark.slow

KEY = "C-a"


class Screen:
    """A terminal with an emulated board's line on it, by tmux."""

    def __init__(self, name, argv):
        board.WORK.mkdir(parents=True, exist_ok=True)
        self.socket = board.WORK / f"{name}.tmux"
        settings = board.WORK / "tmux.conf"
        settings.write_text("set -g status off\nset -g default-terminal vt100\n")
        command = f"stty -opost; exec {shlex.join(str(a) for a in argv)}"
        self.tmux("-f", settings, "new-session", "-d", "-x", 80, "-y", 24, command)

    def tmux(self, *words):
        return subprocess.run(["tmux", "-S", self.socket, *map(str, words)], capture_output=True, text=True, check=True).stdout

    def press(self, *keys):
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", text)
        self.press("Enter")

    def rows(self):
        return self.tmux("capture-pane", "-p").rstrip("\n").split("\n")

    def wait(self, pattern):
        """The rows, as soon as one matches PATTERN."""
        end = time.monotonic() + board.HANG
        while time.monotonic() < end:
            rows = self.rows()
            if any(re.search(pattern, row) for row in rows):
                time.sleep(0.5)  # what is on its way comes, too
                return self.rows()
            time.sleep(0.1)
        raise AssertionError(f"no {pattern!r} on the screen:\n" + "\n".join(rows))

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True, check=False)


@pytest.fixture
def screen(bench):
    bench.drop()
    gic, kernel, cpu = QUICK[0]
    s = Screen("screen", board.qemu(gic, cpu, "-no-reboot", "-kernel", board.linux(kernel), "-initrd", trees.hosted_initramfs(),
                                    "-append", "console=ttyAMA0 quiet loglevel=2 panic=-1 rdinit=/launch"))
    s.wait("^launch#")
    yield s
    s.close()


def start(screen, options, firmware):
    screen.type(" ".join(board.shim_words(options, firmware)))


def test_monitor(screen):
    start(screen, ["memory=64M"], "/uboot.bin")
    screen.wait("^Hit any key")
    screen.press("Enter")
    screen.wait("^=> *$")
    screen.press(KEY, "h")
    rows = screen.wait(r"^\^A \^A  \^A itself, for the guest$")
    help_rows = [row for row in rows if row.startswith("^A ")]
    assert len(help_rows) == 9 and rows[rows.index(help_rows[0]) + 8] == help_rows[-1]
    screen.press(KEY, "c")
    screen.wait("^paused> *$")
    screen.tmux("send-keys", "-l", "info dev")
    screen.press("Tab", "Enter")
    rows = screen.wait("console: ")
    assert any(row.startswith("paused> info devices") for row in rows) and rows[-1].startswith("paused>")
    screen.press("Up")
    assert screen.wait("^paused> info devices *$")[-1].rstrip() == "paused> info devices"
    screen.press("C-u")
    screen.type("x/4w $pc")
    rows = screen.wait(r"^[0-9a-f]{12}:( [0-9a-f]{8}){4}  .{1,16}$")
    assert rows[-1].startswith("paused>")
    # No line of the help is too long.
    screen.type("help")
    rows = screen.wait("Tab completes")
    assert rows[-1].startswith("paused>") and not any(row.startswith(" ") for row in rows)
    screen.type("continue")
    screen.type("echo the line is mine")
    rows = screen.wait("^the line is mine$")
    assert any(row.endswith("echo the line is mine") for row in rows) and rows[-1].startswith("=>")
    screen.press(KEY, "x")
    screen.wait(r"^kvmshim: outcome: poweroff \(0\)$")


def test_silence(screen):
    start(screen, ["memory=64M", "silence=3", "bootargs=do=spin"], "nowhere")
    rows = screen.wait("^kvmshim: silent for 3 s")
    rows = rows[next(i for i, row in enumerate(rows) if row.startswith("kvmshim: silent")):]
    assert all(re.match(r"kvmshim: \S| {9}\S|$", row) for row in rows)
    assert sum(row.startswith("kvmshim: ") for row in rows) == 2
    screen.press(KEY, "x")
    screen.wait(r"^kvmshim: outcome: poweroff \(0\)$")


def test_death(screen):
    """What matters stands at the end: why, what to do, and where the person is now."""
    start(screen, ["memory=64M", "on-crash=monitor", "bootargs=do=zero-vectors"], "nowhere")
    rows = screen.wait("^ended> *$")
    assert rows[-1].startswith("ended>")
    text = " ".join(row.strip() for row in rows)
    assert "what to do about the exception: " in text and "the guest has ended: hang" in text
    assert any(row.startswith('"reset" starts it again, "quit" ends the run') for row in rows)
    screen.type("quit")
    screen.wait("^kvmshim: outcome: hang ")
