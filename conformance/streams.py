"""An adapter of several streams is judged stream by stream, each as if it were the only one; this makes them.

``[wire]`` and ``recordings/`` tell of the first stream, ``[streams.NAME]`` and ``recordings/NAME/`` of each other one.
A stream that is only pushed beside some that are asked for belongs to the one whose ``[wire.push]`` names it.
"""

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from conformance.description import StreamSpec, SubjectSpec, WireSpec
from conformance.subject import FILE, Subject, SubjectInvalid, problems
from hub.testing import pulled

APART = frozenset({"push"})
"""What is not taken over from ``[wire]``: pushes are of one stream."""


def by_stream(subject: Subject) -> tuple[Subject, ...]:
    """The subject once for each of its streams, in the manifest's order; itself where there is one to be judged.

    Raises SubjectInvalid for a stream that is not told, one that is not there, and a claim that holds for none.
    """
    if subject.stream:
        return (subject,)
    names = [stream.name for stream in subject.manifest.streams]
    for name in subject.spec.streams:
        if name not in names[1:]:
            near = get_close_matches(name, names[1:], n=1)
            hint = f"did you mean {near[0]}?" if near else "the manifest has no such stream"
            raise SubjectInvalid(f"{FILE}: streams.{name}: {'[wire] tells of the first' if name in names else hint}")
    if len(names) < 2:
        return (subject,)
    asked = [stream.name for stream in pulled(subject.teller)] or names
    told = [name for name in names if name in asked or name in subject.spec.streams]
    found = tuple(_narrowed(subject, name, first=name == told[0]) for name in told)
    pushed = {part.wire.push.stream for part in found if part.wire.push is not None}
    for name in names:
        if name not in told and name not in pushed:
            raise SubjectInvalid(f"{FILE}: streams.{name}: not told, and no wire.push names it")
    if vain := frozenset.intersection(*(part.spec.lacks for part in found)) & subject.manifest.capabilities:
        raise SubjectInvalid(f"{FILE}: lacks: {', '.join(sorted(vain))} holds for no stream, and is claimed")
    return found if len(found) > 1 else (subject,)


def _narrowed(subject: Subject, name: str, *, first: bool) -> Subject:
    """The subject with one stream. Raises SubjectInvalid."""
    if first:
        return replace(subject, stream=name)
    told = subject.spec.streams.get(name)
    if told is None:
        raise SubjectInvalid(f"{FILE}: streams.{name}: not told")
    return replace(subject, stream=name, apart=name, spec=_laid_over(subject.spec, told, name))


def _laid_over(spec: SubjectSpec, told: StreamSpec, name: str) -> SubjectSpec:
    below = {key: value for key, value in spec.wire.model_dump(exclude_unset=True).items() if key not in APART}
    try:
        wire = WireSpec.model_validate(_over(below, told.wire))
    except ValidationError as why:
        raise SubjectInvalid(f"{FILE}: streams.{name}.wire: {problems(why)}") from None
    lacks = told.lacks if wire.push is not None else told.lacks | {"push"}
    same = {"unmapped": told.unmapped, "unmapped_codes": told.unmapped_codes, "lacks": lacks}
    return spec.model_copy(update={"wire": wire, **same})


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """One table laid over another; an empty one takes away what is below it."""
    made = dict(below)
    for key, value in above.items():
        if value == {}:
            made.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(made.get(key), Mapping):
            made[key] = _over(made[key], value)
        else:
            made[key] = value
    return made
