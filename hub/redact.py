"""The last net before a log line: people's numbers masked, control characters made visible, texts cut.

The nets before it are the allow-lists of keys (`hub.events`) and errors that hold no payload (`hub.errors`).
"""

import re
from typing import Final

TEXT_MAX: Final = 200
"""Characters of a text in a log line."""

_LOOKED_AT: Final = 4096  # characters; far more than are kept, so that no number is cut in half before it is seen
_DAY: Final = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_ID_NUMBER: Final = re.compile(rf"(?<!\d)\d{{6}}(?:(?:18|19|20)\d\d{_DAY}\d{{3}}[\dXxＸｘ]|\d\d{_DAY}\d{{3}})(?!\d)")
# A digit beside it makes a longer number, a hexadecimal letter a digest: neither is a phone.
_PHONE: Final = re.compile(r"(?<![\da-f])(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![\da-f])")
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_HALF_WIDTH: Final = {0xFF10 + digit: str(digit) for digit in range(10)}


def mask(text: str) -> str:
    """The text with identity numbers (GB 11643, 18 and 15 digits) as ``[id]`` and mobile numbers as ``[phone]``."""
    return _PHONE.sub("[phone]", _ID_NUMBER.sub("[id]", text.translate(_HALF_WIDTH)))


def clean(text: str) -> str:
    """The text as it may stand in a log: masked, on one line, without terminal codes, at most `TEXT_MAX` characters."""
    text = _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), mask(text[:_LOOKED_AT]))
    return text if len(text) <= TEXT_MAX else text[: TEXT_MAX - 1] + "…"
