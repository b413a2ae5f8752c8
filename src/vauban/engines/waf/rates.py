"""Requests counted by rate-based rules: in buckets of ten seconds, over windows that slide, for many keys at once.

What holds the counts is handed to `WebAcl.evaluate`. AWS looks at the rates about every ten seconds; so does this, at
the beginning of each bucket. The counts of other processes can be merged in: each takes what it counted since it was
last asked (`taken`), and is given what others took (`merge`).
"""

from collections import deque
from collections.abc import Collection, Iterable
from heapq import nlargest
from typing import Final, NamedTuple

BUCKET_SECONDS: Final = 10
MOST_LIMITED: Final = 10_000
"""Keys of a rule that are limited at a time: those with the most requests."""


class Rule(NamedTuple):
    """A use of a rate-based rule."""

    identity: str
    limit: int
    window_seconds: int = 300


class Count(NamedTuple):
    rule: Rule
    bucket: int
    key: str
    requests: int


class Rates:
    """`most_keys` bounds the keys that are kept of each bucket: where there are more, the rarest are forgotten."""

    def __init__(self, *, shared: bool = False, most_keys: int = 100_000) -> None:
        self._counters: dict[str, _Counter] = {}
        self._most_keys = most_keys
        self._fresh: dict[tuple[Rule, int, str], int] | None = {} if shared else None

    def count(self, rule: Rule, key: str, now: float) -> bool:
        """Count a request. Whether it is one too many."""
        bucket = int(now // BUCKET_SECONDS)
        counter = self._counter(rule)
        counter.turn(bucket)
        counter.add(bucket, key, 1)
        if self._fresh is not None:
            fresh = (rule, bucket, key)
            self._fresh[fresh] = self._fresh.get(fresh, 0) + 1
        return key in counter.limited

    def limited(self, identity: str, now: float) -> Collection[str]:
        """The keys that are limited now."""
        counter = self._counters.get(identity)
        if counter is None:
            return ()
        counter.turn(int(now // BUCKET_SECONDS))
        return counter.limited

    def taken(self) -> list[Count]:
        """What was counted here since the last time, of who shares it."""
        fresh, self._fresh = self._fresh or {}, {}
        return [Count(*key, requests) for key, requests in fresh.items()]

    def merge(self, counts: Iterable[Count]) -> None:
        """Add what was counted elsewhere."""
        for rule, bucket, key, requests in counts:
            self._counter(rule).add(bucket, key, requests)

    def keep(self, identities: Collection[str]) -> None:
        """Forget the counts of all other rules."""
        self._counters = {known: counter for known, counter in self._counters.items() if known in identities}

    def _counter(self, rule: Rule) -> "_Counter":
        counter = self._counters.get(rule.identity)
        if counter is None:
            counter = self._counters[rule.identity] = _Counter(rule, self._most_keys)
        return counter


class _Counter:
    """The requests of one rule; each costs the same however many keys there are."""

    def __init__(self, rule: Rule, most_keys: int) -> None:
        self.limited: Collection[str] = frozenset()
        self._limit = rule.limit
        self._length = rule.window_seconds // BUCKET_SECONDS
        self._most_keys = most_keys
        self._current = 0
        self._buckets: deque[tuple[int, dict[str, int]]] = deque()
        self._totals: dict[str, int] = {}
        self._over: set[str] = set()

    def turn(self, bucket: int) -> None:
        """Let time pass: what is older than the window goes, and the rates are looked at."""
        if bucket <= self._current:
            return
        self._current = bucket
        while self._buckets and self._buckets[0][0] <= bucket - self._length:
            self._forget(self._buckets.popleft()[1])
        if len(self._over) <= MOST_LIMITED:
            self.limited = frozenset(self._over)
        else:
            self.limited = frozenset(nlargest(MOST_LIMITED, self._over, key=self._totals.__getitem__))

    def add(self, bucket: int, key: str, requests: int) -> None:
        counts = self._counts(bucket)
        if counts is None:
            return
        if key not in counts and len(counts) >= self._most_keys:
            self._prune(counts)
        counts[key] = counts.get(key, 0) + requests
        total = self._totals[key] = self._totals.get(key, 0) + requests
        if total > self._limit:
            self._over.add(key)

    def _counts(self, bucket: int) -> dict[str, int] | None:
        """Those of a bucket; None of one that is over."""
        if self._buckets and self._buckets[-1][0] == bucket:
            return self._buckets[-1][1]
        if bucket <= self._current - self._length:
            return None
        for number, counts in self._buckets:
            if number == bucket:
                return counts
        counts: dict[str, int] = {}
        self._buckets = deque(sorted((*self._buckets, (bucket, counts)), key=lambda known: known[0]))
        return counts

    def _prune(self, counts: dict[str, int]) -> None:
        rarest = min(counts.values())
        gone = {key: count for key, count in counts.items() if count == rarest}
        for key in gone:
            del counts[key]
        self._forget(gone)

    def _forget(self, counts: dict[str, int]) -> None:
        for key, requests in counts.items():
            total = self._totals[key] - requests
            if total > 0:
                self._totals[key] = total
            else:
                del self._totals[key]
            if total <= self._limit:
                self._over.discard(key)
