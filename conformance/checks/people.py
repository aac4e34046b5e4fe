"""PV-10 to PV-14: everybody a row tells of is kept to the sealed store, whole, and known by nobody else's numbers."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from conformance.canaries import Canaries
from conformance.check import Level, check
from conformance.checks.privacy import PERSONAL, loud, nowhere, open_columns, planted
from conformance.lab.rows import Row
from conformance.leaves import leaves, numbered, told, with_leaf, without_leaf
from conformance.outcome import NotApplicable, Violation
from conformance.persons import Person, people_of
from conformance.shaped import drafted, items
from hub.api import Adapter, Draft, DraftEntry, Item
from schemas.identity import check_character

if TYPE_CHECKING:
    from conformance.harness import Harness

READS = Level.READS
NOBODY = "no row of the recording tells of a person by name"
LANDLINE = "0571-00007001"
"""A telephone that is no mobile one, and none that there is."""

MOST = 24
"""People of a recording who are looked at."""


@check(
    "PV-10",
    level=READS,
    clause="The open columns of a record bear the name of nobody in its row, with or without an identity number.",
    after=("PV-04",),
    why="The second party and the contact are people as well, and who gives no number is no organisation.",
    failing='DraftParty(name=each["name"], kind="1" if each.get("id_no") else "2")',
    passing='DraftParty(name=each["name"], kind=KINDS.get(each["kind"], each["kind"]))',
)
def nobody_stands_in_the_open(h: "Harness") -> None:
    """The canary person takes everybody's place in turn, with the identity number and without."""
    rows = [*_replaced(h)]
    if not rows:
        raise NotApplicable(NOBODY)
    with h.source(rows=[h.recording.rows[0], *rows]) as sim, h.store() as store:
        h.run(sim, store, page_size=len(rows) + 2)
        tables = open_columns(store)
    for record in [*tables["record"], *tables.get("entry", ())]:
        nowhere(
            h,
            {f"column {name}": str(value) for name, value in record.items()},
            PERSONAL,
            likely="somebody is no party of the draft, or handed over as an organisation for want of a number",
        )


def _replaced(h: "Harness") -> Iterator[Row]:
    key = h.subject.wire.key
    people = [(row, each) for row in h.recording.rows for each in people_of(row, h.subject.wire.person)]
    for number, (row, person) in enumerate(people[:MOST], 1):
        put = h.canaries.put({**row, key: numbered(row[key], 2 * number)}, *person.said)
        yield put
        if person.identity:
            yield {**with_leaf(put, person.identity, None), key: numbered(row[key], 2 * number + 1)}


@check(
    "PV-11",
    level=READS,
    clause="Whatever an item lacks, no log line, output or remark of adapter code tells of its people.",
    after=("PV-03",),
    why="The gap nobody has met comes one day, and with it the line that was written to find out about it.",
    failing='return [f"no amount: {item}" for item in items if not item.get("amount")]',
    passing='return [f"{item[\'case_no\']}: no amount" for item in items if not item.get("amount")]',
)
def gaps_are_no_reason_to_tell(h: "Harness") -> None:
    """Each field of the planted person's item in turn says nothing, or is not there."""
    with h.source() as sim, loud():
        planted(h, sim)
        adapter = h.adapter(sim)
        found = [item for page in h.pages(sim) for item in adapter.items(page)]
        item = next(each for each in found if h.canaries.found_in(str(each)))
        for spot, _ in leaves(item):
            changed = without_leaf(item, spot), with_leaf(item, spot, None)
            with h.listening():
                said = [(drafted(adapter, each), _remarks(adapter, [each]))[1] for each in changed]
            places = {"log lines or output": h.output, "a remark": str(said)}
            nowhere(h, places, PERSONAL, likely="a gap is explained by the row it stands in", when=f"{told(spot)}")


def _remarks(adapter: Adapter[Any], found: Sequence[Item]) -> Sequence[str]:
    try:
        return adapter.remarks(found)
    except Exception:  # noqa: BLE001 - adapter code, and no row as it expects
        return ()


@check(
    "PV-12",
    level=READS,
    clause="No draft holds a secret of the settings.",
    why="A record is handed on to other bodies, and kept when the secret is long changed.",
    failing='extra={"link": f"{url}?access_token={token}"}',
    passing='extra={"link": url}',
)
def drafts_hold_no_secret(h: "Harness") -> None:
    """The planted secret is looked for in every draft."""
    if "canary" not in h.subject.spec.settings.values():
        raise NotApplicable("no setting is a secret")
    for seen in h.read_all():
        if h.canaries.secret in _told(seen.draft):
            raise Violation(
                expected="a draft made of its item",
                observed="the planted secret in it",
                likely="an address is handed on with what opens it",
                where=seen.spot,
            )


