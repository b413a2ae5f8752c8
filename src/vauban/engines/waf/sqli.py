"""Is this value a piece of SQL that wants to be a piece of somebody's statement?

A value is read three times: as it stands, and as what follows an open quote of either kind. Its tokens become a string
of letters (`sql_tokens`), brackets are taken out, and what is left is judged by its structure: an injection continues
the statement it lands in, so it must be grammatical, which prose and code seldom are, and it must do something there,
which lists of what injections do describe. LOW asks for both; HIGH also takes what people might write by chance.
"""

import re
from typing import Literal

from vauban.engines.waf.sql_tokens import Token, tokens

Sensitivity = Literal["LOW", "HIGH"]

_KEYWORDS = (
    rb"""--|/\*|\|\||&&|(?:\b|\d)(?:and|or|xor|union|select|having|order|group|r?like|regexp|between|in|drop|insert"""
    rb"""|delete|update|replace|truncate|exec|execute|declare|waitfor|sleep|benchmark|procedure|load_\w+|extractvalue"""
    rb"""|updatexml|randomblob|zeroblob|shutdown|begin|call|copy|(?:xp|sp|pg|lo|sys|dbms|utl|query|name)_\w+|open\w+"""
    rb"""|gtid_subset|database_to_xml|master|ctxsys)\b"""
)
_WORTH_READING = re.compile(_KEYWORDS, re.IGNORECASE)
_AFTER_A_QUOTE = (
    rb"""[\s\0)]*+(?:[-+*/|&=<>!;,%^#~:]|(?:and|or|xor|union|r?like|regexp|between|in|is|order|group|having|into|div"""
)
_AFTER_A_QUOTE += rb"""|mod|limit|procedure|not|where|from|as|except|intersect|glob|ilike|sounds|collate)\b)"""
CONTINUING, BREAKING_OUT = _KEYWORDS, rb"""['"]""" + _AFTER_A_QUOTE.replace(b"*+", b"*")
"""What every value has in it that `continues` and `breaks_out` may take: for a scan of many values at once. Case does
not matter."""

_BREAKS = {
    quote: re.compile(
        rb"[^%b\\]*+(?:(?:\\.|%b%b)[^%b\\]*+)*+%b" % ((quote,) * 5) + _AFTER_A_QUOTE, re.IGNORECASE | re.DOTALL
    )
    for quote in (b"'", b'"')
}
_VERSIONED = re.compile(r"/\*!\d{0,6}\s*\w")
_LETTERS = 512
"""How many letters are judged: what is more is no injection, or one by its beginning."""
_MATCHED = 6
"""How many tokens of a match are told."""

_CALLED_WITH_NOTHING = re.compile(r"[fFz]\(\+?\)")
_EVERY_COLUMN = re.compile(r"(?<=S)\+(?=[w,)c;]|$)")
_ALIAS = re.compile(r"\)n(?=[w,)&=;cUB]|$)")
_SUM = re.compile(r"[1sn](?:\+[1sn])+")
_LIST = re.compile(r"(?:,[1sn]){4,}")
_BRACKETS = str.maketrans("", "", "()")
_UNGRAMMATICAL = re.compile(r"[1sn][1snSfFz!dD]|x")
_ASIDE = re.compile(r"--[\s+-]*\w{0,12}$|#[\s+-]*$|/\*")

_BROKEN_OUT = re.compile(
    r"""^s(?:
        &.*[=czfS] | &[1s]$                      # ' or a=b       ' or sleep(1)    ' or '1
      | =.*                                      # '='            ' like '%
      | \+.*[=&cSfz]                             # '+(select …)+'
      | .*U!*S                                   # ' union all select
      | [^;]*;[Dd] | [^;]*;S.*[wfz]              # '; drop table x
      | B.*[1c]                                  # ' order by 5
      | [,w].*[Sczf]                             # ', (select …)) --
      )""",
    re.VERBOSE,
)
_BROKEN_OUT_WHATEVER_FOLLOWS = re.compile(r"^s(?:[&]!*[1s]=[1s]|;D|U!*S[1snfz])")
_CONTINUED = re.compile(
    r"""^[1s][&=+].*z
      | ^[1s]&.*[=cfS]                           # 1 or id=2      1 and (select …)
      | &!*[1s]=[1s]                             # x or 1=1
      | ^&.*[1s]=[1s]                            # || 1=1
      | ^U!*S(?:[1sfFz]|n[,w]) | [1sn]U!*S[1snfFz]  # 1 union select
      | ^[^;]*;D | ^[1s]?;d | ;S.*[wfz]          # 1; drop table x
      | ^[1s]B.*[1c]                             # 1 order by 5
      | S.*[fz] | S.*w.*[1s=;cw] | S[1s].*w      # (select version())
      | ^D.*[w,=;c]                              # delete from x where
      | ..*z | z..                               # 1-sleep(5)
    """,
    re.VERBOSE,
)
_CONTINUED_WHATEVER_FOLLOWS = re.compile(r"U!*S!*[1sn](?:,[1sn])+|^[1s]&!*[1s]=[1s]|^[1s]?;D")
_MAYBE_BROKEN_OUT = re.compile(r"^s(?:&[1sn]|\+[1s]|;[SDd]|.*c$|U|B|w)")
_MAYBE_CONTINUED = re.compile(r"^1[&=]1|^1.*c$|^1B|S.*w|z|^D|U!*S|;[SD]|&.*=.*&.*=")


