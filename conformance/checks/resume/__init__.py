"""RS: resuming. What was read stays read, what changed is read again, and no interruption costs or doubles a row."""

from conformance.checks.resume import asking, clocks, corrections, ends, refusals, versions

__all__ = ["asking", "clocks", "corrections", "ends", "refusals", "versions"]
