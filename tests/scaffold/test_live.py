"""`hub source check --deep`: a good live source passes, and each clause is seen failing on a source that breaks it."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

import hub.api as hub
from conformance.deep_cli import BROKE, deep
from conformance.explain import find, told
from conformance.harness import QUICK, Harness
from conformance.lab.wire import Refusal
from conformance.live import look
from conformance.live_checks import LIVE, WRONG_SECRET
from conformance.outcome import Outcome
from conformance.reference import Reference
from conformance.replay import SimSource
from conformance.subject import AdapterClass, Subject
from conformance.verdict import Verdict
from hub.cli.main import main


class Blind(Reference):
    """Does not tell the source since when."""

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        return super().pages(source, None)


class Restarting(Reference):
    """Takes the number of the row within its page for a key."""

    def draft(self, item: hub.Item) -> hub.Draft:
        return super().draft({**item, "case_no": str(item["row"])})


@contextmanager
def live(kind: AdapterClass = Reference, change: Callable[[SimSource], object] = lambda sim: None) -> Iterator[Any]:
    """A source whose clock is right, changed; and what looks at it."""
    h = Harness(Subject.of(kind))
    with h.source() as sim:
        sim.clock = datetime.now(UTC).replace(microsecond=0)
        change(sim)
        yield SimpleNamespace(sim=sim, subject=h.subject, settings=h.settings(sim))


def seen(
    kind: AdapterClass = Reference, change: Callable[[SimSource], object] = lambda sim: None, **how: Any
) -> Verdict:
    with live(kind, change) as at:
        return look(at.subject, at.settings.model_copy(update=how.pop("own", {})), QUICK, **{"pages": 3} | how)


def failed(verdict: Verdict) -> set[str]:
    return {each.check.id for each in verdict.results if each.outcome in (Outcome.FAIL, Outcome.NOT_OBSERVED)}


def each_row(**fields: Any) -> Callable[[SimSource], object]:
    def change(sim: SimSource) -> None:
        for key in list(sim.keys):
            sim.rows.update(key, **fields)

    return change


def one_row(**fields: Any) -> Callable[[SimSource], object]:
    return lambda sim: sim.rows.update(sim.keys[1], **fields)


def emptied(sim: SimSource) -> None:
    for key in list(sim.keys):
        sim.rows.delete(key)


def strict(sim: SimSource) -> None:
    """A source that knows a wrong secret when it sees one; what is replayed only asks for some."""
    good = sim.wire.authorise

    def authorise(call: Any) -> None:
        if "wrong" in call.headers.get("authorization", ""):
            raise Refusal(sim.wire.refusal(call))
        good(call)

    sim.wire.authorise = authorise  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def only_live(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the offline part to the test that looks at it: it costs a second."""
    monkeypatch.setattr("conformance.live.OFFLINE", ())


def test_the_offline_part_runs_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.live.OFFLINE", ("LD", "CF"))
    passed = {each.check.id for each in seen().results if each.outcome is Outcome.PASS}
    assert {"LD-01", "CF-04", "LV-01"} <= passed


def test_a_good_source_passes_and_every_clause_looked_at_it() -> None:
    verdict = seen(change=strict, wrong_secret=True)
    assert failed(verdict) == set()
    assert (verdict.exit_code, verdict.level) == (0, None)
    passed = {each.check.id for each in verdict.results if each.outcome is Outcome.PASS}
    assert passed == set(LIVE)


@pytest.mark.parametrize(
    ("id", "change"),
    [
        ("LV-01", lambda sim: sim.fault("status", times=None, status=401)),
        ("LV-01", lambda sim: sim.fault("status", times=None, status=500)),
        ("LV-01", lambda sim: sim.fault("html", times=None)),
        ("LV-02", emptied),
        ("LV-03", lambda sim: sim.fault("total", times=None, by=5)),
        ("LV-03", lambda sim: sim.fault("total", times=None, by=-5)),
        ("LV-05", one_row(case_no=None)),
        ("LV-06", one_row(filed="the third of March")),
        ("LV-07", one_row(cause_code="L99", cause="")),
        ("LV-08", one_row(state="frozen")),
        ("LV-09", one_row(party={"name": "阚知", "role": "bystander"})),
        ("LV-10", lambda sim: sim.fault("skew", times=None, seconds=-600)),
    ],
)  # fmt: skip
def test_a_source_that_breaks_a_clause_fails_it(id: str, change: Callable[[SimSource], object]) -> None:
    assert failed(seen(change=change)) == {id}