def detect(value: bytes, sensitivity: Sensitivity = "LOW") -> tuple[str, ...] | None:
    """The tokens by which `value` is SQL injection, as AWS logs them in `matchedData`; None where it is none."""
    return (_WORTH_READING.search(value) and continues(value, sensitivity)) or breaks_out(value, sensitivity)


def continues(value: bytes, sensitivity: Sensitivity) -> tuple[str, ...] | None:
    """The same of one that goes on where a value is expected. Only what `CONTINUING` is found in is worth the time."""
    return _judge("", value.decode("utf-8", "replace"), sensitivity)


def breaks_out(value: bytes, sensitivity: Sensitivity) -> tuple[str, ...] | None:
    """The same of one that closes a quote first. Only what `BREAKING_OUT` is found in is worth the time."""
    for quote, breaks in _BREAKS.items():
        if breaks.match(value) and (found := _judge(quote.decode(), value.decode("utf-8", "replace"), sensitivity)):
            return found
    return None


def _judge(quote: str, text: str, sensitivity: Sensitivity) -> tuple[str, ...] | None:
    found = tokens(quote + text)
    letters = _plain("".join(token.letter for token in found))
    if len(letters) < 2 and not (found and found[0].letter == "z"):
        return None
    attacks = _breaks_out(letters, found, sensitivity) if quote else _continues(letters, text, sensitivity)
    return _told(found, quote) if attacks else None


def _plain(letters: str) -> str:
    """Without brackets, aliases of subqueries, calls without arguments, and what could pad it out of sight."""
    letters = _EVERY_COLUMN.sub("1", _CALLED_WITH_NOTHING.sub("f1", letters))
    if "S" in letters:
        letters = _ALIAS.sub(")", letters)
    return _LIST.sub(",1,1,1", _SUM.sub(_shortened, letters.translate(_BRACKETS)))[:_LETTERS]


def _shortened(found: re.Match[str]) -> str:
    """Of a long sum the first and the last operand."""
    return found[0] if len(found[0]) <= 5 else found[0][0] + "+" + found[0][-1]


def _breaks_out(letters: str, found: list[Token], sensitivity: Sensitivity) -> bool:
    if _BROKEN_OUT_WHATEVER_FOLLOWS.match(letters):
        return True
    grammatical = not _UNGRAMMATICAL.search(letters)
    if grammatical and re.match(r"^s;*c$", letters):
        return sensitivity == "HIGH" or bool(_ASIDE.match(found[-1].text))
    if grammatical and letters == "s+s":
        return len(found[-1].text) == 1
    if grammatical and _BROKEN_OUT.match(letters):
        return True
    return sensitivity == "HIGH" and bool(_MAYBE_BROKEN_OUT.match(letters))


def _continues(letters: str, text: str, sensitivity: Sensitivity) -> bool:
    if _CONTINUED_WHATEVER_FOLLOWS.search(letters) or _VERSIONED.search(text):
        return True
    if not _UNGRAMMATICAL.search(letters) and _CONTINUED.search(letters):
        return True
    return sensitivity == "HIGH" and bool(_MAYBE_CONTINUED.search(letters))


def _told(found: list[Token], quote: str) -> tuple[str, ...]:
    texts = [token.text for token in found[:_MATCHED]]
    if quote:
        texts[0] = texts[0].removeprefix(quote)
    return tuple(texts)
