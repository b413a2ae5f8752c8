"""What WAF keeps. Read this first; ``resolvers`` says how a call names it.

Web ACLs, rule groups, IP sets and regex pattern sets are alike in how they are named and changed: an ``Entity`` has a
scope, a name that is its own within the scope, an id, and a lock token that is another after every change. What its
rules name is named by ARN; ``references`` are these ARNs, by which is found what an entity is used by.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from vauban.identity.bound_documents import compile_bound
from vauban.kernel.arns import arn
from vauban.kernel.records import Scope, record, secret
from vauban.policy import Policy

CLOUDFRONT = "CLOUDFRONT"
REGIONAL = "REGIONAL"


@lru_cache(maxsize=1024)
def compiled(policy: str, principals: tuple[tuple[str, str], ...] = ()) -> Policy:
    """The policy that shares a rule group, compiled. Raises MalformedPolicy."""
    return compile_bound(policy, dict(principals), name="resource policy", kind="rule-group")


def key_of(scope: str, name: str) -> str:
    """What an entity of a kind is kept under."""
    return f"{scope}/{name}"


@dataclass(frozen=True, kw_only=True)
class Entity:
    NOUN: ClassVar[str]
    """In ARNs: ``webacl``."""
    CLOUDTRAIL_TYPE: ClassVar[str]
    scope: str
    """``REGIONAL``, or ``CLOUDFRONT``: those are all in us-east-1."""
    name: str
    entity_id: str
    account: str
    region: str
    lock_token: str
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return key_of(self.scope, self.name)

    @cached_property
    def arn(self) -> str:
        return arn_of(type(self), self.region, self.account, self.scope, self.name, self.entity_id)

    @property
    def identification(self) -> dict[str, str]:
        """The members that all shapes of entities begin with."""
        named = {"Name": self.name, "Id": self.entity_id, "ARN": self.arn}
        return {**named, "Description": self.description}

    @property
    def summary(self) -> dict[str, str]:
        """The model's ``WebACLSummary``, ``IPSetSummary`` and so on."""
        return {**self.identification, "LockToken": self.lock_token}


def arn_of(kind: type[Entity], region: str, account: str, scope: str, name: str, entity_id: str) -> str:
    where = "global" if scope == CLOUDFRONT else "regional"
    return arn("wafv2", region, account, f"{where}/{kind.NOUN}/{name}/{entity_id}")


@record("wafv2:IPSet", id="key")
class IPSet(Entity):
    NOUN = "ipset"
    CLOUDTRAIL_TYPE = "AWS::WAFv2::IPSet"
    ip_address_version: str
    addresses: tuple[str, ...]
    """In CIDR notation, as they were given."""

    @property
    def shape(self) -> dict[str, Any]:
        """The model's ``IPSet``."""
        return {
            **self.identification,
            "IPAddressVersion": self.ip_address_version,
            "Addresses": list(self.addresses),
        }


@record("wafv2:RegexPatternSet", id="key")
class RegexPatternSet(Entity):
    NOUN = "regexpatternset"
    CLOUDTRAIL_TYPE = "AWS::WAFv2::RegexPatternSet"
    patterns: tuple[str, ...]

    @property
    def shape(self) -> dict[str, Any]:
        """The model's ``RegexPatternSet``."""
        return {**self.identification, "RegularExpressionList": [{"RegexString": each} for each in self.patterns]}


