#!/usr/bin/env python3
"""Makes decimal.tsv.gz and hfp.tsv.gz: what Hercules answers to random cases that keep near the boundaries (see ../README.md)."""
import gzip
import os
import random
import struct

import hercules
from hercules import record

random.seed(int(os.environ.get("SEED", "0x390"), 0))
OUT = os.path.join(hercules.HERE, "..")


def pick(*weighted):
    return random.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]


# Decimal operands

def digits(count, zeros=None):
    """Digits with zeros on the left (so many at least), or all zeros, nines, or a one and zeros."""
    kind = pick(("random", 6), ("short", 5), ("zero", 2), ("nines", 1), ("one", 1))
    zeros = random.randrange(count + 1) if zeros is None and kind == "short" else zeros or 0
    places = max(count - zeros, 0)
    tail = {"zero": "0" * places, "nines": "9" * places, "one": ("1" + "0" * places)[:places]}.get(
        kind, "".join(random.choice("0123456789") for _ in range(places)))
    return tail.rjust(count, "0")


def packed(length, zeros=None, broken=0.04):
    text = digits(2 * length - 1, zeros) + pick(("C", 8), ("D", 8), ("A", 1), ("B", 1), ("E", 1), ("F", 2))
    if random.random() < broken:
        at = random.choice([0, len(text) - 1, len(text) - 2, random.randrange(len(text))])
        text = text[:at] + random.choice("0123456789ABCDEF") + text[at + 1:]
    return bytes.fromhex(text)


def length():
    return pick((1, 2), (2, 2), (3, 1), (8, 2), (9, 1), (15, 1), (16, 3), (random.randint(1, 16), 8))


def ss(op, l1, l2, base2="9000"):
    return f"{op}{l1 - 1:x}{l2 - 1:x}8000{base2}"


def decimal_cases():
    for op in ("fa", "fb", "f9", "f8"):
        for _ in range(1500):
            l1, l2 = length(), length()
            a, b = packed(l1), packed(l2)
            if random.random() < 0.15:
                # Nearly the same number.
                b = (a[-l2:].rjust(l2, b"\0"))[:-1] + bytes([(a[-1] & 0xF0) | random.choice([0xC, 0xD])])
            yield record(ss(op, l1, l2), random.choice([0, 4, 15, 11]), a=a, b=b)
    for op in ("fa", "fb", "fc", "fd", "f8", "f9"):
        # Operands whose rightmost bytes coincide, and others that lie within the first.
        for _ in range(120):
            l1 = length()
            l2 = random.randint(1, min(l1, 8)) if op in ("fc", "fd") else random.randint(1, l1)
            yield record(ss(op, l1, l2, f"8{l1 - l2:03x}"), random.choice([0, 4]), a=packed(l1, broken=0))
    for _ in range(1500):
        l1 = length()
        l2 = random.randint(1, 8) if random.random() < 0.05 else min(random.randint(1, 8), max(l1 - 1, 1))
        zeros = 2 * l2 + (random.random() < 0.1) - (random.random() < 0.1)
        yield record(ss("fc", l1, l2), a=packed(l1, zeros), b=packed(l2))
    for _ in range(2000):
        l1 = length()
        l2 = random.randint(1, 9) if random.random() < 0.05 else min(random.randint(1, 8), max(l1 - 1, 1))
        a, b = packed(l1, pick((None, 2), (2 * l2, 3), (2 * l2 - 1, 1), (2 * l2 + 1, 1))), packed(l2, pick((None, 3), (0, 3)))
        yield record(ss("fd", l1, l2), a=a, b=b)
    for _ in range(2000):
        l1 = length()
        shift = pick((random.randrange(64), 4), (random.randint(0, 4), 2), (random.randint(60, 63), 2))
        rounding = pick((5, 4), (0, 2), (random.randrange(10), 2), (random.randrange(16), 1))
        yield record(f"f0{l1 - 1:x}{rounding:x}80000{shift:03x}", random.choice([0, 4]), a=packed(l1))


