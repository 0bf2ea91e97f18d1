#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes the cases of the A64 oracle: each form with many registers, offsets and sizes.

usage: tests/guest/a64/forms.py CASES.S     case64.h says what a case is; the list is the same each time
"""
import itertools
import random
import sys

EL0, EL1T, EL1H = 0, 4, 5
FAULT, LITERAL, LSE, RCPC, RCPC2 = 1, 2, 4, 8, 16
NONE, SP = 255, 31
WINDOW, SLOT = 4096, 0x80
rng = random.Random(64)


class Case:
    """One instruction or a few; where its base points to, and what its index is."""

    def __init__(self, text, base=None, at=0x400, index=None, value=0, flags=0, mode=None):
        self.text = text if isinstance(text, list) else [text]
        self.base, self.index = (NONE if r is None else r for r in (base, index))
        self.at, self.value, self.flags = at, value & (1 << 64) - 1, flags
        # Mostly EL1 with its own SP, where firmware runs.
        self.mode = rng.choice([EL1H, EL1H, EL1T, EL0]) if mode is None else mode

    def assembly(self):
        code = "\n".join(f"\t{line}" for line in self.text)
        return (f"\t.byte 2f - 1f, {self.mode}, {self.base}, {self.index}\n\t.word {self.at}\n"
                f"\t.quad {self.value}\n\t.word {self.flags}\n1:\n{code}\n2:\n\t.fill 24 - (2b - 1b), 1, 0\n\t.balign 8\n")


def reg(kind, n):
    """x5, w5, q5; 31 is a zero register, or V31."""
    return f"{kind}zr" if n == 31 and kind in "wx" else f"{kind}{n}"


def base(n):
    return "sp" if n == SP else f"x{n}"


def address(mode, n, offset):
    return {"offset": f"[{base(n)}, {offset}]", "pre": f"[{base(n)}, {offset}]!", "post": f"[{base(n)}], {offset}"}[mode]


def pairs(count=6, same=False):
    """A register and a base, different unless SAME: each as either now and then."""
    fixed = [(0, 1), (1, 0), (30, 29), (31, 2), (7, SP), (31, SP), (18, 30), (29, 28)] + ([(3, 3)] if same else [])
    free = ((rng.randrange(32), rng.randrange(32)) for _ in itertools.count())
    return fixed + list(itertools.islice(((t, n) for t, n in free if t != n and n != SP), count))


def aligned(n, at):
    """SP as a base must be aligned to 16."""
    return at & ~15 if n == SP else at


# name, bytes, register
GENERAL = [("strb", 1, "w"), ("ldrb", 1, "w"), ("ldrsb", 1, "x"), ("ldrsb", 1, "w"), ("strh", 2, "w"), ("ldrh", 2, "w"),
           ("ldrsh", 2, "x"), ("ldrsh", 2, "w"), ("str", 4, "w"), ("ldr", 4, "w"), ("ldrsw", 4, "x"), ("str", 8, "x"),
           ("ldr", 8, "x")]
SIMD = [(name, 1 << i, kind) for name in ("str", "ldr") for i, kind in enumerate("bhsdq")]


def singles():
    for name, size, kind in GENERAL + SIMD:
        simd = kind in "bhsdq"
        for mode in ("pre", "post"):
            for (t, n), offset in itertools.product(pairs(), (8, -8)):
                yield Case(f"{name} {reg(kind, t)}, {address(mode, n, f'#{offset}')}", n)
            for offset in (0, 1, -1, 16, 255, -256, size):
                yield Case(f"{name} {reg(kind, 5)}, {address(mode, 9, f'#{offset}')}", 9)
            for at in (0x401, 0x402, 0x403, 0x404, 0x407, 0x7ff):
                yield Case(f"{name} {reg(kind, 6)}, {address(mode, 10, '#4')}", 10, at)
            if simd:  # no register of its own is the base
                yield Case(f"{name} {kind}9, {address(mode, 9, '#16')}", 9)
        # KVM itself decodes what follows, and by QEMU before 8.0 is not told that a sign is to be extended.
        if name.startswith("ldrs"):
            continue
        for (t, n), offset in itertools.product(pairs(same=name[0] == "l"), (3, -256, 255)):
            yield Case(f"{name[:2]}u{name[2:]} {reg(kind, t)}, {address('offset', n, f'#{offset}')}", n)
            if not simd:
                yield Case(f"{name[:2]}t{name[2:]} {reg(kind, t)}, {address('offset', n, f'#{offset}')}", n)
        for (t, n), offset in itertools.product(pairs(2, same=name[0] == "l"), (0, 1, 33, 63)):
            yield Case(f"{name} {reg(kind, t)}, {address('offset', n, f'#{offset * size}')}", n)
        scale = size.bit_length() - 1
        for (option, m), shift, (t, n) in itertools.product(
                (("uxtw", "w"), ("sxtw", "w"), ("sxtx", "x"), ("lsl", "x")), {0, scale}, ((4, 8), (31, 3), (12, SP))):
            value = rng.choice([4, -4, 0x12]) if option != "uxtw" else 0xffffffff00000010
            yield Case(f"{name} {reg(kind, t)}, [{base(n)}, {m}20, {option} #{shift}]", n, 0x400, 20, value)


def two_registers():
    forms = [(name, size, kind) for name in ("stp", "ldp") for size, kind in ((4, "w"), (8, "x"), (4, "s"), (8, "d"), (16, "q"))]
    for name, size, kind in [*forms, ("ldpsw", 4, "x")]:
        for mode in ("offset", "pre", "post"):
            for t, u, n in ((0, 1, 2), (30, 31, 0), (31, 7, SP), (12, 11, 30), (4, 28, 29), *(rng.sample(range(31), 3) for _ in range(4))):
                for offset in (0, size, -size, 63 * size, -64 * size):
                    yield Case(f"{name} {reg(kind, t)}, {reg(kind, u)}, {address(mode, n, f'#{offset}')}", n, 0x500)
            for at in (0x501, 0x504, 0x508, 0x50f):
                yield Case(f"{name} {reg(kind, 8)}, {reg(kind, 3)}, {address(mode, 5, f'#{size}')}", 5, at)
        if kind in "wx":
            yield Case(f"{name} {reg(kind, 8)}, {reg(kind, 3)}, [x3]", 3)
        else:
            yield Case(f"{name} {kind}8, {kind}3, [x3], #{size}", 3)
        if name != "ldpsw":
            for t, u, n in ((0, 1, 2), (31, 30, SP), (9, 20, 8)):
                yield Case(f"{name[:2]}np {reg(kind, t)}, {reg(kind, u)}, [{base(n)}, #{size}]", n)


def literals():
    for name, kind in (("ldr", "w"), ("ldr", "x"), ("ldr", "s"), ("ldr", "d"), ("ldr", "q")):
        for t, at in ((0, 0), (30, 4), (31, 0x7fc), (17, 0xff0)):
            yield Case(f"{name} {reg(kind, t)}, . + {WINDOW - SLOT + at}", flags=LITERAL)


def exclusives():
    """Loads that watch, alone and ahead of their stores; stores alone. Each at a place of its own."""
    places = itertools.cycle(range(0x100, 0xf00, 32))
    for order, (suffix, kind) in itertools.product(("", "a"), (("b", "w"), ("h", "w"), ("", "w"), ("", "x"))):
        for two in (False, True) if not suffix else (False,):
            load, store = f"ld{order}x{'p' if two else 'r'}{suffix}", f"st{'l' if order else ''}x{'p' if two else 'r'}{suffix}"
            for t, u, s, n in ((1, 2, 3, 4), (30, 29, 0, 1), (31, 8, 9, SP), (5, 31, 6, 7), (10, 11, 12, 13)):
                def loaded(a=t, b=u):
                    return f"{load} {reg(kind, a)}{f', {reg(kind, b)}' if two else ''}, [{base(n)}]"

                def stored(a=t, b=u, status=s):
                    return f"{store} w{status}, {reg(kind, a)}{f', {reg(kind, b)}' if two else ''}, [{base(n)}]"
                for text in ([loaded()], [stored()], [loaded(), stored()], [loaded(), "mvn x15, x15", stored(15, 16)],
                             [loaded(), stored(), stored(15, 16, 17)], [loaded(), "clrex", stored()],
                             [loaded(14, 19), f"str x20, [{base(n)}]", stored()],
                             [loaded(14, 19), "add x14, x14, #1", stored(14, 19, 20), "cbnz w20, . - 12"]):
                    yield Case(text, n, aligned(n, next(places)))
    for n, way, (suffix, kind) in itertools.product((0, 17, SP), ("lda", "stl"), (("b", "w"), ("h", "w"), ("", "w"), ("", "x"))):
        yield Case(f"{way}r{suffix} {reg(kind, 5)}, [{base(n)}]", n)
        yield Case(f"{way[:2]}l{way[2:]}r{suffix} {reg(kind, 5)}, [{base(n)}]", n, flags=LSE)  # FEAT_LOR is as old


def atomics():
    orders = ("", "a", "l", "al")
    sizes = (("b", "w"), ("h", "w"), ("", "w"), ("", "x"))
    for name, order, (suffix, kind) in itertools.product(
            ("ldadd", "ldclr", "ldeor", "ldset", "ldsmax", "ldsmin", "ldumax", "ldumin", "swp"), orders, sizes):
        for s, t, n in ((1, 2, 3), (31, 7, SP), (9, 31, 8), (5, 5, 6), (0, 1, 1)):
            if t != 31 or "a" not in order:
                yield Case(f"{name}{order}{suffix} {reg(kind, s)}, {reg(kind, t)}, [{base(n)}]", n,
                           rng.randrange(0x20, 0xe0) * 16, flags=LSE)
    for order, (suffix, kind) in itertools.product(orders, sizes):
        load = {"b": "ldrb", "h": "ldrh"}.get(suffix, "ldr")
        for s, t, n in ((1, 2, 3), (30, 31, SP), (4, 4, 5), (7, 8, 9)):
            at = rng.randrange(0x20, 0xe0) * 16
            swap = f"cas{order}{suffix} {reg(kind, s)}, {reg(kind, t)}, [{base(n)}]"
            yield Case(swap, n, at, flags=LSE)
            # One that finds what it looks for; what of its register is beyond the size does not count.
            beyond = ["nop"] if kind == "x" else [f"orr x{s}, x{s}, #0x100000000"]
            yield Case([f"{load} {reg(kind, s)}, [{base(n)}]", *beyond, swap], n, at, flags=LSE)
    for order, kind in itertools.product(orders, "wx"):
        # Not X30 as the first: QEMU then takes SP for its second.
        for s, t, n in ((0, 2, 4), (28, 30, 5), (8, 8, SP)):
            at = rng.randrange(0x20, 0xe0) * 16
            names = [reg(kind, r) for r in (s, s + 1, t, t + 1)]
            swap = f"casp{order} {', '.join(names)}, [{base(n)}]"
            yield Case(swap, n, at, flags=LSE)
            yield Case([f"ldp {names[0]}, {names[1]}, [{base(n)}]", swap], n, at, flags=LSE)
    for suffix, kind in sizes:
        for t, n in ((1, 2), (31, SP), (3, 3)):
            yield Case(f"ldapr{suffix} {reg(kind, t)}, [{base(n)}]", n, flags=RCPC)
            yield from (Case(f"ldapur{suffix} {reg(kind, t)}, [{base(n)}, #{o}]", n, flags=RCPC2) for o in (8, -256))
            if t != n:
                yield Case(f"stlur{suffix} {reg(kind, t)}, [{base(n)}, #248]", n, flags=RCPC2)


SHAPES = [("8b", 8), ("16b", 16), ("4h", 4), ("8h", 8), ("2s", 2), ("4s", 4), ("1d", 1), ("2d", 2)]
LANES = [("b", 16, 1), ("h", 8, 2), ("s", 4, 4), ("d", 2, 8)]


def registers(first, count, shape, lane=""):
    return "{" + ", ".join(f"v{(first + i) % 32}.{shape}" for i in range(count)) + "}" + lane


def with_posts(name, regs, total, n):
    """Without write-back, by the structure's size, by a register."""
    at = 0x400 if n == SP else rng.choice([0x400, 0x403, 0x408])
    m = rng.choice([r for r in range(31) if r != n])
    yield Case(f"{name} {regs}, [{base(n)}]", n, at)
    yield Case(f"{name} {regs}, [{base(n)}], #{total}", n, at)
    yield Case(f"{name} {regs}, [{base(n)}], x{m}", n, at, m, rng.choice([24, -40, 1 << 40]))


