"""Which certificates listeners show: looked up where they are kept, and told there once they are shown."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError, ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.elbv2.errors import (
    CertificateNotFoundException,
    OperationNotPermittedException,
    TooManyCertificatesException,
    UnsupportedProtocolException,
    unsupported,
)
from vauban.services.elbv2.pages import page
from vauban.services.elbv2.quotas import CERTIFICATES
from vauban.services.elbv2.resolvers import LISTENER, a_listener, find
from vauban.services.elbv2.resources import Listener

_SHOWABLE = ("ISSUED", "EXPIRED")


@operation("AddListenerCertificates", on=a_listener)
def add_listener_certificates(call: Call, listener: Listener, certificates: list[dict[str, Any]]) -> dict[str, Any]:
    if listener.protocol != "HTTPS":
        raise UnsupportedProtocolException("Certificates can only be added to HTTPS listeners")
    added = [require_there(call, listener.load_balancer_arn, arn) for arn in _named(certificates)]
    kept = listener.certificates
    changed = replace(listener, certificates=(*kept, *(arn for arn in dict.fromkeys(added) if arn not in kept[1:])))
    _require_few(call, changed)
    call.store.put(changed)
    announce(call, listener.load_balancer_arn)
    return {"Certificates": [{"CertificateArn": arn, "IsDefault": False} for arn in added]}


@operation("RemoveListenerCertificates", on=a_listener)
def remove_listener_certificates(call: Call, listener: Listener, certificates: list[dict[str, Any]]) -> None:
    removed = _named(certificates)
    default, *more = listener.certificates or ("",)
    if default in removed and default not in more:
        raise OperationNotPermittedException("Default certificate cannot be removed")
    call.store.put(replace(listener, certificates=(default, *(arn for arn in more if arn not in removed))))
    announce(call, listener.load_balancer_arn)


@operation("DescribeListenerCertificates")
def describe_listener_certificates(
    call: Call, listener_arn: str, marker: str | None = None, page_size: int | None = None
) -> dict[str, Any]:
    listener = find(call.store, LISTENER, listener_arn)
    if listener is None:
        raise LISTENER.absent(listener_arn)
    found = [(arn, place == 0) for place, arn in enumerate(listener.certificates)]
    return page(call, "Certificates", found, _word, _shown, marker, page_size)


def default_of(certificates: list[dict[str, Any]] | None) -> str:
    """The one certificate that a request gives a listener; empty where it gives none. Raises ValidationException."""
    if not certificates:
        return ""
    named = _named(certificates)
    if len(named) != 1:
        raise ValidationException("Only one certificate can be specified as the default certificate")
    return named[0]


def require_there(call: Call, load_balancer_arn: str, arn: str) -> str:
    """The ARN of a certificate that can be shown. Raises CertificateNotFoundException."""
    missing = CertificateNotFoundException(f"Certificate '{arn}' not found")
    if arn.startswith("arn:aws:iam:"):
        raise unsupported("A certificate of IAM")
    if not arn.startswith(f"arn:aws:acm:{call.region}:{call.account}:certificate/"):
        raise missing
    try:
        asking = call.as_service(load_balancer_arn)
        found = asking.ask("acm:DescribeCertificate", CertificateArn=arn)["Certificate"]
    except AwsError:
        raise missing from None
    if found["Status"] not in _SHOWABLE:
        raise UnsupportedCertificateException(f"The certificate '{arn}' must be issued to be shown")
    return arn


class UnsupportedCertificateException(AwsError):
    """No model lists it; AWS answers it all the same."""

    def __init__(self, message: str):
        super().__init__(message, code="UnsupportedCertificate")


def announce(call: Call, load_balancer_arn: str) -> None:
    """Tell who keeps certificates which of them a load balancer shows now."""
    path = load_balancer_arn.partition("loadbalancer/")[2]
    listeners = call.store.list(Listener, prefix=f"{path}/")
    shown = dict.fromkeys(arn for each in listeners for arn in each.certificates)
    call.send("Certificates Shown", load_balancer_arn, certificates=list(shown))


def _require_few(call: Call, changed: Listener) -> None:
    """Default certificates do not count."""
    path = changed.id.rpartition("/")[0]
    others = [each for each in call.store.list(Listener, prefix=f"{path}/") if each.id != changed.id]
    if sum(len(each.certificates[1:]) for each in (*others, changed)) > CERTIFICATES:
        raise TooManyCertificatesException(
            f"The maximum number of certificates for a load balancer, '{CERTIFICATES}', has been reached"
        )


def _named(certificates: list[dict[str, Any]]) -> list[str]:
    if not certificates:
        raise ValidationException("A certificate must be specified")
    for each in certificates:
        if "IsDefault" in each:
            raise ValidationException("The 'IsDefault' value cannot be specified for a certificate")
        if not each.get("CertificateArn"):
            raise ValidationException("A certificate ARN must be specified")
    return [each["CertificateArn"] for each in certificates]


def _word(certificate: tuple[str, bool]) -> str:
    arn, is_default = certificate
    return f"{arn} {is_default}"


def _shown(certificate: tuple[str, bool]) -> dict[str, Any]:
    return {"CertificateArn": certificate[0], "IsDefault": certificate[1]}
