"""PV: secrets and people stay where they belong. The whole family cannot be waived (`conformance.waivers.NEVER`)."""

import io
import logging
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.check import Level, check
from conformance.lab.rows import Row
from conformance.leaves import leaves, numbered, with_leaf
from conformance.outcome import NotApplicable, Violation
from conformance.shaped import reserved
from conformance.traces import traces
from hub.api import RecordRejected
from schemas.identity import IdentityError, citizen_number, citizen_region_note

if TYPE_CHECKING:
    from conformance.harness import Harness
    from conformance.replay import SimSource
    from hub.testing import RunReport, Store

PERSONAL = ("identity", "phone", "name")

TROUBLES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("status", {"status": 401}),
    ("status", {"status": 403}),
    ("status", {"status": 500}),
    ("html", {}),
    ("cut", {}),
    ("empty", {}),
    ("envelope", {}),
)
"""Replies that are none, each of which the adapter may try to explain in words of its own."""

SPOILT: tuple[Any, ...] = (None, "", [], {}, "??", -1)
"""Values that a field of a row may turn into overnight."""

STRANGE = "从来没有过的说法"
"""A word no source has used."""

BORN = "25"
"""Two digits of the year from which on somebody with a number of 15 digits may be alive; before it stand area codes."""

_IDENTITY = re.compile(r"(?<![0-9A-Za-z])(?:[0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<![0-9A-Za-z.])1[3-9][0-9](?!0000)[0-9]{8}(?![0-9A-Za-z])")


