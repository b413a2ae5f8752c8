"""What a target is given: the event, a part of it, a text, or a template filled from it. Pure.

Source: EventBridge User Guide, "Input transformation".
"""

import json
import re
from typing import Any

from vauban.services.events.paths import MISSING, follow, parse

_PLACEHOLDER = re.compile(r"<([A-Za-z0-9_.\-]+)>")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def input_of(target: dict[str, Any], event: dict[str, Any], rule_arn: str) -> str:
    """The text that the target is sent."""
    if "Input" in target:
        return target["Input"]
    if "InputPath" in target:
        found = follow(parse(target["InputPath"]), event)
        return dumped(None if found is MISSING else found)
    if "InputTransformer" in target:
        return transformed(target["InputTransformer"], event, rule_arn)
    return dumped(event)


def transformed(transformer: dict[str, Any], event: dict[str, Any], rule_arn: str) -> str:
    """A template with its placeholders filled: as JSON where they stand alone, as text inside a string."""
    paths = transformer.get("InputPathsMap", {})
    values = {name: follow(parse(path), event) for name, path in paths.items()}
    values |= _predefined(event, rule_arn)
    template = transformer["InputTemplate"]
    filled, position = [], 0
    for quoted in _QUOTED.finditer(template):
        filled.append(_PLACEHOLDER.sub(lambda found: _alone(found, values), template[position : quoted.start()]))
        filled.append(_PLACEHOLDER.sub(lambda found: _inside(found, values), quoted[0]))
        position = quoted.end()
    filled.append(_PLACEHOLDER.sub(lambda found: _alone(found, values), template[position:]))
    return "".join(filled)


def _predefined(event: dict[str, Any], rule_arn: str) -> dict[str, Any]:
    without_detail = {name: value for name, value in event.items() if name != "detail"}
    return {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rpartition("/")[2],
        "aws.events.event.ingestion-time": event["time"],
        "aws.events.event": without_detail,
        "aws.events.event.json": event,
    }


def _alone(found: re.Match[str], values: dict[str, Any]) -> str:
    if found[1] not in values:
        return found[0]
    value = values[found[1]]
    return dumped(None if value is MISSING else value)


def _inside(found: re.Match[str], values: dict[str, Any]) -> str:
    """Escaped like the string around it; of objects and arrays, AWS leaves the quotation marks out."""
    if found[1] not in values:
        return found[0]
    value = values[found[1]]
    if value is MISSING:
        return ""
    if isinstance(value, str):
        return dumped(value)[1:-1]
    return dumped(value).replace("\\", "\\\\").replace('"', "")


def log_event(text: str, now: float) -> dict[str, Any]:
    """What CloudWatch Logs is given: the text, or what that says of its time (in milliseconds) and its message."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if isinstance(said, dict) and said.keys() == {"timestamp", "message"}:
        time, message = said["timestamp"], said["message"]
        whole = message if isinstance(message, str) else dumped(message)
        return {"timestamp": time if isinstance(time, int) else int(now * 1000), "message": whole}
    return {"timestamp": int(now * 1000), "message": text}


def dumped(value: Any) -> str:
    """JSON as events are written."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
