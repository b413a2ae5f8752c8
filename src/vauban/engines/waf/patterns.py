"""Regular expressions and literals, many at once: Hyperscan's automata, whose time no input can make longer.

What AWS WAF refuses of PCRE (back references, recursion, conditions, verbs, `\\C`, `\\R`, `\\K`, callouts, atomic
groups, possessive quantifiers, lookarounds, repeats beyond measure) is what Hyperscan refuses: compiling a pattern is
the test of its validity.
"""

import hashlib
import re
from collections.abc import Iterable, MutableMapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import hyperscan

from vauban.engines.waf.addresses import NOT_FORMATTED
from vauban.engines.waf.refusals import InvalidParameter

Hits = dict[int, tuple[int, int]]
"""Of each pattern that matched, by its number: in which value, and where the match ends there."""
Hit = tuple[int, int]
Cache = MutableMapping[str, bytes]
"""Compiled databases by a hash of what is in them, for whoever wants to keep them."""

MULTILINE = hyperscan.HS_FLAG_MULTILINE
CASELESS = hyperscan.HS_FLAG_CASELESS
DOTALL = hyperscan.HS_FLAG_DOTALL
_FLAGS = hyperscan.HS_FLAG_ALLOWEMPTY | hyperscan.HS_FLAG_SINGLEMATCH
NO_HITS: Hits = {}
_REFUSED = re.compile(rb"\\C|\(\*")
_ITEMS = re.compile(rb"\\Q.*?(?:\\E|\Z)|\\[^C]|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|\\C|\(\*|.", re.DOTALL)
_ANCHORS = re.compile(rb"\\[AzZG]|\(\?[a-zA-Z]*-")
_LINE_ENDS = re.compile(rb"[\^$]")


class Expression(NamedTuple):
    pattern: bytes
    flags: int = 0


def literal(text: bytes) -> Expression:
    """What matches where `text` is contained."""
    return Expression(b"".join(b"\\x%02x" % byte for byte in text))


def word(text: bytes) -> Expression:
    """What matches where `text` stands with no letter, digit or `_` before and after it."""
    return Expression(rb"\b" + text + rb"\b")


@lru_cache(4096)
def regex(pattern: str) -> Expression:
    """A pattern of a rule or a set. Raises InvalidParameter where AWS WAF would not take it."""
    expression = Expression(pattern.encode())
    if any(map(_REFUSED.fullmatch, _ITEMS.findall(expression.pattern))):
        raise InvalidParameter("REGEX_PATTERN_SET", pattern, NOT_FORMATTED)
    try:
        _compiled([expression], 0)
    except hyperscan.HyperscanError:
        raise InvalidParameter("REGEX_PATTERN_SET", pattern, NOT_FORMATTED) from None
    return expression


def require_patterns(patterns: Iterable[str]) -> None:
    """Raises InvalidParameter for what is no regular expression of AWS WAF's."""
    for pattern in patterns:
        regex(pattern)


class Automaton:
    """Many expressions, looked for at once: from the cache, or compiled and put there."""

    def __init__(self, expressions: Sequence[Expression], cache: Cache, flags: int = 0) -> None:
        self._database = _database(expressions, cache, flags)
        self._scan = self._database.scan
        self._of_nothing: list[Hit] = []
        self._scan(b"", _note, 0, self._of_nothing)

    def found(self, value: bytes) -> list[Hit]:
        """The expressions that match a value, each once, and where a match of each ends."""
        if not value:
            return self._of_nothing
        hits: list[Hit] = []
        self._scan(value, _note, 0, hits)
        return hits


def _note(number: int, start: int, end: int, flags: int, hits: list[Hit]) -> None:
    hits.append((number, end))


def _database(expressions: Sequence[Expression], cache: Cache, flags: int) -> hyperscan.Database:
    key = _key(expressions, flags)
    kept = cache.get(key)
    if kept is not None:
        try:
            found = hyperscan.loadb(kept, hyperscan.HS_MODE_BLOCK)
            found.scratch = hyperscan.Scratch(found)
            return found
        except hyperscan.HyperscanError:  # of another machine, or another Hyperscan
            pass
    made = _compiled(expressions, flags)
    cache[key] = hyperscan.dumpb(made)
    return made


def _compiled(expressions: Sequence[Expression], flags: int) -> hyperscan.Database:
    made = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    made.compile(
        expressions=[expression.pattern for expression in expressions],
        ids=list(range(len(expressions))),
        elements=len(expressions),
        flags=[expression.flags | _FLAGS | flags for expression in expressions],
    )
    return made


def _key(expressions: Sequence[Expression], flags: int) -> str:
    content = hashlib.sha256(f"{hyperscan.__version__} {flags}".encode())
    for pattern, own in expressions:
        content.update(b"%d %d " % (own, len(pattern)) + pattern)
    return content.hexdigest()


class Scanner:
    """Finds which of its patterns match which values.

    Many values are first scanned joined by line feeds, with `^` and `$` meaning lines: nothing is missed by that, and
    seldom is something found that has to be confirmed value by value.
    """

    def __init__(self, expressions: Sequence[Expression], cache: Cache, *, joins: bool) -> None:
        self._alone = Automaton(expressions, cache)
        self._joined: Automaton | None = None
        if joins and not any(_ANCHORS.search(expression.pattern) for expression in expressions):
            lines = any(_LINE_ENDS.search(expression.pattern) for expression in expressions)
            self._joined = Automaton(expressions, cache, MULTILINE) if lines else self._alone

    def hits(self, values: list[bytes], joined: bytes) -> Hits:
        """The hits in `values`, which are also given `joined` by line feeds."""
        if self._joined and len(values) > 1 and not self._joined.found(joined):
            return NO_HITS
        hits: Hits = {}
        for index, value in enumerate(values):
            for number, end in self._alone.found(value):
                hits.setdefault(number, (index, end))
        return hits or NO_HITS
