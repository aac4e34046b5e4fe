"""RS: resuming. What was read stays read, what changed is read again, and no interruption costs or doubles a row."""

from conformance.checks.resume import acknowledging, asking, clocks, corrections, ends, files, refusals, versions

__all__ = ["acknowledging", "asking", "clocks", "corrections", "ends", "files", "refusals", "versions"]
