import json

import pytest
from botocore.exceptions import ClientError

from vauban.services.ssm import public_parameters

LINUX = "/aws/service/ami-amazon-linux-latest"
IMAGE = f"{LINUX}/al2023-ami-kernel-default-x86_64"
REGIONS = "/aws/service/global-infrastructure/regions"


def names(ssm, path, **more):
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=path, **more)
    return [each["Name"] for page in pages for each in page["Parameters"]]


def test_images_are_published_for_each_region(vauban, ssm):
    here = ssm.get_parameter(Name=IMAGE)["Parameter"]
    assert here["ARN"] == f"arn:aws:ssm:us-east-1::parameter{IMAGE}"
    assert here["DataType"] == "aws:ec2:image"
    assert here["Value"].startswith("ami-")
    there = vauban.client("ssm", region="eu-west-1").get_parameter(Name=IMAGE)["Parameter"]
    assert there["Value"] != here["Value"]
    assert ssm.get_parameter(Name=here["ARN"])["Parameter"]["Value"] == here["Value"]
    assert ssm.get_parameters(Names=[IMAGE, f"{LINUX}/none"])["InvalidParameters"] == [f"{LINUX}/none"]


def test_regions_and_services_are_published(ssm):
    assert {f"{REGIONS}/us-east-1", f"{REGIONS}/eu-central-1"} <= set(names(ssm, REGIONS))
    assert ssm.get_parameter(Name=f"{REGIONS}/us-east-1/longName")["Parameter"]["Value"] == "US East (N. Virginia)"
    assert f"{REGIONS}/us-east-1/services/kms" in names(ssm, f"{REGIONS}/us-east-1", Recursive=True)
    services = "/aws/service/global-infrastructure/services"
    assert f"{services}/kms/regions/us-east-1" in names(ssm, f"{services}/kms/regions")


def test_a_path_of_aws_is_listed_page_by_page(ssm):
    found = names(ssm, LINUX, PaginationConfig={"PageSize": 3})
    assert IMAGE in found
    assert found == sorted(found)
    secure = ssm.get_parameters_by_path(Path=LINUX, ParameterFilters=[{"Key": "Type", "Values": ["SecureString"]}])
    assert secure["Parameters"] == []


def test_nobody_writes_there(ssm):
    with pytest.raises(ClientError, match=r"AccessDeniedException.*No access to reserved parameter name"):
        ssm.put_parameter(Name=f"{LINUX}/mine", Value="x", Type="String")
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.delete_parameter(Name=IMAGE)
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.get_parameter(Name=f"{LINUX}/none")


def test_reading_needs_rights_on_an_arn_without_an_account(as_user):
    alice = as_user(
        "alice", (["ssm:GetParameter", "ssm:GetParametersByPath"], "arn:aws:ssm:*::parameter/aws/service/*")
    )
    assert alice.get_parameter(Name=IMAGE)
    assert alice.get_parameters_by_path(Path=LINUX)["Parameters"]
    bob = as_user("bob", ("ssm:GetParameter", "arn:aws:ssm:us-east-1:111122223333:parameter/*"))
    with pytest.raises(ClientError, match="AccessDeniedException"):
        bob.get_parameter(Name=IMAGE)


def test_an_operators_catalogue_takes_the_place_of_the_shipped_one(ssm, tmp_path):
    mine = tmp_path / "catalogue.json"
    content = {
        "published": "2026-01-01T00:00:00+00:00",
        "regions": {"moon-1": {"longName": "Mare"}},
        "services": {},
        "images": [],
        "parameters": {IMAGE: "ami-0123456789abcdef0"},
    }
    mine.write_text(json.dumps(content))
    public_parameters.use(mine)
    try:
        assert ssm.get_parameter(Name=IMAGE)["Parameter"]["Value"] == "ami-0123456789abcdef0"
        assert names(ssm, REGIONS) == [f"{REGIONS}/moon-1"]
        mine.write_text("{}")
        with pytest.raises(ValueError, match="is no catalogue of public parameters"):
            public_parameters.use(mine)
    finally:
        public_parameters.use(None)
    assert f"{REGIONS}/us-east-1" in names(ssm, REGIONS)
