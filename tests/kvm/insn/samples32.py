#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes A32 or T32 instruction words and what binutils says each of them is.

usage: tests/kvm/insn/samples32.py a32|t32 FILE

A line is WORD<TAB>TEXT; TEXT is - where the word is nothing that a decoder may take for an access to
memory: undefined, another instruction, or UNPREDICTABLE, which is judged here, by the text and a
second reading of the Arm ARM. Words are random ones among the encodings of loads and stores.
"""
import random
import re
import struct
import subprocess
import sys

# Bits that are given, their values, how many words: all classes of loads and stores, and what lies between.
A32 = [(0x0e000000, 0x04000000, 1500), (0x0e000010, 0x06000000, 1500), (0x0e000090, 0x00000090, 3000),
       (0x0f0000f0, 0x01000090, 500), (0x0f800cff, 0x01800c9f, 500), (0x0f800cf0, 0x01800c90, 500),
       (0x0e000000, 0x08000000, 1500), (0x0e000e00, 0x0c000a00, 1000), (0x0e000fe0, 0x0c000a00, 800),
       (0x0e000000, 0x0c000000, 300), (0xff000000, 0xf4000000, 2500), (0x00000000, 0x00000000, 500)]
T32 = [(0xfe000000, 0xf8000000, 4000), (0xfe000800, 0xf8000800, 1500), (0xfe000fc0, 0xf8000000, 1500),
       (0xff000000, 0xf9000000, 2500), (0xfe400000, 0xe8000000, 1500), (0xfe400000, 0xe8400000, 1500),
       (0xffe00f0f, 0xe8c00f0f, 600), (0xffe00f00, 0xe8c00f00, 600), (0xffe00000, 0xe8c00000, 600),
       (0xfff00f00, 0xe8500f00, 200), (0xfe000e00, 0xec000a00, 1000), (0xfe000fe0, 0xec000a00, 800),
       (0xe0000000, 0xe0000000, 500)]
PC, SP, LR = 15, 13, 14


def words(isa):
    rng = random.Random(isa)
    for mask, value, count in A32 if isa == "a32" else T32:
        for _ in range(count):
            word = rng.getrandbits(32) & ~mask | value
            if isa == "a32":
                # Always executed, but where that would be another instruction.
                yield word if mask >> 28 == 15 else word & 0x0fffffff | 0xe0000000
            elif word >> 27 in (0x1d, 0x1e, 0x1f):
                yield word
    if isa == "t32":
        # All; but IT, for the disassembler would make what follows conditional.
        yield from (w for w in range(0xe000) if not 0xbf00 <= w < 0xc000)


def disassembled(isa, listed):
    data = b"".join(struct.pack("<I", w) if isa == "a32" else
                    struct.pack("<HH", w >> 16, w & 0xffff) if w >> 16 else struct.pack("<H", w) for w in listed)
    with open(sys.argv[2] + ".bin", "wb") as f:
        f.write(data)
    options = "reg-names-raw" + (",force-thumb" if isa == "t32" else "")
    out = subprocess.run(["arm-linux-gnueabihf-objdump", "-D", "-z", "-b", "binary", "-m", "arm", "-M", options, f.name],
                         check=True, stdout=subprocess.PIPE, text=True).stdout
    texts = re.findall(r"^ *[0-9a-f]+:\t([0-9a-f ]+?) *\t(.*)$", out, re.M)
    assert len(texts) == len(listed), (len(texts), len(listed))
    for word, (raw, text) in zip(listed, texts):
        assert int(raw.replace(" ", ""), 16) == word, (raw, hex(word))
        yield word, text


def bits(word, high, low):
    return word >> low & (1 << (high - low + 1)) - 1


def register(text):
    return {"pc": PC, "lr": LR, "sp": SP, "ip": 12, "fp": 11, "sl": 10}.get(text) or int(text[1:])


REGISTER = r"\b(?:r\d+|pc|sp|lr)\b"
SINGLE = r"(ldr|str)(b|h|sb|sh|)(t?)"


class Text:
    """What objdump says, in parts."""

    def __init__(self, isa, text):
        code, *comments = re.split(r"\t?[@;] ?", text)
        # What it says of UNPREDICTABLE is neither all nor always right.
        self.flagged = "undefined" in text.lower() or "illegal" in text or "?" in text or "<" in code
        name, _, rest = code.strip().partition("\t")
        name, _, _ = name.partition(".w")
        if name in ("push", "pop") and isa == "a32":
            name, rest = ("stmdb" if name == "push" else "ldm"), "r13!, " + rest
            one = re.fullmatch(r"r13!, \{(r\d+)\}", rest)
            single = next((c for c in comments if c.startswith("(")), None)
            if one and single:
                name, rest = single.strip("() ").split(" ", 1)
        name = {"stmia": "stm", "ldmia": "ldm", "ldmfd": "ldm", "stmfd": "stmdb", "stmea": "stm", "ldmea": "ldmdb",
                "fldmiax": "vldmia", "fldmdbx": "vldmdb", "fstmiax": "vstmia", "fstmdbx": "vstmdb"}.get(name, name)
        if name in ("vpush", "vpop"):
            name, rest = ("vstmdb" if name == "vpush" else "vldmia"), "r13!, " + rest
        rest = re.sub(r"\b(pc|lr|sp)\b", lambda m: f"r{register(m[0])}", rest.strip())
        # A zero taken away is a zero; and no offset is an offset of zero.
        rest = re.sub(r"#-0\b", "#0", re.sub(r"\s+", " ", rest))
        span = re.match(r"\{d(\d+)\[\]-d(\d+)\[\]\}", rest)
        if span:
            rest = "{" + ",".join(f"d{d}[]" for d in range(int(span[1]), int(span[2]) + 1)) + "}" + rest[span.end():]
        self.name, self.rest = name, re.sub(r", #0\](?!!)", "]", rest)
        self.load = name.startswith(("ld", "vld", "pop"))
        # A lane has brackets too.
        head, bracket, tail = self.rest.rpartition("}")[2].partition("[") if name.startswith("v") else self.rest.partition("[")
        self.moved = [register(r) for r in re.findall(REGISTER, head)]
        inside, _, after = tail.partition("]")
        regs = [register(r) for r in re.findall(REGISTER, inside)]
        self.base = regs[0] if regs else None
        self.index = (regs[1:] + [register(r) for r in re.findall(REGISTER, after)] + [None])[0]
        self.back = after.startswith(("!", ",")) if bracket else "!" in self.rest
        if isa == "t32" and self.base == PC and re.fullmatch(SINGLE, name):
            self.name = name.removesuffix("t")  # a literal, whatever the bits for [Rn] say
        if name in ("ldaexd", "stlexd") and isa == "a32":  # the others of a pair name one register
            self.rest = re.sub(r", r\d+, \[", ", [", self.rest)

    def line(self):
        return f"{self.name} {self.rest}"




def single_bad(isa, word, t):
    name = re.fullmatch(SINGLE, t.name)
    small, user = name[2], name[3]
    if isa == "a32" and bits(word, 27, 25) == 0 and not bits(word, 22, 22) and bits(word, 11, 8):
        return True
    back = not bits(word, 24, 24) or bits(word, 21, 21) if isa == "a32" else t.back
    if t.index == PC or (back and (t.base == PC or t.base in t.moved)):
        return True
    if isa == "t32" and word >> 16 and t.index is not None and bits(word, 11, 6):
        return True
    if isa == "a32":
        return PC in t.moved and bool(small or (user and t.load))
    # T32: PC is stored by none and is no base of stores; in its place small loads are hints.
    if PC in t.moved and (small or user or not t.load):
        return True
    return t.base == PC and not (t.load and word >> 16 & 0xff7f in (0xf81f, 0xf83f, 0xf85f, 0xf91f, 0xf93f)
                                 or word < 0x10000)


def pair_bad(isa, word, t):
    one, other = t.moved[0], t.moved[1] if isa == "t32" else t.moved[0] + 1
    if isa == "a32":
        if one % 2 or one == LR or (not bits(word, 24, 24) and bits(word, 21, 21)):
            return True
        if not bits(word, 22, 22) and (bits(word, 11, 8) or t.index == PC or (t.load and t.index in (one, other))):
            return True
    elif PC in (one, other) or (t.load and one == other) or (t.base == PC and not t.load):
        return True
    back = not bits(word, 24, 24) or bits(word, 21, 21) if isa == "a32" else t.back
    return back and t.base in (one, other, PC)


def list_bad(isa, word, t):
    regs = [register(r) for r in re.findall(REGISTER, t.rest.partition("{")[2])]
    if t.name in ("push", "pop"):
        return not regs
    base = register(re.match(REGISTER, t.rest)[0])
    if not regs or base == PC or ("^" in t.rest and (t.back or (t.load and PC in regs))):
        return True
    if word >> 16 and isa == "t32":
        return (SP in regs or len(regs) < 2 or (t.back and base in regs) or
                (PC in regs and (not t.load or LR in regs)))
    return t.load and t.back and base in regs and (isa == "a32" or not word >> 16)


def exclusive_bad(isa, t):
    status = t.moved[:1] if t.name.startswith(("strex", "stlex")) else []
    moved = t.moved[len(status):]
    if t.name.endswith("d") and isa == "a32":
        moved = [moved[0], moved[0] + 1]
        if moved[0] % 2 or moved[0] == LR:
            return True
    if t.name.endswith("d") and isa == "t32" and t.load and moved[0] == moved[1]:
        return True
    return PC in [*t.moved, t.base] or any(s in [*moved, t.base] for s in status)


def vfp_bad(isa, word, t):
    wide, one = bits(word, 8, 8), t.name in ("vldr", "vstr")
    regs = 1 if one else bits(word, 7, 0) // (2 if wide else 1)
    first = bits(word, 15, 12) | bits(word, 22, 22) << 4 if wide else bits(word, 15, 12) << 1 | bits(word, 22, 22)
    if not re.match(r"[sdr]\d", t.rest):  # a system register of the M profile
        return True
    base = t.base if one else register(re.match(REGISTER, t.rest)[0])
    if base == PC and (t.back or (isa == "t32" and (not one or t.name == "vstr"))):
        return True
    return not regs or first + regs > 32 or (wide and regs > 16)


def structures_bad(word, t):
    regs = [int(r) for r in re.findall(r"\bd(\d+)", t.rest.partition("}")[0])]
    last = bits(word, 15, 12) | bits(word, 22, 22) << 4
    kind = bits(word, 11, 8)
    many = {0: 3, 1: 6, 2: 3, 3: 3, 4: 2, 5: 4, 6: 2, 7: 0, 8: 1, 9: 2, 10: 1}[kind]
    # Bits of an alignment that a kind does not have.
    never = {7: 0x20, 6: 0x20, 10: 0x30, 8: 0x30, 9: 0x30, 4: 0x20, 5: 0x20}.get(kind, 0)
    return t.base == PC or last + many > 31 or not regs or (never and word & never == never)


def lanes_bad(word, t):
    """One lane, or all of them: what the Arm ARM calls UNDEFINED, by size and number of elements."""
    size, n, lane = bits(word, 11, 10), bits(word, 9, 8) + 1, bits(word, 7, 4)
    first, back = bits(word, 15, 12) | bits(word, 22, 22) << 4, t.base == PC
    if size == 3:
        size, two, align = bits(word, 7, 6), bits(word, 5, 5), bits(word, 4, 4)
        if n == 1:
            # Of two registers, the second one in another Q register: not emulated.
            return back or size == 3 or (size == 0 and align) or (two and first % 2)
        last = first + (n - 1) * (two + 1)
        wrong = {2: size == 3, 3: size == 3 or align, 4: size == 3 and not align}[n]
        return back or wrong or last > 31
    low = lane & 3
    wrong = {(0, 1): lane & 1, (0, 3): lane & 1, (1, 1): lane & 2, (1, 3): lane & 1,
             (2, 1): lane & 4 or low in (1, 2), (2, 2): lane & 2, (2, 3): low, (2, 4): low == 3}.get((size, n), 0)
    step = 2 if size and lane >> size & 1 else 1
    return back or bool(wrong) or first + (n - 1) * step > 31


def expected(isa, word, text):
    t = Text(isa, text)
    if t.flagged:
        return "-"
    if re.fullmatch(SINGLE, t.name):
        bad = single_bad(isa, word, t)
    elif t.name in ("ldrd", "strd"):
        bad = pair_bad(isa, word, t)
    elif re.fullmatch(r"(ldm|stm)(da|db|ib|)|push|pop", t.name):
        bad = list_bad(isa, word, t)
    elif re.fullmatch(r"(ldrex|ldaex|strex|stlex)[bhd]?|(lda|stl)[bh]?", t.name):
        bad = exclusive_bad(isa, t)
    elif re.fullmatch(r"v(ld|st)(r|mia|mdb)", t.name):
        bad = vfp_bad(isa, word, t)
    elif re.fullmatch(r"v(ld|st)[1-4]\.(8|16|32|64)", t.name):
        bad = lanes_bad(word, t) if bits(word, 23, 23) else structures_bad(word, t)
    else:
        bad = True
    return "-" if bad else t.line()


def main():
    isa, out = sys.argv[1:]
    with open(out, "w", encoding="utf-8") as f:
        for word, text in disassembled(isa, list(words(isa))):
            f.write(f"{word:08x}\t{expected(isa, word, text)}\n")


if __name__ == "__main__":
    main()
