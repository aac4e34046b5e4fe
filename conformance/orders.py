"""What the suite hands over: one body of each kind, of an invented matter, told of the canary person."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from conformance.canaries import Canaries
from conformance.description import SubjectSpec
from conformance.subject import SubjectInvalid
from hub.api import Accept, HandOver, Notice, Order, Progress, Refuse, Result, Stage
from schemas.delivery import Matter, Side

CASE: Final = "33011020260302TJ0000010"
"""The invented matter's code here."""

NUMBER: Final = "JF-2026-0017"
"""The number it has at a source that is never read."""


def matter_of(keys: Iterable[str]) -> str:
    """The source's own number of the matter: that of its first row, if it has rows."""
    return next(iter(keys), NUMBER)


def body_of(kind: str, spec: SubjectSpec, number: str, canaries: Canaries, at: datetime) -> Mapping[str, Any]:
    """What is handed over as a delivery of that kind, about the source's matter ``number``, decided ``at``.

    What ``[deliver.bodies]`` tells is laid over it. Raises SubjectInvalid for a kind that is neither told there nor one
    of the hub's own.
    """
    told = spec.deliver.bodies.get(kind, {}) if spec.deliver else {}
    ours = _orders(number, canaries, at).get(kind)
    if ours is None and not told:
        raise SubjectInvalid(f"conformance.toml: deliver.bodies.{kind}: the suite has no body of a kind of your own")
    return {**(ours.written() if ours else {}), **told}


def _orders(number: str, canaries: Canaries, at: datetime) -> dict[str, Order]:
    said = f"{canaries.name}（{canaries.identity}）当面说明，见 A&B<1>"
    common: dict[str, Any] = {
        **{"number": number, "case": CASE, "at": at, "text": said},
        **{"body": "临平区矛调中心", "body_code": "330110001", "person": canaries.name, "phone": canaries.phone},
    }
    side = Side(name=canaries.name, id_type="111", id_number=canaries.identity, phone=canaries.phone)
    matter = Matter(title="相邻排水纠纷", detail=said, opened=at, region="330110", sides=(side,))
    later = at + timedelta(days=7)
    orders: tuple[Order, ...] = (
        Accept(**common, due=later),
        Refuse(**common, reason="02"),
        HandOver(
            **common, to="临平区人民法院", to_code="330110020", purpose="mediate", docking="诉调", way="down",
            reason="适宜调解", due=later, matter=matter,
        ),
        Progress(**common, stage=Stage.MEDIATING),
        Result(**common, outcome=Stage.SETTLED, agreement="2026-0017"),
        Notice(**common, title="请于七日内受理", receivers=("GE_0001",)),
    )  # fmt: skip
    return {order.kind: order for order in orders}
