"""LabelMatch: what rules that were evaluated before said of the request."""

from vauban.engines.waf.labels import matcher
from vauban.engines.waf.scopes import Scope
from vauban.engines.waf.statements import Spec, Test, statement


@statement("LabelMatchStatement", capacity=lambda spec, references: 1, field="LABEL_MATCH_STATEMENT")
def label_match(spec: Spec, scope: Scope) -> Test:
    among = matcher(spec["Scope"], spec["Key"], scope.namespace)
    return lambda reading: among(reading.labels)
