"""When to try again: for unavailable and throttled sources, boundedly, after growing waits that a stop can end."""

from collections.abc import Callable
from itertools import count
from typing import Final, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type
from tenacity.wait import wait_exponential, wait_random

from hub.errors import QuotaSpent, SourceError, SourceThrottled, SourceUnavailable
from hub.sources.exchange import HttpLimits

T = TypeVar("T")
OnRetry = Callable[[SourceError, int, float], None]
"""Told before each wait: the error, the attempt that failed (from 1), the seconds to wait."""

_NAP_S: Final = 0.2  # how long a stop may go unnoticed


class Retries:
    """Runs attempts. ``should_stop`` ends a wait, or keeps it from being begun, by raising the last error."""

    def __init__(
        self, limits: HttpLimits, *, on_retry: OnRetry, should_stop: Callable[[], bool], sleep: Callable[[float], None]
    ) -> None:
        self._limits, self._on_retry, self._should_stop, self._sleep = limits, on_retry, should_stop, sleep
        self._backoff = wait_exponential(limits.backoff_s, limits.backoff_max_s) + wait_random(0, limits.backoff_s)

    def run(self, attempt: Callable[[int], T]) -> T:
        """Call ``attempt`` with 1, 2, 3 … until it does not raise SourceUnavailable. Raises what the last raised."""
        numbers = count(1)
        retrying = Retrying(
            reraise=True,
            retry=retry_if_exception_type(SourceUnavailable),
            stop=self._enough,
            wait=self._wait,
            before_sleep=self._before,
            sleep=lambda seconds: None,  # the wait is done in `_before`, which knows the error to raise on a stop
        )
        return retrying(lambda: attempt(next(numbers)))

    def _enough(self, state: RetryCallState) -> bool:
        spent = isinstance(_error(state), QuotaSpent)  # hours, not seconds: the run ends, and a later one goes on
        return spent or state.attempt_number >= self._limits.attempts or self._should_stop()

    def _wait(self, state: RetryCallState) -> float:
        """``Retry-After`` counts before our own backoff, up to its limit."""
        error = _error(state)
        if isinstance(error, SourceThrottled) and error.retry_after is not None:
            return min(error.retry_after, self._limits.retry_after_max_s)
        return self._backoff(state)

    def _before(self, state: RetryCallState) -> None:
        error, left = _error(state), state.upcoming_sleep
        self._on_retry(error, state.attempt_number, left)
        while left > 0:
            self._sleep(min(left, _NAP_S))
            left -= _NAP_S
            if self._should_stop():
                raise error


def _error(state: RetryCallState) -> SourceError:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, SourceError)  # the only kind that is retried
    return error
