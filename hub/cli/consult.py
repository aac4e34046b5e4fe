"""``hub case consult``: call bodies and persons together over a case, raise it a level, say what came of it."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from hub.cli.by_hand import clear_options, person, written_down
from hub.cli.case_timeline import ZONE, local, the_case
from hub.cli.case_words import record_ref
from hub.cli.show import json_option, say, table, write_json
from hub.cli.workplace import Workplace, at_work

if TYPE_CHECKING:
    from hub.casework.consultation import Consulted, Meeting
    from hub.store.store import Store


@click.command("consult")
@click.argument("number", metavar="CASE")
@click.option("--level", type=click.IntRange(1, 4), help="Call one: 1 grid, village; 2 town; 3 department; 4 county.")
@click.option("--raise", "higher", is_flag=True, help="End the open one and call the next level.")
@click.option("--end", type=click.Choice(["settled", "closed"]), help="End the open one.")
@click.option("--body", "bodies", multiple=True, metavar="NAME", help="A body or source, no person; repeat it.")
@click.option("--person", "persons", multiple=True, metavar="NAME", help="A person who is called; sealed. Repeat it.")
@click.option("--at", "meets", default="", metavar="TIME", help="When they meet: 2026-05-06T09:30, Beijing time.")
@click.option("--reception", default="", metavar="ID", help="Set it on this day of hub case receptions.")
@click.option("--agenda", default="", help="What it is about; sealed.")
@click.option("--conclusion", default="", help="What came of the one that ends; sealed.")
@clear_options
@json_option
@at_work
def consult(
    work: Workplace,
    number: str,
    *,
    level: int | None,
    higher: bool,
    end: str | None,
    bodies: tuple[str, ...],
    persons: tuple[str, ...],
    meets: str,
    reception: str,
    agenda: str,
    conclusion: str,
    clear: bool,
    reason: str,
    as_json: bool,
) -> None:
    """Consult over a case (联席会商), at level 1 to 4. Without --level, --raise and --end: show what there was."""
    from hub.casework import consultation
    from hub.casework.consultation import Meeting, State, consultations
    from hub.casework.discretion import body_named, openly

    if (level is not None) + higher + (end is not None) > 1:
        raise click.UsageError("one of --level, --raise and --end at a time")
    calls = level is not None or higher
    if calls and not (bodies or reception):
        raise click.UsageError("who is called? --body NAME, once for each")
    if (bodies or persons or meets or reception or agenda) and not calls:
        raise click.UsageError("--body, --person, --at, --reception and --agenda go with --level or --raise")
    if (higher or end) and not conclusion.strip():
        raise click.UsageError("what came of it? --conclusion TEXT")
    at_time = _meets(meets)
    known = {*work.settings.sources, *work.settings.case.notice.accounts}
    with work.store() as store:
        with store.database.reading() as connection:
            code = the_case(connection, store, number)
            called = [each if each in known else body_named(connection, store, each, code=code) for each in bodies]
        meeting = Meeting(bodies=tuple(called), persons=persons, meets=at_time, agenda=agenda)
        by, at = person()
        now = datetime.fromisoformat(at)
        meeting = _received(store, code, meeting, reception, level, now) if reception else meeting
        if calls or end or clear:
            with store.database.transaction() as connection:
                entry: dict[str, object] = {"case": code}
                home = consultation.home_of(connection, code)
                if level is not None:
                    ref = consultation.call(connection, store, code, level, meeting, by=by, now=now)
                    done, entry["level"] = "called", level
                elif higher:
                    ref = consultation.raise_level(
                        connection, store, code, meeting, conclusion=conclusion, by=by, now=now
                    )
                    done = "raised"
                elif end:
                    ref = consultation.conclude(
                        connection, store, code, State(end), conclusion=conclusion, by=by, now=now
                    )
                    done = end
                else:
                    ref, done, entry["reason"] = None, "read_clear", openly(connection, store, reason, codes=[code])
                if ref is not None:
                    entry["consultation"] = f"{ref[0]}-{ref[1]}"
                written_down(connection, store, home=home, action=f"consultation.{done}", entry=entry, by=by, at=at)
        with store.database.reading() as connection:
            rows = consultations(connection, store, code, clear=clear)
    if as_json:
        write_json({"case": code, "clear": clear, "consultations": rows})
    else:
        _show(code, rows, clear=clear)


def _show(code: str, rows: "list[Consulted]", *, clear: bool) -> None:
    from hub.casework.consultation import LEVELS, STATES
    from schemas.case_code import spoken

    if not rows:
        say(f"没有会商 no consultation: {spoken(code)}")
        return
    columns = ("编号 id", "级别 level", "状态 state", "单位 bodies", "时间 meets", "召集 called", "结束 ended")
    cells = [
        (
            f"{each.home}-{each.id}",
            f"{each.level} {LEVELS[each.level]}",
            f"{STATES[each.state]} {each.state}",
            each.bodies,
            local(each.meets) or None,
            local(each.called),
            local(each.ended) or None,
        )
        for each in rows
    ]
    table(columns, cells, title=f"会商 consultations: {spoken(code)}  (北京时间 Beijing time)")
    for each in rows if clear else ():
        words = (
            ("人员 persons", ", ".join(each.persons)),
            ("议题 agenda", each.agenda),
            ("结论 conclusion", each.conclusion),
        )
        say("  ".join([f"{each.home}-{each.id}", *(f"{name}: {told or '-'}" for name, told in words)]))


def _received(
    store: "Store", code: str, meeting: "Meeting", reception: str, level: int | None, now: datetime
) -> "Meeting":
    """The meeting on a day of reception; without a level it is the one above the open one's."""
    from hub.casework import receptions
    from hub.casework.consultation import open_one

    day = receptions.reception(store, record_ref(reception), now=now)
    if level is None:
        with store.database.reading() as connection:
            level = open_one(connection, store, code).level + 1
    return receptions.on_reception(day, meeting, level)


def _meets(text: str) -> datetime | None:
    if not text:
        return None
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("a time such as 2026-05-06T09:30 is wanted", param_hint="--at") from None
    return told if told.tzinfo else told.replace(tzinfo=ZONE)
