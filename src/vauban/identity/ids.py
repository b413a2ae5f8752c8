"""Unique ids: what an entity is for good, whatever becomes of its name.

Source: IAM User Guide, "IAM identifiers", "Unique identifiers".
"""

import base64
import secrets

USER, ROLE, GROUP, POLICY, INSTANCE_PROFILE, CERTIFICATE = "AIDA", "AROA", "AGPA", "ANPA", "AIPA", "ASCA"
PUBLIC_KEY, SERVICE_CREDENTIAL = "APKA", "ACCA"


def new_unique_id(prefix: str) -> str:
    """``prefix`` and 17 random characters of base32."""
    return prefix + base64.b32encode(secrets.token_bytes(11)).decode()[:17]
