"""The suite itself: order, outcomes, waivers, levels; run on a harness that only counts."""

import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from conformance.check import Check, Level
from conformance.order import SuiteBroken, chosen, in_order
from conformance.outcome import NotApplicable, Outcome, Violation
from conformance.suite import Suite, installed
from conformance.verdict import Verdict
from conformance.waivers import Waiver
from hub.api import Adapter, AdapterBug, Capability, Manifest, SourceUnavailable

TODAY = date(2026, 6, 1)
SECRET = "canary-secret-1"


class Plain(Adapter[Any]):
    """An adapter that claims counts only."""

    manifest = Manifest(name="plain", version="1.2.0", kind="court", capabilities=frozenset({Capability.COUNTED}))


Plain.__module__ = Adapter.__module__  # else what the checks of this file raise would count as raised by the adapter


@dataclass
class Bench:
    """What the suite asks of a harness, and nothing else."""

    kind: type = Plain
    observed: int = 0
    began: int = 0
    idle: tuple[Any, ...] = ()
    waive: tuple[dict[str, str], ...] = ()
    stream: str = ""
    at_once: bool = False
    beside: tuple["Bench", ...] = ()
    canaries: Any = field(default_factory=lambda: SimpleNamespace(secret=SECRET, identity="i1", phone="p1", name="n1"))

    @property
    def subject(self) -> Any:
        return SimpleNamespace(
            kind=self.kind,
            manifest=self.kind.manifest,
            name="plain",
            version="1.2.0",
            spec=SimpleNamespace(waive=self.waive),
            way="http",
            stream=self.stream,
            at_once=self.at_once,
        )

    @property
    def parts(self) -> Any:
        return self.beside or (self,)

    def exchanges(self) -> tuple[Any, ...]:
        return ("the last calls",)

    def begin(self) -> None:
        self.observed = 0
        self.began += 1

    def observe(self, count: int = 1) -> None:
        self.observed += count


def sees(harness: Any) -> None:
    harness.observe()


def sees_nothing(harness: Any) -> None:
    pass


def raising(error: BaseException) -> Callable[[Any], None]:
    def run(harness: Any) -> None:
        harness.observe()
        raise error

    return run


def fails(harness: Any) -> None:
    raise Violation(expected="one", observed="two", likely="it counts from one", where="page 1 row 2")


def checks(**runs: Any) -> dict[str, Check]:
    """Checks by id: ``LD_01=run`` or ``LD_01=(run, {fields})``."""
    made = {}
    for name, given in runs.items():
        run, more = given if isinstance(given, tuple) else (given, {})
        id = name.replace("_", "-")
        fields = {"level": Level.LOADS, "clause": f"{id} holds.", "since": "1.0", "why": "it must"} | more
        made[id] = Check(id=id, run=run, **fields)
    return made


def verdict(made: dict[str, Check], *waived: Waiver, bench: Bench | None = None, **how: Any) -> Verdict:
    return Suite(bench or Bench(), checks=made, waived=waived, today=TODAY).run(**how)  # type: ignore[arg-type]


def outcomes(given: Verdict) -> dict[str, str]:
    return {result.check.id: str(result.outcome) for result in given.results}


def waiver(id: str, until: date | None = date(2026, 6, 1), reason: str = "known") -> Waiver:
    return Waiver(id, reason, until)


def test_checks_run_by_family_and_number() -> None:
    made = checks(OP_01=sees, RC_01=sees, RS_02=sees, RS_01=sees, LD_01=sees)
    assert [each.id for each in in_order(made)] == ["LD-01", "RS-01", "RS-02", "RC-01", "OP-01"]


def test_a_check_runs_behind_what_it_stands_on_even_in_a_later_family() -> None:
    made = checks(RS_01=(sees, {"after": ("RC-02",)}), RC_01=sees, RC_02=sees)
    assert [each.id for each in in_order(made)] == ["RC-02", "RS-01", "RC-01"]


def test_a_circle_and_an_unknown_check_break_the_suite() -> None:
    with pytest.raises(SuiteBroken, match="LD-01 -> LD-02 -> LD-01"):
        in_order(checks(LD_01=(sees, {"after": ("LD-02",)}), LD_02=(sees, {"after": ("LD-01",)})))
    with pytest.raises(SuiteBroken, match="LD-09, which is no check"):
        in_order(checks(LD_01=(sees, {"after": ("LD-09",)})))
    with pytest.raises(SuiteBroken, match="no checks"):
        chosen({})


