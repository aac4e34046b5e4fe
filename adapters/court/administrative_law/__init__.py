"""Administrative law (行政复议、行政诉讼): what is brought against agencies, and how it ended."""

from adapters.court.administrative_law.adapter import hub_adapters

__all__ = ["hub_adapters"]
