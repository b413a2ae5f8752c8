"""How a call names an authority: by its ARN, which may be of another account."""

import re
from dataclasses import dataclass

from vauban.kernel.calls import Call
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.acm_pca.errors import InvalidArnException, authority_not_found
from vauban.services.acm_pca.resources import CLOUDTRAIL_TYPE, CertificateAuthority

_ARN = re.compile(
    r"arn:aws[a-z-]*:acm-pca:([a-z0-9-]+):(\d{12}):certificate-authority/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",
    re.ASCII,
)


@dataclass(frozen=True)
class AuthorityResolver:
    """Finds the authority that a member names."""

    members: tuple[str, ...] = ("CertificateAuthorityArn",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        text = call.params[self.members[0]]
        match = _ARN.fullmatch(text)
        if match is None or match[1] != call.region:
            raise InvalidArnException(f"The specified ARN is not valid: {text}")
        found = world.at(match[2], call.region).get(CertificateAuthority, match[3])
        return Resource(
            text,
            "certificate-authority",
            match[2],
            found,
            found.compiled_policy if found else None,
            tags=found.tags if found else {},
            absent=authority_not_found(text) if found is None else None,
            cloudtrail_type=CLOUDTRAIL_TYPE,
        )


an_authority = AuthorityResolver()
a_shared_authority = AuthorityResolver(("ResourceArn",))
