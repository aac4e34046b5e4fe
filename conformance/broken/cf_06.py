"""It prints itself in full, to make the log more helpful."""

from conformance.reference import Reference


class TellsAll(Reference):
    """Helpful in every traceback."""

    breaks = frozenset({"CF-06"})

    def __repr__(self) -> str:
        return f"Reference({self.config.base_url}, token={self.config.token.get_secret_value()})"


ADAPTER = TellsAll
