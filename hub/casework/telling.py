"""What people are told of tasks and applications: which words, to whom, over which channel."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.casework import cases, notices, tasks
from hub.casework.life import LIFE
from hub.casework.links import link
from hub.casework.receivers import Reach, Receivers
from hub.casework.routes import Routes
from hub.casework.tasks import Kind, NewTask, TaskState
from hub.casework.wording import Template, local, templates
from hub.errors import ConfigError
from hub.nearest import did_you_mean
from hub.settings import Settings
from hub.store import tasks as rows
from hub.store.facts import Standing
from hub.store.store import Store
from hub.store.tasks import Ref, TaskRow
from schemas.delivery import Notice
from schemas.life import Stage

APPLICANT: Final[Mapping[TaskState, str]] = {
    TaskState.ACCEPTED: "applicant_accepted", TaskState.REFUSED: "applicant_refused",
    TaskState.COMPLETED: "applicant_ended", TaskState.FAILED: "applicant_ended",
}  # fmt: skip
"""Triggers of word to who applied, by the step that was taken."""


class Telling:
    """Tells people by the templates of the settings. Has no clock of its own.

    Raises ConfigError for templates that are wrong, and for a route that names one nobody knows.
    """

    def __init__(self, settings: Settings, store: Store, receivers: Receivers, routes: Routes) -> None:
        self.settings, self.store, self.receivers, self.routes = settings, store, receivers, routes
        self.templates = templates(settings.case.notice.templates)
        for route in routes.all:
            if route.template and route.template not in self.templates:
                hint = did_you_mean(route.template, self.templates)
                raise ConfigError(f'no template "{route.template}"', where=f"case.route {route.name}", hint=hint)

    def template(self, task: NewTask) -> Template | None:
        """By what people are told of a task: what its route names, else its kind."""
        route = self.routes.by_name.get(task.route or "")
        return self.templates.get((route.template if route else "") or task.kind)

    def say(
        self,
        connection: Connection,
        ref: Ref,
        template: Template,
        reach: Reach,
        *,
        cause: str,
        now: datetime,
        reason: str = "",
        text: str = "",
        last: bool = False,
    ) -> None:
        """Tell the accounts of ``reach`` of a task, once for each ``cause``; ``text`` stands below, in words that are
        kept sealed. The ``last`` word is not told again when it stays unread."""
        row, told = rows.one(connection, ref), self.settings.case.notice
        values = self._values(connection, row, reason=reason)
        said = Notice(
            number=row.number or "", case=values["case"], at=now, title=template.title_of(values),
            body=values["asked_by"], text="\n".join(filter(None, (template.text_of(values), text))),
            link=link(told, self.store.keyring, row, now),
        )  # fmt: skip
        notices.tell(
            connection, self.store, ref, said, template, cause=cause, reach=reach, receivers=self.receivers,
            window_s=told.window_s, now=now, last=last,
        )  # fmt: skip

    def _values(self, connection: Connection, row: TaskRow, *, reason: str = "", stage: str = "") -> dict[str, str]:
        """What stands for the placeholders of a template."""
        return {
            "kind": tasks.KINDS[Kind(row.kind)], "task": f"{row.home}-{row.parent or row.id}",
            "case": cases.lead(connection, row.code), "asked_by": self.receivers.title(row.asked_by),
            "asked_of": self.receivers.title(row.asked_of), "due": local(row.due), "reason": reason, "stage": stage,
        }  # fmt: skip

    def applicant(
        self, connection: Connection, row: TaskRow, state: TaskState, record: Standing, *, stage: Stage | None,
        now: datetime,
    ) -> None:  # fmt: skip
        """Word to who applied, through the source it was applied at, where the settings let its applicants be told."""
        template = self.templates.get(APPLICANT.get(state, ""))
        reached = record.source in self.settings.case.notice.applicants
        if template is None or not (reached and self.receivers.takes(record.source, Notice.kind)):
            return
        values = self._values(connection, row, stage=LIFE[stage].word if stage else tasks.STATES[state])
        said = Notice(
            number=record.key, case=values["case"], at=now, title=template.title_of(values), body=values["asked_of"],
            text=template.text_of(values),
        )  # fmt: skip
        step = f"{template.trigger} {record.home}-{record.id}"
        tasks.post(connection, self.store, row.ref, said, target=record.source, way=rows.TOLD, step=step, now=now)
