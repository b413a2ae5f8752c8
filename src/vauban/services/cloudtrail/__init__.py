"""AWS CloudTrail: what was called, by whom, with what outcome.

Every call is on the audit log whether or not anyone asks; this is how it is asked.
"""

from vauban.kernel.operations import Service
from vauban.services.cloudtrail import lookups

SERVICE = Service("cloudtrail", lookups)
