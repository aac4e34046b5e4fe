"""What the suite found, told to people on a terminal and to programs as JSON and JUnit XML. Pages are in `page`."""

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

import orjson
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from conformance.check import Level
from conformance.outcome import Outcome
from conformance.traffic import as_facts
from conformance.verdict import Result, Verdict

LEVELS = {
    Level.LOADS: "能加载 loads",
    Level.READS: "能读取 reads",
    Level.RESUMES: "能续读 resumes",
    Level.OPERATES: "能运行 operates",
}
WORDS = {
    Outcome.PASS: "通过 pass",
    Outcome.FAIL: "失败 fail",
    Outcome.NOT_APPLICABLE: "不适用 not applicable",
    Outcome.BLOCKED: "受阻 blocked",
    Outcome.WAIVED: "豁免 waived",
    Outcome.WARNED: "预警 warned",
    Outcome.NOT_OBSERVED: "未观察到 not observed",
    Outcome.SUITE_ERROR: "套件出错 suite error",
}
COLOURS = {
    Outcome.PASS: "green",
    Outcome.FAIL: "red",
    Outcome.NOT_APPLICABLE: "dim",
    Outcome.BLOCKED: "yellow",
    Outcome.WAIVED: "yellow",
    Outcome.WARNED: "yellow",
    Outcome.NOT_OBSERVED: "red",
    Outcome.SUITE_ERROR: "magenta",
}
HEADS = {
    Outcome.FAIL: "FAIL",
    Outcome.NOT_OBSERVED: "NOT OBSERVED",
    Outcome.WARNED: "WARNING",
    Outcome.SUITE_ERROR: "SUITE ERROR",
}
"""Outcomes told in a block of their own."""


def level_words(verdict: Verdict) -> str:
    """The level reached, in words."""
    if verdict.level is None:
        return "未定 not told: only a part was run"
    if not verdict.level:
        return "未达一级 level 0: not even level 1"
    return f"{verdict.level} 级 level {verdict.level}: {LEVELS[Level(verdict.level)]}"


def blocks(result: Result) -> list[tuple[str, str]]:
    """(name, text) of what a failure says, in the order it is read; nothing that is empty."""
    told = [
        ("expected", result.expected),
        ("observed", result.saw),
        ("likely", result.likely),
        ("where", result.where),
        ("because", result.said),
    ]
    return [(name, plain(text)) for name, text in told if text]


def plain(text: str) -> str:
    """Text on one line without control characters or bidirectional overrides: it may quote a source."""
    return "".join(mark if mark.isprintable() else " " for mark in text)


def show(verdict: Verdict, console: Console, *, verbose: bool = False) -> None:
    """Print a verdict: what failed and why first read last, just above the sum, where a terminal stands."""
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for result in verdict.results:
        if verbose or result.outcome is not Outcome.PASS:
            said = Text(result.check.clause)
            if result.said:
                said.append(f" ({plain(result.said)})", style="dim")
            grid.add_row(result.check.id, Text(WORDS[result.outcome], style=COLOURS[result.outcome]), said)
    if grid.row_count:
        console.print(grid)
        console.print()
    for result in verdict.results:
        if result.outcome in HEADS:
            _show_failure(verdict, result, console)
    for fault in verdict.faults:
        console.print(Text.assemble(("WAIVER ", "red bold"), plain(f"豁免无效 {fault}")))
    if verdict.refused:
        console.print(Text.assemble(("FAIL ", "red bold"), plain(f"未检验 nothing was run: {verdict.refused}")))
    _show_sum(verdict, console)


def _show_failure(verdict: Verdict, result: Result, console: Console) -> None:
    check = result.check
    console.print(
        Text.assemble(
            (f"{HEADS[result.outcome]} {check.id}  ", f"{COLOURS[result.outcome]} bold"),
            f"{check.clause}  ",
            (f"level {int(check.level)}  {verdict.adapter} {verdict.version}", "dim"),
        )
    )
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="bold")
    grid.add_column(overflow="fold")
    for name, text in blocks(result):
        grid.add_row(name, Text(text))
    grid.add_row("rule", Text(f"hub conform explain {check.id}", style="dim"))
    console.print(Padding(grid, (0, 0, 0, 2)))
    if result.outcome is Outcome.SUITE_ERROR:
        console.print(Padding(Text(result.traceback.rstrip(), style="dim"), (0, 0, 0, 2)))
    console.print()


