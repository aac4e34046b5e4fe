"""What is tried again, how often, after how long, and how a stop ends it."""

from collections.abc import Callable, Sequence

import pytest

from hub.errors import SourceDenied, SourceError, SourceReplyInvalid, SourceThrottled, SourceUnavailable
from hub.sources.exchange import HttpLimits
from hub.sources.retries import Retries

LIMITS = HttpLimits(attempts=4, backoff_s=1, backoff_max_s=3, retry_after_max_s=60)


class Trial:
    """Runs attempts that fail with the given errors in turn, and keeps what happened."""

    def __init__(self, errors: Sequence[Exception], *, should_stop: Callable[[], bool] = lambda: False) -> None:
        self.errors = list(errors)
        self.attempts: list[int] = []
        self.told: list[tuple[SourceError, int, float]] = []
        self.slept: list[float] = []
        self.retries = Retries(
            LIMITS,
            on_retry=lambda error, attempt, wait_s: self.told.append((error, attempt, wait_s)),
            should_stop=should_stop,
            sleep=self.slept.append,
        )

    def run(self) -> str:
        def attempt(number: int) -> str:
            self.attempts.append(number)
            if len(self.attempts) <= len(self.errors):
                raise self.errors[number - 1]
            return "reply"

        return self.retries.run(attempt)


def test_a_reply_at_once() -> None:
    trial = Trial([])
    assert (trial.run(), trial.attempts, trial.told, trial.slept) == ("reply", [1], [], [])


def test_unavailable_sources_are_tried_again_after_growing_waits() -> None:
    trial = Trial([SourceUnavailable("1"), SourceThrottled("2"), SourceUnavailable("3")])
    assert trial.run() == "reply"
    assert trial.attempts == [1, 2, 3, 4]
    assert [(str(error), attempt) for error, attempt, _ in trial.told] == [("1", 1), ("2", 2), ("3", 3)]
    for (_, _, wait), low, high in zip(trial.told, (1, 2, 3), (2, 3, 4), strict=True):
        assert low <= wait <= high
    assert sum(trial.slept) == pytest.approx(sum(wait for _, _, wait in trial.told))


def test_attempts_are_bounded_and_the_last_error_rises() -> None:
    trial = Trial([SourceUnavailable(str(number)) for number in range(1, 9)])
    with pytest.raises(SourceUnavailable, match="4"):
        trial.run()
    assert (trial.attempts, len(trial.told)) == ([1, 2, 3, 4], 3)


@pytest.mark.parametrize("error", [SourceDenied("no"), SourceReplyInvalid("no"), ValueError("no")])
def test_nothing_else_is_tried_again(error: Exception) -> None:
    trial = Trial([error])
    with pytest.raises(type(error)):
        trial.run()
    assert (trial.attempts, trial.told) == ([1], [])


@pytest.mark.parametrize(("asked", "waited"), [(0, 0), (7, 7), (60, 60), (86_400, 60)])
def test_retry_after_is_followed_up_to_its_limit(asked: float, waited: float) -> None:
    trial = Trial([SourceThrottled("later", retry_after=asked)])
    trial.run()
    assert trial.told[0][2] == waited
    assert sum(trial.slept) == pytest.approx(waited)


def test_a_stop_ends_a_wait() -> None:
    trial = Trial([SourceThrottled("later", retry_after=60)], should_stop=lambda: len(trial.slept) >= 3)
    with pytest.raises(SourceThrottled):
        trial.run()
    assert trial.attempts == [1]
    assert len(trial.slept) == 3 and max(trial.slept) <= 0.5


def test_a_stop_keeps_a_wait_from_being_begun() -> None:
    trial = Trial([SourceUnavailable("gone")], should_stop=lambda: True)
    with pytest.raises(SourceUnavailable):
        trial.run()
    assert (trial.attempts, trial.told, trial.slept) == ([1], [], [])
