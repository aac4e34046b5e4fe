"""What the suite says to people and programs: texts, JSON, JUnit, page, badge; and the commands that ask for it."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from conformance import check, cli, explain, order, page, report, suite
from conformance.check import Check, Level
from conformance.outcome import Outcome
from conformance.traffic import Exchange
from conformance.verdict import Fault, Verdict
from conformance.verdict import Result as CheckResult
from hub.api import Capability

WHEN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def one(id: str, outcome: Outcome, level: Level = Level.READS, clause: str = "", **more: Any) -> CheckResult:
    made = Check(id, level, clause or f"{id} holds.", "1.0", "Because it must.", lambda harness: None)
    return CheckResult(made, outcome, seconds=0.0123, observed=4, **more)


FAILED = one(
    "RC-02", Outcome.FAIL, clause="Within one full read, no two records share a key.",
    expected="a new key for each record",
    saw="key ..17 at page 1 row 3 and page 2 row 0", likely="a row number that restarts", where="page 2 row 0",
)  # fmt: skip
RESULTS = (
    one("LD-01", Outcome.PASS, Level.LOADS),
    FAILED,
    one("RC-03", Outcome.BLOCKED, said="stands on RC-02"),
    one("RS-01", Outcome.NOT_OBSERVED, Level.RESUMES, expected="something", saw="nothing"),
    one("RS-02", Outcome.NOT_APPLICABLE, Level.RESUMES, said="does not claim deletions"),
    one("OP-01", Outcome.WAIVED, Level.OPERATES, said="slow <b>disk</b> (until 2026-06-01)"),
    one("OP-02", Outcome.SUITE_ERROR, Level.OPERATES, said="KeyError", traceback="Traceback …\nKeyError: 'x'\n"),
)
ALL = Verdict("lakeside_court", "1.0.0", RESULTS, (Fault("OP-07", "names no check"),), Level.OPERATES, True, WHEN, 1.25)
GOOD = replace(
    ALL,
    faults=(),
    results=tuple(
        one(f"{family}-01", Outcome.PASS, Level(at)) for at, family in enumerate(("LD", "RC", "RS", "OP"), 1)
    ),
)
REFUSED = replace(ALL, results=(), faults=(), version="", refused="conformance.toml: wire.path: missing")


def text(verdict: Verdict, **how: Any) -> str:
    console = Console(width=110, color_system=None, highlight=False, emoji=False, markup=False)
    with console.capture() as capture:
        report.show(verdict, console, **how)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def test_a_failure_is_told_in_a_block() -> None:
    head = "FAIL RC-02  Within one full read, no two records share a key.  level 2  lakeside_court 1.0.0\n"
    block = (
        "  expected  a new key for each record\n"
        "  observed  key ..17 at page 1 row 3 and page 2 row 0\n"
        "  likely    a row number that restarts\n"
        "  where     page 2 row 0\n"
        "  rule      hub conform explain RC-02\n"
    )
    said = text(ALL)
    assert head in said
    assert block in said


def test_the_sum_tells_level_and_counts() -> None:
    assert text(GOOD).splitlines() == [
        "合格 CONFORMS  lakeside_court 1.0.0  4 级 level 4: 能运行 operates",
        "通过 pass 4  (1.2 s, suite 1.0)",
    ]
    said = text(replace(ALL, results=RESULTS[:-1]))
    assert "不合格 DOES NOT CONFORM  lakeside_court 1.0.0  1 级 level 1: 能加载 loads" in said
    assert (
        "通过 pass 1, 失败 fail 1, 不适用 not applicable 1, 受阻 blocked 1, 豁免 waived 1, 未观察到 not observed 1"
        in said
    )


def test_everything_that_keeps_an_adapter_from_passing_is_shown() -> None:
    said = text(ALL)
    assert "NOT OBSERVED RS-01" in said
    assert "SUITE ERROR OP-02" in said
    assert "KeyError: 'x'" in said
    assert "stands on RC-02" in said
    assert "豁免无效 the waiver of OP-07 names no check" in said
    assert "套件出错 THE SUITE BROKE" in said
    assert "LD-01" not in said
    assert "LD-01" in text(ALL, verbose=True)


def test_an_adapter_that_was_refused_is_told_with_the_reason() -> None:
    said = text(REFUSED)
    assert "未检验 nothing was run: conformance.toml: wire.path: missing" in said
    assert "不合格 DOES NOT CONFORM" in said
    assert "nothing was run" in page.page([REFUSED])
    assert json.loads(report.as_json([REFUSED]))["verdicts"][0]["refused"].startswith("conformance.toml")
    suite = ET.fromstring(report.junit([REFUSED]))[0]
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")


WARNED = one("OP-03", Outcome.WARNED, Level.OPERATES, expected="one", saw="two", said=suite.PREVIEW)


def test_a_warning_is_shown_as_one() -> None:
    warned = replace(GOOD, results=(*GOOD.results, WARNED))
    said = text(warned)
    assert "WARNING OP-03  OP-03 holds." in said
    assert "observed  two" in said
    assert "because   in preview: from the next release of the suite on, this fails" in said
    assert "合格 CONFORMS" in said
    assert "预警 warned 1" in said
    (told,) = [each for each in json.loads(report.as_json([warned]))["verdicts"][0]["checks"] if each["id"] == "OP-03"]
    assert (told["outcome"], told["failure"]["observed"]) == ("warned", "two")
    (made,) = ET.fromstring(report.junit([warned]))
    assert (made.get("failures"), made.get("skipped")) == ("0", "1")
    html = page.page([warned])
    assert '<td class="mark warned">预警 warned</td>' in html
    assert "<dd>two</dd>" in html


CALLS = (
    Exchange("GET", "/cases", {"since": "2026-03-02 <09>", "size": "4"}, 200, '{"rows":[{"title":"〔6〕"}]}'),
    Exchange("GET", "/cases", {"page": "WyIyMD…"}, None, ""),
)


def test_traffic_stands_beside_a_failure_on_the_page_and_in_json() -> None:
    told = replace(ALL, results=(replace(FAILED, traffic=CALLS),))
    html = page.page([told])
    assert "<summary>最后的往来 last exchanges, masked</summary>" in html
    assert "since = 2026-03-02 &lt;09&gt;\nsize = 4" in html
    assert "{&quot;rows&quot;:[{&quot;title&quot;:&quot;〔6〕&quot;}]}" in html
    assert "无回复 no reply" in html
    (only,) = json.loads(report.as_json([told]))["verdicts"][0]["checks"]
    assert only["traffic"][0] == {
        "method": "GET", "path": "/cases", "params": {"since": "2026-03-02 <09>", "size": "4"}, "status": 200,
        "reply": '{"rows":[{"title":"〔6〕"}]}',
    }  # fmt: skip
    assert only["traffic"][1]["status"] is None
    assert "last exchanges" not in page.page([ALL])
    assert "traffic" not in json.loads(report.as_json([ALL]))["verdicts"][0]["checks"][1]


def test_a_report_cannot_move_the_cursor() -> None:
    odd = replace(ALL, results=(replace(FAILED, saw="a\x1b[2Jb\u202ec\nd"),))
    assert "\x1b" not in text(odd)
    assert "a [2Jb c d" in text(odd)
    assert "\u202e" not in page.page([odd])
    assert "\x1b" not in report.junit([odd]).decode()


def test_json_tells_each_check_and_the_level() -> None:
    told = json.loads(report.as_json([ALL]))
    assert told["passed"] is False
    (verdict,) = told["verdicts"]
    assert (verdict["adapter"], verdict["level"], verdict["exit_code"], verdict["suite"]) == (
        "lakeside_court",
        1,
        3,
        "1.0",
    )
    assert verdict["counts"] == {
        "pass": 1, "fail": 1, "not-applicable": 1, "blocked": 1, "waived": 1, "warned": 0, "not-observed": 1,
        "suite-error": 1,
    }  # fmt: skip
    assert verdict["waiver_faults"] == [{"id": "OP-07", "because": "names no check"}]
    by = {each["id"]: each for each in verdict["checks"]}
    assert by["RC-02"]["failure"] == {
        "expected": "a new key for each record",
        "observed": "key ..17 at page 1 row 3 and page 2 row 0",
        "likely": "a row number that restarts",
        "where": "page 2 row 0",
    }
    assert by["RC-03"] == {
        "id": "RC-03", "level": 2, "clause": "RC-03 holds.", "outcome": "blocked", "seconds": 0.0123, "observed": 4,
        "because": "stands on RC-02",
    }  # fmt: skip
    assert "KeyError" in by["OP-02"]["traceback"]
    assert json.loads(report.as_json([GOOD]))["passed"] is True
    assert json.loads(report.as_json([GOOD, ALL]))["passed"] is False


def test_junit_counts_and_ends_each_case() -> None:
    (suite,) = ET.fromstring(report.junit([ALL]))
    counted = {name: suite.get(name) for name in ("name", "tests", "failures", "errors", "skipped")}
    assert counted == {
        "name": "conformance.lakeside_court", "tests": "8", "failures": "4", "errors": "1", "skipped": "2",
    }  # fmt: skip
    ends = {str(case.get("name"))[:5]: [end.tag for end in case] for case in suite}
    assert ends == {
        "LD-01": [],
        "RC-02": ["failure"],
        "RC-03": ["failure"],
        "RS-01": ["failure"],
        "RS-02": ["skipped"],
        "OP-01": ["skipped"],
        "OP-02": ["error"],
        "waive": ["failure"],
    }
    failure = suite[1][0]
    assert failure.get("message") == "fail: key ..17 at page 1 row 3 and page 2 row 0"
    assert "likely: a row number that restarts" in str(failure.text)


def test_the_page_needs_nothing_beside_it_and_escapes_what_it_quotes() -> None:
    html = page.page([ALL, GOOD])
    for mark in ("src=", "href=", "@import", "url(", "<script"):
        assert mark not in html
    assert "slow &lt;b&gt;disk&lt;/b&gt;" in html
    for result in RESULTS:
        assert result.check.clause in html
        assert f'<td class="mark {result.outcome}">{report.WORDS[result.outcome]}</td>' in html
    assert "<dt>likely</dt><dd>a row number that restarts</dd>" in html
    assert '2 级 level 2: 能读取 reads <span class="dim">0/2</span>' in html
    assert html.count("<h2>") == 2


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        ([GOOD], "level 4"),
        ([GOOD, ALL], "level 1"),
        ([REFUSED], "fails"),
        ([replace(GOOD, whole=False)], "partial"),
        ([replace(GOOD, whole=False), GOOD], "partial"),
    ],
)
def test_the_badge_tells_the_lowest_level(verdicts: list[Verdict], said: str) -> None:
    svg = page.badge(verdicts)
    title = ET.fromstring(svg)[0]
    assert title.text == f"yiwang conformance: {said}"


# commands


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Three installed adapters and what the suite says of them; answers what it was asked."""
    verdicts = {"good": GOOD, "bad": replace(ALL, results=RESULTS[:-1]), "odd": ALL}

    asked: list[Any] = []

    def proven(name: str, *, level: Level, only: list[str], processes: int) -> Verdict:
        assert processes == os.cpu_count()
        asked.append((name, level, only))
        return verdicts[name]

    monkeypatch.setattr(suite, "installed", lambda: tuple(verdicts))
    monkeypatch.setattr(suite, "prove_installed", proven)
    made = Check(
        "RC-02", Level.READS, "No two records share a key.", "1.0", "Else one is lost.", lambda harness: None,
        frozenset({Capability.COUNTED}), ("LD-01",), failing="key=row", passing="key=case_no",
    )  # fmt: skip
    first = Check("LD-01", Level.LOADS, "It loads.", "1.0", "It must.", lambda harness: None, waivable=False)
    monkeypatch.setattr(check, "CHECKS", known := {"RC-02": made, "LD-01": first})
    monkeypatch.setattr(explain, "CHECKS", known)
    monkeypatch.setattr(order.in_order, "__defaults__", (known,))
    return asked


