"""IN: whom the inbox lets in. It verifies by what the adapter declares; here the declaration is put to the test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, NamedTuple, get_args
from urllib.parse import parse_qsl, urlencode

import orjson
from pydantic import SecretStr

from conformance.check import Level, check
from conformance.envelopes import FORM
from conformance.harness import Harness
from conformance.lab.sender import Answer, Sender, changed
from conformance.outcome import NotApplicable, Violation
from conformance.pushing import inbox, sender, taken
from hub.api import Capability, Signing, Webhook
from hub.testing import PushDoor, PushRequest, Store, contents

READS = Level.READS

LONGEST_WINDOW: Final = timedelta(minutes=15)
"""How far a push's time may be off at the most: clocks that are worse are mended, not waited for."""

NEAR: Final = timedelta(minutes=1)
"""How far a push's time may always be off."""


class Gate(NamedTuple):
    """An open inbox, the source that pushes to it, and the store behind."""

    harness: Harness
    sender: Sender
    door: PushDoor
    store: Store

    def body(self, number: int = 0) -> bytes:
        """A push of its own that tells of one of the rows."""
        rows = [*self.sender.rows]
        return self.sender.body([rows[number % len(rows)]])

    def request(self, body: bytes | None = None, **how: Any) -> PushRequest:
        """A push as the source sends it."""
        return self.sender.request(self.door, self.body() if body is None else body, **how)

    def send(self, request: PushRequest) -> Answer:
        """Send it."""
        self.harness.observe()
        answer = self.sender.send(self.door, request)
        self.harness.note("send", str(answer.status))
        return answer

    def refuses(self, request: PushRequest, what: str, *, likely: str) -> None:
        """The push is refused, and what is kept stays as it is. Raises Violation."""
        before = contents(self.store).raw
        answer = self.send(request)
        left = len(contents(self.store).raw - before)
        if answer.good or left:
            raise Violation(
                expected="a push that is refused, and nothing of it kept",
                observed=f"{answer.status}, {left} pushes kept",
                likely=likely,
                where=what,
            )


@contextmanager
def gate(h: Harness) -> Iterator[Gate]:
    """The inbox, open for the recorded rows. Raises Violation when it does not take a push of the source's own."""
    with sender(h) as sim, h.store() as store, inbox(h, sim, store) as door:
        found = Gate(h, sim, door, store)
        taken(found.send(found.request(found.body(1))), door)
        yield found


def webhook_of(h: Harness) -> Webhook:
    """What the adapter declares."""
    webhook = h.subject.manifest.webhook
    assert webhook is not None, "the registry refuses a claim without a webhook"
    return webhook


def signing_of(h: Harness, name: str) -> Signing:
    """How its pushes are signed, where they bear a ``time`` or ``nonce``. Raises NotApplicable."""
    signing = webhook_of(h).signing
    if signing is None:
        raise NotApplicable("its pushes bear the secret itself, and nothing is signed")
    if not (signing.timestamp_name if name == "time" else signing.nonce_name):
        raise NotApplicable(f"its pushes bear no {name}")
    return signing


def part_of(signing: Signing, request: PushRequest, name: str) -> str:
    """What a push bears under that name, beside its signature."""
    match signing.place:
        case "header":
            return request.headers[name]
        case "query":
            return dict(parse_qsl(request.target.partition("?")[2]))[name]
    return str(_fields(request)[name])


def with_part(signing: Signing, request: PushRequest, name: str, value: str) -> PushRequest:
    """The push with another value for a part that goes with its signature, which stays as it was."""
    match signing.place:
        case "header":
            return changed(request, **{name: value})
        case "query":
            path, _, query = request.target.partition("?")
            return replace(request, target=f"{path}?{urlencode(dict(parse_qsl(query)) | {name: value})}")
    return _with_fields(request, _fields(request) | {name: value})


def _with_fields(request: PushRequest, fields: dict[str, Any]) -> PushRequest:
    return replace(request, body=urlencode(fields).encode() if _is_form(request) else orjson.dumps(fields))


def _is_form(request: PushRequest) -> bool:
    return request.headers["Content-Type"].startswith(FORM)


def _fields(request: PushRequest) -> dict[str, Any]:
    body = request.body
    return dict(parse_qsl(body.decode(), keep_blank_values=True)) if _is_form(request) else dict(orjson.loads(body))


