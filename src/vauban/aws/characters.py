"""Sets of characters, as Java's regular expressions name them."""

import unicodedata
from collections.abc import Callable, Iterable

LAST = 0x10FFFF
Range = tuple[int, int]


class CharacterSet:
    """Characters by ranges of code points or, where Unicode's categories are asked for, by a test."""

    __slots__ = ("ranges", "test")

    def __init__(self, ranges: tuple[Range, ...] | None, test: Callable[[str], bool] | None = None):
        self.ranges = ranges
        """Sorted and apart; None where only ``test`` knows."""
        self.test = test or self.within

    def within(self, character: str) -> bool:
        point = ord(character)
        return any(low <= point <= high for low, high in self.ranges or ())

    def complement(self) -> "CharacterSet":
        if self.ranges is None:
            return CharacterSet(None, lambda character: not self.test(character))
        gaps, start = [], 0
        for low, high in self.ranges:
            if start < low:
                gaps.append((start, low - 1))
            start = high + 1
        if start <= LAST:
            gaps.append((start, LAST))
        return CharacterSet(tuple(gaps))

    def intersection(self, other: "CharacterSet") -> "CharacterSet":
        return union((self.complement(), other.complement())).complement()

    def overlaps(self, other: "CharacterSet") -> bool:
        """Whether they share a character; True where it cannot be told."""
        if self.ranges is None or other.ranges is None:
            return True
        return any(low <= high2 and low2 <= high for low, high in self.ranges for low2, high2 in other.ranges)

    def ignoring_case(self) -> "CharacterSet":
        """With the other case of every ASCII letter, as ``(?i)`` means in Java."""
        if self.ranges is None:
            return CharacterSet(None, lambda character: self.test(character.lower()) or self.test(character.upper()))
        letters = [chr(point) for point in range(128) if chr(point).isalpha() and self.within(chr(point))]
        return union((self, of("".join(letters).swapcase())))


def of(characters: str) -> CharacterSet:
    return spanning((ord(each), ord(each)) for each in characters)


def spanning(ranges: Iterable[Range]) -> CharacterSet:
    merged: list[Range] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return CharacterSet(tuple(merged))


def union(sets: Iterable[CharacterSet]) -> CharacterSet:
    parts = tuple(sets)
    if all(part.ranges is not None for part in parts):
        return spanning(each for part in parts for each in part.ranges or ())
    return CharacterSet(None, lambda character: any(part.test(character) for part in parts))


def by_category(*prefixes: str) -> CharacterSet:
    """Characters whose Unicode general category begins so: ``L``, ``Zs``."""
    return CharacterSet(None, lambda character: unicodedata.category(character).startswith(prefixes))


DIGITS = of("0123456789")
WORD = spanning([(48, 57), (65, 90), (95, 95), (97, 122)])
SPACE = of(" \t\n\x0b\f\r")
EVERYTHING = CharacterSet(((0, LAST),))
NOT_LINE_ENDS = of("\n\r\x85\u2028\u2029").complement()
CLASSES = {"d": DIGITS, "w": WORD, "s": SPACE} | {
    name.upper(): each.complement() for name, each in (("d", DIGITS), ("w", WORD), ("s", SPACE))
}
UPPER = spanning([(65, 90)])
LOWER = spanning([(97, 122)])
PUNCTUATION = spanning([(33, 47), (58, 64), (91, 96), (123, 126)])
POSIX = {
    "ASCII": spanning([(0, 127)]),
    "Alnum": union((UPPER, LOWER, DIGITS)),
    "Alpha": union((UPPER, LOWER)),
    "Blank": of(" \t"),
    "Cntrl": spanning([(0, 31), (127, 127)]),
    "Digit": DIGITS,
    "Graph": spanning([(33, 126)]),
    "IsAlphabetic": CharacterSet(None, lambda character: character.isalpha()),
    "IsWhitespace": CharacterSet(None, lambda character: character.isspace()),
    "LD": by_category("L", "Nd"),
    "Lower": LOWER,
    "Print": spanning([(32, 126)]),
    "Punct": PUNCTUATION,
    "Space": SPACE,
    "Upper": UPPER,
    "XDigit": spanning([(48, 57), (65, 70), (97, 102)]),
    "all": EVERYTHING,
}


def property_named(name: str) -> CharacterSet | None:
    """What ``\\p{name}`` means in Java, or None where it is nothing known."""
    if name in POSIX:
        return POSIX[name]
    name = name.removeprefix("Is")
    return by_category(name) if name[:1] in set("CLMNPSZ") and len(name) <= 2 else None
