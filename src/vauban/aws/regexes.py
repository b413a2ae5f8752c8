"""Java's regular expressions, as the models write them, parsed into trees."""

from typing import NamedTuple

from vauban.aws import characters
from vauban.aws.characters import CharacterSet

ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\x0b", "a": "\a", "e": "\x1b"}
MOST_REPEATS = 100_000


class UnsupportedPattern(ValueError):
    """A pattern with something that cannot be matched in linear time, or that is no Java expression at all."""


class One(NamedTuple):
    """One character out of a set."""

    set: CharacterSet


class Concat(NamedTuple):
    items: "tuple[Node, ...]"


class Choice(NamedTuple):
    items: "tuple[Node, ...]"


class Repeat(NamedTuple):
    item: "Node"
    least: int
    most: int | None


class Edge(NamedTuple):
    """``^`` and ``$``, which mean the very ends of the value; ``\\b`` a word's."""

    kind: str


class Ahead(NamedTuple):
    """``(?=…)`` or ``(?!…)``."""

    item: "Node"
    negative: bool


class Behind(NamedTuple):
    """``(?<=…)`` or ``(?<!…)`` of one character."""

    set: CharacterSet
    negative: bool


Node = One | Concat | Choice | Repeat | Edge | Ahead | Behind
EMPTY = Concat(())


def parse(pattern: str) -> Node:
    """The tree of a pattern. Raises UnsupportedPattern."""
    try:
        return Parser(pattern, nested_classes=True).whole()
    except UnsupportedPattern:
        return Parser(pattern, nested_classes=False).whole()


