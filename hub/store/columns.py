"""Which fields a stream's items have had, so that one that comes or goes is told (drift) and nobody finds out by a gap.

Names only, and none that could be a person's number. A field counts as gone when each item so far had it and a whole
read of some size brings it in none: what a source leaves out where it is empty is no news.
"""

import re
from typing import Final

from sqlalchemy import Connection, insert, select, update

from hub.batch import Fields
from hub.store.progress import StreamKey
from hub.store.tables import StreamField, core

MOST: Final = 500
"""Fields learnt of one stream: a source that makes names of its data would fill the table."""

ENOUGH: Final = 20
"""Items a read must bring before a field may be missed."""

NEW, GONE, BACK = "new", "gone", "back"

_FIELD = core(StreamField)
_NAME = re.compile(r"(?!.*\d{9})[^\W\d][\w.:\-]{0,63}")

Drift = tuple[tuple[str, str], ...]
"""Fields with what became of them: `NEW`, `GONE` or `BACK`."""


def settle(connection: Connection, key: StreamKey, found: Fields, *, run: int, whole: bool) -> Drift:
    """Compare what a run's items had with what was known, and learn it. The first run of a stream tells nothing.

    ``whole``: the source was read to its end and brought `ENOUGH`.
    """
    here = (_FIELD.c.home == key.home, _FIELD.c.source == key.source, _FIELD.c.stream == key.stream)
    known = {
        name: (bool(each), bool(gone))
        for name, each, gone in connection.execute(select(_FIELD.c.name, _FIELD.c.each, _FIELD.c.gone).where(*here))
    }
    seen = {name for name in found.seen if _NAME.fullmatch(name)}
    new = sorted(seen - known.keys())[: MOST - len(known)]
    if new:
        stream = {"home": key.home, "source": key.source, "stream": key.stream, "gone": 0, "run": run}
        connection.execute(insert(_FIELD), [{**stream, "name": name, "each": int(name in found.each)} for name in new])
    drift = dict.fromkeys(new, NEW)
    for name, (each, gone) in known.items():
        still = each and (name in found.each or name not in seen)
        missing = name not in seen and (gone or (each and whole))
        if missing != gone:
            drift[name] = GONE if missing else BACK
        if (still, missing) != (each, gone):
            values = {"each": int(still), "gone": int(missing), "run": run}
            connection.execute(update(_FIELD).where(*here, _FIELD.c.name == name).values(**values))
    return tuple(drift.items()) if known else ()
