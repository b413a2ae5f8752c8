"""AWS Security Token Service: temporary credentials for users, roles and those whom others vouch for.

Read ``resolvers`` and ``roles`` first; ``credentials`` issues what all operations answer.
"""

from vauban.kernel.operations import Service
from vauban.services.sts import (
    authorization_messages,
    federated_users,
    identities,
    roles,
    saml_identities,
    users,
    web_identities,
)
from vauban.services.sts.conditions import CONDITIONS
from vauban.services.sts.sessions import guard

SERVICE = Service(
    "sts",
    identities,
    users,
    federated_users,
    roles,
    web_identities,
    saml_identities,
    authorization_messages,
    conditions=CONDITIONS,
    guard=guard,
)
