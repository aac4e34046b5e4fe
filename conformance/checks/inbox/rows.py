"""IN: what becomes of the rows of a push: all of them records, none at the cost of another, and none of them told."""

from contextlib import suppress

from conformance.check import Level, check
from conformance.checks.privacy import loud, nowhere, told
from conformance.harness import Harness
from conformance.leaves import masked
from conformance.outcome import NotApplicable, Violation
from conformance.pushing import inbox, push, read, sender, stream_of
from conformance.resuming import stored
from hub.api import Capability
from hub.testing import RecordRow

READS = Level.READS


@check(
    "IN-07",
    level=READS,
    clause="Each row of a push that was answered with success becomes its record.",
    why="The source has its answer and tells the row no more. What cannot be opened or shaped then is a matter that "
    "nobody sees.",
    needs=Capability.PUSH,
    after=("RC-01", "RC-02", "IN-01"),
    waivable=False,
    failing="webhook=hub.Webhook(signing=SIGNING)  # no envelope: pushes are opened as replies are",
    passing='webhook=hub.Webhook(signing=SIGNING, envelope=hub.Envelope(items="data", single=True))',
)
def pushes_become_records(h: Harness) -> None:
    """Push every recorded row; count outcomes and records."""
    with sender(h) as sim, h.store() as store:
        pushes = len(push(h, sim, store))
        report, due = read(h, sim, store), len({str(row.get(sim.spec.key)) for row in sim.rows})
        found = len(h.records(store))
    if report is None or report.outcome != "complete" or report.counts.rejected:
        said = "nothing was read" if report is None else f"{report.outcome}, {report.counts.rejected} rows refused"
        raise Violation(
            expected="every push opened, every row shaped",
            observed=f"{said}{f': {report.error}' if report and report.error else ''}",
            likely="pushes have a shape of their own, and the webhook declares no envelope for it, or another one",
            where=f"{pushes} pushes of the recorded rows",
        )
    if found != due:
        raise Violation(
            expected=f"{due} records, one for each row",
            observed=f"{found}",
            likely="the key is made of the push, or items() leaves rows out",
            where=f"{pushes} pushes of the recorded rows",
        )


@check(
    "IN-08",
    level=READS,
    clause="A row that is pushed becomes the record it becomes when it is asked for.",
    why="Two ways in and one matter: a record that changes with the way it came never comes to rest.",
    needs=Capability.PUSH,
    after=("IN-07", "PG-01"),
    failing='def items(self, page): return [{"case_no": page.body["case"]["case_no"]}]  # "a push is only a notice"',
    passing="the same row, the same draft: only the envelope differs",
)
def both_ways_agree(h: Harness) -> None:
    """Read the rows into one store, push them into another; compare the records."""
    if h.subject.way == "push":
        raise NotApplicable("its source is not asked for anything: it pushes")
    if stream_of(h) != h.stream:
        raise NotApplicable("what is pushed is a stream of its own, which is not asked for")
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        asked = stored(h, store)
    with sender(h) as pushing, h.store() as store:
        push(h, pushing, store)
        read(h, pushing, store)
        pushed = stored(h, store)
    for key in sorted(asked.keys() | pushed.keys()):
        other = _differing(asked.get(key), pushed.get(key))
        if other:
            raise Violation(
                expected="the record that a read makes of the row",
                observed=f"another one: {', '.join(other)}",
                likely="items() makes something else of a push than of a page",
                where=f"key {masked(key)}",
            )


