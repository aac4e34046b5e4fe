"""The life of a dispute as one table, and what follows from it: which moves are legal, which stage leads a case.

``python -m hub.casework.life`` prints the picture of ``docs/life.md``; a test holds them equal.

A source is met in looks, not in films: between two of them it may have gone several steps. So there are two kinds of
steps. *Onward* ones may be gone unseen, any number of them; they never lead in a circle. The others (back to another
body, on after an end, anew) change the way: a source has to tell each of them, and a look after it shows it. A move
that neither explains is not refused, for the record is the source's to tell; it is a conflict, shown to people.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from schemas.life import Stage

S = Stage


class Steps(NamedTuple):
    """What may follow a stage: ``word`` names it in Chinese, ``onward`` may be gone unseen, ``told`` may not."""

    word: str
    onward: tuple[Stage, ...] = ()
    told: tuple[Stage, ...] = ()


LIFE: Mapping[Stage, Steps] = {
    S.RECEIVED: Steps("收件", (S.TRIAGED, S.FILED)),
    S.TRIAGED: Steps("分流", (S.DISPATCHED, S.REFUSED)),
    S.DISPATCHED: Steps("派发", (S.ACCEPTED, S.REFUSED), (S.TRIAGED,)),
    S.ACCEPTED: Steps("受理", (S.HANDLING, S.MEDIATING), (S.TRIAGED, S.DISPATCHED)),
    S.REFUSED: Steps("不予受理", (S.CLOSED,), (S.TRIAGED, S.DISPATCHED, S.FLOWED_BACK, S.REOPENED)),
    S.MEDIATING: Steps("调解中", (S.SETTLED, S.UNSETTLED, S.WITHDRAWN), (S.DISPATCHED, S.HANDLING, S.FLOWED_BACK)),
    S.SETTLED: Steps("调解成功", (S.CONFIRMING, S.FULFILLED, S.BREACHED, S.FOLLOW_UP), (S.REOPENED,)),
    S.UNSETTLED: Steps("调解不成", (S.GUIDED_TO_SUIT, S.FOLLOW_UP), (S.FLOWED_BACK, S.HANDLING, S.REOPENED)),
    S.WITHDRAWN: Steps("撤回", (S.CLOSED,), (S.REOPENED,)),
    S.CONFIRMING: Steps("司法确认中", (S.CONFIRMED, S.UNCONFIRMED, S.WITHDRAWN)),
    S.CONFIRMED: Steps("已司法确认", (S.FULFILLED, S.BREACHED)),
    S.UNCONFIRMED: Steps("不予确认", (S.FULFILLED, S.BREACHED), (S.MEDIATING, S.GUIDED_TO_SUIT, S.REOPENED)),
    S.FULFILLED: Steps("已履行", (S.FOLLOW_UP,), (S.REOPENED,)),
    S.BREACHED: Steps("未履行", (S.ENFORCING, S.FOLLOW_UP), (S.GUIDED_TO_SUIT, S.FILED, S.REOPENED)),
    S.GUIDED_TO_SUIT: Steps("引导诉讼", (S.FILED, S.FOLLOW_UP)),
    S.FILED: Steps("立案", (S.HEARING, S.CONFIRMING, S.WITHDRAWN), (S.MEDIATING,)),
    S.HEARING: Steps("审理", (S.JUDGED, S.SETTLED, S.WITHDRAWN), (S.MEDIATING,)),
    S.JUDGED: Steps("裁判", (S.ENFORCING, S.FULFILLED, S.BREACHED), (S.REOPENED,)),
    S.ENFORCING: Steps("执行", (S.FULFILLED, S.WITHDRAWN, S.FOLLOW_UP)),
    S.FLOWED_BACK: Steps("回流信访", (S.HANDLING,)),
    S.HANDLING: Steps("办理中", (S.REPLIED, S.MEDIATING), (S.TRIAGED, S.DISPATCHED)),
    S.REPLIED: Steps("已答复", (S.REVIEW, S.FOLLOW_UP), (S.REOPENED,)),
    S.REVIEW: Steps("复查", (S.RE_REVIEW, S.FOLLOW_UP, S.WITHDRAWN), (S.REOPENED,)),
    S.RE_REVIEW: Steps("复核", (S.FOLLOW_UP,), (S.REOPENED,)),
    S.FOLLOW_UP: Steps("回访", (S.CLOSED,), (S.FULFILLED, S.BREACHED, S.REOPENED)),
    S.CLOSED: Steps("办结", (), (S.FOLLOW_UP, S.REVIEW, S.FULFILLED, S.BREACHED, S.ENFORCING, S.REOPENED)),
    S.REOPENED: Steps("重新办理", (S.TRIAGED, S.FILED)),
}
"""The state machine, after the seeds' flow and DESIGN ("Life, per record").

