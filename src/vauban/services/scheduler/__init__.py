"""Amazon EventBridge Scheduler: schedules, once or again and again, that invoke a target in a role.

Read ``resources`` (what is kept) and ``resolvers`` (how it is named) first. ``expressions`` says when, ``firings`` does
it then, and ``invocations`` try until the target takes it.
"""

from vauban.kernel.operations import Service
from vauban.services.scheduler import firings, groups, invocations, schedules, tags, tokens
from vauban.services.scheduler.roles import CONDITIONS

SERVICE = Service("scheduler", schedules, groups, tags, firings, invocations, tokens, conditions=CONDITIONS)