@check(
    "IN-09",
    level=READS,
    clause="A push of another shape is told as one that could not be read, never as one without rows.",
    why="One day the source wraps its rows otherwise. It is answered with success all the same, and what it told must "
    "be found again when the adapter is mended.",
    needs=Capability.PUSH,
    after=("IN-07",),
    waivable=False,
    failing='def items(self, page): return page.body.get("cases", [])',
    passing="the webhook's envelope: rows that are not where they were are an error, and the push is kept as failed",
)
def other_shapes_are_told(h: Harness) -> None:
    """A push with its rows under a name that nobody knows."""
    with sender(h) as sim, h.store() as store:
        with inbox(h, sim, store) as door:
            request = sim.request(door, sim.strange(dict(next(iter(sim.rows)))))
            if not sim.send(door, request).good:
                return  # the source knows at once that it was not understood
        report = read(h, sim, store)
        h.observe()
    if report is None or (report.outcome in ("complete", "empty") and not report.counts.rejected):
        raise Violation(
            expected="a push that is marked as failed, or a rejection",
            observed="nothing of the kind: it counts as read, with no row in it",
            likely="items() looks for the rows itself and takes their absence for an answer",
            where="a push whose rows stand under another name",
        )


@check(
    "IN-10",
    level=READS,
    clause="A row of a push that cannot be read is rejected alone, and its neighbours are stored.",
    why="Pushes come in batches. One bad row that costs its neighbours costs them for good: they were answered with "
    "success.",
    needs=Capability.PUSH,
    after=("IN-07", "RC-04"),
    waivable=False,
    failing='def items(self, page): return sorted(page.rows, key=lambda row: row["updated"])',
    passing="rows as they come: what draft raises concerns its own row",
)
def bad_rows_are_alone(h: Harness) -> None:
    """Push the recorded rows, one in their middle without its key and with nothing in its other fields."""
    with sender(h) as sim, h.store() as store:
        rows = [dict(row) for row in sim.rows]
        middle = len(rows) // 2
        rows[middle] = dict.fromkeys(name for name in rows[middle] if name != sim.spec.key)
        push(h, sim, store, rows)
        report = read(h, sim, store)
        due, found = len({str(row[sim.spec.key]) for row in rows if sim.spec.key in row}), len(h.records(store))
    if report is None or report.outcome != "complete" or found < due:
        raise Violation(
            expected=f"all {due} neighbours stored, and the pushes read",
            observed=f"{found} stored, the reading {report.outcome if report else 'empty'}",
            likely="something beside draft looks into the rows, and one of them breaks it",
            where="a push with a row that says nothing",
        )


@check(
    "IN-11",
    level=READS,
    clause="Neither the secret nor the people of a push stand in a log line, output, answer or open column.",
    why="Pushes come by night and by the thousand: whatever says something of one says it of all of them.",
    needs=Capability.PUSH,
    after=("IN-07",),
    waivable=False,
    failing='def items(self, page): print("pushed:", page.body); return page.rows',
    passing="nothing: the hub counts pushes, and logs what happened to them by their numbers",
)
def pushes_are_discreet(h: Harness) -> None:
    """A good push, a refused one and one that cannot be read, with every logger at its loudest."""
    with sender(h) as sim, h.store() as store, loud():
        kinds = ("secret", *h.canaries.found_in(str(list(sim.rows))))
        answers = [each.body for each in push(h, sim, store)]
        with inbox(h, sim, store) as door:
            first = next(sim.bodies())
            for body, secret in ((first, "of-somebody-else"), (first[:-1], None), (b'{"unheard_of":1}', None)):
                with suppress(ValueError):  # a signature in the body has no place in half of one
                    answers.append(sim.send(door, sim.request(door, body, secret=secret)).body)
        report = read(h, sim, store)
        places = told(h, store, report) | {"the answers": str(answers)}
    places = {name: said for name, said in places.items() if name != "table record"}  # PV-04 looks at its columns
    nowhere(h, places, kinds, likely="a print or log line for debugging that was left in items() or draft()")


def _differing(one: RecordRow | None, other: RecordRow | None) -> list[str]:
    """What two records of one key do not agree in."""
    if one is None or other is None:
        return ["there is one of them only"]
    heads = [name for name in ("revision", "deleted", "item", "stage") if getattr(one, name) != getattr(other, name)]
    names = sorted({**one.body, **other.body})
    return [*dict.fromkeys(heads + [name for name in names if one.body.get(name) != other.body.get(name)])]
