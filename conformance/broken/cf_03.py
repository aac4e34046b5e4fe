"""What is missing is told as a whole, and not by name."""

from typing import Any

from pydantic import model_validator

from conformance.reference import Reference, ReferenceConfig


class IncompleteConfig(ReferenceConfig):
    """Complete, or not at all."""

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: dict[str, Any]) -> dict[str, Any]:
        if not given.get("token"):
            raise ValueError("the settings are incomplete")
        return given


class Incomplete(Reference):
    """The docket, with these settings."""

    Config = IncompleteConfig
    breaks = frozenset({"CF-03"})


ADAPTER = Incomplete
