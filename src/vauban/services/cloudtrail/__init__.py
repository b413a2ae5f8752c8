"""AWS CloudTrail: what was called, by whom, with what outcome.

Every call is on the audit log whether or not anyone asks; this is how it is asked, and how it is delivered. Read
``resources`` (what is kept) and ``resolvers`` (how it is named) first; then one file per noun.
"""

from vauban.kernel.operations import Service
from vauban.services.cloudtrail import (
    announcements,
    delegations,
    deliveries,
    event_data_stores,
    event_selectors,
    insights,
    lookups,
    public_keys,
    queries,
    resource_policies,
    statuses,
    tags,
    trails,
)

SERVICE = Service(
    "cloudtrail",
    announcements,
    lookups,
    trails,
    statuses,
    event_selectors,
    insights,
    tags,
    public_keys,
    deliveries,
    event_data_stores,
    queries,
    resource_policies,
    delegations,
)
