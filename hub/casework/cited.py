"""Records that name their case outright: they bear its code, or a number that was given to it (an alias)."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from hub.casework.candidates import Page
from hub.casework.joining import EXPLICIT, Pair
from hub.casework.linking.score import Verdict
from hub.store import cases as rows
from hub.store.cases import Ref
from hub.store.driver import Driver
from schemas.case_code import LENGTH, read_case_code


def cited(connection: Connection, page: Page, refs: Collection[Ref]) -> Mapping[Pair, Verdict]:
    """For each record that names standing cases a verdict with the oldest record of each.

    A number that several cases bear is no name of one: a person is asked.
    """
    by_code: dict[str, set[Ref]] = defaultdict(set)
    by_key: dict[bytes, set[Ref]] = defaultdict(set)
    for ref in refs:
        for number in page.features[ref].numbers:
            if len(number) >= LENGTH and (code := read_case_code(number)) is not None:
                by_code[code].add(ref)
        for key in page.keys[ref]:
            if key[:1] == b"r":
                by_key[key].add(ref)
    named: dict[Ref, dict[str, str]] = defaultdict(dict)  # the leading cases it names, and how
    leads = rows.leads(connection, by_code)
    for code, lead in leads.items():
        for ref in by_code[code]:
            named[ref][lead] = "number.case_code"
    aliases = Driver.of(connection).among("SELECT hash, code FROM case_alias WHERE hash", by_key)
    leads = rows.leads(connection, {code for _, code in aliases})
    for key, code in aliases:
        for ref in by_key[bytes(key)]:
            named[ref].setdefault(leads[code], "number.alias")
    first = _first(connection, {code for each in named.values() for code in each})
    found: dict[Pair, Verdict] = {}
    for ref, each in sorted(named.items()):
        for code, how in sorted(each.items()):
            other = first.get(code, ref)
            if other != ref:
                pair = (other, ref) if other < ref else (ref, other)
                found[pair] = Verdict(EXPLICIT, {how: EXPLICIT}, "join" if len(each) == 1 else "ask")
    return found


def _first(connection: Connection, codes: Collection[str]) -> dict[str, Ref]:
    """The oldest record of each leading case; those without any are left out."""
    under = rows.led_by(connection, codes)
    found: dict[str, Ref] = {}
    for code, refs in rows.members(connection, under).items():
        if refs:
            found[under[code]] = min(refs[0], found.get(under[code], refs[0]))
    return found
