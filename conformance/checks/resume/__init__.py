"""RS: resuming. What was read stays read, what changed is read again, and no interruption costs or doubles a row."""

from conformance.checks.resume import asking, ends, versions

__all__ = ["asking", "ends", "versions"]
