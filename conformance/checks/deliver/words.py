"""The word by which a source says yes or no: where its answers differ, and those answers without it."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from conformance.envelopes import value_at, with_value

UNKNOWN_WORD, UNKNOWN_NUMBER = "ZZ", 97

_ELEMENT = re.compile(r"<(\w+)>([^<]+)</\1>")


@dataclass(frozen=True, slots=True)
class Word:
    """One value in which the answers of success and of refusal differ.

    ``refused`` is the answer of success with the other's value there; ``wordless`` are those that say neither, each
    with what was done to it.
    """

    path: str
    refused: str
    wordless: tuple[tuple[str, str], ...]


def words(ok: str, refused: str) -> Iterator[Word]:
    """The values that stand in both answers and differ. None where one of them has no body."""
    if ok.startswith("<"):
        yield from _elements(ok, dict(_ELEMENT.findall(refused)))
    elif ok and refused:
        body, other = json.loads(ok), dict(leaves(json.loads(refused)))
        for path, value in leaves(body):
            if value not in ("", None) and other.get(path, value) != value:
                told = ((how, json.dumps(each)) for how, each in _wordless(body, path, value, other[path]))
                yield Word(path, json.dumps(with_value(body, path, other[path])), tuple(told))


def _elements(ok: str, other: Mapping[str, str]) -> Iterator[Word]:
    for name, text in _ELEMENT.findall(ok):
        if other.get(name, text) != text:
            element, start, end = f"<{name}>{text}</{name}>", f"<{name}>", f"</{name}>"
            told = (("left out", ""), ("empty", f"{start}{end}"), ("of another word", f"{start}{UNKNOWN_WORD}{end}"))
            wordless = tuple((how, ok.replace(element, each)) for how, each in told)
            yield Word(name, ok.replace(element, f"{start}{other[name]}{end}"), wordless)


def _wordless(body: Any, path: str, value: Any, other: Any) -> Iterator[tuple[str, Any]]:
    yield "null", with_value(body, path, None)
    if not isinstance(value, bool):
        yield "of another word", with_value(body, path, UNKNOWN_WORD if isinstance(value, str) else UNKNOWN_NUMBER)
    if not isinstance(value, bool | str):
        yield "of a no that is a text", with_value(body, path, str(other))
    holder, _, name = path.rpartition(".")
    inner = value_at(body, holder)
    if isinstance(inner, Mapping):
        rest: Any = {each: kept for each, kept in inner.items() if each != name}
        text = isinstance(value_at(body, holder, open_last=False), str)
        yield "left out", with_value(body, holder, json.dumps(rest) if text else rest)
    if holder:
        yield "left out with all around it", with_value(body, holder, None)


def leaves(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar with its dotted path, JSON in texts opened."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        with suppress(ValueError):  # it only looks like it
            value = json.loads(value)
    if isinstance(value, Mapping | list):
        for name, inner in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from leaves(inner, f"{at}.{name}" if at else str(name))
    else:
        yield at, value


def texts(value: Any) -> Iterator[str]:
    """Every text and number in it, JSON in texts opened."""
    return (str(each) for _, each in leaves(value))
