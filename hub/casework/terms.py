"""The deadlines a hub works by: rules, calendar and ladder, from the settings' files or those that come with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hub.casework.calendar import Calendar, Pause
from hub.casework.deadlines import Counted, Deadline, StageTerms, counted, note_of, read_time, rules, stage_terms
from hub.casework.ladder import Rung, ladder
from hub.errors import ConfigError
from hub.nearest import did_you_mean
from hub.settings import DeadlineSettings

WAITING: Final = "handover"
"""The rule whose lamps a task bears until the step its own clock starts with: nothing waits unseen."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is counted by. ``rungs`` are the ladder's, by the rule they are for (``*``: all that have none); ``stages``
    are the terms of records."""

    rules: Mapping[str, Deadline]
    calendar: Calendar
    rungs: Mapping[str, tuple[Rung, ...]]
    stages: StageTerms

    @classmethod
    def load(cls, settings: DeadlineSettings | None = None) -> "Terms":
        """The terms of the settings; None: those that come with the hub.

        Raises ConfigError where a file is wrong, with its line.
        """
        files = settings or DeadlineSettings()
        known, stages = rules(files.rules), stage_terms(files.stages)
        if files.stages is None:  # rules of one's own need not have those ours run under
            stages = {at: each for at, each in stages.items() if each.rule in known}
        terms = cls(known, Calendar.load(files.holidays), ladder(files.ladder), stages)
        for name, rungs in terms.rungs.items():
            for asked in {name, *(rung.deadline for rung in rungs)} - {"*"}:
                terms.rule(asked)
        for asked in {WAITING, *(each.rule for each in terms.stages.values())}:
            terms.rule(asked)
        return terms

    def rule(self, name: str) -> Deadline:
        """The rule of that name. Raises ConfigError with the nearest one."""
        if name not in self.rules:
            raise ConfigError(f'no deadline rule "{name}"', where="deadlines", hint=did_you_mean(name, self.rules))
        return self.rules[name]

    def times(
        self,
        name: str,
        *,
        requested: str,
        received: str | None = None,
        accepted: str | None = None,
        pauses: Sequence[Pause] = (),
        extended: bool = False,
    ) -> dict[str, str | None]:
        """``yellow``, ``red`` and ``due`` of a task under that rule, as its row keeps them, from when its steps were.

        Before its clock starts it has the lamps of `WAITING` and nothing due. The clock of a step that was skipped
        starts with the next one that was not. To be asked again whenever a task is received or accepted.
        """
        found = self.counted(
            name, requested=requested, received=received, accepted=accepted, pauses=pauses, extended=extended
        )
        if found is None:
            yellow, red, _ = counted(self.rule(WAITING), read_time(requested), self.calendar).texts
            return {"yellow": yellow, "red": red, "due": None}
        return dict(zip(("yellow", "red", "due"), found.texts, strict=True))

    def counted(
        self,
        name: str,
        *,
        requested: str,
        received: str | None = None,
        accepted: str | None = None,
        pauses: Sequence[Pause] = (),
        extended: bool = False,
    ) -> Counted | None:
        """The same as aware times, with the note; None before its clock starts."""
        rule = self.rule(name)
        begun = {"requested": requested, "received": received or accepted, "accepted": accepted}[rule.start]
        return None if begun is None else counted(rule, read_time(begun), self.calendar, pauses, extended=extended)

    def note(self, name: str, requested: str, due: str | None) -> dict[str, str]:
        """What is to be told beside the times of a task: ``note`` where its holidays are not known, else nothing."""
        said = due and note_of(self.rule(name), read_time(requested), read_time(due), self.calendar)
        return {"note": said} if said else {}

    def climb(self, name: str | None) -> tuple[Rung, ...]:
        """The rungs of the ladder for a rule."""
        return self.rungs.get(name or "", self.rungs.get("*", ()))


def lamp(now: datetime, yellow: str | None, red: str | None) -> str:
    """The lamp of a row at a moment: green until ``yellow`` is past."""
    if red is not None and now > read_time(red):
        return "red"
    return "yellow" if yellow is not None and now > read_time(yellow) else "green"
