"""AWS Identity and Access Management: users, groups and roles, and what they may do.

What is kept is in ``vauban.identity``, for the gateway decides by it; ``resolvers`` says how a call names it. Then one
file per noun.
"""

from vauban.kernel.operations import Service
from vauban.services.iam import (
    access_keys,
    access_reports,
    account_aliases,
    account_details,
    attachments,
    context_keys,
    credential_reports,
    granting_policies,
    groups,
    inline_policies,
    instance_profiles,
    login_profiles,
    mfa_devices,
    oidc_providers,
    password_policies,
    policies,
    roles,
    saml_providers,
    server_certificates,
    service_linked_roles,
    service_specific_credentials,
    session_tokens,
    signing_certificates,
    simulations,
    ssh_public_keys,
    tags,
    users,
)
from vauban.services.iam.conditions import CONDITIONS
from vauban.services.iam.sessions import guard
from vauban.services.iam.wordings import in_words

SERVICE = Service(
    "iam",
    users,
    groups,
    roles,
    instance_profiles,
    access_keys,
    login_profiles,
    password_policies,
    mfa_devices,
    inline_policies,
    attachments,
    policies,
    simulations,
    tags,
    account_aliases,
    oidc_providers,
    saml_providers,
    server_certificates,
    signing_certificates,
    ssh_public_keys,
    access_reports,
    account_details,
    context_keys,
    credential_reports,
    granting_policies,
    service_linked_roles,
    service_specific_credentials,
    session_tokens,
    conditions=CONDITIONS,
    guard=guard,
    region="us-east-1",
    wording=in_words,
)