def edit_cases():
    for op in ("de", "df"):
        for _ in range(1200):
            size = pick((1, 1), (2, 1), (random.randint(3, 12), 6), (random.randint(13, 40), 2))
            weights = random.choice([(8, 1, 1, 3), (6, 0, 0, 1), (5, 2, 1, 1), (1, 1, 1, 1)])
            pattern = bytes(random.choices([0x20, 0x21, 0x22, random.choice(b"\x6b\x4b\x40\x60\xc3\x00")], weights)[0]
                            for _ in range(size))
            pattern = bytes([pick((0x40, 4), (0x5C, 2), (pattern[0], 1), (0x20, 1), (0x21, 1), (0x22, 1))]) + pattern[1:]
            source = b""
            while len(source) < size:
                source += packed(random.randint(1, 5), broken=0.01)
            grs = (0, 0x0123456789ABCDEF)
            yield record(f"{op}{size - 1:02x}80009000", grs=grs, a=pattern, b=source[:size])


# HFP operands

REST = 0xDEADBEEF       # what a register has besides the operand

def fraction(count):
    kind = pick(("random", 5), ("zero", 1), ("one", 1), ("ones", 1), ("low", 2), ("sparse", 2), ("left", 2))
    if kind == "zero":
        return 0
    if kind == "one":
        return random.choice([1, 16 ** (count - 1), 16 ** (count - 1) * 8, 16 ** (count // 2)])
    if kind == "ones":
        return 16 ** random.randint(1, count) - 1 << 4 * random.choice([0, 0, 1]) & 16 ** count - 1
    value = random.getrandbits(4 * count)
    if kind == "low":
        return value >> 4 * random.randrange(count)
    if kind == "sparse":
        return value & random.getrandbits(4 * count) & random.getrandbits(4 * count)
    if kind == "left":
        return value >> 4 * (count - random.randint(1, count)) << 4 * random.randrange(count) & 16 ** count - 1
    return value


def characteristic(near):
    return pick((near, 4), (near + random.randint(-2, 2), 6), (near + random.randint(-15, 15), 5),
                (random.choice([0, 1, 2, 63, 64, 65, 126, 127]), 2), (random.randrange(128), 1)) & 127


def short(near):
    return (random.getrandbits(1) << 31 | characteristic(near) << 24 | fraction(6)) << 32 | REST


def long(near):
    return random.getrandbits(1) << 63 | characteristic(near) << 56 | fraction(14)


def extended(near):
    value = fraction(28)
    high = random.getrandbits(1) << 63 | characteristic(near) << 56 | value >> 56
    return high, 0xA5 << 56 | value & 2 ** 56 - 1


def number(kind, near):
    """An operand as a pair of registers."""
    if kind == "x":
        return extended(near)
    return (short if kind == "e" else long)(near), REST


RR = {"20": "dd", "21": "dd", "22": "dd", "23": "dd", "24": "dd", "25": "dx", "26": "xx", "27": "dd", "29": "dd", "2a": "dd",
      "2b": "dd", "2c": "dd", "2d": "dd", "2e": "dd", "2f": "dd", "30": "ee", "31": "ee", "32": "ee", "33": "ee", "34": "ee",
      "35": "ed", "36": "xx", "37": "xx", "39": "ee", "3a": "ee", "3b": "ee", "3c": "ee", "3d": "ee", "3e": "ee", "3f": "ee"}
RX = {"67": "dd", "69": "dd", "6a": "dd", "6b": "dd", "6c": "dd", "6d": "dd", "6e": "dd", "6f": "dd", "79": "ee", "7a": "ee",
      "7b": "ee", "7c": "ee", "7d": "ee", "7e": "ee", "7f": "ee"}
RRE = {"b22d": "xx", "b244": "dd", "b245": "ee", "b324": "de", "b325": "xd", "b326": "xe", "b336": "xx", "b337": "ee",
       "b360": "xx", "b361": "xx", "b362": "xx", "b363": "xx", "b366": "ex", "b367": "xx", "b369": "xx", "b377": "ee",
       "b37f": "dd"}
RXE = {"24": "de", "25": "xd", "26": "xe", "34": "ee", "35": "dd", "37": "ee"}
FROM = ("b3b4", "b3b5", "b3b6", "b3c4", "b3c5", "b3c6")
TO = {"b3b8": "e", "b3b9": "d", "b3ba": "x", "b3c8": "e", "b3c9": "d", "b3ca": "x"}
RRD = {"b338": "d", "b339": "d", "b33a": "d", "b33b": "d", "b33c": "d", "b33d": "d"}
RXF = {"38": "d", "39": "d", "3a": "d", "3b": "d", "3c": "d", "3d": "d"}
FUSED = {"b32e": "e", "b32f": "e", "b33e": "d", "b33f": "d"}
FUSED_RXF = {"2e": "e", "2f": "e", "3e": "d", "3f": "d"}


def floating(text, first, second, third=(0, 0), gr2=0, mask=None, storage=None):
    mask = random.choice([0, 1, 2, 3]) if mask is None else mask
    content = struct.pack(">Q", (second if storage is None else storage)[0])
    return record(text, mask, grs=(0, 0, gr2), fprs=(*first, *second, *third), b=content)


def hfp_cases():
    for op, kinds in RR.items():
        for _ in range(170):
            near = random.choice([2, 64, 64, 64, 126])
            r1 = pick((0, 40), (2, 1))
            r2 = pick((4, 40), (r1, 4))
            yield floating(f"{op}{r1:x}{r2:x}", number(kinds[0], near), number(kinds[1], near))
    for op, kinds in RX.items():
        for _ in range(110):
            near = random.choice([2, 64, 64, 64, 126])
            yield floating(f"{op}009000", number(kinds[0], near), number(kinds[1], near))
    for op, kinds in RRE.items():
        for _ in range(170):
            near = random.choice([2, 64, 64, 126])
            r1 = pick((0, 40), (2, 1))
            yield floating(f"{op}00{r1:x}{pick((4, 40), (r1, 4)):x}", number(kinds[0], near), number(kinds[1], near))
    for op, kinds in RXE.items():
        for _ in range(110):
            second = number(kinds[1], random.choice([2, 64, 126]))
            yield floating(f"ed{pick((0, 30), (2, 1)):x}0900000{op}", number(kinds[0], 64), second)
    for op in FROM:
        for _ in range(150):
            value = pick((random.getrandbits(64), 3), (random.getrandbits(64) >> random.randrange(64), 4),
                         (-random.getrandbits(64) >> random.randrange(64), 4), (1 << random.randrange(64), 1),
                         (random.choice([0, -1, 0x7FFFFFFF, 0x80000000, 1 << 63, (1 << 63) - 1]), 2)) & 2 ** 64 - 1
            yield floating(f"{op}00{pick((0, 30), (2, 1)):x}2", (1, 2), (3, 4), gr2=value)
    for op, kind in TO.items():
        for _ in range(260):
            near = random.choice([64, 65, 66, 70, 72, 78, 80])
            method = pick((random.choice([0, 1, 4, 5, 6, 7]), 30), (random.randrange(16), 1))
            second = number(kind, near)
            if kind == "d" and random.random() < 0.3:
                # A half, or nearly one, after an integer.
                second = (random.getrandbits(1) << 63 | 0x48 << 56 | random.getrandbits(31) << 24
                          | random.choice([0x800000, 0x7FFFFF, 0x800001, 0]), 0)
            yield floating(f"{op}{method:x}02{pick((4, 30), (6, 1)):x}", (1, 2), second, gr2=REST << 32)
    for op, kind in RRD.items():
        for _ in range(200):
            first, second, third = unnormalized()
            r1 = 0 if op == "b33d" else pick((0, 8), (2, 2))
            first = first if r1 == 0 else first[::-1]
            yield floating(f"{op}{r1:x}014", first, second, third)
    for op, kind in RXF.items():
        for _ in range(120):
            first, second, third = unnormalized()
            yield floating(f"ed109000{pick((0, 8), (2, 2)):x}0{op}", first, second, third)
    for op, kind in FUSED.items():
        for _ in range(200):
            first, second, third = fused(kind)
            yield floating(f"{op}0014", first, second, third)
    for op, kind in FUSED_RXF.items():
        for _ in range(120):
            first, second, third = fused(kind)
            yield floating(f"ed10900000{op}", first, second, third)


def unnormalized():
    """Operands of MULTIPLY (AND ADD) UNNORMALIZED: the first one is shifted left by three digits at most (see README.md)."""
    second, third = number("d", 64), number("d", 64)
    product = (second[0] >> 56 & 127) + (third[0] >> 56 & 127) - 64
    first = random.getrandbits(1) << 63 | (product + random.randint(-31, 3) & 127) << 56 | fraction(14)
    if not 0 <= product - 31 or product + 3 > 127:
        second, third = ((value[0] & ~(127 << 56) | 64 << 56, value[1]) for value in (second, third))
        first = first & ~(127 << 56) | 64 + random.randint(-31, 3) << 56
    return (first, REST), tuple(second), tuple(third)


def fused(kind):
    """Operands of MULTIPLY AND ADD whose product and sum need no more digits than a register has (see README.md)."""
    count = 6 if kind == "e" else 14
    drop = 64 - 8 - 4 * count
    half = count // 2 - 1

    def value(places):
        digits_on_the_left = random.getrandbits(4 * places) << 4 * (count - places) + drop
        return random.getrandbits(1) << 63 | random.randint(34, 94) << 56 | digits_on_the_left

    second, third = value(half), value(half)
    near = (second >> 56 & 127) + (third >> 56 & 127) - 64
    first = random.getrandbits(1) << 63 | (near + random.randint(-1, 1) & 127) << 56 \
        | random.getrandbits(4 * (count - 2)) << 8 + drop
    if random.random() < 0.2:
        first = 0
    return (first, 5), (second, 6), (third, 7)


def write(name, lines):
    with gzip.GzipFile(os.path.join(OUT, name), "wb", mtime=0) as file:
        file.write(("\n".join(lines) + "\n").encode())


def row(fields):
    return "\t".join(fields)


def text_of(body):
    size = (2, 4, 4, 6)[body[0] >> 6]
    return body[:size].hex()


def hexadecimal(data, to=None):
    data = data if to is None else data[:to]
    return data.rstrip(b"\0").hex() or "-"


def main():
    cases = list(decimal_cases()) + list(edit_cases())
    lines = ["# instruction, program mask, first operand, second operand | "
             "code, condition code, first operand, offset in it that register 1 designates"]
    for n, (before, after) in enumerate(zip(cases, hercules.run(cases))):
        mark = "-"
        if before[24:32] != after[128:136]:
            mark = f"{struct.unpack('>Q', after[128:136])[0] - hercules.RECORDS - hercules.SIZE * n - 192:x}"
        lines.append(row([text_of(before), f"{before[8]:x}", hexadecimal(before[192:320]), hexadecimal(before[320:448]),
                          after[114:116].hex(), str(after[112]), hexadecimal(after[192:320]), mark]))
    write("decimal.tsv.gz", lines)
    cases = list(hfp_cases())
    lines = ["# instruction, program mask, register 2, floating-point registers 0 2 4 6 1 | "
             "code, condition code, register 2, floating-point registers 0 2"]
    for before, after in zip(cases, hercules.run(cases)):
        lines.append(row([text_of(before), f"{before[8]:x}", before[32:40].hex(),
                          *(before[at:at + 8].hex() for at in range(64, 104, 8)),
                          after[114:116].hex(), str(after[112]), after[136:144].hex(),
                          after[168:176].hex(), after[176:184].hex()]))
    write("hfp.tsv.gz", lines)
    print(len(cases))


if __name__ == "__main__":
    main()
