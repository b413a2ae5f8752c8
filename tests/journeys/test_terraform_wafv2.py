"""AWS's Terraform provider on WAF: apply, an empty plan, destroy."""

from pathlib import Path

import pytest

from .conftest import ACCOUNT
from .running import Server
from .terraforming import Terraform, provider

VISIBILITY = """
  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "shop"
    sampled_requests_enabled   = true
  }
"""

CONFIGURATION = (
    provider("wafv2", "logs")
    + """
resource "aws_wafv2_ip_set" "strangers" {
  name               = "strangers"
  description        = "whom we do not know"
  scope              = "REGIONAL"
  ip_address_version = "IPV4"
  addresses          = ["192.0.2.44/32", "198.51.100.0/24"]
  tags               = { team = "blue" }
}

resource "aws_wafv2_regex_pattern_set" "admin" {
  name  = "admin"
  scope = "REGIONAL"
  regular_expression {
    regex_string = "^/admin"
  }
}

resource "aws_wafv2_rule_group" "shared" {
  name     = "shared"
  scope    = "REGIONAL"
  capacity = 50
  rule {
    name     = "strangers"
    priority = 1
    action {
      block {}
    }
    statement {
      ip_set_reference_statement {
        arn = aws_wafv2_ip_set.strangers.arn
      }
    }
    %(visibility)s
  }
  %(visibility)s
}

resource "aws_wafv2_web_acl" "shop" {
  name        = "shop"
  description = "in front of the shop"
  scope       = "REGIONAL"
  default_action {
    allow {}
  }
  rule {
    name     = "shared"
    priority = 1
    override_action {
      none {}
    }
    statement {
      rule_group_reference_statement {
        arn = aws_wafv2_rule_group.shared.arn
      }
    }
    %(visibility)s
  }
  rule {
    name     = "admin"
    priority = 2
    action {
      block {
        custom_response {
          response_code            = 404
          custom_response_body_key = "nothing"
        }
      }
    }
    statement {
      regex_pattern_set_reference_statement {
        arn = aws_wafv2_regex_pattern_set.admin.arn
        field_to_match {
          uri_path {}
        }
        text_transformation {
          priority = 0
          type     = "LOWERCASE"
        }
      }
    }
    %(visibility)s
  }
  rule {
    name     = "often"
    priority = 3
    action {
      count {}
    }
    statement {
      rate_based_statement {
        limit              = 1000
        aggregate_key_type = "IP"
        scope_down_statement {
          not_statement {
            statement {
              byte_match_statement {
                search_string         = "/static/"
                positional_constraint = "STARTS_WITH"
                field_to_match {
                  uri_path {}
                }
                text_transformation {
                  priority = 0
                  type     = "NONE"
                }
              }
            }
          }
        }
      }
    }
    %(visibility)s
  }
  custom_response_body {
    key          = "nothing"
    content      = "Nothing here."
    content_type = "TEXT_PLAIN"
  }
  tags = { team = "blue" }
  %(visibility)s
}

resource "aws_wafv2_web_acl_association" "shop" {
  resource_arn = "LOAD_BALANCER"
  web_acl_arn  = aws_wafv2_web_acl.shop.arn
}

resource "aws_cloudwatch_log_group" "requests" {
  name = "aws-waf-logs-shop"
}

resource "aws_wafv2_web_acl_logging_configuration" "shop" {
  resource_arn            = aws_wafv2_web_acl.shop.arn
  log_destination_configs = [aws_cloudwatch_log_group.requests.arn]
  redacted_fields {
    single_header {
      name = "authorization"
    }
  }
  logging_filter {
    default_behavior = "DROP"
    filter {
      behavior    = "KEEP"
      requirement = "MEETS_ANY"
      condition {
        action_condition {
          action = "BLOCK"
        }
      }
    }
  }
}
""".replace("%(visibility)s", VISIBILITY)
)


@pytest.fixture
def server(make_server) -> Server:
    return make_server("--account", f"{ACCOUNT}=AKIAJOURNEYTERRAFORM:{'s' * 40}")


def test_a_web_acl_and_all_that_it_names_are_made_and_destroyed(server: Server, tmp_path: Path):
    terraform = Terraform(tmp_path / "terraform", server)
    elb = server.client("elbv2")
    (balancer,) = elb.create_load_balancer(Name="shop", Subnets=["subnet-1", "subnet-2"])["LoadBalancers"]
    terraform.write(CONFIGURATION.replace("LOAD_BALANCER", balancer["LoadBalancerArn"]))
    terraform.init()
    assert "7 added, 0 changed, 0 destroyed" in terraform.apply()

    waf = server.client("wafv2")
    (summary,) = waf.list_web_acls(Scope="REGIONAL")["WebACLs"]
    rules = {rule["Name"]: rule for rule in waf.get_web_acl(ARN=summary["ARN"])["WebACL"]["Rules"]}
    assert rules["often"]["Statement"]["RateBasedStatement"]["Limit"] == 1000
    protected = waf.list_resources_for_web_acl(WebACLArn=summary["ARN"])["ResourceArns"]
    assert protected == [balancer["LoadBalancerArn"]]

    assert "7 destroyed" in terraform("destroy", "-auto-approve").stdout
    assert waf.list_web_acls(Scope="REGIONAL")["WebACLs"] == []
    assert waf.list_ip_sets(Scope="REGIONAL")["IPSets"] == []
