"""Labels: names for versions, which move from one to another.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html
"""

import re
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.ssm.changes import announce
from vauban.services.ssm.errors import ParameterVersionLabelLimitExceeded, version_not_found
from vauban.services.ssm.resolvers import a_parameter
from vauban.services.ssm.resources import Parameter

LABEL = re.compile(r"(?!aws|ssm)[a-zA-Z_.-][a-zA-Z0-9_.-]*\Z", re.IGNORECASE | re.ASCII)
MOST_PER_VERSION = 10


@operation("LabelParameterVersion", on=a_parameter)
def label_parameter_version(
    call: Call, parameter: Parameter, labels: list[str], parameter_version: int | None = None
) -> dict[str, Any]:
    version = _require_version(parameter, parameter.version if parameter_version is None else parameter_version)
    valid = [label for label in labels if LABEL.match(label)]
    if valid:
        labelled = replace(parameter, labels={**parameter.labels, **dict.fromkeys(valid, version)})
        if len(labelled.labels_of(version)) > MOST_PER_VERSION:
            raise ParameterVersionLabelLimitExceeded(
                f"A parameter version can have maximum {MOST_PER_VERSION} labels. "
                "Move one or more labels to another version and try again."
            )
        call.store.put(labelled)
        announce(call, labelled, "LabelParameterVersion")
    return {"InvalidLabels": [label for label in labels if not LABEL.match(label)], "ParameterVersion": version}


@operation("UnlabelParameterVersion", on=a_parameter)
def unlabel_parameter_version(
    call: Call, parameter: Parameter, parameter_version: int, labels: list[str]
) -> dict[str, Any]:
    attached = parameter.labels_of(_require_version(parameter, parameter_version))
    removed = [label for label in dict.fromkeys(labels) if label in attached]
    if removed:
        left = {label: version for label, version in parameter.labels.items() if label not in removed}
        call.store.put(replace(parameter, labels=left))
    return {"RemovedLabels": removed, "InvalidLabels": [label for label in labels if label not in attached]}


def _require_version(parameter: Parameter, version: int) -> int:
    """``version``, which must be kept. Raises ParameterVersionNotFound."""
    if not parameter.oldest_version <= version <= parameter.version:
        raise version_not_found(version, parameter.name)
    return version