def test_a_level_or_ids_choose_checks_with_what_they_stand_on() -> None:
    made = checks(
        LD_01=sees, LD_02=sees, PG_01=(sees, {"level": Level.READS, "after": ("LD-01",)}),
        RS_01=(sees, {"level": Level.RESUMES, "after": ("PG-01",)}),
    )  # fmt: skip
    assert [each.id for each in chosen(made, level=Level.READS)] == ["LD-01", "LD-02", "PG-01"]
    assert [each.id for each in chosen(made, only=["RS-01"])] == ["LD-01", "PG-01", "RS-01"]
    with pytest.raises(KeyError):
        chosen(made, only=["RS-09"])


def test_what_a_check_does_decides_its_outcome() -> None:
    made = checks(
        LD_01=sees,
        LD_02=sees_nothing,
        LD_03=fails,
        LD_04=raising(NotApplicable("it has no codes")),
        LD_05=(sees, {"needs": frozenset({Capability.DELETIONS, Capability.COUNTED})}),
        LD_06=(sees, {"needs": frozenset({Capability.COUNTED})}),
        LD_07=raising(ZeroDivisionError("in the suite")),
        LD_08=raising(AssertionError("a bare assert is no violation")),
    )
    given = verdict(made)
    assert outcomes(given) == {
        "LD-01": "pass",
        "LD-02": "not-observed",
        "LD-03": "fail",
        "LD-04": "not-applicable",
        "LD-05": "not-applicable",
        "LD-06": "pass",
        "LD-07": "suite-error",
        "LD-08": "suite-error",
    }
    by = {result.check.id: result for result in given.results}
    third = by["LD-03"]
    assert (third.expected, third.saw, third.likely, third.where) == (
        "one",
        "two",
        "it counts from one",
        "page 1 row 2",
    )
    assert by["LD-04"].said == "it has no codes"
    assert by["LD-05"].said == "does not claim deletions"
    assert "ZeroDivisionError: in the suite" in by["LD-07"].traceback
    assert given.exit_code == 3


def test_traffic_stands_beside_what_is_not_good() -> None:
    given = verdict(checks(LD_01=sees, LD_02=fails, LD_03=sees_nothing, LD_04=raising(KeyError("x"))))
    assert [len(result.traffic) for result in given.results] == [0, 1, 1, 1]


def test_a_check_in_preview_warns_and_does_not_fail() -> None:
    preview = {"preview": True}
    made = checks(
        LD_01=sees,
        LD_02=(fails, preview),
        LD_03=(sees_nothing, preview),
        LD_04=(sees, preview | {"after": ("LD-02",)}),
    )
    given = verdict(made)
    assert outcomes(given) == {"LD-01": "pass", "LD-02": "warned", "LD-03": "warned", "LD-04": "pass"}
    assert (given.passed, given.exit_code, given.level) == (True, 0, 1)
    warned = given.results[1]
    assert (warned.expected, warned.saw) == ("one", "two")
    assert "in preview" in warned.said
    assert warned.traffic


def test_a_check_in_preview_can_break_the_suite_and_be_waived() -> None:
    preview = {"preview": True}
    assert verdict(checks(LD_01=(raising(KeyError("x")), preview))).exit_code == 3
    given = verdict(checks(LD_01=sees, LD_02=(fails, preview)), waiver("LD-02"))
    assert outcomes(given) == {"LD-01": "pass", "LD-02": "waived"}
    assert given.passed
    assert not verdict(checks(LD_01=sees, LD_02=(sees, preview)), waiver("LD-02")).passed


def test_what_was_seen_by_one_check_does_not_count_for_the_next() -> None:
    bench = Bench()
    given = verdict(checks(LD_01=lambda h: h.observe(3), LD_02=sees_nothing), bench=bench)
    assert [(result.outcome, result.observed) for result in given.results] == [("pass", 3), ("not-observed", 0)]
    assert bench.began == 2


def test_a_check_is_blocked_by_what_has_fallen_and_by_what_is_blocked() -> None:
    stands = {"after": ("LD-01",)}
    made = checks(LD_01=fails, LD_02=(sees, stands), LD_03=(sees, {"after": ("LD-02",)}), LD_04=sees)
    bench = Bench()
    given = verdict(made, bench=bench)
    assert list(outcomes(given).values()) == ["fail", "blocked", "blocked", "pass"]
    assert given.results[2].said == "stands on LD-02"
    assert bench.began == 2, "a blocked check was run"


@pytest.mark.parametrize("run", [sees_nothing, raising(ZeroDivisionError())])
def test_a_check_does_not_stand_on_what_was_not_observed_or_broke(run: Any) -> None:
    given = verdict(checks(LD_01=run, LD_02=(sees, {"after": ("LD-01",)})))
    assert outcomes(given)["LD-02"] == "blocked"


