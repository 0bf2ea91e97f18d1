# SPDX-License-Identifier: BSD-2-Clause
"""Power cuts, all of them: every write and flush of a store is recorded, and the disk is what each prefix of them leaves."""
import hashlib
import json
import random
import struct
import subprocess
import time

import pytest

import board
from test_flash import EFI, LONG, UBOOT, disk, environment, power_on_with, save_begin, to_environment, to_shell, variable, variable_set

SECTOR = 512
PARTITION = 2 << 20 # where test_flash.disk() has it
BANK, BLOCK = 64 << 20, 256 << 10
TORN = (0.0, 0.1, 0.5, 0.5, 0.9, 0.99) # how much comes to the disk of what no flush has covered, for each prefix
INIT_CUTS = 2


def recorded(path):
    """[(offset, bytes)] in the order of time, None for a flush. The format is that of Linux's dm-log-writes."""
    log = path.read_bytes()
    magic, version, entries, sector = struct.unpack_from("<QQQI", log)
    assert (magic, version, sector) == (0x6a736677736872, 1, SECTOR)
    at, made = SECTOR, []
    for _ in range(entries):
        first, count, flags, _ = struct.unpack_from("<QQQQ", log, at)
        at += SECTOR
        assert flags in (0, 1)
        if flags:
            made.append(None)
        else:
            made.append((first * SECTOR, log[at:at + count * SECTOR]))
            at += count * SECTOR
    return made


class Medium:
    """A disk that loses power."""

    def __init__(self, name, image, actions):
        self.name, self.actions = name, actions
        self.durable, self.flushed = bytearray(image), 0 # what so many actions have left, all covered by a flush
        self.dice = random.Random(1)

    def prefix(self, end, odds=1.0):
        """
        The disk after END actions, never fewer than the last time: of the sectors that no flush has covered, a part of ODDS has
        come to it.
        """
        last = max((i + 1 for i in range(end) if self.actions[i] is None), default=0)
        while self.flushed < last:
            self.apply(self.durable, self.actions[self.flushed], 1.0)
            self.flushed += 1
        out = bytearray(self.durable)
        for action in self.actions[last:end]:
            self.apply(out, action, odds)
        return out

    def apply(self, out, action, odds):
        if action is None:
            return
        at, data = action
        if odds == 1.0:
            out[at:at + len(data)] = data
            return
        for sector in range(0, len(data), SECTOR):
            if self.dice.random() < odds:
                out[at + sector:at + sector + SECTOR] = data[sector:sector + SECTOR]

    def recovered(self, disk_bytes):
        """The bank as the shim finds it on this disk: a digest."""
        file = board.WORK / f"{self.name}.part"
        file.write_bytes(memoryview(disk_bytes)[PARTITION:])
        subprocess.run([board.BUILD / "tests/e2e/recover", file, str(BANK), str(BLOCK)], check=True)
        with open(file, "rb") as f:
            return hashlib.blake2b(f.read(BANK)).digest()


def record(boards, name, firmware, session):
    """What the disk was before, and all that was done to it while SESSION ran the firmware on it."""
    image, log = disk(name), board.WORK / f"{name}.writes"
    before = image.read_bytes()
    log.write_bytes(b"")
    b = power_on_with(boards, name, image, firmware, drive=["-blockdev", json.dumps(
        {"driver": "blklogwrites", "node-name": "d", "file": {"driver": "file", "filename": str(image)},
         "log": {"driver": "file", "filename": str(log)}})])
    session(b)
    assert b.outcome() == ("poweroff", 0)
    b.ends()
    actions = recorded(log)
    assert Medium(name, before, actions).prefix(len(actions)) == image.read_bytes()
    return before, actions


def made_at(actions):
    """How many actions make a store: an old journal is dropped, flush, all is erased, flush."""
    flushes = [i for i, action in enumerate(actions) if action is None]
    assert flushes[0] == 1 and flushes[1] > INIT_CUTS + 2
    return flushes[1] + 1


def value_on(boards, name, firmware, value, content, words="handing over"):
    """Power on with the disk CONTENT: what the firmware's variable is."""
    image = board.WORK / f"{name}.img"
    image.write_bytes(content)
    b = power_on_with(boards, name, image, firmware)
    b.expect(words, timeout=LONG)
    found = value(b)
    b.cut()
    return found


def settle():
    """Longer than the shim waits for the guest to be done with its changes."""
    time.sleep(2)


def edk2_session(b):
    to_shell(b)
    for value in ("01", "02", "03"):
        variable_set(b, value)
        settle()
    b.line("reset -s")


def edk2_value(b):
    to_shell(b)
    return variable(b) or "00"


def uboot_session(b):
    assert "bad CRC" in to_environment(b)
    for value in ("v1", "v2"):
        save_begin(b, value)
        b.expect("=> ", timeout=LONG)
        settle()
    b.line("poweroff")


def uboot_value(b):
    if "bad CRC" in to_environment(b):
        return "v0"
    kept, also = environment(b)
    assert kept == also
    return kept


CASES = pytest.mark.parametrize("firmware, session, value, last", [
    (EFI, edk2_session, edk2_value, "03"), (UBOOT, uboot_session, uboot_value, "v2")], ids=["edk2", "uboot"])


@pytest.mark.slow
@CASES
def test_every_prefix(boards, firmware, session, value, last):
    """
    After every prefix of a session's writes, and with any of the sectors lost that no flush had covered, the bank is what it was
    before or after a commit. From each such bank the firmware starts, and finds what it had saved by then.
    """
    name = f"cuts-{firmware.stem}"
    image, actions = record(boards, name, firmware, session)
    medium = Medium(name, image, actions)
    states, starts = [], {} # banks by their digests, in the order of time; disks that have them, whole and torn
    for end in range(made_at(actions), len(actions) + 1):
        whole = medium.prefix(end)
        now = medium.recovered(whole)
        if now not in states:
            states.append(now)
            starts[now, "whole"] = whole
        assert now == states[-1], f"an older bank after {end} of {len(actions)} actions"
        if medium.flushed == end:
            flushed = now
            continue
        for odds in TORN:
            torn = medium.prefix(end, odds)
            found = medium.recovered(torn)
            assert found in (flushed, now), f"a mixture after {end} of {len(actions)} actions"
            starts[found, "torn"] = torn
    assert len(states) > 2

    values = {state: set() for state in states}
    for (state, _), content in starts.items():
        values[state].add(value_on(boards, name, firmware, value, content))
    found = [v for state in states for v in values[state]]
    assert len(found) == len(states) and found == sorted(found) and found[-1] == last, found


@pytest.mark.slow
@CASES
def test_init(boards, firmware, session, value, last):
    """A store that was being made is made anew, and the firmware starts on it."""
    name = f"init-{firmware.stem}"
    image, actions = record(boards, name, firmware, session)
    medium = Medium(name, image, actions)
    for end in sorted(random.Random(2).sample(range(3, made_at(actions)), INIT_CUTS)):
        value_on(boards, name, firmware, value, medium.prefix(end, 0.5), "flash=PARTLABEL=vars was made anew")
