"""The last net before a log line: identity numbers and phones masked, control characters made visible, texts cut.

The first nets are allow-lists of keys (`hub.events`) and errors that hold no payload (`hub.errors`); this one catches what slips.
"""

import re
from typing import Final

TEXT_MAX: Final = 200
"""Characters of a text in a log line."""

_SCANNED: Final = 4096  # characters looked at: masking before cutting leaves no half number at the edge
_DAY: Final = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
# A digit neighbour means a longer number, a hex neighbour a digest: neither is a phone.
_ID_NUMBER: Final = re.compile(rf"(?<!\d)\d{{6}}(?:(?:18|19|20)\d\d{_DAY}\d{{3}}[\dXxＸｘ]|\d\d{_DAY}\d{{3}})(?!\d)")
_PHONE: Final = re.compile(r"(?<![\da-f])1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![\da-f])")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def mask(text: str) -> str:
    """The text with resident identity numbers (18 and 15 digits) and mobile numbers replaced by ``[id]`` and ``[phone]``."""
    return _PHONE.sub("[phone]", _ID_NUMBER.sub("[id]", text))


def clean(text: str) -> str:
    """The text as it may stand in a log line: masked, on one line, without terminal codes, at most `TEXT_MAX` characters."""
    text = _CONTROL.sub(_escaped, mask(text[:_SCANNED]))
    return text if len(text) <= TEXT_MAX else text[: TEXT_MAX - 1] + "…"


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()
