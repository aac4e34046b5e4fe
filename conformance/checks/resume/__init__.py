"""RS: resuming. What was read stays read, what changed is read again, and no interruption costs or doubles a row."""

from conformance.checks.resume import (
    acknowledging,
    asking,
    beside,
    clocks,
    corrections,
    deletions,
    ends,
    files,
    refusals,
    stretches,
    versions,
)

__all__ = [
    "acknowledging",
    "asking",
    "beside",
    "clocks",
    "corrections",
    "deletions",
    "ends",
    "files",
    "refusals",
    "stretches",
    "versions",
]
