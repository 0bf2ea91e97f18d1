#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes the cases of the A32 and T32 oracle: each form with many registers, offsets and sizes.

usage: tests/guest/a32/forms.py CASES.S     case.h says what a case is; the list is the same each time
"""
import itertools
import random
import re
import sys

MODES = {"usr": 0x10, "fiq": 0x11, "irq": 0x12, "svc": 0x13, "sys": 0x1f}
T32, BRANCH, FAULT, BIG = 1, 2, 4, 8
CARRY, ZERO = 0x40, 0x80
REGS = [f"r{i}" for i in range(13)] + ["sp", "lr"]
WINDOW = 4096
SLOT = 0xf80
rng = random.Random(32)


# Accesses that KVM decodes and serves by itself. It loses the sign of what it loads so, and the emulated
# CPU tells it a banked register by AArch32's number: neither is ours to compare.
PLAIN = re.compile(r"(?:ldr|str)(s?)[bh]?t?(?:\.[nw])? (\w+), \[[^\]]*\]|(?:lda|stl)()[bh]? (\w+), .*")


def banked(register, mode):
    return register in ("sp", "lr") and mode in ("svc", "irq", "fiq") or \
        register in ("r8", "r9", "r10", "r11", "r12") and mode == "fiq"


class Case:
    """One instruction or a few; where its base points to, and what its index is."""

    def __init__(self, text, base=None, at=0x400, index=None, value=0, mode="svc", flags=0, conditions=0):
        self.text = text if isinstance(text, list) else [text]
        self.base = 15 if base is None else base
        self.at, self.value, self.flags = at, value, flags
        self.index = 15 if index is None else index
        plain = PLAIN.fullmatch(self.text[0]) if len(self.text) == 1 else None
        self.comparable = not (plain and plain[1])
        if plain and banked(plain[2] or plain[4], mode):
            mode = "sys"
        self.mode = MODES[mode] | conditions

    def assembly(self):
        code = "\n".join(f"\t{line}" for line in self.text)
        # A T32 case may have an odd number of half words: what fills the record is not executed.
        return (f"\t.data\n\t.byte 2f - 1f, {self.mode}, {self.base}, {self.index}\n\t.word {self.value}\n"
                f"\t.short {self.at}, {self.flags}\n"
                f"\t{'.thumb' if self.flags & T32 else '.arm'}\n1:\n{code}\n2:\n"
                f"\t.fill 20 - (2b - 1b), 1, 0\n")


def modes():
    """Mostly SVC, where firmware runs; the others have registers of their own."""
    return rng.choice(["svc", "svc", "fiq", "irq", "sys", "usr"])


def pairs(count=8, low=False):
    """Register and base, different: each register once as either, then random ones."""
    regs = range(8) if low else range(15)
    fixed = [(t, n) for t, n in zip(regs, list(regs)[1:] + [0])] if low else \
        [(t, 1 if t != 1 else 2) for t in regs] + [(0 if n else 3, n) for n in regs]
    return fixed + [tuple(rng.sample(list(regs), 2)) for _ in range(count)]


# --- A32 ------------------------------------------------------------------------------------------

SINGLES = {"ldr": (4, 4095), "str": (4, 4095), "ldrb": (1, 4095), "strb": (1, 4095), "ldrh": (2, 255),
           "strh": (2, 255), "ldrsb": (1, 255), "ldrsh": (2, 255), "ldrd": (4, 255), "strd": (4, 255)}


def address(kind, base, offset):
    return {"offset": f"[{base}, {offset}]", "pre": f"[{base}, {offset}]!", "post": f"[{base}], {offset}"}[kind]


def room(offset, kind="offset"):
    """Where a base points to, in the window or not, so that the access lies in its middle."""
    return 0x400 if kind == "post" else 0x400 - offset


def a32_singles():
    for name, (size, most) in SINGLES.items():
        pair = name in ("ldrd", "strd")
        for kind in ("offset", "pre", "post"):
            for t, n in pairs() if kind != "offset" or pair else pairs()[::5]:
                if pair and (t % 2 or t == 14 or n == t + 1):
                    continue
                offset = rng.choice([4, -4, 8, size, -size * 3])
                yield Case(f"{name} {REGS[t]}, {address(kind, REGS[n], f'#{offset}')}", n, mode=modes())
            for offset in (0, 1, 2, 3, 12, 255, -255, most, -most, most - 1, -most + 3):
                if pair and offset % 4:
                    continue
                yield Case(f"{name} r6, {address(kind, 'r9', f'#{offset}')}", 9, room(offset, kind), mode=modes())
            for sign, m, n in (("", 2, 1), ("-", 2, 1), ("", 13, 8), ("-", 14, 12), ("", 12, 13), ("", 8, 14)):
                yield Case(f"{name} r4, {address(kind, REGS[n], sign + REGS[m])}", n, 0x400, m, 0x24, modes())
            for at in () if pair or size == 1 else (0x401, 0x402, 0x403, 0x7ff):
                yield Case(f"{name} r6, {address(kind, 'r9', '#4')}", 9, at, mode=modes())
        if not pair:
            for t, n in pairs(4):
                yield Case(f"{name}t {REGS[t]}, [{REGS[n]}], #{rng.choice([4, -4, 0])}", n, mode=modes())
            yield Case(f"{name}t r3, [r4], -r5", 4, index=5, value=16)
        if name.startswith("ldr"):
            for t in (0, 7, 8, 13, 14):
                if not (pair and t in (7, 13, 14)):
                    yield Case(f"{name} {REGS[t]}, [pc, #{240 if most == 255 else rng.randrange(240, 3800) & ~3}]")
            if not pair:
                yield Case(f"{name} r1, [r1, #4]", 1)


def shifts():
    """Shift, its text, and an index that it makes 0x20, or another small number."""
    for n in (0, 1, 2, 3, 4):
        yield f"lsl #{n}" if n else "", 0x40 >> n
    for n in (1, 2, 8, 26, 31, 32):
        yield f"lsr #{n}", 0x20 << n if n < 27 else 0x80000004
        yield f"asr #{n}", 0x20 << n if n < 26 else -0x7ffffffc
    for n in (1, 4, 16, 28, 31):
        yield f"ror #{n}", (0x20 << n | 0x20 >> (32 - n)) & 0xffffffff
    yield "rrx", 0x40


def a32_shifted():
    for name, kind, sign in itertools.product(("ldr", "str", "ldrb", "strb"), ("offset", "pre", "post"), ("", "-")):
        for shift, value in shifts() if kind != "offset" else [*shifts()][::4]:
            yield Case(f"{name} r7, {address(kind, 'r10', f'{sign}r3' + (f', {shift}' if shift else ''))}",
                       10, 0x400, 3, value, modes())


def lists(count, avoid=()):
    """Register lists of all lengths: {..} texts."""
    for regs in [[rng.randrange(15)] for _ in range(count)] + [rng.sample(range(15), rng.randrange(2, 16)) for _ in range(count)]:
        regs = sorted(r for r in regs if r not in avoid)
        if regs:
            yield regs


def braces(regs):
    return "{" + ", ".join(REGS[r] if r < 15 else "pc" for r in regs) + "}"


def a32_lists():
    for name, way, back in itertools.product(("ldm", "stm"), ("ia", "ib", "da", "db"), ("", "!")):
        for base in (0, 5, 8, 13, 14):
            for regs in lists(4, (base,) if back else ()):
                yield Case(f"{name}{way} {REGS[base]}{back}, {braces(regs)}", base, mode=modes())
        # The base is stored as it was where it is the lowest.
        if name == "stm" and back:
            yield Case(f"stm{way} r3!, {{r3, r4, r9}}", 3)
            yield Case(f"stm{way} r0!, {{r0-r12, sp, lr, pc}}", 0)
        if name == "stm":
            yield Case(f"stm{way} r3{back}, {{r4, sp, pc}}", 3)
        for base in (2, 13):
            yield Case(f"ldm{way} {REGS[base]}{back}, {{r0, r9, lr, pc}}", base, mode=modes(), flags=BRANCH)
        if not back:
            for base in (0, 7, 13):
                yield Case(f"{name}{way} {REGS[base]}, {{r0-r12, sp, lr}}^", base, mode=rng.choice(["svc", "irq", "fiq"]))
                yield Case(f"{name}{way} {REGS[base]}, {{r3, r8, r11, lr}}^", base, mode=rng.choice(["svc", "fiq"]))
    yield Case("ldmib r9, {r0-r7}", 9, 0x402, flags=FAULT)  # of alignment
    yield from (Case(f"ldr pc, {a}", 6, flags=BRANCH, mode=modes()) for a in ("[r6, #4]!", "[r6], #-4", "[r6, #8]"))
    yield Case("ldr pc, [r6, r7, lsl #2]", 6, index=7, value=3, flags=BRANCH)
    yield from (Case(f"str pc, {a}", 6, mode=modes()) for a in ("[r6, #4]!", "[r6], #-4", "[r6, #8]"))


def exclusives(t32):
    """Loads that watch, alone and before their stores; stores alone. Each at a place of its own, for nobody
    outside sees an exception return, which ends the watching too."""
    at = itertools.count(0x100, 16)
    flags = T32 if t32 else 0
    for order in ("", "a"):
        for size in ("b", "h", "", "d"):
            load, store = f"ld{order or 'r'}ex{size}", f"st{'l' if order else 'r'}ex{size}"
            for n, t, d in ((1, 2, 0), (8, 4, 3), (13, 6, 5), (14, 10, 1), (12, 0, 11)):
                two = f", {REGS[t + 1]}" if size == "d" else ""
                yield Case(f"{load} {REGS[t]}{two}, [{REGS[n]}]", n, next(at), flags=flags, mode=modes())
                yield Case(f"{store} {REGS[d]}, {REGS[t]}{two}, [{REGS[n]}]", n, next(at), flags=flags, mode=modes())
                yield Case([f"{load} {REGS[t]}{two}, [{REGS[n]}]", f"{store} {REGS[d]}, {REGS[t]}{two}, [{REGS[n]}]"],
                           n, next(at), flags=flags, mode=modes())
                yield Case([f"{load} {REGS[t]}{two}, [{REGS[n]}]", f"{store} {REGS[d]}, {REGS[t]}{two}, [{REGS[n]}]",
                            f"{store} {REGS[t]}, {REGS[d]}, [{REGS[n]}]" if not two else "nop"],
                           n, next(at), flags=flags, mode=modes())
    if t32:
        yield from (Case(f"ldrex r3, [r4, #{o}]", 4, room(o), flags=T32) for o in (4, 256, 1020))
        yield from (Case([f"ldrex r3, [r4, #{o}]", f"strex r1, r0, [r4, #{o}]"], 4, room(o) + 0x100, flags=T32)
                    for o in (4, 256, 1020))
    for size, n in itertools.product(("", "b", "h"), (0, 8, 13, 14)):
        yield Case(f"lda{size} r5, [{REGS[n]}]", n, flags=flags, mode=modes())
        yield Case(f"stl{size} r5, [{REGS[n]}]", n, flags=flags, mode=modes())


def span(kind, first, last):
    return f"{kind}{first}" if first == last else f"{kind}{first}-{kind}{last}"


def simd(t32):
    flags = T32 if t32 else 0

    def case(text, base=None, at=0x400, **more):
        return Case(text, base, at, flags=flags, mode=modes(), **more)

    for name, offset in itertools.product(("vldr", "vstr"), (0, 4, -4, 1020, -1020, 508)):
        for reg in ("s0", "s1", "s2", "s3", "s17", "s31", "d0", "d1", "d14", "d15", "d16", "d31"):
            n = rng.randrange(15)
            yield case(f"{name} {reg}, [{REGS[n]}, #{offset}]", n, 0x500)
    for reg in ("s5", "d7", "d24"):
        yield case(f"vldr {reg}, [pc, #256]")
    for name, way in (("vldm", "ia"), ("vldm", "db"), ("vstm", "ia"), ("vstm", "db")):
        for back in ("!",) if way == "db" else ("", "!"):
            for first, last in ((0, 0), (1, 1), (3, 9), (0, 31), (16, 31), (30, 31)):
                n = rng.randrange(15)
                yield case(f"{name}{way} {REGS[n]}{back}, {{{span('s', first, last)}}}", n)
            for first, last in ((0, 0), (1, 1), (31, 31), (0, 15), (16, 31), (8, 15), (13, 18)):
                n = rng.randrange(15)
                yield case(f"{name}{way} {REGS[n]}{back}, {{{span('d', first, last)}}}", n)
    for name, size in itertools.product(("vld", "vst"), (8, 16, 32, 64)):
        for many, steps in ((1, 1), (2, 1), (2, 2), (3, 1), (3, 2), (4, 1), (4, 2)):
            counts = (1, 2, 3, 4) if many == 1 else (2, 4) if many == 2 and steps == 1 else (many,)
            if size == 64 and many > 1:
                continue
            for count, first in itertools.product(counts, (3, 24)):
                regs = ", ".join(f"d{first + i * steps}" for i in range(count))
                align = "" if count == 3 else rng.choice(["", ":64"])
                n, m = rng.sample(range(13), 2)
                yield case(f"{name}{many}.{size} {{{regs}}}, [{REGS[n]}{align}]", n)
                yield case(f"{name}{many}.{size} {{{regs}}}, [{REGS[n]}{align}]!", n)
                yield case(f"{name}{many}.{size} {{{regs}}}, [{REGS[n]}], {REGS[m]}", n, index=m, value=-20)
                yield case(f"{name}{many}.{size} {{{regs}}}, [{REGS[n]}]!", n, 0x403)


    for name, size, many, step in itertools.product(("vld", "vst"), (8, 16, 32), (1, 2, 3, 4), (1, 2)):
        lanes = ["" if name == "vld" else 0, 64 // size - 1, rng.randrange(64 // size)]
        for lane in lanes:
            if step == 2 and (many == 1 or (size == 8 and lane != "")):
                continue
            first = rng.choice([0, 5, 14, 23])
            regs = ", ".join(f"d{first + i * step}[{lane}]" for i in range(many))
            align = "" if many == 3 or (many == 1 and size == 8) else rng.choice(["", f":{min(many * size, 64)}"])
            n, m = rng.sample(range(13), 2)
            yield case(f"{name}{many}.{size} {{{regs}}}, [{REGS[n]}{align}]", n)
            yield case(f"{name}{many}.{size} {{{regs}}}, [{REGS[n]}{align}]!", n)
            yield case(f"{name}{many}.{size} {{{regs}}}, [{REGS[n]}], {REGS[m]}", n, 0x402, index=m, value=12)
    yield case("vld1.32 {d6[], d7[]}, [r3]!", 3)
    yield case("vld1.8 {d16[], d17[]}, [r3]!", 3)


# --- T32 ------------------------------------------------------------------------------------------

def t32_narrow():
    for name, size in (("ldr", 4), ("str", 4), ("ldrb", 1), ("strb", 1), ("ldrh", 2), ("strh", 2)):
        for t, n in pairs(4, low=True):
            yield Case(f"{name}.n r{t}, [r{n}, #{rng.randrange(32) * size}]", n, flags=T32, mode=modes())
        yield Case(f"{name}.n r1, [r1, #{size}]", 1, flags=T32)
    for name in ("ldr", "str", "ldrb", "strb", "ldrh", "strh", "ldrsb", "ldrsh"):
        for t, n in pairs(4, low=True):
            m = rng.choice([r for r in range(8) if r not in (n, t)])
            yield Case(f"{name}.n r{t}, [r{n}, r{m}]", n, 0x400, m, rng.choice([4, -4, 0x104]), modes(), T32)
    for name, t in itertools.product(("ldr", "str"), range(8)):
        yield Case(f"{name}.n r{t}, [sp, #{rng.randrange(256) * 4}]", 13, flags=T32, mode=modes())
    yield from (Case(f"ldr.n r{t}, [pc, #{o}]", flags=T32) for t, o in ((0, 128), (7, 1020), (3, 512)))
    for regs in ([0], [7], [14], [0, 1, 2, 3, 4, 5, 6, 7, 14], [2, 5], [4, 14]):
        yield Case(f"push {braces(regs)}", 13, flags=T32, mode=modes())
    for regs in ([0], [7], [0, 1, 2, 3, 4, 5, 6, 7], [2, 5]):
        yield Case(f"pop {braces(regs)}", 13, flags=T32, mode=modes())
    yield from (Case(f"pop {braces(r)}", 13, flags=T32 | BRANCH, mode=modes()) for r in ([15], [0, 15], [4, 5, 6, 7, 15]))
    for n in range(8):
        regs = sorted(rng.sample([r for r in range(8) if r != n], 4))
        yield Case(f"ldm.n r{n}!, {braces(regs)}", n, flags=T32, mode=modes())
        yield Case(f"ldm.n r{n}, {braces(sorted(regs + [n]))}", n, flags=T32, mode=modes())
        yield Case(f"stm.n r{n}!, {braces(regs)}", n, flags=T32, mode=modes())


def t32_wide():
    for name in [n for n in SINGLES if n not in ("ldrd", "strd")]:
        size = SINGLES[name][0]
        for t, n in pairs():
            for kind in ("pre", "post"):
                yield Case(f"{name}.w {REGS[t]}, {address(kind, REGS[n], f'#{rng.choice([4, -4, 1, 255, -255])}')}",
                           n, flags=T32, mode=modes())
        for kind, offset in itertools.product(("pre", "post", "offset"), (0, 4, 8, 255, -255)):
            yield Case(f"{name}.w r6, {address(kind, 'r9', f'#{offset}')}", 9, flags=T32, mode=modes())
        for offset in (256, 1024, 4095):
            yield Case(f"{name}.w r6, [r9, #{offset}]", 9, room(offset), flags=T32)
        for shift, (n, m) in itertools.product(range(4), ((1, 2), (8, 13), (13, 0), (14, 12))):
            yield Case(f"{name}.w r5, [{REGS[n]}, {REGS[m]}, lsl #{shift}]", n, 0x400, m, rng.choice([4, -4, 20]),
                       modes(), T32)
        yield from (Case(f"{name}t r{t}, [r9, #{o}]", 9, flags=T32, mode=modes()) for t, o in ((0, 0), (8, 4), (7, 252)))
        if name.startswith("ldr"):
            yield from (Case(f"{name}.w {t}, [pc, #{o}]", flags=T32)
                        for t, o in (("r0", 252), ("r8", 3800), ("lr", 1024)))
        for at in () if size == 1 else (0x401, 0x402, 0x403, 0x7ff):
            yield Case(f"{name}.w r6, [r9, #4]!", 9, at, flags=T32, mode=modes())
    for name, kind in itertools.product(("ldrd", "strd"), ("offset", "pre", "post")):
        for offset in (0, 4, -4, 1020, -1020, 256):
            t, u, n = rng.sample(range(15), 3)
            yield Case(f"{name} {REGS[t]}, {REGS[u]}, {address(kind, REGS[n], f'#{offset}')}", n, 0x500, flags=T32, mode=modes())
    yield Case("ldrd r3, r12, [pc, #252]", flags=T32)
    for name, back in itertools.product(("ldmia", "ldmdb", "stmia", "stmdb"), ("", "!")):
        for base in (0, 4, 9, 13, 14):
            for regs in lists(6, (13, base) if back else (13,)):
                if len(regs) > 1:
                    yield Case(f"{name}.w {REGS[base]}{back}, {braces(regs)}", base, flags=T32, mode=modes())
        if name.startswith("ldm"):
            yield Case(f"{name}.w r9{back}, {{r0, r10, pc}}", 9, flags=T32 | BRANCH, mode=modes())
    yield from (Case(f"ldr.w pc, {a}", 6, flags=T32 | BRANCH, mode=modes()) for a in ("[r6, #4]!", "[r6], #-4", "[r6, #8]"))
    yield Case("ldr.w pc, [r6, r7, lsl #2]", 6, index=7, value=3, flags=T32 | BRANCH)


def t32_it():
    """IT blocks, the access first, in the middle and last; what follows goes by the state it leaves."""
    access = ("ldr{}.w r0, [r1], #4", "str{}.w r2, [r1, #8]!", "ldrb{}.w r3, [r1, #-4]", "stm{}.w r1!, {{r4, r8}}")
    for load in access:
        for zero, (yes, no) in ((ZERO, ("eq", "ne")), (0, ("ne", "eq"))):
            for places in ("t", "tt", "te", "ttt", "tet", "tte", "tttt", "teet", "ttee"):
                order = [yes if p == "t" else no for p in places]
                it = "i" + "".join(["t", *places[1:]]) if places[0] == "t" else ""
                for at in [i for i, p in enumerate(places) if p == "t"]:
                    body = [load.format(c) if i == at else f"add{c} r{5 + i}, #{3 + i}" for i, c in enumerate(order)]
                    yield Case([f"{it} {yes}", *body, "adds r0, #1"], 1, flags=T32, conditions=zero, mode=modes())


# --- both -----------------------------------------------------------------------------------------

def faults(t32):
    """Accesses that begin in the window and end where nothing is mapped."""
    flags = (T32 if t32 else 0) | FAULT
    end = WINDOW - 4
    for text in ("stmia r9!, {r0-r7}", "ldmia r9!, {r0-r7}", "strd r2, r3, [r9], #8", "ldrd r2, r3, [r9], #8",
                 "vstmia r9!, {d0-d3}", "vldmia r9!, {d0-d3}", "stmia r9, {r0-r3, r9, lr}", "vldr d3, [r9]"):
        # A D register that lies on both pages may be stored by half or not.
        at = end - 4 if text.startswith("vstm") else end
        for mode in ("svc", "fiq", "usr"):
            yield Case(text, 9, at, mode=mode, flags=flags)
            if t32:
                first, rest = text.split(" ", 1)
                dot = {"stmia": "stmiaeq.w", "ldmia": "ldmiaeq.w"}.get(first, first + "eq")
                yield Case(["ite eq", f"{dot} {rest}", "addne r0, #1"], 9, at, mode=mode, flags=flags, conditions=ZERO)
    yield Case("stmdb r9!, {r0-r7}" if t32 else "stmda r9!, {r0-r7}", 9, WINDOW + (16 if t32 else 12), flags=flags)


def everything():
    for t32 in (False, True):
        forms = [t32_narrow, t32_wide, t32_it] if t32 else [a32_singles, a32_shifted, a32_lists]
        made = [form() for form in forms] + [form(t32) for form in (exclusives, simd, faults)]
        yield from (case for case in itertools.chain(*made) if case.comparable)


def main(out):
    cases = list(everything())
    # Some of them once more, big-endian; the random registers are others.
    for case in everything():
        if not case.flags & (BRANCH | FAULT) and rng.randrange(5) == 0:
            case.flags |= BIG
            cases.append(case)
    with open(out, "w", encoding="utf-8") as f:
        f.write("\t.syntax unified\n\t.arch armv8-a\n\t.fpu neon-fp-armv8\n\t.data\n\t.balign 4\n"
                "\t.globl cases, cases_end\ncases:\n")
        f.writelines(f"\t@ {i}\n{case.assembly()}" for i, case in enumerate(cases))
        f.write("cases_end:\n")


if __name__ == "__main__":
    main(sys.argv[1])
