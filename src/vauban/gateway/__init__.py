"""The one door. ``answer`` tells the life of a call."""

from vauban.gateway.answer import Gateway

__all__ = ["Gateway"]
