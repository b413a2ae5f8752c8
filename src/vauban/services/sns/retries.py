"""How deliveries over HTTP are tried again: delivery policies.

Source: https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from vauban.services.sns.errors import invalid, unsupported
from vauban.services.sns.resources import Subscription, Topic

DEFAULT = {
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "numRetries": 3,
    "numMaxDelayRetries": 0,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "backoffFunction": "linear",
}
OF_MAIL = {
    "minDelayTarget": 10,
    "maxDelayTarget": 600,
    "numRetries": 50,
    "numMaxDelayRetries": 38,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 2,
    "backoffFunction": "exponential",
}
"""How SNS tries mailboxes, over six hours; no policy changes it."""
CONTENT_TYPE = "text/plain; charset=UTF-8"
BACKOFFS = ("arithmetic", "exponential", "geometric", "linear")
LONGEST_SECONDS = 3600


def require_topic_policy(policy: Any) -> None:
    """Raises InvalidParameterException for what is no DeliveryPolicy of a topic."""
    http = _only(policy, {"http"}, "DeliveryPolicy").get("http", {})
    known = {"defaultHealthyRetryPolicy", "disableSubscriptionOverrides", "defaultRequestPolicy"}
    given = _only(http, known, "DeliveryPolicy: http", absent=("defaultThrottlePolicy", "defaultSicklyRetryPolicy"))
    if type(given.get("disableSubscriptionOverrides", False)) is not bool:
        raise invalid("DeliveryPolicy: http.disableSubscriptionOverrides must be a boolean")
    _require_retry(given.get("defaultHealthyRetryPolicy"))
    _require_request(given.get("defaultRequestPolicy"))


def require_policy(policy: Any) -> None:
    """Raises InvalidParameterException for what is no DeliveryPolicy of a subscription."""
    known = {"healthyRetryPolicy", "requestPolicy", "guaranteed"}
    given = _only(policy, known, "DeliveryPolicy", absent=("throttlePolicy", "sicklyRetryPolicy"))
    if given.get("guaranteed"):
        raise unsupported("DeliveryPolicy: guaranteed")
    _require_retry(given.get("healthyRetryPolicy"))
    _require_request(given.get("requestPolicy"))


def effective_of_topic(topic: Topic) -> dict[str, Any]:
    given = json.loads(topic.attributes.get("DeliveryPolicy", "{}")).get("http") or {}
    return {
        "http": {
            "defaultHealthyRetryPolicy": {**DEFAULT, **(given.get("defaultHealthyRetryPolicy") or {})},
            "disableSubscriptionOverrides": given.get("disableSubscriptionOverrides", False),
            "defaultRequestPolicy": given.get("defaultRequestPolicy") or {"headerContentType": CONTENT_TYPE},
        }
    }


def effective(topic: Topic, subscription: Subscription) -> dict[str, Any]:
    of_topic = effective_of_topic(topic)["http"]
    own = json.loads(subscription.attributes.get("DeliveryPolicy", "{}"))
    if of_topic["disableSubscriptionOverrides"]:
        own = {}
    retries = own.get("healthyRetryPolicy")
    return {
        "healthyRetryPolicy": {**DEFAULT, **retries} if retries else of_topic["defaultHealthyRetryPolicy"],
        "sicklyRetryPolicy": None,
        "throttlePolicy": None,
        "requestPolicy": own.get("requestPolicy") or of_topic["defaultRequestPolicy"],
        "guaranteed": False,
    }


def waits_of(topic: Topic, subscription: Subscription) -> list[float]:
    """Seconds before each retry of a delivery to a subscription's endpoint."""
    if subscription.protocol.startswith("email"):
        return pauses(OF_MAIL)
    return pauses(effective(topic, subscription)["healthyRetryPolicy"])


def pauses(policy: Mapping[str, Any]) -> list[float]:
    """Seconds before each retry, phase after phase."""
    low, high = policy["minDelayTarget"], policy["maxDelayTarget"]
    at_once, slow, last = (policy[f"num{each}DelayRetries"] for each in ("No", "Min", "Max"))
    between = policy["numRetries"] - at_once - slow - last
    backoff = _backoff(policy["backoffFunction"], low, high, between)
    return [0.0] * at_once + [float(low)] * slow + list(backoff) + [float(high)] * last


def _backoff(function: str, low: float, high: float, count: int) -> Iterator[float]:
    """From the shortest pause to the longest, along a curve."""
    for step in range(count):
        way = step / (count - 1) if count > 1 else 0.0
        if function == "arithmetic":
            way = way * (way + 1) / 2
        elif function == "geometric":
            way = way**2
        elif function == "exponential":
            way = (2 ** (way * 10) - 1) / 1023
        yield low + (high - low) * way


def _require_retry(policy: Any) -> None:
    if policy is None:
        return
    given = {**DEFAULT, **_only(policy, set(DEFAULT), "DeliveryPolicy: healthyRetryPolicy")}
    counts = ("numRetries", "numMaxDelayRetries", "numNoDelayRetries", "numMinDelayRetries")
    low, high = given["minDelayTarget"], given["maxDelayTarget"]
    if any(type(given[each]) is not int or not 0 <= given[each] <= 100 for each in counts):
        raise invalid("DeliveryPolicy: healthyRetryPolicy: numbers of retries are from 0 to 100")
    if sum(given[each] for each in counts[1:]) > given["numRetries"]:
        raise invalid("DeliveryPolicy: healthyRetryPolicy.numRetries must be greater than or equal to the total of all")
    if any(type(each) is not int or not 1 <= each <= LONGEST_SECONDS for each in (low, high)) or low > high:
        raise invalid("DeliveryPolicy: healthyRetryPolicy: delays are from 1 to 3600, the least not above the greatest")
    if given["backoffFunction"] not in BACKOFFS:
        raise invalid(f"DeliveryPolicy: healthyRetryPolicy.backoffFunction must be one of {', '.join(BACKOFFS)}")


def _require_request(policy: Any) -> None:
    if policy is None:
        return
    header = _only(policy, {"headerContentType"}, "DeliveryPolicy: requestPolicy").get(
        "headerContentType", CONTENT_TYPE
    )
    if not isinstance(header, str) or not header.isascii() or not header.isprintable() or not 1 <= len(header) <= 128:
        raise invalid("DeliveryPolicy: requestPolicy.headerContentType")


def _only(given: Any, known: set[str], where: str, absent: tuple[str, ...] = ()) -> dict[str, Any]:
    """``given``, which has no members but those known. Raises InvalidParameterException."""
    if not isinstance(given, dict):
        raise invalid(f"{where} must be an object")
    for name, value in given.items():
        if name in absent and value is not None:
            raise unsupported(f"{where}: {name}")
        if name not in known and name not in absent:
            raise invalid(f"{where}: Unexpected JSON member: {name}")
    return given
