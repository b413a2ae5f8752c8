"""Event patterns: which events does one ask for? Pure; EventBridge's rules and archives, and SNS's filter policies.

    compiled('{"source": ["aws.kms"], "detail": {"days": [{"numeric": [">", 3]}]}}').matches(event)

``tests`` are about one value, ``fields`` about objects and the arrays in them.
"""

from vauban.patterns.fields import Pattern, compiled, object_test
from vauban.patterns.tests import InvalidPattern, Leaf, leaf

__all__ = ["InvalidPattern", "Leaf", "Pattern", "compiled", "leaf", "object_test"]
