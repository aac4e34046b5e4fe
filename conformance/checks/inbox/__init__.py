"""IN: pushes. What is answered with success is kept and read once; what is not the source's own leaves no trace."""

from conformance.checks.inbox import doors, order, rows

__all__ = ["doors", "order", "rows"]