def run(*args: str) -> Result:
    return CliRunner().invoke(cli.conform, args)


@pytest.mark.parametrize(
    ("args", "code"),
    [(("good",), 0), (("bad",), 1), (("odd",), 3), (("--all",), 3), (("run", "good"), 0), (("explain", "rc-2"), 0)],
)
def test_exit_codes_tell_pass_fail_and_a_broken_suite(given: Any, args: tuple[str, ...], code: int) -> None:
    assert run(*args).exit_code == code


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("god",), 'no adapter "god"; did you mean "good"?'),
        (("good", "--all"), "give either the NAME"),
        (("--level", "2"), "give either the NAME"),
        (("good", "--level", "5"), "range"),
        (("good", "--only", "RC-20"), "did you mean RC-02?"),
        (("good", "--jsn"), "--json"),
        (("good", "--json", "-", "--junit", "-"), "only one report"),
        (("explain", "RC-20"), "did you mean RC-02?"),
        (("explain",), "ID"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_meant(given: Any, args: tuple[str, ...], told: str) -> None:
    result = run(*args)
    assert result.exit_code == 2
    assert told in result.stderr


def test_level_and_ids_are_passed_on(given: list[Any]) -> None:
    run("good", "--level", "2", "--only", "rc-02")
    run("--all")
    assert given == [
        ("good", Level.READS, ["RC-02"]),
        *((name, Level.OPERATES, []) for name in ("good", "bad", "odd")),
    ]


def test_no_word_at_all_shows_the_help() -> None:
    result = run()
    assert result.exit_code == 2
    assert "explain" in result.stderr


def test_a_suite_that_breaks_says_so_and_ends_with_3(given: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(name: str, **how: Any) -> Verdict:
        raise order.SuiteBroken("checks stand on each other")

    monkeypatch.setattr(suite, "prove_installed", breaks)
    result = run("good")
    assert result.exit_code == 3
    assert "the suite broke: this says nothing about the adapter" in result.stderr


def test_reports_are_written_where_asked(given: Any, tmp_path: Path) -> None:
    names = {"--json": "a/r.json", "--junit": "r.xml", "--html": "r.html", "--badge": "r.svg"}
    result = run("bad", *(part for option, name in names.items() for part in (option, str(tmp_path / name))))
    assert result.exit_code == 1
    assert "FAIL RC-02" in result.stdout
    assert json.loads((tmp_path / "a/r.json").read_bytes())["verdicts"][0]["adapter"] == "lakeside_court"
    assert ET.parse(tmp_path / "r.xml").getroot().tag == "testsuites"
    assert (tmp_path / "r.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "level 1" in (tmp_path / "r.svg").read_text(encoding="utf-8")


def test_a_report_on_stdout_stands_alone(given: Any) -> None:
    result = run("bad", "--json", "-")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["passed"] is False


def test_a_check_is_explained(given: Any) -> None:
    assert run("explain", "RC-02").stdout == (
        "RC-02  No two records share a key.\n"
        "\n"
        "  级别 level     2 reads; family record; since suite 1.0\n"
        "  为何 why       Else one is lost.\n"
        "  适用 applies   to adapters that claim counted\n"
        "  先过 after     LD-01\n"
        "  豁免 waivable  with a reason and a last day\n"
        "\n"
        "  错误 fails\n"
        "      key=row\n"
        "\n"
        "  正确 passes\n"
        "      key=case_no\n"
    )
    assert "never: it is about privacy or loss of data" in run("explain", "LD-01").stdout


def test_a_check_in_preview_is_told_as_such(given: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Check("LD-02", Level.LOADS, "It is new.", "1.0", "It is.", lambda harness: None, preview=True)
    monkeypatch.setitem(check.CHECKS, "LD-02", made)
    assert "LD-02  1  It is new.  (预警 preview)" in run("list").stdout
    assert "in preview: it warns and does not fail" in run("explain", "LD-02").stdout


def test_checks_are_listed_in_order(given: Any) -> None:
    assert run("list").stdout == "LD-01  1  It loads.\nRC-02  2  No two records share a key.\n"
    assert run("list", "--level", "1").stdout == "LD-01  1  It loads.\n"
