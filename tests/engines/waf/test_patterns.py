import re

from hypothesis import given, settings
from hypothesis import strategies as st

from vauban.engines.waf.patterns import Expression, Scanner, literal

PATTERNS = ["^ab", "b$", "^a$", "a.b", r"\bb\b", "[^a]b", "a*", "(?i)AB", "^$", "b{2,}"]
EXPRESSIONS = [Expression(pattern.encode()) for pattern in PATTERNS]
SCANNERS = [Scanner(EXPRESSIONS, {}, joins=joins) for joins in (True, False)]


@settings(max_examples=200)
@given(st.lists(st.text("ab \n", max_size=6).map(str.encode), max_size=5))
def test_joined_or_not_the_same_is_found_as_by_any_other_engine(values):
    expected = {
        number for number, pattern in enumerate(PATTERNS) if any(re.search(pattern.encode(), value) for value in values)
    }
    for scanner in SCANNERS:
        assert set(scanner.hits(values, b"\n".join(values))) == expected


@given(st.binary(min_size=1, max_size=50), st.binary(), st.binary())
def test_a_literal_is_found_whatever_it_is(text, before, after):
    (number, (index, end)), *_ = (
        Scanner([literal(text)], {}, joins=False).hits([before, before + text + after], b"").items()
    )
    assert (number, [before, before + text + after][index][end - len(text) : end]) == (0, text)
