"""Amazon CloudWatch Logs, as much as functions need: groups, streams, and the events in them.

Read ``resources`` (what is kept) and ``resolvers`` (how it is named) first; then one file per noun.
"""

from vauban.kernel.operations import Service
from vauban.services.logs import events, groups, resource_policies, retention, searches, streams, tags

SERVICE = Service("logs", groups, retention, streams, events, searches, resource_policies, tags)
