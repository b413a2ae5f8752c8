"""botocore's protocol cases, and its words turned into ours."""

import base64
import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from vauban.aws.models import ServiceModel
from vauban.aws.shapes import Shape
from vauban.aws.sources import pruned_model

SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Case:
    """One protocol case: an operation, its params or result, and how they look on the wire."""

    def __init__(self, file: str, suite: dict[str, Any], case: dict[str, Any]):
        self.name = f"{file}:{case['id']}"
        self.suite = suite
        self.case = case
        self.given = case["given"]
        self.protocol = suite["metadata"]["protocol"]
        metadata = {"endpointPrefix": "test", "serviceId": "Test", "targetPrefix": "Test", **suite["metadata"]}
        self.description = {
            "metadata": metadata,
            "operations": {self.given["name"]: self.given},
            "shapes": suite["shapes"],
        }
        self.model = ServiceModel("test", pruned_model(self.description))
        self.operation = self.model.operations[self.given["name"]]

    def ours(self, value: Any, shape: Shape | None) -> Any:
        """A case's JSON as params or result: blobs bytes, timestamps datetimes, null members absent."""
        if value is None or shape is None or shape.document:
            return value
        if shape.type == "structure":
            return {name: self.ours(each, shape.members[name]) for name, each in value.items() if each is not None}
        if shape.type == "list":
            return [self.ours(each, shape.member) for each in value]
        if shape.type == "map":
            return {key: self.ours(each, shape.value) for key, each in value.items()}
        if shape.type == "blob":
            return value.encode()
        if shape.type == "timestamp":
            return datetime.fromtimestamp(value, UTC)
        return SPECIAL.get(value, value) if shape.type in ("float", "double") else value

    def body(self) -> bytes:
        body = self.case["serialized"].get("body", "")
        return base64.b64decode(body) if "cbor" in self.protocol else body.encode()


def cases(source: Path, direction: str) -> Iterator[Case]:
    for path in sorted((source / "tests/unit/protocols" / direction).glob("*.json")):
        for suite in json.loads(path.read_text("utf-8")):
            for case in suite["cases"]:
                yield Case(path.stem, suite, case)


@pytest.fixture(scope="session")
def input_cases(botocore_source: Path) -> list[Case]:
    return list(cases(botocore_source, "input"))


@pytest.fixture(scope="session")
def output_cases(botocore_source: Path) -> list[Case]:
    return list(cases(botocore_source, "output"))
