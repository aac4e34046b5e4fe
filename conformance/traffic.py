"""What went over the wire before a failure, told so that anyone may see it: no secret, no person, no key.

A reply is masked as text, whatever it is: half a body and a login page have no fields. What may stay is what tells how
a source speaks: names of fields, codes, times, short numbers, and the words of its envelope. Words of rows are told by
their length, long numbers and keys by their end.
"""

import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.canaries import NAME_FIELDS, Canaries
from conformance.description import WireSpec
from conformance.lab.faults import LOGIN_PAGE
from conformance.lab.wire import Call, Reply
from conformance.leaves import masked
from schemas.identity import redact

if TYPE_CHECKING:
    from conformance.scenarios import Recording

KEPT = 5
"""Exchanges told beside a failure, the last ones of its check."""

LONGEST = 300
"""Characters of a reply that are told."""

_LOOKED_AT = 20_000  # characters; more than enough to have `LONGEST` left when words have become their lengths
_SECRET = re.compile(r"token|secret|sign|nonce|passw|pwd|auth|app_?key|credential", re.IGNORECASE)
_WORDS = re.compile(r"[^\x00-\x7f]+|(?:\\+u[0-9a-fA-F]{4})+")
_NUMBER = re.compile(r"\d{9,}[Xx]?|\b9[1-9A-Z]\d{6}[0-9A-Z]{10}\b")  # of people, of firms (GB 32100)
_TIME = re.compile(r"(?:(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{6}(?:\d{3})?|1\d{9}(?:\d{3})?)")
_OPAQUE = re.compile(r"[\w+/=-]{32,}", re.ASCII)
_JSON_FIELD = re.compile(r"""(\\*"([\w.-]+)\\*"\s*:\s*)(?:(\\*")([^"\\]*)|([^",}\]\\]+))""")
_XML_FIELD = re.compile(r"(<([\w.:-]+)>)([^<]+)")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call and its reply, masked. ``status`` is None where nothing came back."""

    method: str
    path: str
    params: Mapping[str, str]
    status: int | None
    reply: str


@dataclass(slots=True)
class _Heard:
    call: Call
    params: Mapping[str, object]
    reply: Reply | None = None


@dataclass(slots=True)
class Traffic:
    """The last exchanges of all sources of one check, in the order of their calls, as they were."""

    _heard: deque[_Heard] = field(default_factory=lambda: deque(maxlen=KEPT))

    def asked(self, call: Call, params: Mapping[str, object]) -> None:
        """A call has come in."""
        self._heard.append(_Heard(call, params))

    def answered(self, call: Call, reply: Reply) -> None:
        """It got that reply, or a part of it."""
        for heard in self._heard:
            if heard.call is call:
                heard.reply = reply

    def clear(self) -> None:
        """Forget all."""
        self._heard.clear()

    def told(self, mask: "Mask") -> tuple[Exchange, ...]:
        """The exchanges, masked."""
        return tuple(mask.exchange(each.call, each.params, each.reply) for each in [*self._heard])


class Mask:
    """Masks what one source says and is asked."""

    def __init__(self, spec: WireSpec, recording: "Recording", canaries: Canaries) -> None:
        self._canaries, self._encoding = canaries, spec.encoding
        envelope = recording.template.fill([], {}).decode(spec.encoding)
        own = (envelope, spec.denied.body, LOGIN_PAGE.decode())
        self._plain = {word for text in own for word in _WORDS.findall(text)}
        person = spec.person
        people = (path.rpartition(".")[2] for path in (person.name, person.identity, person.phone) if path)
        self._people = frozenset(name.lower() for name in (*people, *NAME_FIELDS))
        self._keys = frozenset({spec.key, spec.page.after_key, spec.detail.param if spec.detail else ""})
        self._detail, self._prefix = spec.detail, spec.prefix
        self._paths = {f"{spec.prefix}{path}" for path in (spec.path, spec.login.path if spec.login else "")}
        page = spec.page
        asked = (page.page, page.size, page.start, page.after_time, page.param, spec.since and spec.since.param)
        self._asked = frozenset(name for name in asked if name)

    def exchange(self, call: Call, params: Mapping[str, object], reply: Reply | None) -> Exchange:
        """One exchange, masked."""
        return Exchange(
            method=call.method,
            path=self.path(call.path),
            params={name: self.value(name, str(value)) for name, value in params.items() if value is not None},
            status=reply.status if reply else None,
            reply=self.reply(reply.body) if reply else "",
        )

    def path(self, path: str) -> str:
        """A path; that of a detail by its template, whatever the key."""
        if path in self._paths:
            return path
        if self._detail is not None and self._detail.asked(path.removeprefix(self._prefix)) is not None:
            return self._prefix + self._detail.path
        return self.text(path)

    def value(self, name: str, value: str) -> str:
        """The value of a field or parameter of that name."""
        if name.lower() in self._people or (_SECRET.search(name) and name not in self._asked):
            return "***"
        return masked(value) if name in self._keys else self.text(value)

    def text(self, text: str) -> str:
        """Any text."""
        for name in ("secret", "identity", "phone", "name"):
            text = text.replace(getattr(self._canaries, name), f"[canary {name}]")
        text = redact(_WORDS.sub(self._counted, text))
        return _NUMBER.sub(_shortened, _OPAQUE.sub(lambda found: f"{found[0][:6]}…", text))

    def reply(self, body: bytes) -> str:
        """A reply's body: field by field where it has fields, and then as a text."""
        said = body.decode(self._encoding, errors="replace")[:_LOOKED_AT]
        said = _JSON_FIELD.sub(self._json_field, said)
        said = self.text(_XML_FIELD.sub(self._xml_field, said))
        return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"

    def _json_field(self, found: re.Match[str]) -> str:
        head, name, quote, text, number = found.groups()
        return f"{head}{quote or ''}{self._own(name, text if quote else number)}"

    def _xml_field(self, found: re.Match[str]) -> str:
        return found[1] + self._own(found[2], found[3])

    def _own(self, name: str, value: str) -> str:
        """The value of a field of a reply, masked only if its name asks for it: the rest is masked as one text."""
        special = name in self._keys or name.lower() in self._people or _SECRET.search(name)
        return self.value(name, value) if special and value.strip() else value

    def _counted(self, found: re.Match[str]) -> str:
        word = found[0]
        return word if word in self._plain else f"〔{word.count('u') if word.isascii() else len(word)}〕"


def _shortened(found: re.Match[str]) -> str:
    return found[0] if _TIME.fullmatch(found[0]) else masked(found[0])


def as_facts(exchanges: Iterable[Exchange]) -> list[dict[str, object]]:
    """Exchanges as plain values, for JSON."""
    return [
        {"method": each.method, "path": each.path, "params": dict(each.params), "status": each.status,
         "reply": each.reply}
        for each in exchanges
    ]  # fmt: skip
