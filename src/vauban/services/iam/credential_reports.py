"""The credential report: a line for each user, in AWS's columns.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

from vauban.identity.access_keys import AccessKey
from vauban.identity.accounts import Account, root_principal
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.events import AuditEvent
from vauban.kernel.operations import operation
from vauban.kernel.stores import Trail
from vauban.services.iam.access_keys import keys_of, newest_of_key
from vauban.services.iam.errors import CredentialReportExpiredException, CredentialReportNotPresentException
from vauban.services.iam.mfa_devices import devices_of
from vauban.services.iam.password_policies import policy_of
from vauban.services.iam.resources import CredentialReport, LoginProfile
from vauban.services.iam.signing_certificates import certificates_of

FRESH = timedelta(hours=4)
"""A report is made anew at most this often, and given out for as long."""
_KEY_COLUMNS = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
COLUMNS = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    *(f"access_key_{number}_{column}" for number in (1, 2) for column in _KEY_COLUMNS),
    *(f"cert_{number}_{column}" for number in (1, 2) for column in ("active", "last_rotated")),
)
NONE = "N/A"


@operation("GenerateCredentialReport")
def generate_credential_report(call: Call) -> dict[str, Any]:
    report = call.store.get(CredentialReport, call.account)
    if report is not None and call.second - report.generated < FRESH:
        return {"State": "COMPLETE"}
    call.store.put(CredentialReport(call.account, call.second, _content(call)))
    return {"State": "STARTED", "Description": "No report exists. Starting a new report generation task"}


@operation("GetCredentialReport")
def get_credential_report(call: Call) -> dict[str, Any]:
    report = call.store.get(CredentialReport, call.account)
    if report is None:
        raise CredentialReportNotPresentException("No report exists for the account. Generate one first.")
    if call.second - report.generated >= FRESH:
        raise CredentialReportExpiredException("The report has expired. Generate a new one.")
    return {"Content": report.content.encode(), "ReportFormat": "text/csv", "GeneratedTime": report.generated}


def _content(call: Call) -> str:
    users = call.store.list(User)
    keys = {user.name: _in_order(keys_of(call, user)) for user in users}
    keys["<root_account>"] = _in_order(keys_of(call, None))
    asked = tuple((key.access_key_id, int(key.created.timestamp())) for each in keys.values() for key in each)
    usages = call.search(newest_of_keys, asked) if asked else {}
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerow(_root_row(call, keys["<root_account>"], usages))
    rows.writerows(_user_row(call, user, keys[user.name], usages) for user in users)
    return text.getvalue().rstrip("\n")


def newest_of_keys(trail: Trail, keys: tuple[tuple[str, int], ...]) -> dict[str, AuditEvent | None]:
    return {access_key_id: newest_of_key(trail, access_key_id, since) for access_key_id, since in keys}


def _root_row(call: Call, keys: list[AccessKey], usages: dict[str, AuditEvent | None]) -> list[str]:
    account = call.world.at("", "").get(Account, call.account)
    arn = root_principal(call.account).arn
    made = _time(account.created) if account is not None else NONE
    password = ["not_supported", "no_information", "not_supported", "not_supported"]
    return ["<root_account>", arn, made, *password, "false", *_key_cells(keys, usages), *_certificate_cells([])]


def _user_row(call: Call, user: User, keys: list[AccessKey], usages: dict[str, AuditEvent | None]) -> list[str]:
    mfa = _flag(bool(devices_of(call, user)))
    certificates = sorted(certificates_of(call, user), key=lambda each: each.uploaded)
    identity = [user.name, user.arn, _time(user.created)]
    cells = [*_key_cells(keys, usages), *_certificate_cells(certificates)]
    return [*identity, *_password_cells(call, user), mfa, *cells]


def _password_cells(call: Call, user: User) -> list[str]:
    profile = call.store.get(LoginProfile, user.name)
    if profile is None:
        return ["false", NONE, NONE, NONE]
    used = _time(user.password_last_used) if user.password_last_used is not None else "no_information"
    policy = policy_of(call.store)
    rotation = policy.next_rotation(profile.changed) if policy is not None else None
    return ["true", used, _time(profile.changed), _time(rotation) if rotation is not None else NONE]


def _key_cells(keys: list[AccessKey], usages: dict[str, AuditEvent | None]) -> list[str]:
    cells: list[str] = []
    for key in (*keys[:2], None, None)[:2]:
        if key is None:
            cells += ["false", NONE, NONE, NONE, NONE]
            continue
        usage = usages.get(key.access_key_id)
        used = [NONE, NONE, NONE]
        if usage is not None:
            used = [_time(datetime.fromtimestamp(int(usage.time), UTC)), usage.region, usage.service]
        cells += [_flag(key.status == "Active"), _time(key.created), *used]
    return cells


def _certificate_cells(certificates: list[Any]) -> list[str]:
    cells: list[str] = []
    for certificate in (*certificates[:2], None, None)[:2]:
        cells += (
            ["false", NONE]
            if certificate is None
            else [_flag(certificate.status == "Active"), _time(certificate.uploaded)]
        )
    return cells


def _in_order(keys: list[AccessKey]) -> list[AccessKey]:
    return sorted(keys, key=lambda key: (key.created, key.access_key_id))


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _time(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat()
