"""Parties and their personal data. Every type here masks itself when printed."""

from pydantic import BaseModel, ConfigDict


class Personal(BaseModel):
    """A model whose ``repr`` shows field names only: personal data must not reach a log through an f-string."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def __repr__(self) -> str:
        filled = ", ".join(name for name in type(self).model_fields if getattr(self, name) not in (None, "", ()))
        return f"{type(self).__name__}({filled})"

    __str__ = __repr__


class Party(Personal):
    """One party of a dispute (GB/T 31000-2015 主要当事人, plus what linking needs).

    ``role``, ``kind``, ``id_type`` and ``gender`` are codes of ``schemas/taxonomy/code_tables.csv``. ``id_number`` and
    ``phone`` are in their normal form (15-digit numbers raised to 18, upper case X, no spaces, no +86) when they pass
    their check, else as the source wrote them with a note on the record; masked ones (``110***``) are kept but never
    hashed.
    """

    name: str | None = None
    role: str = "1"
    kind: str = "1"
    id_type: str | None = None
    id_number: str | None = None
    phone: str | None = None
    gender: str | None = None
    ethnicity: str | None = None
    education: str | None = None
    person_class: str | None = None
    address: str | None = None
    agent: str | None = None


class Resolution(Personal):
    """How a dispute was resolved (GB/T 31000-2015 化解信息). ``assessed`` is an ISO date."""

    method: str | None = None
    organisation: str | None = None
    responsible: str | None = None
    contact: str | None = None
    success: bool | None = None
    situation: str | None = None
    assessed: str | None = None
    opinion: str | None = None


class Step(Personal):
    """One handling step; ``at`` in UTC, ``YYYY-MM-DDTHH:MM:SSZ``."""

    at: str | None = None
    action: str = ""
    body: str = ""
    note: str = ""
    key: str = ""
