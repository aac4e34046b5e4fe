"""RC-34: an amount is read as people write it, or not at all."""

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.leaves import leaves, numbered, told, with_leaf
from conformance.outcome import NotApplicable, NotObserved, Violation
from conformance.shaped import drafted, fullest, items, kept, reserved

FEN = {"fen": 1, "yuan": 100, "wan": 1_000_000}
"""Fen in a unit of money."""

WRITTEN = {"3.6万": 3_600_000, "3.6万元": 3_600_000, "1,200元": 120_000, "￥980.00": 98_000}
"""Amounts in words of their own, in fen."""

PLAIN = {"fen": (50_000, 9_900, 30_000_000), "yuan": (500, 99, 300_000), "wan": (5, 90, 3_000)}
"""Small and large amounts of each unit, whole: as likely as any other."""


@check(
    "RC-34",
    level=Level.READS,
    clause="An amount that is small, large or written in words is told as what it is, or not at all.",
    after=("RC-02", "RC-13"),
    why="People type into such fields. 36,000 yuan told as 3.60, or 500 as 5,000,000, sends a matter to another body.",
    failing='amount="".join(sign for sign in item["amount"] if sign in "0123456789.")  # of 3.6万 remains 3.6',
    passing='amount=item["amount"]  # the hub reads 3.6万',
)
def amounts_are_read(h: Harness) -> None:
    """Write amounts in the ways they come where the draft takes its own from."""
    key, unit = h.subject.wire.key, h.subject.wire.unit
    with items(h) as (adapter, found):
        row = fullest(found)
        before = getattr(drafted(adapter, row), "amount", None)
        spots = [
            (spot, type(value))
            for spot, value in leaves(row)
            if spot[0] not in reserved(h)
            and isinstance(value, str | int | float)
            and not isinstance(value, bool)
            and getattr(drafted(adapter, with_leaf(row, spot, type(value)(7))), "amount", before) != before
        ]
    if not spots:
        raise NotApplicable("no field of the recording alone gives the amount")
    probes = []
    for spot, kind in spots:
        probes += [(spot, kind(plain), plain * FEN[unit]) for plain in PLAIN[unit]]
        if kind is str and unit == "yuan":
            probes += [(spot, written, fen) for written, fen in WRITTEN.items()]
    clones = [
        with_leaf({**row, key: numbered(row[key], number)}, spot, value)
        for number, (spot, value, _) in enumerate(probes, 1)
    ]
    records = kept(h, clones).records
    if not any(str(clone[key]) in records for clone in clones):
        raise NotObserved("no row with another amount became a record")
    for (spot, value, fen), clone in zip(probes, clones, strict=True):
        record = records.get(str(clone[key]))
        if record is not None and record.body.get("amount_fen") not in (fen, None):
            raise Violation(
                expected=f"{fen} fen, or no amount",
                observed=f"{record.body['amount_fen']} fen",
                likely="signs that are no digits are dropped from the amount, or its unit is guessed by its size",
                where=f"field {told(spot)} = {value!r}",
            )
