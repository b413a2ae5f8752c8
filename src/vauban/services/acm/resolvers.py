"""How a call names a certificate: by ARN, in its own account and Region."""

import json
import re
from dataclasses import dataclass

from vauban.identity.bound_documents import compile_bound
from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.acm.errors import InvalidArnException, no_certificate
from vauban.services.acm.resources import CLOUDTRAIL_TYPE, Certificate

RESOURCE_TYPE = "certificate"
_ARN = re.compile(r"arn:aws:acm:(?P<region>[^:]*):(?P<account>\d{12}):certificate/(?P<id>[\w-]+)")
SHOWERS = ("elasticloadbalancing.amazonaws.com",)
"""Services that show certificates: they may look at those of whose resource they act for."""
_POLICY = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": list(SHOWERS)},
        "Action": "acm:DescribeCertificate",
        "Resource": "*",
    },
}
POLICY = compile_bound(json.dumps(_POLICY), {}, name="integrated services", kind="resource")


@dataclass(frozen=True)
class CertificateResolver:
    """Finds the certificate of the caller's account that ``CertificateArn`` names."""

    members: tuple[str, ...] = ("CertificateArn",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        text = call.params["CertificateArn"]
        region, account, certificate_id = parse(text)
        if region != call.region:
            raise InvalidArnException(f"Provided ARN {text} is of another Region.")
        own = account == call.account
        found = world.at(account, region).get(Certificate, certificate_id) if own else None
        if found is None:
            return Resource(
                text,
                RESOURCE_TYPE,
                account,
                policy=POLICY if own else None,
                absent=no_certificate(text),
                cloudtrail_type=CLOUDTRAIL_TYPE,
            )
        return resource_of(found)


@dataclass(frozen=True)
class ImportResolver(CertificateResolver):
    """The certificate that ImportCertificate replaces, or one that is yet to be."""

    def __call__(self, call: Call, world: World) -> Resource:
        if call.params.get("CertificateArn") is not None:
            return super().__call__(call, world)
        where = arn("acm", call.region, call.account, "certificate/*")
        return Resource(where, RESOURCE_TYPE, call.account, cloudtrail_type=CLOUDTRAIL_TYPE)


def parse(text: str) -> tuple[str, str, str]:
    """Region, account and id of a certificate's ARN. Raises ValidationException."""
    match = _ARN.fullmatch(text)
    if match is None:
        raise ValidationException(f"{text} is not a valid certificate ARN.")
    return match["region"], match["account"], match["id"]


def resource_of(certificate: Certificate) -> Resource:
    return Resource(
        certificate.arn,
        RESOURCE_TYPE,
        certificate.account,
        certificate,
        POLICY,
        tags=certificate.tags,
        cloudtrail_type=CLOUDTRAIL_TYPE,
    )


@dataclass(frozen=True)
class NewResolver:
    """One that is yet to be."""

    members: tuple[str, ...] = ()
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        where = arn("acm", call.region, call.account, "certificate/*")
        return Resource(where, RESOURCE_TYPE, call.account, cloudtrail_type=CLOUDTRAIL_TYPE)


a_new_certificate = NewResolver()
a_certificate = CertificateResolver()
an_import = ImportResolver()
