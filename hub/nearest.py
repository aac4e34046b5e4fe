"""The nearest right word for a wrong one: every refusal of a name offers it."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, among: Iterable[str]) -> str | None:
    """The member of ``among`` most like ``word``, or None when none is near. Case does not count."""
    by_lower = {choice.lower(): choice for choice in among}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.5)
    return by_lower[close[0]] if close else None


def did_you_mean(word: str, among: Iterable[str], *, none: str = "") -> str:
    """A hint: ``did you mean "…"?``, else all choices when there are few, else ``none``."""
    choices = sorted(among)
    if (close := nearest(word, choices)) is not None:
        return f'did you mean "{close}"?'
    if choices and len(choices) <= 12:
        return f"known: {', '.join(choices)}"
    return none