@contextmanager
def loud() -> Iterator[None]:
    """Let every log line of adapter code through, however unimportant it calls itself."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(level)


def planted(h: "Harness", sim: "SimSource") -> None:
    """The simulated source tells of the canary person. Raises NotApplicable where rows tell of nobody."""
    if h.canaries.found_in(str(list(sim.rows))):
        return
    if any(party.name or party.id_number for seen in h.drafts(sim) for party in seen.draft.parties):
        raise Violation(
            expected="a person in the first row, in whose place another can be put",
            observed="drafts with parties, and no identity number or phone in the first row",
            likely="the first row has nobody, or conformance.toml does not tell where: [wire.person]",
            where="conformance.toml",
        )
    raise NotApplicable("no row of the recording tells of a person")


def told(h: "Harness", store: "Store", report: "RunReport | None" = None) -> dict[str, str]:
    """Everything a run tells in the open, by where it stands."""
    places = {"the hub's log": str(h.log), "output or log lines": h.output}
    if report is not None:
        places["the run's error"] = report.error or ""
    return places | {f"table {name}": str(rows) for name, rows in open_columns(store).items()}


def open_columns(store: "Store") -> dict[str, list[dict[str, Any]]]:
    """What stands unsealed in a store, by table: every row, without what is sealed or hashed."""
    with store.database.reading() as connection:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        found = {}
        for name in names:
            rows = connection.exec_driver_sql(f'SELECT * FROM "{name}"').mappings()  # noqa: S608 - its own name
            found[name] = [{at: each for at, each in row.items() if not isinstance(each, bytes)} for row in rows]
        return found


def nowhere(h: "Harness", places: Mapping[str, str], kinds: tuple[str, ...], *, likely: str, when: str = "") -> None:
    """Raise Violation when one of the canaries stands in one of the places."""
    h.observe(len(places))
    for place, said in places.items():
        if found := [kind for kind in h.canaries.found_in(said) if kind in kinds]:
            raise Violation(
                expected=f"no {' or '.join(kinds)} outside the sealed store",
                observed=f"the planted {found[0]} in {place}{when and f' after {when}'}",
                likely=likely,
                where=place,
            )


@check(
    "PV-01",
    level=Level.READS,
    clause="A secret of the settings stands in no log line, output, error text or open column, whatever happens.",
    why="Logs and run lists are read by many and kept for long; a credential in them is a credential given away.",
    failing='raise SourceDenied(f"the docket refused token {token}")',
    passing='raise SourceDenied("the docket refused the token", hint="ask the court for a new one")',
)
def secret_is_nowhere(h: "Harness") -> None:
    """A good run, and one for each way in which a source can fail."""
    likely = "the adapter puts a setting into a message; name the setting, not its value"
    with h.source() as sim, h.store() as store, loud():
        for kind, options in (("", {}), *TROUBLES):
            if kind:
                sim.fault(kind, times=None, **options)
            report = h.run(sim, store)
            sim.clear()
            nowhere(h, told(h, store, report), ("secret",), likely=likely, when=_said(kind, options))


@check(
    "PV-02",
    level=Level.READS,
    clause="No address asked for bears a number or name of a person.",
    why="Addresses are written down by every proxy and server on the way, and stand in the hub's own errors.",
    failing='source.get(f"/cases/{key}/party", id=item["party"]["id"])',
    passing='source.post("/party", json={"id": …})   # in the body, where nobody logs it',
)
def address_is_clean(h: "Harness") -> None:
    """A plain read; the planted person is looked for in paths and query strings."""
    with h.source() as sim:
        planted(h, sim)
        h.pages(sim)
        in_query = h.subject.wire.place == "query"
        addresses = {
            f"call {no}": f"{call.path} {call.params if in_query else ''}" for no, call in enumerate(sim.calls, 1)
        }
    nowhere(h, addresses, PERSONAL, likely="a person is looked up, or a place in the read marked, by personal data")


@check(
    "PV-03",
    level=Level.READS,
    clause="A good run says nothing of the people it reads of, in no log line, output or run row.",
    why="A name in a log is out of the store's keeping: unsealed, unaudited, and not erased when its owner asks.",
    failing='log.info("%s filed by %s", item["case_no"], item["party"]["name"])',
    passing="nothing: the hub logs what happened to a row by its number",
)
def good_run_is_discreet(h: "Harness") -> None:
    """A run with every logger at its loudest, and one that reads on: rows of the same person with unknown words."""
    likely = "a log line or print for debugging that was left in the adapter"
    with h.source() as sim, h.store() as store, loud():
        planted(h, sim)
        first = next(row for row in sim.rows if h.canaries.found_in(str(row)))
        for when, rows in (("", []), ("a run that reads on", strangers(h, sim, first))):
            sim.rows.add(*rows)
            report = h.run(sim, store)
            places = {name: said for name, said in told(h, store, report).items() if name != "table record"}
            nowhere(h, places, PERSONAL, likely=likely, when=when)


def strangers(h: "Harness", sim: "SimSource", row: Row) -> list[Row]:
    """Later copies of the row, each with a word in it that nobody ever gave: a status, a role, a code."""
    wire, keep = h.subject.wire, reserved(h) - {h.subject.wire.code}
    texts = [spot for spot, value in leaves(row) if isinstance(value, str) and spot[0] not in keep]
    later = {wire.time: sim.later()} if wire.time else {}
    return [
        {**with_leaf(row, spot, STRANGE), **later, wire.key: numbered(row[wire.key], number)}
        for number, spot in enumerate(texts, 1)
        if not h.canaries.found_in(str(dict(leaves(row))[spot]))
    ]


@check(
    "PV-04",
    level=Level.READS,
    clause="The open columns of a record bear no number of a person, and no name of one.",
    why="Key, title, status, code and label are read without leave. In the title the hub masks whom it is told of.",
    failing="title=f'{party.name}: {title}' with party kind='2', an organisation",
    passing='DraftParty(name=party["name"], kind="1"): masked in the title as 林**',
)
def open_columns_are_clean(h: "Harness") -> None:
    """The planted person is looked for in every column anyone may read."""
    with h.source() as sim, h.store() as store:
        planted(h, sim)
        h.run(sim, store)
        tables = open_columns(store)
        for number, record in enumerate([*tables["record"], *tables.get("entry", ())], 1):
            nowhere(
                h,
                {f"column {name} of record {number}": str(value) for name, value in record.items()},
                PERSONAL,
                likely="a key or label made of personal data, or a natural person handed over as an organisation",
            )


@check(
    "PV-05",
    level=Level.READS,
    clause="However a row is spoilt, neither its rejection nor the run's error tells a value of the row.",
    why="Rejections are listed for everyone who mends sources. The row itself is sealed beside them.",
    failing='raise RecordRejected("filed.missing", "filed", f"no filing day in {item}")',
    passing='raise RecordRejected("filed.missing", "filed", "no filing day")',
)
def rejection_is_discreet(h: "Harness") -> None:
    """The row of the planted person is spoilt in each field, in seven ways."""
    with h.source() as sim:
        planted(h, sim)
        first = dict(next(iter(row for row in sim.rows if h.canaries.found_in(str(row)))))
        rows = [first | {name: value} for name in first for value in SPOILT]
        rows += [{name: value for name, value in first.items() if name != left} for left in first]
        adapter = h.adapter(sim)
    places = {}
    h.observe(len(rows))
    for row in rows:
        spoilt = next((name for name in first if row.get(name, ...) != first[name]), "nothing")
        try:
            with redirect_stdout(io.StringIO()):
                adapter.draft(row)
        except RecordRejected as why:
            places[f"the rejection of a row whose {spoilt} is spoilt"] = f"{why.reject_code} {why}"
        except Exception as why:  # noqa: BLE001 - of other errors the hub keeps the class alone
            places[f"the error on a row whose {spoilt} is spoilt"] = type(why).__name__
    nowhere(h, places, PERSONAL, likely="the row, or a part of it, is put into the text of the error")


@check(
    "PV-06",
    level=Level.READS,
    clause="The recordings hold no identity number that can be somebody's, and no mobile number that may be in use.",
    why="Recordings are committed, packed and sent around. An invented person has a region that does not exist.",
    failing='"idNo": "3301…", with a check digit that fits',
    passing='"idNo": "990101198003072016", "tel": "13800001001": region 99, number block 0000',
)
def recordings_hold_nobody(h: "Harness") -> None:
    """Every line of every file beside the recordings; numbers of 15 digits, as they were until 1999, count too."""
    folder = h.subject.folder / "recordings"
    if h.subject.way == "none" and not folder.exists():
        raise NotApplicable("nothing is read of it, and nothing is recorded")
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        h.observe()
        for number, line in enumerate(path.read_bytes().decode("utf-8", errors="replace").splitlines(), 1):
            what = "an identity number" if any(map(_anybody, _IDENTITY.findall(line))) else ""
            what = what or ("a mobile number" if _MOBILE.search(line) else "")
            if what:
                raise Violation(
                    expected="invented people: identity numbers of region 99 or 00, mobiles such as 13800001001",
                    observed=f"{what} that may be somebody's",
                    likely="the recording was taken from a live system and not, or not wholly, given other people",
                    where=f"recordings/{path.name}:{number}",
                )


def _anybody(text: str) -> bool:
    if len(text) == 15 and text[6:8] < BORN:
        return False
    try:
        return citizen_region_note(citizen_number(text)) != "region_unknown"
    except IdentityError:
        return False


@check(
    "PV-07",
    level=Level.READS,
    clause="A read writes no file: neither page nor row is put down outside the store.",
    why="A file beside the store is not sealed, not erased with the person, and a temporary folder is everybody's.",
    failing='Path("/tmp/last-page.json").write_bytes(page.content)',
    passing="nothing: the hub keeps every page as it came, sealed",
)
def read_writes_no_file(h: "Harness") -> None:
    """A read with the doors watched."""
    with h.source() as sim, traces(h.subject.kind) as found:
        h.drafts(sim)
    for trace in found:
        if trace.what == "file":
            raise Violation(
                expected="no file written, made, renamed or removed",
                observed=f"{trace.event}",
                likely="pages are spooled or dumped for debugging",
                where=trace.where,
            )


@check(
    "PV-08",
    level=Level.READS,
    clause="No file that adapter code writes holds a secret, however the read ends.",
    why="What is dumped to find out why a login failed is the login itself, in a folder that everybody reads.",
    failing='Path(gettempdir(), "denied.txt").write_text(f"{url} {token}")',
    passing="nothing: the error says where and what, and the hub logs it",
)
def no_file_holds_a_secret(h: "Harness") -> None:
    """A good run and one for each trouble; whatever file was opened to be written is read afterwards."""
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix="conform-") as folder, h.source() as sim, h.store() as store:
        tempfile.tempdir = folder  # so that nothing stays behind; elsewhere files are found by their path
        try:
            for kind, options in (("", {}), *TROUBLES):
                if kind:
                    sim.fault(kind, times=None, **options)
                with traces(h.subject.kind) as found:
                    h.run(sim, store)
                sim.clear()
                h.observe()
                files = {Path(folder, trace.path): trace.where for trace in found if trace.path}
                files = dict.fromkeys(Path(folder).rglob("*"), "") | files
                for path, where in files.items():
                    if path.is_file() and h.canaries.secret.encode() in path.read_bytes():
                        raise Violation(
                            expected="no secret in any file",
                            observed=f"the planted secret in a file written during {_said(kind, options)}",
                            likely="the adapter puts down what it sent, to find out what went wrong",
                            where=where,
                        )
        finally:
            tempfile.tempdir = before


def _said(kind: str, options: Mapping[str, Any]) -> str:
    return " ".join(map(str, (kind or "a good run", *options.values())))