class Parser:
    """Recursive descent. ``nested_classes`` is Java's reading of ``[`` inside a class; without it, JavaScript's."""

    def __init__(self, pattern: str, nested_classes: bool):
        self.pattern = pattern
        self.nested_classes = nested_classes
        self.at = 0
        self.ignoring_case = False
        self.dot_matches_all = False
        self.looking_ahead = False

    def whole(self) -> Node:
        tree = self.choice()
        if self.at < len(self.pattern):
            raise self.unsupported("an unbalanced parenthesis")
        return tree

    def unsupported(self, what: str) -> UnsupportedPattern:
        return UnsupportedPattern(f"{what} at {self.at} of {self.pattern}")

    def taken(self, text: str) -> bool:
        """Whether ``text`` stands here; if so, go past it."""
        here = self.pattern.startswith(text, self.at)
        if here:
            self.at += len(text)
        return here

    def next(self) -> str:
        if self.at >= len(self.pattern):
            raise self.unsupported("an early end")
        self.at += 1
        return self.pattern[self.at - 1]

    def choice(self) -> Node:
        flags = self.ignoring_case, self.dot_matches_all
        branches = [self.concatenation()]
        while self.taken("|"):
            branches.append(self.concatenation())
        self.ignoring_case, self.dot_matches_all = flags
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def concatenation(self) -> Node:
        items: list[Node] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            item = self.repeated(self.atom())
            if item != EMPTY:
                items.append(item)
        return items[0] if len(items) == 1 else Concat(tuple(items))

    def repeated(self, item: Node) -> Node:
        while bounds := self.bounds():
            least, most = bounds
            self.taken("?") or self.taken("+")
            item = item if (least, most) == (1, 1) else Repeat(item, least, most)
        return item

    def bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.taken(sign):
                return bounds
        end = self.pattern.find("}", self.at)
        if end < 0 or not self.pattern.startswith("{", self.at):
            return None
        least, comma, most = self.pattern[self.at + 1 : end].partition(",")
        if not (least.isdecimal() and (not most or most.isdecimal())):
            return None
        self.at = end + 1
        bounds = int(least), (int(most) if most else None) if comma else int(least)
        if (bounds[1] or 0) > MOST_REPEATS or bounds[0] > MOST_REPEATS:
            raise self.unsupported("a repetition too long")
        return bounds

    def atom(self) -> Node:
        character = self.next()
        if character == "(":
            return self.group()
        if character == "[":
            return One(self.cased(self.set()))
        if character == ".":
            return One(characters.EVERYTHING if self.dot_matches_all else characters.NOT_LINE_ENDS)
        if character in "^$":
            return Edge(character)
        if character == "\\":
            return self.escape()
        if character in "*+?":
            raise self.unsupported("nothing to repeat")
        return One(self.cased(characters.of(character)))

    def cased(self, found: CharacterSet) -> CharacterSet:
        return found.ignoring_case() if self.ignoring_case else found

    def group(self) -> Node:
        if self.taken("?"):
            return self.special_group()
        return self.closed(self.choice())

    def closed(self, node: Node) -> Node:
        if not self.taken(")"):
            raise self.unsupported("an open group")
        return node

    def special_group(self) -> Node:
        if self.taken(":") or self.taken(">"):
            return self.closed(self.choice())
        for sign, negative in (("=", False), ("!", True)):
            if self.taken(sign):
                return self.ahead(negative)
        for sign, negative in (("<=", False), ("<!", True)):
            if self.taken(sign):
                return self.behind(self.closed(self.choice()), negative)
        if self.taken("<"):
            self.at = self.pattern.find(">", self.at) + 1
            return self.closed(self.choice())
        return self.flags()

    def ahead(self, negative: bool) -> Node:
        if self.looking_ahead:
            raise self.unsupported("a look ahead inside another")
        self.looking_ahead = True
        item = self.closed(self.choice())
        self.looking_ahead = False
        return Ahead(item, negative)

    def behind(self, item: Node, negative: bool) -> Node:
        if not isinstance(item, One):
            raise self.unsupported("a look behind at more than one character")
        return Behind(item.set, negative)

    def flags(self) -> Node:
        saved = self.ignoring_case, self.dot_matches_all
        while self.at < len(self.pattern) and self.pattern[self.at] in "isu":
            flag = self.next()
            self.ignoring_case |= flag == "i"
            self.dot_matches_all |= flag == "s"
        if self.taken(")"):
            return EMPTY
        if not self.taken(":"):
            raise self.unsupported("an unknown flag")
        inside = self.closed(self.choice())
        self.ignoring_case, self.dot_matches_all = saved
        return inside

    def escape(self) -> Node:
        character = self.next()
        if character in "AzZ":
            return Edge("^" if character == "A" else "$")
        if character == "b":
            return Edge("b")
        return One(self.cased(self.escaped_set(character)))

    def escaped_set(self, character: str) -> CharacterSet:
        if character in characters.CLASSES:
            return characters.CLASSES[character]
        if character in "pP":
            return self.property(character == "P")
        return characters.of(self.escaped_character(character))

    def property(self, negative: bool) -> CharacterSet:
        name = self.next()
        if name == "{":
            end = self.pattern.find("}", self.at)
            name, self.at = self.pattern[self.at : end], end + 1
        found = characters.property_named(name)
        if found is None:
            raise self.unsupported("an unknown property")
        return found.complement() if negative else found

    def escaped_character(self, character: str) -> str:
        if character == "u":
            return self.code_unit()
        if character == "x":
            if self.taken("{"):
                end = self.pattern.find("}", self.at)
                digits, self.at = self.pattern[self.at : end], end + 1
                return self.point(digits)
            return self.point(self.next() + self.next())
        if character == "0":
            return self.octal()
        if character in ESCAPES:
            return ESCAPES[character]
        if character.isascii() and character.isalnum():
            raise self.unsupported("an unknown escape")
        return character

    def code_unit(self) -> str:
        high = self.four_digits()
        here = self.at
        if "\ud800" <= high < "\udc00" and self.taken("\\u"):
            low = self.four_digits()
            if "\udc00" <= low < "\ue000":
                return chr(0x10000 + ((ord(high) - 0xD800) << 10) + (ord(low) - 0xDC00))
            self.at = here
        return high

    def four_digits(self) -> str:
        return self.point("".join(self.next() for _ in range(4)))

    def octal(self) -> str:
        digits = ""
        while len(digits) < 3 and self.pattern[self.at : self.at + 1] in set("01234567"):
            digits += self.next()
        return chr(int(digits or "0", 8))

    def point(self, digits: str) -> str:
        try:
            return chr(int(digits, 16))
        except (ValueError, OverflowError):
            raise self.unsupported("an unknown character") from None

    def set(self) -> CharacterSet:
        """A bracketed class, its opening bracket behind us."""
        negative = self.taken("^")
        found = self.set_items()
        while self.taken("&&"):
            found = found.intersection(self.set_items())
        if not self.taken("]"):
            raise self.unsupported("an open class")
        return found.complement() if negative else found

    def set_items(self) -> CharacterSet:
        parts: list[CharacterSet] = []
        while not (self.pattern.startswith("]", self.at) and parts) and not self.pattern.startswith("&&", self.at):
            if self.nested_classes and self.taken("["):
                parts.append(self.set())
            else:
                parts.append(self.set_item())
        return characters.union(parts)

    def set_item(self) -> CharacterSet:
        low = self.set_member()
        if not (isinstance(low, str) and self.pattern.startswith("-", self.at)) or self.ends_after_dash():
            return characters.of(low) if isinstance(low, str) else low
        self.at += 1
        high = self.set_member()
        if not isinstance(high, str):
            return characters.union((characters.of(low + "-"), high))
        if high < low:
            raise self.unsupported("a backward range")
        return characters.spanning([(ord(low), ord(high))])

    def ends_after_dash(self) -> bool:
        return self.pattern.startswith("]", self.at + 1) or (
            self.nested_classes and self.pattern.startswith(("[", "&&"), self.at + 1)
        )

    def set_member(self) -> str | CharacterSet:
        """One character of a class, or a set of them."""
        character = self.next()
        if character != "\\":
            return character
        character = self.next()
        if character in characters.CLASSES or character in "pP":
            return self.escaped_set(character)
        return "\b" if character == "b" else self.escaped_character(character)
