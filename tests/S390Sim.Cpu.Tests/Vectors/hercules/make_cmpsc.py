#!/usr/bin/env python3
"""Makes cmpsc.tsv.gz: what Hercules answers to COMPRESSION CALL with random dictionaries (see ../README.md)."""
import os
import random
import struct

import hercules
from hercules import record
from make_vectors import hexadecimal, row, write

TABLES = 0x800000
SPACE = 0x40000         # for each dictionary: compression, expansion, symbol translation
LETTERS = b"abcdefgh \x00\xff"


class Dictionary:
    """A tree of symbols with random shapes; `symbols` maps each index to its characters."""

    def __init__(self, size, is_format_one):
        self.size, self.is_format_one = size, is_format_one
        self.count = 256 << size
        self.compression = [0] * self.count
        self.expansion = [0] * self.count
        self.symbols = {n: bytes([n]) for n in range(256)}
        self.next = 256
        for n in range(256):
            self.expansion[n] = 1 << 56 | n << 48
        nodes = [(n, self.shape() if n in LETTERS else 0, b"") for n in range(256)]
        random.shuffle(nodes)
        nodes.sort(key=lambda node: node[0] not in LETTERS)
        while nodes:
            nodes += self.fill(*nodes.pop(random.randrange(min(len(nodes), 4))))

    def shape(self):
        return random.choices([0, 1, 2, 3, 5, 6, 7, 12, 13, 20, 34], [6, 5, 4, 3, 2, 2, 2, 1, 1, 1, 1])[0]

    def fill(self, index, children, extension):
        """Makes the entry of a symbol and room for its children; gives the children."""
        here = 5 - len(extension) if children > 1 else children
        room = here
        places = []         # index of each child, with its descriptor's index
        capacity = 14 if self.is_format_one else 7
        if children > here:
            first = self.next
            places = [(first + n, None) for n in range(here)]
            at = first + here
            left = children - here
            while left > 0:
                group = min(left, capacity)
                places += [(at + 1 + n, at) for n in range(group)]
                at += group + 1
                left -= group
            room = at - first
        else:
            places = [(self.next + n, None) for n in range(children)]
            room = children
        if self.next + room > self.count or len(self.symbols[index]) > 240:
            children, places, room = 0, [], 0
        first, self.next = self.next, self.next + room
        # Children's first characters are different (see README.md), and most of them are frequent ones.
        letters = random.sample(LETTERS, len(LETTERS)) + random.sample([n for n in range(256) if n not in LETTERS], 40)
        letters = letters[:children]
        if random.random() < 0.5:
            letters.sort()
        nodes = []
        for (place, _), letter in zip(places, letters):
            shape = self.shape()
            tail = bytes(random.choices(LETTERS, k=random.choice([0, 0, 0, 1, 2, 3, 4]))) if shape <= 1 else \
                bytes(random.choices(LETTERS, k=random.choice([0, 0, 1])))
            if len(tail) > 1 and shape > 1:
                tail = tail[:1]
            nodes.append((place, shape, tail))
            self.symbols[place] = self.symbols[index] + bytes([letter]) + tail
            self.expand(place, index, bytes([letter]) + tail)
        examined = [1 if node[1] or node[2] or random.random() < 0.3 else 0 for node in nodes]
        self.describe(index, first, letters, examined, extension, places, here)
        return nodes

    def describe(self, index, first, letters, examined, extension, places, here):
        children = len(letters)
        entry = bytearray(8)
        if children <= 1:
            entry[0] = children << 5 | (examined[0] << 4 if children else 0)
            bits = len(extension) << 5
        else:
            stated = min(children, here + 1)
            entry[0] = stated << 5 | sum(examined[n] << 4 - n for n in range(min(children, here)))
            bits = len(extension) << 5
        entry[1] = bits | first >> 8 & 0x1F
        entry[2] = first & 0xFF
        content = bytes(extension) + bytes(letters[:here if children > 1 else children])
        entry[3:3 + len(content)] = content
        groups = {}
        for n, (_, descriptor) in enumerate(places):
            if descriptor is not None:
                groups.setdefault(descriptor, []).append(n)
        starts = sorted(groups)
        for order, start in enumerate(starts):
            self.siblings(start, [(letters[n], examined[n]) for n in groups[start]], order + 1 < len(starts), order == 0, entry)
        self.compression[index] = int.from_bytes(entry, "big")

    def siblings(self, index, group, has_more, is_first, parent):
        width, capacity = (4, 14) if self.is_format_one else (3, 7)
        count = (15 if self.is_format_one else 0) if has_more else len(group)
        bits = count << 16 - width
        for n, (_, examined) in enumerate(group):
            if n < capacity - 2:
                bits |= examined << 15 - width - n
            elif is_first:
                parent[1] |= examined << 7 - (n - capacity + 2)
        characters = bytes(letter for letter, _ in group)
        if self.is_format_one:
            content = struct.pack(">H", bits) + characters[:6].ljust(6, b"\0")
            self.expansion[index] = int.from_bytes(characters[6:].ljust(8, b"\0"), "big")
        else:
            content = bytes([bits >> 8]) + characters.ljust(7, b"\0")
        self.compression[index] = int.from_bytes(content, "big")

    def expand(self, index, parent, tail):
        string = self.symbols[index]
        if len(string) <= 7 and random.random() < 0.7:
            self.expansion[index] = len(string) << 56 | int.from_bytes(string.ljust(7, b"\0"), "big")
        else:
            self.expansion[index] = len(tail) << 61 | parent << 48 | int.from_bytes(tail.ljust(5, b"\0"), "big") << 8 \
                | len(self.symbols[parent])

    def bytes(self):
        entries = self.compression + self.expansion
        content = struct.pack(f">{len(entries)}Q", *entries)
        if self.size > 2:
            return content
        table = list(range(self.count))
        random.Random(self.size).shuffle(table)
        return content + struct.pack(f">{self.count}H", *table)


