"""AWS Lambda: functions that run, in environments of their own, as a role of the customer's.

Read ``resources`` (what is kept) and ``resolvers`` (how it is named) first; then one file per noun.
"""

from vauban.kernel.operations import Service
from vauban.services.lambda_ import (
    aliases,
    code_signing,
    concurrency,
    destinations,
    event_invoke_configs,
    event_source_mappings,
    functions,
    invocations,
    layer_permissions,
    layers,
    permissions,
    polling,
    queues,
    runtime_management,
    tags,
    versions,
)
from vauban.services.lambda_.roles import CONDITIONS

SERVICE = Service(
    "lambda",
    functions,
    versions,
    aliases,
    permissions,
    tags,
    code_signing,
    runtime_management,
    concurrency,
    invocations,
    layers,
    layer_permissions,
    event_invoke_configs,
    event_source_mappings,
    polling,
    destinations,
    queues,
    conditions=CONDITIONS,
)
"""What Lambda offers."""
