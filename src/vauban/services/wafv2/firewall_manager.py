"""What Firewall Manager puts into web ACLs; so far there is nothing of it in any."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.wafv2.locks import changed
from vauban.services.wafv2.resolvers import ArnResolver
from vauban.services.wafv2.resources import WebACL


@operation("DeleteFirewallManagerRuleGroups", on=ArnResolver("WebACLArn", (WebACL,)))
def delete_firewall_manager_rule_groups(call: Call, web_acl: WebACL, web_acl_lock_token: str) -> dict[str, Any]:
    return {"NextWebACLLockToken": changed(call, web_acl, web_acl_lock_token).lock_token}
