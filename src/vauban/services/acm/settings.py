"""What can be chosen: of a certificate, and for all of an account."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.acm.errors import ConflictException, InvalidStateException
from vauban.services.acm.resolvers import a_certificate
from vauban.services.acm.resources import IMPORTED, ISSUED, PENDING, Certificate, Configuration
from vauban.services.acm.schedules import next_due


@operation("UpdateCertificateOptions", on=a_certificate)
def update_certificate_options(call: Call, certificate: Certificate, options: dict[str, Any]) -> None:
    if certificate.kind == IMPORTED:
        raise ValidationException("The options of an imported certificate cannot be updated.")
    if certificate.state not in (ISSUED, PENDING):
        raise InvalidStateException(f"The certificate is in the state {certificate.state}.")
    if "ValidationMethod" in options or "DomainValidationOptions" in options:
        raise ValidationException("The validation method of this certificate cannot be changed.")
    if options.get("Export") == "DISABLED" and certificate.exported is not None:
        raise InvalidStateException("A certificate that has been exported stays exportable.")
    call.store.put(
        replace(
            certificate,
            transparency=options.get("CertificateTransparencyLoggingPreference", certificate.transparency),
            export=options.get("Export", certificate.export),
        )
    )


@operation("GetAccountConfiguration")
def get_account_configuration(call: Call) -> dict[str, Any]:
    kept = call.store.get(Configuration, "configuration") or Configuration(call.account, call.region)
    return {"ExpiryEvents": {"DaysBeforeExpiry": kept.days_before_expiry}}


@operation("PutAccountConfiguration")
def put_account_configuration(call: Call, idempotency_token: str, expiry_events: dict[str, int] | None = None) -> None:
    kept = call.store.get(Configuration, "configuration") or Configuration(call.account, call.region)
    days = (expiry_events or {}).get("DaysBeforeExpiry", kept.days_before_expiry)
    if kept.token == idempotency_token and kept.days_before_expiry != days:
        raise ConflictException("The idempotency token was used with other parameters.")
    call.store.put(replace(kept, days_before_expiry=days, token=idempotency_token))
    for each in call.store.list(Certificate):
        if each.state == ISSUED:
            call.store.put(replace(each, due_at=next_due(call, each)))
