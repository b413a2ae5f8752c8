"""Events a second through a rule into a queue, beside as many messages sent to that queue without a rule.

python -m benchmarks.events

In process, over memory: what EventBridge itself costs. The ceiling is `sqs:SendMessageBatch` alone, by such a client in
the same run. The second line has 300 rules on the bus for as many sources, of which one wants the event.
"""

import json
import time
from collections.abc import Callable

from vauban.testing import InProcess

ACCOUNT = "111122223333"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:heard"
AT_ONCE = 10
ROUNDS = 30
RULES = 300


def main() -> None:
    vauban = InProcess((ACCOUNT,))
    url = _queue(vauban)
    events, sqs = vauban.client("events"), vauban.client("sqs")
    batch = [{"Id": str(number), "MessageBody": "x" * 250} for number in range(AT_ONCE)]
    ceiling = _rate(lambda: sqs.send_message_batch(QueueUrl=url, Entries=batch))
    events.put_rule(Name="wanting", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="wanting", Targets=[{"Id": "1", "Arn": QUEUE}])
    entries = [{"Source": "shop", "DetailType": "Order", "Detail": '{"total": 5}'}] * AT_ONCE
    _tell("one rule", _rate(lambda: events.put_events(Entries=entries)), ceiling)
    for number in range(RULES - 1):
        pattern = {"source": [f"shop{number}"], "detail": {"total": [{"numeric": [">", number]}]}}
        events.put_rule(Name=f"r{number}", EventPattern=json.dumps(pattern))
        events.put_targets(Rule=f"r{number}", Targets=[{"Id": "1", "Arn": QUEUE}])
    _tell(f"{RULES} rules", _rate(lambda: events.put_events(Entries=entries)), ceiling)
    vauban.close()


def _queue(vauban: InProcess) -> str:
    allow = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": allow})
    return vauban.client("sqs").create_queue(QueueName="heard", Attributes={"Policy": policy})["QueueUrl"]


def _rate(put: Callable[[], object]) -> float:
    """Events a second, delivered: in process a call is answered once all that it set going is done."""
    put()
    began = time.perf_counter()
    for _ in range(ROUNDS):
        put()
    return ROUNDS * AT_ONCE / (time.perf_counter() - began)


def _tell(name: str, rate: float, ceiling: float) -> None:
    print(f"{name:12} {rate:8,.0f} events/s   {rate / ceiling:5.0%} of {ceiling:,.0f} messages/s sent without a rule")


if __name__ == "__main__":
    main()
