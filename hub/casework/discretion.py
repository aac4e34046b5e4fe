"""What a person types and the hub keeps openly: reasons without the people they are about, bodies that are none.

Reasons stand in plain columns, in events and in the audit chain, where nothing can be taken out again. So the people
who are known are masked before a reason is kept, by the same rule as in the texts of records. A name that stands in no
record, list or question is not known here and is not found.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from sqlalchemy import Connection, select

from hub.casework.candidates import bodies_of
from hub.casework.pool import pool
from hub.errors import StoreError
from hub.store import cases as rows
from hub.store.cases import Ref
from hub.store.corrections import laid, overlay
from hub.store.entries import VERSION, open_entry
from hub.store.masking import Masker
from hub.store.store import Store

MOST = 1_000
"""Records of one matter whose people are looked for."""

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡"
    "郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘"
    "蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_PERSON = re.compile(f"[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}")
_BODY = re.compile("[局院所会府处队站部办委庭村街道镇乡区县市省社厅科室组团校司厂店行中心]$")


def openly(
    connection: Connection,
    store: Store,
    words: str,
    *,
    codes: Collection[str] = (),
    records: Iterable[Ref] = (),
    entries: Iterable[Ref] = (),
    names: Iterable[str] = (),
) -> str:
    """A person's words as they may be kept: numbers of people masked, and the names of all in these cases and records,
    in those they were compared with, in these entries, in the pool of mediators, and ``names``."""
    known = chain(
        _bodies(connection, store, codes, records), _entries(connection, store, entries),
        _mediators(connection, store), map(_named, names),
    )  # fmt: skip
    return Masker(*known).text(words.strip())


def body_named(connection: Connection, store: Store, name: str, *, code: str) -> str:
    """The name of a body that is called over a case, as it may be kept openly.

    Raises StoreError for one that reads as a person: of the case, of the pool, by a phone or by its form.
    """
    told = name.strip()
    if not told or openly(connection, store, told, codes=[code]) != told or _is_person(told):
        hint = "a person is called with --person, which is sealed; a body by its whole name"
        raise StoreError("that reads as a person, not as a body", where="consultation", hint=hint)
    return told


def _is_person(name: str) -> bool:
    return _PERSON.fullmatch(name) is not None and _BODY.search(name) is None


def _bodies(
    connection: Connection, store: Store, codes: Collection[str], records: Iterable[Ref]
) -> Iterator[Mapping[str, Any]]:
    """What these cases and records say, and those they were compared with, with and without their corrections."""
    own = {*records, *chain(*_members(connection, codes))}
    compared = {ref for pair in rows.decided(connection, own) for ref in pair[:2]}
    around = chain(*_members(connection, {each.code for each in rows.placed(connection, own | compared).values()}))
    refs = list(dict.fromkeys((*own, *around)))[:MOST]  # its own come first
    patches = overlay(connection, store.keyring, refs)
    for ref, body in bodies_of(connection, store.keyring, refs).items():
        yield body
        if ref in patches:
            yield laid(body, patches[ref])


def _entries(connection: Connection, store: Store, refs: Iterable[Ref]) -> Iterator[Mapping[str, Any]]:
    columns = [VERSION.c[name] for name in ("version", "key_id", "body")]
    for ref in refs:
        of_entry = select(*columns).where(VERSION.c.home == ref[0], VERSION.c.entry == ref[1])
        for row in connection.execute(of_entry):
            yield open_entry(store.keyring, (*ref, row.version), row.key_id, bytes(row.body))


def _members(connection: Connection, codes: Collection[str]) -> Iterable[list[Ref]]:
    under = rows.led_by(connection, set(rows.leads(connection, codes).values()))
    return rows.members(connection, under).values()


def _mediators(connection: Connection, store: Store) -> Iterator[Mapping[str, Any]]:
    return ({"kind": "mediator", "name": each.name} for each in pool(connection, store, clear=True))


def _named(name: str) -> Mapping[str, Any]:
    return {"parties": [{"name": name.strip()}]}