def test_a_check_stands_on_what_does_not_apply_and_on_what_is_waived() -> None:
    stands = {"after": ("LD-01", "LD-02")}
    made = checks(LD_01=raising(NotApplicable("none")), LD_02=fails, LD_03=(sees, stands))
    assert list(outcomes(verdict(made, waiver("LD-02"))).values()) == ["not-applicable", "waived", "pass"]


def test_what_is_printed_stays_out_of_a_report_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    def prints(harness: Any) -> None:
        harness.observe()
        print("page 1")

    assert outcomes(verdict(checks(LD_01=prints))) == {"LD-01": "pass"}
    assert capsys.readouterr() == ("", "page 1\n")


def test_each_check_runs_once() -> None:
    suite = Suite(bench := Bench(), checks=(made := checks(LD_01=sees)), waived=(), today=TODAY)  # type: ignore[arg-type]
    assert suite.result(made["LD-01"]) is suite.result(made["LD-01"])
    assert bench.began == 1


def own_module(tmp_path: Path, body: str) -> ModuleType:
    """A module of an adapter, on disk, so that its frames can be told from the suite's."""
    path = tmp_path / "own_adapter.py"
    path.write_text(
        "from typing import Any\nfrom hub.api import Adapter, Manifest\n\n"
        "class Own(Adapter[Any]):\n"
        '    manifest = Manifest(name="own", version="1.0.0", kind="court")\n' + textwrap.indent(body, "    "),
        encoding="utf-8",
    )
    module = ModuleType("own_adapter")
    module.__file__ = str(path)
    sys.modules["own_adapter"] = module
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)
    return module


def test_an_error_out_of_the_adapters_own_code_is_its_failure_with_the_place(tmp_path: Path) -> None:
    own = own_module(tmp_path, "def draft(self, item: Any) -> Any:\n    return int(item['no'])\n").Own
    given = verdict(checks(LD_01=lambda h: own(None).draft({"no": "x secret"})), bench=Bench(kind=own))
    (result,) = given.results
    assert (result.outcome, result.where, result.saw) == ("fail", "own_adapter.py:7", "ValueError")
    assert given.exit_code == 1


def test_an_error_of_the_house_below_the_adapter_is_not_its_own(tmp_path: Path) -> None:
    own = own_module(tmp_path, "def draft(self, item: Any) -> Any:\n    return super().draft(item)\n").Own
    (result,) = verdict(checks(LD_01=lambda h: own(None).draft({})), bench=Bench(kind=own)).results
    assert result.outcome is Outcome.SUITE_ERROR


@pytest.mark.parametrize("error", [SourceUnavailable("refused", adapter="plain"), AdapterBug("KeyError")])
def test_a_named_error_no_check_looked_for_is_a_failure_that_tells_it(error: Exception) -> None:
    (result,) = verdict(checks(LD_01=raising(error))).results
    assert result.outcome is Outcome.FAIL
    assert str(error) in result.saw


def test_an_adapter_that_leaves_the_process_does_not_take_the_suite_along(tmp_path: Path) -> None:
    own = own_module(tmp_path, "def draft(self, item: Any) -> Any:\n    raise SystemExit(0)\n").Own
    (result,) = verdict(checks(LD_01=lambda h: own(None).draft({})), bench=Bench(kind=own)).results
    assert (result.outcome, result.saw) == ("fail", "SystemExit")


def test_an_adapter_that_never_ends_fails_the_check() -> None:
    def never(harness: Any) -> None:
        while True:
            try:
                time.sleep(0.01)
            except Exception:  # noqa: BLE001 - what such an adapter does
                continue

    suite = Suite(Bench(), checks=checks(LD_01=never, LD_02=sees), waived=(), today=TODAY, deadline_s=0.05)  # type: ignore[arg-type]
    given = suite.run()
    assert list(outcomes(given).values()) == ["fail", "pass"]
    assert "still running after 0.05 s" in given.results[0].saw


def test_reports_do_not_spread_what_was_planted() -> None:
    shown = Violation(expected=f"not {SECRET}", observed=f"{SECRET} in a log", likely=SECRET, where=SECRET)
    for error in (shown, RuntimeError(SECRET), NotApplicable(SECRET), SourceUnavailable(SECRET)):
        (result,) = verdict(checks(LD_01=raising(error))).results
        assert SECRET not in repr(result)
        assert "[canary secret]" in repr(result)


