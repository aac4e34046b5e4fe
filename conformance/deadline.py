"""A bound on a check: an adapter that never ends must not hang who tests it."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StillRunning(BaseException):
    """The deadline of a check has passed. Not an Exception: adapter code must not swallow it."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise StillRunning in the block after ``seconds``, and again every second. Off the main thread, no bound."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise StillRunning

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