@check(
    "IN-01",
    level=Level.LOADS,
    clause="What pushes are verified by is a secret of the settings.",
    why="The inbox believes whoever knows it. An application's number is printed on every form.",
    needs=Capability.PUSH,
    waivable=False,
    failing='webhook=hub.Webhook(secret="app_key")',
    passing='webhook=hub.Webhook(secret="app_secret")',
)
def secret_is_one(h: Harness) -> None:
    """The setting that `Webhook.secret` names, and its type."""
    h.observe()
    name, fields = webhook_of(h).secret, h.subject.kind.Config.model_fields
    if name not in fields:
        raise Violation(
            expected="the name of a setting",
            observed=f"{name!r}, which no setting bears",
            where="manifest.webhook.secret",
        )
    told = fields[name].annotation
    if SecretStr not in (told, *get_args(told)):
        raise Violation(
            expected="a SecretStr",
            observed=f"{name}: {getattr(told, '__name__', told)}",
            likely="pushes are verified by something that is no secret",
            where="manifest.webhook.secret",
        )


@check(
    "IN-02",
    level=READS,
    clause="A push that bears no signature, or one made with another secret, is refused and leaves nothing.",
    why="Anyone who reaches the address can push. What is let in stands in the records as the source's own word.",
    needs=Capability.PUSH,
    after=("IN-01",),
    waivable=False,
    failing='hub.Signing(fields=("{app_key}", "{timestamp}", "{body}"), algorithm="sha256")  # no secret in it',
    passing='hub.Signing(fields=("{app_key}", "{timestamp}", "{nonce}", "{body}"))  # hmac: keyed with the secret',
)
def strangers_are_refused(h: Harness) -> None:
    """A push of the source's own; then one with nothing to show, one of another secret, one of none."""
    likely = "what is signed holds no secret: use an hmac, or {app_secret} among the fields"
    with gate(h) as at:
        signed = at.request()
        bare = replace(signed, target=at.door.path, headers={"Content-Type": signed.headers["Content-Type"]})
        signing = webhook_of(h).signing
        if signing is not None and signing.place == "body":
            bare = replace(bare, body=at.body())
        at.refuses(bare, "a push with no signature", likely=likely)
        at.refuses(at.request(secret="of-somebody-else"), "a push of another secret", likely=likely)  # noqa: S106 - none
        at.refuses(at.request(secret=""), "a push of an empty secret", likely=likely)


@check(
    "IN-03",
    level=READS,
    clause="A push whose body was changed under its signature is refused and leaves nothing.",
    why="A signature over key and time alone says who once knocked, and not what was said: any proxy on the way can "
    "put other words under it.",
    needs=Capability.PUSH,
    after=("IN-01",),
    failing='hub.Signing(fields=("{app_key}", "{timestamp}", "{nonce}"))',
    passing='hub.Signing(fields=("{app_key}", "{timestamp}", "{nonce}", "{body}"))',
)
def body_is_signed(h: Harness) -> None:
    """The signature of one push over the body of another."""
    signing, push = webhook_of(h).signing, h.subject.wire.push
    if signing is None:
        raise NotApplicable("its pushes bear the secret itself, and nothing is signed")
    if push is not None and push.words_unsigned:
        raise NotApplicable("conformance.toml says that its signature covers no words: [wire.push] words_unsigned")
    with gate(h) as at:
        one, other = at.request(), at.request(at.body(1))
        if signing.place == "body":
            beside = {signing.key_name, signing.timestamp_name, signing.nonce_name, signing.sign_name}
            beside |= {each.partition(".")[0] for each in (push.number, push.sent) if each} if push else set()
            words = {name: value for name, value in _fields(other).items() if name not in beside}
            forged = _with_fields(one, _fields(one) | words)
        else:
            forged = replace(one, body=other.body)
        likely = "{body} is not among the fields, or where the signature stands in the body {params} is not"
        at.refuses(forged, "the signature of one push over the body of another", likely=likely)


