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
    return _detecting(view, sql_injection(sensitivity), "SQL_INJECTION", sensitivity)


@statement("XssMatchStatement", capacity=inspecting(40), field="XSS_MATCH_STATEMENT")
def xss_match(spec: Spec, scope: Scope) -> Test:
    return _detecting(_view(spec, scope, "XSS_MATCH_STATEMENT"), xss(), "XSS")


def _view(spec: Spec, scope: Scope, field: str) -> View:
    if any(kind in spec["FieldToMatch"] for kind in _FINGERPRINTS):
        raise InvalidParameter(field, "FieldToMatch", BAD_REFERENCE)
    return scope.view(spec)


def _detecting(view: View, detector: Detector, condition: str, sensitivity: str = "") -> Test:
    memory = (view.number, condition, sensitivity)

    def test(reading: Reading) -> bool:
        values = view.values(reading)
        if isinstance(values, bool):
            return values
        found = reading.detected.get(memory)
        if found is None:
            found = reading.detected[memory] = detector.first(values)
        index, matched = found
        if index < 0:
            return False
        view.tell(reading, condition, index, matched, sensitivity)
        return True

    return test
