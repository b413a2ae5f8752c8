"""AWS Identity and Access Management: users, groups and roles, and what they may do.

What is kept is in ``vauban.identity``, for the gateway decides by it; ``resolvers`` says how a call names it. Then one
file per noun.
"""

from vauban.kernel.operations import Service
from vauban.services.iam import (
    access_keys,
    attachments,
    groups,
    inline_policies,
    instance_profiles,
    policies,
    roles,
    tags,
    users,
)
from vauban.services.iam.conditions import CONDITIONS

SERVICE = Service(
    "iam",
    users,
    groups,
    roles,
    instance_profiles,
    access_keys,
    inline_policies,
    attachments,
    policies,
    tags,
    conditions=CONDITIONS,
    region="us-east-1",
)