def _show_sum(verdict: Verdict, console: Console) -> None:
    counts = ", ".join(f"{WORDS[outcome]} {n}" for outcome in Outcome if (n := verdict.count(outcome)))
    if verdict.broken:
        word, colour = "套件出错 THE SUITE BROKE", "magenta bold"
    elif verdict.passed:
        word, colour = "合格 CONFORMS", "green bold"
    else:
        word, colour = "不合格 DOES NOT CONFORM", "red bold"
    console.print(Text.assemble((word, colour), f"  {verdict.adapter} {verdict.version}  {level_words(verdict)}"))
    console.print(Text(f"{counts}  ({verdict.seconds:.1f} s, suite {verdict.suite})", style="dim"))


def facts(verdict: Verdict) -> dict[str, Any]:
    """A verdict as plain values, for JSON. Keys are part of the suite's version."""
    return {
        "suite": verdict.suite,
        "adapter": verdict.adapter,
        "version": verdict.version,
        "began": verdict.began.isoformat(timespec="seconds"),
        "seconds": round(verdict.seconds, 3),
        "passed": verdict.passed,
        "exit_code": verdict.exit_code,
        "asked_level": int(verdict.asked),
        "level": verdict.level,
        "counts": {outcome.value: verdict.count(outcome) for outcome in Outcome},
        **({"refused": verdict.refused} if verdict.refused else {}),
        "waiver_faults": [{"id": fault.id, "because": fault.said} for fault in verdict.faults],
        "checks": [
            {
                "id": result.check.id,
                "level": int(result.check.level),
                "clause": result.check.clause,
                "outcome": result.outcome.value,
                "seconds": round(result.seconds, 4),
                "observed": result.observed,
                **({"failure": dict(blocks(result))} if result.outcome in HEADS else {}),
                **({"because": result.said} if result.said and result.outcome not in HEADS else {}),
                **({"traffic": as_facts(result.traffic)} if result.traffic else {}),
                **({"traceback": result.traceback} if result.traceback else {}),
            }
            for result in verdict.results
        ],
    }


def as_json(verdicts: Sequence[Verdict]) -> bytes:
    """``{"passed", "verdicts": […]}``, indented, with a line end."""
    value = {
        "passed": bool(verdicts) and all(each.passed for each in verdicts),
        "verdicts": [facts(each) for each in verdicts],
    }
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def junit(verdicts: Sequence[Verdict]) -> bytes:
    """JUnit XML: a suite per adapter, a case per check; failures with their blocks, a suite-error as ``error``."""
    root = ET.Element("testsuites")
    for verdict in verdicts:
        alone = [(f"waiver {fault.id}", str(fault)) for fault in verdict.faults]
        if verdict.refused:
            alone.append(("loads", verdict.refused))
        suite = ET.SubElement(
            root,
            "testsuite",
            name=f"conformance.{verdict.adapter}",
            timestamp=verdict.began.isoformat(timespec="seconds"),
            time=f"{verdict.seconds:.3f}",
            tests=str(len(verdict.results) + len(alone)),
            failures=str(sum(_ends(each) == "failure" for each in verdict.results) + len(alone)),
            errors=str(verdict.count(Outcome.SUITE_ERROR)),
            skipped=str(sum(_ends(each) == "skipped" for each in verdict.results)),
        )
        for result in verdict.results:
            case = _case(suite, verdict, f"{result.check.id} {result.check.clause}", result.seconds)
            if end := _ends(result):
                text = "\n".join(f"{name}: {text}" for name, text in blocks(result))
                node = ET.SubElement(case, end, message=_xml(f"{result.outcome}: {result.saw or result.said}"))
                node.text = _xml(f"{text}\n{result.traceback}" if end == "error" else text)
        for name, said in alone:
            ET.SubElement(_case(suite, verdict, _xml(name), 0), "failure", message=_xml(said))
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _case(suite: ET.Element, verdict: Verdict, name: str, seconds: float) -> ET.Element:
    where = f"conformance.{verdict.adapter}"
    return ET.SubElement(suite, "testcase", classname=where, name=name, time=f"{seconds:.3f}")


def _ends(result: Result) -> str:
    """The element a result has in JUnit; empty when it passed. What is blocked fails: it proves nothing."""
    match result.outcome:
        case Outcome.PASS:
            return ""
        case Outcome.SUITE_ERROR:
            return "error"
        case Outcome.NOT_APPLICABLE | Outcome.WAIVED | Outcome.WARNED:
            return "skipped"
        case _:
            return "failure"


def _xml(text: str) -> str:
    """Text that XML 1.0 can hold."""
    return "".join(mark if mark in "\t\n" or mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in text)
