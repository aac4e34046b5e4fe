"""What may become of a check, and how a check says so."""

from enum import StrEnum


class Outcome(StrEnum):
    """What became of a check. ``pass``, ``not-applicable``, ``waived`` and ``warned`` let an adapter pass."""

    PASS = "pass"  # noqa: S105 - an outcome
    FAIL = "fail"
    NOT_APPLICABLE = "not-applicable"  # the adapter does not claim what the check is about
    BLOCKED = "blocked"  # a check this one stands on has failed
    WAIVED = "waived"
    WARNED = "warned"  # it failed, and is in preview: from the next release on it fails the adapter
    NOT_OBSERVED = "not-observed"
    SUITE_ERROR = "suite-error"


class Violation(AssertionError):
    """The adapter breaks the clause. Texts hold no payload: keys and values are masked by the one who raises."""

    def __init__(self, *, expected: str, observed: str, likely: str = "", where: str = "") -> None:
        super().__init__(f"expected {expected}; observed {observed}")
        self.expected, self.observed, self.likely, self.where = expected, observed, likely, where


class NotObserved(Exception):
    """Raised by a check that cannot see what it looks for: its setup does not come about. ``str()`` says what not."""


class Unable(Exception):
    """Raised by a check that cannot do its work on this machine, whatever the adapter does. ``str()`` says why."""


class NotApplicable(Exception):
    """Raised by a check that finds, on looking, that the adapter has nothing it speaks of. ``str()`` says what."""