What the two leave open is ours: a matter may be passed on until it is mediated; a suit may be mediated and go on; an
end may be followed by a visit, a review, fulfilment, breach or enforcement; every end may be reopened.
"""

ENDS = frozenset(stage for stage, steps in LIFE.items() if S.REOPENED in steps.told)
"""Stages at which a body's work has ended: a record that tells when it was closed came there then."""


def _onward(stage: Stage) -> frozenset[Stage]:
    """Where onward steps lead, however many."""
    found: set[Stage] = set()
    ahead = list(LIFE[stage].onward)
    while ahead:
        if (after := ahead.pop()) not in found:
            found.add(after)
            ahead += LIFE[after].onward
    return frozenset(found)


TRANSITIONS: Mapping[Stage | None, frozenset[Stage]] = {
    None: frozenset(Stage),  # a record may be met late in its life
    **{stage: _onward(stage) | frozenset(steps.told) for stage, steps in LIFE.items()},
}
"""Where a record may be found next, by where it was found last. None: never before."""


def legal(before: Stage | None, after: Stage) -> bool:
    """Whether a record seen at ``before`` (None: never seen, or its stage was not known) may be seen at ``after``."""
    return before == after or after in TRANSITIONS[before]


PRECEDENCE: tuple[Stage, ...] = (
    S.REOPENED,
    *(S.ENFORCING, S.HEARING, S.FILED, S.CONFIRMING),
    *(S.RE_REVIEW, S.REVIEW),
    *(S.MEDIATING, S.HANDLING, S.FLOWED_BACK),
    *(S.BREACHED, S.JUDGED, S.CONFIRMED, S.UNCONFIRMED, S.GUIDED_TO_SUIT, S.UNSETTLED, S.SETTLED, S.REPLIED),
    S.FOLLOW_UP,
    S.FULFILLED,
    *(S.ACCEPTED, S.DISPATCHED, S.TRIAGED, S.RECEIVED),
    *(S.CLOSED, S.WITHDRAWN, S.REFUSED),
)
"""Which stage tells of a case whose records differ, the first there is.

Work that goes on leads: anew, before a court, under review, in mediation or handling. Then results, the one that asks
for more before the one that ends. Then what only waits: a petition still "dispatched" must not hide that the mediation
it was dispatched to has settled. Ends come last, so that a case is closed when all its records are.
"""

_RANK = {stage: rank for rank, stage in enumerate(PRECEDENCE)}


def leading(stages: Iterable[Stage | None]) -> Stage | None:
    """The stage of a case from those of its records, by `PRECEDENCE`; None where none is known."""
    return min((stage for stage in stages if stage is not None), key=_RANK.__getitem__, default=None)


def words(stage: Stage | None) -> str:
    """A stage in Chinese and English: ``调解中 mediating``; ``-`` for None."""
    return f"{LIFE[stage].word} {stage.replace('_', ' ')}" if stage else "-"


def picture() -> str:
    """The table as a Mermaid flow chart: full lines onward, dotted ones told."""
    lines = ["flowchart TD", f"    start(( )) --> {Stage.RECEIVED}"]
    lines += [f'    {stage}["{steps.word}<br>{stage.replace("_", " ")}"]' for stage, steps in LIFE.items()]
    for stage, steps in LIFE.items():
        lines += [f"    {stage} --> {after}" for after in steps.onward]
        lines += [f"    {stage} -.-> {after}" for after in steps.told if after is not S.REOPENED]
    ends = " & ".join(stage for stage in LIFE if stage in ENDS)
    return "\n".join([*lines, f"    {ends} -.-> {S.REOPENED}", ""])


if __name__ == "__main__":
    print(picture(), end="")
