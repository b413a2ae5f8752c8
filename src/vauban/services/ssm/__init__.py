"""AWS Systems Manager Parameter Store: configuration by name and path, with versions, labels and policies.

Read ``resources`` (what is kept) and ``resolvers`` (how it is named) first; then one file per noun. Systems Manager's
other tools are not here, and are refused as operations that Vauban does not offer.
"""

from vauban.kernel.operations import Service
from vauban.services.ssm import (
    descriptions,
    jobs,
    labels,
    parameters,
    paths,
    resource_policies,
    service_settings,
    tags,
    versions,
)
from vauban.services.ssm.conditions import CONDITIONS

SERVICE = Service(
    "ssm",
    parameters,
    paths,
    descriptions,
    versions,
    labels,
    tags,
    service_settings,
    resource_policies,
    jobs,
    conditions=CONDITIONS,
)
