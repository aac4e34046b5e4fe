"""Records that name their case: they bear its code, or a number that was given to it (an alias).

Our code is a case's for life, and a receiver's own records are known by the number it gave a task: such a record
belongs there. Any other alias is evidence among others, like a number that two records share: what is a serial of six
digits in one system is one in the next as well.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import Connection

from hub.casework.candidates import Candidates, Page
from hub.casework.joining import EXPLICIT, Pair
from hub.casework.linking.levels import level
from hub.casework.linking.score import Decision, Verdict
from hub.store import cases as rows
from hub.store import tasks
from hub.store.cases import Ref
from hub.store.driver import Driver
from schemas.alias import normal
from schemas.case_code import LENGTH, read_case_code

BY_CODE: Final = "number.case_code"
BY_RECEIPT: Final = "number.receipt"
BY_ALIAS: Final = "number.alias"
"""How a record names a case, as it stands among a pair's reasons: by its code, by the number its own source has taken
a task of the case in under, by another number that was given to it."""
RECEIPT: Final = "receipt"  # the kind of an alias (`hub.casework.desk.Desk.receive`)


def cited(connection: Connection, candidates: Candidates, page: Page, refs: Collection[Ref]) -> Mapping[Pair, Verdict]:
    """For each record that names standing cases a verdict with the oldest record of each.

    A number that several cases bear is no name of one: a person is asked.
    """
    by_code: dict[str, set[Ref]] = defaultdict(set)
    by_key: dict[bytes, set[Ref]] = defaultdict(set)
    for ref in refs:
        for _, number in page.features[ref].numbers:
            if len(number) >= LENGTH and (code := read_case_code(number)) is not None:
                by_code[code].add(ref)
        for key in page.keys[ref]:
            if key[:1] == b"r":
                by_key[key].add(ref)
    bits = candidates.scorer.weights.bits["number"]
    # the key of another source than the receiver's is its own serial, whatever it happens to be
    shared, serial = float(bits[level("number", "shared")]), float(bits[level("number", "mentioned")])
    named: dict[Ref, dict[str, tuple[str, float]]] = defaultdict(dict)  # the leading cases it names, how and by what
    leads = rows.leads(connection, by_code)
    for code, lead in leads.items():
        for ref in by_code[code]:
            named[ref][lead] = BY_CODE, EXPLICIT
    aliases = Driver.of(connection).among("SELECT hash, code, kind, number FROM case_alias WHERE hash", by_key)
    leads = rows.leads(connection, {code for _, code, _, _ in aliases})
    receivers = _receivers(connection, {leads[code] for _, code, kind, _ in aliases if kind == RECEIPT})
    for key, code, kind, number in aliases:
        for ref in by_key[bytes(key)]:
            lead, bearer = leads[code], page.features[ref]
            if kind == RECEIPT and bearer.source in receivers[lead, number]:
                said = BY_RECEIPT, EXPLICIT
            else:
                said = BY_ALIAS, serial if kind == RECEIPT and bearer.own == number else shared
            named[ref][lead] = max(said, named[ref].get(lead, said), key=lambda each: each[1])
    return _verdicts(connection, candidates, named, shared)


def _verdicts(
    connection: Connection, candidates: Candidates, named: Mapping[Ref, Mapping[str, tuple[str, float]]], shared: float
) -> dict[Pair, Verdict]:
    weights = candidates.scorer.weights
    first = _first(connection, {code for each in named.values() for code in each})
    told: dict[Pair, tuple[str, float, bool]] = {}
    for ref, each in sorted(named.items()):
        alone = sum(bits >= shared for _, bits in each.values()) == 1
        for code, (how, bits) in sorted(each.items()):
            if (other := first.get(code, ref)) != ref:
                told[(other, ref) if other < ref else (ref, other)] = how, bits, alone
    alike = candidates.compare(connection, [pair for pair, (_, bits, _) in told.items() if bits < EXPLICIT])
    found: dict[Pair, Verdict] = {}
    for pair, (how, bits, alone) in told.items():
        if bits >= EXPLICIT:
            found[pair] = Verdict(bits, {how: bits}, "join" if alone else "ask")
            continue
        base = alike.get(pair, Verdict(weights.prior, {}, "apart"))
        # the two may share the number besides: it is one number and counts once
        said = max((bit for reason, bit in base.reasons.items() if reason.startswith("number.")), default=0.0)
        weight = round(base.weight + max(0.0, bits - said), 2)
        if weight >= weights.lower or bits >= shared:  # one number and two different matters: never passed over
            decision: Decision = "join" if alone and weight >= weights.upper else "ask"
            found[pair] = Verdict(weight, {**base.reasons, how: bits}, decision)
    return found


def _receivers(connection: Connection, codes: Collection[str]) -> Mapping[tuple[str, str], set[str]]:
    """Who knows a task of these leading cases under a number: (code, number) -> names of bodies."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for code, asked in tasks.of_cases(connection, codes).items():
        for task in asked:
            if task.number:
                found[code, normal(task.number)].add(tasks.door(task.asked_of))
    return found


def _first(connection: Connection, codes: Collection[str]) -> dict[str, Ref]:
    """The oldest record of each leading case; those without any are left out."""
    under = rows.led_by(connection, codes)
    found: dict[str, Ref] = {}
    for code, refs in rows.members(connection, under).items():
        if refs:
            found[under[code]] = min(refs[0], found.get(under[code], refs[0]))
    return found
