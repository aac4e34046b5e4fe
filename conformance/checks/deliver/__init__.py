"""DL: delivering. What the hub hands to a source arrives, acts once, and what the source says of it comes back."""

from conformance.checks.deliver import again, apart, saying, taking, telling

__all__ = ["again", "apart", "saying", "taking", "telling"]
