"""AWS Secrets Manager: secrets in versions, each value sealed under a KMS data key of its own.

Read ``resources`` (what is kept) and ``resolvers`` (how it is named) first; then one file per noun.
"""

from vauban.kernel.operations import Service
from vauban.services.secretsmanager import (
    associations,
    batches,
    deletion,
    jobs,
    listing,
    passwords,
    policies,
    reactions,
    replicas,
    rotation,
    secrets,
    tags,
    values,
    versions,
)
from vauban.services.secretsmanager.conditions import CONDITIONS
from vauban.services.secretsmanager.states import guard

SERVICE = Service(
    "secretsmanager",
    secrets,
    values,
    batches,
    versions,
    listing,
    deletion,
    policies,
    tags,
    passwords,
    rotation,
    replicas,
    associations,
    reactions,
    jobs,
    conditions=CONDITIONS,
    guard=guard,
)
