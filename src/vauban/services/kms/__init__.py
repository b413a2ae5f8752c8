"""AWS Key Management Service: keys that encrypt, sign and authenticate, and never leave.

Read ``resources`` (what is kept) and ``resolvers`` (how it is named) first; then one file per noun.
"""

from vauban.kernel.operations import Service
from vauban.services.kms import (
    aliases,
    connections,
    custom_key_stores,
    data_keys,
    deletion,
    encapsulation,
    encryption,
    grants,
    import_parameters,
    imports,
    jobs,
    keys,
    last_usages,
    macs,
    policies,
    public_keys,
    random,
    reactions,
    replicas,
    retirement,
    rotation,
    signing,
    tags,
)
from vauban.services.kms.conditions import CONDITIONS
from vauban.services.kms.request_quotas import quotas_of
from vauban.services.kms.states import guard

SERVICE = Service(
    "kms",
    keys,
    aliases,
    policies,
    grants,
    retirement,
    encryption,
    data_keys,
    signing,
    macs,
    public_keys,
    encapsulation,
    rotation,
    import_parameters,
    imports,
    deletion,
    replicas,
    last_usages,
    tags,
    random,
    custom_key_stores,
    connections,
    jobs,
    reactions,
    conditions=CONDITIONS,
    guard=guard,
    quotas=quotas_of,
)
