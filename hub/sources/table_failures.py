"""Which error a refused statement is: one table of the codes that databases give. Pure.

Texts name adapter, view and code; never the statement, its values, nor the driver's own words, which may hold a host,
an account or a row.
"""

import re
from typing import Any, Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from hub.errors import SourceDenied, SourceError, SourceReplyInvalid, SourceUnavailable
from hub.sources.failures import Spot

_DENIED: Final = (SourceDenied, "the database denies access", "check account, password and grants at the source")
_ABSENT: Final = (SourceReplyInvalid, "the database knows no such name", "compare view and columns with the database")
_TAKEN: Final = (
    SourceReplyInvalid, "a unique column holds the value of another row", "let only the column of our keys be unique"
)  # fmt: skip
_SPOILT: Final = (SourceReplyInvalid, "what stands there is no sound database", "")
_GONE: Final = (SourceUnavailable, "the database is gone, busy or too slow", "")

_CODES: Final[tuple[tuple[re.Pattern[str], tuple[type[SourceError], str, str]], ...]] = tuple(
    (re.compile(pattern), told)
    for pattern, told in (
        (r"28...|42501|25006", _DENIED),  # PostgreSQL: SQLSTATE
        (r"42P01|42703|3D000|3F000", _ABSENT),
        (r"23505|SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)|MySQL 1062|ORA-00001", _TAKEN),
        (r"08...|53...|57...|40...|55P03", _GONE),
        (r"SQLITE_(AUTH|PERM|READONLY).*", _DENIED),
        (r"SQLITE_(NOTADB|CORRUPT|FORMAT).*", _SPOILT),
        (r"SQLITE_ERROR", _ABSENT),
        (r"SQLITE_(BUSY|LOCKED|CANTOPEN|IOERR|INTERRUPT|PROTOCOL|SCHEMA|NOMEM|FULL).*", _GONE),
        (r"MySQL (1044|1045|1142|1143|1227|1290|1698|1820|1862|3118|4151)", _DENIED),
        (r"MySQL (1049|1054|1146)", _ABSENT),
        (r"MySQL (1040|1053|1158|1159|1160|1161|1203|1205|1213|1317|1969|2002|2003|2006|2013|3024)", _GONE),
        (r"ORA-(01005|01017|01031|01045|01456|28000|28001|28002)", _DENIED),
        (r"ORA-(00904|00942|04043)", _ABSENT),
        (r"ORA-(00054|00060|01013|01033|01034|01089|01555|03113|03114|03135|04021|12\d{3}|30006)", _GONE),
        (r"DPY-(1001|4011|4024|6000|6005)", _GONE),
    )
)
"""From the manuals: PostgreSQL appendix A, SQLite result codes, MySQL error reference, Oracle error messages.

First match counts. Oracle says ORA-00942 of a view that is not there and of one we may not see: neither is "empty".
"""

_WORDS: Final = (
    (re.compile(r"authentication failed|no password supplied|pg_hba|permission denied|role .* not (exist|permitted)"),
     _DENIED),
    (re.compile(r"database .* does not exist"), _ABSENT),
)  # fmt: skip
"""A PostgreSQL that refuses a connection gives the driver words and no code."""


def from_refusal(error: Exception, spot: Spot) -> SourceError:
    """The one error a failed statement or connection is. To be raised ``from None``: the cause holds URL and values."""
    if not isinstance(error, DBAPIError):
        return spot.error(SourceReplyInvalid, f"the statement broke ({type(error).__name__})")
    code = code_of(error.orig)
    for pattern, (kind, what, hint) in _CODES:
        if pattern.fullmatch(code):
            return spot.error(kind, f"{what} ({code})", hint=hint)
    for pattern, (kind, what, hint) in _WORDS:
        if not code and pattern.search(str(error.orig)):
            return spot.error(kind, what, hint=hint)
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        return spot.error(SourceUnavailable, f"the database failed{code and f' ({code})'}")
    return spot.error(SourceReplyInvalid, f"the database refuses the statement{code and f' ({code})'}")


def code_of(error: Any) -> str:
    """The code a driver's exception bears: ``42501``, ``SQLITE_BUSY``, ``MySQL 1045``, ``ORA-01017``; empty without."""
    for name in ("sqlstate", "sqlite_errorname"):
        if isinstance(told := getattr(error, name, None), str):
            return told
    first = error.args[0] if getattr(error, "args", ()) else None
    if isinstance(first, int):
        return f"MySQL {first}"
    return str(getattr(first, "full_code", ""))
