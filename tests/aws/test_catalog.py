"""Every service AWS has, in a line each."""

from vauban.aws.catalog import catalog, entry, metadata
from vauban.aws.models import load
from vauban.aws.sources import service_names


def test_every_service_is_there():
    assert set(catalog().services) == set(service_names())
    assert len(service_names()) > 400


def test_a_service_is_found_by_each_of_its_names():
    found = catalog()
    assert [each.name for each in found.by_target_prefix["TrentService"]] == ["kms"]
    assert "cloudwatch" in [each.name for each in found.by_endpoint_prefix["monitoring"]]
    assert {each.name for each in found.by_signing_name["elasticloadbalancing"]} == {"elb", "elbv2"}
    assert [each.name for each in found.by_query_version["2011-06-15"]] == ["sts"]


def test_an_entry_says_what_the_model_says():
    for service in ("kms", "s3", "shield", "ec2", "ses"):
        model, line = load(service), catalog().services[service]
        assert line == entry(service, metadata(service))
        assert (line.signing_name, line.api_version, line.protocols) == (
            model.signing_name,
            model.api_version,
            model.protocols,
        )
        assert line.target_prefix == (model.target_prefix or "")