@check(
    "IN-04",
    level=READS,
    clause="A push whose time is a minute off is taken; one that is more than a quarter of an hour off is refused, and "
    "so is one stamped anew.",
    why="What was once overheard can be pushed again. Nonces are remembered for a while; then its time keeps it out. A "
    "clock of another office runs slow by seconds, and what it tells is told once.",
    needs=Capability.PUSH,
    after=("IN-01",),
    failing="webhook=hub.Webhook(window_s=31_536_000)  # their clock is not quite right",
    passing="webhook=hub.Webhook(window_s=300), and {timestamp} among the signed fields",
)
def old_pushes_are_refused(h: Harness) -> None:
    """Pushes from before and after the longest window; then the old one with the time of today."""
    signing = signing_of(h, "time")
    likely = "window_s is longer than any clock is wrong"
    off = LONGEST_WINDOW + timedelta(seconds=2)
    with gate(h) as at:
        for near in (-NEAR, NEAR):
            answer = at.send(at.request(at=at.sender.clock + near))
            if not answer.good:
                raise Violation(
                    expected="a push that is taken", observed=str(answer.status), likely="window_s is too short",
                    where="a push signed by a clock that is a minute off",
                )  # fmt: skip
        old = at.request(at=at.sender.clock - off)
        at.refuses(old, "a push signed a quarter of an hour ago", likely=likely)
        at.refuses(at.request(at=at.sender.clock + off), "a push signed a quarter of an hour ahead", likely=likely)
        part = part_of(signing, at.request(), signing.timestamp_name)
        anew = with_part(signing, old, signing.timestamp_name, part)
        at.refuses(anew, "an old push with a new time", likely="{timestamp} is not among the signed fields")


@check(
    "IN-05",
    level=READS,
    clause="A nonce serves once: with other words it is refused, and it cannot be exchanged for another.",
    why="Within the window it is the nonce alone that tells a push from its echo.",
    needs=Capability.PUSH,
    after=("IN-01", "IN-03"),
    failing='hub.Signing(fields=("{app_key}", "{timestamp}", "{body}"))  # the nonce is sent and not signed',
    passing='hub.Signing(fields=("{app_key}", "{timestamp}", "{nonce}", "{body}"))',
)
def nonces_serve_once(h: Harness) -> None:
    """Two pushes under one nonce; then the first under another one, its signature as it was."""
    signing = signing_of(h, "nonce")
    with gate(h) as at:
        nonce = at.sender.nonce()
        first = at.request(nonce=nonce)
        taken(at.send(first), at.door)
        likely = "{nonce} is not among the signed fields"
        at.refuses(at.request(at.body(1), nonce=nonce), "another push under the nonce of the first", likely=likely)
        echo = with_part(signing, first, signing.nonce_name, at.sender.nonce())
        at.refuses(echo, "the first push under another nonce", likely=likely)


@check(
    "IN-06",
    level=READS,
    clause="A push that is kept gets the answer that its source takes for success.",
    why="A source that does not understand the answer tells the same again, for days, and then gives up telling.",
    needs=Capability.PUSH,
    after=("IN-01",),
    failing='webhook=hub.Webhook()  # the source waits for {"code":"0"}, a text',
    passing='webhook=hub.Webhook(answer=\'{"code":"0"}\')',
)
def answer_is_understood(h: Harness) -> None:
    """A push, and what it is answered beside what conformance.toml tells."""
    push = h.subject.wire.push
    if push is None or not push.answer:
        raise NotApplicable("conformance.toml tells of no answer: [wire.push] answer")
    with gate(h) as at:
        answer = at.send(at.request())
    if _meaning(answer.body) != _meaning(push.answer.encode()):
        raise Violation(
            expected="the answer that conformance.toml tells",
            observed=f"another one, of {len(answer.body)} bytes",
            likely="the webhook's answer was left as it is by default",
            where="manifest.webhook.answer",
        )


def _meaning(body: bytes) -> Any:
    """JSON by its value, other texts by their words."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace").strip()


@check(
    "IN-16",
    level=READS,
    clause="An instance lets nobody in that its class would not.",
    why="The inbox makes no instance: it verifies by what the class declares. What an instance puts in its place is "
    "signed and never asked for, and the door stands as the class left it.",
    needs=Capability.PUSH,
    after=("IN-01",),
    waivable=False,
    failing="def __init__(self, config): self.manifest = replace(self.manifest, webhook=hub.Webhook(...))",
    passing="manifest = hub.Manifest(..., webhook=hub.Webhook(...))  # one for all; what differs is a setting it names",
)
def instances_keep_the_door(h: Harness) -> None:
    """The webhook of an instance beside that of its class."""
    with sender(h) as sim:
        own = h.adapter(sim).manifest.webhook
    h.observe()
    if own != webhook_of(h):
        raise Violation(
            expected="the webhook that the class declares",
            observed="another one",
            likely="__init__ replaces the manifest",
            where="manifest.webhook of an instance",
        )