def _told(draft: Draft | DraftEntry | None) -> str:
    """All that a draft says, in the open: it shows itself without its people."""
    return "\n".join(str(value) for _, value in leaves(asdict(draft))) if draft is not None else ""


@check(
    "PV-13",
    level=READS,
    clause="Name, identity number and telephone come through as the row tells them, and none of a namesake's is added.",
    after=("RC-11", "RC-12"),
    why="A number that lacks its X or its end is nobody's or another's, and people of one name are not one person.",
    failing='id_number=PEOPLE.get(name), phone=row["phone"][:11]',
    passing='id_number=row.get("id_no"), phone=row.get("phone")',
)
def people_are_as_told(h: "Harness") -> None:
    """A number that ends in X, a telephone of 13 signs; then somebody of the same name who has no number.

    What an adapter keeps back of one person, it may have leave to; of all people it has none.
    """
    with items(h) as (adapter, found):
        people = [(item, each) for item in found for each in people_of(item, h.subject.wire.person)]
        if not people:
            raise NotApplicable(NOBODY)
        names = {told(each.name) for _, each in people}
        told_of = [(item, each) for item, each in people[:MOST] if _came(adapter, item, each)]
        for item, person in told_of:
            _hold(h, adapter, item, person)
        if not told_of:
            raise Violation(
                expected="names as the rows tell them",
                observed="drafts without any of them",
                likely="names are left out or hidden; the hub seals them",
                where=", ".join(f"field {each}" for each in names),
            )


@check(
    "PV-14",
    level=READS,
    clause="No draft bears a plain digest of an identity number, a telephone or a name, or one of them as a reference.",
    why="References are numbers of matters: they are shown, and tie matters that are told to be one. And there are not "
    "so many people that their digests could not all be tried: whoever has two lists of them knows who stands in both; "
    "the hub's own are keyed.",
    failing='references=[("person", md5(row["id_no"].encode()).hexdigest())]',
    passing='parties=[DraftParty(id_number=row["id_no"])]  # the hub finds who is the same',
)
def numbers_are_not_digested(h: "Harness") -> None:
    """The planted person's digests are looked for in every draft, half of one is enough; the words in references."""
    with h.source() as sim:
        planted(h, sim)
        drafts = h.drafts(sim)
    for kind in PERSONAL:
        word = getattr(h.canaries, kind)
        for each in drafts:
            digest = any(mark in _told(each.draft).lower() for mark in _digests(word))
            if digest or word in [said for _, said in leaves(each.says("references"))]:
                raise Violation(
                    expected="a draft that bears people as parties alone",
                    observed=f"{'a digest of ' if digest else ''}the planted {kind}{'' if digest else ', a reference'}",
                    likely="people are to be known again by it; the hub does that, with a key",
                    where=each.spot,
                )


def _digests(text: str) -> Iterator[str]:
    """What a digest of the text shows, in small letters: its first 16 signs, or those of the middle."""
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, text.encode(), usedforsecurity=False).digest()
        yield digest.hex()[8:24]
        for shown in (digest.hex(), base64.b64encode(digest).decode(), base64.urlsafe_b64encode(digest).decode()):
            yield shown[:16].lower()


def _came(adapter: Adapter[Any], item: Item, person: Person) -> bool:
    """Whether a draft tells who it is."""
    return person.said[0] in _told(drafted(adapter, item))


def _hold(h: "Harness", adapter: Adapter[Any], item: Item, person: Person) -> None:
    number = next(f"{head}X" for at in range(100, 999) if check_character(head := f"99010119850712{at}") == "X")
    other = Canaries.fresh()  # the canary person stands in the first row already
    row = other.put(dict(item), *person.said)
    before = _told(drafted(adapter, row))
    for what, spot, known, value in (
        ("identity number", person.identity, other.identity, number),
        ("telephone", person.phone, other.phone, LANDLINE),
    ):
        draft = drafted(adapter, with_leaf(row, spot, value)) if spot and known in before else None
        h.observe(draft is not None)
        if draft is not None and value not in _told(draft):
            raise Violation(
                expected=f"the {what} as the row tells it",
                observed="a draft without it",
                likely="the value is cut or cleaned; the hub does that where it is due",
                where=f"field {told(spot)}",
            )
    bare = with_leaf(row, person.identity, None) if person.identity else row
    alone = _told(drafted(adapter, bare))
    if any(each in alone and each not in str(bare) for each in (number, other.identity)):
        raise Violation(
            expected="nobody's number where the row tells none",
            observed="that of somebody of the same name, in a row shaped before",
            likely="people are kept by name",
            where=f"field {told(person.identity)} null",
        )
