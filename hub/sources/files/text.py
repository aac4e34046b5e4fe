"""Text files: which encoding they are in, and their lines, counted. Strict: nothing is guessed away."""

import codecs
import io
from collections.abc import Iterator
from typing import Final, NamedTuple

from hub.sources.decode import MalformedError, codec
from hub.sources.files.content import Content

LINE_MAX: Final = 2**22
"""Characters of a line that are read; a longer one is unreadable, and what follows it is read on."""

_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Line(NamedTuple):
    """A line with the end it had: ``\\n``, ``\\r\\n``, ``\\r`` or none. ``cut`` if it was longer than `LINE_MAX`."""

    number: int
    text: str
    cut: bool = False


def encoding_of(content: Content, declared: str = "") -> str:
    """The codec the whole file is in, proved by reading it once.

    ``declared`` by any of its names; empty: that of a byte order mark, else UTF-8 if it is that, else GB18030.
    Raises MalformedError.
    """
    marked = next((name for mark, name in _MARKS if content.head(3).startswith(mark)), "")
    names = [codec(declared)] if declared else [marked] if marked else ["utf-8", "gb18030"]
    decoders = {name: codecs.getincrementaldecoder(name)() for name in names}
    place = 0
    for data in content.chunks():
        for name, decoder in [*decoders.items()]:
            if not _decodes(decoder, data):
                del decoders[name]
        if not decoders:
            break
        place += len(data)
    for name, decoder in decoders.items():
        if _decodes(decoder, b"", final=True):
            return name
    where = "cut off inside its last character" if decoders else f"beyond byte {place}"
    raise MalformedError(f"no text in {' or '.join(names)}: {where}")


def _decodes(decoder: codecs.IncrementalDecoder, data: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(data, final)
    except UnicodeDecodeError:
        return False
    return True


def text_of(content: Content, encoding: str) -> io.TextIOWrapper:
    """The file as text, line ends as they are, its byte order mark taken off."""
    text = io.TextIOWrapper(content.open(), encoding=encoding, newline="")
    if text.read(1) != "\ufeff":
        text.seek(0)
    return text


def lines_of(content: Content, encoding: str) -> Iterator[Line]:
    """Its lines, counted from 1, whatever their ends."""
    with text_of(content, encoding) as text:
        number = 0
        while line := text.readline(LINE_MAX):
            number += 1
            cut = len(line) == LINE_MAX and line[-1] not in "\r\n"
            while cut and (more := text.readline(LINE_MAX)) and len(more) == LINE_MAX and more[-1] not in "\r\n":
                pass
            yield Line(number, line, cut)
