"""What an authority's state allows."""

from vauban.services.acm_pca.errors import wrong_state
from vauban.services.acm_pca.resources import DELETED, CertificateAuthority


def require_there(authority: CertificateAuthority) -> None:
    """Raises InvalidStateException for one that is deleted, though it can be had back."""
    if authority.status == DELETED:
        raise wrong_state(DELETED)
