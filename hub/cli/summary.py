"""The summary after a pull: what came, what it is about, what recurs across sources, what to do next."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hub.cli.show import say, table
from hub.settings import find
from hub.store import case_read, read

if TYPE_CHECKING:
    from hub.engine.local import SourceReport
    from hub.ingest import RunReport
    from hub.settings import Settings
    from hub.store.rows import Coverage
    from hub.store.store import Store
    from schemas.taxonomy import Taxonomy

MATTERS = 5  # disputes seen in several sources that are shown

OUTCOMES = {"complete": "完整", "empty": "无数据", "incomplete": "不完整", "denied": "被拒绝", "running": "进行中"}


def outcome_words(outcome: str, *, degraded: bool = False) -> str:
    """An outcome in Chinese and English."""
    words = f"{OUTCOMES.get(outcome, '')} {outcome}".strip()
    return f"{words} 降级 degraded" if degraded else words


def show_summary(
    settings: "Settings", store: "Store", taxonomy: "Taxonomy", reports: Sequence["SourceReport"], *, seconds: float
) -> None:
    """Print what the runs came to and, if they changed anything, what the store holds now."""
    changed = _show_runs(reports, seconds)
    if changed:
        _show_store(store, taxonomy)
    say(f"库 store: {settings.store.url if settings.store.url.startswith('sqlite') else store.database.dialect}")
    _show_next(f"hub --config {settings.path}" if settings.path != find() else "hub", reports)


def _show_store(store: "Store", taxonomy: "Taxonomy") -> None:
    with store.database.reading() as connection:
        counts = read.category_counts(connection)
        coverage = read.coverage(connection)
        matters, several = case_read.seen_in_several(connection, MATTERS)
        cases = case_read.counts(connection)
    show_categories(taxonomy, counts)
    show_coverage(coverage)
    waiting = f", 待核 {cases.asked} pairs wait for a person" if cases.asked else ""
    say(f"案件 cases: {cases.cases}, 记录 from {cases.records} records{waiting}")
    if matters:
        say(f"同一纠纷见于多个来源 disputes seen in several sources: {matters}")
        rows = [(row.code, row.title, row.records, ", ".join(sources)) for row, sources in several]
        table(("案号 code", "标题 title", "件 records", "来源 sources"), rows, right=(2,))


def show_categories(taxonomy: "Taxonomy", counts: dict[str | None, int]) -> None:
    """Print the live records of every category, and those without one."""
    rows = [
        (each.code, f"{each.label} {each.label_en}", counts.get(each.code, 0)) for each in taxonomy.categories.values()
    ]
    rows = [row for row in rows if row[2] or taxonomy.live(row[0])]
    table(
        ("类", "大类 category", "件 records"), [*rows, ("-", "未归类 no category yet", counts.get(None, 0))], right=(2,)
    )


def show_coverage(coverage: Sequence["Coverage"]) -> None:
    """Print how far records and codes found their items, with and without D21."""
    columns = (
        "来源 source", "件 records", "归项 mapped", "占比 share", "不计D21 without", "归类 category only",
        "未归 unmapped", "编码 codes", "事项 items",
    )  # fmt: skip
    rows = [(each.source, *_covered([each]), f"{each.codes_mapped}/{each.codes}", each.items) for each in coverage]
    if len(coverage) > 1:
        rows.append(("合计 all", *_covered(coverage), "", ""))
    table(columns, rows, right=range(1, len(columns)))


def _covered(coverage: Sequence["Coverage"]) -> tuple[object, ...]:
    records, mapped = sum(each.records for each in coverage), sum(each.mapped for each in coverage)
    rest, proposed = sum(each.rest for each in coverage), sum(each.proposed for each in coverage)
    share, without = (f"{part / records:.1%}" if records else None for part in (mapped, mapped - rest))
    return records, mapped, share, without, proposed, records - mapped - proposed


def _show_runs(reports: Sequence["SourceReport"], seconds: float) -> bool:
    """Print a row for each run; answers whether the store has changed."""
    rows: list[tuple[object, ...]] = []
    for report in sorted(reports, key=lambda each: each.source):
        rows += [_run_row(run) for run in report.runs]
        if report.broken:
            rows.append((report.source, "失败 failed", *[""] * 8))
    columns = (
        "来源 source", "结果 outcome", "收到 fetched", "新存 stored", "未变 unchanged", "旧版 superseded",
        "删除 deleted", "退回 rejected", "未归 unmapped", "秒 s",
    )  # fmt: skip
    table(columns, rows, right=range(2, len(columns)), if_any=(5, 6))
    for report in reports:
        for why in filter(None, (report.broken, *(run.error for run in report.runs))):
            say(f"{report.source}: {why}")
        for run in report.runs:
            if run.drift:
                told = ", ".join(f"{name} ({change})" for name, change in run.drift)
                say(f"{report.source}: 字段有变 fields have changed: {told}")
    runs = [run for report in reports for run in report.runs]
    fetched = sum(run.counts.fetched for run in runs)
    stored = sum(run.counts.stored + run.counts.deleted for run in runs)
    if fetched and not stored and not any(report.failed for report in reports):
        say(f"没有新内容 nothing new: {fetched} items read, none stored ({seconds:.1f} s)")
    else:
        say(f"收到 {fetched} fetched, 新存 {stored} stored ({seconds:.1f} s)")
    say("")
    return stored > 0


def _run_row(run: "RunReport") -> tuple[object, ...]:
    counts = run.counts
    name = run.source if run.stream == "records" else f"{run.source}/{run.stream}"
    return (
        name,
        outcome_words(run.outcome, degraded=run.degraded),
        counts.fetched,
        counts.stored,
        counts.unchanged,
        counts.superseded,
        counts.deleted,
        counts.rejected,
        counts.unmapped,
        f"{run.duration.total_seconds():.1f}",
    )


def _show_next(hub: str, reports: Sequence["SourceReport"]) -> None:
    say("接下来 next:")
    say(f"  {hub} record list --limit 10          看记录 look at records")
    say(f"  {hub} case list --several             看案件 cases seen in several sources")
    if any(run.counts.rejected for report in reports for run in report.runs):
        say(f"  {hub} record list --rejected          看退回 what was rejected, and why")
    if any(run.counts.unmapped for report in reports for run in report.runs):
        say(f"  {hub} taxonomy coverage               看归类 which codes have no item yet")
    say(f"  {hub} run                             持续运行 stay up and poll")