@record("wafv2:RuleGroup", id="key", indexes={"reference": "references"})
class RuleGroup(Entity):
    NOUN = "rulegroup"
    CLOUDTRAIL_TYPE = "AWS::WAFv2::RuleGroup"
    capacity: int
    settings: dict[str, Any]
    """``Rules``, ``VisibilityConfig`` and ``CustomResponseBodies``, as the model's ``RuleGroup`` has them."""
    references: tuple[str, ...] = ()
    policy: str = ""
    """What shares it with other accounts, where anything does."""
    policy_principals: dict[str, str] = field(default_factory=dict)
    """Unique ids of the users and roles that the policy names, by ARN: those they had when it was put."""

    @property
    def rules(self) -> list[dict[str, Any]]:
        return self.settings.get("Rules", [])

    @property
    def label_namespace(self) -> str:
        return f"awswaf:{self.account}:rulegroup:{self.name}:"

    @property
    def shape(self) -> dict[str, Any]:
        """The model's ``RuleGroup``, but for the labels that are worked out of its rules."""
        computed = {"Capacity": self.capacity, "LabelNamespace": self.label_namespace}
        return {**self.identification, "Rules": [], **self.settings, **computed}

    @cached_property
    def compiled_policy(self) -> Policy | None:
        return compiled(self.policy, tuple(self.policy_principals.items())) if self.policy else None


@record("wafv2:WebACL", id="key", indexes={"reference": "references"})
class WebACL(Entity):
    NOUN = "webacl"
    CLOUDTRAIL_TYPE = "AWS::WAFv2::WebACL"
    capacity: int
    settings: dict[str, Any]
    """What its owner sets, as the model's ``WebACL`` has it: ``DefaultAction``, ``Rules`` and the rest."""
    references: tuple[str, ...] = ()

    @property
    def rules(self) -> list[dict[str, Any]]:
        return self.settings.get("Rules", [])

    @property
    def label_namespace(self) -> str:
        return f"awswaf:{self.account}:webacl:{self.name}:"

    @property
    def shape(self) -> dict[str, Any]:
        """The model's ``WebACL``. Nothing here is Firewall Manager's."""
        computed = {"Capacity": self.capacity, "LabelNamespace": self.label_namespace}
        managed = {"ManagedByFirewallManager": False, "RetrofittedByFirewallManager": False}
        return {**self.identification, "Rules": [], **self.settings, **computed, **managed}


@record("wafv2:GroupUse", id="key", scope=Scope.REGION, indexes={"group": "group_arn"})
class GroupUse:
    """A web ACL uses a rule group of whatever account; kept by Region, for the group's owner must know."""

    account: str
    """The web ACL's owner."""
    region: str
    web_acl_arn: str
    group_arn: str

    @property
    def key(self) -> str:
        return f"{self.web_acl_arn} {self.group_arn}"


@record("wafv2:Association", id="resource_arn", indexes={"web_acl": "web_acl_arn"})
class Association:
    """What a web ACL protects; a resource has one web ACL at most."""

    resource_arn: str
    account: str
    region: str
    web_acl_arn: str


@record("wafv2:LoggingConfiguration", id="key", indexes={"web_acl": "web_acl_arn"})
class LoggingConfiguration:
    web_acl_arn: str
    account: str
    region: str
    settings: dict[str, Any]
    """The model's ``LoggingConfiguration``."""

    @property
    def key(self) -> str:
        return f"{self.web_acl_arn} {self.settings['LogScope']}"


@record("wafv2:LogDelivery", id="web_acl_arn", scope=Scope.GLOBAL)
class LogDelivery:
    """A web ACL whose log lines are fetched from the edge, for they go where the edge does not write itself."""

    web_acl_arn: str
    account: str
    region: str
    destination: str
    """The ARN of a log group, or of a Firehose stream."""


@record("wafv2:APIKey", id="key")
class APIKey:
    """A key of a CAPTCHA's JavaScript: the domains that it is for, sealed, so that it proves them by itself."""

    scope: str
    digest: str
    """SHA-256 of the key."""
    account: str
    region: str
    created: datetime
    token_domains: tuple[str, ...]
    api_key: bytes = secret()

    @property
    def key(self) -> str:
        return key_of(self.scope, self.digest)


@record("wafv2:TokenKey", id="name")
class TokenKey:
    """What the tokens of CAPTCHAs and challenges are signed with, before all web ACLs of an account in a Region."""

    account: str
    region: str
    created: datetime
    key: bytes = secret()
    name: str = "current"
