"""What CloudTrail calls an operation, where that is not by its name.

Source: Lambda Developer Guide, "Logging AWS Lambda API calls using AWS CloudTrail".
"""

_LAMBDA = {
    "20150331": """CreateAlias CreateEventSourceMapping CreateFunction DeleteAlias DeleteEventSourceMapping
        DeleteFunction GetAlias GetEventSourceMapping ListAliases ListEventSourceMappings ListFunctions
        ListVersionsByFunction PublishVersion UpdateAlias UpdateEventSourceMapping""",
    "20150331v2": """AddPermission GetFunction GetFunctionConfiguration GetPolicy RemovePermission UpdateFunctionCode
        UpdateFunctionConfiguration""",
    "20160819": "GetAccountSettings",
    "20170331": "ListTags",
    "20170331v2": "TagResource UntagResource",
    "20171031": "DeleteFunctionConcurrency PutFunctionConcurrency",
    "20181031": "DeleteLayerVersion GetLayerVersion ListLayerVersions ListLayers PublishLayerVersion",
}
_NAMES = {
    ("lambda", operation): operation + version for version, those in _LAMBDA.items() for operation in those.split()
}
_OPERATIONS = {name: operation for (_, operation), name in _NAMES.items()}


def event_name(service: str, operation: str) -> str:
    """``CreateFunction20150331``; an operation's own name mostly."""
    return _NAMES.get((service, operation), operation)


def operation_named(name: str) -> str:
    """The operation that an event name stands for."""
    return _OPERATIONS.get(name, name)