def test_an_update_time_is_wanted_where_reads_resume() -> None:
    assert "LV-06" in failed(seen(change=one_row(updated="")))


@pytest.mark.parametrize(("kind", "id"), [(Restarting, "LV-04"), (Blind, "LV-11")])
def test_an_adapter_that_misreads_its_source_fails(kind: AdapterClass, id: str) -> None:
    def spread(sim: SimSource) -> None:
        for number, key in enumerate(sorted(sim.keys)):
            at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=9 * number)
            sim.rows.update(key, updated=sim.stamp(at))

    assert id in failed(seen(kind, spread))


def test_a_since_that_leads_into_the_future_is_noticed() -> None:
    class Ahead(Reference):
        """Writes the time in a zone twelve hours ahead, and a month on."""

        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            return super().pages(source, since and since + timedelta(days=3000))

    assert "LV-11" in failed(seen(Ahead))


def test_a_source_that_lets_everybody_in_fails_only_when_it_may_be_asked() -> None:
    assert failed(seen()) == set()
    assert failed(seen(wrong_secret=True)) == {WRONG_SECRET}


def test_no_more_pages_are_asked_for_than_allowed() -> None:
    with live() as at:
        calls = len(at.sim.calls)
        look(
            at.subject,
            at.settings.model_copy(update={"options": {**at.settings.options, "page_size": 1}}),
            QUICK,
            pages=2,
        )
        assert len(at.sim.calls) - calls == 3, "two pages, and one more of what changed"


def test_nothing_of_a_row_is_told() -> None:
    verdict = seen(change=one_row(party={"name": "阚知", "role": "林晚13800008001"}, state="13800008001", filed="林晚"))
    text = " ".join(f"{each.saw} {each.where}" for each in verdict.results)
    assert failed(verdict) == {"LV-06", "LV-08", "LV-09"}
    assert not re.search("林晚|13800008001", text)


def test_every_clause_is_explained() -> None:
    for id, check in LIVE.items():
        assert find(id.lower()) is check
        assert check.why in " ".join(told(check).split())


def work(at: Any) -> Any:
    return SimpleNamespace(settings=SimpleNamespace(source=lambda name: at.settings, http=QUICK))


def test_the_command_tells_and_ends_as_conform_does(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    how: dict[str, Any] = {"pages": 2, "wrong_secret": False}
    with live(change=one_row(state="frozen")) as at:
        monkeypatch.setattr(Subject, "load", lambda name: at.subject)
        assert deep(work(at), ["lake"], as_json=False, **how) == 1
        said = capsys.readouterr().out
        assert "source lake" in said
        assert "1 of" in said and "have none: frozen" in said
        assert deep(work(at), ["lake"], as_json=True, **how) == 1
        (verdict,) = json.loads(capsys.readouterr().out)["verdicts"]
        assert [each["id"] for each in verdict["checks"] if each["outcome"] == "fail"] == ["LV-08"]
        monkeypatch.setattr("conformance.live.look", lambda *a, **k: 1 / 0)
        assert deep(work(at), ["lake"], as_json=False, **how) == BROKE
        assert "the suite broke" in capsys.readouterr().err


def test_it_is_reached_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    point = SimpleNamespace(load=lambda: lambda work, names, **how: asked.append((names, how)) or 3)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **which: [point] if "name" in which else [])
    settings = tmp_path / "hub.toml"
    settings.write_text(
        'home = "330000"\n[source.lake]\nadapter = "open311"\nbase_url = "https://lake.example"\n', "utf-8"
    )
    done = CliRunner().invoke(main, ["--config", str(settings), "source", "check", "lake", "--deep", "--pages", "5"])
    assert (done.exit_code, asked) == (3, [(("lake",), {"pages": 5, "wrong_secret": False, "as_json": False})])
