"""AWS Certificate Manager: certificates with their keys, for those who show them.

Read ``resources`` (what is kept) first; ``associations`` says who uses a certificate, ``edge`` hands it to them.
"""

from vauban.kernel.operations import Service
from vauban.services.acm import (
    associations,
    certificates,
    edge,
    emails,
    exports,
    imports,
    listing,
    renewals,
    requests,
    settings,
    tags,
)

SERVICE = Service(
    "acm", requests, emails, imports, certificates, listing, exports, renewals, settings, tags, associations, edge
)
