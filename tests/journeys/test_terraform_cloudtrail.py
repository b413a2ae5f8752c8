"""AWS's Terraform provider, unmodified, over trails and event data stores: apply, an empty plan, destroy."""

from pathlib import Path

import pytest

from .conftest import ACCOUNT
from .running import Server
from .terraforming import Terraform, provider

CONFIGURATION = (
    provider("cloudtrail")
    + """
resource "aws_cloudtrail" "audit" {
  name                          = "audit"
  s3_bucket_name                = "audit-logs"
  s3_key_prefix                 = "trail"
  include_global_service_events = true
  is_multi_region_trail         = true
  enable_log_file_validation    = true
  tags                          = { team = "security" }

  advanced_event_selector {
    name = "changes"
    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
    field_selector {
      field  = "readOnly"
      equals = ["false"]
    }
  }
}

resource "aws_cloudtrail" "basic" {
  name           = "basic"
  s3_bucket_name = "audit-logs"
  enable_logging = false

  event_selector {
    read_write_type                  = "WriteOnly"
    include_management_events        = true
    exclude_management_event_sources = ["kms.amazonaws.com"]
  }
}

resource "aws_cloudtrail_event_data_store" "lake" {
  name                           = "lake"
  retention_period               = 90
  multi_region_enabled           = true
  termination_protection_enabled = false
  tags                           = { team = "security" }
}

output "trail" { value = aws_cloudtrail.audit.arn }
output "home" { value = aws_cloudtrail.audit.home_region }
output "store" { value = aws_cloudtrail_event_data_store.lake.arn }
"""
)


@pytest.fixture
def server(make_server) -> Server:
    return make_server("--account", f"{ACCOUNT}=AKIAJOURNEYTERRAFORM:{'s' * 40}")


@pytest.fixture
def terraform(server: Server, tmp_path: Path) -> Terraform:
    terraform = Terraform(tmp_path / "terraform", server)
    terraform.write(CONFIGURATION)
    terraform.init()
    return terraform


def test_trails_and_a_store_are_made_changed_and_destroyed(server, terraform):
    terraform.apply()
    outputs = terraform.outputs()
    assert outputs["trail"] == f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/audit"
    assert outputs["home"] == "us-east-1"
    trail = server.client("cloudtrail")
    assert trail.get_trail_status(Name="audit")["IsLogging"] is True
    assert trail.get_trail_status(Name="basic")["IsLogging"] is False
    assert len(trail.get_event_selectors(TrailName="audit")["AdvancedEventSelectors"]) == 1
    assert trail.get_event_data_store(EventDataStore=outputs["store"])["RetentionPeriod"] == 90

    terraform.change("enable_logging = false", "enable_logging = true")
    terraform.change('read_write_type                  = "WriteOnly"', 'read_write_type                  = "All"')
    terraform.change("retention_period               = 90", "retention_period               = 120")
    assert "2 changed" in terraform.apply()
    assert trail.get_trail_status(Name="basic")["IsLogging"] is True
    assert trail.get_event_selectors(TrailName="basic")["EventSelectors"][0]["ReadWriteType"] == "All"

    terraform("destroy", "-auto-approve")
    assert trail.describe_trails()["trailList"] == []
    assert trail.get_event_data_store(EventDataStore=outputs["store"])["Status"] == "PENDING_DELETION"