def structures():
    for way, (shape, lanes) in itertools.product(("ld", "st"), SHAPES):
        size = 8 if lanes * {"b": 1, "h": 2, "s": 4, "d": 8}[shape[-1]] == 8 else 16
        for many, counts in ((1, (1, 2, 3, 4)), (2, (2,)), (3, (3,)), (4, (4,))):
            if shape == "1d" and many > 1:
                continue
            for count, first in itertools.product(counts, (0, rng.randrange(1, 28), 30)):
                yield from with_posts(f"{way}{many}", registers(first, count, shape), size * count, rng.choice([SP, *range(31)]))
    for way, (shape, lanes, size), many in itertools.product(("ld", "st"), LANES, (1, 2, 3, 4)):
        for lane in {0, 1, lanes // 2, lanes - 1}:
            regs = registers(rng.choice([0, 31, 12]), many, shape, f"[{lane}]")
            yield from with_posts(f"{way}{many}", regs, size * many, rng.choice([SP, *range(31)]))
    for (shape, lanes), many in itertools.product(SHAPES, (1, 2, 3, 4)):
        size = {"b": 1, "h": 2, "s": 4, "d": 8}[shape[-1]]
        yield from with_posts(f"ld{many}r", registers(rng.choice([0, 31, 12]), many, shape), size * many, rng.choice([SP, *range(31)]))


def zero_blocks():
    for n, at, mode in itertools.product((0, 30), (0x400, 0x43f, 0x7c8, 0xfc0, 0), (EL0, EL1T, EL1H)):
        yield Case(f"dc zva, x{n}", n, at, mode=mode)


def faults():
    """Accesses that begin in the window and end where nothing may be touched."""
    for text, room in (("stp x1, x2, [x3], #16", 8), ("stp x1, x2, [x3, #-16]!", 8), ("ldp x1, x2, [x3], #16", 8),
                       ("ldp x3, x2, [x3]", 8), ("stp w1, w2, [x3]", 4), ("ldpsw x1, x2, [x3], #8", 4),
                       ("str x1, [x3], #8", 4), ("str x1, [x3], #8", 1), ("ldr x1, [x3], #8", 7), ("ldr w1, [x3, #4]!", 3),
                       ("strh w1, [x3], #2", 1), ("str q1, [x3]", 8), ("str q1, [x3], #16", 5), ("ldr q1, [x3]", 8),
                       ("stp q1, q2, [x3]", 16), ("ldp q1, q2, [x3], #32", 24), ("ld1 {v1.16b-v4.16b}, [x3], #64", 32),
                       ("st1 {v1.16b-v4.16b}, [x3], #64", 24), ("st4 {v1.4s-v4.4s}, [x3]", 36), ("st2 {v1.b, v2.b}[3], [x3], #2", 1),
                       ("ld3r {v1.4h-v3.4h}, [x3]", 4), ("ldxp x1, x2, [x3]", 8), ("stp x1, x2, [x3], #16", 12),
                       ("stp x1, x2, [x3], #16", 3)):
        for mode in (EL1H, EL1T, EL0):
            yield Case(text, 3, WINDOW - room + (16 if "#-16" in text else 0) - (4 if "#4]!" in text else 0), flags=FAULT, mode=mode)


def main(out):
    cases = [c for form in (singles, two_registers, literals, exclusives, atomics, structures, zero_blocks, faults) for c in form()]
    with open(out, "w", encoding="utf-8") as f:
        f.write("\t.arch armv8.4-a+simd\n\t.section .rodata\n\t.balign 8\n\t.globl cases, cases_end\ncases:\n")
        f.writelines(f"\t// {i}\n{case.assembly()}" for i, case in enumerate(cases))
        f.write("cases_end:\n")


if __name__ == "__main__":
    main(sys.argv[1])
