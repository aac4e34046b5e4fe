"""The reference adapter: small, correct, and what integrators copy. It passes every check of the suite."""

from conformance.reference.adapter import Reference, ReferenceConfig

__all__ = ["Reference", "ReferenceConfig"]
