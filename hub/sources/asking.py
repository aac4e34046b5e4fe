"""Requests as data: where parameters go, how they are written, what makes two requests the same one. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

import orjson
from pydantic import SecretStr

from hub.contract import AdapterConfig
from hub.errors import ConfigError, PluginError
from hub.wire import Keyset, Login, NextToken, Offset, PageNumber, Request, Scalar

_NAME: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_SLOT: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. ``path`` is below the source's base; ``link`` is an address a source gave instead of parameters.

    At most one of ``form``, ``json`` and ``xml`` is set. None as a query or form value leaves the parameter out.
    ``template`` is the path before settings were filled in: what errors may tell.
    """

    method: str
    path: str
    query: Mapping[str, Scalar] = field(default_factory=dict)
    form: Mapping[str, Scalar] | None = None
    json: Any = None
    xml: str | None = None
    link: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    template: str = ""

    def key(self) -> bytes:
        """What makes two requests the same: everything but the headers. Taken before a signature is put on."""
        body = (encode(self.form or _NOTHING), self.json, self.xml)
        parts = (self.method, self.path, self.link, encode(self.query), *body)
        return orjson.dumps(parts, default=str, option=orjson.OPT_NON_STR_KEYS)

    def told(self) -> str:
        """The path as it may be told."""
        return self.template or self.path

    def body(self) -> tuple[bytes | None, str]:
        """The body as sent and its content type, which a header of that name overrides; None and empty without one."""
        if self.form is not None:
            return encode(self.form).encode(), "application/x-www-form-urlencoded"
        if self.json is not None:
            return orjson.dumps(self.json, option=orjson.OPT_NON_STR_KEYS), "application/json"
        if self.xml is not None:
            return self.xml.encode(), "text/xml; charset=utf-8"
        return None, ""

    def with_headers(self, headers: Mapping[str, str]) -> "Ask":
        """The same with more headers."""
        return replace(self, headers={**self.headers, **headers})

    def signed(self, place: Literal["header", "query", "body"], signature: Mapping[str, str]) -> "Ask":
        """The same with a signature at its place. Raises PluginError where the body has no names to put it under."""
        match place:
            case "header":
                return self.with_headers(signature)
            case "query":
                return replace(self, query={**self.query, **signature})
            case "body" if self.form is not None:
                return replace(self, form={**self.form, **signature})
            case "body" if isinstance(self.json, Mapping):
                return replace(self, json={**self.json, **signature})
        raise PluginError("the signature is to go into the body, but this request has no form or JSON object")


class Fill:
    """The settings of a source, for ``{name}`` in declared paths and parameters."""

    def __init__(self, config: AdapterConfig) -> None:
        self._config = config

    def __call__(self, text: str) -> str:
        """The text filled. Raises ConfigError for a setting that is not set, PluginError for one there is not."""
        return _NAME.sub(lambda found: self.setting(found[1]), text) if "{" in text else text

    def all(self, values: Mapping[str, Scalar]) -> dict[str, Scalar]:
        """Each text among the values filled."""
        return {name: self(value) if isinstance(value, str) else value for name, value in values.items()}

    def setting(self, name: str) -> str:
        """One setting as text. Raises as a call does."""
        if name not in type(self._config).model_fields:
            raise PluginError(f"the adapter asks for the setting {name}, which its Config does not have")
        value = getattr(self._config, name)
        if value is None:
            raise ConfigError(f"{name} is not set", hint=f"set {name} for this source")
        return str(value.get_secret_value() if isinstance(value, SecretStr) else value)


def lay(request: Request, params: Mapping[str, Scalar], fill: Fill, *, link: str = "") -> Ask:
    """A declared request, with its parameters where the source wants them."""
    ask = Ask(request.method, fill(request.path), link=link, template=request.path, headers=request.headers)
    if link:
        return ask
    sent = {name: value for name, value in params.items() if value is not None}
    if request.wrap:
        return replace(ask, form=_wrapped(request, sent, fill))
    match request.place:
        case "query":
            return replace(ask, query=sent)
        case "form":
            return replace(ask, form={**fill.all(request.plain), **sent})
        case "json":
            return replace(ask, json=nested(sent))
        case "xml":
            return replace(ask, xml=_document(request, sent, fill))


def lay_login(login: Login, fill: Fill) -> Ask:
    """The request that gets a token."""
    ask, fields = Ask("POST", fill(login.path), template=login.path), fill.all(login.fields)
    if login.wrap:
        return replace(ask, form=_wrapped(login, fields, fill))
    fields = {**fill.all(login.plain), **fields}
    return replace(ask, json=fields) if login.body == "json" else replace(ask, form=fields)


def encode(values: Mapping[str, Scalar]) -> str:
    """Values as a query string or form: UTF-8, a space as ``%20``, truth as ``true`` and ``false``, None left out."""
    pairs = [
        (name, str(value).lower() if isinstance(value, bool) else value)
        for name, value in values.items()
        if value is not None
    ]
    return urlencode(pairs, quote_via=quote)


def nested(values: Mapping[str, Scalar]) -> dict[str, Any]:
    """Values as one JSON object: a name with dots leads into objects (``page.current``). Raises PluginError for a name
    that is to be a value and an object.
    """
    body: dict[str, Any] = {}
    for name, value in values.items():
        *path, last = name.split(".")
        inner = body
        for part in path:
            inner = inner.setdefault(part, {})
            if not isinstance(inner, dict):
                break
        if not isinstance(inner, dict) or last in inner:
            raise PluginError(f"the parameter {name} is both a value and an object")
        inner[last] = value
    return body


def single_quoted(fields: Mapping[str, Scalar]) -> str:
    """The pseudo-JSON some gateways want: JSON whose quotes are single."""
    return "{" + ",".join(f"{_single(name)}:{_single(value)}" for name, value in fields.items()) + "}"


def _single(value: Scalar) -> str:
    text = orjson.dumps(value).decode()
    if not isinstance(value, str):
        return text
    return "'" + text[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"


def _wrapped(spec: Request | Login, fields: Mapping[str, Scalar], fill: Fill) -> dict[str, Scalar]:
    """All fields as one JSON text in one form field, beside the plain ones."""
    text = single_quoted(fields) if spec.single_quoted else orjson.dumps(fields).decode()
    return {**fill.all(spec.plain), spec.wrap: text}


def _document(request: Request, sent: Mapping[str, Scalar], fill: Fill) -> str:
    """The template with parameters and settings in it. Raises as `Fill` does, and PluginError for a lost parameter."""
    if lost := sorted(sent.keys() - {*_SLOT.findall(request.template)}):
        raise PluginError(f"the template of the request has no place for {', '.join(lost)}")
    known = _declared(request)

    def value(slot: re.Match[str]) -> str:
        if slot[1] not in known:
            return escape(fill.setting(slot[1]))
        told = sent.get(slot[1])
        return escape(str(told).lower() if isinstance(told, bool) else "" if told is None else str(told))

    return _SLOT.sub(value, request.template)


def _declared(request: Request) -> set[str]:
    """Every parameter a read by this request may send."""
    names = {*request.params}
    if request.since is not None:
        names.add(request.since.param)
    if request.window is not None:
        names |= {request.window.begin, request.window.end}
    match request.paging:
        case PageNumber(page=name, size=size) | Offset(start=name, size=size) | NextToken(param=name, size=size):
            names |= {name, size}
        case Keyset(after_time=time, after_key=key, size=size):
            names |= {time, key, size}
    return names - {""}
