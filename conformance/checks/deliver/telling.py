"""DL: what a delivery says: this matter's words and no other's, told apart, in the source's time, and whole."""

import re
from collections.abc import Mapping
from datetime import UTC, timedelta
from decimal import Decimal, InvalidOperation
from itertools import combinations
from typing import Any, Final
from zoneinfo import ZoneInfo

from conformance.check import Level, check
from conformance.checks.deliver.desk import DELIVERED, MINUTE_S, Desk, desk
from conformance.checks.deliver.words import leaves
from conformance.harness import Harness
from conformance.outcome import NotApplicable, Violation
from hub.api import Capability, Stage

OPPOSITES: Final = (
    (Stage.SETTLED, Stage.UNSETTLED), (Stage.SETTLED, Stage.WITHDRAWN), (Stage.CONFIRMED, Stage.UNCONFIRMED),
    (Stage.FULFILLED, Stage.BREACHED),
)  # fmt: skip
"""Outcomes that nobody may take for one another."""

PLAIN: Final = {"stage": None, "due": None, "agreement": None}
"""What one kind has and another has not, left out: what still differs is the kind."""

AMOUNT: Final = "1234.56"
AMOUNTS: Final = (Decimal(AMOUNT), Decimal(123456), Decimal("0.123456"))
"""In yuan, in fen, in ten thousands."""

LONG: Final = "当事人双方于今日到场核对排水管走向并约定由物业公司先行疏通费用各半承担七日内完工"
ENDS: Final = 10

NAMES: Final = {"1": ("陈甲一", "陈甲二"), "2": ("周乙一", "周乙二")}
"""Two sides of each role."""

FILES: Final = ("https://files.example/1.pdf", "https://files.example/2.pdf")
RECEIVERS: Final = ("GE_0001", "GE_0002")

Said = Mapping[str, str]


def _said(at: Desk, kind: str, cause: str, /, **changes: Any) -> Said | None:
    """What came of one delivery, by path and without its key; None where the source was not told of it."""
    before = len(at.receiver.came)
    at.post_body(kind, at.body(kind, **changes), f"{cause} {kind}")
    found = at.send(MINUTE_S)
    if found.state != DELIVERED:
        return None  # an adapter may say that it has no word for it
    came = [{**taken.query, **taken.fields, "": taken.path} for taken in at.receiver.came[before:]]
    return {path: str(value).replace(found.key, "") for path, value in leaves(came)}


@check(
    "DL-18",
    level=Level.OPERATES,
    clause="A delivery tells nothing of the one before it.",
    why="One adapter makes all deliveries of a source, one after another. What is kept from one to the next tells a "
    "stranger's name and number to whoever handles another matter.",
    needs=Capability.DELIVER,
    after=("DL-01",),
    waivable=False,
    failing="self.common.update(word(order)); source.post(path, json=self.common)",
    passing='source.post(path, json={"requestId": delivery.key, **word(order)})',
)
def nothing_is_left_over(h: Harness) -> None:
    """One delivery of each kind with all there is to say, then one of another matter with little."""
    number, case, agreement = "JF-2026-0999", "33011020260302TJ0000999", "XY-2026-0017"
    with desk(h) as at:
        first = {"agreement": agreement} if "result" in at.known else {}
        for kind in at.known:
            at.post_body(kind, at.body(kind, **(first if kind == "result" else {})), f"first {kind}")
        empty = dict.fromkeys(("person", "phone", "body", "body_code", "agreement", "matter", "due", "receivers"))
        for kind in at.known:
            at.post_body(kind, at.body(kind, **empty, number=number, case=case, text="另案"), f"second {kind}")
        at.send_all()
        whose = {"a name": h.canaries.name, "an identity number": h.canaries.identity, "a telephone": h.canaries.phone}
        for taken in at.receiver.came:
            said = "\n".join(str(value) for _, value in leaves({**taken.query, **taken.fields}))
            if number not in said and case not in said:
                continue
            for what, word in {**whose, "an agreement": agreement}.items():
                if word in said:
                    raise Violation(
                        expected="words on this matter only",
                        observed=f"{what} of the matter told of before",
                        likely="deliver() keeps what it has sent, and lays the next over it",
                        where=taken.path,
                    )


@check(
    "DL-19",
    level=Level.OPERATES,
    clause="Two kinds of delivery taken at one place are told apart, and so are outcomes that are opposites.",
    why="The key, the number and the path are right, and the source notes that we took on what we refused, or that "
    "they agreed who did not. An adapter without a word for an outcome says so and delivers nothing.",
    needs=Capability.DELIVER,
    after=("DL-01",),
    waivable=False,
    failing='"result": "2" if order.outcome is Stage.UNSETTLED else "1"',
    passing='"result": OUTCOMES[order.outcome]  # KeyError: no word for it',
)
def opposites_differ(h: Harness) -> None:
    """The same of each kind; then a result with each outcome."""
    with desk(h) as at:
        decided = f"{at.receiver.clock.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        kinds = {kind: _said(at, kind, "same", at=decided, **PLAIN) for kind in at.known}
        _differ({name: said for name, said in kinds.items() if name != "notice"}, [*combinations(kinds, 2)])
        if "result" in at.known:
            stages = dict.fromkeys(stage.value for pair in OPPOSITES for stage in pair)
            told = {name: _said(at, "result", name, at=decided, outcome=name) for name in stages}
            _differ(told, [(one.value, other.value) for one, other in OPPOSITES])


