"""Every implementation against a dict, through whatever sequence of calls Hypothesis thinks of."""

import asyncio
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from vauban.kernel.errors import Conflict
from vauban.storage.changesets import Changeset

from .conftest import Driver, opener
from .samples import ACCOUNT, REGION, Color, TestSealer, Widget, audit_event, domain_event, moment, widget

names = st.sampled_from(["a", "b", "c", "d", "e"])
owners = st.sampled_from([None, "ada", "bob"])
dues = st.none() | st.integers(1, 9).map(moment)


class _Model:
    """What must be so: records by name, and events and audit events in order."""

    def __init__(self) -> None:
        self.records: dict[str, Widget] = {}
        self.moves: dict[str, int] = {}
        self.events: list[str] = []
        self.audited: list[str] = []


class _Call:
    """A changeset with what the model says of it."""

    def __init__(self, changes: Changeset, model: _Model):
        self.changes = changes
        self.model = model
        self.reads: dict[str, int] = {}
        self.seen: dict[str, Widget | None] = {}
        self.own: dict[str, Widget | None] = {}
        self.events: list[str] = []

    def read(self, name: str) -> Widget | None:
        if name not in self.reads:
            self.reads[name] = self.model.moves.get(name, 0)
            self.seen[name] = self.model.records.get(name)
        return self.own[name] if name in self.own else self.seen[name]

    @property
    def here(self):
        return self.changes.at(ACCOUNT, REGION)

    @property
    def moved(self) -> bool:
        return any(self.model.moves.get(name, 0) != moves for name, moves in self.reads.items())


class Storage(RuleBasedStateMachine):
    implementation = "memory"
    calls = Bundle("calls")

    @initialize()
    def start(self) -> None:
        self.stack = ExitStack()
        directory = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        runner = self.stack.enter_context(asyncio.Runner())
        opening = opener(self.implementation, self.stack, TestSealer(), directory / "data")
        self.driver = Driver(runner, opening)
        self.model = _Model()
        self.number = 0

    def teardown(self) -> None:
        self.driver.run(self.driver.store.close())
        self.stack.close()

    @rule(target=calls)
    def begin(self) -> _Call:
        return _Call(self.driver.store.begin(), self.model)

    @rule(call=calls, name=names)
    def get(self, call: _Call, name: str) -> None:
        expected = call.read(name)
        assert call.here.get(Widget, name) == expected

    @rule(call=calls, name=names, owner=owners, due=dues, color=st.sampled_from(Color), size=st.integers(0, 5))
    def put(self, call: _Call, name: str, owner: str | None, due: Any, color: Color, size: int) -> None:
        call.read(name)
        call.own[name] = widget(name, owner=owner, due_at=due, color=color, size=size)
        call.here.put(call.own[name])

    @rule(call=calls, name=names)
    def delete(self, call: _Call, name: str) -> None:
        call.read(name)
        call.own[name] = None
        call.here.delete(widget(name))

    @rule(call=calls, name=names, kept=st.booleans())
    def nest(self, call: _Call, name: str, kept: bool) -> None:
        before = call.read(name)
        nested = call.changes.nested()
        here = nested.at(ACCOUNT, REGION)
        after = None if before is not None and before.size > 3 else replace(before or widget(name), size=4)
        here.put(after) if after else here.delete(before)
        assert here.get(Widget, name) == after
        if kept:
            nested.merge()
            call.own[name] = after
        assert call.here.get(Widget, name) == (after if kept else before)

    @rule(call=calls)
    def emit(self, call: _Call) -> None:
        self.number += 1
        call.events.append(f"event-{self.number}")
        call.here.emit(domain_event(call.events[-1]))

    @rule(call=consumes(calls))
    def commit(self, call: _Call) -> None:
        self.number += 1
        audit = audit_event(f"audit-{self.number}")
        if call.moved:
            with pytest.raises(Conflict):
                self.driver.commit(call.changes, audit)
            return
        self.driver.commit(call.changes, audit)
        for name, record in call.own.items():
            if record is not None or name in self.model.records:
                self.model.moves[name] = self.number
            if record is None:
                self.model.records.pop(name, None)
                self.model.moves.pop(name, None)
            else:
                self.model.records[name] = record
        self.model.events += call.events
        self.model.audited.append(audit.request_id)

    @rule(after=st.sampled_from(["", "a", "b", "bb", "e"]), limit=st.none() | st.integers(1, 4), owner=owners)
    def list(self, after: str, limit: int | None, owner: str | None) -> None:
        chosen = {"index": "owner", "value": owner} if owner else {}
        records = self.model.records
        expected = [name for name in sorted(records) if name > after and owner in (None, records[name].owner)]
        here = self.driver.here()
        assert [each.name for each in here.list(Widget, after=after, limit=limit, **chosen)] == expected[:limit]

    @rule(call=calls, owner=owners, limit=st.none() | st.integers(1, 4))
    def list_own(self, call: _Call, owner: str | None, limit: int | None) -> None:
        if call.moved or any(self.model.moves.get(name, 0) != moves for name, moves in call.reads.items()):
            return
        chosen = {"index": "owner", "value": owner} if owner else {}
        found = {**self.model.records, **call.own}
        expected = [name for name, each in sorted(found.items()) if each and owner in (None, each.owner)]
        assert [each.name for each in call.here.list(Widget, limit=limit, **chosen)] == expected[:limit]
        assert call.here.count(Widget, **chosen) == len(expected)
        for name in self.model.records:
            if not owner or self.model.records[name].owner == owner:
                call.read(name)

    @rule(until=st.integers(0, 10))
    def due(self, until: int) -> None:
        times = [(each.due_at.timestamp(), name) for name, each in self.model.records.items() if each.due_at]
        expected = min((each for each in times if each[0] <= until), default=None)
        found = self.driver.store.due(until)
        assert (found and (found[0], found[1][3])) == expected

    @invariant()
    def what_is_kept_is_what_should_be(self) -> None:
        if not hasattr(self, "driver"):
            return
        here = self.driver.here()
        assert {each.name: each for each in here.list(Widget)} == self.model.records
        assert {name: here.get(Widget, name) for name in self.model.records} == self.model.records
        assert [event.id for _, event in self.driver.store.outbox(limit=1000)] == self.model.events

    @rule()
    def read_the_trail(self) -> None:
        trail = self.driver.store.trail
        assert [event.request_id for event in trail.events(newest_first=False)] == self.model.audited
        assert trail.verify().intact


@pytest.mark.parametrize("implementation", ["memory", "sqlite", "sqlite with a writer process"])
def test_whatever_is_done_a_store_is_a_dict_with_promises(implementation: str):
    machine = type("Storage", (Storage,), {"implementation": implementation})
    examples = {"memory": 100}.get(implementation, 20)
    checks = [HealthCheck.too_slow]
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=examples, stateful_step_count=40, deadline=None, suppress_health_check=checks),
    )