def source(dictionary):
    text = b""
    while len(text) < 120:
        text += dictionary.symbols[random.choice(list(dictionary.symbols))] if random.random() < 0.8 \
            else bytes(random.choices(LETTERS, k=random.randint(1, 6)))
    return text[:random.choice([0, 1, 2, 3, random.randint(1, 120), random.randint(1, 120), 120])]


def packed(symbols, bits, start):
    value = 0
    for symbol in symbols:
        value = value << bits | symbol
    end = start + bits * len(symbols)
    size = (end + 7) // 8
    return (value << 8 * size - end).to_bytes(size, "big")


def filled(gr1):
    """A first operand whose bits to the right of the compressed-data bit number are zeros (see README.md)."""
    return bytes([0xFF00 >> (gr1 & 7) & 0xFF]) + b"\xa5" * 127


def cases(number, dictionary, count, can_translate=True):
    origin = TABLES + SPACE * number
    bits = dictionary.size + 8
    for _ in range(count):
        start = random.choice([0, 0, random.randrange(8)])
        gr0 = 0x5A00_0000_0000 | dictionary.size << 12 | (0x200 if dictionary.is_format_one else 0)
        gr1 = origin | start
        if random.random() < 0.5:
            text = source(dictionary)
            length = random.choice([0, 1, 2, 3, random.randrange(20), 100, 120])
            if can_translate and dictionary.size <= 2 and random.random() < 0.2:
                gr0 |= 0x10000
                gr1 |= dictionary.count * 16 // 128 << 3
        else:
            gr0 |= 0x100
            gr1 += dictionary.count * 8
            symbols = random.choices(list(dictionary.symbols), k=random.randrange(30))
            while sum(len(dictionary.symbols[symbol]) for symbol in symbols) > 120:
                symbols.pop()
            text = packed(symbols, bits, start)
            text = text[:random.choice([len(text), len(text), random.randrange(len(text) + 1)])]
            length = 120
        yield gr0, gr1, length, text


def main():
    random.seed(int(os.environ.get("SEED", "0x263"), 0))
    dictionaries = [Dictionary(size, is_format_one) for size in (1, 1, 2) for is_format_one in (False, True)]
    dictionaries += [Dictionary(3, False), Dictionary(4, True), Dictionary(5, False), Dictionary(5, True)]
    contents = [dictionary.bytes() for dictionary in dictionaries]
    work = []
    for n, dictionary in enumerate(dictionaries):
        work += [(n, case) for case in cases(n, dictionary, 220)]
    base_a, base_b = 192, 320
    records = []
    for at, (n, (gr0, gr1, length, text)) in enumerate(work):
        address = hercules.RECORDS + hercules.SIZE * at
        records.append(record("b2630024", grs=(gr0, gr1, address + base_a, length, address + base_b, len(text)),
                              a=filled(gr1), b=text, count=250))
    lines = ["# a line \"=\" for each dictionary, at its place in storage; then the cases: registers 0 and 1, length of the "
             "first operand, second operand | code, condition code, register 1, lengths left, first operand"]
    lines += [row(["=", f"{TABLES + SPACE * n:x}", content.hex()]) for n, content in enumerate(contents)]
    extra = [(TABLES + SPACE * n, content) for n, content in enumerate(contents)]
    for (n, (gr0, gr1, length, text)), after in zip(work, hercules.run(records, extra)):
        out = struct.unpack(">6Q", after[120:168])
        used = length - out[3]
        lines.append(row([f"{gr0:x}", f"{gr1:x}", str(length), text.hex() or "-", after[114:116].hex(), str(after[112]),
                          f"{out[1]:x}", str(out[3]), str(out[5]), after[192:192 + used + 1].hex()]))
    write("cmpsc.tsv.gz", lines)


if __name__ == "__main__":
    main()
