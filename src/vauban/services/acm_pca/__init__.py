"""AWS Private Certificate Authority: hierarchies of authorities, what they issue, and what they revoke.

Read ``resources`` (what is kept) and ``resolvers`` (how it is named) first; then one file per noun.
"""

from vauban.kernel.operations import Service
from vauban.services.acm_pca import (
    audit_reports,
    authorities,
    authority_certificates,
    certificates,
    deletion,
    jobs,
    permissions,
    policies,
    revocations,
    tags,
)
from vauban.services.acm_pca.conditions import CONDITIONS

SERVICE = Service(
    "acm-pca",
    authorities,
    authority_certificates,
    certificates,
    revocations,
    deletion,
    permissions,
    policies,
    audit_reports,
    tags,
    jobs,
    conditions=CONDITIONS,
)