def _differ(told: Mapping[str, Said | None], pairs: list[tuple[str, str]]) -> None:
    for one, other in pairs:
        if told.get(one) is not None and told.get(one) == told.get(other):
            raise Violation(
                expected=f"{one} and {other} in different words",
                observed="the same call, but for the key",
                likely="the source's word for it is not sent, or one word stands for several",
                where=f"{one}, {other}",
            )


@check(
    "DL-20",
    level=Level.OPERATES,
    clause="Times are told in the source's zone, or with their own.",
    why="The hub keeps UTC. Written without a zone and read as Beijing time it is eight hours early: a deadline that "
    "has passed, a decision before the call it answers.",
    needs=Capability.DELIVER,
    after=("DL-01",),
    failing='order.at.strftime("%Y-%m-%d %H:%M:%S")',
    passing='order.at.astimezone(self.manifest.zone).strftime("%Y-%m-%d %H:%M:%S")',
)
def times_are_local(h: Harness) -> None:
    """One delivery of each kind, decided three days ago and due in seven; the times in UTC are looked for."""
    with desk(h) as at:
        at_utc = at.receiver.clock.astimezone(UTC) - timedelta(days=3)
        zone = ZoneInfo(h.subject.wire.zone)
        if not at_utc.astimezone(zone).utcoffset():
            raise NotApplicable("the source's zone is UTC")
        moments = {"at": at_utc, "due": at_utc + timedelta(days=10)}
        body = {name: moment.isoformat().replace("+00:00", "Z") for name, moment in moments.items()}
        for kind in at.known:
            dated = body if "due" in at.body(kind) else {"at": body["at"]}
            for path, text in (_said(at, kind, "dated", **dated) or {}).items():
                digits = re.sub(r"\D", "", text)
                early = [name for name, moment in moments.items() if f"{moment:%Y%m%d%H%M}" in digits]
                if early and not re.search(r"(Z|[+-]\d\d:?\d\d)$", text):
                    raise Violation(
                        expected=f"`{early[0]}` as the clock of {zone.key} shows it",
                        observed="the time of UTC, and no zone",
                        likely="strftime without astimezone(self.manifest.zone)",
                        where=f"{kind}, {path.partition('.')[2]}",
                    )


@check(
    "DL-21",
    level=Level.OPERATES,
    clause="The amount, the words, the sides, the files and the receivers a delivery tells of, it tells whole; where "
    "there is no amount, it tells none.",
    why="Nobody on the other side sees what was cut off. Half a sentence, the first of two respondents or an amount "
    "without its fen is taken for all there was, and nought for a sum that was agreed on.",
    needs=Capability.DELIVER,
    after=("DL-01",),
    failing='"respondent": matter.sides[0].name',
    passing='"respondent": "、".join(side.name for side in matter.sides)',
)
def whole_is_told(h: Harness) -> None:
    """Two of each, a sentence, and an amount with fen; what is not told of at all is no matter."""
    sides = [{"name": name, "role": role} for role, names in NAMES.items() for name in names]
    matter = {
        "title": "相邻排水纠纷",
        "sides": sides,
        "attachments": [{"name": "材料", "url": url} for url in FILES],
    }
    more: dict[str, dict[str, Any]] = {
        "hand_over": {"matter": matter},
        "result": {"amount": AMOUNT},
        "notice": {"receivers": RECEIVERS},
    }
    groups = {"sides": (*NAMES.values(),), "attachments": (FILES,), "receivers": (RECEIVERS,)}
    groups["text"] = ((LONG[:ENDS], LONG[-ENDS:]),)
    with desk(h) as at:
        for kind in at.known:
            said = _said(at, kind, "whole", text=LONG, **more.get(kind, {})) or {}
            words = "\n".join(said.values())
            for name, each in groups.items():
                for group in each:
                    if len({word in words for word in group}) > 1:
                        raise Violation(
                            expected=f"all of `{name}`, or nothing of it",
                            observed="a part",
                            likely="the first of several is taken, or a text is cut",
                            where=f"{kind}, {name}",
                        )
            if kind == "result":
                _amount(said, _said(at, kind, "none", text=LONG) or {}, _said(at, kind, "again", text=LONG) or {})


def _amount(said: Said, none: Said, again: Said) -> None:
    """What is told only with an amount, or in another way, is the amount; what is another every time is not."""
    for path, text in said.items():
        number = _number(text)
        if number is None or none.get(path) != again.get(path) or none.get(path) == text:
            continue
        if _number(str(none.get(path))) is not None:
            raise Violation(
                expected="no amount where none was agreed on",
                observed=f"{none[path]}",
                likely="str(order.amount or 0)",
                where=f"result, {path.partition('.')[2]}",
            )
        if number not in AMOUNTS:
            raise Violation(
                expected="the amount to the fen",
                observed="another number",
                likely="int(order.amount), or a number that was rounded",
                where=f"result, {path.partition('.')[2]}",
            )


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(re.sub("[,元万¥ ]", "", text))
    except InvalidOperation:
        return None
