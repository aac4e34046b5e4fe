"""``python -m conformance.spec`` writes what is generated: the table in ``SPEC.md``, new ids in ``ids.lock``."""

from collections.abc import Callable
from pathlib import Path

from conformance.check import FAMILIES, Check
from conformance.order import in_order
from conformance.specimens import proven
from conformance.waivers import may_be_waived

SPEC = Path(__file__).with_name("SPEC.md")
LOCK = Path(__file__).with_name("ids.lock")
BEGIN, END = "<!-- coverage: python -m conformance.spec -->\n", "<!-- end of coverage -->\n"
RETIRED = "retired"


def table() -> str:
    """The coverage table, Markdown: a row for each check in the order of ids.

    A check stands on others, which have to be good before it is run, and on what the adapter claims.
    """
    by = proven()
    heads = ("id", "level", "clause", "stands on", "waivable", "broken adapters that fail it")
    rows = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for check in sorted(in_order(), key=_by_family()):
        broken = " ".join(f"`{name}`" for name in by[check.id]) or "**none**"
        waivable = "yes" if may_be_waived(check) else "never"
        clause = check.clause.replace("|", "\\|")
        below = " ".join([*check.after, *sorted(check.needs)])
        rows.append(f"| {check.id} | {int(check.level)} | {clause} | {below} | {waivable} | {broken} |")
    return "\n".join(rows) + "\n"


def locked() -> dict[str, str]:
    """Every id ever given with what follows it in ``ids.lock``: the suite's version, or ``retired``."""
    return dict(line.split() for line in LOCK.read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#"))


def written() -> str:
    """The coverage table as it stands in ``SPEC.md``."""
    return SPEC.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]


def main() -> None:
    """Write the coverage table anew and add new ids to the lock. An id that is gone stays: mark it retired by hand."""
    head, rest = SPEC.read_text(encoding="utf-8").split(BEGIN)
    SPEC.write_text(f"{head}{BEGIN}{table()}{END}{rest.split(END)[1]}", encoding="utf-8")
    known = locked()
    new = [check for check in sorted(in_order(), key=_by_family()) if check.id not in known]
    with LOCK.open("a", encoding="utf-8") as lock:
        lock.writelines(f"{check.id} {check.since}\n" for check in new)


def _by_family() -> Callable[[Check], tuple[int, str]]:
    families = list(FAMILIES)
    return lambda check: (families.index(check.family), check.id)


if __name__ == "__main__":
    main()
