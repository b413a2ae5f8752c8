"""The event loop: uvloop's where it is installed, which halves what I/O costs, and asyncio's own elsewhere."""

import asyncio
import gc


def new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


_GC_THRESHOLDS = (50_000, 20, 100)


def collect_seldom() -> None:
    """Requests leave little garbage in cycles; looking for it less often is worth several percent. To be called once
    all that stays is there: it is never looked at again.
    """
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
