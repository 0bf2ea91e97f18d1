#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes A64 instruction words and what binutils says each of them is.

usage: tests/kvm/insn/samples64.py FILE

A line is WORD<TAB>TEXT; TEXT is - where the word is nothing that the decoder may take for an access to
memory: unallocated, another instruction, or CONSTRAINED UNPREDICTABLE, which is judged here by the
text. Words are random ones among the encodings of loads and stores, and of all instructions.
"""
import random
import re
import struct
import subprocess
import sys

# Bits that are given, their values, how many words: Arm ARM C4.1.88 on, and what lies between.
CLASSES = [
    (0x3f000000, 0x08000000, 2500),  # exclusive, ordered, cas
    (0x3fa07c00, 0x08a07c00, 400),
    (0xbfa07c00, 0x08207c00, 400),
    (0xbfa00000, 0x0c000000, 1000),  # SIMD structures, all bits; then those that must be 0
    (0xbfbf0000, 0x0c000000, 1200),
    (0xbfa00000, 0x0c800000, 1200),
    (0xbf9f0000, 0x0d000000, 1200),
    (0xbf800000, 0x0d800000, 1200),
    (0x3b000000, 0x18000000, 800),  # literals
    (0x3f000000, 0x19000000, 1500),  # ldapur, tags
    (0x3a000000, 0x28000000, 3000),  # pairs
    (0x3b200000, 0x38000000, 4000),  # unscaled, post, user, pre
    (0x3b200c00, 0x38200000, 2500),  # atomic
    (0x3b200c00, 0x38200800, 2500),  # register
    (0x3b200400, 0x38200400, 600),
    (0x3b000000, 0x39000000, 2000),  # unsigned
    (0x0a000000, 0x08000000, 3000),
    (0xfff80000, 0xd5080000, 600),  # system
    (0xffffffe0, 0xd50b7420, 32),
    (0x00000000, 0x00000000, 2000),
]
KNOWN = re.compile(
    r"(ld|st)(r|ur|tr)(b|h|sb|sh|sw|)|(ld|st)n?p|ldpsw|(ld|lda|st|stl)x[rp][bh]?|(ld(la|a)|st(ll|l))r[bh]?|"
    r"ldapu?r(b|h|sb|sh|sw|)|stlur[bh]?|casp?(a|l|al)?[bh]?|(ld(add|clr|eor|set|[su]max|[su]min)|swp)(a|l|al)?[bh]?|"
    r"(ld|st)[1-4]|ld[1-4]r|dc")


def words():
    rng = random.Random(64)
    for mask, value, count in CLASSES:
        yield from (rng.getrandbits(32) & ~mask | value for _ in range(count))


def disassembled(listed):
    with open(sys.argv[1] + ".bin", "wb") as f:
        f.write(struct.pack(f"<{len(listed)}I", *listed))
    out = subprocess.run(["aarch64-linux-gnu-objdump", "-D", "-z", "-b", "binary", "-m", "aarch64", f.name],
                         check=True, stdout=subprocess.PIPE, text=True).stdout
    texts = re.findall(r"^ *([0-9a-f]+):\t([0-9a-f]{8}) *\t(.*)$", out, re.M)
    assert [int(word, 16) for _, word, _ in texts] == listed
    return [(int(at, 16), int(word, 16), text) for at, word, text in texts]


def spread(match):
    """{v30.8b-v1.8b} as a list."""
    first, last, shape = int(match[1]), int(match[3]), match[2]
    count = (last - first) % 32 + 1
    return "{" + ", ".join(f"v{(first + i) % 32}.{shape}" for i in range(count)) + "}"


def bits(word, high, low):
    return word >> low & (1 << (high - low + 1)) - 1


def unpredictable(name, text, word):
    if bits(word, 29, 24) == 0x08:  # a register that is not used has a field of ones
        two, load, ordered = bits(word, 21, 21), bits(word, 22, 22), bits(word, 23, 23)
        if (not two and bits(word, 14, 10) != 31) or ((ordered or load) and not name.startswith("cas") and bits(word, 20, 16) != 31):
            return True
    head, _, tail = text.partition("[")
    # General registers by number, zero registers as 31, which is never a base here: that is sp.
    moved = [31 if r[1:] == "zr" else int(r[1:]) for r in re.findall(r"\b[wx](?:zr|\d+)\b", head)]
    simd = re.findall(r"\b[bhsdq]\d+\b", head)
    one = re.match(r"x(\d+)", tail)
    base = int(one[1]) if one else None
    back = "]!" in tail or "], #" in tail
    if re.match(r"(ld|lda|st|stl)x", name):
        status, data = (moved[:1], moved[1:]) if name[0] == "s" else ([], moved)
        if name[0] == "l":
            return len(data) == 2 and data[0] == data[1]
        return status[0] in data or status[0] == base
    if re.fullmatch(r"ldn?p|ldpsw", name) and len(set(moved + simd)) == 1:
        return True
    return back and not name[2].isdigit() and base in moved


def expected(at, word, text):
    text = re.split(r"\s*//", text)[0]
    name, _, rest = text.partition("\t")
    store = re.fullmatch(r"st(add|clr|eor|set|[su]max|[su]min)(l?[bh]?)", name)
    if store:
        first, _, tail = rest.partition(", ")
        name, rest = f"ld{store[1]}{store[2]}", f"{first}, {first[0]}zr, {tail}"
    if not KNOWN.fullmatch(name) or re.match(r"[pz]\d", rest) or (name == "dc" and not rest.startswith("zva")):
        return "-"
    literal = re.search(r", 0x([0-9a-f]+)$", rest)
    if literal:
        offset = (int(literal[1], 16) - at + (1 << 63)) % (1 << 64) - (1 << 63)
        rest = f"{rest[:literal.start()]}, [pc, #{offset}]"
    rest = re.sub(r"\{v(\d+)\.(\w+)-v(\d+)\.\w+\}", spread, rest)
    rest = re.sub(r", lsl #0\]", "]", rest).replace("uxtw #0", "uxtw").replace("sxtw #0", "sxtw").replace("sxtx #0", "sxtx")
    rest = re.sub(r", #0\]$", "]", rest)
    return "-" if unpredictable(name, rest, word) else f"{name} {rest}"


def main():
    lines = [f"{word:08x}\t{expected(at, word, text)}\n" for at, word, text in disassembled(list(words()))]
    with open(sys.argv[1], "w", encoding="utf-8") as f:
        f.writelines(lines)


if __name__ == "__main__":
    main()
