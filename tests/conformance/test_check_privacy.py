"""Where a secret or a person can come out, place by place, and what is no leak."""

import logging
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from test_load_and_config import judged

import hub.api as hub
from conformance.check import CHECKS
from conformance.checks import privacy
from conformance.harness import Harness
from conformance.outcome import NotApplicable, Violation
from conformance.reference import Reference
from conformance.replay import SimSource
from conformance.subject import Subject
from conformance.waivers import may_be_waived

IDENTITY, PHONE = "990101198003072016", "13800001001"
REGION = "110101"  # one that exists: numbers of it are put together here, whole they stand in no file
SOMEBODY, OLD = f"{REGION}199003070038", f"{REGION}900307003"


def test_nothing_about_privacy_can_be_waived() -> None:
    assert not any(may_be_waived(check) for check in CHECKS.values() if check.family == "PV")


@pytest.mark.parametrize("at", range(len(privacy.TROUBLES)))
def test_a_secret_is_looked_for_after_each_trouble(at: int) -> None:
    """An adapter that explains one of them too well, in a line of the least importance."""
    kind, options = privacy.TROUBLES[at]
    troubles: list[str] = []

    class Explains(Reference):
        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            try:
                yield from super().pages(source, since)
            except hub.SourceError as why:
                troubles.append(str(why))
                if len(troubles) == at + 1:
                    logging.getLogger("lakeside").debug("with %s", self.config.token.get_secret_value())
                raise

    after = " ".join(map(str, (kind, *options.values())))
    assert judged("PV-01", Explains).observed == f"the planted secret in output or log lines after {after}"


def test_a_secret_is_looked_for_in_a_good_run() -> None:
    class Greets(Reference):
        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            yield from super().pages(source, since)
            print("hello from", self.config.token.get_secret_value())

    assert judged("PV-01", Greets).observed.endswith("after a good run")


def test_a_secret_that_is_stored_is_found_in_its_table() -> None:
    class Titled(Reference):
        def draft(self, item: hub.Item) -> hub.Draft:
            return super().draft({**item, "state": self.config.token.get_secret_value()})

    assert judged("PV-01", Titled).where == "table record"


def test_loud_is_only_as_long_as_it_lasts() -> None:
    root = logging.getLogger()
    before = root.level
    with pytest.raises(KeyError), privacy.loud():
        assert root.level == logging.DEBUG
        raise KeyError
    assert root.level == before


@contextmanager
def party(h: Harness, value: Any) -> Iterator[SimSource]:
    """A source whose every row tells of this party, the first too."""
    with h.source() as sim:
        for key in sim.keys:
            sim.rows.update(key, party=value)
        yield sim


@pytest.mark.parametrize("left", ["name", "id"])
def test_parties_that_no_canary_stands_for_are_a_gap_in_the_recording(left: str) -> None:
    h = Harness(Subject.of(Reference))
    with party(h, {left: "林某某"}) as sim, pytest.raises(Violation) as found:
        privacy.planted(h, sim)
    assert found.value.where == "conformance.toml"


@pytest.mark.parametrize("id", ["PV-02", "PV-03", "PV-04", "PV-05"])
def test_where_rows_tell_of_nobody_there_is_nobody_to_protect(id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    h = Harness(Subject.of(Reference))
    monkeypatch.setattr(h, "source", partial(party, Harness(h.subject), None))
    with pytest.raises(NotApplicable):
        CHECKS[id].run(h)


@pytest.mark.parametrize("spoilt", ["state", "amount", "updated"])
def test_a_rejection_that_quotes_is_found_whichever_field_is_spoilt(spoilt: str) -> None:
    class Quotes(Reference):
        def draft(self, item: hub.Item) -> hub.Draft:
            if spoilt not in item and len(item) > 3:
                raise hub.RecordRejected("field.missing", spoilt, f"in {item}")
            return super().draft(item)

    assert judged("PV-05", Quotes).where == f"the rejection of a row whose {spoilt} is spoilt"


@pytest.mark.parametrize("value", privacy.SPOILT)
def test_each_value_a_field_may_turn_into_is_tried(value: Any) -> None:
    class Particular(Reference):
        def draft(self, item: hub.Item) -> hub.Draft:
            if type(item.get("title")) is type(value) and item["title"] == value:
                raise hub.RecordRejected("title.odd", "title", f"of {item['party']}")
            return super().draft(item)

    assert judged("PV-05", Particular).where == "the rejection of a row whose title is spoilt"


def test_an_error_that_is_no_rejection_is_told_by_its_class_alone() -> None:
    class Fails(Reference):
        def draft(self, item: hub.Item) -> hub.Draft:
            if not isinstance(item.get("title"), str):
                print(item)
                raise TypeError(str(item))
            return super().draft(item)

    harness = Harness(Subject.of(Fails))
    CHECKS["PV-05"].run(harness)
    assert harness.observed >= 8 * len(privacy.SPOILT)


@pytest.fixture
def recorded(tmp_path: Path) -> Callable[[str | bytes], None]:
    """Puts PV-06 to a file beside the reference's recordings, in a folder of its own."""
    shutil.copytree(Subject.of(Reference).folder, tmp_path / "here")
    folder = tmp_path / "here" / "recordings"
    (folder / "a" / "b").mkdir(parents=True)  # a folder before the file: no end of the search

    def look(text: str | bytes) -> None:
        (folder / "z.jsonl").write_bytes(text if isinstance(text, bytes) else text.encode())
        CHECKS["PV-06"].run(Harness(Subject.of(Reference, tmp_path / "here")))

    return look


@pytest.mark.parametrize("text", [SOMEBODY, f"x {SOMEBODY},", OLD, "13912345678", f'"{OLD}"', f"\n\n{SOMEBODY}\n"])
def test_a_number_that_may_be_somebodys_is_found(text: str, recorded: Callable[[str | bytes], None]) -> None:
    with pytest.raises(Violation) as found:
        recorded(text)
    assert found.value.where == f"recordings/z.jsonl:{3 if text.startswith(chr(10)) else 1}"
    assert text.strip() not in str(found.value)


def test_bytes_that_are_no_text_hide_nothing(recorded: Callable[[str | bytes], None]) -> None:
    with pytest.raises(Violation):
        recorded(b"\xff\xfe " + SOMEBODY.encode())


@pytest.mark.parametrize(
    "text",
    [
        IDENTITY, PHONE, f"9{SOMEBODY}", f"{SOMEBODY}1", SOMEBODY[:-1] + "0", "990101900307003", "12012345678",
        "139123456789", "3.13912345678",
    ],
)  # fmt: skip
def test_a_number_that_is_nobodys_is_left_alone(text: str, recorded: Callable[[str | bytes], None]) -> None:
    recorded(text)


@pytest.mark.parametrize(("year", "somebody"), [("24", False), ("25", True), ("99", True)])
def test_numbers_of_fifteen_digits_are_of_people_who_may_be_alive(
    year: str, somebody: bool, recorded: Callable[[str | bytes], None]
) -> None:
    text = f"110101{year}0307003"
    if somebody:
        with pytest.raises(Violation):
            recorded(text)
    else:
        recorded(text)


def test_a_file_that_another_process_wrote_for_the_adapter_is_found() -> None:
    class Dumps(Reference):
        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            secret = self.config.token.get_secret_value()
            subprocess.run(["sh", "-c", f"echo {secret} > {tempfile.gettempdir()}/last"], check=True)
            yield from super().pages(source, since)

    assert judged("PV-08", Dumps).observed == "the planted secret in a file written during a good run"
