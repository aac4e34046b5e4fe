"""What the suite found as one HTML page that needs nothing beside it, and as a badge."""

from collections.abc import Iterator, Sequence
from html import escape

from conformance.check import FAMILIES, Level
from conformance.outcome import Outcome
from conformance.report import HEADS, LEVELS, WORDS, blocks, level_words, plain
from conformance.verdict import Result, Verdict

STYLE = """
:root { color-scheme: light dark; --good: #1a7f37; --bad: #c62828; --open: #9a6700; --odd: #8250df; --dim: #57606a;
  --line: #d0d7de; --card: #f6f8fa; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #f85149; --open: #d29922; --odd: #bc8cff;
  --dim: #9aa4af; --line: #30363d; --card: #161b22; } }
body { font: 15px/1.55 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; max-width: 64rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.2rem; margin: 2.5rem 0 .3rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .4rem; }
p { margin: .3rem 0; } .dim { color: var(--dim); }
table { border-collapse: collapse; width: 100%; } td { padding: .3rem .6rem .3rem 0; vertical-align: top;
  border-top: 1px solid var(--line); } td:first-child { white-space: nowrap; font-variant-numeric: tabular-nums; }
td.end { text-align: right; white-space: nowrap; color: var(--dim); }
.mark { white-space: nowrap; font-weight: 600; }
.pass, .good { color: var(--good); } .fail, .not-observed, .bad { color: var(--bad); }
.blocked, .waived, .warned { color: var(--open); } .suite-error { color: var(--odd); }
.not-applicable { color: var(--dim); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .4rem 0 .6rem;
  padding: .6rem .8rem; background: var(--card); border-left: 3px solid var(--bad); }
dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
details table { table-layout: fixed; } details pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .2rem 0; }
details td:first-child { white-space: normal; overflow-wrap: anywhere; width: 38%; }
pre { overflow-x: auto; background: var(--card); padding: .6rem .8rem; font-size: .85rem; }
"""

BADGE_COLOURS = {None: "#6e7781", 0: "#c62828", 1: "#b25e00", 2: "#8a7000", 3: "#3d7a1f", 4: "#1a7f37"}


def page(verdicts: Sequence[Verdict]) -> str:
    """The page: per adapter the sum, then each level with its checks, clauses and failures."""
    names = ", ".join(each.adapter for each in verdicts)
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="zh-CN"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>一致性 Conformance: {_safe(names)}</title>",
            f"<style>{STYLE}</style></head><body>",
            "<h1>一网 Yiwang: 适配器一致性 conformance of adapters</h1>",
            *(part for verdict in verdicts for part in _verdict(verdict)),
            "</body></html>",
            "",
        )
    )


def _verdict(verdict: Verdict) -> Iterator[str]:
    counts = ", ".join(f"{WORDS[outcome]} {n}" for outcome in Outcome if (n := verdict.count(outcome)))
    if verdict.broken:
        word, tone = "套件出错 the suite broke", "suite-error"
    else:
        word, tone = ("合格 conforms", "good") if verdict.passed else ("不合格 does not conform", "bad")
    yield f"<h2>{_safe(verdict.adapter)} {_safe(verdict.version)}</h2>"
    yield f'<p><span class="mark {tone}">{word}</span> · {_safe(level_words(verdict))}</p>'
    yield (
        f'<p class="dim">{counts} · {verdict.seconds:.1f} s · suite {_safe(verdict.suite)} · '
        f"{verdict.began:%Y-%m-%d %H:%M} UTC</p>"
    )
    if verdict.refused:
        yield f'<p class="bad">未检验 nothing was run: {_safe(verdict.refused)}</p>'
    for fault in verdict.faults:
        yield f'<p class="bad">豁免无效 {_safe(str(fault))}</p>'
    for level in Level:
        if mine := [result for result in verdict.results if result.check.level is level]:
            good = sum(result.good for result in mine)
            head = f"{int(level)} 级 level {int(level)}: {LEVELS[level]}"
            yield f'<h3>{head} <span class="dim">{good}/{len(mine)}</span></h3>'
            yield "<table>"
            for result in mine:
                yield from _row(result)
            yield "</table>"


def _row(result: Result) -> Iterator[str]:
    check = result.check
    family = FAMILIES[check.family]
    yield f'<tr id="{_safe(check.id)}"><td title="{_safe(family)}">{_safe(check.id)}</td>'
    yield f'<td class="mark {result.outcome}">{WORDS[result.outcome]}</td><td>{_safe(check.clause)}'
    if result.outcome in HEADS:
        told = "".join(f"<dt>{name}</dt><dd>{_safe(text)}</dd>" for name, text in blocks(result))
        yield f'<dl>{told}</dl><p class="dim">{_safe(check.why)}</p>'
        yield from _traffic(result)
        if result.traceback:
            yield f"<details><summary>traceback</summary><pre>{escape(result.traceback)}</pre></details>"
    elif result.said:
        yield f' <span class="dim">({_safe(result.said)})</span>'
    yield f'</td><td class="end">{result.seconds * 1000:.0f} ms</td></tr>'


def _traffic(result: Result) -> Iterator[str]:
    if not result.traffic:
        return
    yield "<details><summary>最后的往来 last exchanges, masked</summary><table>"
    for each in result.traffic:
        asked = "\n".join(f"{_safe(name)} = {_safe(value)}" for name, value in each.params.items())
        status = "无回复 no reply" if each.status is None else str(each.status)
        yield f"<tr><td>{_safe(each.method)} {_safe(each.path)}<pre>{asked}</pre></td>"
        yield f"<td>{status}<pre>{_safe(each.reply)}</pre></td></tr>"
    yield "</table></details>"


def _safe(text: str) -> str:
    return escape(plain(text))


def badge(verdicts: Sequence[Verdict]) -> str:
    """An SVG badge: the level every adapter reached, the lowest of them; "partial" when only a part was run."""
    levels = [verdict.level for verdict in verdicts]
    known = [level for level in levels if level is not None]
    level = min(known) if known and len(known) == len(levels) else None
    said = "partial" if level is None else f"level {level}" if level else "fails"
    left, right = "yiwang conformance", said
    a, b = 7 * len(left) + 12, 7 * len(right) + 12
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{a + b}" height="20" role="img" '
        f'aria-label="{left}: {right}"><title>{left}: {right}</title>'
        f'<rect width="{a + b}" height="20" rx="3" fill="#444"/>'
        f'<path fill="{BADGE_COLOURS[level]}" d="M{a} 0h{b - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H{a}z"/>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="{a / 2:g}" y="14" textLength="{a - 14}">{left}</text>'
        f'<text x="{a + b / 2:g}" y="14" textLength="{b - 14}">{right}</text></g></svg>\n'
    )
