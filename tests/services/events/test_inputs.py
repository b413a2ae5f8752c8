import json

import pytest

from vauban.services.events.inputs import input_of
from vauban.services.events.paths import MISSING, follow, parse

RULE = "arn:aws:events:us-east-1:111122223333:rule/r"
EVENT = {
    "version": "0",
    "id": "1",
    "time": "2025-01-01T00:00:00Z",
    "detail": {"name": 'a "b"', "count": 3, "on": True, "list": ["x", {"y": 1}], "a-b": {"c d": None}},
}


def transformed(template, **paths):
    transformer = {"InputTemplate": template, "InputPathsMap": paths}
    return input_of({"InputTransformer": transformer}, EVENT, RULE)


def test_the_event_a_part_of_it_or_a_text():
    assert json.loads(input_of({}, EVENT, RULE)) == EVENT
    assert input_of({"Input": '{"x": 1}'}, EVENT, RULE) == '{"x": 1}'
    assert input_of({"InputPath": "$.detail.list"}, EVENT, RULE) == '["x",{"y":1}]'
    assert input_of({"InputPath": "$.missing"}, EVENT, RULE) == "null"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", EVENT),
        ("$.detail.count", 3),
        ("$.detail.list[1].y", 1),
        ("$['detail']['a-b']['c d']", None),
        ("$.detail.list[2]", MISSING),
        ("$.detail.count.x", MISSING),
    ],
)
def test_paths_are_followed(path, found):
    assert follow(parse(path), EVENT) == found


@pytest.mark.parametrize("path", ["", "detail", "$.", "$..a", "$[*]", "$.a[", "$a"])
def test_what_is_no_path(path):
    with pytest.raises(ValueError, match=r"path|begin"):
        parse(path)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('{"n": <n>, "c": <c>, "on": <on>, "l": <l>}', '{"n": "a \\"b\\"", "c": 3, "on": true, "l": ["x",{"y":1}]}'),
        ('"<n> has <c>"', '"a \\"b\\" has 3"'),
        ('{"text": "<c> of <l>"}', '{"text": "3 of [x,{y:1}]"}'),
        ('{"m": <m>, "t": "<m>"}', '{"m": null, "t": ""}'),
        ('{"u": "<unknown>"}', '{"u": "<unknown>"}'),
        ("<aws.events.rule-arn>", f'"{RULE}"'),
        ('"<aws.events.rule-name> <aws.events.event.ingestion-time>"', '"r 2025-01-01T00:00:00Z"'),
        ("<aws.events.event>", '{"version":"0","id":"1","time":"2025-01-01T00:00:00Z"}'),
    ],
)
def test_a_template_is_filled(template, expected):
    paths = {"n": "$.detail.name", "c": "$.detail.count", "on": "$.detail.on", "l": "$.detail.list", "m": "$.missing"}
    assert transformed(template, **paths) == expected


def test_the_whole_event_is_a_value():
    assert json.loads(transformed('{"whole": <aws.events.event.json>}'))["whole"] == EVENT
