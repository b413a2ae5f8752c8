"""Bytes to params and back, in all of AWS's protocols."""

from vauban.wire.codecs import Codec, codec
from vauban.wire.detect import Detector, detect
from vauban.wire.targets import Target

__all__ = ["Codec", "Detector", "Target", "codec", "detect", "write_error"]


def __getattr__(name: str):
    if name == "write_error":
        from vauban.wire.errors import write_error

        return write_error
    raise AttributeError(name)
