"""Which checks run, and in which order: by family and number, each behind those it stands on."""

from collections.abc import Iterable, Mapping

import conformance.checks  # noqa: F401 - fills CHECKS
from conformance.check import CHECKS, FAMILIES, Check, Level


class SuiteBroken(Exception):
    """The suite cannot run: no checks, a circle among them, an ``after`` that names none."""


def in_order(checks: Mapping[str, Check] = CHECKS) -> tuple[Check, ...]:
    """All checks by family and number, each behind those it stands on. Raises SuiteBroken."""
    families = list(FAMILIES)
    placed: dict[str, Check] = {}

    def place(check: Check, path: tuple[str, ...]) -> None:
        if check.id in path:
            raise SuiteBroken(f"checks stand on each other: {' -> '.join((*path, check.id))}")
        for id in check.after:
            if id not in checks:
                raise SuiteBroken(f"{check.id} stands on {id}, which is no check")
            if id not in placed:
                place(checks[id], (*path, check.id))
        placed.setdefault(check.id, check)

    for check in sorted(checks.values(), key=lambda each: (families.index(each.family), each.id)):
        place(check, ())
    return tuple(placed.values())


def chosen(
    checks: Mapping[str, Check] = CHECKS, *, level: Level = Level.OPERATES, only: Iterable[str] = ()
) -> tuple[Check, ...]:
    """The checks up to ``level``, or ``only`` these, with what they stand on, in order.

    Raises SuiteBroken, KeyError.
    """
    only = tuple(only)
    wanted = {id: checks[id] for id in only} or {id: each for id, each in checks.items() if each.level <= level}
    todo = list(wanted.values())
    while todo:
        for id in todo.pop().after:
            if id in checks and id not in wanted:
                wanted[id] = checks[id]
                todo.append(checks[id])
    ordered = in_order(checks)
    if not wanted:
        raise SuiteBroken("there are no checks to run")
    return tuple(check for check in ordered if check.id in wanted)
