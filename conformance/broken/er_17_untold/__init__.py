"""Nobody asked the court what its docket answers when it is busy: ``conformance.toml`` beside this tells of no such."""

from conformance.broken.er_17 import ListWithoutItsFlag


class NeverAsked(ListWithoutItsFlag):
    """The flag is looked at by nobody, and nothing that was told would show it."""

    blocks = frozenset({"ER-12", "ER-16", "ER-18"})


ADAPTER = NeverAsked
