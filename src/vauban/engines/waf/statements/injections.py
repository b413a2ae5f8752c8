"""SqliMatch and XssMatch: the structure of attacks in a field."""

from vauban.engines.waf.detectors import Detector, sql_injection, xss
from vauban.engines.waf.readings import Reading
from vauban.engines.waf.refusals import InvalidParameter
from vauban.engines.waf.scopes import Scope
from vauban.engines.waf.statements import BAD_REFERENCE, Spec, Test, inspecting, statement
from vauban.engines.waf.views import View

_FINGERPRINTS = ("JA3Fingerprint", "JA4Fingerprint")


@statement(
    "SqliMatchStatement",
    capacity=inspecting(lambda spec: 30 if spec.get("SensitivityLevel") == "HIGH" else 20),
    field="SQLI_MATCH_STATEMENT",
)
def sqli_match(spec: Spec, scope: Scope) -> Test:
    sensitivity = spec.get("SensitivityLevel") or "LOW"
    view = _view(spec, scope, "SQLI_MATCH_STATEMENT")
    return Detecting(view, sql_injection(sensitivity), "SQL_INJECTION", sensitivity)


@statement("XssMatchStatement", capacity=inspecting(40), field="XSS_MATCH_STATEMENT")
def xss_match(spec: Spec, scope: Scope) -> Test:
    return Detecting(_view(spec, scope, "XSS_MATCH_STATEMENT"), xss(), "XSS")


def _view(spec: Spec, scope: Scope, field: str) -> View:
    if any(kind in spec["FieldToMatch"] for kind in _FINGERPRINTS):
        raise InvalidParameter(field, "FieldToMatch", BAD_REFERENCE)
    return scope.view(spec)


class Detecting:
    """Whether a detector finds an attack in one of the values."""

    __slots__ = ("_condition", "_number", "_sensitivity", "view")

    def __init__(self, view: View, detector: Detector, condition: str, sensitivity: str = "") -> None:
        self.view = view
        self._number = view.watch(detector)
        self._condition, self._sensitivity = condition, sensitivity

    def __call__(self, reading: Reading) -> bool:
        hits = self.view.hits(reading)
        if isinstance(hits, bool):
            return hits
        if self._number not in hits:
            return False
        index, matched = reading.attacks[self.view.number][self._number]
        self.view.tell(reading, self._condition, index, matched, self._sensitivity)
        return True
