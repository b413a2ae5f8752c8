"""Attributes of load balancers.

Source: Elastic Load Balancing, Application Load Balancers, "Load balancer attributes".
"""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.elbv2.attributes import ANY, BOOLEAN, Attribute, Table, checked, flag, number, one_of, shown
from vauban.services.elbv2.errors import InvalidConfigurationRequestException, LoadBalancerNotFoundException
from vauban.services.elbv2.resolvers import LOAD_BALANCER, a_load_balancer, find
from vauban.services.elbv2.resources import LoadBalancer

DELETION_PROTECTION = "deletion_protection.enabled"
TABLE: Table = {
    DELETION_PROTECTION: flag(),
    "access_logs.s3.enabled": flag(),
    "access_logs.s3.bucket": Attribute("", ANY),
    "access_logs.s3.prefix": Attribute("", ANY),
    "connection_logs.s3.enabled": flag("false", "false"),
    "connection_logs.s3.bucket": Attribute("", ANY, one_of("")),
    "connection_logs.s3.prefix": Attribute("", ANY, one_of("")),
    "health_check_logs.s3.enabled": Attribute("false", BOOLEAN, one_of("false"), told=False),
    "health_check_logs.s3.bucket": Attribute("", ANY, one_of(""), told=False),
    "health_check_logs.s3.prefix": Attribute("", ANY, one_of(""), told=False),
    "idle_timeout.timeout_seconds": Attribute("60", number(1, 4000)),
    "client_keep_alive.seconds": Attribute("3600", number(60, 604_800)),
    "ipv6.deny_all_igw_traffic": flag("false", "false"),
    "load_balancing.cross_zone.enabled": flag("true", "true"),
    "routing.http.desync_mitigation_mode": Attribute(
        "defensive", one_of("monitor", "defensive", "strictest"), one_of("defensive", "strictest")
    ),
    "routing.http.drop_invalid_header_fields.enabled": flag(),
    "routing.http.preserve_host_header.enabled": flag(),
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": flag(),
    "routing.http.x_amzn_tls_kx.enabled": Attribute("false", BOOLEAN, one_of("false"), told=False),
    "routing.http.xff_client_port.enabled": flag(),
    "routing.http.xff_header_processing.mode": Attribute("append", one_of("append", "preserve", "remove")),
    "routing.http2.enabled": flag("true"),
    "waf.fail_open.enabled": flag(),
    "zonal_shift.config.enabled": flag("false", "false"),
}


@operation("DescribeLoadBalancerAttributes")
def describe_load_balancer_attributes(call: Call, load_balancer_arn: str) -> dict[str, Any]:
    found = find(call.store, LOAD_BALANCER, load_balancer_arn)
    if found is None:
        raise LoadBalancerNotFoundException(f"Load balancer '{load_balancer_arn}' not found")
    return {"Attributes": shown(TABLE, found.attributes)}


@operation("ModifyLoadBalancerAttributes", on=a_load_balancer)
def modify_load_balancer_attributes(
    call: Call, load_balancer: LoadBalancer, attributes: list[dict[str, str]]
) -> dict[str, Any]:
    changed = {**load_balancer.attributes, **checked(TABLE, attributes, "Load balancer")}
    if changed.get("access_logs.s3.enabled") == "true" and not changed.get("access_logs.s3.bucket"):
        raise InvalidConfigurationRequestException("The value of 'access_logs.s3.bucket' cannot be empty")
    call.store.put(replace(load_balancer, attributes=changed))
    return {"Attributes": shown(TABLE, changed)}
