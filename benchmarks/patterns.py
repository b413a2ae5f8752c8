"""What it costs to ask whether an event matches a pattern.

python benchmarks/patterns.py
"""

import json
from timeit import repeat

from vauban.patterns import compiled

EVENT = {
    "source": "aws.kms",
    "detail-type": "AWS API Call via CloudTrail",
    "resources": ["arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    "detail": {"eventName": "DisableKey", "requestParameters": {"keyId": "1234abcd"}, "items": [{"size": 3}] * 10},
}
PATTERNS = {
    "another source": {"source": ["aws.ssm"]},
    "exact, three fields": {"source": ["aws.kms"], "detail": {"eventName": ["DisableKey", "EnableKey"]}},
    "prefix and wildcard": {"resources": [{"prefix": "arn:aws:kms:"}], "detail": {"eventName": [{"wildcard": "*Key"}]}},
    "an array of objects": {"detail": {"items": {"size": [{"numeric": [">", 5]}]}}},
    "a choice": {"$or": [{"source": ["x"]}, {"detail": {"eventName": [{"anything-but": "x"}]}}]},
}
ROUNDS = 20_000


def main() -> None:
    for name, pattern in PATTERNS.items():
        matches = compiled(json.dumps(pattern)).matches
        best = min(repeat(lambda matches=matches: matches(EVENT), number=ROUNDS, repeat=3)) / ROUNDS
        print(f"{name:24} {best * 1e6:6.2f} µs")


if __name__ == "__main__":
    main()
