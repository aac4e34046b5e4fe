"""How parameters are laid into a request: query string, form, JSON, or one JSON text in a form field. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from pydantic import SecretStr

from hub.contract import AdapterConfig
from hub.errors import ConfigError, PluginError
from hub.wire import Login, Request, Scalar

_NAME = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request as an adapter or a declaration means it: before login, signature and attempt.

    ``path`` is below the base; ``link`` is a whole address a source gave instead. At most one of ``form`` and ``json`` is set.
    """

    method: str
    path: str
    query: Mapping[str, Scalar] = field(default_factory=dict)
    form: Mapping[str, Scalar] | None = None
    json: Any = None
    link: str = ""

    def key(self) -> bytes:
        """What makes two requests the same one."""
        parts = (self.method, self.path, self.link, encode(self.query), encode(self.form or {}), self.json)
        return orjson.dumps(parts, default=str)


class Settings:
    """The settings of a source as text, for ``{name}`` in declared paths and parameters."""

    def __init__(self, config: AdapterConfig) -> None:
        self._config = config

    def fill(self, value: Scalar) -> Scalar:
        """The value with its names filled in. Raises ConfigError for an unset one, PluginError for one that is no setting."""
        return _NAME.sub(self._named, value) if isinstance(value, str) and "{" in value else value

    def text(self, value: str) -> str:
        """`fill` for texts."""
        return str(self.fill(value))

    def all(self, values: Mapping[str, Scalar]) -> dict[str, Scalar]:
        """`fill` for each value."""
        return {name: self.fill(value) for name, value in values.items()}

    def _named(self, match: re.Match[str]) -> str:
        name = match[1]
        if name not in type(self._config).model_fields:
            raise PluginError(f"the adapter declares {{{name}}}, which is not among its settings")
        value = getattr(self._config, name)
        if value is None:
            raise ConfigError(f"{name} is not set", hint=f"set {name} for this source")
        return str(value.get_secret_value() if isinstance(value, SecretStr) else value)


def lay(request: Request, params: Mapping[str, Scalar], settings: Settings, link: str = "") -> Ask:
    """A declared request with its parameters where the source wants them."""
    path = settings.text(request.path)
    sent = {name: value for name, value in params.items() if value is not None}
    if link:
        return Ask(request.method, path, link=link)
    if request.place == "query":
        return Ask(request.method, path, query=sent)
    if request.wrap:
        return Ask(request.method, path, form=wrapped(request, sent, settings))
    if request.place == "form":
        return Ask(request.method, path, form={**settings.all(request.plain), **sent})
    return Ask(request.method, path, json=sent)


def lay_login(login: Login, settings: Settings) -> Ask:
    """The request that gets a token."""
    path, fields = settings.text(login.path), settings.all(login.fields)
    if login.wrap:
        return Ask("POST", path, form=wrapped(login, fields, settings))
    if login.body == "json":
        return Ask("POST", path, json={**settings.all(login.plain), **fields})
    return Ask("POST", path, form={**settings.all(login.plain), **fields})


def wrapped(spec: Request | Login, fields: Mapping[str, Scalar], settings: Settings) -> dict[str, Scalar]:
    """All fields as one JSON text in the form field ``wrap``, beside the plain ones."""
    text = single_quoted(fields) if spec.single_quoted else orjson.dumps(fields).decode()
    return {**settings.all(spec.plain), spec.wrap: text}


def single_quoted(fields: Mapping[str, Scalar]) -> str:
    """The pseudo-JSON some gateways want: quotes are single, the rest is JSON."""
    return "{" + ",".join(f"{_single(name)}:{_single(value)}" for name, value in fields.items()) + "}"


def _single(value: Scalar) -> str:
    text = orjson.dumps(value).decode()
    if not isinstance(value, str):
        return text
    return "'" + text[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"


def encode(values: Mapping[str, Scalar]) -> str:
    """Values as a query string or form body, UTF-8, spaces as ``%20``; None is left out, truth is ``true`` and ``false``."""
    pairs = [
        (name, str(value).lower() if isinstance(value, bool) else value)
        for name, value in values.items()
        if value is not None
    ]
    return urlencode(pairs, quote_via=quote)
