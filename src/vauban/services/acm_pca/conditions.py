"""Condition keys of AWS Private CA."""

from vauban.kernel.calls import Call
from vauban.kernel.operations import Conditions
from vauban.kernel.resources import Resource
from vauban.services.acm_pca.templates import DEFAULT


def template_arn(call: Call, resource: Resource) -> str | None:
    return call.params.get("TemplateArn", DEFAULT) if call.operation.name == "IssueCertificate" else None


CONDITIONS = Conditions({"acm-pca:templatearn": template_arn}, {})