def test_a_waiver_holds_on_its_last_day_and_tells_its_reason() -> None:
    given = verdict(checks(LD_01=fails, LD_02=sees_nothing), waiver("LD-01"), waiver("LD-02"))
    assert list(outcomes(given).values()) == ["waived", "waived"]
    assert given.results[0].said == "known (until 2026-06-01)"
    assert given.passed
    assert given.exit_code == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (waiver("LD-01", date(2026, 5, 31)), "has expired on 2026-05-31"),
        (waiver("LD-01", None), "gives no last day"),
        (waiver("LD-01", reason=""), "gives no reason"),
        (waiver("LD-02"), "waives a check whose outcome is pass"),
        (waiver("LD-03"), "waives a check whose outcome is not-applicable"),
        (waiver("LD-11"), "names no check; did you mean LD-01?"),
        (waiver("PV-01"), "which nobody can waive"),
        (waiver("RS-01"), "which nobody can waive"),
        (waiver(""), "names no check"),
    ],
)
def test_a_waiver_that_does_not_hold_is_a_failure_and_waives_nothing(given: Waiver, said: str) -> None:
    made = checks(
        LD_01=fails, LD_02=sees, LD_03=raising(NotApplicable("none")), PV_01=fails, RS_01=(fails, {"waivable": False})
    )
    found = verdict(made, given)
    (fault,) = found.faults
    assert said in str(fault)
    assert found.count(Outcome.WAIVED) == 0
    assert not found.passed


def test_a_fault_of_a_waiver_alone_fails_the_adapter() -> None:
    found = verdict(checks(LD_01=sees), waiver("LD-01"))
    assert (found.passed, found.exit_code) == (False, 1)


def test_a_waiver_given_twice_is_told_once() -> None:
    found = verdict(checks(LD_01=fails), waiver("LD-01"), waiver("LD-01"))
    assert [fault.said for fault in found.faults] == ["is given twice"]


def test_a_suite_error_cannot_be_waived() -> None:
    found = verdict(checks(LD_01=raising(ZeroDivisionError())), waiver("LD-01"))
    assert found.results[0].outcome is Outcome.SUITE_ERROR
    assert found.exit_code == 3


def test_what_did_not_run_says_nothing_about_its_waiver() -> None:
    made = checks(LD_01=sees, PG_01=(fails, {"level": Level.READS}), LD_02=fails, LD_03=(sees, {"after": ("LD-02",)}))
    assert verdict(made, waiver("PG-01"), waiver("LD-03"), level=Level.LOADS).faults == ()


def test_waivers_come_from_the_adapters_own_file() -> None:
    bench = Bench(waive=({"id": "LD-01", "reason": "known", "until": "2026-06-01"},))
    suite = Suite(bench, checks=checks(LD_01=fails), today=TODAY)  # type: ignore[arg-type]
    assert outcomes(suite.run()) == {"LD-01": "waived"}
    assert suite.faults() == ()


@pytest.mark.parametrize(
    ("table", "until"),
    [
        ({"id": "PG-01", "reason": "r", "until": "2027-01-31"}, date(2027, 1, 31)),
        ({"id": "PG-01", "reason": "r", "until": date(2027, 1, 31)}, date(2027, 1, 31)),
        ({"id": "PG-01", "reason": "r", "until": "soon"}, None),
        ({"id": "PG-01", "reason": " ", "until": 5}, None),
        ({}, None),
    ],
)
def test_a_waiver_is_read_from_its_table(table: dict[str, Any], until: date | None) -> None:
    assert Waiver.of(table).until == until


def test_a_level_is_reached_with_all_below_and_something_passed() -> None:
    def reached(**runs: Any) -> int | None:
        return verdict(checks(**runs)).level

    reads, resumes = {"level": Level.READS}, {"level": Level.RESUMES}
    assert reached(LD_01=sees, PG_01=(sees, reads), RS_01=(fails, resumes)) == 2
    assert reached(LD_01=fails, PG_01=(sees, reads)) == 0
    assert reached(LD_01=sees, RS_01=(sees, resumes)) == 1, "level 2 proves nothing here"
    none = raising(NotApplicable("none"))
    assert reached(LD_01=sees, PG_01=(none, reads)) == 1
    assert reached(LD_01=sees, PG_01=(none, reads), RS_01=(sees, resumes)) == 3, "nothing of level 2 applies"
    assert reached(LD_01=sees, PG_01=(none, reads), PG_02=(fails, reads), RS_01=(sees, resumes)) == 1
    assert verdict(checks(LD_01=sees), only=["LD-01"]).level is None


def test_a_verdict_on_nothing_is_no_pass() -> None:
    given = verdict(checks(LD_01=sees))
    nothing = Verdict(given.adapter, "", (), (), given.asked, whole=True, began=given.began, seconds=0)
    assert (nothing.passed, nothing.exit_code) == (False, 3)
    refused = Verdict(given.adapter, "", (), (), given.asked, True, given.began, 0, refused="does not load")
    assert (refused.passed, refused.exit_code, refused.level) == (False, 1, 0)


def test_the_built_in_adapters_are_installed() -> None:
    assert {"mobile_court", "zhelifang", "dispute_code", "four_platforms", "open311"} <= set(installed())
