"""AWS Organizations: accounts in a tree, and policies that hold for all below the place where they are attached.

Read ``identity.organizations`` (the tree, which every decision stands on), ``resources`` (what is kept beside it) and
``resolvers`` (who is let at what) first; then one file per noun.
"""

from vauban.kernel.operations import Service
from vauban.services.organizations import (
    accounts,
    answers,
    attachments,
    closures,
    creations,
    delegations,
    effective_policies,
    features,
    handshakes,
    invitations,
    organizations,
    policies,
    policy_types,
    resource_policies,
    service_access,
    tags,
    trees,
    units,
)
from vauban.services.organizations.conditions import CONDITIONS
from vauban.services.organizations.errors import as_invalid_input

SERVICE = Service(
    "organizations",
    organizations,
    accounts,
    creations,
    closures,
    units,
    trees,
    tags,
    policies,
    policy_types,
    attachments,
    effective_policies,
    handshakes,
    answers,
    invitations,
    features,
    service_access,
    delegations,
    resource_policies,
    region="us-east-1",
    conditions=CONDITIONS,
    wording=as_invalid_input,
)
